"""The worker: what is due happens once and in order; what fails is tried again, told, or left to a person."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from tests.core.world import BOB, DUBOIS, NOON, TRIAGERS
from tests.engine.office import (
    PATIENCE,
    Clock,
    Postbox,
    Shelf,
    declared,
    entries,
    kinds,
    mismatches,
    office,
    refusal,
    to_be_published,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.effects import PublishReport, Wish
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq
from tocsin.core.people import Person
from tocsin.engine.door import Tocsin
from tocsin.engine.gate import IN_A_ROW
from tocsin.engine.outcomes import went_wrong
from tocsin.engine.retry import Never
from tocsin.engine.worker import LIMIT, Worker
from tocsin.integrations.gitrepo import Config, GitRepo
from tocsin.ports import Failed, Leaving, Mail, Mailer, Ports, Publisher, freely
from tocsin.report.pdf import compiling
from tocsin.store import outbox
from tocsin.store.clocks import DatabaseClock
from tocsin.store.outbox import Taken
from tocsin.store.tables import effects
from tocsin.store.works import Unavailable
from tocsin.store.writer import Work

T = TypeVar("T")
ONE = IncidentNumber(1)
DOWN = Failed("The mail server does not answer.")
CUT = Failed("The line was cut.", unsure=True)
NOBODY = Failed("There is no such address.", permanent=True)


def worked(tocsin: Tocsin, mailer: Mailer | None = None, publisher: Publisher | None = None) -> Worker:
    """A worker, who has done all that was due."""
    worker = Worker(tocsin, Ports(mailer=mailer, publisher=publisher), chance=lambda: 0.0)
    worker.work_off()
    return worker


def wishes(tocsin: Tocsin) -> list[Wish]:
    with tocsin.store.read() as connection:
        return outbox.every(connection)


def states(tocsin: Tocsin) -> list[str]:
    return [wish.state for wish in wishes(tocsin)]


def told(tocsin: Tocsin) -> list[tuple[str, str]]:
    """What the timeline says of deliveries: the outcome, and the trouble."""
    found = [entry.event for entry in entries(tocsin)]
    return [(event.outcome, event.trouble) for event in found if isinstance(event, e.DeliveryReported)]


def update(tocsin: Tocsin, text: str = "We are on it.", community: str = "utoronto") -> None:
    tocsin.do(c.PostUpdate(incident=ONE, text=text, communities=(community,)), by="ada")


# ── publishing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_publication_is_wished_for_with_its_request(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    wish = wishes(tocsin)[-1].effect
    assert isinstance(wish, PublishReport)
    assert kinds(tocsin)[wish.about - 1] == "PublicationRequested"


def test_a_wish_that_comes_true_stands_in_the_log(tocsin: Tocsin, tmp_path: Path) -> None:
    to_be_published(tocsin)
    worked(tocsin, publisher=GitRepo(Config(repository=str(tmp_path / "reports"))))
    last = entries(tocsin)[-1]
    assert isinstance(last.event, e.ReportPublished)
    assert (last.event.revision, last.event.request, last.source) == (
        1,
        last.about,
        f"effect:{wishes(tocsin)[-1].mark}",
    )
    assert (tmp_path / "reports" / f"{last.event.path}.json").exists()
    assert (tmp_path / "reports" / f"{last.event.path}.md").exists()


@pytest.mark.parametrize("title", ["👩‍💻 cannot log in", "日本語", "a\u202eb", "x" * 3000])
def test_any_title_can_be_published(tocsin: Tocsin, tmp_path: Path, title: str) -> None:
    to_be_published(tocsin)
    tocsin.do(c.Retitle(incident=ONE, title=title), by="ada")
    worked(tocsin, publisher=GitRepo(Config(repository=str(tmp_path / "reports"))))
    assert kinds(tocsin)[-1] == "ReportPublished"


def test_what_was_reopened_since_is_not_published(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    tocsin.do(c.Reopen(incident=ONE, why="It is back."), by="ada")
    shelf = Shelf()
    worked(tocsin, publisher=shelf)
    assert (shelf.published, states(tocsin)[-1]) == ([], "dropped")


def test_what_came_true_does_not_happen_again(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    shelf = Shelf()
    for _ in range(2):
        worked(tocsin, publisher=shelf)
    assert len(shelf.published) == kinds(tocsin).count("ReportPublished") == 1


def test_what_failed_waits_with_its_trouble_and_the_timeline_is_not_bothered_at_once(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    before = entries(tocsin)
    worked(tocsin, publisher=Shelf(failures=1))
    wish = wishes(tocsin)[-1]
    assert (wish.state, wish.fails, wish.trouble) == ("waiting", 1, "The shelf is full. Make room, then try again.")
    assert entries(tocsin) == before


def test_a_report_is_not_published_without_a_pdf_for_a_trouble_of_ours(
    tocsin: Tocsin, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_be_published(tocsin)
    shelf = Shelf()
    (broken := tmp_path / "child.py").write_text("import nothing_of_that_name")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(compiling, "CHILD", broken)
        worked(tocsin, publisher=shelf)
    wish = wishes(tocsin)[-1]
    assert (shelf.published, wish.state, wish.fails) == ([], "waiting", 1)
    assert wish.trouble.startswith("There is no PDF yet: ModuleNotFoundError")
    clock.later(timedelta(minutes=1))
    worked(tocsin, publisher=shelf)
    assert "pdf" in shelf.published[0].files


def test_the_next_try_publishes_once(tocsin: Tocsin, clock: Clock) -> None:
    to_be_published(tocsin)
    shelf = Shelf(failures=2)
    for _ in range(3):
        worked(tocsin, publisher=shelf)
        clock.later(timedelta(seconds=10))
    assert len(shelf.published) == kinds(tocsin).count("ReportPublished") == 1
    assert mismatches(tocsin) == []


def test_a_publication_carries_the_time_it_was_asked_for(tocsin: Tocsin, clock: Clock) -> None:
    to_be_published(tocsin)
    clock.later(timedelta(days=2))
    shelf = Shelf()
    worked(tocsin, publisher=shelf)
    assert shelf.published[0].at == NOON.astimezone(UTC)


def test_it_stands_in_the_log_at_the_time_it_happened(tocsin: Tocsin, clock: Clock) -> None:
    to_be_published(tocsin)
    then = clock.later(timedelta(days=2))
    worked(tocsin, publisher=Shelf())
    assert (kinds(tocsin)[-1], entries(tocsin)[-1].at.at) == ("ReportPublished", then.astimezone(UTC))


def test_a_publication_holds_the_revision_that_was_reviewed(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    tocsin.do(c.WriteReport(incident=ONE, sections={"overview": "Nobody has read this."}), by="ada")
    shelf = Shelf()
    worked(tocsin, publisher=shelf)
    assert b"The database was full." in shelf.published[0].files["md"]
    assert b"Nobody has read this." not in shelf.published[0].files["md"]


# ── mail ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_update_is_mailed_to_who_speaks_for_the_community(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox()
    worked(tocsin, box)
    (mail,) = box.sent
    assert (mail.to, mail.subject) == ("charlie@toronto.example", "Nobody can log in")
    assert mail.text.startswith("We are on it.\n")
    assert (states(tocsin), told(tocsin)) == (["done"], [])


def test_an_offer_to_a_group_is_mailed_to_each_of_it(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="triagers"), by="ada")
    box = Postbox()
    worked(tocsin, box)
    assert {mail.to for mail in box.sent} == {"bob@example.org", "dana@example.org"}


def test_an_offer_that_was_taken_meanwhile_is_not_mailed(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="triagers"), by="ada")
    tocsin.do(c.AcceptRole(incident=ONE), by="bob")
    box = Postbox()
    worked(tocsin, box)
    assert (box.sent, states(tocsin)) == ([], ["dropped", "dropped"])


def test_letters_to_one_person_follow_each_other_in_a_thread(tocsin: Tocsin) -> None:
    declared(tocsin)
    box = Postbox()
    for text in ("One.", "Two.", "Three."):
        update(tocsin, text)
        worked(tocsin, box)
    first, second, third = box.sent
    assert first.thread == third.thread[:1]
    assert third.thread[1:] == (first.key, second.key)


def test_a_community_nobody_speaks_for_is_a_failure_that_shows(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin, community="dubois")
    worked(tocsin, Postbox())
    sentence = "Nobody speaks for that community. Name somebody in the directory."
    assert (states(tocsin), told(tocsin)) == (["failed"], [("given-up", sentence)])


def test_a_group_of_nobody_is_a_failure_that_shows_until_somebody_is_in_it(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.UpdateDirectory(groups=(replace(TRIAGERS, members=()),)), by="ada")
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="triagers"), by="ada")
    box = Postbox()
    worked(tocsin, box)
    sentence = "Nobody is in that group. Name somebody in the directory."
    assert (states(tocsin), told(tocsin)) == (["failed"], [("given-up", sentence)])
    tocsin.do(c.UpdateDirectory(groups=(replace(TRIAGERS, members=(BOB.handle,)),)), by="ada")
    tocsin.do(c.TryAgain(effect=EffectId(1)), by="ada")
    worked(tocsin, box)
    assert [mail.to for mail in box.sent] == ["bob@example.org"]


def test_once_somebody_speaks_for_it_they_are_told(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin, community="dubois")
    box = Postbox()
    worked(tocsin, box)
    with tocsin.store.read() as connection:
        dubois = tocsin.given(connection).directory.community("dubois")
    assert dubois is not None
    spoken_for = type(dubois)(slug=dubois.slug, name=dubois.name, representatives=("bob",))  # type: ignore[arg-type]
    tocsin.do(c.UpdateDirectory(communities=(spoken_for,)), by="ada")
    tocsin.do(c.TryAgain(effect=EffectId(1)), by="ada")
    worked(tocsin, box)
    assert [mail.to for mail in box.sent] == ["bob@example.org"]
    assert [outcome for outcome, _ in told(tocsin)] == ["given-up", "again", "delivered"]


def test_words_that_were_redacted_meanwhile_are_not_mailed(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin, "The password is hunter2.")
    tocsin.do(c.Redact(incident=ONE, line=Seq(3), why="A password."), by="ada")
    box = Postbox()
    worked(tocsin, box)
    assert (box.sent, states(tocsin)) == ([], ["dropped"])


def test_without_a_mailer_no_mail_is_wished_for(tocsin: Tocsin) -> None:
    here = Tocsin(tocsin.store, tocsin.playbook, tocsin.clock, serves=("clock", "publisher"))
    declared(here)
    update(here)
    assert states(tocsin) == []


# ── reminders ──────────────────────────────────────────────────────────────────────────────────────────────────────


def promise(tocsin: Tocsin, hours: int, community: str = "utoronto") -> None:
    next_by = tocsin.clock() + timedelta(hours=hours)
    tocsin.do(c.PostUpdate(incident=ONE, text="More later.", communities=(community,), next_by=next_by), by="ada")


def test_whoever_tells_outside_then_is_reminded_in_time(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    promise(tocsin, 3)
    tocsin.do(c.Assign(incident=ONE, role="liaison"), by="bob")
    box = Postbox()
    clock.later(timedelta(hours=2, minutes=44))
    worked(tocsin, box)
    assert [mail.to for mail in box.sent] == ["charlie@toronto.example"]
    clock.later(timedelta(minutes=1))
    worked(tocsin, box)
    assert [mail.to for mail in box.sent] == ["charlie@toronto.example", "bob@example.org"]


def test_a_newer_promise_takes_the_place_of_the_older(tocsin: Tocsin) -> None:
    declared(tocsin)
    promise(tocsin, 3)
    promise(tocsin, 4)
    assert [wish.state for wish in wishes(tocsin) if wish.effect.port == "clock"] == ["dropped", "waiting"]


def test_what_was_promised_to_two_communities_is_reminded_of_twice(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    promise(tocsin, 3)
    promise(tocsin, 4, "dubois")
    box = Postbox()
    reminded = []
    for minutes in (165, 60):
        clock.later(timedelta(minutes=minutes))
        worked(tocsin, box)
        reminded.append([mail.to for mail in box.sent].count("ada@example.org"))
    assert reminded == [1, 2]


def test_nobody_is_reminded_of_what_is_over(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    promise(tocsin, 3)
    worked(tocsin, Postbox())
    tocsin.do(c.Resolve(incident=ONE, verified="Logged in."), by="ada")
    clock.later(timedelta(hours=3))
    box = Postbox()
    worked(tocsin, box)
    assert box.sent == []


def test_a_reminder_with_nobody_to_remind_fails_in_sight(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    until = NOON + timedelta(hours=1)
    tocsin.do(c.Delegate(incident=ONE, what="Look.", to="triagers", until=until), by="ada")
    worked(tocsin, Postbox())
    tocsin.do(c.UpdateDirectory(groups=(replace(TRIAGERS, members=()),)), by="ada")
    clock.later(timedelta(hours=1))
    worked(tocsin, Postbox())
    ((outcome, trouble),) = told(tocsin)
    assert (outcome, trouble.startswith("Nobody is there to be reminded")) == ("given-up", True)


def test_a_reminder_for_later_holds_nobody_up(tocsin: Tocsin) -> None:
    declared(tocsin)
    promise(tocsin, 3)
    update(tocsin, "Sooner than promised.")
    box = Postbox()
    worked(tocsin, box)
    assert len(box.sent) == 2


# ── trouble ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_goes_on_failing_is_told_once_and_so_is_its_recovery(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[DOWN] * 12)
    for _ in range(14):
        worked(tocsin, box)
        clock.later(timedelta(minutes=15))
    assert told(tocsin) == [("delayed", str(DOWN)), ("delivered", "")]
    assert len(box.sent) == 1


def test_what_can_never_succeed_is_given_up_at_once(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    worked(tocsin, Postbox(troubles=[NOBODY]))
    assert (states(tocsin), told(tocsin)) == (["failed"], [("given-up", str(NOBODY))])


def test_after_three_days_it_is_given_up_in_sight_of_everyone(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[DOWN] * 1000)
    for _ in range(72 * 4 + 1):
        worked(tocsin, box)
        clock.later(timedelta(minutes=15))
    assert (states(tocsin), [outcome for outcome, _ in told(tocsin)]) == (["failed"], ["delayed", "given-up"])


def test_what_waited_while_all_was_switched_off_is_not_given_up_for_a_little_trouble(
    tocsin: Tocsin, clock: Clock
) -> None:
    declared(tocsin)
    update(tocsin)
    clock.later(timedelta(hours=73))
    box = Postbox(troubles=[DOWN] * (IN_A_ROW + 1))
    worker = Worker(tocsin, Ports(mailer=box), chance=lambda: 0.0)
    for _ in range(IN_A_ROW + 3):
        worker.work_off()
        clock.later(timedelta(seconds=20))
        swept_anew(worker)
    assert (len(box.sent), states(tocsin)) == (1, ["done"])
    assert [outcome for outcome, _ in told(tocsin)] == ["delayed", "delivered"]


def test_who_asks_for_a_year_is_asked_again_after_an_hour(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[Failed("Come back later.", after=timedelta(days=365))])
    worker = worked(tocsin, box)
    assert (states(tocsin), wishes(tocsin)[0].due) == (["waiting"], clock.at + timedelta(hours=1))
    clock.later(timedelta(hours=1))
    worker.work_off()
    assert (len(box.sent), states(tocsin)) == (1, ["done"])


def test_a_clock_that_steps_back_between_two_updates_does_not_reorder_them(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    for text in ("First.", "Second."):
        update(tocsin, text)
        clock.later(-timedelta(hours=1))
    box = Postbox()
    worked(tocsin, box)
    assert [mail.text.splitlines()[0] for mail in box.sent] == ["First.", "Second."]


def test_the_same_outcome_kept_twice_stands_once(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    (taken,) = _taken_by_the_dead(tocsin)
    work = went_wrong(tocsin, taken, Never(), "Gone.")
    for _ in range(2):
        tocsin.store.run(work)
    assert (states(tocsin), told(tocsin)) == (["failed"], [("given-up", "Gone.")])


class AlwaysLooking(DatabaseClock):
    """Trusts its own time at no moment."""

    def __call__(self) -> datetime:
        self._looked = float("-inf")
        return super().__call__()


def test_the_clock_of_the_database_breaks_no_outcome_that_is_being_kept(postgres_url: str) -> None:
    with office(postgres_url) as first:
        tocsin = Tocsin(first.store, first.playbook, AlwaysLooking(first.store), first.serves)
        declared(tocsin)
        update(tocsin)
        worked(tocsin, Postbox(troubles=[CUT]))
        assert (states(tocsin), told(tocsin)) == (["unknown"], [("unknown", str(CUT))])


def test_a_letter_that_may_have_gone_out_is_left_to_a_person(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[CUT])
    worked(tocsin, box)
    clock.later(timedelta(hours=1))
    worked(tocsin, box)
    assert (states(tocsin), told(tocsin), box.sent) == (["unknown"], [("unknown", str(CUT))], [])


def test_what_can_be_repeated_is_repeated_under_the_same_key(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[CUT], repeatable=True)
    worked(tocsin, box)
    mark = wishes(tocsin)[0].mark
    clock.later(timedelta(seconds=5))
    worked(tocsin, box)
    assert ([mail.key for mail in box.sent], states(tocsin)) == ([f"tocsin-{mark}"], ["done"])


def test_a_person_says_that_it_arrived(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    worked(tocsin, Postbox(troubles=[CUT]))
    tocsin.do(c.ConfirmArrival(effect=EffectId(1)), by="bob")
    assert (states(tocsin), told(tocsin)[-1]) == (["done"], ("arrived", ""))


def test_a_person_has_it_sent_again_under_the_same_key(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[CUT])
    worked(tocsin, box)
    tocsin.do(c.TryAgain(effect=EffectId(1)), by="bob")
    worked(tocsin, box)
    assert [mail.key for mail in box.sent] == [f"tocsin-{wishes(tocsin)[0].mark}"]
    assert [outcome for outcome, _ in told(tocsin)] == ["unknown", "again", "delivered"]


def test_what_is_done_can_be_neither_given_up_nor_tried_again(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    worked(tocsin, Postbox())
    for command in (c.GiveUp(effect=EffectId(1)), c.TryAgain(effect=EffectId(1)), c.ConfirmArrival(effect=EffectId(1))):
        assert refusal(tocsin, command) == "1 got through; there is nothing to do."


def test_there_is_nothing_to_do_about_a_wish_that_is_not_there(tocsin: Tocsin) -> None:
    assert refusal(tocsin, c.GiveUp(effect=EffectId(7))) == "The outbox has no 7. `outbox list` shows what it has."


def test_what_waits_behind_goes_on_when_the_first_is_given_up(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin, "First.")
    update(tocsin, "Second.")
    box = Postbox(troubles=[DOWN])
    worked(tocsin, box)
    assert box.sent == []
    tocsin.do(c.GiveUp(effect=EffectId(1), why="Told by phone."), by="ada")
    worked(tocsin, box)
    assert [mail.text.splitlines()[0] for mail in box.sent] == ["Second."]


def test_a_bug_in_one_wish_stops_no_other_and_is_kept_back_in_the_end(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    box = Postbox(troubles=[ZeroDivisionError()] * 3, repeatable=True)
    for _ in range(4):
        worked(tocsin, box)
        clock.later(timedelta(minutes=1))
    assert states(tocsin) == ["quarantined"]
    assert told(tocsin) == [("quarantined", "Tocsin made a mistake (ZeroDivisionError); its log says more.")]


@pytest.mark.parametrize(("left", "repeatable"), [(False, False), (False, True), (True, True)])
def test_what_a_dead_worker_had_is_tried_again_where_that_is_harmless(
    tocsin: Tocsin, clock: Clock, left: bool, repeatable: bool
) -> None:
    declared(tocsin)
    update(tocsin)
    _taken_by_the_dead(tocsin, left=left)
    clock.later(timedelta(minutes=2))
    box = Postbox(repeatable=repeatable)
    worked(tocsin, box)
    assert (len(box.sent), states(tocsin)) == (1, ["done"])


def test_a_letter_that_had_left_when_its_worker_died_is_left_to_a_person(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    _taken_by_the_dead(tocsin, left=True)
    clock.later(timedelta(minutes=2))
    box = Postbox()
    worked(tocsin, box)
    assert (box.sent, states(tocsin), [outcome for outcome, _ in told(tocsin)]) == ([], ["unknown"], ["unknown"])


def test_a_letter_that_was_taken_anew_before_it_had_left_does_not_leave(tocsin: Tocsin) -> None:
    @dataclass
    class Slept(Postbox):
        """Sleeps so long that it is taken for dead."""

        def send(self, mail: Mail, leaving: Leaving = freely) -> None:
            for lost in tocsin.store.run(lambda c: outbox.orphans(c, None)):
                tocsin.store.run(lambda c, lost=lost: outbox.return_(c, lost.wish, tocsin.clock(), "Lost."))  # type: ignore[misc]
            super().send(mail, leaving)

    declared(tocsin)
    update(tocsin)
    box = Slept()
    worker = worked(tocsin, box)
    assert (box.sent, states(tocsin), worker.name != "") == ([], ["waiting"], True)


def test_what_kills_its_worker_three_times_is_kept_back(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    update(tocsin)
    for suspect in (False, True, True):
        _taken_by_the_dead(tocsin, suspect=suspect)
        clock.later(timedelta(minutes=2))
        Worker(tocsin, Ports(mailer=Postbox(repeatable=True)))._sweep()
        clock.later(timedelta(minutes=2))
    assert states(tocsin) == ["quarantined"]


def test_of_several_that_a_worker_had_when_it_died_only_the_one_that_kills_is_kept_back(
    tocsin: Tocsin, clock: Clock
) -> None:
    declared(tocsin)
    crowd(tocsin, 4)
    update(tocsin, community="dubois")
    box = Postbox()
    assert len(_taken_by_the_dead(tocsin, most=4)) == 4
    clock.later(timedelta(minutes=2))
    Worker(tocsin, Ports(mailer=box))._sweep()
    for _ in range(2):
        (killing,) = _taken_by_the_dead(tocsin, most=4, suspect=True)[:1]
        assert killing.wish.id == 1
        clock.later(timedelta(minutes=2))
        worked(tocsin, box)
        clock.later(timedelta(minutes=2))
    assert states(tocsin) == ["quarantined", "done", "done", "done"]
    assert len(box.sent) == 3


def test_what_its_own_worker_could_not_keep_is_looked_at_again(
    tocsin: Tocsin, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, run = [RuntimeError("Something that nobody thought of.")], tocsin.store.run

    def breaking(work: Work[T]) -> T:
        if shelf.published and broken:
            raise broken.pop()
        return run(work)

    to_be_published(tocsin)
    shelf = Shelf()
    monkeypatch.setattr(tocsin.store, "run", breaking)
    worker = worked(tocsin, publisher=shelf)
    assert states(tocsin)[-1] == "doing"
    clock.later(timedelta(minutes=2))
    swept_anew(worker)
    worker.work_off()
    assert (states(tocsin)[-1], kinds(tocsin).count("ReportPublished")) == ("done", 1)


def swept_anew(worker: Worker) -> None:
    """It looks at everything at its next turn, as it does every few seconds."""
    worker._swept = 0.0


def crowd(tocsin: Tocsin, number: int) -> None:
    """So many people speak for Dubois from now on."""
    people = tuple(
        Person(handle=Handle(f"p{each}"), name=f"P {each}", email=f"p{each}@dubois.example", kind="community")
        for each in range(number)
    )
    community = replace(DUBOIS, representatives=tuple(each.handle for each in people))
    tocsin.do(c.UpdateDirectory(people=people, communities=(community,)), by="ada")


def _taken_by_the_dead(tocsin: Tocsin, *, most: int = 1, suspect: bool = False, left: bool = False) -> list[Taken]:
    """What somebody took who was never heard of again; what they are suspected of having died over, one by one."""
    now, number = tocsin.clock(), 1 if suspect else most
    until = now + timedelta(minutes=1)
    taken = tocsin.store.run(lambda c: outbox.take(c, "mailer", "dead", now, until, most=number, suspect=suspect))
    assert taken
    if left:
        assert all(tocsin.store.run(lambda c, each=each: outbox.leave(c, each)) for each in taken)  # type: ignore[misc]
    return taken


# ── stopping ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Slow(Postbox):
    """A mailer that keeps hold of a letter, before it leaves or after, until it is let go."""

    leaves_first: bool = False
    there: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        if self.leaves_first:
            leaving()
        self.there.set()
        self.go.wait(PATIENCE)
        super().send(mail, freely if self.leaves_first else leaving)


@contextmanager
def stopped_over(tocsin: Tocsin, box: Slow, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Thread]:
    """A worker's thread, which was told to stop while it had a letter; at the end, it and its letter are over."""
    monkeypatch.setattr("tocsin.engine.worker.DRAIN", timedelta())
    declared(tocsin)
    update(tocsin)
    worker = Worker(tocsin, Ports(mailer=box))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        assert box.there.wait(PATIENCE)
        worker.stop()
        yield thread
    finally:
        worker.stop()
        box.go.set()
        thread.join(PATIENCE)
        over()


