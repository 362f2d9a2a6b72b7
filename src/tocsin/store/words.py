"""What search looks through: titles, lines and reports, kept in the transaction that writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.incident import Incident, fold
from tocsin.store import log
from tocsin.store import tables as t

Kind = Literal["title", "line", "command", "report", "published"]
"""`report`: as it stands now; `published`: as everybody can read it, for those who may read nothing else."""
Row = dict[str, Any]
ROOM = 2**31
"""Ids of one incident: what is newest is the highest, and of a newer incident all are higher."""
TITLE, PUBLISHED, REPORT = ROOM - 1, ROOM - 2, ROOM - 3
"""Places in that room; lines have their own number."""
LONGEST = 100_000
"""Letters of one text: PostgreSQL indexes no more than a megabyte of it."""
_MARKS = 100_000


@dataclass(frozen=True, kw_only=True)
class Text:
    """What a section of a report was changed to."""

    section: str
    revision: int
    text: str
    at: datetime


# ── keeping ────────────────────────────────────────────────────────────────────────────────────────────────────────


def follow(c: sa.Connection, incident: Incident, new: Sequence[Entry]) -> None:
    """After more lines: what they say can be found, what they take away cannot."""
    number, events = incident.number, [entry.event for entry in new]
    if any(isinstance(event, e.Redacted) for event in events):
        rebuild(c, number)
        forget(c)
        return
    again = sorted({entry.about for entry in new if entry.about and isinstance(entry.event, _CHANGING)})
    marked = [row for seq in again for row in _lines(log.with_marks(c, number, [seq], _MARKS)) if row["seq"] == seq]
    rows = [*(row for row in _lines(new) if row["seq"] not in again), *marked]
    places: list[int] = [*again]
    if any(isinstance(event, _TITLING) for event in events):
        rows += _title(incident)
        places += [TITLE]
    if any(isinstance(event, _PUBLISHING) for event in events):
        rows += [row for row in of_report(incident, _texts(c, number)) if row["kind"] == "published"]
        places += [PUBLISHED]
    _replace(c, number, places, rows)


def report(c: sa.Connection, number: IncidentNumber) -> None:
    """After the report was written on."""
    rows = of_report(Incident(number=number), _texts(c, number))
    _replace(c, number, [REPORT], rows)


def rebuild(c: sa.Connection, number: IncidentNumber) -> None:
    """All that can be found of an incident, made anew."""
    c.execute(t.words.delete().where(_of(number)))
    if rows := _wanted(c, number):
        c.execute(t.words.insert(), rows)


def forget(c: sa.Connection) -> None:
    """Leave nothing of what was taken out in the files of SQLite's index, which otherwise only marks it as gone."""
    if c.dialect.name == "sqlite":
        c.exec_driver_sql("INSERT INTO words_found (words_found) VALUES ('optimize')")


def mismatches(c: sa.Connection, number: IncidentNumber) -> list[str]:
    """Where search would find something else than the log and the report say, as a sentence."""
    found = [row._asdict() for row in c.execute(sa.select(t.words).where(_of(number)).order_by(t.words.c.id))]
    try:
        wanted = sorted(_wanted(c, number), key=lambda row: row["id"])
    except (ValueError, KeyError):  # `log.mismatches` says so
        return []
    return [] if found == wanted else [f"Incident {number}: what search finds of it is not what its log says."]


# ── what there is to find ──────────────────────────────────────────────────────────────────────────────────────────


def of_log(incident: Incident, entries: Sequence[Entry]) -> list[Row]:
    """The title, and every line that has words and still stands."""
    return [*_lines(entries), *_title(incident)]


def of_report(incident: Incident, texts: Sequence[Text]) -> list[Row]:
    """The report as it stands, and as it was published, with the title that stands above it."""
    published = incident.report.published
    rows = _report(incident.number, REPORT, "report", texts, "")
    if published is not None:
        then = [text for text in texts if text.revision <= published]
        rows += _report(incident.number, PUBLISHED, "published", then, _title_of(incident.report.published_as))
    return rows


