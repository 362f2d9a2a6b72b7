"""The directory: people, groups, services and communities."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.core.refused import Refused
from tocsin.store import tables as t
from tocsin.store.codec import adapter, encode
from tocsin.store.instant import Instant

Place = Group | Service | Community
T = TypeVar("T", Person, Group, Service, Community)


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


def save_place(c: sa.Connection, place: Place) -> None:
    table = {Group: t.groups, Service: t.services, Community: t.communities}[type(place)]
    _save(c, table, table.c.slug, place.slug, {"name_key": _key(place.name), "body": encode(place)})


def everybody(c: sa.Connection) -> list[Person]:
    """Everyone in the directory, by handle."""
    bodies = c.scalars(sa.select(t.people.c.body).order_by(t.people.c.handle))
    return [adapter(Person).validate_python(body) for body in bodies]


def names(c: sa.Connection) -> dict[str, str]:
    """What everybody is called, by handle."""
    return {person.handle: person.name for person in (*everybody(c), TOCSIN)}


def wrote(c: sa.Connection, since: datetime, until: datetime) -> dict[Handle, datetime]:
    """When everybody wrote last in any log, who did so after `since` and by `until`."""
    rows = c.execute(_WROTE, {"since": since, "until": until})
    return {Handle(by): last for by, last in rows}


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
