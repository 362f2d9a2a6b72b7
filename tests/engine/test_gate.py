"""Whether a port may be asked just now."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import NOON
from tocsin.engine.gate import IN_A_ROW, Gate
from tocsin.engine.retry import LONGEST, LONGEST_ASKED
from tocsin.ports import Failed, Pace

SECOND = timedelta(seconds=1)
FULL = Failed("The box of charlie is full.", receiver=True)
BUSY, REFUSED = Failed("The server is busy."), Failed("No such address.", permanent=True)
FAST, SLOW = Pace(rate=10, burst=5), Pace(rate=0.5)


def gate(pace: Pace | None = None) -> Gate:
    return Gate(pace, NOON)


def down(pace: Pace | None = None, failures: int = IN_A_ROW) -> Gate:
    """A gate whose port failed so often, all at noon."""
    one = gate(pace)
    for _ in range(failures):
        one.failed(BUSY, NOON, chance=0)
    return one


def probed(one: Gate, now: datetime, outcome: str) -> None:
    """One probe goes through, meets this outcome, and is back."""
    assert one.room(now) == 1
    probe = one.took(1)
    _came(one, outcome, now, chance=0)
    one.gave_back(probe=probe)


@pytest.mark.parametrize("failed", [
    Failed("Nobody can tell yet.", unsure=True, after=60 * SECOND),
    Failed("That box is full.", receiver=True, after=60 * SECOND),
], ids=["unsure", "receiver"])  # fmt: skip
def test_how_long_one_wish_has_to_wait_holds_up_no_other(failed: Failed) -> None:
    one = gate()
    one.failed(failed, NOON, chance=0)
    assert (one.room(NOON), one.opens(NOON)) == (None, None)


# ── the circuit ──


def test_a_port_that_works_is_asked_for_any_number() -> None:
    assert (gate().room(NOON), gate().opens(NOON), gate().is_down) == (None, None, False)


def test_a_few_failures_change_nothing() -> None:
    few = down(failures=IN_A_ROW - 1)
    assert (few.is_down, few.room(NOON)) == (False, None)


def test_after_five_failures_in_a_row_it_is_down_for_a_while() -> None:
    assert IN_A_ROW == 5
    assert (down().is_down, down().room(NOON), down().opens(NOON)) == (True, 0, NOON + SECOND)


def test_one_success_in_between_begins_the_count_anew() -> None:
    one = down(failures=IN_A_ROW - 1)
    assert not one.succeeded()
    one.failed(BUSY, NOON, chance=0)
    assert not one.is_down


def test_then_one_probe_at_a_time_goes_through() -> None:
    one, later = down(), NOON + SECOND
    assert one.room(later) == 1
    one.took(1)
    assert one.room(later) == one.room(later + LONGEST) == 0


def test_where_nothing_was_due_the_probe_is_still_to_come() -> None:
    one, later = down(), NOON + SECOND
    one.took(0)
    assert one.room(later) == 1


def test_only_what_goes_through_while_it_is_down_is_a_probe() -> None:
    assert [gate().took(1), down(failures=IN_A_ROW - 1).took(1), down().took(0), down().took(1)] == [False] * 3 + [True]


def test_a_probe_that_fails_closes_it_for_longer() -> None:
    one = down()
    for number, seconds in ((1, 2), (2, 4), (3, 8)):
        later = NOON + number * 3600 * SECOND
        probed(one, later, "t")
        assert (one.room(later), one.opens(later)) == (0, later + seconds * SECOND)


@given(st.integers(IN_A_ROW, 500), st.floats(0, 1))
def test_it_is_never_closed_for_longer_than_a_quarter_of_an_hour(failures: int, chance: float) -> None:
    one = down(failures=failures)
    one.failed(BUSY, NOON, chance)
    assert NOON + SECOND <= (one.opens(NOON) or NOON) <= NOON + LONGEST
    assert one.room(NOON + LONGEST) == 1


def test_where_it_is_closed_the_longest_chance_still_keeps_two_apart() -> None:
    early, late = down(failures=99), down(failures=99)
    early.failed(BUSY, NOON, chance=0)
    late.failed(BUSY, NOON, chance=1)
    assert (early.opens(NOON), late.opens(NOON)) == (NOON + LONGEST / 2, NOON + LONGEST)


def test_a_probe_that_succeeds_opens_it_and_says_that_it_recovered() -> None:
    one = down()
    one.took(1)
    assert one.succeeded()
    assert (one.is_down, one.room(NOON + SECOND), one.trouble) == (False, None, "")
    assert not one.succeeded()


def test_while_it_is_down_it_knows_the_trouble() -> None:
    one = down()
    assert (gate().trouble, one.trouble) == ("", "The server is busy.")


@pytest.mark.parametrize("failures", [IN_A_ROW - 1, IN_A_ROW])
def test_what_can_never_succeed_does_not_count(failures: int) -> None:
    one = down(failures=failures)
    before = (one.is_down, one.opens(NOON), one.trouble)
    for _ in range(99):
        one.failed(REFUSED, NOON, chance=0)
    assert (one.is_down, one.opens(NOON), one.trouble) == before


def test_a_probe_that_can_never_succeed_makes_room_for_the_next() -> None:
    one, later = down(), NOON + SECOND
    probed(one, later, "p")
    assert one.room(later) == 1


def test_a_probe_that_met_nothing_at_all_makes_room_for_the_next() -> None:
    one, later = down(), NOON + SECOND
    probed(one, later, "lost")
    assert (one.is_down, one.room(later)) == (True, 1)


@pytest.mark.parametrize("outcome", ["t", "p", "lost"])
def test_what_was_begun_before_it_went_down_makes_no_room_for_a_second_probe(outcome: str) -> None:
    one, later = gate(), NOON + LONGEST
    early = one.took(1)
    for _ in range(IN_A_ROW):
        one.failed(BUSY, NOON, chance=0)
    probe = one.took(one.room(NOON + SECOND) or 0)
    _came(one, outcome, NOON + SECOND, chance=0)
    one.gave_back(probe=early)
    assert one.room(later) == 0
    one.gave_back(probe=probe)
    assert one.room(later) == 1


def test_a_probe_that_is_still_out_when_it_goes_down_again_is_the_only_one() -> None:
    one = down()
    one.took(1)
    one.succeeded()
    for _ in range(IN_A_ROW):
        one.failed(BUSY, NOON, chance=0)
    assert one.room(NOON + LONGEST) == 0


def test_that_one_receiver_is_not_served_shuts_nobody_else_out() -> None:
    one = gate()
    for _ in range(99):
        one.failed(FULL, NOON, chance=0)
    assert (one.is_down, one.room(NOON), one.trouble) == (False, None, "")


def test_it_says_that_the_port_answers_and_the_count_begins_anew() -> None:
    one = down(failures=IN_A_ROW - 1)
    one.failed(FULL, NOON, chance=0)
    one.failed(BUSY, NOON, chance=0)
    assert not one.is_down


def test_a_probe_for_one_who_is_not_served_opens_it() -> None:
    one, later = down(), NOON + SECOND
    probe = one.took(1)
    one.failed(FULL, later, chance=0)
    one.gave_back(probe=probe)
    assert (one.is_down, one.room(later)) == (False, None)


def test_it_knows_for_how_long_it_is_down() -> None:
    one = down()
    one.failed(BUSY, NOON + 60 * SECOND, chance=0)
    assert [each.down_for(NOON + 90 * SECOND) for each in (gate(), one)] == [timedelta(), 90 * SECOND]
    one.succeeded()
    assert one.down_for(NOON + 90 * SECOND) == timedelta()


# ── when the world says when ──


@pytest.mark.parametrize("asked", [timedelta(days=365), timedelta.max])
def test_it_is_closed_for_no_longer_than_an_hour_whatever_the_world_asks(asked: timedelta) -> None:
    one = gate()
    one.failed(Failed("Come back.", after=asked), NOON, chance=0)
    assert (one.opens(NOON), one.room(NOON + LONGEST_ASKED)) == (NOON + LONGEST_ASKED, None)


def test_a_clock_that_was_ahead_for_a_moment_closes_it_no_longer_than_that() -> None:
    one, ahead = gate(), NOON + timedelta(days=365)
    one.failed(Failed("Come back.", after=60 * SECOND), ahead, chance=0)
    assert one.room(NOON) == 0
    assert one.room(NOON + LONGEST_ASKED) is None


@pytest.mark.parametrize("permanent", [False, True])
def test_it_stays_closed_for_as_long_as_the_world_asks(permanent: bool) -> None:
    one = gate()
    one.failed(Failed("Come back.", after=60 * SECOND, permanent=permanent), NOON, chance=0)
    assert (one.room(NOON + 59 * SECOND), one.opens(NOON)) == (0, NOON + 60 * SECOND)
    assert (one.room(NOON + 60 * SECOND), one.opens(NOON + 60 * SECOND)) == (None, None)


def test_of_several_such_times_the_last_counts() -> None:
    one = gate()
    for seconds in (60, 10):
        one.failed(Failed("Come back.", after=seconds * SECOND), NOON, chance=0)
    assert one.opens(NOON) == NOON + 60 * SECOND


def test_the_longer_of_that_and_its_own_pause_counts() -> None:
    one = down()
    one.failed(Failed("Come back.", after=60 * SECOND), NOON, chance=0)
    assert one.opens(NOON) == NOON + 60 * SECOND


# ── the token bucket ──


def test_a_burst_goes_through_and_then_no_more_than_the_rate() -> None:
    one = gate(FAST)
    assert one.room(NOON) == 5
    one.took(5)
    assert (one.room(NOON), one.opens(NOON)) == (0, NOON + SECOND / 10)
    assert one.room(NOON + SECOND / 10) == 1


def test_a_slow_port_is_asked_once_in_a_while() -> None:
    one = gate(SLOW)
    one.took(one.room(NOON) or 0)
    assert [one.room(NOON + seconds * SECOND) for seconds in (0, 1, 2)] == [0, 0, 1]


def test_no_more_than_a_burst_is_ever_saved_up() -> None:
    assert gate(FAST).room(NOON + 3600 * SECOND) == 5


def test_a_port_that_is_down_and_slow_is_probed_only_when_it_may_be_asked() -> None:
    one, later = down(SLOW), NOON + SECOND
    one.gave_back(probe=one.took(1))
    one.failed(BUSY, NOON, chance=0)
    assert one.room(later + SECOND / 2) == 0
    assert one.room(later + SECOND) == 1


def test_a_clock_that_was_set_back_lets_nothing_through_that_was_not_saved() -> None:
    one = gate(FAST)
    one.took(5)
    assert one.room(NOON - 60 * SECOND) == 0


STEPS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 9), st.sampled_from("ssstpl")), max_size=60)
"""Milliseconds that pass, how many are wanted then, and what becomes of them: success, trouble, a permanent no, or they
are lost."""
PACES = st.builds(Pace, rate=st.floats(0.01, 50), burst=st.integers(1, 20))


@given(PACES, STEPS)
def test_never_more_than_burst_and_rate_times_time_go_through(pace: Pace, steps: list[tuple[int, int, str]]) -> None:
    one, now, asked = gate(pace), NOON, [(NOON, 0)]
    for passed, wish, outcome in steps:
        now += passed * SECOND / 1000
        took = min(one.room(now) or 0, wish)
        probe = one.took(took)
        asked.append((now, took))
        _came(one, outcome if took else "")
        one.gave_back(probe=probe)
    for start, end in combinations(range(len(asked)), 2):
        allowed = pace.burst + pace.rate * (asked[end][0] - asked[start][0]).total_seconds()
        assert sum(took for _, took in asked[start : end + 1]) <= allowed + 1e-6


@given(PACES, STEPS)
def test_a_gate_with_a_time_to_open_opens_then(pace: Pace, steps: list[tuple[int, int, str]]) -> None:
    one, now = gate(pace), NOON
    for passed, wish, outcome in steps:
        now += passed * SECOND / 1000
        took = min(one.room(now) or 0, wish)
        probe = one.took(took)
        _came(one, outcome if took else "")
        one.gave_back(probe=probe)
    for _ in range(2):  # first the circuit, then the bucket
        now = max(now, one.opens(now) or now)
        room = one.room(now + SECOND / 1000)
    assert room is not None
    assert room > 0


def _came(one: Gate, outcome: str, now: datetime = NOON, chance: float = 0.5) -> None:
    match outcome:
        case "s":
            one.succeeded()
        case "t":
            one.failed(BUSY, now, chance)
        case "p":
            one.failed(REFUSED, now, chance)
        case _:
            pass
