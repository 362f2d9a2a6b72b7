"""What lists and pages ask for; nothing here is locked or changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.core.ids import Handle, IncidentNumber
from tocsin.store import tables as t


def incidents(c: sa.Connection, state: str = "") -> list[dict[str, Any]]:
    """The rows of all incidents, or of those in one state; newest first."""
    rows = sa.select(t.incidents).order_by(t.incidents.c.number.desc())
    if state:
        rows = rows.where(t.incidents.c.state == state)
    return [found._asdict() for found in c.execute(rows)]


def owed(c: sa.Connection) -> list[dict[str, Any]]:
    """The rows of what is resolved and whose report is not published, exercises aside; oldest first."""
    found = (row for row in incidents(c, "resolved") if row["report_state"] != "published" and not row["drill"])
    return sorted(found, key=lambda row: row["resolved_at"])


def open_about(c: sa.Connection, services: Collection[str], criterion: str) -> list[IncidentNumber]:
    """The open incidents about any of these services and a criterion, exercises aside; newest first.

    One that nobody gave a criterion may be about it, too.
    """
    found = (row for row in incidents(c, "open") if row["criterion"] in (criterion, None) and not row["drill"])
    return [IncidentNumber(row["number"]) for row in found if not set(services).isdisjoint(row["services"])]


def owed_first(c: sa.Connection, me: Handle, most: int) -> tuple[list[dict[str, Any]], int]:
    """The oldest reports that are owed, each with whether somebody `took_part`; and how many are owed in all."""
    found = [row._asdict() for row in c.execute(_OWED_FIRST, {"me": me, "most": most})]
    return found, found[0]["every"] if found else 0


def resolved_lately(c: sa.Connection, since: datetime, most: int) -> list[dict[str, Any]]:
    """What was resolved since then, the last first."""
    return [row._asdict() for row in c.execute(_LATELY, {"since": since, "most": most})]


def alike(c: sa.Connection, services: Collection[str], criterion: str, among: int) -> list[IncidentNumber]:
    """Of the last so many that are over: those that were about any of these services and the criterion."""
    found = c.execute(_ALIKE, {"most": among})
    same = (row for row in found if row.criterion == criterion and not set(services).isdisjoint(row.services))
    return [IncidentNumber(row.number) for row in same]


def numbers(c: sa.Connection) -> list[IncidentNumber]:
    """The numbers of all incidents, in order."""
    return [IncidentNumber(number) for number in c.scalars(sa.select(t.incidents.c.number).order_by("number"))]


def team(c: sa.Connection, number: IncidentNumber) -> tuple[Handle, ...]:
    """An incident's response team: who took part so far, of whatever kind they are."""
    members = sa.select(t.team.c.person).where(t.team.c.incident == number).order_by("person")
    return tuple(map(Handle, c.scalars(members)))


def roles_elsewhere(c: sa.Connection, number: IncidentNumber) -> Counter[Handle]:
    """How many roles people have now in other incidents that are open, exercises aside."""
    rows = incidents(c, "open")
    others = [row["roles"] for row in rows if row["number"] != number and not row["drill"]]
    return Counter(Handle(holder) for roles in others for holders in roles.values() for holder in holders)


def waiting(c: sa.Connection) -> tuple[int, int]:
    """How many signals nobody has decided on, and how many deliveries a person has to see to."""
    found = c.execute(_WAITING).one()
    return int(found[0]), int(found[1])


def _how_many(table: sa.Table, *states: str) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(table.c.state.in_(states)).scalar_subquery()


_WAITING = sa.select(
    _how_many(t.signals, "open", "candidate"), _how_many(t.effects, "failed", "unknown", "quarantined")
)

_i = t.incidents.c
_OWED_FIRST = (
    sa.select(
        _i.number,
        _i.title,
        _i.resolved_at,
        _i.report_state,
        sa.exists().where(t.team.c.incident == _i.number, t.team.c.person == sa.bindparam("me")).label("took_part"),
        sa.func.count().over().label("every"),
    )
    .where(_i.report_state.in_(("draft", "in-review", "reviewed")), _i.drill == sa.false())
    .order_by(_i.resolved_at)
    .limit(sa.bindparam("most"))
)
_LATELY = (
    sa.select(_i.number, _i.title, _i.resolved_at, _i.report_state, _i.drill)
    .where(_i.state == "resolved", _i.resolved_at > sa.bindparam("since"))
    .order_by(_i.resolved_at.desc())
    .limit(sa.bindparam("most"))
)
_ALIKE = (
    sa.select(_i.number, _i.criterion, _i.services)
    .where(_i.state == "resolved")
    .order_by(_i.number.desc())
    .limit(sa.bindparam("most"))
)
