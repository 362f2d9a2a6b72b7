"""`tocsin report`: see it, see what it is made of, publish it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli import checking, owing, publishing
from tocsin.cli.given import write_bytes
from tocsin.cli.numbers import Number, numbered
from tocsin.cli.session import Session, must_be_given, takes_options, with_session
from tocsin.cli.speaking import give, give_facts, give_file, give_json, give_rows, tell
from tocsin.core.refused import Refused
from tocsin.engine.documents import document
from tocsin.report.data import SCHEMA
from tocsin.report.document import Document
from tocsin.report.forms import FORMS, Form, in_form
from tocsin.report.pdf import NoPdf, NotMade
from tocsin.store import log, reads
from tocsin.store.people import names
from tocsin.store.reports import sections as sections_of

app = takes_options(typer.Typer())


@app.command("build")
@with_session
def build(
    session: Session,
    number: Number,
    form: Annotated[
        Form | None, typer.Option("--format", help="which form; without it, as the name of the file ends, else md")
    ] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="write it there, not here")] = None,
) -> None:
    """Show the report of an incident as it stands now; --json is short for --format json."""
    must_be_given(out, "--out")
    wanted = _form(session, form, out)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        report = document(connection, tocsin.playbook, numbered(number))
    content = _made(report, wanted)
    if out is None:
        give_file(content)
        return
    write_bytes(Path(out), content)
    tell(f"The report of incident {report.number} stands in {out}.")


def _form(session: Session, form: Form | None, out: str | None) -> Form:
    ending = Path(out or "").suffix.removeprefix(".")
    named = next((each for each in FORMS if each == ending), None)
    found: Form = form or ("json" if session.as_json else named or "md")
    if named and named != found:
        raise Refused(f"{out} would hold {found}. Give it the ending .{found}, or another --format.")
    if found == "pdf" and out is None:
        raise Refused("A PDF is for a file. Name it: --out report.pdf")
    return found


def _made(report: Document, form: Form) -> bytes:
    try:
        return in_form(report, form)
    except (NoPdf, NotMade) as no:
        raise Refused(str(no)) from None


@app.command("owed")
@with_session
def owed(session: Session) -> None:
    """List the incidents that are resolved and whose report is not published, the oldest first, with what it lacks."""
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        called, clock = names(connection), session.clock(connection)
        found = [owing.owed(connection, tocsin.playbook, row) for row in reads.owed(connection)]
    if session.as_json:
        give_json([owing.as_data(each) for each in found])
        return
    give_rows(owing.COLUMNS, [owing.as_row(each, lambda handle: called.get(handle, handle), clock) for each in found])
    if not found:
        tell("No report is owed.")


@app.command("check")
@with_session
def check(session: Session, number: Number) -> None:
    """Say what the report of an incident lacks before its review, and what on its timeline and in its words to mend."""
    incident = numbered(number)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        entries = log.entries(connection, incident)
        if not entries:
            raise Refused(f"There is no incident {incident}. `tocsin incident list` shows those there are.")
        called, clock = names(connection), session.clock(connection)
        sections = sections_of(connection, incident)
        found = checking.check(entries, sections, tocsin.playbook, lambda handle: called.get(handle, handle))
    if session.as_json:
        give_json(checking.as_data(found))
        return
    give_facts(checking.as_facts(found, clock))
    tell("It cannot go into review yet." if found.blocks else "Nothing stands in the way of its review.")


@app.command("schema")
@with_session
def schema(session: Session) -> None:
    """Show the JSON Schema of the reports that are published as JSON."""
    give_json(SCHEMA)


@app.command("publish")
@with_session
def publish(session: Session, number: Number) -> None:
    """Publish the reviewed report in the git repository of the settings, or try again where that failed."""
    incident = numbered(number)
    with session.tocsin() as tocsin:
        published = publishing.publish(session, tocsin, incident)
    if session.as_json:
        give_json({"path": published.path, "commit": published.commit})
        return
    tell(f"The report of incident {incident} is published (commit {published.commit[:12]}):")
    give(published.path)
