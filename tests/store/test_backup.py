"""Backups: whole, made while others write, restored on either kind of database, and silent until somebody says so."""

from __future__ import annotations

import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.core.world import DANA, NOON
from tests.engine.office import declared, dump, note, signal, to_be_published
from tests.servers import Postgres
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.people import TOCSIN
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.language.calendars import read_hours, read_leave
from tocsin.store import files, log, outbox, schema
from tocsin.store.backup import Kept, Restored, backup, restore
from tocsin.store.people import StoredDirectory
from tocsin.store.works import Store, Unavailable
from tocsin.store.writer import open_store

NOWHERE = "sqlite:////nowhere/tocsin.db"
"""It is never come so far."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty place to restore into, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/restored/tocsin.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


@pytest.fixture
def kept(sqlite_url: str, file: Path) -> Path:
    """A backup of one incident with one line."""
    with open_store(sqlite_url) as store:
        schema.migrate(store)
        store.run(lambda c: log.create(c, 1, None))  # type: ignore[arg-type]
        backup(store, file)
    return file


@contextmanager
def changed(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, as somebody else may write to it."""
    connection = sqlite3.connect(file)
    with connection:
        yield connection
    connection.close()


@contextmanager
def little_room(most: int) -> Iterator[None]:
    """No file grows beyond that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as no:
        work()
    return str(no.value)


def held(store: Store) -> str | None:
    with store.read() as connection:
        return outbox.held(connection)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ── there and back ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_restored_is_what_was_there(tocsin: Tocsin, place: str, file: Path) -> None:
    number = to_be_published(tocsin)
    note(tocsin, number, "Zwölf 😀")
    declared(tocsin, "Another", signal(tocsin))
    backup(tocsin.store, file)
    restore(file, place, NOON)
    with open_store(place) as store:
        assert schema.state(store) == "current"
        before, after = dump(tocsin.store), dump(store)
    assert {table for table in before if before[table] != after[table]} == {"installation"}  # which holds the outbox


def test_hours_and_leave_come_back(tocsin: Tocsin, place: str, file: Path) -> None:
    dana = replace(DANA, hours=read_hours("mon-thu 22:00-06:00"), leave=(read_leave("2026-12-24..2027-01-02"),))
    tocsin.do(c.UpdateDirectory(people=(dana,)), by=TOCSIN)
    backup(tocsin.store, file)
    restore(file, place, NOON)
    with open_store(place) as store, store.read() as connection:
        assert StoredDirectory(connection).person("dana") == dana


def test_both_say_how_much_there_is(tocsin: Tocsin, place: str, file: Path) -> None:
    to_be_published(tocsin)
    assert backup(tocsin.store, file) == Kept(incidents=1, lines=9)
    assert restore(file, place, NOON) == Restored(incidents=1, lines=9, waiting=waiting(tocsin.store))


def waiting(store: Store) -> int:
    with store.read() as connection:
        return len(outbox.every(connection, ("waiting", "doing")))


def test_nothing_is_sent_from_a_restored_database(tocsin: Tocsin, place: str, file: Path) -> None:
    to_be_published(tocsin)
    backup(tocsin.store, file)
    restore(file, place, NOON)
    with open_store(place) as store:
        assert held(store) == "Restored from backup.db at 2026-11-12T12:00:00Z."
        assert waiting(store) == waiting(tocsin.store) > 0


def test_a_database_that_was_held_before_is_held_for_the_restore(tocsin: Tocsin, place: str, file: Path) -> None:
    tocsin.store.run(lambda c: outbox.hold(c, "We are moving."))
    backup(tocsin.store, file)
    restore(file, place, NOON)
    with open_store(place) as store:
        assert (held(store) or "").startswith("Restored from")


def test_numbers_go_on_after_a_restore(tocsin: Tocsin, place: str, file: Path) -> None:
    to_be_published(tocsin)
    backup(tocsin.store, file)
    restore(file, place, NOON)
    with open_store(place) as store:
        again = Tocsin(store, playbooks.default(), tocsin.clock)
        assert declared(again) == 2
        to_be_published(again)


def test_everything_accepted_before_a_backup_is_in_it_while_others_write(
    tocsin: Tocsin, file: Path, place: str
) -> None:
    number, accepted, over = declared(tocsin), [0], threading.Event()

    def write() -> None:
        while not over.is_set():
            accepted[0] = note(tocsin, number, "Still looking.")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while accepted[0] < 30:
            pass
        before = accepted[0]
        found = backup(tocsin.store, file)
        after = accepted[0] + 1
    finally:
        over.set()
        writer.join()
    assert before <= found.lines <= after
    assert restore(file, place, NOON).lines == found.lines


# ── the file ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_is_one_file_that_nobody_else_may_read(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    backup(tocsin.store, tmp_path / "kept" / "b.db")
    assert names(tmp_path / "kept") == {"b.db"}
    assert (tmp_path / "kept" / "b.db").stat().st_mode & 0o777 == 0o600
    with changed(tmp_path / "kept" / "b.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_does_not_touch_the_live_file(sqlite_url: str, tmp_path: Path, file: Path) -> None:
    with open_store(sqlite_url) as store:
        schema.migrate(store)
        live = [path for path in tmp_path.iterdir() if path.suffix in (".db", ".db-wal")]
        before = [path.read_bytes() for path in live]
        backup(store, file)
        assert [path.read_bytes() for path in live] == before


def test_nothing_is_written_over(tocsin: Tocsin, file: Path) -> None:
    file.write_text("Mine.")
    assert refusal(lambda: backup(tocsin.store, file)) == (
        f"{file} is there already. Give another name, or move it away first."
    )
    assert file.read_text() == "Mine."


def test_a_folder_that_is_not_there_is_told(tocsin: Tocsin, tmp_path: Path) -> None:
    sentence = refusal(lambda: backup(tocsin.store, tmp_path / "gone" / "b.db"))
    assert sentence == f"{tmp_path / 'gone' / 'b.db'} cannot be written: No such file or directory."


def test_a_full_disk_leaves_no_half_file(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with little_room(20_000):
        sentence = refusal(lambda: backup(tocsin.store, tmp_path / "kept" / "b.db"))
    assert "There is no room for" in sentence
    assert names(tmp_path / "kept") == set()


def test_whoever_is_interrupted_leaves_no_half_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), files.appearing(tmp_path / "b.db") as new:
        new.write_text("half")
        raise KeyboardInterrupt
    assert names(tmp_path) == set()


def test_an_empty_database_is_no_matter_for_a_backup(db_url: str, file: Path) -> None:
    with open_store(db_url) as store:
        store.run(lambda c: c.execute(sa.text("SELECT 1")))
        assert refusal(lambda: backup(store, file)) == "This database is empty; there is nothing to back up."


def test_rows_that_differ_from_their_log_are_not_kept(tocsin: Tocsin, file: Path) -> None:
    declared(tocsin)
    tocsin.store.run(lambda c: c.execute(sa.text("UPDATE incidents SET title = 'Another'")))
    assert "Put that right first: tocsin rebuild." in refusal(lambda: backup(tocsin.store, file))
    assert not file.exists()


# ── another version ────────────────────────────────────────────────────────────────────────────────────────────────


OLD = """
INSERT INTO incidents (number, last_seq, title, state, drill, services, communities, roles, report_state)
 VALUES (1, 0, '', 'undeclared', false, '[]', '[]', '{}', 'none');
