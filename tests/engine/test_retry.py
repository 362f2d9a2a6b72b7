"""When to try again: decisions from what went wrong and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import NOON, ONE, a_wish
from tocsin.core.effects import PublishReport, Wish
from tocsin.core.ids import Seq
from tocsin.engine.retry import (
    DEATHS,
    FIRST,
    LEAST,
    LONGEST,
    LONGEST_ASKED,
    PATIENCE,
    Again,
    Decision,
    Never,
    Quarantine,
    Unknown,
    after_death,
    after_failure,
    back_off,
)
from tocsin.ports import Failed

WISH = a_wish(PublishReport(incident=ONE, about=Seq(3)))
END = WISH.since + PATIENCE
SECOND = timedelta(seconds=1)
BUSY, CUT_OFF = Failed("The server is busy."), Failed("The line was cut.", unsure=True)
REFUSED = Failed("No such address.", permanent=True)

FAILS = st.integers(0, 10_000)
CHANCES = st.floats(0, 1)
WITHIN = st.timedeltas(timedelta(), PATIENCE - timedelta(microseconds=1)).map(WISH.since.__add__)
"""Times at which it is still worth trying."""
ASKED = st.timedeltas(timedelta(), 2 * PATIENCE)


def failed(
    failure: Failed, fails: int = 0, now: datetime = NOON, *, repeatable: bool = True, chance: float = 0
) -> Decision:
    """What is decided on what fails since it first fell due, at noon."""
    return after_failure(failure, replace(WISH, fails=fails, failing=NOON), now, repeatable=repeatable, chance=chance)


def tries(chances: list[float]) -> list[datetime]:
    """When something that always fails is tried, the first time left out."""
    found: list[datetime] = []
    again = failed(BUSY)
    while isinstance(again, Again):
        found.append(again.at)
        again = failed(BUSY, len(found), again.at, chance=chances[len(found) % len(chances)])
    return found


# ── pauses ──


@pytest.mark.parametrize(
    ("fails", "chance", "seconds"),
    [(0, 0, 1), (0, 1, 2), (1, 0, 2), (3, 0, 8), (3, 0.5, 12), (8, 1, 512), (9, 0, 450), (9, 1, 900), (5000, 1, 900)],
)
def test_a_pause_doubles_and_gets_as_much_again_by_chance(fails: int, chance: float, seconds: int) -> None:
    assert back_off(fails, chance) == seconds * SECOND


@given(FAILS, CHANCES)
def test_a_pause_is_never_shorter_than_a_second_nor_longer_than_a_quarter_of_an_hour(fails: int, chance: float) -> None:
    assert FIRST == SECOND <= back_off(fails, chance) <= LONGEST == timedelta(minutes=15)


@given(FAILS, CHANCES)
def test_by_the_same_chance_a_pause_is_never_shorter_than_the_one_before(fails: int, chance: float) -> None:
    assert back_off(fails, chance) <= back_off(fails + 1, chance)


@given(st.integers(0, 7), CHANCES, CHANCES)
def test_until_pauses_are_longest_none_is_shorter_than_the_one_before(fails: int, chance: float, other: float) -> None:
    assert back_off(fails, chance) <= back_off(fails + 1, other)


@given(FAILS, CHANCES, CHANCES)
def test_chance_keeps_two_apart(fails: int, chance: float, other: float) -> None:
    apart = abs(back_off(fails, chance) - back_off(fails, other))
    assert apart >= abs(chance - other) * FIRST - timedelta(microseconds=2)


@given(st.integers(9, 10_000), CHANCES, CHANCES)
def test_it_keeps_them_furthest_apart_where_pauses_are_longest(fails: int, chance: float, other: float) -> None:
    apart = abs(back_off(fails, chance) - back_off(fails, other))
    assert apart >= abs(chance - other) * LONGEST / 2 - timedelta(microseconds=2)


# ── failures ──


@given(FAILS, WITHIN, CHANCES)
def test_what_failed_is_tried_again_after_a_pause_or_at_the_end(fails: int, now: datetime, chance: float) -> None:
    again = failed(BUSY, fails, now, chance=chance)
    assert isinstance(again, Again)
    assert again.at == min(now + back_off(fails, chance), END)


@given(FAILS, WITHIN, CHANCES, ASKED)
def test_it_is_never_tried_before_the_time_the_world_asked_for_within_reason(
    fails: int, now: datetime, chance: float, asked: timedelta
) -> None:
    again = failed(Failed("Come back later.", after=asked), fails, now, chance=chance)
    assert isinstance(again, Again)
    assert again.at >= now + min(asked, LONGEST_ASKED)
    assert again.at == max(now + min(asked, LONGEST_ASKED), min(now + back_off(fails, chance), END))


@pytest.mark.parametrize("asked", [timedelta(days=365), timedelta.max])
def test_who_asks_for_more_than_an_hour_is_asked_again_after_one(asked: timedelta) -> None:
    assert timedelta(hours=1) == LONGEST_ASKED
    assert failed(Failed("x", after=asked)) == Again(at=NOON + LONGEST_ASKED)


@pytest.mark.parametrize(("after", "seconds"), [(timedelta(), 8), (7 * SECOND, 8), (3600 * SECOND, 3600)])
def test_the_longer_of_both_pauses_counts(after: timedelta, seconds: int) -> None:
    assert failed(Failed("x", after=after), 3) == Again(at=NOON + seconds * SECOND)


@given(FAILS, st.timedeltas(timedelta(), timedelta(days=999)), CHANCES)
def test_nothing_is_tried_after_three_days(fails: int, late: timedelta, chance: float) -> None:
    assert failed(BUSY, fails, END + late, chance=chance) == Never()


@given(st.timedeltas(timedelta(), timedelta(days=999)), st.timedeltas(timedelta(), LEAST - timedelta(microseconds=1)))
def test_what_fails_for_less_than_an_hour_is_not_given_up_however_long_nobody_tried_it(
    late: timedelta, failing: timedelta
) -> None:
    began = END + late
    wish = replace(WISH, failing=began)
    assert isinstance(after_failure(BUSY, WISH, began, repeatable=True, chance=0), Again)
    assert isinstance(after_failure(BUSY, wish, began + failing, repeatable=True, chance=0), Again)


@given(st.timedeltas(timedelta(), timedelta(days=999)))
def test_what_fails_for_an_hour_when_three_days_are_over_is_given_up(late: timedelta) -> None:
    wish = replace(WISH, failing=END + late)
    assert after_failure(BUSY, wish, END + late + LEAST, repeatable=True, chance=0) == Never()


@given(st.lists(CHANCES, min_size=1, max_size=20))
def test_what_always_fails_is_tried_until_three_days_are_over_and_then_given_up(chances: list[float]) -> None:
    found = tries(chances)
    assert found[-1] == END
    assert all(later - earlier <= LONGEST for earlier, later in pairwise(found))
    assert all(later - earlier >= FIRST for earlier, later in pairwise(found[:-1]))


def test_three_days_of_failure_are_some_four_hundred_tries() -> None:
    assert 380 <= len(tries([0.5])) <= 400


@pytest.mark.parametrize("repeatable", [True, False])
def test_what_can_never_succeed_is_given_up(repeatable: bool) -> None:
    assert failed(REFUSED, repeatable=repeatable) == Never()


def test_what_may_have_happened_and_must_not_happen_twice_is_left_to_a_person() -> None:
    assert failed(CUT_OFF, repeatable=False) == Unknown()
    assert failed(CUT_OFF, now=END + SECOND, repeatable=False) == Unknown()


def test_what_may_have_happened_and_is_never_tried_again_is_still_left_to_a_person() -> None:
    assert failed(Failed("x", unsure=True, permanent=True), repeatable=False) == Unknown()


def test_what_may_have_happened_and_may_happen_twice_is_tried_again() -> None:
    assert failed(CUT_OFF, repeatable=True) == Again(at=NOON + SECOND)


def test_what_did_not_happen_is_tried_again_whatever_harm_twice_would_do() -> None:
    assert failed(BUSY, repeatable=False) == Again(at=NOON + SECOND)


# ── deaths ──


def died(deaths: int, *, harmless: bool = True) -> Decision:
    wish: Wish = replace(WISH, deaths=deaths)
    return after_death(wish, NOON, harmless=harmless)


@pytest.mark.parametrize(
    ("deaths", "decision"),
    [(0, Again(at=NOON)), (1, Again(at=NOON + 2 * SECOND)), (2, Quarantine()), (9, Quarantine())],
)
def test_at_the_third_death_it_is_kept_back(deaths: int, decision: Decision) -> None:
    assert DEATHS == 3
    assert died(deaths) == decision


@pytest.mark.parametrize("deaths", [0, 1, 2])
def test_what_a_dead_worker_may_have_done_is_left_to_a_person_where_twice_would_do_harm(deaths: int) -> None:
    assert died(deaths, harmless=False) == Unknown()
