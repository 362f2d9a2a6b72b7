"""When the communities must hear from us next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import ADA, BOB, DANA, MINUTE, NOON, ONE, PLAYBOOK, TOWN, Story, a_report, declared, resolved
from tocsin.core import commands as c
from tocsin.core.cadence import Due, open_promise, promised, word_due, worked_off, written
from tocsin.core.hours import Calendar, after, at_work, calendar
from tocsin.core.ids import Handle, SignalId
from tocsin.core.incident import Incident
from tocsin.core.people import Leave, Shift
from tocsin.core.playbook import Cadence, Playbook

NEVER = Calendar(zone="UTC", shifts=())
ALWAYS = Calendar(zone="UTC", shifts=tuple(Shift(day=day, begins=time(0), ends=time(0)) for day in range(7)))


def calendar_of(person: Handle | None) -> Calendar:
    return calendar(TOWN.person(person) if person else None, PLAYBOOK)


def due(story: Story, playbook: Playbook = PLAYBOOK) -> Due | None:
    return word_due(story.incident, story.entries, playbook, calendar_of)


def due_at(story: Story, playbook: Playbook = PLAYBOOK) -> datetime:
    found = due(story, playbook)
    assert found is not None
    return found.at


def affecting(*communities: str, next_by: datetime | None = None) -> Story:
    story = declared(communities=communities)
    story.tell(c.PostUpdate(incident=ONE, text="x", next_by=next_by))
    return story


# ── by the cadence ──


def test_the_first_word_is_due_half_an_hour_after_it_was_declared() -> None:
    begun = NOON + MINUTE
    assert due(declared(communities=("utoronto",))) == Due(
        at=begun + 30 * MINUTE, promised=False, remind=begun + 15 * MINUTE
    )


def test_the_next_word_is_due_three_hours_of_work_after_the_last() -> None:
    story = affecting("utoronto")
    assert due(story) == Due(at=story.clock + 180 * MINUTE, promised=False, remind=story.clock + 165 * MINUTE)


def test_how_often_the_playbook_says() -> None:
    hourly = replace(PLAYBOOK, cadence=Cadence(first=10, every=60))
    assert due_at(declared(communities=("utoronto",)), hourly) == NOON + 11 * MINUTE
    assert due_at(affecting("utoronto"), hourly) == NOON + 62 * MINUTE


def test_a_process_without_a_cadence_knows_only_promises() -> None:
    free = replace(PLAYBOOK, cadence=Cadence(every=0))
    for story in (declared(), declared(communities=("utoronto",)), affecting("utoronto")):
        assert due(story, free) is None
    assert due_at(affecting("utoronto", next_by=NOON + 90 * MINUTE), free) == NOON + 90 * MINUTE


def test_whoever_was_told_longest_ago_is_told_first() -> None:
    story = declared(communities=("utoronto", "dubois"))
    for community in ("utoronto", "dubois"):
        story.tell(c.PostUpdate(incident=ONE, text="x", communities=(community,)))
    assert due_at(story) == story.clock - MINUTE + 180 * MINUTE


def test_who_has_not_heard_at_all_comes_before_who_has() -> None:
    story = declared(communities=("utoronto", "dubois"))
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("utoronto",)))
    assert due_at(story) == NOON + 31 * MINUTE


def test_it_is_the_working_time_of_whoever_talks_with_them() -> None:
    story = declared(communities=("utoronto",))
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"))
    found = word_due(story.incident, [], PLAYBOOK, lambda who: ALWAYS if who == "bob" else NEVER)
    assert found is not None
    assert found.at == NOON + 31 * MINUTE


def test_the_hour_after_they_wrote_counts_as_working_time() -> None:
    story = declared(communities=("utoronto",), by=ADA)
    found = word_due(story.incident, story.entries, PLAYBOOK, lambda _: NEVER)
    assert found is not None
    assert found.at == NOON + 31 * MINUTE


def test_where_nobody_works_within_a_year_the_wall_clock_counts() -> None:
    story = declared(communities=("utoronto",))
    found = word_due(story.incident, [], PLAYBOOK, lambda _: NEVER)
    assert found is not None
    assert found.at == NOON + 31 * MINUTE


def test_where_nobody_commands_the_hours_of_everybody_count() -> None:
    story = declared(communities=("utoronto",))
    story.tell(c.Release(incident=ONE, role="commander"))
    asked: list[Handle | None] = []

    def whose(person: Handle | None) -> Calendar:
        asked.append(person)
        return ALWAYS

    assert word_due(story.incident, story.entries, PLAYBOOK, whose) is not None
    assert None in asked


EVENINGS = Calendar(zone="UTC", shifts=tuple(Shift(day=day, begins=time(22), ends=time(23)) for day in range(7)))


def handed_over(minutes: int) -> datetime:
    """When word is due that Ada, who is always at work, has handed to Bob then, who works in the evening."""
    story = declared(communities=("utoronto",))
    story.clock = NOON + minutes * MINUTE
    story.tell(c.Assign(incident=ONE, role="commander", person="bob"))
    found = word_due(story.incident, [], PLAYBOOK, lambda person: ALWAYS if person == "ada" else EVENINGS)
    assert found is not None
    return found.at


def test_what_fell_due_stays_due_whoever_has_it_then() -> None:
    assert handed_over(60) == NOON + 31 * MINUTE


def test_what_was_handed_over_before_goes_by_the_hours_of_who_has_it_now() -> None:
    assert handed_over(20) == NOON.replace(hour=22, minute=30)


def test_leave_is_no_working_time() -> None:
    away = replace(BOB, leave=(Leave(first=NOON.date(), last=NOON.date()),))
    story = declared(communities=("utoronto",))
    found = word_due(story.incident, [], PLAYBOOK, lambda _: calendar(away, PLAYBOOK))
    assert found is not None
    assert found.at == NOON + timedelta(hours=21, minutes=30)


# ── promises ──


def test_a_promise_once_given_runs_by_the_wall_clock() -> None:
    night = NOON + timedelta(hours=12)
    found = due(affecting("utoronto", next_by=night))
    assert found == Due(at=night, promised=True, remind=night - 15 * MINUTE)


def test_a_promise_whose_time_has_passed_is_still_to_be_kept() -> None:
    story = affecting("utoronto", next_by=NOON + 5 * MINUTE)
    story.clock += 600 * MINUTE
    assert due_at(story) == NOON + 5 * MINUTE


def test_a_promise_to_one_does_not_put_off_word_to_another() -> None:
    story = declared(communities=("utoronto", "dubois"))
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("dubois",)))
    promise = NOON + timedelta(hours=9)
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("utoronto",), next_by=promise))
    assert due_at(story) == NOON + 182 * MINUTE


@pytest.mark.parametrize(("minutes", "ahead"), [(60, 15), (30, 15), (20, 10), (-5, 0)])
def test_of_a_promise_one_is_reminded_a_quarter_of_an_hour_ahead_or_half_way(minutes: int, ahead: int) -> None:
    at = NOON + minutes * MINUTE
    assert promised(at, NOON).remind == at - ahead * MINUTE


def test_the_first_promise_that_is_open_is_the_one_to_know_of() -> None:
    story = affecting("utoronto", "dubois", next_by=NOON + 60 * MINUTE)
    assert open_promise(story.incident) == NOON + 60 * MINUTE
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("dubois",), next_by=NOON + 30 * MINUTE))
    assert open_promise(story.incident) == NOON + 30 * MINUTE
    story.tell(c.Resolve(incident=ONE, verified="y"))
    assert open_promise(story.incident) is None


# ── where no community is known by name ──


def test_word_that_was_carried_to_nobody_by_name_counts() -> None:
    story = declared()
    assert due_at(story) == NOON + 31 * MINUTE
    story.tell(c.PostUpdate(incident=ONE, text="We rang them."))
    assert due_at(story) == story.clock + 180 * MINUTE
    story.tell(c.PostUpdate(incident=ONE, text="We rang them.", next_by=NOON + 600 * MINUTE))
    assert due(story) == Due(at=NOON + 600 * MINUTE, promised=True, remind=NOON + 585 * MINUTE)


# ── what is over ──


def test_what_is_over_or_was_never_declared_owes_no_word() -> None:
    assert due(resolved(communities=("utoronto",))) is None
    assert word_due(Incident(number=ONE), [], PLAYBOOK, calendar_of) is None


def test_what_came_back_is_to_be_told_anew() -> None:
    story = resolved(communities=("utoronto",))
    story.tell(
        c.PostUpdate(incident=ONE, text="It is over.", kind="resolved"), c.Reopen(incident=ONE, why="It is back.")
    )
    assert due_at(story) == story.clock + 30 * MINUTE


# ── who wrote when ──


def test_when_each_wrote() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="x"), by=BOB)
    wrote = written(story.entries)
    assert [*wrote(ADA.handle)] == [NOON + MINUTE, NOON + MINUTE]
    assert [*wrote(BOB.handle)] == [NOON + 2 * MINUTE]
    assert [*wrote(DANA.handle)] == []


def test_a_signal_is_not_where_somebody_wrote() -> None:
    story = declared(a_report(), signals=(SignalId(1),))
    assert story.entries[0].by == BOB.handle
    assert [*written(story.entries)(BOB.handle)] == []


NIGHT = NOON + timedelta(hours=8)


@pytest.mark.parametrize(
    ("hours_after", "work", "due_after"),
    [
        ([0], 60, 60),
        ([0, 0.5], 90, 90),
        ([0, 0.5, 2], 120, 150),
        ([-0.5], 30, 30),
        ([2, 0, 1], 180, 180),
        ([0], 90, 13 * 60 + 30),
    ],
)
def test_whoever_writes_through_the_night_works_through_the_night(
    hours_after: list[float], work: int, due_after: int
) -> None:
    wrote = [NIGHT + timedelta(hours=each) for each in hours_after]
    off = worked_off(calendar_of(None), NIGHT, work * MINUTE, wrote)
    assert off == NIGHT + due_after * MINUTE


def test_what_is_worked_off_before_they_write_again_is_worked_off() -> None:
    assert worked_off(calendar_of(None), NOON, 60 * MINUTE, [NOON + 90 * MINUTE]) == NOON + 60 * MINUTE


MINUTES = st.integers(-90, 3000).map(lambda minutes: NOON + minutes * MINUTE)


@given(st.integers(1, 900).map(lambda minutes: minutes * MINUTE), MINUTES)
def test_one_writing_counts_as_it_does_everywhere(work: timedelta, wrote: datetime) -> None:
    hours = calendar_of(None)
    assert worked_off(hours, NOON, work, [wrote]) == after(hours, NOON, work, wrote)


@given(st.integers(1, 900), st.lists(MINUTES, max_size=5))
def test_working_time_is_counted_minute_by_minute(work: int, wrote: list[datetime]) -> None:
    hours, left, at = calendar_of(None), work, NOON
    while left:
        left -= at_work(hours, at) or any(each <= at < each + timedelta(hours=1) for each in wrote)
        at += MINUTE
    assert worked_off(hours, NOON, work * MINUTE, wrote) == at
