"""Numbers without gaps."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from tocsin.store import tables as t

_NEXT = (
    sa.update(t.counters)
    .where(t.counters.c.name == sa.bindparam("n"))
    .values(value=t.counters.c.value + 1)
    .returning(t.counters.c.value)
)

_HOLD = sa.select(t.counters.c.value).where(t.counters.c.name == sa.bindparam("n")).with_for_update()


def hold(c: sa.Connection, name: Literal["incident", "signal", "ticket"]) -> None:
    """Nobody else takes the next one until this transaction ends."""
    c.execute(_HOLD, {"n": name})


def next_number(c: sa.Connection, name: Literal["incident", "signal", "ticket"]) -> int:
    """The next one. Whoever takes it holds the row until their transaction ends; a refusal gives the number back."""
    number: int = c.execute(_NEXT, {"n": name}).scalar_one()
    return number
