"""The outbox: who gets what, in which order, and whose late answer counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

import pytest
import sqlalchemy as sa

from tests.core.world import MINUTE, NOON, ONE, TWO
from tocsin.core.effects import Effect, PublishReport, Remind, SendMail
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, Slug
from tocsin.store import log, outbox
from tocsin.store.outbox import Taken
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store

T = TypeVar("T")
LATER = NOON + 60 * MINUTE


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database with two incidents, which wish for nothing yet."""
    with open_store(db_url) as opened:
        migrate(opened)
        for number in (ONE, TWO):
            opened.run(lambda c, number=number: log.create(c, number, None) and None)  # type: ignore[misc]
        yield opened


def mail(to: str, number: IncidentNumber = ONE, community: str | None = None) -> Effect:
    return SendMail(incident=number, about=Seq(3), to=Handle(to), community=Slug(community) if community else None)


def remind(at: datetime) -> Effect:
    return Remind(incident=ONE, about=Seq(3), at=at, of="update")


def wish(store: Store, *effects: Effect, now: datetime = NOON) -> list[EffectId]:
    return store.run(lambda c: outbox.wish(c, effects, now))


def take(store: Store, port: str = "mailer", *, now: datetime = NOON, most: int = 9, by: str = "w") -> list[Taken]:
    return store.run(lambda c: outbox.take(c, port, by, now, now + MINUTE, most=most))


def ids(taken: list[Taken]) -> list[EffectId]:
    return [each.wish.id for each in taken]


def look(store: Store, ask: Callable[[sa.Connection], T]) -> T:
    with store.read() as c:
        return ask(c)


def settle(store: Store, number: EffectId) -> None:
    store.run(lambda c: outbox.settle(c, number, "done"))


def test_what_is_due_is_taken_once(store: Store) -> None:
    wish(store, mail("bob"))
    assert ids(take(store)) == [1]
    assert take(store) == []


def test_a_port_gets_only_what_is_its_own(store: Store) -> None:
    wish(store, mail("bob"), PublishReport(incident=ONE, about=Seq(9)))
    assert ids(take(store, "publisher")) == [2]


def test_in_a_lane_the_next_waits_for_the_one_before(store: Store) -> None:
    first, second = wish(store, mail("bob"), mail("bob"))
    assert ids(take(store)) == [first]
    settle(store, first)
    assert ids(take(store)) == [second]


def test_lanes_do_not_wait_for_each_other(store: Store) -> None:
    wish(store, mail("bob"), mail("dana"), mail("bob", TWO))
    assert sorted(ids(take(store))) == [1, 2, 3]


def test_the_urgent_go_first(store: Store) -> None:
    wish(store, mail("charlie", community="utoronto"), mail("bob"))
    assert ids(take(store, most=1)) == [2]


def test_what_is_due_later_is_not_taken_and_holds_no_lane(store: Store) -> None:
    wish(store, remind(LATER))
    assert take(store, "clock") == []
    assert look(store, lambda c: outbox.next_due(c, ["clock", "mailer"], NOON)) == LATER
    assert ids(take(store, "clock", now=LATER)) == [1]


def test_what_was_tried_once_keeps_its_place(store: Store) -> None:
    first, _ = wish(store, mail("bob"), mail("bob"))
    (taken,) = take(store)
    store.run(lambda c: outbox.put_off(c, taken.wish, LATER, "Down.", told=False))
    assert take(store) == []
    assert ids(take(store, now=LATER)) == [first]


def test_a_newer_wish_with_the_same_key_replaces_what_nobody_has_begun(store: Store) -> None:
    wish(store, remind(LATER))
    wish(store, remind(LATER + MINUTE))
    assert [each.state for each in look(store, outbox.every)] == ["dropped", "waiting"]


def test_but_not_what_somebody_has_begun(store: Store) -> None:
    wish(store, remind(NOON))
    take(store, "clock")
    wish(store, remind(LATER))
    assert [each.state for each in look(store, outbox.every)] == ["doing", "waiting"]


def test_a_late_answer_does_not_count_once_somebody_else_has_begun_anew(store: Store) -> None:
    wish(store, mail("bob"))
    (late,) = take(store, by="slow")
    store.run(lambda c: outbox.return_(c, late.wish, NOON, "Lost."))
    (again,) = take(store, by="quick")
    assert store.run(lambda c: outbox.still_has(c, late)) is None
    assert store.run(lambda c: outbox.still_has(c, again)) is not None


def test_a_late_answer_counts_while_nobody_has_begun_anew(store: Store) -> None:
    wish(store, mail("bob"))
    (late,) = take(store)
    store.run(lambda c: outbox.return_(c, late.wish, NOON, "Lost."))
    assert store.run(lambda c: outbox.still_has(c, late)) is not None


def test_what_is_not_renewed_is_an_orphan_when_its_lease_is_over(store: Store) -> None:
    kept, lost = wish(store, mail("bob"), mail("dana"))
    take(store)
    store.run(lambda c: outbox.renew(c, "w", [kept], LATER))
    assert ids(look(store, lambda c: outbox.orphans(c, NOON + 2 * MINUTE))) == [lost]
    assert ids(look(store, lambda c: outbox.orphans(c, None))) == [kept, lost]


def test_a_held_outbox_gives_nothing_and_says_why(store: Store) -> None:
    wish(store, mail("bob"))
    store.run(lambda c: outbox.hold(c, "Restored."))
    assert (take(store), look(store, outbox.held)) == ([], "Restored.")
    store.run(outbox.release)
    assert ids(take(store)) == [1]


def test_when_a_port_works_again_what_failed_there_need_not_wait(store: Store) -> None:
    wish(store, mail("bob"))
    (taken,) = take(store)
    store.run(lambda c: outbox.put_off(c, taken.wish, LATER, "Down.", told=False))
    store.run(lambda c: outbox.hasten(c, "mailer", NOON + MINUTE))
    assert ids(take(store, now=NOON + MINUTE)) == [1]


def test_whoever_works_is_woken_by_the_commit(store: Store) -> None:
    with store.listening():
        store.bell.wait(1)
        store.bell.clear()
        wish(store, mail("bob"))
        assert store.bell.wait(5)


def test_a_commit_that_wishes_for_nothing_wakes_nobody(sqlite_url: str) -> None:
    with open_store(sqlite_url) as opened:
        migrate(opened)
        opened.bell.clear()
        opened.run(lambda c: log.create(c, ONE, None) and None)
        assert not opened.bell.wait(0.05)


def test_every_wish_has_a_mark_of_its_own(store: Store) -> None:
    wish(store, mail("bob"), mail("bob"))
    first, second = look(store, outbox.every)
    assert first.mark != second.mark


def test_what_lines_gave_rise_to_is_found(store: Store) -> None:
    wish(store, mail("bob"), PublishReport(incident=ONE, about=Seq(9)), mail("bob", TWO))
    assert look(store, lambda c: outbox.following(c, ONE, [Seq(3), Seq(4)])) == (1,)
