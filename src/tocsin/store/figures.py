"""How much there is to do, in numbers, for whoever watches over Tocsin itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.store import tables as t
from tocsin.store.instant import Instant


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How much there is to do, in numbers."""

    open_incidents: int
    undecided: int
    """Signals that nobody has decided on."""
    waiting: int
    """Deliveries that are to be tried by now."""
    failing: int
    """Of them, those that have failed before."""
    stuck: int
    """Deliveries that a person has to see to."""
    oldest: datetime | None
    """Since when the one of those that wait longest does."""


def figures(c: sa.Connection, now: datetime) -> Figures:
    """Nothing of this takes longer with what is over."""
    row = c.execute(_FIGURES, {"now": now}).one()
    return Figures(open_incidents=row[0], undecided=row[1], waiting=row[2], failing=row[3], stuck=row[4], oldest=row[5])


def _how_many(table: sa.Table, *states: str) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).where(table.c.state.in_(states)).scalar_subquery()


def _late() -> sa.ColumnElement[bool]:
    return t.effects.c.state.in_(("waiting", "doing")) & (t.effects.c.since <= sa.bindparam("now"))


def _late_ones(value: sa.ColumnElement[Any], *more: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(value).select_from(t.effects).where(_late(), *more).scalar_subquery()


_FIGURES = sa.select(
    _how_many(t.incidents, "open"),
    _how_many(t.signals, "open", "candidate"),
    _late_ones(sa.func.count()),
    _late_ones(sa.func.count(), t.effects.c.fails > 0),
    _how_many(t.effects, "failed", "unknown", "quarantined"),
    _late_ones(sa.func.min(t.effects.c.since, type_=Instant)),
)