def over() -> None:
    """Nothing is being tried any more."""
    for thread in threading.enumerate():
        if thread.name.startswith("tocsin-effect-"):
            thread.join(PATIENCE)


def test_a_worker_that_stops_gives_back_what_has_not_left(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, box = Slow(), Postbox()
    with stopped_over(tocsin, slow, monkeypatch) as thread:
        thread.join(PATIENCE)
        assert (thread.is_alive(), states(tocsin)) == (False, ["waiting"])
    worked(tocsin, box)
    assert (slow.sent, len(box.sent), states(tocsin), told(tocsin)) == ([], 1, ["done"], [])


def test_a_worker_that_stops_waits_for_what_has_left(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(leaves_first=True)
    with stopped_over(tocsin, slow, monkeypatch) as thread:
        thread.join(0.3)
        assert (thread.is_alive(), states(tocsin)) == (True, ["doing"])
    assert (thread.is_alive(), len(slow.sent), states(tocsin)) == (False, 1, ["done"])


# ── a port that is down ────────────────────────────────────────────────────────────────────────────────────────────


SHORT = timedelta(seconds=2)
"""More than a mailer in memory ever needs, and less than a test has patience for."""


def gone_down(tocsin: Tocsin, clock: Clock, box: Postbox, limit: timedelta = LIMIT) -> Worker:
    """A worker who has just seen a first mail, that to Charlie, fail so often that only probes go through."""
    declared(tocsin)
    update(tocsin)
    worker = Worker(tocsin, Ports(mailer=box), lease=SHORT, limit=limit, chance=lambda: 0.0)
    for _ in range(IN_A_ROW):
        clock.later(timedelta(minutes=15))
        worker.work_off()
    assert wishes(tocsin)[0].fails == IN_A_ROW
    return worker


@pytest.mark.parametrize("lost", [ZeroDivisionError(), Unavailable("The database is away.")], ids=repr)
def test_a_probe_that_is_lost_does_not_keep_the_port_shut(tocsin: Tocsin, clock: Clock, lost: Exception) -> None:
    box = Postbox(troubles=[DOWN] * IN_A_ROW + [lost], repeatable=True)
    worker = gone_down(tocsin, clock, box)
    for _ in range(2):
        clock.later(timedelta(minutes=15))
        swept_anew(worker)
        worker.work_off()
    assert ([mail.to for mail in box.sent], states(tocsin)) == (["charlie@toronto.example"], ["done"])


@dataclass
class Stuck(Postbox):
    """A mailer that, its troubles over, keeps hold of one letter until it is let go."""

    repeatable: bool = True
    go: threading.Event = field(default_factory=threading.Event)
    holds: bool = False

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        if not self.troubles and not self.holds:
            self.holds = True
            self.go.wait(PATIENCE)
            raise DOWN
        super().send(mail, leaving)


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    """Nobody is held by it any more at the end."""
    box = Stuck(troubles=[DOWN] * IN_A_ROW)
    yield box
    box.go.set()
    over()


def test_a_probe_that_is_waited_for_no_longer_does_not_keep_the_port_shut(
    tocsin: Tocsin, clock: Clock, stuck: Stuck
) -> None:
    worker = gone_down(tocsin, clock, stuck, limit=SHORT)
    for _ in range(2):
        clock.later(timedelta(minutes=15))
        swept_anew(worker)
        worker.work_off()
    assert ([mail.to for mail in stuck.sent], states(tocsin)) == (["charlie@toronto.example"], ["done"])


def test_a_port_that_works_again_is_given_at_once_what_failed_there(tocsin: Tocsin, clock: Clock) -> None:
    box = Postbox(troubles=[DOWN] * IN_A_ROW)
    worker = gone_down(tocsin, clock, box)
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="bob"), by="ada")
    clock.later(timedelta(seconds=1))
    worker.work_off()
    assert [mail.to for mail in box.sent] == ["bob@example.org", "charlie@toronto.example"]