def said(event: e.Event) -> str:
    """What people wrote in a line; nothing where the line only says what became of another, or of the title."""
    if isinstance(event, (*_SILENT, *_CHANGING)):
        return ""
    names = [name for name in event.words if not (isinstance(event, e.Declared) and name == "title")]
    words = [each for name in names for each in _parts(getattr(event, name))]
    return "\n".join(word for word in words if word and word != e.REDACTED)


_CHANGING = (e.NoteEdited, e.NoteRemoved)
_TITLING = (e.Declared, e.Retitled)
_PUBLISHING = (e.ReportPublished,)
_SILENT = (e.Retitled, e.TicketUnlinked, e.DeliveryReported)


def _parts(words: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return words if isinstance(words, tuple) else (words or "",)


def _lines(entries: Iterable[Entry]) -> list[Row]:
    """Lines with what was done to them among the same entries."""
    standing: dict[Seq, Entry] = {}
    for entry in entries:
        match entry.event:
            case e.NoteRemoved():
                standing.pop(entry.about or entry.seq, None)
            case e.NoteEdited() as edit if entry.about in standing:
                standing[entry.about] = _edited(standing[entry.about], edit)
            case _:
                standing[entry.seq] = entry
    return [row for entry in standing.values() for row in _row(entry)]


def _edited(entry: Entry, edit: e.NoteEdited) -> Entry:
    if not isinstance(entry.event, e.Noted):
        return entry
    output = entry.event.output if edit.output is None else edit.output
    outcome = entry.event.outcome if edit.outcome is None else edit.outcome
    return replace(entry, event=replace(entry.event, text=edit.text, output=output, outcome=outcome))


def _row(entry: Entry) -> list[Row]:
    kind: Kind = "command" if isinstance(entry.event, e.Noted) and entry.event.kind == "command" else "line"
    return _made(entry.incident, entry.seq, kind, said(entry.event), entry.at.at, entry.seq)


def _title(incident: Incident) -> list[Row]:
    title = "" if incident.title == e.REDACTED else incident.title
    return [] if incident.declared_at is None else _made(incident.number, TITLE, "title", title, incident.declared_at)


def _title_of(published: Incident | None) -> str:
    return published.title if published else ""


def _report(number: IncidentNumber, place: int, kind: Kind, texts: Sequence[Text], title: str) -> list[Row]:
    if not texts:
        return []
    latest = {text.section: text.text for text in texts if not text.section.startswith(":")}
    whole = "\n".join([title.replace(e.REDACTED, ""), *(latest[section] for section in sorted(latest))])
    return _made(number, place, kind, whole, max(text.at for text in texts))


def _made(number: IncidentNumber, place: int, kind: Kind, text: str, at: datetime, seq: Seq | None = None) -> list[Row]:
    """A row, where there is anything to find."""
    text = text.strip()[:LONGEST]
    row = {"id": number * ROOM + place, "incident": number, "seq": seq, "kind": kind, "text": text, "at": at}
    return [row] if text else []


# ── reading and writing rows ───────────────────────────────────────────────────────────────────────────────────────


def _wanted(c: sa.Connection, number: IncidentNumber) -> list[Row]:
    entries = log.entries(c, number)
    incident = fold(number, entries)
    return [*of_log(incident, entries), *of_report(incident, _texts(c, number))]


def _texts(c: sa.Connection, number: IncidentNumber) -> list[Text]:
    s = t.report_sections.c
    every = sa.select(s.section, s.revision, s.text, s.at).where(s.incident == number).order_by(s.revision)
    return [Text(section=row.section, revision=row.revision, text=row.text, at=row.at) for row in c.execute(every)]


def _replace(c: sa.Connection, number: IncidentNumber, places: Sequence[int], rows: Sequence[Row]) -> None:
    if places:
        c.execute(t.words.delete().where(t.words.c.id.in_([number * ROOM + place for place in places])))
    if rows:
        c.execute(t.words.insert(), rows)


def _of(number: IncidentNumber) -> sa.ColumnElement[bool]:
    return t.words.c.id.between(number * ROOM, (number + 1) * ROOM - 1)
