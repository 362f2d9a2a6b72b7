"""The version of the tables: made by migrations alone, never guessed, never touched when it is not ours."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tocsin.core.refused import Refused
from tocsin.store.schema import INDEX, migrate, ready, state
from tocsin.store.tables import metadata
from tocsin.store.works import Store
from tocsin.store.writer import open_store

MIGRATE = """
import sys
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store
with open_store(sys.argv[1]) as store:
    migrate(store)
"""


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database that is there, with nothing in it."""
    with open_store(db_url) as opened:
        opened.run(lambda connection: connection.execute(sa.text("SELECT 1")))
        yield opened


def run(store: Store, *statements: str) -> None:
    store.run(lambda connection: [connection.execute(sa.text(each)) for each in statements] and None)


def tables(store: Store) -> set[str]:
    with store.read() as connection:
        return {name for name in sa.inspect(connection).get_table_names() if _is_ours(name)}


def _is_ours(name: str | None, *_: object) -> bool:
    """The databases keep what they need to search, each in its own way."""
    return not (name or "").startswith(INDEX)


def test_migrations_make_exactly_the_tables_the_code_uses(store: Store) -> None:
    migrate(store)
    with store.read() as connection:
        compared = {"compare_type": True, "compare_server_default": True, "include_name": _is_ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=compared), metadata) == []


def test_migrations_name_every_key_and_index_as_the_code_does(store: Store) -> None:
    migrate(store)
    with store.read() as connection:
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            assert {index["name"] for index in inspector.get_indexes(table.name)} >= {i.name for i in table.indexes}
            assert inspector.get_pk_constraint(table.name)["name"] == f"pk_{table.name}"
            assert {key["name"] for key in inspector.get_foreign_keys(table.name)} == {
                key.name for key in table.foreign_key_constraints
            }


def test_an_empty_database_is_made_ready(store: Store) -> None:
    assert state(store) == "empty"
    ready(store)
    assert state(store) == "current"
    assert tables(store) == {*metadata.tables, "alembic_version"}


def test_counting_begins_at_nothing(store: Store) -> None:
    ready(store)
    with store.read() as connection:
        found = connection.execute(sa.text("SELECT name, value FROM counters ORDER BY name")).all()
    assert [tuple(row) for row in found] == [("incident", 0), ("signal", 0), ("ticket", 0)]


def test_to_migrate_twice_changes_nothing(store: Store) -> None:
    migrate(store)
    run(store, "UPDATE counters SET value = 7 WHERE name = 'incident'")
    migrate(store)
    ready(store)
    with store.read() as connection:
        assert connection.scalar(sa.text("SELECT value FROM counters WHERE name = 'incident'")) == 7


def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    migrate(store)
    run(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match="made by a newer Tocsin"):
        ready(store)


def test_a_database_of_a_newer_version_is_not_migrated_either(store: Store) -> None:
    migrate(store)
    run(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match="made by a newer Tocsin"):
        migrate(store)


def test_a_database_of_an_older_version_waits_for_migrate(store: Store) -> None:
    migrate(store)
    run(store, "DELETE FROM alembic_version")
    assert state(store) == "older"
    with pytest.raises(Refused, match=r"Back it up, then bring it up to date: tocsin migrate\."):
        ready(store)


def test_a_database_that_somebody_else_uses_is_left_alone(store: Store) -> None:
    run(store, "CREATE TABLE recipes (name VARCHAR(20))")
    with pytest.raises(Refused, match="tables that are not Tocsin's"):
        ready(store)
    assert tables(store) == {"recipes"}


def test_a_database_that_somebody_else_uses_is_not_migrated_either(store: Store) -> None:
    run(store, "CREATE TABLE recipes (name VARCHAR(20))")
    with pytest.raises(Refused, match="tables that are not Tocsin's"):
        migrate(store)
    assert tables(store) == {"recipes"}


def test_a_database_that_another_program_migrates_is_no_newer_tocsin(store: Store) -> None:
    run(
        store,
        "CREATE TABLE recipes (name VARCHAR(20))",
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        "INSERT INTO alembic_version VALUES ('abcdef')",
    )
    assert state(store) == "foreign"


def test_a_migration_that_fails_leaves_nothing(store: Store) -> None:
    run(store, "CREATE TABLE receipts (source VARCHAR(20))")
    with pytest.raises((Refused, sa.exc.DBAPIError)):
        migrate(store)
    assert tables(store) == {"receipts"}


def test_two_threads_may_migrate_at_once(db_url: str) -> None:
    start = threading.Barrier(2, timeout=30)

    def work(_: int) -> None:
        with open_store(db_url) as store:
            start.wait()
            migrate(store)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(2), timeout=60)) == [None, None]
    with open_store(db_url) as store:
        assert state(store) == "current"


def test_two_processes_may_migrate_at_once(db_url: str) -> None:
    both = [subprocess.Popen([sys.executable, "-c", MIGRATE, db_url], stderr=subprocess.PIPE) for _ in range(2)]
    assert [(each.communicate(timeout=60)[1], each.returncode) for each in both] == [(b"", 0), (b"", 0)]
    with open_store(db_url) as store:
        assert state(store) == "current"
