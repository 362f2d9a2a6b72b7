"""What lists and pages ask for; nothing here is locked or changed."""

from __future__ import annotations

from collections.abc import Collection
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


def numbers(c: sa.Connection) -> list[IncidentNumber]:
    """The numbers of all incidents, in order."""
    return [IncidentNumber(number) for number in c.scalars(sa.select(t.incidents.c.number).order_by("number"))]


def team(c: sa.Connection, number: IncidentNumber) -> tuple[Handle, ...]:
    """An incident's response team: who took part so far, of whatever kind they are."""
    members = sa.select(t.team.c.person).where(t.team.c.incident == number).order_by("person")
    return tuple(map(Handle, c.scalars(members)))


def waiting(c: sa.Connection) -> tuple[int, int]:
    """How many signals nobody has decided on, and how many deliveries a person has to see to."""
    found = c.execute(_WAITING).one()
    return int(found[0]), int(found[1])


def _how_many(table: sa.Table, *states: str) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(table.c.state.in_(states)).scalar_subquery()


_WAITING = sa.select(
    _how_many(t.signals, "open", "candidate"), _how_many(t.effects, "failed", "unknown", "quarantined")
)
