"""How a published report looks: its rules and its fonts, as one text that stands within the page."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from tocsin.report import strip

_HERE = Path(__file__).parent
_FONTS = _HERE.parent / "fonts"
_FACES = (
    ("Atkinson Next", 400, "normal", "atkinson-hyperlegible-next-latin-400-normal"),
    ("Atkinson Next", 600, "normal", "atkinson-hyperlegible-next-latin-600-normal"),
    ("Atkinson Next", 700, "normal", "atkinson-hyperlegible-next-latin-700-normal"),
    ("Atkinson Mono", 400, "normal", "atkinson-hyperlegible-mono-latin-400-normal"),
    ("Literata", 400, "normal", "literata-latin-400-normal"),
    ("Literata", 400, "italic", "literata-latin-400-italic"),
    ("Literata", 600, "normal", "literata-latin-600-normal"),
)
_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2212,U+FEFF,U+FFFD"
)
"""What the files hold. Whatever else is written is shown in a font of the reader's own."""


@cache
def style() -> str:
    """All the rules there are; the fonts are in them, so that the page asks nobody for anything."""
    page = (_HERE / "report.css").read_text("utf-8")
    return "\n".join([_LICENCE, *(_face(*face) for face in _FACES), strip.CSS, page])


@cache
def policy() -> str:
    """What a browser may do with the page: apply these rules and no others, and load nothing, from nowhere."""
    rules = b64encode(sha256(style().encode()).digest()).decode()
    allowed = {
        "default-src": "'none'",
        "style-src": f"'sha256-{rules}'",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{what} {where}" for what, where in allowed.items())


_LICENCE = "/* Atkinson Hyperlegible Next and Mono, and Literata: SIL Open Font License 1.1 */"


def _face(family: str, weight: int, slope: str, file: str) -> str:
    content = b64encode((_FONTS / f"{file}.woff2").read_bytes()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{slope};font-display:swap;'
        f'src:url(data:font/woff2;base64,{content}) format("woff2");unicode-range:{_LATIN}}}'
    )
