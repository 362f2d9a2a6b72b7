"""`tocsin incident`: the list, one incident, its timeline; a message to start from, and who could take over."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
import typer

from tocsin.cli import relieving
from tocsin.cli.drafting import advice, draft_as_data
from tocsin.cli.numbers import Number, numbered
from tocsin.cli.session import Session, must_be_given, takes_options, with_session
from tocsin.cli.showing import as_data, as_facts, known
from tocsin.cli.speaking import give, give_facts, give_json, give_rows, tell
from tocsin.cli.times import shown, stamp
from tocsin.core.around import Around
from tocsin.core.events import Entry
from tocsin.core.ids import IncidentNumber
from tocsin.core.incident import fold
from tocsin.core.links import link_kind
from tocsin.core.playbook import Occasion
from tocsin.core.refused import Refused
from tocsin.core.timeline import Line, timeline
from tocsin.engine.door import Tocsin
from tocsin.language import drafting
from tocsin.store import log, people, reads, reports
from tocsin.store.people import names

app = takes_options(typer.Typer())

_LISTED = ("number", "title", "state", "phase", "severity", "drill", "services", "communities", "roles", "report_state")


@app.command("list")
@with_session
def list_incidents(
    session: Session,
    state: Annotated[
        Literal["open", "resolved", "cancelled"] | None, typer.Option("--state", help="only those")
    ] = None,
) -> None:
    """List the incidents, newest first."""
    with session.reading() as connection:
        rows, clock = reads.incidents(connection, state or ""), session.clock(connection)
    if session.as_json:
        give_json([_row(row) for row in rows])
        return
    give_rows(
        ("incident", "state", "declared", "resolved", "title"),
        [
            (
                str(row["number"]),
                row["state"],
                shown(row["declared_at"], clock),
                shown(row["resolved_at"], clock),
                row["title"],
            )
            for row in rows
        ],
    )


@app.command("show")
@with_session
def show(session: Session, number: Number) -> None:
    """Show what an incident is: its state, who holds which role, its report. With --at, as it was then."""
    incident = numbered(number)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        entries = _until(_entries(connection, incident), session.at)
        clock, called = session.clock(connection), names(connection)
        sections = reports.sections(connection, incident) if session.at is None else None
        found = known(entries, around(session, tocsin, connection), sections)
    if session.as_json:
        give_json(as_data(found))
    else:
        give_facts(as_facts(found, tocsin.playbook, lambda handle: called.get(handle, handle), clock))


@app.command("draft")
@with_session
def draft(
    session: Session,
    number: Number,
    occasion: Annotated[str, typer.Argument(metavar="OCCASION", help=f"one of {', '.join(drafting.OCCASIONS)}")],
    community: Annotated[
        str | None, typer.Option("--community", help="to which community; without it, the only one that is affected")
    ] = None,
) -> None:
    """Write a message to start from, filled from the incident; times are on the clock of whoever reads it."""
    must_be_given(community, "--community")
    wanted = _occasion(occasion)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        entries = _until(_entries(connection, numbered(number)), session.at)
        reader = str(session.clock(connection))
        incident, held = fold(entries[0].incident, entries), around(session, tocsin, connection)
        drafted = drafting.draft(incident, entries, held, wanted, community, reader)
    if session.as_json:
        give_json(draft_as_data(drafted))
        return
    give(drafted.text)
    for sentence in advice(drafted):
        tell(sentence)


@app.command("relief")
@with_session
def relief(
    session: Session,
    number: Number,
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help="which role; without it, the one that commands")
    ] = None,
) -> None:
    """Show who could take over: whoever is at work first, whom to ask first, and how to offer it to them."""
    must_be_given(role, "--role")
    incident = numbered(number)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        entries = _until(_entries(connection, incident), session.at)
        held = around(session, tocsin, connection)
        found = relieving.relieving(entries, held, role, reads.roles_elsewhere(connection, incident))
        said = list(relieving.advice(found, held.directory))
    if session.as_json:
        give_json(relieving.as_data(found))
        return
    give_rows(relieving.COLUMNS, relieving.as_rows(found, tocsin.playbook))
    for sentence in said:
        tell(sentence)


@app.command("timeline")
@with_session
def show_timeline(session: Session, number: Number) -> None:
    """Show the timeline of an incident, each line with its number. With --at, as far as then."""
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        called, clock = names(connection), session.clock(connection)
        entries = _entries(connection, numbered(number))
    lines = [
        line
        for line in timeline(entries, tocsin.playbook, lambda handle: called.get(handle, handle))
        if session.at is None or line.at.at <= session.at
    ]
    if session.as_json:
        give_json([_line(line, called) for line in lines])
        return
    give_rows(
        ("line", "at", "kind", "by", "text"),
        [
            (
                str(line.seq),
                " – ".join(shown(at, clock) for at in (line.at.at, line.at.until) if at),
                line.kind,
                called.get(line.by, line.by),
                _marked(line),
            )
            for line in lines
        ],
    )


def around(session: Session, tocsin: Tocsin, connection: sa.Connection) -> Around:
    """What a log is held against."""
    return people.around(connection, tocsin.playbook, session.at or tocsin.clock())


def _occasion(typed: str) -> Occasion:
    try:
        return drafting.occasion(typed)
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint="OCCASION") from None


def _entries(connection: sa.Connection, number: IncidentNumber) -> list[Entry]:
    entries = log.entries(connection, number)
    if not entries:
        raise Refused(f"There is no incident {number}. `tocsin incident list` shows those there are.")
    return entries


def _until(entries: list[Entry], at: datetime | None) -> list[Entry]:
    """The lines about what had happened by then."""
    found = [entry for entry in entries if at is None or entry.at.at <= at]
    if not found:
        raise Refused(f"Nothing is known of incident {entries[0].incident} at that time. Give a later one.")
    return found


def _row(row: dict[str, Any]) -> dict[str, Any]:
    times = {"declared": stamp(row["declared_at"]), "resolved": stamp(row["resolved_at"])}
    return {**{name: row[name] for name in _LISTED}, **times}


def _line(line: Line, called: dict[str, str]) -> dict[str, object]:
    return {
        "line": line.seq,
        "at": stamp(line.at.at),
        "until": stamp(line.at.until),
        "kind": line.kind,
        "by": line.by,
        "name": called.get(line.by, line.by),
        "text": line.text,
        "links": [{"url": url, "kind": "ticket" if line.kind == "ticket" else link_kind(url)} for url in line.links],
        "thread": line.thread,
        "edited": line.edited,
        "removed": line.removed,
        "redacted": line.redacted,
        "highlighted": line.highlighted,
    }


def _marked(line: Line) -> str:
    marks = [mark for mark in ("highlighted", "edited", "removed") if getattr(line, mark)]
    return f"{line.text} ({', '.join(marks)})".strip() if marks else line.text
