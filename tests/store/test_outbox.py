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
from tocsin.store.tables import effects
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


def mail(to: str, number: IncidentNumber = ONE, community: str | None = None, *, calls: bool = False) -> Effect:
    slug = Slug(community) if community else None
    return SendMail(incident=number, about=Seq(3), to=Handle(to), community=slug, calls=calls)


def remind(at: datetime) -> Effect:
    return Remind(incident=ONE, about=Seq(3), at=at, of="update")


def wish(store: Store, *effects: Effect, now: datetime = NOON) -> list[EffectId]:
    return store.run(lambda c: outbox.wish(c, effects, now))


def take(
    store: Store, port: str = "mailer", *, now: datetime = NOON, most: int = 9, by: str = "w", suspect: bool = False
) -> list[Taken]:
    return store.run(lambda c: outbox.take(c, port, by, now, now + MINUTE, most=most, suspect=suspect))


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


def test_a_clock_that_steps_back_lets_nobody_overtake(store: Store) -> None:
    first, second = [*wish(store, mail("bob"), now=LATER), *wish(store, mail("bob"), now=NOON)]
    assert ids(take(store, now=NOON)) == [first]
    settle(store, first)
    assert ids(take(store, now=NOON)) == [second]


def test_lanes_do_not_wait_for_each_other(store: Store) -> None:
    wish(store, mail("bob"), mail("dana"), mail("bob", TWO))
    assert sorted(ids(take(store))) == [1, 2, 3]


def test_the_urgent_go_first(store: Store) -> None:
    wish(store, mail("charlie", community="utoronto"), mail("bob"), mail("dana", calls=True))
    assert [ids(take(store, most=1)) for _ in range(3)] == [[3], [1], [2]]


def test_what_is_due_later_is_not_taken_and_holds_no_lane(store: Store) -> None:
    wish(store, remind(LATER))
    assert take(store, "clock") == []
    assert look(store, lambda c: outbox.next_due(c, ["clock", "mailer"], NOON)) == LATER
    assert ids(take(store, "clock", now=LATER)) == [1]


def test_what_was_tried_once_keeps_its_place(store: Store) -> None:
    first, _ = wish(store, mail("bob"), mail("bob"))
    (taken,) = take(store)
    store.run(lambda c: outbox.put_off(c, taken.wish, LATER, NOON, "Down."))
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
    (again,) = take(store, by="quick", suspect=True)
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


def test_what_a_worker_was_lost_over_is_taken_only_by_whoever_asks_for_it(store: Store) -> None:
    first, _ = wish(store, mail("bob"), mail("dana"))
    lost, _ = take(store)
    store.run(lambda c: outbox.return_(c, lost.wish, NOON, "Lost."))
    assert (take(store), look(store, lambda c: outbox.suspects(c, NOON))) == ([], True)
    assert ids(take(store, suspect=True)) == [first]
    assert (take(store, suspect=True), look(store, lambda c: outbox.suspects(c, NOON))) == ([], False)
    assert look(store, lambda c: [each.state for each in outbox.every(c)]) == ["doing", "doing"]


def test_what_only_another_version_knows_waits_for_it_and_keeps_its_lane(store: Store) -> None:
    wish(store, mail("bob"), mail("bob"), mail("dana"))
    store.run(lambda c: c.execute(effects.update().where(effects.c.id == 1).values(kind="Sing")))
    assert ids(take(store)) == [3]


def test_only_who_has_it_can_let_it_leave(store: Store) -> None:
    wish(store, mail("bob"))
    (late,) = take(store, by="slow")
    store.run(lambda c: outbox.give_back(c, late, NOON))
    (mine,) = take(store, by="quick")
    assert [store.run(lambda c, each=each: outbox.leave(c, each)) for each in (late, mine)] == [False, True]  # type: ignore[misc]
    assert look(store, outbox.every)[0].left


def test_what_has_left_is_not_given_back(store: Store) -> None:
    wish(store, mail("bob"), mail("dana"))
    here, gone = take(store)
    store.run(lambda c: outbox.leave(c, gone))
    back = [store.run(lambda c, each=each: outbox.give_back(c, each, NOON)) for each in (here, gone, here)]  # type: ignore[misc]
    assert back == [True, False, False]
    assert [each.state for each in look(store, outbox.every)] == ["waiting", "doing"]


def test_every_taking_begins_with_nothing_left(store: Store) -> None:
    wish(store, mail("bob"))
    (taken,) = take(store)
    store.run(lambda c: outbox.leave(c, taken))
    store.run(lambda c: outbox.put_off(c, taken.wish, NOON, NOON, "Cut."))
    (again,) = take(store)
    assert not again.wish.left


def test_since_when_it_fails_is_kept(store: Store) -> None:
    wish(store, mail("bob"))
    for now in (NOON, NOON + MINUTE):
        (taken,) = take(store, now=now)
        store.run(lambda c, taken=taken, now=now: outbox.put_off(c, taken.wish, now, now, "Down."))  # type: ignore[misc]
    failing = look(store, outbox.every)[0]
    assert (failing.failing, failing.fails) == (NOON, 2)
    store.run(lambda c: outbox.again(c, failing.id, LATER))
    assert look(store, outbox.every)[0].failing is None


def test_what_a_wrong_clock_has_put_off_beyond_reason_waits_no_longer(store: Store) -> None:
    wish(store, mail("bob"), mail("dana"))
    for taken, due in zip(take(store), (NOON + MINUTE, LATER), strict=True):
        store.run(lambda c, taken=taken, due=due: outbox.put_off(c, taken.wish, due, NOON, "Down."))  # type: ignore[misc]
    store.run(lambda c: outbox.hasten(c, NOON, beyond=NOON + 2 * MINUTE))
    assert [each.due for each in look(store, outbox.every)] == [NOON + MINUTE, NOON]


def test_a_held_outbox_gives_nothing_and_says_why(store: Store) -> None:
    wish(store, mail("bob"))
    store.run(lambda c: outbox.hold(c, "Restored."))
    assert (take(store), look(store, outbox.held)) == ([], "Restored.")
    store.run(outbox.release)
    assert ids(take(store)) == [1]


def test_when_a_port_works_again_what_failed_there_need_not_wait(store: Store) -> None:
    wish(store, mail("bob"))
    (taken,) = take(store)
    store.run(lambda c: outbox.put_off(c, taken.wish, LATER, NOON, "Down."))
    store.run(lambda c: outbox.hasten(c, NOON + MINUTE, "mailer"))
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
