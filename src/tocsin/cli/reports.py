"""`tocsin report`: see it, see what it is made of, publish it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tocsin.cli import publishing
from tocsin.cli.given import write_bytes
from tocsin.cli.numbers import Number, numbered
from tocsin.cli.session import Session, must_be_given, takes_options, with_session
from tocsin.cli.speaking import give, give_file, give_json, tell
from tocsin.engine.documents import document
from tocsin.report.data import SCHEMA, as_json
from tocsin.report.markdown import as_markdown

app = takes_options(typer.Typer())


@app.command("build")
@with_session
def build(
    session: Session,
    number: Number,
    form: Annotated[Literal["md", "json"], typer.Option("--format", help="Markdown, or JSON for programs")] = "md",
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="write it there, not here")] = None,
) -> None:
    """Show the report of an incident as it stands now; --json is short for --format json."""
    must_be_given(out, "--out")
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        report = document(connection, tocsin.playbook, numbered(number))
    content = as_json(report) if session.as_json or form == "json" else as_markdown(report)
    if out is None:
        give_file(content)
        return
    write_bytes(Path(out), content)
    tell(f"The report of incident {report.number} stands in {out}.")


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
    tell(f"The report of incident {incident} is published as Markdown and JSON (commit {published.commit[:12]}):")
    give(published.path)
