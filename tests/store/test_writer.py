from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_all
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict

from tocsin.store.engines import OWNED, address
from tocsin.store.notices import Notices
from tocsin.store.postgres import PostgresStore
from tocsin.store.writer import SqliteStore, Store, Unavailable, Work, open_store

NOTES = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("text", sa.String, unique=True, nullable=False),
)
PATIENCE = 20
"""Seconds after which a test is stuck."""


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    with open_store(db_url) as store:
        store.run(NOTES.metadata.create_all)
        yield store


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[SqliteStore]:
    with SqliteStore(address(sqlite_url), room=100) as store:
        store.run(NOTES.metadata.create_all)
        yield store


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[PostgresStore]:
    with PostgresStore(address(postgres_url)) as store:
        store.run(NOTES.metadata.create_all)
        yield store


@pytest.fixture
def callers() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=70) as callers:
        yield callers


def note(text: str) -> Work[str]:
    def work(connection: sa.Connection) -> str:
        connection.execute(NOTES.insert().values(text=text))
        return text

    return work


def note_then_raise(text: str, error: BaseException) -> Work[None]:
    def work(connection: sa.Connection) -> None:
        note(text)(connection)
        raise error

    return work


def sql(statement: str) -> Work[None]:
    def work(connection: sa.Connection) -> None:
        connection.exec_driver_sql(statement)

    return work


def notes(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(sa.select(NOTES.c.text).order_by(NOTES.c.id)))


@contextmanager
def held(store: SqliteStore, callers: ThreadPoolExecutor) -> Iterator[None]:
    """While it lasts the writer is busy, so that everything asked meanwhile becomes one batch."""
    begun, release = threading.Event(), threading.Event()

    def work(_: sa.Connection) -> bool:
        begun.set()
        return release.wait(PATIENCE)

    gate = callers.submit(store.run, work)
    assert begun.wait(PATIENCE)
    try:
        yield
    finally:
        release.set()
        gate.result(PATIENCE)


def together(store: SqliteStore, callers: ThreadPoolExecutor, *works: Work[object]) -> list[Future[object]]:
    """Run works as one batch, in this order."""
    answers: list[Future[object]] = []
    with held(store, callers):
        for number, work in enumerate(works, start=1):
            answers.append(callers.submit(store.run, work))
            until(lambda number=number: store.waiting == number)  # type: ignore[misc]
    wait_for_all(answers, PATIENCE)
    return answers


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def errors(answers: list[Future[object]]) -> list[type[object]]:
    return [type(answer.exception()) for answer in answers]


