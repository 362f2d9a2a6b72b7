"""How people sign in: the hashes of their passwords, and the links that let somebody in once.

Only whoever was handed a link has its token; we know its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from types import MappingProxyType
from typing import Literal

import sqlalchemy as sa

from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.store import sessions
from tocsin.store import tables as t
from tocsin.store.codec import adapter
from tocsin.store.sessions import key_of

LinkKind = Literal["first", "invite", "reset"]
LASTS: Mapping[LinkKind, timedelta] = MappingProxyType(
    {"first": timedelta(hours=1), "invite": timedelta(days=7), "reset": timedelta(days=1)}
)
LONGEST_NAME = 200
"""Characters: what is longer is nobody's handle or address, and not worth asking for."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A way in that works once. `person` is None where it makes the first administrator."""

    key: str
    kind: LinkKind
    person: Person | None
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who may sign in, and what their password is checked against."""

    person: Person
    hash: str


def account(c: sa.Connection, reference: str) -> Account | None:
    """Who signs in by that handle or address, if they have a password; nobody where two share the address."""
    key = " ".join(reference.casefold().removeprefix("@").split())
    if not key or len(key) > LONGEST_NAME or "\0" in key:
        return None
    found = c.execute(_ACCOUNTS, {"key": key}).all()
    meant = [row for row in found if row.handle == key] or found
    if len(meant) != 1 or not meant[0].hash:
        return None
    person = adapter(Person).validate_python(meant[0].body)
    return Account(person=person, hash=meant[0].hash) if person.active else None


def of_person(c: sa.Connection, person: Handle) -> str:
    """The hash of somebody's password; empty where they have none."""
    return c.execute(sa.select(t.credentials.c.hash).where(t.credentials.c.person == person)).scalar() or ""


def set_password(c: sa.Connection, person: Handle, hashed: str, now: datetime) -> None:
    """From now on only this one counts; whoever was signed in with another is so no more, and no link is left."""
    values = {"hash": hashed, "set_at": now}
    if c.execute(t.credentials.update().where(t.credentials.c.person == person), values).rowcount == 0:
        c.execute(t.credentials.insert(), {"person": person, **values})
    sessions.end_all(c, person)
    _forget_links(c, person)


def rehash(c: sa.Connection, person: Handle, before: str, hashed: str) -> None:
    """The same password, hashed as it is done today, unless another has been set meanwhile."""
    c.execute(
        t.credentials.update().where(t.credentials.c.person == person, t.credentials.c.hash == before),
        {"hash": hashed},
    )


def follow(c: sa.Connection, person: Person) -> None:
    """What a change of the directory, before it is written, means for how somebody signs in.

    Whoever has left loses every way in; whose rights change signs in anew, with the new ones.
    """
    body = c.execute(sa.select(t.people.c.body).where(t.people.c.handle == person.handle)).scalar()
    if body is None:
        return
    if not person.active or person.kind == "bot":
        c.execute(t.credentials.delete().where(t.credentials.c.person == person.handle))
        _forget_links(c, person.handle)
        sessions.end_all(c, person.handle)
    elif adapter(Person).validate_python(body).part != person.part:
        sessions.end_all(c, person.handle)


# ── links ──


def new_token() -> str:
    return token_urlsafe(32)


def keep_link(c: sa.Connection, key: str, kind: LinkKind, person: Handle | None, now: datetime) -> None:
    """A link of that key; the earlier ones of its kind, for the same person, work no more."""
    sweep(c, now)
    of_them = t.one_time_links.c.person == person if person else t.one_time_links.c.person.is_(None)
    c.execute(t.one_time_links.delete().where(of_them, t.one_time_links.c.kind == kind))
    row = {"key": key, "kind": kind, "person": person, "made": now, "ends": now + LASTS[kind]}
    c.execute(t.one_time_links.insert(), row)


def link(c: sa.Connection, token: str, kind: LinkKind, now: datetime) -> Link | None:
    """The link of that token, if it still works."""
    row = c.execute(_LINK, {"key": key_of(token)}).first()
    if row is None or row.kind != kind or now >= row.ends:
        return None
    person = adapter(Person).validate_python(row.body) if row.body else None
    if (person is None) != (kind == "first") or (person and not person.active):
        return None
    return Link(key=row.key, kind=row.kind, person=person, ends=row.ends)


def use_link(c: sa.Connection, found: Link, now: datetime) -> bool:
    """Whether it worked still: once, in its time, for whoever is here."""
    links = t.one_time_links.c
    used = c.execute(t.one_time_links.delete().where(links.key == found.key, links.ends > now)).rowcount == 1
    return used and (found.person is not None or not set_up(c))


def invited(c: sa.Connection, person: Handle, now: datetime) -> datetime | None:
    """Until when the invitation of somebody works that they have not used yet."""
    links = t.one_time_links.c
    waiting = links.kind == "invite", links.person == person, links.ends > now
    ends: datetime | None = c.execute(sa.select(links.ends).where(*waiting)).scalar()
    return ends


def set_up(c: sa.Connection) -> bool:
    """Whether some administrator has a password; until then, whoever starts the server lets the first one in."""
    bodies = c.scalars(sa.select(t.people.c.body).join(t.credentials, t.credentials.c.person == t.people.c.handle))
    people = (adapter(Person).validate_python(body) for body in bodies)
    return any(person.active and person.part == "administrator" for person in people)


def forget_first(c: sa.Connection) -> None:
    """The server is set up: no link makes a first administrator any more."""
    c.execute(t.one_time_links.delete().where(t.one_time_links.c.kind == "first"))


def sweep(c: sa.Connection, now: datetime) -> None:
    """Forget the links that are over."""
    c.execute(t.one_time_links.delete().where(t.one_time_links.c.ends <= now))


def _forget_links(c: sa.Connection, person: Handle) -> None:
    c.execute(t.one_time_links.delete().where(t.one_time_links.c.person == person))


_LINK = (
    sa.select(t.one_time_links, t.people.c.body)
    .outerjoin(t.people, t.people.c.handle == t.one_time_links.c.person)
    .where(t.one_time_links.c.key == sa.bindparam("key"))
)
_ACCOUNTS = (
    sa.select(t.people.c.handle, t.people.c.body, t.credentials.c.hash)
    .outerjoin(t.credentials, t.credentials.c.person == t.people.c.handle)
    .where((t.people.c.handle == sa.bindparam("key")) | (t.people.c.email_key == sa.bindparam("key")))
)
"""By handle and by address at once: it costs the same for everybody."""
