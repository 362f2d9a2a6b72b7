"""The report as a page of one file, to be read by anybody, anywhere: without a script, and without asking anybody."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tocsin.language.markup import printable
from tocsin.report.document import Document
from tocsin.report.html.page import page
from tocsin.report.html.style import policy, style

FORMS = ("pdf", "md", "json")
"""What lies beside a page, as it is offered there."""


def as_html(document: Document, *, name: str = "", forms: Collection[str] = FORMS) -> bytes:
    """The published file. The same document gives the same bytes.

    `name`: what its other forms are called, without their ending, so that it can link them; empty where nobody knows
    yet. `forms`: those that lie beside it, by their endings.
    """
    shown = page(document, name=name, forms=[form for form in FORMS if name and form in forms])
    text = _TEMPLATES.get_template("page.html").render(page=shown, policy=policy(), style=Markup(style()))  # noqa: S704
    return printable(text).translate(_UNSEEN).encode()


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_UNSEEN = dict.fromkeys(range(0x80, 0xA0), "\ufffd")
"""No page may hold these either, and they have no pictures."""
