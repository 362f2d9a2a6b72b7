"""The outbox: wishes saved with the facts they follow from, until they have come true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.core.effects import Effect
from tocsin.core.ids import IncidentNumber
from tocsin.store import tables as t
from tocsin.store.codec import decode_effect, encode


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An effect that has not come true yet; `trouble` is what the last try met."""

    id: int
    effect: Effect
    trouble: str


def wish(c: sa.Connection, effects: Sequence[Effect], due: datetime) -> None:
    """Save wishes, to come true from `due` on."""
    rows = [
        {
            "incident": effect.incident,
            "destination": effect.destination,
            "kind": type(effect).__name__,
            "body": encode(effect),
            "due": due,
            "state": "todo",
            "tries": 0,
            "trouble": "",
        }
        for effect in effects
    ]
    if rows:
        c.execute(t.effects.insert(), rows)


def waiting(c: sa.Connection, number: IncidentNumber) -> list[Waiting]:
    """What an incident still wishes for, in the order it was wished for."""
    todo = sa.select(t.effects).where(t.effects.c.incident == number, t.effects.c.state == "todo")
    return [
        Waiting(id=found.id, effect=decode_effect(found.kind, found.body), trouble=found.trouble)
        for found in c.execute(todo.order_by(t.effects.c.id))
    ]


def done(c: sa.Connection, effect: int) -> None:
    """It came true."""
    c.execute(t.effects.update().where(t.effects.c.id == effect).values(state="done", tries=t.effects.c.tries + 1))


def failed(c: sa.Connection, effect: int, trouble: str) -> None:
    """The world said no; the wish stays."""
    c.execute(t.effects.update().where(t.effects.c.id == effect).values(tries=t.effects.c.tries + 1, trouble=trouble))
