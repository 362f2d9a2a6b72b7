"""One process holds a SQLite database, others ask it: what they are answered, and what disturbs it."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.core.world import ADA, MINUTE, NOON
from tests.engine.holder import holder
from tests.engine.office import PATIENCE, Clock, at_once, declared, dump, entries, kinds, mismatches, office
from tests.needs import need
from tocsin import __version__, playbooks
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.commands import LONGEST
from tocsin.core.ids import Handle, IncidentNumber, Seq, SignalId
from tocsin.core.people import TOCSIN, Person
from tocsin.core.refused import Refused
from tocsin.engine.asking import Asking, Listener, beside, wire
from tocsin.engine.asking.place import connected, everything, listening
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import engines
from tocsin.store.writer import Unavailable, open_store

ONE = IncidentNumber(1)
NOTE = c.Note(incident=ONE, text="Seen.")


@pytest.fixture
def held(sqlite_url: str) -> Iterator[Tocsin]:
    """Holds the database, where Ada has declared incident 1, and listens."""
    with office(sqlite_url) as tocsin:
        declared(tocsin)
        with Listener(tocsin, place(sqlite_url)):
            yield tocsin


@pytest.fixture
def asking(sqlite_url: str, held: Tocsin) -> Iterator[Asking]:
    with another(sqlite_url) as opened:
        yield opened


@pytest.fixture
def made(sqlite_url: str) -> str:
    """The URL of a database that nobody holds, where Ada has declared incident 1."""
    with office(sqlite_url) as tocsin:
        declared(tocsin)
    return sqlite_url


@contextmanager
def another(url: str, timeout: float = 30, wait: float = PATIENCE) -> Iterator[Asking]:
    """As another process would open it: a lock is taken for each opening of its file."""
    with open_store(f"{url}?timeout={timeout}") as store:
        yield Asking(store, playbooks.default(), Clock(), socket=place(url), wait=wait)


def place(url: str) -> Path:
    return beside(engines.path(engines.address(url)))


def told(url: str, said: bytes) -> dict[str, Any]:
    """What a stranger to our manners is told over the socket."""
    with connected(place(url), PATIENCE) as stranger:
        with suppress(BrokenPipeError):
            stranger.sendall(said)
            stranger.shutdown(socket.SHUT_WR)
        answer: dict[str, Any] = json.loads(everything(stranger))
        return answer


def notes(tocsin: Tocsin) -> list[str]:
    return [entry.event.text for entry in entries(tocsin) if isinstance(entry.event, e.Noted)]


# ── asked and answered ─────────────────────────────────────────────────────────────────────────────────────────────


def test_who_cannot_hold_the_database_asks_who_does(asking: Asking, held: Tocsin) -> None:
    commits = held.store.commits
    assert asking.do(NOTE, by="bob", at=NOON - MINUTE) == Answer(incident=ONE, lines=(3,))  # type: ignore[arg-type]
    line = entries(held)[-1]
    assert (line.by, line.at.at, line.event) == ("bob", NOON - MINUTE, e.Noted(text="Seen."))
    assert (held.store.commits - commits, asking.store.commits) == (1, 0)


def test_where_nobody_holds_the_database_a_command_is_done_at_once(made: str) -> None:
    with another(made) as asking:
        assert asking.do(NOTE, by="bob").lines == (3,)
        assert asking.store.commits == 1
        assert entries(asking)[-1].source is None
    assert not place(made).exists()


def test_on_postgresql_everybody_does_it_themselves(postgres_url: str, tmp_path: Path) -> None:
    with office(postgres_url) as tocsin, open_store(postgres_url) as store:
        declared(tocsin)
        assert Asking(store, playbooks.default(), Clock(), socket=tmp_path / "none").do(NOTE, by="ada").lines == (3,)


def test_another_process_is_asked_as_well(made: str) -> None:
    with holder(made), another(made) as asking:
        assert asking.do(NOTE, by="ada").lines == (3,)
        assert asking.store.commits == 0
        assert notes(asking) == ["Seen."]


def test_the_program_itself_may_ask(asking: Asking) -> None:
    asking.do(c.UpdateDirectory(people=(Person(handle=Handle("eve"), name="Eve"),)), by=TOCSIN)
    assert asking.do(NOTE, by="eve").lines == (3,)


def test_another_person_than_the_program_is_named_by_handle(asking: Asking) -> None:
    with pytest.raises(TypeError, match="give the handle"):
        asking.do(NOTE, by=ADA)


@pytest.mark.parametrize(
    ("command", "by", "at", "source"),
    [
        (c.Note(incident=IncidentNumber(7), text="Hello?"), "ada", None, None),
        (NOTE, "nobody\udcff", None, None),
        (NOTE, "ada", NOON + MINUTE * 2, None),
        (NOTE, "ada", NOON.replace(year=1970), None),
        (NOTE, "ada", datetime(2026, 1, 1), None),  # noqa: DTZ001
        (NOTE, "ada", None, ""),
        (NOTE, "ada", None, "effect:1"),
        (c.Note(incident=ONE, text="x" * (LONGEST + 1)), "ada", None, None),
        (c.Note(incident=ONE, text=7), "ada", None, None),  # type: ignore[arg-type]
        (c.Resolve(incident=ONE, verified=""), "charlie", None, None),
    ],
)
def test_a_refusal_is_the_same_whoever_says_it(
    asking: Asking, held: Tocsin, command: c.Command, by: str, at: datetime | None, source: str | None
) -> None:
    sentences = []
    for tocsin in (asking, held):
        with pytest.raises(Refused) as no:
            tocsin.do(command, by=by, at=at, source=source)
        sentences.append(no.value.pieces)
    assert sentences[0] == sentences[1]


def test_every_command_arrives_as_it_was_asked() -> None:
    for asked in EVERY_KIND_OF_FIELD:
        said = wire.request(asked, "ada", NOON, "here")
        assert wire.requested(said) == wire.Request(command=asked, by="ada", at=NOON, source="here")


EVERY_KIND_OF_FIELD = (
    NOTE,
    c.Declare(title="Zoë’s hub\n", communities=("utoronto",)),
    c.SetImpact(incident=ONE, start=NOON - MINUTE, end=NOON),
    c.WriteReport(incident=ONE, sections={"overview": "The database was full."}, zone="Asia/Kathmandu"),
    c.UpdateDirectory(people=(ADA,)),
)


def test_what_cannot_be_written_now_is_told_as_the_holder_says_it(sqlite_url: str) -> None:
    def full(*_: object, **__: object) -> Answer:
        raise Unavailable("The disk of the database is full.")

    with listening_with(sqlite_url, full), another(sqlite_url) as asking, pytest.raises(Unavailable) as no:
        asking.do(NOTE, by="ada")
    assert str(no.value) == "The disk of the database is full."


def test_a_mistake_of_ours_is_logged_and_not_told(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object, **__: object) -> Answer:
        raise ZeroDivisionError("s3cret")

    with listening_with(sqlite_url, broken), another(sqlite_url) as asking, pytest.raises(Unavailable) as no:
        asking.do(NOTE, by="ada")
    assert str(no.value).endswith("Its log says which; please report it.")
    assert "s3cret" not in str(no.value)
    assert "Note of incident 1, asked over the socket, failed." in caplog.text
    assert "ZeroDivisionError" in caplog.text


@contextmanager
def listening_with(url: str, do: Callable[..., Answer]) -> Iterator[Tocsin]:
    """A holder that does it this way."""
    kind = type("Odd", (Tocsin,), {"do": do})
    with office(url) as tocsin:
        odd: Tocsin = kind(tocsin.store, tocsin.playbook, tocsin.clock)
        with Listener(odd, place(url)):
            yield odd


# ── what disturbs it ───────────────────────────────────────────────────────────────────────────────────────────────


def request(**changed: object) -> bytes:
    asked = {"tocsin": __version__, "command": "Note", "body": {"incident": 1, "text": "Seen."}, "by": "ada"}
    return json.dumps({**asked, "at": None, "source": None, **changed}).encode()


ODD = {
    "nothing": b"",
    "no JSON": b"Hello?",
    "no UTF-8": b'{"tocsin": "\xff"}',
    "cut short": request()[:-1],
    "no object": b"[1, 2]",
    "very deep": b"[" * 1_000_000,
    "a very long number": b"1" * 100_000,
    "deep in the body": request(body={"text": 0}).replace(b"0", b'{"a":' * 900 + b"1" + b"}" * 900),
    "an unknown command": request(command="Explode"),
    "not a command": request(command="Command"),
    "a field too much": request(body={"incident": 1, "text": "Seen.", "loudly": True}),
    "a field too much around it": request(loudly=True),
    "a field too few": request(body={"incident": 1}),
    "a field of another type": request(body={"incident": "1", "text": "Seen."}),
    "broken text": request(body={"incident": 1, "text": "\udcff"}),
    "no time": request(at="yesterday"),
    "a source that is none": request(source=7),
    "nobody named": json.dumps({"tocsin": __version__, "command": "Note"}).encode(),
}


@pytest.mark.parametrize("said", ODD.values(), ids=ODD)
def test_what_is_no_request_is_told_so_and_disturbs_nobody(
    asking: Asking, held: Tocsin, sqlite_url: str, said: bytes
) -> None:
    assert told(sqlite_url, said) == {"refused": wire.MALFORMED}
    assert asking.do(NOTE, by="ada").lines == (3,)


def test_a_whole_request_is_understood(held: Tocsin, sqlite_url: str) -> None:
    assert told(sqlite_url, request())["answer"]["lines"] == [3]


def test_a_time_without_its_zone_is_refused(held: Tocsin, sqlite_url: str) -> None:
    assert "A time needs its zone" in told(sqlite_url, request(at="2026-11-12T01:45"))["refused"]


def test_another_version_is_told_which_one_is_here(held: Tocsin, sqlite_url: str) -> None:
    sentence = told(sqlite_url, json.dumps({"tocsin": "99.1", "shape": "unknown"}).encode())["refused"]
    assert sentence.startswith(f"The Tocsin that holds the database is version {__version__}, and this one is 99.1.")


def test_what_is_too_long_is_refused_before_its_end(
    asking: Asking, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LONGEST", 1_000_000)
    assert told(sqlite_url, b" " * 20_000_000) == {"refused": wire.TOO_LONG}
    assert asking.do(NOTE, by="ada").lines == (3,)


def test_what_is_too_long_is_not_sent(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LONGEST", 1000)
    with pytest.raises(Refused, match="Split it"):
        asking.do(c.Note(incident=ONE, text="x" * 1000), by="ada")


def test_the_longest_report_fits(asking: Asking) -> None:
    asking.do(c.Resolve(incident=ONE, verified="Logged in."), by="ada")
    sections: dict[str, str] = {section.slug: "\N{BELL}😀" * (LONGEST // 2) for section in asking.playbook.sections}
    assert asking.do(c.WriteReport(incident=ONE, sections=sections), by="ada").revision == 1


def test_who_says_nothing_keeps_nobody_waiting(sqlite_url: str, made: str) -> None:
    with listening_again(made, at_once=2):
        silent = [connected(place(made), PATIENCE) for _ in range(40)]
        with another(made) as asking:
            assert asking.do(NOTE, by="ada").lines == (3,)
        for each in silent:
            each.close()


def test_who_says_nothing_is_dropped(made: str) -> None:
    with listening_again(made, patience=0.1), connected(place(made), PATIENCE) as silent:
        assert silent.recv(1) == b""


def test_who_stops_in_the_middle_is_told_and_dropped(made: str) -> None:
    with listening_again(made, patience=0.2), connected(place(made), PATIENCE) as slow:
        slow.sendall(b'{"tocsin"')
        assert json.loads(everything(slow)) == {"refused": wire.MALFORMED}


def test_who_goes_away_before_the_answer_disturbs_nobody(asking: Asking, sqlite_url: str) -> None:
    for _ in range(10):
        with connected(place(sqlite_url), PATIENCE) as hasty:
            hasty.sendall(request())
            hasty.shutdown(socket.SHUT_WR)
    with connected(place(sqlite_url), PATIENCE):
        pass
    asking.do(NOTE, by="ada")
    until = time.monotonic() + PATIENCE
    while len(notes(asking)) < 11 and time.monotonic() < until:  # nobody waits for what the hasty have asked
        time.sleep(0.02)
    assert len(notes(asking)) == 11


def test_a_holder_that_may_open_no_more_files_serves_again_when_some_are_closed(made: str) -> None:
    with holder(made) as process, another(made) as asking, ThreadPoolExecutor(1) as caller:
        asking.do(NOTE, by="ada")
        room = len(list(Path(f"/proc/{process.pid}/fd").iterdir())) + 3
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (room, room))
        silent = [connected(place(made), PATIENCE) for _ in range(20)]
        answer = caller.submit(asking.do, NOTE, by="ada")
        time.sleep(0.2)
        for each in silent:
            each.close()
        assert answer.result(PATIENCE).lines == (4,)


@contextmanager
def office_again(url: str) -> Iterator[Tocsin]:
    """On a database that is there."""
    with open_store(url) as store:
        yield Tocsin(store, playbooks.default(), Clock())


@contextmanager
def listening_again(url: str, at_once: int = 32, patience: float = PATIENCE) -> Iterator[None]:
    with office_again(url) as tocsin, Listener(tocsin, place(url), at_once=at_once, patience=patience):
        yield


# ── many at once, and one after another ────────────────────────────────────────────────────────────────────────────


def test_twenty_who_ask_at_once_lose_nothing(made: str) -> None:
    def write(writer: int) -> list[int]:
        with another(made) as asking:
            notes = [c.Note(incident=ONE, text=f"{writer}:{number}") for number in range(5)]
            return [asking.do(each, by="ada").lines[0] for each in notes]

    with holder(made):
        lines = [line for written in at_once(20, write) for line in written]
    assert sorted(lines) == list(range(3, 103))
    with office_again(made) as tocsin:
        assert set(notes(tocsin)) == {f"{writer}:{number}" for writer in range(20) for number in range(5)}
        assert mismatches(tocsin) == []


def test_more_than_are_served_at_once_wait_in_line(made: str) -> None:
    def write(_: int) -> int:
        with another(made) as asking:
            return asking.do(NOTE, by="ada").lines[0]

    with listening_again(made, at_once=2):
        assert sorted(at_once(20, write)) == list(range(3, 23))


KILLED = {
    "Declared": (
        c.Declare(title="Another", commander="ada"),
        Answer(incident=IncidentNumber(2), lines=(Seq(1), Seq(2))),
    ),
    "Noted": (NOTE, Answer(incident=ONE, lines=(Seq(3),))),
    "Resolved": (c.Resolve(incident=ONE, verified="Logged in."), Answer(incident=ONE, lines=(Seq(3),))),
    "signal": (c.NoteSignal(text="I cannot log in."), Answer(signal=SignalId(1))),
    "directory": (c.UpdateDirectory(people=(ADA,)), Answer()),
}


@pytest.mark.parametrize(("command", "expected"), KILLED.values(), ids=KILLED)
def test_a_holder_killed_between_the_commit_and_its_answer_has_done_it_once(
    made: str, command: c.Command, expected: Answer
) -> None:
    with holder(made, "dying") as process, another(made) as asking:
        assert asking.do(command, by=TOCSIN) == expected
        assert process.wait(PATIENCE) == -signal.SIGKILL
        after = dump(asking.store)
        assert (len(after["incidents"]), len(after["log"]), len(after["signals"])) == COUNTS[type(command)]
        assert mismatches(asking) == []


COUNTS = {
    c.Declare: (2, 4, 0),
    c.Note: (1, 3, 0),
    c.Resolve: (1, 3, 0),
    c.NoteSignal: (1, 2, 1),
    c.UpdateDirectory: (1, 2, 0),
}


def test_a_holder_that_stops_while_many_ask_loses_nothing(made: str) -> None:
    stopping = threading.Event()

    def write(writer: int) -> list[int]:
        written: list[int] = []
        for number in range(15):
            with another(made) as asking:
                written.append(asking.do(c.Note(incident=ONE, text=f"{writer}:{number}"), by="ada").lines[0])
            if number == 3:
                stopping.set()
        return written

    with ThreadPoolExecutor(1) as waiter, holder(made) as process:
        stopped = waiter.submit(lambda: stopping.wait(PATIENCE) and process.communicate())
        lines = [line for written in at_once(8, write) for line in written]
        stopped.result(PATIENCE)
        assert process.wait(PATIENCE) == 0
    assert sorted(lines) == list(range(3, 123))
    with office_again(made) as tocsin:
        assert len(set(notes(tocsin))) == len(notes(tocsin)) == 120


def test_what_is_asked_twice_is_done_once(asking: Asking) -> None:
    answers = [asking.do(NOTE, by="ada", source="script:1") for _ in range(2)]
    assert answers[0] == answers[1]
    assert notes(asking) == ["Seen."]


def test_who_listens_answers_before_it_stops(made: str) -> None:
    begun = threading.Event()

    def slowly(tocsin: Tocsin, *given: Any, **named: Any) -> Answer:
        begun.set()
        time.sleep(0.2)
        return Tocsin.do(tocsin, *given, **named)

    with ThreadPoolExecutor(1) as caller, open_store(made) as store:
        slow: Tocsin = type("Slow", (Tocsin,), {"do": slowly})(store, playbooks.default(), Clock())
        with Listener(slow, place(made)):
            answer = caller.submit(told, made, request())
            assert begun.wait(PATIENCE)
        assert answer.result(PATIENCE)["answer"]["lines"] == [3]


# ── nobody listens ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_finds_a_short_command_at_work_waits_for_its_end(made: str) -> None:
    with another(made) as asking, ThreadPoolExecutor(1) as caller:
        with office_again(made) as tocsin:
            tocsin.do(NOTE, by="ada")
            answer = caller.submit(asking.do, NOTE, by="ada")
            time.sleep(0.1)
            assert not answer.done()
        assert answer.result(PATIENCE).lines == (4,)


def test_who_waits_in_vain_is_told(made: str) -> None:
    with office_again(made) as tocsin, another(made, timeout=0.1) as asking:
        assert tocsin.store.own()
        with pytest.raises(Unavailable, match="Another process holds the database file; nothing was written"):
            asking.do(NOTE, by="ada")


def test_who_waits_for_an_answer_in_vain_is_told_that_nobody_knows(made: str) -> None:
    with office_again(made) as tocsin, listening(place(made)), another(made, wait=0.1) as asking:
        assert tocsin.store.own()
        with pytest.raises(Unavailable, match="may or may not be written"):
            asking.do(NOTE, by="ada")


@pytest.mark.parametrize("said", [b"", b'{"answer": {"lin', b'{"news": 1}'])
def test_a_holder_that_never_answers_whole_is_not_asked_for_ever(made: str, said: bytes) -> None:
    with office_again(made) as tocsin, listening(place(made)) as rude, another(made, timeout=0.1) as asking:
        assert tocsin.store.own()
        server = threading.Thread(target=hang_up, args=(rude, said))
        server.start()
        with pytest.raises(Unavailable, match="may or may not be written"):
            asking.do(NOTE, by="ada")
        rude.shutdown(socket.SHUT_RDWR)
        server.join(PATIENCE)


def hang_up(listener: socket.socket, said: bytes) -> None:
    """Hear everybody out, and say the same to all."""
    with suppress(OSError):
        while True:
            caller, _ = listener.accept()
            with caller:
                for _ in iter(lambda: caller.recv(9999), b""):  # noqa: B023
                    pass
                caller.sendall(said)


def test_one_process_at_a_time_listens(held: Tocsin, sqlite_url: str) -> None:
    with another(sqlite_url, timeout=0.1) as asking, pytest.raises(Unavailable, match="Another process holds"):
        Listener(asking, place(sqlite_url)).__enter__()
    assert place(sqlite_url).exists()


# ── the socket's file ──────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_else_can_reach_the_socket_from_its_first_moment_on(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with listening(tmp_path / "x.sock"):
            assert [stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()] == [0o600]
    finally:
        os.umask(before)


def test_what_one_left_who_died_while_making_it_is_swept_away(tmp_path: Path) -> None:
    with listening(tmp_path / "x.sock"):
        (tmp_path / f".tocsin-{sha256(b'x.sock').hexdigest()[:16]}").touch()
    with listening(tmp_path / "x.sock"):
        assert [each.name for each in tmp_path.iterdir()] == ["x.sock"]


def test_the_socket_goes_with_its_listener(made: str, tmp_path: Path) -> None:
    with listening_again(made):
        assert place(made).is_socket()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["tocsin.db", "tocsin.db.lock"]
    assert not [each for each in threading.enumerate() if each.name.startswith("tocsin-")]


def test_what_a_killed_holder_left_is_replaced(made: str) -> None:
    with holder(made) as process:
        process.kill()
        assert process.wait(PATIENCE)
    assert place(made).is_socket()
    with listening_again(made), another(made) as asking:
        assert asking.do(NOTE, by="ada").lines == (3,)
        assert asking.store.commits == 0


FILES = {
    "a path of 300 bytes": "/".join(["x" * 99] * 3) + "/tocsin.db",
    "a name of 240 bytes": "x" * 240,
    "no ASCII": "Zoë’s 日本語/Zoë’s 日本語.db",
    "what a URL would escape": "a b#c/a b#c.db",
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_any_path_will_do(tmp_path: Path, file: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{tmp_path}/{file}"
    with office(url) as tocsin, Listener(tocsin, place(url)), another(url) as asking:
        declared(asking)
        assert asking.store.commits == 0


def test_whichever_link_the_database_is_named_by_it_is_the_same(held: Tocsin, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "other.db").symlink_to(tmp_path / "tocsin.db")
    with another(f"sqlite:///{tmp_path}/links/other.db") as asking:
        assert asking.do(NOTE, by="ada").lines == (3,)


def test_a_folder_in_which_no_socket_can_be_made_is_told(made: str, tmp_path: Path) -> None:
    with office_again(made) as tocsin, pytest.raises(Unavailable, match=r"cannot be made in .*/gone: No such file"):
        Listener(tocsin, tmp_path / "gone" / "x.sock").__enter__()


def test_another_user_is_refused_even_where_the_file_lets_them_in() -> None:
    if os.geteuid() != 0:
        need("Only root can become another user; run the tests as root.")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/tocsin.db"
        with office(url) as tocsin, Listener(tocsin, place(url)):
            assert "Permission denied" in asked_by_nobody(place(url))
            Path(folder).chmod(0o755)
            assert "Permission denied" in asked_by_nobody(place(url))
            place(url).chmod(0o666)
            assert json.loads(asked_by_nobody(place(url)))["refused"].startswith("Only the user that Tocsin runs as")


def asked_by_nobody(path: Path) -> str:
    """What the user `nobody` is told; root begins it, who alone may be let to Python itself."""
    script = (
        "import os, socket, sys; s = socket.socket(socket.AF_UNIX); os.setgroups([]); os.setgid(65534)\n"
        "os.setuid(65534); s.connect(sys.argv[1]); s.send(b'{}'); print(s.recv(9999).decode())"
    )
    asked = [sys.executable, "-I", "-c", script, str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


def test_reading_goes_on_whoever_holds_the_database(made: str) -> None:
    with holder(made), another(made) as asking:
        assert kinds(asking) == ["Declared", "RoleAssigned"]
        asking.do(NOTE, by="ada")
        assert notes(asking) == ["Seen."]
