"""Which rows go into a bundle: everything, or some incidents with what belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tocsin import __version__
from tocsin.core.ids import IncidentNumber
from tocsin.core.people import Community, Group, Service
from tocsin.core.refused import Refused
from tocsin.core.signals import Said, Signal
from tocsin.store import files, reads
from tocsin.store import tables as t
from tocsin.store.bundle import TABLES, Head, lines
from tocsin.store.codec import adapter, decode
from tocsin.store.mentions import Mentioned, mention, nobody
from tocsin.store.rows import Row, as_json, ordered

CHUNK = 500
"""Rows in memory at a time."""
Chosen = Mapping[sa.Table, sa.Select[Any]]


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What a bundle holds."""

    incidents: int
    lines: int


def export(c: sa.Connection, file: Path, numbers: Collection[IncidentNumber], made_at: datetime) -> Exported:
    """Write a bundle of these incidents; of everything, where none is named. The same content is the same bytes."""
    _must_be_there(c, numbers)
    chosen = _of_incidents(c, numbers) if numbers else {table: sa.select(table) for table in TABLES}
    head = Head(
        tocsin=__version__,
        made_at=made_at,
        whole=not numbers,
        incidents=tuple(sorted(set(numbers)) or reads.numbers(c)),
        counts={table.name: _count(c, rows) for table, rows in chosen.items()},
    )
    with files.appearing(file) as new, new.open("wb") as out, closing(_records(c, chosen)) as records:
        out.writelines(lines(head, records))
    return Exported(incidents=head.counts["incidents"], lines=head.counts["log"])


def _must_be_there(c: sa.Connection, numbers: Collection[IncidentNumber]) -> None:
    there = set(reads.numbers(c))
    for number in sorted(numbers):
        if number not in there:
            raise Refused(f"There is no incident {number}. `tocsin incident list` shows those there are.")


def _records(c: sa.Connection, chosen: Chosen) -> Generator[tuple[sa.Table, Row], None, None]:
    for table, rows in chosen.items():
        with _few(c, ordered(table, rows, c.dialect.name)) as found:
            for row in found:
                yield table, as_json(table, row._asdict())


def _count(c: sa.Connection, rows: sa.Select[Any]) -> int:
    return c.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def _of_incidents(c: sa.Connection, numbers: Collection[IncidentNumber]) -> Chosen:
    mentioned = _mentioned(c, numbers)
    theirs = t.signals.c.incident.in_(numbers)
    scope = sa.literal("incident:") + sa.cast(t.incidents.c.number, sa.String) + ":"
    within = sa.func.substr(t.receipts.c.source, 1, sa.func.length(scope)) == scope
    where: dict[sa.Table, sa.ColumnElement[bool]] = {
        t.people: t.people.c.handle.in_(mentioned["people"]),
        t.groups: t.groups.c.slug.in_(mentioned["groups"]),
        t.services: t.services.c.slug.in_(mentioned["services"]),
        t.communities: t.communities.c.slug.in_(mentioned["communities"]),
        t.incidents: t.incidents.c.number.in_(numbers),
        t.log: t.log.c.incident.in_(numbers),
        t.team: t.team.c.incident.in_(numbers),
        t.report_sections: t.report_sections.c.incident.in_(numbers),
        t.signals: theirs,
        t.signal_talk: t.signal_talk.c.signal.in_(sa.select(t.signals.c.id).where(theirs)),
        t.receipts: sa.exists().where(t.incidents.c.number.in_(numbers), within),
        t.counters: sa.false(),  # how far an installation has counted is its own
    }
    return {table: sa.select(table).where(where[table]) for table in TABLES}


def _mentioned(c: sa.Connection, numbers: Collection[IncidentNumber]) -> Mentioned:
    """Whom and what these incidents name; then whom those groups, services and communities name in turn."""
    found = nobody()
    found["people"].update(_authors(c, numbers))
    try:
        with closing(_facts(c, numbers)) as facts:
            for value in facts:
                mention(value, found)
    except (ValueError, KeyError) as trouble:  # what a damaged file or another hand may have left
        raise Refused(
            "A line of these incidents cannot be read. See what is wrong: tocsin rebuild --check."
        ) from trouble
    for table, kind in ((t.services, Service), (t.communities, Community), (t.groups, Group)):
        for body in c.scalars(sa.select(table.c.body).where(table.c.slug.in_(found[table.name]))):
            mention(adapter(kind).validate_python(body), found)
    return found


def _authors(c: sa.Connection, numbers: Collection[IncidentNumber]) -> Iterator[str]:
    for table in (t.log, t.report_sections):
        yield from c.scalars(sa.select(table.c.by).where(table.c.incident.in_(numbers)).distinct())


def _facts(c: sa.Connection, numbers: Collection[IncidentNumber]) -> Generator[object, None, None]:
    theirs = t.signals.c.incident.in_(numbers)
    with _few(c, sa.select(t.log.c.kind, t.log.c.body).where(t.log.c.incident.in_(numbers))) as log:
        for row in log:
            yield decode(row.kind, row.body)
    with _few(c, sa.select(t.signals.c.body).where(theirs)) as signals:
        for body in signals.scalars():
            yield adapter(Signal).validate_python(body)
    with _few(c, sa.select(t.signal_talk.c.body).join(t.signals).where(theirs)) as talk:
        for body in talk.scalars():
            yield adapter(Said).validate_python(body)


def _few(c: sa.Connection, rows: sa.Select[Any]) -> sa.CursorResult[Any]:
    """Rows that come a few at a time; whoever asks closes them."""
    return c.execute(rows.execution_options(yield_per=CHUNK))
