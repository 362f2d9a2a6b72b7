"""Who may write to a SQLite file, and what an unsafe set-up of either database is told."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tocsin.core.refused import Refused
from tocsin.store import unsafe
from tocsin.store.owner import LOOK, Owner
from tocsin.store.schema import migrate
from tocsin.store.writer import Unavailable, open_store

PATIENCE = 20
LOCAL = "27 0 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n24 27 0:6 / /dev rw - devtmpfs devtmpfs rw\n"


def test_the_first_to_ask_owns_the_file_until_it_closes_its_store(sqlite_url: str) -> None:
    with open_store(sqlite_url) as first, open_store(sqlite_url) as second:
        assert [first.own(), second.own(), first.own()] == [True, False, True]
        first.close()
        assert second.own()


def test_asking_whether_one_owns_it_takes_no_time(sqlite_url: str) -> None:
    with open_store(sqlite_url) as first, open_store(f"{sqlite_url}?timeout=60") as second:
        assert first.own()
        began = time.monotonic()
        assert not second.own()
        assert time.monotonic() - began < 1


def test_it_takes_no_time_while_a_work_of_the_same_store_waits(sqlite_url: str) -> None:
    with open_store(sqlite_url) as first, open_store(f"{sqlite_url}?timeout=60") as second:
        assert first.own()
        waiting = threading.Thread(target=second.run, args=(lambda _: None,))
        waiting.start()
        assert not second.own()
        first.close()
        waiting.join(PATIENCE)
        assert second.own()


def test_who_owns_the_file_writes_to_it(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        assert store.own()
        assert store.run(lambda connection: connection.scalar(sa.text("SELECT 7"))) == 7


def test_on_postgresql_everybody_may_write(postgres_url: str) -> None:
    with open_store(postgres_url) as first, open_store(postgres_url) as second:
        assert [first.own(), second.own()] == [True, True]


def test_a_closed_store_owns_nothing(db_url: str) -> None:
    with open_store(db_url) as store:
        store.close()
        with pytest.raises(Unavailable, match="is stopping"):
            store.own()


def test_an_owner_that_is_killed_owns_no_longer(sqlite_url: str) -> None:
    with another_process_owning(sqlite_url) as process, open_store(sqlite_url) as store:
        assert not store.own()
        process.kill()
        process.wait(PATIENCE)
        assert store.own()


def test_a_program_that_the_owner_has_started_does_not_own_with_it(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        assert store.own()
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    with child, open_store(sqlite_url) as store:
        assert store.own()
        child.kill()


def test_a_file_has_one_owner_whichever_link_it_is_named_by(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "other.db").symlink_to(tmp_path / "tocsin.db")
    with open_store(sqlite_url) as store, open_store(f"sqlite:///{tmp_path}/links/other.db") as other:
        assert [store.own(), other.own()] == [True, False]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/gone/x.db") as store, pytest.raises(Unavailable, match="cannot be opened"):
        store.own()


def test_reading_goes_on_while_another_owns(sqlite_url: str) -> None:
    with open_store(sqlite_url) as owner, open_store(sqlite_url) as other:
        owner.run(lambda connection: connection.execute(sa.text("CREATE TABLE x AS SELECT 7 AS n")) and None)
        with other.read() as connection:
            assert connection.scalar(sa.text("SELECT n FROM x")) == 7


@contextmanager
def another_process_owning(url: str) -> Iterator[subprocess.Popen[str]]:
    script = (
        "import sys; from tocsin.store.writer import open_store; store = open_store(sys.argv[1])\n"
        "print(store.own(), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script, url], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout and process.stdout.readline() == "True\n"
        yield process
        process.kill()


# ── a lock file that is removed ────────────────────────────────────────────────────────────────────────────────────


def test_an_owner_whose_lock_file_was_removed_writes_no_more(sqlite_url: str, tmp_path: Path) -> None:
    with another_process_writing(sqlite_url) as write, open_store(sqlite_url) as store:
        assert write() == "written"
        (tmp_path / "tocsin.db.lock").unlink()
        time.sleep(LOOK)
        assert write() == (
            f"The lock file {tmp_path}/tocsin.db.lock was removed or replaced while Tocsin held it, so somebody else"
            " may be writing; nothing was written. Stop every Tocsin on this folder, then start one."
        )
        assert store.own()


def test_nor_does_one_whose_lock_file_somebody_else_made_anew(sqlite_url: str, tmp_path: Path) -> None:
    with another_process_writing(sqlite_url) as write, open_store(sqlite_url) as store:
        (tmp_path / "tocsin.db.lock").unlink()
        assert store.own()
        time.sleep(LOOK)
        assert "was removed or replaced" in write()
        assert store.run(lambda _: "written") == "written"


def test_it_stays_so_when_the_lock_file_comes_back(sqlite_url: str, tmp_path: Path) -> None:
    lock, aside = tmp_path / "tocsin.db.lock", tmp_path / "aside"
    with another_process_writing(sqlite_url) as write:
        lock.rename(aside)
        time.sleep(LOOK)
        assert "was removed or replaced" in write()
        aside.rename(lock)
        time.sleep(LOOK)
        assert "was removed or replaced" in write()


def test_a_lock_file_that_is_replaced_before_it_is_locked_is_not_taken_for_the_lock(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, flock = tmp_path / "tocsin.db.lock", fcntl.flock

    def replaced_just_before(file: int, how: int) -> None:
        monkeypatch.undo()
        lock.unlink()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", replaced_just_before)
    with open_store(sqlite_url) as store:
        assert store.own()
        assert asked_by_another_process(sqlite_url) == "False\n"


def test_an_owner_whose_folder_is_gone_writes_no_more(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    owner = Owner(tmp_path / "folder" / "tocsin.db", 0)
    assert owner.taken()
    (tmp_path / "folder").rename(tmp_path / "elsewhere")
    (tmp_path / "folder").write_text("no folder")
    time.sleep(LOOK)
    with pytest.raises(Unavailable, match="was removed or replaced"):
        owner.take()
    owner.let_go()


def asked_by_another_process(url: str) -> str:
    script = "import sys; from tocsin.store.writer import open_store; print(open_store(sys.argv[1]).own())"
    return subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True).stdout


@contextmanager
def another_process_writing(url: str) -> Iterator[Callable[[], str]]:
    """Another process that owns the file, and writes when it is told to: what came of it."""
    script = (
        "import sys; from tocsin.store.writer import Unavailable, open_store; store = open_store(sys.argv[1])\n"
        "print(store.own(), flush=True)\n"
        "for _ in sys.stdin:\n"
        "    try: print(store.run(lambda _: 'written'), flush=True)\n"
        "    except Unavailable as no: print(no, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", script, url], stdin=-1, stdout=-1, text=True) as process:
        assert process.stdin and process.stdout and process.stdout.readline() == "True\n"
        tell, answer = process.stdin, process.stdout

        def write() -> str:
            tell.write("\n")
            tell.flush()
            return answer.readline().strip()

        yield write
        process.communicate()


# ── network file systems ───────────────────────────────────────────────────────────────────────────────────────────


def mount(kind: str, folder: str = "/data") -> str:
    return f"{LOCAL}36 27 0:44 / {folder} rw,relatime shared:9 master:2 - {kind} server:/x rw,vers=4\n"


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "fuse.rclone", "fuse", "ceph"])
def test_a_network_file_system_is_known_by_its_kind(kind: str) -> None:
    assert unsafe.network(Path("/data/tocsin"), mount(kind)) == kind


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "fuseblk", "fuse.fuse-overlayfs"])
def test_a_disk_of_this_machine_is_none(kind: str) -> None:
    assert unsafe.network(Path("/data/tocsin"), mount(kind)) is None


MOUNTED = {
    "beside it": (mount("nfs4", "/data2"), "/data", None),
    "further in": (mount("nfs4", "/data/far"), "/data", None),
    "the folder itself": (mount("nfs4"), "/data", "nfs4"),
    "a disk within": (mount("nfs4") + "40 36 8:1 / /data/disk rw - ext4 /dev/sdb rw\n", "/data/disk/x", None),
    "mounted over": (mount("ext4") + "40 36 0:9 / /data rw - nfs4 server:/ rw\n", "/data", "nfs4"),
    "odd characters": (mount("cifs", r"/my\040data\134Zoë"), r"/my data\Zoë/x", "cifs"),
    "the whole machine": ("1 0 0:1 / / rw - nfs server:/root rw\n", "/data", "nfs"),
    "no list": ("", "/data", None),
    "no list of mounts": ("Hello?\n - \n", "/data", None),
}


@pytest.mark.parametrize(("mountinfo", "path", "kind"), MOUNTED.values(), ids=MOUNTED)
def test_the_mount_nearest_to_the_file_counts(mountinfo: str, path: str, kind: str | None) -> None:
    assert unsafe.network(Path(path), mountinfo) == kind


def test_a_file_on_a_network_file_system_is_refused_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(mount("nfs4", str(tmp_path / "far")), "utf-8")
    (tmp_path / "far").mkdir()
    owner = Owner(tmp_path / "far" / "tocsin.db", 0, tmp_path / "mountinfo")
    for ask in (owner.take, owner.taken):
        with pytest.raises(Unavailable, match=r"is on a network file system \(nfs4\), where SQLite may damage it"):
            ask()
    assert list((tmp_path / "far").iterdir()) == []


def test_a_link_to_a_network_file_system_is_followed(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(mount("nfs4", str(tmp_path / "far")), "utf-8")
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to("far")
    with pytest.raises(Unavailable, match="network file system"):
        Owner(tmp_path / "near" / "tocsin.db", 0, tmp_path / "mountinfo").taken()


def test_where_nobody_says_what_is_mounted_the_file_is_used(tmp_path: Path) -> None:
    owner = Owner(tmp_path / "tocsin.db", 0, tmp_path / "nothing")
    assert owner.taken()
    owner.let_go()


# ── what lasts, and what is only warned of ─────────────────────────────────────────────────────────────────────────


def test_a_postgresql_that_answers_before_the_disk_has_it_is_refused_with_what_helps(postgres_url: str) -> None:
    in_autocommit(postgres_url, "ALTER ROLE tocsin SET synchronous_commit = off")
    try:
        with open_store(postgres_url) as store, pytest.raises(Refused, match="synchronous_commit is off") as no:
            unsafe.must_be_durable(store)
        in_autocommit(postgres_url, str(no.value).partition("again: ")[2].rstrip("."))
        with open_store(postgres_url) as store:
            unsafe.must_be_durable(store)
    finally:
        in_autocommit(postgres_url, "ALTER ROLE tocsin RESET synchronous_commit")


@pytest.mark.parametrize("setting", ["on", "local", "remote_write", "remote_apply"])
def test_every_setting_that_waits_for_our_disk_will_do(postgres_url: str, setting: str) -> None:
    with open_store(f"{postgres_url}?options=-csynchronous_commit%3D{setting}") as store:
        unsafe.must_be_durable(store)


def test_sqlite_lasts_as_we_open_it(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        store.run(lambda _: None)
        unsafe.must_be_durable(store)


def test_a_postgresql_that_never_waits_for_its_disk_is_warned_of(postgres_url: str) -> None:
    with open_store(postgres_url) as store:  # as the tests' own server is set
        (sentence,) = unsafe.warnings(store)
    assert sentence.startswith("PostgreSQL runs with fsync off, so a power failure could destroy the database.")


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)])
def test_a_sqlite_with_the_known_bug_is_warned_of(sqlite_url: str, version: tuple[int, ...]) -> None:
    with open_store(sqlite_url) as store:
        store.run(lambda _: None)
        (sentence,) = unsafe.warnings(store, version)
    assert sentence.startswith(f"SQLite {'.'.join(map(str, version))} has a known bug with several writers")


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 0)])
def test_a_sqlite_without_it_is_not(sqlite_url: str, version: tuple[int, ...]) -> None:
    with open_store(sqlite_url) as store:
        store.run(lambda _: None)
        assert unsafe.warnings(store, version) == []


def in_autocommit(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_new_database_is_its_owners_alone(sqlite_url: str, tmp_path: Path) -> None:
    with open_store(sqlite_url) as store:
        migrate(store)
        assert {file.name: oct(file.stat().st_mode)[-3:] for file in tmp_path.iterdir()} == {
            "tocsin.db": "600", "tocsin.db-shm": "600", "tocsin.db-wal": "600", "tocsin.db.lock": "600"
        }  # fmt: skip
