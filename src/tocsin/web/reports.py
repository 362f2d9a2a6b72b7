"""`/incidents/{number}/report`: a published report, to be read here or to be taken along as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import get_args

import sqlalchemy as sa

from tocsin.core.events import Entry, ReportPublished
from tocsin.core.incident import Incident, fold
from tocsin.core.refused import Refused
from tocsin.engine.documents import at_revision
from tocsin.report.document import Document
from tocsin.report.forms import Form, in_form
from tocsin.report.html.page import page
from tocsin.report.html.style import policy
from tocsin.report.pdf import NoPdf, NotMade
from tocsin.store import log
from tocsin.web.answers import Answer, Bytes, NotThere, Shown
from tocsin.web.asked import Asked
from tocsin.web.routes import Route, get

_MEDIA: dict[Form, str] = {
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report as it was published; `name`: what its files are called, without ending."""

    document: Document
    published: ReportPublished
    at: Entry
    name: str


def report(asked: Asked) -> Answer:
    """The report as a page of the app."""
    found = _found(asked)
    forms = [form for form in ("pdf", "md", "json") if form != "pdf" or not found.published.without]
    shown = page(found.document, name=found.name, forms=forms)
    return Shown(template="report.html", given={"page": shown, "number": asked.incident, "report": found})


def as_file(form: Form) -> Callable[[Asked], Answer]:
    """The report as one of the files that were published."""

    def file(asked: Asked) -> Answer:
        found = _found(asked)
        try:
            body = in_form(found.document, form)
        except (NoPdf, NotMade) as no:
            raise Refused(f"{no} The other forms hold all of it.") from None
        headers = {"Content-Disposition": f'attachment; filename="{found.name}.{form}"'}
        if form == "html":  # its own rules stand in it
            headers["Content-Security-Policy"] = f"{policy()}; sandbox"
        return Bytes(body=body, media=_MEDIA[form], headers=headers)

    return file


ROUTES: tuple[Route, ...] = (
    get("/incidents/{number}/report", report, "signed-in"),
    *(get(f"/incidents/{{number}}/report.{form}", as_file(form), "signed-in") for form in get_args(Form)),
)


def _found(asked: Asked) -> Report:
    """What is not published is not there, whoever asks: a draft has a page of its own."""
    with asked.read() as c:
        if asked.sight == "nothing":
            raise NotThere
        entries = log.entries(c, asked.incident)
        incident = fold(asked.incident, entries)
        last = next((entry for entry in reversed(entries) if isinstance(entry.event, ReportPublished)), None)
        if last is None or not isinstance(last.event, ReportPublished):
            raise NotThere
        document = _document(asked, c, incident, entries, last.event)
    name = re.sub(r"[^A-Za-z0-9._-]", "-", PurePosixPath(last.event.path).name) or f"incident-{asked.incident}"
    return Report(document=document, published=last.event, at=last, name=name)


def _document(
    asked: Asked, c: sa.Connection, incident: Incident, entries: list[Entry], published: ReportPublished
) -> Document:
    """As its log stood when its publication was asked for; but what was redacted since is gone."""
    then = [entry for entry in entries if entry.seq <= published.request]
    return at_revision(c, asked.tocsin.playbook, incident, then, published.revision)