INSERT INTO effects (incident, destination, kind, body, due, state, tries, trouble)
 VALUES (1, 'publisher', 'PublishReport', '{"incident": 1, "request": 1}', '2026-11-12 12:00:00', 'todo', 0, '')
"""


def test_a_database_of_an_older_version_is_backed_up_as_it_is_and_brought_up_to_date_when_restored(
    db_url: str, place: str, file: Path
) -> None:
    with open_store(db_url) as store:
        store.run(lambda c: schema.bring_to(c, "0001"))
        for statement in OLD.split(";"):
            store.run(lambda c, statement=statement: c.execute(sa.text(statement)))  # type: ignore[misc]
        assert backup(store, file) == Kept(incidents=1, lines=0)
    assert restore(file, place, NOON) == Restored(incidents=1, lines=0, waiting=1)
    with open_store(place) as store:
        assert schema.state(store) == "current"
        assert held(store)


def test_a_backup_of_a_newer_version_is_refused(kept: Path) -> None:
    with changed(kept) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert refusal(lambda: restore(kept, NOWHERE, NOON)) == (
        f"{kept} was made by a newer Tocsin. Restore it with that one."
    )


# ── what cannot be restored, and where ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", [b"", b"Dear diary", b"SQLite format 3\0", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_backup_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    sentence = refusal(lambda: restore(tmp_path / "x", NOWHERE, NOON))
    assert "is no backup of Tocsin's." in sentence or "is damaged" in sentence


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    sentence = refusal(lambda: restore(tmp_path / "x", NOWHERE, NOON))
    assert sentence == f"{tmp_path / 'x'} cannot be read: No such file or directory."


def test_a_database_of_somebody_else_is_no_backup(tmp_path: Path) -> None:
    with changed(tmp_path / "x") as connection:
        connection.execute("CREATE TABLE recipes (name)")
    assert refusal(lambda: restore(tmp_path / "x", NOWHERE, NOON)) == f"{tmp_path / 'x'} is no backup of Tocsin's."


def test_a_backup_that_was_cut_off_is_damaged(kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:20_000])
    assert f"{kept} is damaged" in refusal(lambda: restore(kept, NOWHERE, NOON))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE incidents SET title = 'Another'",
        "UPDATE incidents SET services = 'no JSON'",
        "UPDATE incidents SET services = x'ff00ff'",
        "UPDATE incidents SET declared_at = 'yesterday'",
        "INSERT INTO team VALUES (1, 'nobody')",
        "INSERT INTO team VALUES (7, 'nobody')",
        "UPDATE counters SET value = 'many' WHERE name = 'signal'",
        "DELETE FROM alembic_version",
        "DROP TABLE receipts",
    ],
)
def test_a_backup_that_was_changed_is_damaged_and_leaves_nothing(kept: Path, tmp_path: Path, change: str) -> None:
    with changed(kept) as connection:
        connection.execute(change)
    (tmp_path / "here").mkdir()
    sentence = refusal(lambda: restore(kept, f"sqlite:///{tmp_path}/here/tocsin.db", NOON))
    assert sentence.startswith(f"{kept} is damaged")
    assert names(tmp_path / "here") <= {"tocsin.db.lock"}


def test_a_server_that_refuses_a_backup_stays_empty(kept: Path, postgres_url: str) -> None:
    with changed(kept) as connection:
        connection.execute("UPDATE incidents SET title = 'Another'")
    assert "its log says ''" in refusal(lambda: restore(kept, postgres_url, NOON))
    with open_store(postgres_url) as store:
        assert schema.state(store) == "empty"


def test_what_else_is_in_a_backup_is_not_brought_along(kept: Path, tmp_path: Path) -> None:
    with changed(kept) as connection:
        connection.execute("CREATE TRIGGER bad AFTER INSERT ON log BEGIN DELETE FROM log; END")
        connection.execute("ALTER TABLE people ADD COLUMN oops")
    restore(kept, f"sqlite:///{tmp_path}/here/tocsin.db", NOON)
    with changed(tmp_path / "here" / "tocsin.db") as connection:
        assert connection.execute("SELECT sql FROM sqlite_master WHERE sql LIKE '%oops%'").fetchall() == []
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name").fetchall()
        assert triggers == [("words_found_less",), ("words_found_more",)]


def test_nothing_is_restored_over_a_database(kept: Path, place: str) -> None:
    restore(kept, place, NOON)
    sentence = refusal(lambda: restore(kept, place, NOON))
    assert "A backup is restored into an empty" in sentence


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_what_is_left_of_another_database_is_not_taken_for_ours(kept: Path, tmp_path: Path, ending: str) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / f"tocsin.db{ending}").write_bytes(b"pages of another")
    sentence = refusal(lambda: restore(kept, f"sqlite:///{tmp_path}/here/tocsin.db", NOON))
    assert sentence.startswith(f"{tmp_path}/here/tocsin.db{ending} is there already.")


def test_a_full_disk_leaves_nothing_restored(kept: Path, tmp_path: Path) -> None:
    with little_room(20_000), pytest.raises(Unavailable, match="The disk of the database fails"):
        restore(kept, f"sqlite:///{tmp_path}/here/tocsin.db", NOON)
    assert names(tmp_path / "here") == {"tocsin.db.lock"}
