"""A form that is older than what it is about: what somebody else has made of it since, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.core.events import Event
from tocsin.core.incident import Incident
from tocsin.store import log
from tocsin.web.asked import Asked


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What it was changed to while the form was open."""

    who: str
    at: datetime
    now: str


@dataclass(frozen=True, kw_only=True)
class Older:
    """`seen` goes along in the form: what it is about, as the form shows it; `theirs`, if that is another by now."""

    seen: str
    theirs: Theirs | None


def older(asked: Asked, c: sa.Connection, it: Incident, kind: type[Event], now: tuple[str, str]) -> Older:
    """`kind`: the lines that change it; `now`: what it is, for the form and in words."""
    seen, words = now
    changed = "seen" in asked.form and asked.form.text("seen") != seen
    last = log.latest(c, it.number, kind) if changed else None
    if last is None:
        return Older(seen=seen, theirs=None)
    who = asked.called(last.by)
    return Older(seen=seen, theirs=Theirs(who=f"{who[:1].upper()}{who[1:]}", at=last.recorded_at, now=words))


def told(asked: Asked) -> str | None:
    """What the form has seen; None, where it does not say."""
    return asked.form.text("seen") if "seen" in asked.form else None


def several(asked: Asked) -> tuple[str, ...] | None:
    """The same of a form about several."""
    seen = told(asked)
    return None if seen is None else tuple(seen.split())
