"""Backups: one file that holds everything, made while others write; and what is made from one, which tells nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from tocsin.core.moments import rfc3339
from tocsin.core.refused import Refused
from tocsin.store import copying, engines, files, log, outbox, reads, schema, words
from tocsin.store import tables as t
from tocsin.store.owner import Owner
from tocsin.store.works import Store, Unavailable
from tocsin.store.writer import SqliteStore, open_store

_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a backup holds."""

    incidents: int
    lines: int


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was brought back; `waiting`: how much of it would be sent, were it not held."""

    incidents: int
    lines: int
    waiting: int


def backup(store: Store, file: Path) -> Kept:
    """Everything as of one moment in a new SQLite file, read again before it counts."""
    _must_hold_something(store)
    with files.appearing(file) as new:
        with store.read() as source, _room_told(file):
            wanted = _copied(source, new)
        found = _verified(new)
    if found != {name: wanted.get(name) for name in found}:
        raise Refused("The copy does not hold what the database does, so it was not kept. See the disk of both.")
    return Kept(incidents=found["incidents"], lines=found["log"])


def restore(file: Path, url: str, now: datetime) -> Restored:
    """A database made from a backup, of either kind, where none is; its outbox is held from its first moment on."""
    why = f"Restored from {file.name} at {rfc3339(now)}."
    address = engines.address(url)
    with _opened(file) as source:
        if address.get_backend_name() == "sqlite":
            return _into_file(source, address, file, why)
        with open_store(url) as store:
            return store.run(lambda target: _into_server(source, target, file, why))


def _must_hold_something(store: Store) -> None:
    found = schema.state(store)
    if found == "empty":
        raise Refused("This database is empty; there is nothing to back up.")
    if found != "older":  # one that waits for `tocsin migrate` is to be backed up before
        schema.ready(store)


def _copied(source: sa.Connection, new: Path) -> dict[str, int]:
    """How many rows each table has that should be in the copy."""
    if source.dialect.name == "sqlite":
        copying.pages(source, new)
    else:
        with copying.new_file(new) as target:
            copying.rows(source, target)
    return copying.counts(source)


def _verified(new: Path) -> dict[str, int]:
    """How many rows each table of the copy has; refused where anything is wrong with it."""
    with _file(new) as store, store.read() as copy:
        if damage := _damage(copy):
            raise Refused(f"The database is damaged, so no backup was made: {damage}")
        if schema.state(store) == "current" and (sentence := next(_differences(copy), None)):
            raise Refused(f"{sentence} No backup was made. Put that right first: tocsin rebuild.")
        return copying.counts(copy)


@contextmanager
def _opened(file: Path) -> Iterator[sa.Connection]:
    """A backup that is whole, and that this version can read."""
    _must_be_sqlite(file)
    with _file(file) as store:
        try:
            _must_be_ours(schema.state(store), file)
            with store.read() as source:
                damage = _damage(source)
        except (Unavailable, exc.SQLAlchemyError, ValueError) as trouble:
            raise _damaged(file) from trouble
        if damage:
            raise _damaged(file, damage)
        with store.read() as source:
            yield source


def _must_be_ours(found: schema.State, file: Path) -> None:
    if found in ("empty", "foreign"):
        raise Refused(f"{file} is no backup of Tocsin's.")
    if found == "newer":
        raise Refused(f"{file} was made by a newer Tocsin. Restore it with that one.")


def _must_be_sqlite(file: Path) -> None:
    try:
        with file.open("rb") as content:
            begins = content.read(len(_MAGIC))
    except OSError as trouble:
        raise Refused(f"{file} cannot be read: {trouble.strerror}.") from trouble
    if begins != _MAGIC:
        raise Refused(f"{file} is no backup of Tocsin's.")


def _into_file(source: sa.Connection, address: sa.URL, file: Path, why: str) -> Restored:
    """Nobody else may begin a database there meanwhile."""
    path = engines.path(address)
    _must_be_empty(path)
    owner = Owner(path, engines.patience(address))
    owner.take()
    try:
        _must_be_empty(path)
        with files.appearing(path) as new, copying.new_file(new) as target:
            return _filled(source, target, file, why)
    finally:
        owner.let_go()


def _must_be_empty(path: Path) -> None:
    """What is left of a database beside its file would become part of ours."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        left = [f"{path}{ending}" for ending in ("", "-wal", "-shm", "-journal") if Path(f"{path}{ending}").exists()]
    except OSError as trouble:
        raise Refused(f"{path.parent} cannot be used: {trouble.strerror}.") from trouble
    if left:
        raise Refused(f"{left[0]} is there already. A backup is restored into an empty folder: name one with --data.")


def _into_server(source: sa.Connection, target: sa.Connection, file: Path, why: str) -> Restored:
    target.execute(sa.text("SELECT pg_advisory_xact_lock(7367)"))  # the one that migrations take
    if sa.inspect(target).get_table_names():
        raise Refused("That database holds tables already. A backup is restored into an empty one: createdb makes it.")
    return _filled(source, target, file, why)


def _filled(source: sa.Connection, target: sa.Connection, file: Path, why: str) -> Restored:
    """A backup of an older version is brought up to date here: only then can its outbox be held."""
    try:
        copying.rows(source, target)
        schema.bring_to(target, "head")
        copying.count_on(target)
        sentence = next(_differences(target), None)
    except (ValueError, TypeError, LookupError, exc.SQLAlchemyError) as trouble:
        if engines.trouble(trouble):  # not what is in the backup, but where it should go
            raise
        raise _damaged(file) from trouble
    if sentence:
        raise _damaged(file, sentence)
    outbox.hold(target, why)
    found = copying.counts(target)
    waiting = sa.select(sa.func.count()).select_from(t.effects).where(t.effects.c.state.in_(("waiting", "doing")))
    return Restored(incidents=found["incidents"], lines=found["log"], waiting=target.scalar(waiting) or 0)


def _file(path: Path) -> SqliteStore:
    return SqliteStore(sa.URL.create("sqlite", database=str(path)))


def _damage(c: sa.Connection) -> str:
    """What SQLite finds wrong with a file; empty where nothing is."""
    found: str = c.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if found != "ok":
        return " ".join(found.split())
    stray = c.exec_driver_sql("PRAGMA foreign_key_check").first()
    if stray is not None:
        return f"a row of {stray[0]} belongs to nothing in {stray[2]}."
    wrong = (table.name for table in copying.tables_of(c) if _has_strange_values(c, table))
    return next((f"a row of {name} holds what that table cannot." for name in wrong), "")


def _has_strange_values(c: sa.Connection, table: sa.Table) -> bool:
    """SQLite keeps anything in any column; we keep numbers and text."""
    strange = (sa.func.typeof(column).not_in((_kept_as(column), "null")) for column in table.c)
    return c.execute(sa.select(sa.literal(1)).select_from(table).where(sa.or_(*strange)).limit(1)).first() is not None


def _kept_as(column: sa.Column[Any]) -> str:
    return "integer" if isinstance(column.type, (sa.Integer, sa.Boolean)) else "text"


def _differences(c: sa.Connection) -> Iterator[str]:
    for number in reads.numbers(c):
        yield from log.mismatches(c, number)
        yield from words.mismatches(c, number)


def _damaged(file: Path, how: str = "") -> Refused:
    return Refused(f"{file} is damaged{f': {how}' if how else '.'} Restore another backup.")


@contextmanager
def _room_told(file: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, exc.DBAPIError) as trouble:
        code = getattr(getattr(trouble, "orig", trouble), "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise Refused(
                f"There is no room for {file}, or its disk fails. Make some, or give another place."
            ) from None
        raise