class TestEveryStore:
    def test_a_work_is_answered_with_its_value(self, store: Store) -> None:
        assert store.run(note("seen")) == "seen"

    def test_what_was_answered_is_seen_by_everybody(self, store: Store, db_url: str) -> None:
        store.run(note("seen"))
        with open_store(db_url) as other:
            assert notes(other) == ["seen"]

    def test_nobody_sees_a_work_before_its_end(self, store: Store, callers: ThreadPoolExecutor) -> None:
        def work(connection: sa.Connection) -> list[str]:
            note("too early")(connection)
            return callers.submit(notes, store).result(PATIENCE)

        assert store.run(work) == []

    def test_a_refusal_leaves_nothing(self, store: Store) -> None:
        with pytest.raises(LookupError, match="no such incident"):
            store.run(note_then_raise("ghost", LookupError("no such incident")))
        assert notes(store) == []

    def test_a_duplicate_is_an_integrity_error(self, store: Store) -> None:
        store.run(note("once"))
        with pytest.raises(sa.exc.IntegrityError):
            store.run(note("once"))

    @pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
    def test_an_interruption_goes_to_its_caller_and_writing_goes_on(
        self, store: Store, kind: type[BaseException]
    ) -> None:
        with pytest.raises(kind):
            store.run(note_then_raise("ghost", kind()))
        store.run(note("next"))
        assert notes(store) == ["next"]

    def test_a_work_that_asks_its_store_is_told_not_to(self, store: Store) -> None:
        for ask in (lambda: store.run(note("inner")), lambda: notes(store), store.close):
            with pytest.raises(RuntimeError, match="asks the store for nothing"):
                store.run(lambda _, ask=ask: ask())  # type: ignore[misc]
        assert store.run(note("next")) == "next"

    @pytest.mark.parametrize("ending", ["commit", "rollback", "close"])
    def test_a_work_that_ends_the_transaction_is_told_not_to(self, store: Store, ending: str) -> None:
        def work(connection: sa.Connection) -> None:
            note("ghost")(connection)
            getattr(connection, ending)()

        with pytest.raises(RuntimeError, match="neither commits nor rolls back"):
            store.run(work)
        store.run(note("next"))
        assert notes(store) == ["next"]

    def test_a_work_may_try_something_in_a_savepoint(self, store: Store) -> None:
        def work(connection: sa.Connection) -> None:
            note("once")(connection)
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                note("once")(connection)
            note("twice")(connection)

        store.run(work)
        assert notes(store) == ["once", "twice"]

    def test_a_savepoint_left_open_is_a_mistake(self, store: Store) -> None:
        with pytest.raises(RuntimeError, match="begin_nested"):
            store.run(lambda connection: connection.begin_nested() and None)
        assert store.run(note("next")) == "next"

    def test_a_reader_cannot_write(self, store: Store) -> None:
        with pytest.raises(Unavailable, match="may only be read"), store.read() as connection:
            note("ghost")(connection)
        assert notes(store) == []

    def test_a_reader_sees_one_moment(self, store: Store) -> None:
        with store.read() as connection:
            before = connection.execute(sa.select(NOTES)).all()
            store.run(note("later"))
            assert connection.execute(sa.select(NOTES)).all() == before
        assert notes(store) == ["later"]

    def test_a_wrong_statement_keeps_its_own_error(self, store: Store) -> None:
        with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
            store.run(sql("SELECT * FROM nowhere"))

    def test_an_error_does_not_repeat_what_people_wrote(self, store: Store) -> None:
        store.run(note("s3cret"))
        with pytest.raises(sa.exc.IntegrityError) as caught:
            store.run(sa_insert_with_id_of("s3cret", 1))
        assert "parameters: (" not in str(caught.value)

    def test_a_foreign_key_must_lead_somewhere(self, store: Store) -> None:
        store.run(sql("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        store.run(sql("CREATE TABLE children (parent INTEGER REFERENCES parents (id))"))
        with pytest.raises(sa.exc.IntegrityError):
            store.run(sql("INSERT INTO children VALUES (7)"))

    def test_closing_twice_is_closing_once(self, store: Store) -> None:
        store.close()
        store.close()

    def test_a_closed_store_serves_nobody(self, store: Store) -> None:
        store.close()
        with pytest.raises(Unavailable, match="is stopping"):
            store.run(note("late"))
        with pytest.raises(Unavailable, match="is stopping"):
            notes(store)

    def test_closing_waits_for_a_work_that_runs(self, store: Store, callers: ThreadPoolExecutor) -> None:
        begun, release = threading.Event(), threading.Event()

        def work(connection: sa.Connection) -> str:
            begun.set()
            release.wait(PATIENCE)
            return note("kept")(connection)

        answer = callers.submit(store.run, work)
        assert begun.wait(PATIENCE)
        ending = callers.submit(store.close)
        time.sleep(0.05)
        assert not ending.done()
        release.set()
        ending.result(PATIENCE)
        assert answer.result(PATIENCE) == "kept"

    def test_many_callers_lose_nothing(self, store: Store, callers: ThreadPoolExecutor) -> None:
        texts = [f"note {n}" for n in range(300)]
        assert list(callers.map(store.run, map(note, texts), timeout=60)) == texts
        assert sorted(notes(store)) == sorted(texts)


def sa_insert_with_id_of(text: str, number: int) -> Work[None]:
    def work(connection: sa.Connection) -> None:
        connection.execute(NOTES.insert().values(id=number, text=text))

    return work


class TestSqlite:
    def test_sixty_four_callers_share_a_commit(self, sqlite: SqliteStore, callers: ThreadPoolExecutor) -> None:
        before = sqlite.commits
        answers = together(sqlite, callers, *(note(f"note {n}") for n in range(64)))
        assert [answer.result() for answer in answers] == notes(sqlite)
        assert sqlite.commits - before == 2  # the one that held the writer, and theirs

    def test_nobody_is_answered_before_the_commit(self, sqlite: SqliteStore, callers: ThreadPoolExecutor) -> None:
        early: list[Future[str]] = []

        def work(_: sa.Connection) -> tuple[bool, list[str]]:
            time.sleep(0.05)
            return early[0].done(), callers.submit(notes, sqlite).result(PATIENCE)

        with held(sqlite, callers):
            early.append(callers.submit(sqlite.run, note("early")))
            until(lambda: sqlite.waiting == 1)
            late = callers.submit(sqlite.run, work)
            until(lambda: sqlite.waiting == 2)
        assert late.result(PATIENCE) == (False, [])
        assert early[0].result(PATIENCE) == "early"

    def test_in_a_batch_each_has_its_own_error(self, sqlite: SqliteStore, callers: ThreadPoolExecutor) -> None:
        sqlite.run(note("once"))
        before = sqlite.commits
        answers = together(
            sqlite, callers,
            note("first"), note_then_raise("ghost", LookupError()), lambda _: 1 / 0, note("once"),
            note_then_raise("ghost", KeyboardInterrupt()), note("last"),
        )  # fmt: skip
        expected = [type(None), LookupError, ZeroDivisionError, sa.exc.IntegrityError, KeyboardInterrupt, type(None)]
        assert errors(answers) == expected
        assert notes(sqlite) == ["once", "first", "last"]
        assert sqlite.commits - before == 2

    def test_in_a_batch_one_that_commits_hurts_itself_alone(
        self, sqlite: SqliteStore, callers: ThreadPoolExecutor
    ) -> None:
        answers = together(sqlite, callers, note("first"), lambda connection: connection.commit(), note("last"))
        assert errors(answers) == [type(None), RuntimeError, type(None)]
        assert notes(sqlite) == ["first", "last"]

    def test_in_a_batch_one_that_fills_the_disk_hurts_itself_alone(
        self, sqlite: SqliteStore, callers: ThreadPoolExecutor
    ) -> None:
        set_room(sqlite, 20)
        answers = together(sqlite, callers, note("first"), note("x" * 200_000), note("last"))
        assert errors(answers) == [type(None), Unavailable, type(None)]
        assert "disk of the database is full" in str(answers[1].exception())
        assert notes(sqlite) == ["first", "last"]

    def test_when_the_disk_has_room_again_writing_goes_on(self, sqlite: SqliteStore) -> None:
        set_room(sqlite, 20)
        with pytest.raises(Unavailable):
            sqlite.run(note("x" * 200_000))
        set_room(sqlite, 1000)
        sqlite.run(note("x" * 200_000))
        assert notes(sqlite) == ["x" * 200_000]

    def test_in_a_batch_one_whom_the_disk_fails_at_the_commit_hurts_itself_alone(
        self, sqlite: SqliteStore, callers: ThreadPoolExecutor, tmp_path: Path
    ) -> None:
        with files_no_longer_than(400_000):
            answers = together(sqlite, callers, note("first"), note("x" * 800_000), note("last"))
        assert errors(answers) == [type(None), Unavailable, type(None)]
        assert "disk of the database fails" in str(answers[1].exception())
        sqlite.run(note("x" * 800_000))
        assert notes(sqlite) == ["first", "last", "x" * 800_000]

    def test_a_full_disk_leaves_the_file_whole(self, sqlite: SqliteStore) -> None:
        set_room(sqlite, 20)
        for size in range(1_000, 60_000, 1_000):
            with suppressed_unavailable():
                sqlite.run(note("x" * size))
        with sqlite.read() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"

    def test_those_who_cannot_begin_get_an_exception_each(
        self, sqlite_url: str, sqlite: SqliteStore, callers: ThreadPoolExecutor
    ) -> None:
        with open_store(f"{sqlite_url}?timeout=0.1") as other, another_process_writing(sqlite_url):
            answers = [callers.submit(other.run, note(text)) for text in "abc"]
            wait_for_all(answers, PATIENCE)
        troubles = [answer.exception() for answer in answers]
        assert len({id(trouble) for trouble in troubles}) == 3
        assert {str(trouble) for trouble in troubles} == {OWNED}

    def test_when_the_other_process_is_done_writing_goes_on(self, sqlite_url: str, sqlite: SqliteStore) -> None:
        sqlite.close()
        with open_store(f"{sqlite_url}?timeout=0.1") as other:
            with another_process_writing(sqlite_url), pytest.raises(Unavailable):
                other.run(note("too early"))
            assert other.run(note("next")) == "next"

    def test_one_store_at_a_time_writes_to_a_file(self, sqlite_url: str, sqlite: SqliteStore) -> None:
        sqlite.run(note("first"))
        with open_store(f"{sqlite_url}?timeout=0.1") as other:
            with pytest.raises(Unavailable, match="Another process holds"):
                other.run(note("too early"))
            sqlite.close()
            assert other.run(note("next")) == "next"

    def test_the_store_waits_for_another_process_a_while(
        self, sqlite: SqliteStore, sqlite_url: str, callers: ThreadPoolExecutor
    ) -> None:
        with another_process_writing(sqlite_url):
            answer = callers.submit(sqlite.run, note("patient"))
            time.sleep(0.1)
            assert not answer.done()
        assert answer.result(PATIENCE) == "patient"

    def test_reading_goes_on_while_another_process_writes(self, sqlite_url: str, sqlite: SqliteStore) -> None:
        sqlite.run(note("seen"))
        with another_process_writing(sqlite_url):
            assert notes(sqlite) == ["seen"]

    def test_closing_answers_everybody_who_waits(self, sqlite: SqliteStore, callers: ThreadPoolExecutor) -> None:
        with held(sqlite, callers):
            answers = [callers.submit(sqlite.run, note(f"note {n}")) for n in range(10)]
            until(lambda: sqlite.waiting == 10)
            ending = callers.submit(sqlite.close)
        ending.result(PATIENCE)
        assert sorted(answer.result(PATIENCE) for answer in answers) == [f"note {n}" for n in range(10)]

    def test_who_finds_no_room_to_wait_is_turned_away(self, sqlite_url: str, callers: ThreadPoolExecutor) -> None:
        with SqliteStore(address(sqlite_url), room=1) as store, held(store, callers):
            waiting = callers.submit(store.run, lambda _: "served")
            until(lambda: store.waiting == 1)
            with pytest.raises(Unavailable, match="is busy; nothing was written"):
                store.run(lambda _: None)
        assert waiting.result(PATIENCE) == "served"

    def test_reading_starts_no_thread_and_makes_no_file(self, sqlite_url: str, tmp_path: Path) -> None:
        before = threading.active_count()
        with open_store(sqlite_url) as store, pytest.raises(Unavailable, match="cannot be opened"):
            notes(store)
        assert (threading.active_count(), list(tmp_path.iterdir())) == (before, [])

    def test_a_closed_store_leaves_one_file_and_no_thread(self, sqlite: SqliteStore, tmp_path: Path) -> None:
        sqlite.run(note("kept"))
        sqlite.close()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["tocsin.db", "tocsin.db.lock"]
        assert "tocsin-writer" not in {thread.name for thread in threading.enumerate()}

    def test_a_file_that_is_no_database_is_called_damaged(self, tmp_path: Path) -> None:
        (tmp_path / "x.db").write_text("This is not a database. " * 100)
        with open_store(f"sqlite:///{tmp_path}/x.db") as store, pytest.raises(Unavailable, match="is damaged"):
            store.run(note("lost"))

    def test_a_folder_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        with open_store(f"sqlite:///{tmp_path}/no/x.db") as store, pytest.raises(Unavailable, match="cannot be opened"):
            store.run(note("lost"))

    def test_odd_characters_in_the_path_are_no_trouble(self, tmp_path: Path) -> None:
        with open_store(f"sqlite:///{tmp_path}/%3Fa b#100%25.db") as store:
            store.run(NOTES.metadata.create_all)
            assert notes(store) == []

    def test_a_work_has_the_file_to_itself_before_it_reads(self, sqlite: SqliteStore, sqlite_url: str) -> None:
        def work(_: sa.Connection) -> None:
            with closing(sqlite3.connect(address(sqlite_url).database or "", timeout=0)) as stranger:
                stranger.execute("BEGIN IMMEDIATE")

        with pytest.raises(Unavailable, match="Another process holds the database file"):
            sqlite.run(work)

    def test_every_commit_waits_for_the_disk(self, sqlite: SqliteStore) -> None:
        modes = [sqlite.run(lambda c, p=p: c.exec_driver_sql(f"PRAGMA {p}").scalar()) for p in SAFE]  # type: ignore[misc]
        assert dict(zip(SAFE, modes, strict=True)) == SAFE

    def test_a_work_that_swallows_a_full_disk_is_not_believed(self, sqlite: SqliteStore) -> None:
        set_room(sqlite, 2000)
        sqlite.run(sql("PRAGMA cache_size=10"))

        def work(connection: sa.Connection) -> None:
            with pytest.raises(sa.exc.OperationalError):
                note("x" * 20_000_000)(connection)
            if connection.connection.driver_connection.in_transaction:  # type: ignore[union-attr]
                pytest.skip("SQLite kept the transaction")

        with pytest.raises(RuntimeError, match="went on"):
            sqlite.run(work)


SAFE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def set_room(store: Store, pages: int) -> None:
    """As if the disk held so many pages: SQLite then says, truly, SQLITE_FULL."""
    store.run(sql(f"PRAGMA max_page_count={pages}"))


@contextmanager
def suppressed_unavailable() -> Iterator[None]:
    try:
        yield
    except Unavailable as error:
        assert "is full" in str(error)


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """As if the disk failed where a file grows beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def only_few_more_files(few: int) -> Iterator[None]:
    """As if this process could open but so many."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    next_one = os.open(os.devnull, os.O_RDONLY)
    os.close(next_one)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one + few, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@contextmanager
def another_process_writing(url: str) -> Iterator[None]:
    """Another process that is in the middle of writing, until the end of the block."""
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE')\n"
        "print('writing', flush=True); sys.stdin.read(); c.execute('COMMIT')"
    )
    path = address(url).database or ""
    with subprocess.Popen([sys.executable, "-c", script, path], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout and process.stdout.readline() == "writing\n"
        yield
        process.communicate()


class TestPostgres:
    @pytest.mark.parametrize("few", range(2))
    def test_where_no_more_files_can_be_opened_it_says_so(self, postgres_url: str, few: int) -> None:
        refused = pytest.raises(Unavailable, match="nothing was written")
        with open_store(postgres_url) as store, only_few_more_files(few), refused, store.read():
            pass

    def test_who_loses_a_race_for_a_key_looks_again(
        self, postgres_store: PostgresStore, callers: ThreadPoolExecutor
    ) -> None:
        both = threading.Barrier(2, timeout=PATIENCE)

        def found_or_made(connection: sa.Connection) -> str:
            if connection.scalar(sa.select(NOTES.c.id)):
                return "found"
            both.wait()
            note("only")(connection)
            return "made"

        answers = [callers.submit(postgres_store.run, found_or_made) for _ in range(2)]
        assert sorted(answer.result(PATIENCE) for answer in answers) == ["found", "made"]

    def test_who_loses_in_a_deadlock_tries_again(
        self, postgres_store: PostgresStore, callers: ThreadPoolExecutor
    ) -> None:
        postgres_store.run(lambda connection: (note("a")(connection), note("b")(connection)))
        both, tries = threading.Barrier(2, timeout=PATIENCE), list[str]()

        def lock_both(names: str, connection: sa.Connection) -> None:
            lock(connection, names[0])
            tries.append(names)
            if tries.count(names) == 1:
                both.wait()
            lock(connection, names[1])

        answers = [callers.submit(postgres_store.run, partial(lock_both, names)) for names in ("ab", "ba")]
        assert [answer.result(PATIENCE) for answer in answers] == [None, None]
        assert len(tries) > 2

    def test_a_true_duplicate_is_raised_after_four_tries(self, postgres_store: PostgresStore) -> None:
        tries = count()
        postgres_store.run(note("once"))
        with pytest.raises(sa.exc.IntegrityError):
            postgres_store.run(lambda connection: (next(tries), note("once")(connection)))
        assert next(tries) == 4

    def test_a_refusal_is_not_tried_again(self, postgres_store: PostgresStore) -> None:
        tries = count()
        with pytest.raises(ZeroDivisionError):
            postgres_store.run(lambda _: (next(tries), 1 / 0))
        assert next(tries) == 1

    def test_a_work_that_swallows_an_error_is_not_believed(self, postgres_store: PostgresStore) -> None:
        def work(connection: sa.Connection) -> None:
            with pytest.raises(sa.exc.ProgrammingError):
                connection.exec_driver_sql("SELECT * FROM nowhere")

        with pytest.raises(RuntimeError, match="caught an error of the database and went on"):
            postgres_store.run(work)

    def test_a_connection_lost_in_a_work_is_told_and_the_next_is_fine(self, postgres_store: PostgresStore) -> None:
        with pytest.raises(Unavailable, match="does not answer or refuses us; nothing was written"):
            postgres_store.run(sql("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert postgres_store.run(note("next")) == "next"

    def test_connections_lost_while_nobody_used_them_trouble_nobody(
        self, postgres_store: PostgresStore, postgres_url: str
    ) -> None:
        postgres_store.run(note("before"))
        with open_store(postgres_url) as other:
            other.run(sql(END_ALL_OTHERS))
        assert postgres_store.run(note("after")) == "after"

    def test_a_connection_lost_at_the_commit_leaves_open_what_was_written(self, postgres_store: PostgresStore) -> None:
        postgres_store.run(sql(DYING_AT_THE_COMMIT))
        with pytest.raises(Unavailable, match="may or may not be written"):
            postgres_store.run(note("unknown"))

    def test_a_server_that_is_not_there_is_told_without_the_password(self) -> None:
        with open_store("postgresql://tocsin:hunter2@127.0.0.1:1/x") as store, pytest.raises(Unavailable) as caught:
            store.run(note("lost"))
        assert "PostgreSQL does not answer" in str(caught.value)
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))

    def test_a_database_that_is_not_there_is_told(self, postgres_url: str) -> None:
        with open_store(f"{postgres_url}_not") as store, pytest.raises(Unavailable, match="refuses us"):
            notes(store)

    def test_the_server_decides_whether_a_commit_waits_for_the_disk(self, postgres_store: PostgresStore) -> None:
        with postgres_store.read() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"

    def test_works_see_what_others_committed_meanwhile(self, postgres_store: PostgresStore) -> None:
        level = postgres_store.run(lambda c: c.exec_driver_sql("SHOW transaction_isolation").scalar())
        assert level == "read committed"

    def test_a_network_that_falls_silent_is_noticed(self, postgres_store: PostgresStore) -> None:
        assert WATCHFUL.items() <= parameters(postgres_store).items()

    def test_but_the_url_comes_first(self, postgres_url: str) -> None:
        with open_store(f"{postgres_url}?keepalives_idle=60&tcp_user_timeout=0") as store:
            told = parameters(store)
        assert (told["keepalives_idle"], told["tcp_user_timeout"], told["keepalives_count"]) == ("60", "0", "3")

    def test_who_listens_notices_it_too(self, postgres_url: str) -> None:
        notices = Notices(address(f"{postgres_url}?keepalives_count=9"), threading.Event())
        told = conninfo_to_dict(notices._conninfo)
        assert {name: str(value) for name, value in told.items()}.items() >= {
            **WATCHFUL,
            "keepalives_count": "9",
        }.items()


WATCHFUL = {
    "connect_timeout": "2",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}


def parameters(store: Store) -> dict[str, str]:
    """What the connection was opened with; what is as libpq would have it anyhow is not told."""
    with store.read() as connection:
        driver: psycopg.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        return {"keepalives": "1", **driver.info.get_parameters()}


END_ALL_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
DYING_AT_THE_COMMIT = """
    CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER dying AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION die()
"""


def lock(connection: sa.Connection, text: str) -> None:
    connection.execute(sa.select(NOTES).where(NOTES.c.text == text).with_for_update())


class TestAddresses:
    @pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgresql+psycopg2"])
    def test_every_postgresql_url_is_served_by_our_driver(self, scheme: str) -> None:
        assert address(f"{scheme}://ada@host/name").drivername == "postgresql+psycopg"

    @pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/name", "sqlite://", "sqlite:///:memory:"])
    def test_a_url_we_cannot_serve_is_told_with_an_example(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"write sqlite:////folder/file\.db or postgresql://"):
            open_store(url)

    def test_a_url_we_cannot_read_is_not_repeated_because_of_its_password(self) -> None:
        with pytest.raises(ValueError, match="cannot be understood") as caught:
            open_store("postgresql://host:" + "hunter2"[::-1] + "/name")
        assert "2retnuh" not in "".join(traceback.format_exception(caught.value))


def test_sqlite_here_reports_what_went_wrong_by_code() -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect("file:/nowhere/x.db?mode=ro", uri=True)
    assert caught.value.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CANTOPEN
