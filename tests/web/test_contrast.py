"""Every pair of colours the style sheet allows can be read: WCAG 2.2, 4.5 for text and 3.0 for shapes.

A new pair is added here before it is used.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tocsin import web

SHEET = (Path(web.__file__).parent / "static" / "tocsin.css").read_text("utf-8")
TOKENS = {
    found[1]: (found[2], found[3])
    for found in re.finditer(r"--([\w-]+):\s*light-dark\((#\w+),(#\w+)\)", SHEET)
}  # fmt: skip


def words(text: str) -> list[str]:
    return text.split()


TEXT = [
    *[("ink", on) for on in words("paper surface sunken code act-tint harm-tint wait-tint good-tint out-tint")],
    *[(ink, on) for ink in ("ink-2", "ink-3") for on in words("paper surface sunken code")],
    *[("ink-2", on) for on in words("act-tint harm-tint wait-tint")],
    *[("act", on) for on in words("paper surface sunken act-tint")],
    *[("on-act", on) for on in ("act", "act-2")],
    *[(kind, on) for kind in ("harm", "wait", "out", "good") for on in ("paper", "surface", f"{kind}-tint")],
    *[("harm", "code"), ("good", "code"), ("paper", "ink")],
]
SHAPES = [
    *[
        (each, on)
        for each in words("line-2 focus harm-bar wait-bar out-bar good-bar act")
        for on in ("paper", "surface")
    ],
    *[("good", on) for on in ("harm-tint", "wait-tint")],
    *[("act", "harm-tint"), ("harm-bar", "harm-tint"), ("wait-bar", "wait-tint")],
    *[("ink-3", on) for on in ("wait-tint", "harm-tint", "sunken")],
]


@pytest.mark.parametrize(("ink", "on", "least"), [*((*pair, 4.5) for pair in TEXT), *((*pair, 3.0) for pair in SHAPES)])
def test_a_pair_of_colours_can_be_read_in_both_themes(ink: str, on: str, least: float) -> None:
    for theme in (0, 1):
        assert _contrast(TOKENS[ink][theme], TOKENS[on][theme]) >= least


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it for sRGB."""
    letters = colour.removeprefix("#")
    letters = "".join(2 * letter for letter in letters) if len(letters) == 3 else letters
    red, green, blue = (_linear(int(letters[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
