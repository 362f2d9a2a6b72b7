"""Open pages hear of what happens: each line once, in order, within a second, for as long as they may."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.core.examples import EXAMPLES
from tests.core.world import entry
from tests.engine.office import declared, note
from tests.web.hearing import Ear, cookie, hearing, within
from tests.web.house import House, house
from tests.web.scene import served
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.incident import evolve
from tocsin.core.people import TOCSIN
from tocsin.engine.door import Tocsin
from tocsin.store import log, news, sessions
from tocsin.store.writer import open_store
from tocsin.web.room.lines import rendered
from tocsin.web.streams import MOST, STREAMS

ONE = IncidentNumber(1)


@dataclass(frozen=True, kw_only=True)
class Open:
    """A house with a server before it."""

    home: House
    address: str

    @property
    def tocsin(self) -> Tocsin:
        return self.home.tocsin

    def cookie(self, handle: str = "ada") -> str:
        return cookie(self.home.site, handle)


@pytest.fixture
def there(sqlite_url: str, tmp_path: Path) -> Iterator[Open]:
    """Incident 1 is open: ada commands it."""
    with house(sqlite_url, tmp_path) as home, served(home.site) as address:
        declared(home.tocsin)
        yield Open(home=home, address=address)


def hears(ear: Ear, *seqs: int) -> None:
    ear.until(lambda: ear.lines() == list(seqs))


def recorded(tocsin: Tocsin, event: e.Event, about: Seq) -> Seq:
    """The number of a line that no command of the test's had to make."""

    def work(connection: sa.Connection) -> Seq:
        locked = log.lock(connection, ONE)
        assert locked is not None
        new = entry(event, locked.last + 1, about=about)
        log.append(connection, [new], "Test")
        log.refresh(connection, evolve(locked.incident, new), new.seq)
        news.tell(connection, f"incident:{ONE}")
        return new.seq

    return tocsin.store.run(work)


def test_a_line_reaches_an_open_room_within_a_second(there: Open) -> None:
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        seq = note(there.tocsin, ONE, "The pods are **pending**.")
        ear.until(lambda: ear.lines() == [seq], patience=1)
        assert "<strong>pending</strong>" in ear.of("line")[0].data


def test_what_was_missed_is_told_first(there: Open) -> None:
    seqs = [note(there.tocsin, ONE, f"Line {number}") for number in range(3)]
    with hearing(there.address, f"/incidents/1/live?after={seqs[0]}", there.cookie()) as ear:
        ear.until(lambda: ear.lines() == seqs[1:])


def test_a_browser_that_comes_back_says_itself_where_it_was(there: Open) -> None:
    seqs = [note(there.tocsin, ONE, f"Line {number}") for number in range(3)]
    with hearing(there.address, "/incidents/1/live?after=1", there.cookie(), last=str(seqs[1])) as ear:
        ear.until(lambda: ear.lines() == seqs[2:])


def test_whoever_has_no_line_yet_hears_of_them_all_however_many(there: Open) -> None:
    seqs = [note(there.tocsin, ONE, f"Line {number}") for number in range(250)]
    with hearing(there.address, "/incidents/1/live?after=2", there.cookie()) as ear:
        ear.until(lambda: ear.lines() == seqs)


def test_a_number_that_was_never_given_counts_as_the_last(there: Open) -> None:
    with hearing(there.address, "/incidents/1/live?after=999999", there.cookie()) as ear:
        seq = note(there.tocsin, ONE, "New")
        ear.until(lambda: ear.lines() == [seq])


def test_lines_come_once_and_in_order_however_often_the_line_is_cut(there: Open) -> None:
    chance, told = random.Random(47), list[int]()
    key, place, written = there.cookie(), "2", list[int]()
    for _ in range(12):
        with hearing(there.address, "/incidents/1/live", key, last=place) as ear:
            written += [note(there.tocsin, ONE, "A line") for _ in range(chance.randrange(6))]
            within(chance.random() / 20, lambda: False)
            written += [note(there.tocsin, ONE, "More") for _ in range(chance.randrange(3))]
        told += ear.lines()
        place = ear.id
    with hearing(there.address, "/incidents/1/live", key, last=place) as ear:
        ear.until(lambda: told + ear.lines() == written)


def test_an_edited_line_is_told_anew_and_does_not_move_the_place(there: Open) -> None:
    seq = note(there.tocsin, ONE, "Wrnog")
    later = note(there.tocsin, ONE, "Later")
    with hearing(there.address, "/incidents/1/live", there.cookie(), last=str(later)) as ear:
        there.tocsin.do(c.EditNote(incident=ONE, line=seq, text="Wrong"), by="ada")
        ear.until(lambda: ear.of("line"))
        assert (f'id="L{seq}"' in ear.of("line")[0].data, "Wrong" in ear.of("line")[0].data) == (True, True)
        ear.until(lambda: ear.id == str(later + 1))


