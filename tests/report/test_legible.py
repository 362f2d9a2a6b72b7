"""What no font of ours can draw is said in words: never lost, never fatal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.report.pdf.legible import FONTS, covered, legible, spelled


@pytest.mark.parametrize(
    "text",
    ["", "Plain words, “quoted” – and more…", "naïve Ångström č ệ", "αβγ", "Привет", "a\nb", "1 234,5 €", "½ ≤ × −"],
)
def test_what_the_fonts_draw_stays_as_it_is(text: str) -> None:
    assert spelled(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Fixed 🔥", "Fixed [fire]"),
        ("🎉🎉🎉", "[party popper × 3]"),
        ("👩‍💻 left", "[woman + personal computer] left"),
        ("👍🏽", "[thumbs up sign, emoji modifier fitzpatrick type-4]"),
        ("🇨🇱", "[regional indicator symbol letter c, l]"),
        ("1️⃣", "1[combining enclosing keycap]"),
        ("❤️", "[heavy black heart]"),
        ("日本語", "[cjk unified ideograph 65e5, 672c, 8a9e]"),
        ("テスト", "[katakana letter te, su, to]"),
        ("שלום עולם", "[hebrew letter shin, lamed, vav, final mem] [hebrew letter ayin, vav, lamed, final mem]"),
        ("سلام", "[arabic letter seen, lam, alef, meem]"),
        ("a✓b", "a[check mark]b"),
    ],
)
def test_other_signs_are_named(text: str, words: str) -> None:
    assert spelled(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\x00b", "a[control character U+0000]b"),
        ("\x1b[31mred", "[control character U+001B][31mred"),
        ("a\ud800b", "a[half a character U+D800]b"),
        ("\ue000", "[private character U+E000]"),
        ("\uf6d4", "[private character U+F6D4]"),
        ("\uffff", "[unknown character U+FFFF]"),
        ("\U000e0061", "[tag latin small letter a]"),
        ("\u202eabc\u202c", "[right-to-left override]abc[pop directional formatting]"),
        ("a\u2066b", "a[left-to-right isolate]b"),
    ],
)
def test_what_cannot_be_seen_but_does_something_is_said(text: str, words: str) -> None:
    assert spelled(text) == words


@pytest.mark.parametrize("text", ["a\u200bb", "a\u200cb", "a\u200db", "a\u2060b", "a\xadb"])
def test_what_only_joins_or_parts_letters_stays(text: str) -> None:
    assert spelled(text) == text


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("a\u3000b", "a b"),
        ("a\u202fb", "a\xa0b"),
        ("a\tb", "a   b"),
        ("a\u2028b\x0bc\x85d", "a\nb\nc\nd"),
        ("\ufeffa", "\u2060a"),
    ],
)
def test_a_space_is_a_space(text: str, alike: str) -> None:
    assert spelled(text) == alike


def test_a_tower_of_accents_ends_in_words() -> None:
    assert spelled("x" + "\u0301" * 1000) == "x" + "\u0301" * 8 + "[combining acute accent × 992]"


def test_all_texts_of_some_data_are_made_legible_and_nothing_else() -> None:
    data = {"🔥": ["🔥", ("🔥",), 7, None, True, {"a": "🔥"}]}
    assert legible(data) == {"🔥": ["[fire]", ["[fire]"], 7, None, True, {"a": "[fire]"}]}


def test_every_font_comes_with_its_licence() -> None:
    families = {"Literata": "literata", "AtkinsonHyperlegibleNext": "atkinson-hyperlegible-next",
                "AtkinsonHyperlegibleMono": "atkinson-hyperlegible-mono"}  # fmt: skip
    assert {path.name.partition("_")[0] for path in FONTS.glob("*.ttf")} == set(families)
    for name in families.values():
        assert "SIL OPEN FONT LICENSE" in (FONTS / f"OFL-{name}.txt").read_text()


@given(st.text(st.characters()))
def test_whatever_comes_in_only_what_can_be_drawn_goes_out(text: str) -> None:
    assert set(spelled(text)) <= covered()


@given(st.text(st.characters()))
def test_no_letter_that_can_be_drawn_is_lost_or_moved(text: str) -> None:
    kept = [letter for letter in text if letter in covered() and unicodedata.category(letter)[0] in "LNPS"]
    found = iter(spelled(text))
    assert all(letter in found for letter in kept)