@dataclass
class Full(Postbox):
    """A mailer at whose server all of Dubois have full mailboxes."""

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        if mail.to.endswith("@dubois.example"):
            raise Failed(f"The mailbox of {mail.to} is full.", receiver=True)
        super().send(mail, leaving)


def test_receivers_who_are_not_served_shut_the_port_for_nobody_else(tocsin: Tocsin) -> None:
    declared(tocsin)
    crowd(tocsin, IN_A_ROW)
    update(tocsin, community="dubois")
    box = Full()
    worker = worked(tocsin, box)
    assert [wish.fails for wish in wishes(tocsin)] == [1] * IN_A_ROW
    update(tocsin)
    worker.work_off()
    assert [mail.to for mail in box.sent] == ["charlie@toronto.example"]


def test_what_nobody_wants_any_more_does_not_show_that_a_port_works(tocsin: Tocsin, clock: Clock) -> None:
    box = Postbox(troubles=[DOWN] * IN_A_ROW)
    worker = gone_down(tocsin, clock, box)
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="bob"), by="ada")
    tocsin.do(c.AcceptRole(incident=ONE), by="bob")
    clock.later(timedelta(seconds=1))
    worker.work_off()
    assert (box.sent, states(tocsin)) == ([], ["waiting", "dropped"])