def test_a_redacted_line_is_told_anew_without_its_words(there: Open) -> None:
    seq = note(there.tocsin, ONE, "The password is hunter2")
    with hearing(there.address, "/incidents/1/live", there.cookie(), last=str(seq)) as ear:
        there.tocsin.do(c.Redact(incident=ONE, line=seq, why="A secret"), by="ada")
        ear.until(lambda: ear.of("line"))
        assert not any("hunter2" in event.data for event in ear.events)
        assert ear.of("state")


def test_a_change_of_state_is_told_but_talk_is_none(there: Open) -> None:
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        seq = note(there.tocsin, ONE, "Talk")
        ear.until(lambda: ear.lines() == [seq])
        assert not ear.of("state")
        there.tocsin.do(c.Retitle(incident=ONE, title="Nobody can start a server"), by="ada")
        ear.until(lambda: ear.of("state"))


def test_every_event_there_is_can_be_heard_of_and_places_have_their_names(there: Open) -> None:
    about = note(there.tocsin, ONE, "What marks and answers are about")
    with hearing(there.address, "/incidents/1/live", there.cookie(), last=str(about)) as ear:
        seqs = [recorded(there.tocsin, event, about) for event in EXAMPLES.values()]
        ear.until(lambda: ear.id == str(seqs[-1]))
    told = "".join(event.data for event in ear.of("line"))
    marks = {"NoteEdited", "NoteRemoved", "Highlighted", "Redacted"}
    drawn = {kind for kind, seq in zip(EXAMPLES, seqs, strict=True) if f'id="L{seq}"' in told}
    assert drawn == set(EXAMPLES) - marks
    for name in ("Toronto&#39;s hub", "University of Toronto, Du Bois", "asked <b>Support Triagers</b>"):
        assert name in told, name


def test_an_observer_hears_it_too_without_what_they_cannot_do(there: Open) -> None:
    with (
        hearing(there.address, "/incidents/1/live", there.cookie("ola")) as looking,
        hearing(there.address, "/incidents/1/live", there.cookie("ada")) as commanding,
    ):
        seq = there.tocsin.do(c.Note(incident=ONE, text="Hello"), by="bob").lines[0]
        for ear in (looking, commanding):
            hears(ear, seq)
        assert "/redact" in commanding.of("line")[0].data
        assert "/redact" not in looking.of("line")[0].data


def test_whoever_wrote_a_line_is_offered_to_edit_it_and_the_others_are_not(there: Open) -> None:
    with (
        hearing(there.address, "/incidents/1/live", there.cookie("bob")) as author,
        hearing(there.address, "/incidents/1/live", there.cookie("dana")) as other,
    ):
        seq = there.tocsin.do(c.Note(incident=ONE, text="Hello"), by="bob").lines[0]
        for ear in (author, other):
            hears(ear, seq)
        assert f"/lines/{seq}/edit" in author.of("line")[0].data
        assert f"/lines/{seq}/edit" not in other.of("line")[0].data


def test_a_line_is_told_on_the_clock_of_whoever_reads(there: Open) -> None:
    bob = replace(there.home.person("bob"), zone="Asia/Kathmandu")
    there.tocsin.do(c.UpdateDirectory(people=(bob,)), by=TOCSIN)
    with hearing(there.address, "/incidents/1/live", there.cookie("bob")) as ear:
        note(there.tocsin, ONE, "Hello")
        ear.until(lambda: ear.of("line"))
        assert ">17:45</time>" in ear.of("line")[0].data


def test_hostile_words_stay_words(there: Open) -> None:
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        note(there.tocsin, ONE, "<script>alert(1)</script>\n\ndata: forged\r\revent: state\r\rid: 9")
        ear.until(lambda: ear.of("line"))
        assert "<script>" not in ear.of("line")[0].data
        assert [event.name for event in ear.events] == ["line"]


# ── who may hear ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [stream.path.replace("{number}", "1") for stream in STREAMS])
@pytest.mark.parametrize(
    ("who", "status"), [("", 401), ("ada", 200), ("ola", 200), ("root", 200), ("charlie", 403), ("gone", 401)]
)
def test_a_stream_is_only_for_the_team(path: str, who: str, status: int, there: Open) -> None:
    with hearing(there.address, path, there.cookie(who) if who else "") as ear:
        assert ear.status == status


@pytest.mark.parametrize("path", ["/incidents/2/live", "/incidents/0/live", "/incidents/x/live"])
def test_there_is_no_stream_of_what_is_not_there(path: str, there: Open) -> None:
    with hearing(there.address, path, there.cookie()) as ear:
        assert ear.status == 404


def test_somebody_who_is_signed_out_hears_no_more(there: Open) -> None:
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        there.tocsin.store.run(lambda connection: sessions.end_all(connection, Handle("ada")))
        assert ear.ended.wait(1)


def test_one_session_that_ends_does_not_end_the_others(there: Open) -> None:
    first, second = there.cookie(), there.cookie()
    with (
        hearing(there.address, "/incidents/1/live", first) as one,
        hearing(there.address, "/incidents/1/live", second) as other,
    ):
        key = sessions.key_of(first.partition("=")[2])
        there.tocsin.store.run(lambda connection: sessions.end(connection, key))
        assert one.ended.wait(1)
        note(there.tocsin, ONE, "Hello")
        other.until(lambda: other.of("line"))


