"""Which version of the tables a database has, and how it gets to ours."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from tocsin.core.refused import Refused
from tocsin.store.writer import Store

State = Literal["empty", "older", "current", "newer", "foreign"]
INDEX = "words_found"
"""How the names begin of what the databases keep by themselves, each in its own way, to search `words`."""


def ready(store: Store) -> None:
    """Make an empty database ready; an older one waits for `tocsin migrate`; a newer or foreign one is left alone."""
    found = state(store)
    _must_be_ours(found)
    if found == "empty":
        migrate(store)
    if found == "older":
        raise Refused(
            "This database was made by an older Tocsin. Back it up, then bring it up to date: tocsin migrate."
        )


def state(store: Store) -> State:
    """What is there, compared with what this version of Tocsin needs."""
    with store.read() as connection:
        return _state(connection)


def migrate(store: Store) -> None:
    """Bring the tables up to date, in one transaction: all of it or nothing. Refuses what `ready` refuses."""
    store.run(_upgrade)


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":  # SQLite has but one writer; here two may come at once
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(7367)"))
    _must_be_ours(_state(connection))
    bring_to(connection, "head")


def bring_to(connection: sa.Connection, revision: str) -> None:
    """Migrate within the transaction that is under way."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _state(connection: sa.Connection) -> State:
    tables = set(sa.inspect(connection).get_table_names())
    if not tables:
        return "empty"
    if not tables >= {"alembic_version", "counters"}:  # other programs keep an `alembic_version` too
        return "foreign"
    found = set(connection.scalars(sa.text("SELECT version_num FROM alembic_version")))
    scripts = ScriptDirectory.from_config(_config())
    if found == set(scripts.get_heads()):
        return "current"
    return "older" if found <= {script.revision for script in scripts.walk_revisions()} else "newer"


def _must_be_ours(found: State) -> None:
    if found == "newer":
        raise Refused("This database was made by a newer Tocsin. Use that one, or restore a backup from before.")
    if found == "foreign":
        raise Refused("This database holds tables that are not Tocsin's. Give Tocsin a database of its own.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "tocsin.store:migrations")
    return config