def test_what_only_wishes_for_others_does_not_show_that_a_port_works(tocsin: Tocsin, clock: Clock) -> None:
    box = Postbox(troubles=[DOWN] * (IN_A_ROW + 1))
    worker = gone_down(tocsin, clock, box)
    update(tocsin, community="dubois")
    tocsin.do(c.UpdateDirectory(communities=(replace(DUBOIS, representatives=(BOB.handle,)),)), by="ada")
    clock.later(timedelta(seconds=1))
    worker.work_off()
    assert (box.sent, states(tocsin)) == ([], ["waiting", "done", "waiting"])


# ── a held outbox ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_while_the_outbox_is_held_nothing_leaves(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.store.run(lambda c: outbox.hold(c, "Restored."))
    update(tocsin)
    box = Postbox()
    worked(tocsin, box)
    assert (box.sent, states(tocsin)) == ([], ["waiting"])


def test_once_released_it_goes(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.store.run(lambda c: outbox.hold(c, "Restored."))
    update(tocsin)
    tocsin.do(c.ReleaseOutbox(), by="ada")
    box = Postbox()
    worked(tocsin, box)
    assert len(box.sent) == 1


def test_only_what_is_newer_than_asked_goes_and_the_rest_is_given_up_in_sight(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    tocsin.store.run(lambda c: outbox.hold(c, "Restored."))
    update(tocsin, "Old.")
    since = clock.later(timedelta(hours=1))
    update(tocsin, "New.")
    tocsin.do(c.ReleaseOutbox(since=since), by="ada")
    box = Postbox()
    worked(tocsin, box)
    assert [mail.text.splitlines()[0] for mail in box.sent] == ["New."]
    assert told(tocsin) == [("given-up", "The outbox was held, and released without it.")]


def test_what_is_not_held_cannot_be_released(tocsin: Tocsin) -> None:
    assert refusal(tocsin, c.ReleaseOutbox()) == "The outbox is not held; it sends as usual."


def test_what_cannot_be_read_is_given_up_and_stops_nobody(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin, "First.")
    update(tocsin, "Second.")
    tocsin.store.run(lambda c: c.execute(effects.update().where(effects.c.id == 1).values(body={"about": "x"})))
    box = Postbox()
    worked(tocsin, box)
    assert [mail.text.splitlines()[0] for mail in box.sent] == ["Second."]
    assert told(tocsin) == [("given-up", "The outbox holds something here that cannot be read.")]


def test_what_only_a_newer_version_can_do_waits_for_it_and_stops_only_its_lane(tocsin: Tocsin) -> None:
    declared(tocsin)
    update(tocsin)
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="bob"), by="ada")
    tocsin.store.run(lambda c: c.execute(effects.update().where(effects.c.id == 1).values(kind="Sing")))
    box = Postbox()
    worked(tocsin, box)
    assert ([mail.to for mail in box.sent], states(tocsin)) == (["bob@example.org"], ["waiting", "done"])
