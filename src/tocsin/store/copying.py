"""All rows of one database into another, whichever kind each is, a few at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tocsin.store import schema
from tocsin.store.instant import Instant

CHUNK = 500
"""Rows, or pages of a file, in memory at a time."""


@contextmanager
def new_file(path: Path) -> Iterator[sa.Connection]:
    """One transaction on an empty SQLite file, which stands alone afterwards. Whoever asks brings it to the disk."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as database:
        database.execute("PRAGMA synchronous=OFF")
        engine = sa.create_engine("sqlite://", creator=lambda: database, poolclass=sa.StaticPool, hide_parameters=True)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        with engine.begin() as connection:
            yield connection


def pages(source: sa.Connection, path: Path) -> None:
    """An SQLite file as it is at this moment, while others go on writing to it."""
    source.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # the moment: what is written from now on is not seen
    original: Any = source.connection.driver_connection
    with closing(sqlite3.connect(path)) as copy:
        original.backup(copy, pages=CHUNK, progress=lambda *_: None)  # called, it lets Ctrl-C through
        copy.execute("PRAGMA journal_mode=DELETE")  # a file that needs no other beside it


def rows(source: sa.Connection, target: sa.Connection) -> None:
    """Make the tables of the source's version in the empty target, and fill them."""
    schema.bring_to(target, source.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())
    tables = tables_of(target)
    for table in reversed(tables):
        target.execute(table.delete())  # what its migrations put there
    for table in tables:
        with source.execute(sa.select(table).execution_options(yield_per=CHUNK)) as found:
            for part in found.mappings().partitions():
                target.execute(table.insert(), [dict(row) for row in part])


def tables_of(connection: sa.Connection) -> list[sa.Table]:
    """The tables as this database has them, whichever version made it; each after those that it refers to."""
    found = sa.MetaData()
    sa.event.listen(found, "column_reflect", _plain)
    found.reflect(connection, only=lambda name, _: not name.startswith(schema.INDEX))
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def counts(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table has."""
    of = sa.select(sa.func.count()).select_from
    return {table.name: connection.scalar(of(table)) or 0 for table in tables_of(connection)}


def count_on(target: sa.Connection) -> None:
    """Let PostgreSQL number on from the rows that were filled in; SQLite looks for itself."""
    if target.dialect.name != "postgresql":
        return
    for table in tables_of(target):
        for column in table.primary_key:
            _number_on(target, table, column)


def _number_on(target: sa.Connection, table: sa.Table, column: sa.Column[Any]) -> None:
    name = target.dialect.identifier_preparer.format_table(table)
    sequence = target.scalar(sa.select(sa.func.pg_get_serial_sequence(name, column.name)))
    last = target.scalar(sa.select(sa.func.max(column)))
    if sequence and last:
        target.execute(sa.select(sa.func.setval(sequence, last)))


def _plain(_: object, __: object, column: Any) -> None:
    """Types that both kinds of database know."""
    kind = column["type"].as_generic(allow_nulltype=True)
    column["type"] = Instant() if isinstance(kind, sa.DateTime) else kind
