"""The list of incidents: which of them somebody wants to see, a page at a time, from their rows alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.incident import State
from tocsin.core.report import ReportState
from tocsin.core.rights import Sight
from tocsin.store import tables as t
from tocsin.store import touched

PAGE = 25
"""Incidents on one page."""
OWED: tuple[ReportState, ...] = ("draft", "in-review", "reviewed")
"""Where the report of something resolved stands as long as it is owed."""
Show = Literal["all", "open", "owed"]
_i = t.incidents.c


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which incidents to show; what is empty does not matter."""

    show: Show = "all"
    service: str = ""
    criterion: str = ""
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One incident, as its row says."""

    number: IncidentNumber
    title: str
    state: State
    phase: str | None
    criterion: str | None
    drill: bool
    services: tuple[Slug, ...]
    begun: datetime
    impact_start: datetime | None
    impact_end: datetime | None
    noticed: datetime | None
    told: tuple[datetime, ...]
    resolved_at: datetime | None
    report: ReportState
    published: bool


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many there are; `since`: when the first began."""

    all: int
    open: int
    owed: int
    since: datetime | None


def seen(sight: Sight) -> sa.ColumnElement[bool]:
    """The condition on the rows of incidents that somebody may read."""
    match sight:
        case "everything":
            return sa.true()
        case "published":
            return _i.published_begun.is_not(None)
        case _:
            return sa.false()


def is_open(sight: Sight) -> sa.ColumnElement[bool]:
    """The condition on the rows of incidents that are worked on, which readers of published reports are not told."""
    return _i.state == "open" if sight == "everything" else sa.false()


def title(sight: Sight) -> sa.ColumnElement[str]:
    """What incidents are called for somebody."""
    return _i.published_as if sight == "published" else _i.title


def shown(row: sa.Row[Any], sight: Sight) -> dict[str, Any]:
    """A row as somebody may read it: readers of published reports learn nothing that came after them."""
    it = row._asdict()
    if sight != "published":
        return it
    then = {name: _in_time(fact) if name in _TIMES else fact for name, fact in it["published_facts"].items()}
    since = {"title": it["published_as"], "state": "resolved", "phase": None, "report_state": "published", "roles": {}}
    return it | since | then


def _in_time(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


_TIMES = ("declared_at", "resolved_at", "begun", "impact_start", "impact_end", "noticed")


def begun(sight: Sight) -> sa.ColumnElement[datetime]:
    """When incidents began for somebody: lists are in that order."""
    return _i.published_begun if sight == "published" else _i.begun


def criterion(sight: Sight) -> sa.ColumnElement[str]:
    return _i.published_facts["criterion"].as_string() if sight == "published" else _i.criterion


def within(sight: Sight, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """The conditions on the rows of incidents that are wanted, and may be seen."""
    over = sa.func.coalesce(_i.state, "") == "resolved"  # so put that nobody looks by it: nearly all there is is over
    owed = (_i.report_state.in_(OWED), over, _i.drill == sa.false())
    return [
        seen(sight),
        *([is_open(sight)] if wanted.show == "open" else owed if wanted.show == "owed" else ()),
        *([_about(sight, wanted.service)] if wanted.service else ()),
        *([criterion(sight) == wanted.criterion] if wanted.criterion else ()),
        *([begun(sight) >= wanted.since] if wanted.since else ()),
    ]


def _about(sight: Sight, service: str) -> sa.ColumnElement[bool]:
    """What is published speaks of places that may be others by now; there is too little of it for a list of its own."""
    if sight == "everything":
        return touched.touches("services", service)
    return sa.cast(_i.published_facts["services"], sa.Text).contains(f'"{service}"', autoescape=True)


def page(
    c: sa.Connection, sight: Sight, wanted: Wanted, before: IncidentNumber | None = None
) -> tuple[list[Listed], bool]:
    """Those that began last, or last before a certain one; and whether there are more."""
    began, number, rows = begun(sight), _i.number, sa.select(t.incidents)
    if wanted.service and sight == "everything":
        began, number = t.touched.c.begun, t.touched.c.incident
        rows = touched.along(rows, "services", wanted.service)
        wanted = replace(wanted, service="")
    if wanted.since:  # said of what they are ordered by, or nobody stops looking there
        rows = rows.where(began >= wanted.since)
    rows = rows.where(*within(sight, replace(wanted, since=None)))
    rows = newest_first(rows, began, number, before).limit(PAGE + 1)
    found = [_listed(shown(row, sight)) for row in c.execute(rows)]
    return found[:PAGE], len(found) > PAGE


def newest_first(
    rows: sa.Select[Any],
    begun: sa.ColumnElement[datetime],
    number: sa.ColumnElement[int],
    before: IncidentNumber | None,
) -> sa.Select[Any]:
    """In the order of lists, along the index of these columns; from the one after a certain one on."""
    if before is not None:
        it = t.incidents.alias("it")
        same = it.c.published_begun if begun is _i.published_begun else it.c.begun
        its = sa.select(same).where(it.c.number == before).scalar_subquery()
        rows = rows.where(sa.tuple_(begun, number) < sa.tuple_(its, sa.literal(before)))
    return rows.order_by(begun.desc(), number.desc())


def one(c: sa.Connection, sight: Sight, number: int) -> Listed | None:
    """One that may be seen, by its number."""
    row = c.execute(sa.select(t.incidents).where(_i.number == number, seen(sight))).first()
    return None if row is None else _listed(shown(row, sight))


def counts(c: sa.Connection, sight: Sight) -> Counts:
    """In one statement."""
    how_many = sa.select(sa.func.count()).select_from(t.incidents)
    shown: Sequence[Show] = ("all", "open", "owed")
    numbers = [how_many.where(*within(sight, Wanted(show=show))).scalar_subquery() for show in shown]
    began = begun(sight)
    first = sa.select(began).where(seen(sight), began.is_not(None)).order_by(began).limit(1).scalar_subquery()
    row = c.execute(sa.select(*numbers, sa.type_coerce(first, _i.begun.type).label("since"))).one()
    return Counts(all=row[0], open=row[1], owed=row[2], since=row[3])


def names(c: sa.Connection) -> dict[str, str]:
    """What the services are called, by slug, in the order of their names."""
    s = t.services.c
    rows = c.execute(sa.select(s.slug, s.body["name"].as_string().label("name")))
    return dict(sorted(((row.slug, row.name) for row in rows), key=lambda each: each[1].casefold()))


def _listed(it: Mapping[str, Any]) -> Listed:
    return Listed(
        number=IncidentNumber(it["number"]),
        title=it["title"],
        state=it["state"],
        phase=it["phase"],
        criterion=it["criterion"],
        drill=it["drill"],
        services=tuple(it["services"]),
        begun=it["begun"],
        impact_start=it["impact_start"],
        impact_end=it["impact_end"],
        noticed=it["noticed"],
        told=tuple(map(datetime.fromisoformat, it["told"] or ())),
        resolved_at=it["resolved_at"],
        report=it["report_state"],
        published=it["published"] is not None,
    )
