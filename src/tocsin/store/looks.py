"""How far we have looked at what comes in from elsewhere, and who looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.store import tables as t
from tocsin.store.codec import adapter

_VALUE = sa.select(t.installation.c.value).where(t.installation.c.name == sa.bindparam("n"))


@dataclass(frozen=True, kw_only=True)
class Look:
    """`place`: as who is looked at says; `until`: for how long `worker` looks there alone."""

    place: str = ""
    worker: str = ""
    until: datetime | None = None
    last: datetime | None = None
    """When somebody looked last, and saw all there was."""
    trouble: str = ""
    """What the last look met."""
    failing: datetime | None = None


def find(c: sa.Connection, at: str, *, lock: bool = False) -> Look:
    """How things stand at a place that is looked at: `tickets`, `inbox`."""
    value = c.scalar(_VALUE.with_for_update() if lock else _VALUE, {"n": _name(at)})
    return Look() if value is None else adapter(Look).validate_json(value)


def begin(c: sa.Connection, at: str, worker: str, now: datetime, lasts: timedelta) -> Look | None:
    """It is this worker's for so long; None where somebody else looks just now."""
    look = find(c, at, lock=True)
    if look.until is not None and look.until > now and look.worker != worker:
        return None
    begun = replace(look, worker=worker, until=now + lasts)
    keep(c, at, begun)
    return begun


def keep(c: sa.Connection, at: str, look: Look) -> None:
    value = adapter(Look).dump_json(look).decode()
    row = t.installation.c.name == _name(at)
    if c.execute(t.installation.update().where(row), {"value": value}).rowcount == 0:
        c.execute(t.installation.insert(), {"name": _name(at), "value": value})


def _name(at: str) -> str:
    return f"look:{at}"
