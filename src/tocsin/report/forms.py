"""A report in every form it is published in: two for people to read, one to print or keep, one for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from tocsin.report.data import as_json
from tocsin.report.document import Document
from tocsin.report.html import as_html
from tocsin.report.markdown import as_markdown
from tocsin.report.pdf import NoPdf, as_pdf

Form = Literal["md", "json", "html", "pdf"]
"""How the name of a file ends."""
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True, kw_only=True)
class Forms:
    """The files of a report by their endings; `without`: why one of them is missing."""

    files: Mapping[str, bytes]
    without: str = ""


def in_form(document: Document, form: Form) -> bytes:
    """One by itself. Raises `NoPdf` where the report is too much for one, and `NotMade` where it cannot be made now."""
    match form:
        case "md":
            return as_markdown(document)
        case "json":
            return as_json(document)
        case "html":
            return as_html(document)
        case "pdf":
            return as_pdf(document, as_json(document))


def in_every_form(document: Document, name: str = "") -> Forms:
    """The same document gives the same bytes. A report that is too much for a PDF is not held up by that, but one whose
    PDF cannot be made now is: raises `NotMade`.

    `name`: what the files are called, without their endings, where that is known already.
    """
    files, without = {"md": as_markdown(document), "json": as_json(document)}, ""
    try:
        files["pdf"] = as_pdf(document, files["json"])
    except NoPdf as no:
        without = str(no)
    return Forms(files={**files, "html": as_html(document, name=name, forms=files)}, without=without)
