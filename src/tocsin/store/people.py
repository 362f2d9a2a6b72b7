"""The directory: people, groups, services and communities."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tocsin.core.around import Around
from tocsin.core.commands import UpdateDirectory
from tocsin.core.hours import HOUR
from tocsin.core.ids import Handle, Slug
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.store import news
from tocsin.store import tables as t
from tocsin.store.codec import adapter, encode
from tocsin.store.instant import Instant

Place = Group | Service | Community
T = TypeVar("T", Person, Group, Service, Community)
P = TypeVar("P", Group, Service, Community)


class StoredDirectory:
    """Looks people and places up over one connection: by handle or slug first, then by name, then by address."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def person(self, reference: str) -> Person | None:
        return self._find(Person, reference)

    def group(self, reference: str) -> Group | None:
        return self._find(Group, reference)

    def service(self, reference: str) -> Service | None:
        return self._find(Service, reference)

    def community(self, reference: str) -> Community | None:
        return self._find(Community, reference)

    def _find(self, kind: type[T], reference: str) -> T | None:
        """Raises `Refused` where several are known as that: nobody is picked by chance."""
        key = _key(reference)
        if not key or not _possible(key):
            return None
        for statement in _LOOK_UPS[kind]:
            found = self._connection.scalars(statement, {"key": key}).all()
            if len(found) > 1:
                raise Refused(f"Several are known as “{reference}”. Name the one you mean by handle.")
            if found:
                return adapter(kind).validate_python(found[0])
        return None


def _look_up(column: sa.Column[Any]) -> sa.Select[Any]:
    return sa.select(column.table.c.body).where(column == sa.bindparam("key")).limit(2)


_LOOK_UPS: dict[type, tuple[sa.Select[Any], ...]] = {
    Person: (_look_up(t.people.c.handle), _look_up(t.people.c.name_key), _look_up(t.people.c.email_key)),
    Group: (_look_up(t.groups.c.slug), _look_up(t.groups.c.name_key)),
    Service: (_look_up(t.services.c.slug), _look_up(t.services.c.name_key)),
    Community: (_look_up(t.communities.c.slug), _look_up(t.communities.c.name_key)),
}
"""Made once: the actor of every command is looked up."""


def save_person(c: sa.Connection, person: Person) -> None:
    keys = {"name_key": _key(person.name), "email_key": _key(person.email)}
    _save(c, t.people, t.people.c.handle, person.handle, {**keys, "body": encode(person)})
    news.tell(c, f"person:{person.handle}")


def save_place(c: sa.Connection, place: Place) -> None:
    table = {Group: t.groups, Service: t.services, Community: t.communities}[type(place)]
    _save(c, table, table.c.slug, place.slug, {"name_key": _key(place.name), "body": encode(place)})


def everybody(c: sa.Connection) -> list[Person]:
    """Everyone in the directory, by handle."""
    bodies = c.scalars(sa.select(t.people.c.body).order_by(t.people.c.handle))
    return [adapter(Person).validate_python(body) for body in bodies]


def around(c: sa.Connection, playbook: Playbook, now: datetime) -> Around:
    """What a log or a signal is held against, as of one moment."""
    there = StoredDirectory(c)
    return Around(playbook=playbook, directory=there, people=everybody(c), now=now, wrote=wrote(c, now - HOUR, now))


def places(c: sa.Connection, slugs: Collection[str]) -> dict[tuple[type[Place], str], Place]:
    """The groups, services and communities of these slugs, by what they are and their slug."""
    asked = (
        sa.select(sa.literal(number, sa.Integer).label("kind"), table.c.slug, table.c.body).where(
            table.c.slug.in_(slugs)
        )
        for number, (_, table) in enumerate(_PLACES)
    )
    found = c.execute(sa.union_all(*asked))
    return {(_PLACES[kind][0], slug): adapter(_PLACES[kind][0]).validate_python(body) for kind, slug, body in found}


def held(c: sa.Connection, named: UpdateDirectory) -> UpdateDirectory:
    """How the entries named there stand now; nobody else changes them until this transaction ends."""
    handles = {person.handle for person in named.people}
    everyone = [adapter(Person).validate_python(body) for body in c.scalars(_EVERYBODY_HELD)] if handles else []
    return UpdateDirectory(
        people=tuple(person for person in everyone if person.handle in handles),
        groups=_held(c, Group, t.groups, named.groups),
        services=_held(c, Service, t.services, named.services),
        communities=_held(c, Community, t.communities, named.communities),
    )


def _held(c: sa.Connection, kind: type[P], table: sa.Table, named: Collection[P]) -> tuple[P, ...]:
    if not named:
        return ()
    slugs = [place.slug for place in named]
    rows = sa.select(table.c.body).where(table.c.slug.in_(slugs)).order_by(table.c.slug).with_for_update()
    return tuple(adapter(kind).validate_python(body) for body in c.scalars(rows))


def administrators(c: sa.Connection) -> frozenset[Handle]:
    """Who may change the directory; nobody else changes anybody in it until this transaction ends."""
    bodies = c.scalars(_EVERYBODY_HELD)
    everyone = (adapter(Person).validate_python(body) for body in bodies)
    return frozenset(person.handle for person in everyone if person.active and person.part == "administrator")


def spoken_for(c: sa.Connection, person: Handle) -> list[Community]:
    """The communities that somebody speaks for."""
    return [each for each in _all(c, Community, t.communities) if person in each.representatives]


def serving(c: sa.Connection, community: Slug) -> list[Service]:
    """The services that a community uses."""
    return [each for each in _all(c, Service, t.services) if community in each.communities]


def _all(c: sa.Connection, kind: type[P], table: sa.Table) -> list[P]:
    return [adapter(kind).validate_python(body) for body in c.scalars(sa.select(table.c.body).order_by(table.c.slug))]


def names(c: sa.Connection) -> dict[str, str]:
    """What everybody is called, by handle."""
    return {person.handle: person.name for person in (*everybody(c), TOCSIN)}


def wrote(c: sa.Connection, since: datetime, until: datetime) -> dict[Handle, datetime]:
    """When everybody wrote last in any log, who did so after `since` and by `until`."""
    rows = c.execute(_WROTE, {"since": since, "until": until})
    return {Handle(by): last for by, last in rows}


_EVERYBODY_HELD = sa.select(t.people.c.body).order_by(t.people.c.handle).with_for_update(key_share=True)
"""In one order, so that two can wait; sessions may begin meanwhile."""
_PLACES: tuple[tuple[type[Place], sa.Table], ...] = (
    (Group, t.groups),
    (Service, t.services),
    (Community, t.communities),
)
_WROTE = (
    sa.select(t.log.c.by, sa.func.max(t.log.c.recorded_at, type_=Instant))
    .where(t.log.c.recorded_at > sa.bindparam("since"), t.log.c.recorded_at <= sa.bindparam("until"))
    .group_by(t.log.c.by)
)


def _save(c: sa.Connection, table: sa.Table, column: sa.Column[Any], key: str, values: dict[str, Any]) -> None:
    if c.execute(table.update().where(column == key), values).rowcount == 0:
        c.execute(table.insert(), {column.name: key, **values})


def _key(reference: str) -> str:
    return " ".join(reference.casefold().removeprefix("@").split())


def _possible(key: str) -> bool:
    """No database can be asked for NUL bytes or broken UTF-8; nobody is known by such a name."""
    return "\0" not in key and key == key.encode(errors="ignore").decode()
