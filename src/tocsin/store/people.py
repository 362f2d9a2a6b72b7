"""The directory: people, groups, services and communities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.store import tables as t
from tocsin.store.codec import adapter, encode

Place = Group | Service | Community
T = TypeVar("T", Group, Service, Community)


class StoredDirectory:
    """Looks people and places up over one connection: by handle or slug first, then by name, then by address."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def person(self, reference: str) -> Person | None:
        key = _key(reference)
        if key == TOCSIN.handle:
            return TOCSIN
        if not _possible(key):
            return None
        body = self._find(t.people, t.people.c.handle, key) or self._find(t.people, t.people.c.name_key, key)
        body = body or ("@" in key and self._find(t.people, t.people.c.email_key, key)) or None
        return adapter(Person).validate_python(body) if body else None

    def group(self, reference: str) -> Group | None:
        return self._place(t.groups, Group, reference)

    def service(self, reference: str) -> Service | None:
        return self._place(t.services, Service, reference)

    def community(self, reference: str) -> Community | None:
        return self._place(t.communities, Community, reference)

    def _place(self, table: sa.Table, kind: type[T], reference: str) -> T | None:
        key = _key(reference)
        if not _possible(key):
            return None
        body = self._find(table, table.c.slug, key) or self._find(table, table.c.name_key, key)
        return adapter(kind).validate_python(body) if body else None

    def _find(self, table: sa.Table, column: sa.Column[Any], key: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._connection.scalar(sa.select(table.c.body).where(column == key))
        return found


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


def same_name(c: sa.Connection, person: Person) -> Sequence[str]:
    """The handles of others who answer to the same name or address."""
    p = t.people.c
    same: list[sa.ColumnElement[bool]] = [p.name_key.in_([_key(person.name), person.handle])]
    if person.email:
        same.append(p.email_key == _key(person.email))
    return list(c.scalars(sa.select(p.handle).where(sa.or_(*same), p.handle != person.handle)))


def _save(c: sa.Connection, table: sa.Table, column: sa.Column[Any], key: str, values: dict[str, Any]) -> None:
    if c.execute(table.update().where(column == key), values).rowcount == 0:
        c.execute(table.insert(), {column.name: key, **values})


def _key(reference: str) -> str:
    return " ".join(reference.casefold().removeprefix("@").split())


def _possible(key: str) -> bool:
    """No database can be asked for NUL bytes or broken UTF-8; nobody is known by such a name."""
    return "\0" not in key and key == key.encode(errors="ignore").decode()