def test_somebody_who_has_left_hears_no_more(there: Open) -> None:
    with hearing(there.address, "/incidents/1/live", there.cookie("bob")) as ear:
        there.tocsin.do(c.UpdateDirectory(people=(replace(there.home.person("bob"), active=False),)), by=TOCSIN)
        assert ear.ended.wait(1)


def test_a_session_that_runs_out_ends_its_streams(there: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.web.streams.LOOK", 0.2)
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        there.home.clock.later(sessions.LONG)
        assert ear.ended.wait(5)


def test_nobody_has_pages_open_without_end(there: Open) -> None:
    key = there.cookie()
    ears = [hearing(there.address, "/live", key) for _ in range(MOST)]
    opened = [ear.__enter__() for ear in ears]
    assert within(5, lambda: there.home.site.live.open == MOST)
    with hearing(there.address, "/live", key) as ear:
        assert ear.status == 429
    for ear_ in ears:
        ear_.__exit__(None, None, None)
    assert {each.status for each in opened} == {200}
    assert within(5, lambda: there.home.site.live.open == 0)


def test_a_silent_stream_says_now_and_then_that_it_stands(there: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.web.streams.LOOK", 0.1)
    monkeypatch.setattr("tocsin.web.streams.HEARTBEAT", 0.2)
    heard: list[str] = []
    monkeypatch.setattr("tests.web.hearing._told", lambda _ear, block: heard.append(block))
    with hearing(there.address, "/live", there.cookie()):
        assert within(5, lambda: heard.count(":") >= 2)


# ── hints ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def hinted(ear: Ear) -> list[str]:
    return [event.name for event in ear.events]


def test_lists_are_told_that_signals_or_incidents_have_changed_and_nothing_more(there: Open) -> None:
    with hearing(there.address, "/live", there.cookie()) as ear:
        ear.until(lambda: hinted(ear) == ["signals", "incidents"])
        there.tocsin.do(c.NoteSignal(text="I cannot log in"), by="bob")
        ear.until(lambda: hinted(ear)[2:] == ["signals"])
        there.tocsin.do(c.Retitle(incident=ONE, title="Worse"), by="ada")
        ear.until(lambda: hinted(ear)[3:] == ["incidents"])
        assert {event.data for event in ear.events} == {"news"}


# ── many ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_is_read_and_drawn_once_for_all_who_see_the_same(there: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []

    def draws(*given: Any) -> Any:
        drawn.append(given)
        return rendered(*given)

    monkeypatch.setattr("tocsin.web.following.rendered", draws)
    key = there.cookie("dana")
    ears = [hearing(there.address, "/incidents/1/live", key) for _ in range(10)]
    opened = [ear.__enter__() for ear in ears]
    assert within(5, lambda: there.home.site.live.open == 10)
    seq = note(there.tocsin, ONE, "Once")
    for ear in opened:
        hears(ear, seq)
    for each in ears:
        each.__exit__(None, None, None)
    assert len(drawn) == 1


def test_when_the_server_stops_open_pages_are_told_at_once(sqlite_url: str, tmp_path: Path) -> None:
    with house(sqlite_url, tmp_path) as home:
        declared(home.tocsin)
        with served(home.site) as address, hearing(address, "/incidents/1/live", cookie(home.site, "ada")) as ear:
            home.site.live.close()
            assert ear.ended.wait(1)


# ── several processes ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def elsewhere(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Open, Tocsin]]:
    """A house on PostgreSQL with a server before it, and a Tocsin of another process on the same database."""
    with (
        house(postgres_url, tmp_path) as home,
        home.tocsin.store.listening(),
        served(home.site) as address,
        open_store(postgres_url) as store,
    ):
        declared(home.tocsin)
        yield Open(home=home, address=address), Tocsin(store, home.tocsin.playbook, home.clock)


def test_a_line_written_through_one_process_reaches_pages_of_another(elsewhere: tuple[Open, Tocsin]) -> None:
    there, other = elsewhere
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        ear.until(lambda: there.home.site.live.open)
        seq = note(other, ONE, "From elsewhere")
        ear.until(lambda: ear.lines() == [seq], patience=2)


def test_somebody_signed_out_through_one_process_hears_no_more_from_another(elsewhere: tuple[Open, Tocsin]) -> None:
    there, other = elsewhere
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        other.store.run(lambda connection: sessions.end_all(connection, Handle("ada")))
        assert ear.ended.wait(2)


def test_what_was_told_while_nobody_listened_is_caught_up_with(elsewhere: tuple[Open, Tocsin]) -> None:
    there, other = elsewhere
    with hearing(there.address, "/incidents/1/live", there.cookie()) as ear:
        ear.until(lambda: there.home.site.live.open)
        with other.store.read() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'"
            )
        seq = note(other, ONE, "While the line was down")
        ear.until(lambda: ear.lines() == [seq], patience=6)
