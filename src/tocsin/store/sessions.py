"""Who is signed in, where, and until when. Only the browser has the token; we know its hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

import sqlalchemy as sa

from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.store import news
from tocsin.store import tables as t
from tocsin.store.codec import adapter

IDLE = timedelta(days=7)
"""A browser that nobody used for so long has to sign in again."""
SHORT, LONG = timedelta(hours=12), timedelta(days=30)
"""How long it may last in all: else, and on a computer that is one's own."""
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a session was last used: not every page writes."""


Ending = Callable[[sa.Connection], None]


@dataclass(frozen=True, kw_only=True)
class Session:
    """One browser that somebody is signed in with."""

    key: str
    person: Handle
    begun: datetime
    seen: datetime
    ends: datetime
    browser: str

    def lasts(self, now: datetime) -> bool:
        return now < self.ends and now < self.seen + IDLE


def begin(c: sa.Connection, person: Handle, now: datetime, *, browser: str = "", keep: bool = False) -> str:
    """A new session; the token for the browser."""
    token = token_urlsafe(32)
    row = {"key": key_of(token), "person": person, "begun": now, "seen": now, "browser": browser[:200]}
    c.execute(t.sessions.insert(), {**row, "ends": now + (LONG if keep else SHORT)})
    return token


def found(c: sa.Connection, token: str, now: datetime) -> tuple[Session, Person] | None:
    """Whose token this is, if they are signed in with it still."""
    row = c.execute(_FOUND, {"key": key_of(token)}).first()
    if row is None:
        return None
    session, person = _session(row), adapter(Person).validate_python(row.body)
    return (session, person) if session.lasts(now) and person.active else None


def of_person(c: sa.Connection, person: Handle, now: datetime) -> list[Session]:
    """Where somebody is signed in, the one used last first."""
    rows = c.execute(sa.select(t.sessions).where(t.sessions.c.person == person).order_by(t.sessions.c.seen.desc()))
    return [session for session in map(_session, rows) if session.lasts(now)]


def seen(c: sa.Connection, key: str, now: datetime) -> None:
    c.execute(t.sessions.update().where(t.sessions.c.key == key), {"seen": now})


def end(c: sa.Connection, key: str) -> None:
    for person in c.scalars(t.sessions.delete().where(t.sessions.c.key == key).returning(t.sessions.c.person)).all():
        news.tell(c, f"person:{person}")


def end_one(c: sa.Connection, person: Handle, key: str) -> None:
    """One of somebody's own; those of others are not theirs to end."""
    c.execute(t.sessions.delete().where(t.sessions.c.key == key, t.sessions.c.person == person))
    news.tell(c, f"person:{person}")


def end_all(c: sa.Connection, person: Handle, but: str = "") -> None:
    """Sign somebody out everywhere; `but`: the key of the session they ask with."""
    c.execute(t.sessions.delete().where(t.sessions.c.person == person, t.sessions.c.key != but))
    news.tell(c, f"person:{person}")


def sweep(c: sa.Connection, now: datetime) -> None:
    """Forget the sessions that are over."""
    c.execute(t.sessions.delete().where((t.sessions.c.ends <= now) | (t.sessions.c.seen <= now - IDLE)))


def key_of(token: str) -> str:
    """What we keep of a token."""
    return sha256(token.encode()).hexdigest()


_FOUND = (
    sa.select(t.sessions, t.people.c.body)
    .join(t.people, t.people.c.handle == t.sessions.c.person)
    .where(t.sessions.c.key == sa.bindparam("key"))
)


def _session(row: sa.Row[tuple[object, ...]]) -> Session:
    return Session(
        key=row.key, person=Handle(row.person), begun=row.begun, seen=row.seen, ends=row.ends, browser=row.browser
    )
