"""The two databases: how their connections are opened, and what their troubles are called in plain words."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc, pool

OWNED = (
    "Another process holds the database file; nothing was written. "
    "Try again in a moment; if it is `tocsin worker`, stop it first."
)
BUSY = "The database is busy; nothing was written. Try again in a moment."


def address(url: str) -> sa.URL:
    """The URL with the driver we use; a mistake in it is told without repeating it, for it may hold a password."""
    try:
        parsed = sa.make_url(url)
    except (exc.ArgumentError, ValueError):
        raise ValueError(_URL) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database not in (None, "", ":memory:"):
            return parsed
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
    raise ValueError(_URL)


def sqlite_writer(url: sa.URL) -> sa.Engine:
    """Holds one connection, the only one that writes and checkpoints (limits: SQLite's WAL-reset bug needs two)."""
    engine = _sqlite(partial(_connect_to_write, url), pool.StaticPool)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def sqlite_readers(url: sa.URL) -> sa.Engine:
    """Connections that can neither write nor checkpoint; each transaction sees one moment."""
    opened = f"{path(url).as_uri()}?mode=ro"
    creator = partial(_connect, opened, url, _READING)
    engine = _sqlite(creator, pool.QueuePool, pool_size=8, max_overflow=32, pool_timeout=5)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def postgres(url: sa.URL) -> sa.Engine:
    """`synchronous_commit` stays as the server has it; `unsafe.must_be_durable` looks at it before any answer."""
    return sa.create_engine(
        watchful(url), isolation_level="READ COMMITTED", pool_size=20, max_overflow=0, pool_timeout=5,
        pool_pre_ping=True, hide_parameters=True,
    )  # fmt: skip


def watchful(url: sa.URL) -> sa.URL:
    """Connections that notice within half a minute that the network fell silent; what the URL says comes first."""
    return url.update_query_dict({name: value for name, value in _WATCHFUL.items() if name not in url.query})


def postgres_readers(engine: sa.Engine) -> sa.Engine:
    """The same connections, unable to write, and seeing one moment as they do on SQLite."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def patience(url: sa.URL) -> float:
    """Seconds to wait for another process: `?timeout=` of the URL, else five."""
    return float(str(url.query.get("timeout", 5)))


def path(url: sa.URL) -> Path:
    """The file of a SQLite database."""
    return Path(url.database or "").absolute()


def trouble(error: Exception) -> str | None:
    """What keeps the database from serving, as a sentence; None when the statement is at fault."""
    match getattr(error, "orig", error):
        case exc.TimeoutError():  # every connection of the pool is in use
            return BUSY
        case sqlite3.Error() as cause:  # the low byte says what, the rest says where
            return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
        case psycopg.Error(sqlstate=str(state)):
            return next((sentence for prefix, sentence in _POSTGRES.items() if state.startswith(prefix)), None)
        case psycopg.ProgrammingError() as cause if str(cause).startswith("invalid"):  # of the connection's options
            return _OPTIONS
        case psycopg.OperationalError():  # no state: the server was not reached, or fell silent
            return _UNREACHED
        case OSError(errno=errno.EMFILE | errno.ENFILE):  # the driver lets it through as it is
            return _NO_MORE
    return None


def lost_a_race(error: exc.DBAPIError) -> bool:
    """Whether another transaction was quicker, so that looking again may settle it (PostgreSQL)."""
    return isinstance(error.orig, psycopg.Error) and error.orig.sqlstate in _RACES


def _sqlite(creator: partial[sqlite3.Connection], kind: type[pool.Pool], **sizes: int) -> sa.Engine:
    return sa.create_engine("sqlite://", creator=creator, poolclass=kind, hide_parameters=True, **sizes)


def _connect_to_write(url: sa.URL) -> sqlite3.Connection:
    """A file that is made now is its owner's alone; SQLite gives those beside it the same rights."""
    with suppress(OSError):  # whatever is wrong, SQLite says it in its own way
        os.close(os.open(path(url), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return _connect(str(path(url)), url, _WRITING)


def _connect(database: str, url: sa.URL, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    """`isolation_level=None`: the driver must not begin by itself, it would end our savepoints."""
    connection = sqlite3.connect(
        database, timeout=patience(url), isolation_level=None, check_same_thread=False, uri=database.startswith("file:")
    )
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


_WRITING = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_READING = ("query_only=ON",)
_RACES = {"40001", "40P01", "23505"}  # serialization failure, deadlock, unique violation

_WATCHFUL = {
    "connect_timeout": "2",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""In seconds, but for the last: that is in milliseconds, and for what we sent and nobody acknowledged."""

_URL = "The database URL cannot be understood; write sqlite:////folder/file.db or postgresql://user:password@host/name."
_OPTIONS = "An option of the database URL cannot be understood. See what follows its “?”."
_FULL = "The disk of the database is full; nothing was written. Make room, then try again."
_READ_ONLY = "The database may only be read; nothing was written. Allow writing to it, then try again."
_UNREACHED = "PostgreSQL does not answer or refuses us; nothing was written. See that it runs, then try again."
NO_FILE = "The database file cannot be opened; nothing was written. See that it is there and that we may write it."
_NO_MORE = "No more files or connections can be opened; nothing was written. Raise the limit (ulimit -n), or try again."
_DAMAGED = "The database file is damaged; nothing was written. Stop Tocsin and restore a backup."

_SQLITE = {
    sqlite3.SQLITE_BUSY: OWNED,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_NOMEM: "The machine is out of memory; nothing was written. Try again in a moment.",
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_IOERR: "The disk of the database fails; nothing was written. See the system's log, then try again.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CANTOPEN: NO_FILE,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""Primary result code → sentence."""

_POSTGRES = {
    "08": _UNREACHED,
    "25006": _READ_ONLY,
    "53100": _FULL,
    "53": "PostgreSQL has run out of connections or memory; nothing was written. Try again in a moment.",
    "57P": _UNREACHED,
}
"""Beginning of an SQLSTATE → sentence; the first that fits."""
