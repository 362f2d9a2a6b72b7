"""When handing over command is suggested, who could take over, and what they must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from tests.core.world import ADA, BOB, DANA, MINUTE, NOON, ONE, PLAYBOOK, declared, resolved
from tocsin.core import commands as c
from tocsin.core.handover import Relief, brief, relief, why_hand_over
from tocsin.core.ids import Handle
from tocsin.core.incident import Incident
from tocsin.core.people import Person, Shift
from tocsin.core.playbook import HandOver
from tocsin.core.refused import Refused

HOUR = timedelta(hours=1)
NOBODY: Mapping[Handle, datetime] = {}
INCIDENT = declared().incident
"""Ada has commanded since 12:01; in London it is a Thursday, and the working day ends at 17:00."""
ROUND_THE_CLOCK = tuple(Shift(day=day, begins=time(0), ends=time(0)) for day in range(7))
TEAM = (ADA, replace(BOB, hours=ROUND_THE_CLOCK), DANA)


def why(
    at: datetime,
    *team: Person,
    incident: Incident = INCIDENT,
    wrote: Mapping[Handle, datetime] = NOBODY,
    rule: HandOver | None = None,
) -> str | None:
    return why_hand_over(incident, at, replace(PLAYBOOK, hand_over=rule or HandOver()), team or TEAM, wrote)


def test_in_the_middle_of_the_day_there_is_no_reason() -> None:
    assert why(NOON + HOUR) is None
    assert why(NOON + 4 * HOUR) is None


def test_after_so_long_in_the_role_it_is_suggested() -> None:
    assert why(NOON + 4 * HOUR + MINUTE) == ("Ada Lovelace has commanded for 4 h. At work now: Bob Kahn, Dana Scott.")


def test_time_in_which_it_was_over_is_no_time_in_command() -> None:
    monday = NOON + 4 * 24 * HOUR
    assert why(monday + HOUR, incident=replace(INCIDENT, reopened_at=monday)) is None


def test_near_the_end_of_the_day_it_is_suggested() -> None:
    late = HandOver(after=600)
    assert why(NOON + 4 * HOUR + 30 * MINUTE, rule=late) == (
        "Ada Lovelace ends their day in 30 min. At work now: Bob Kahn, Dana Scott."
    )
    assert why(NOON + 4 * HOUR + 29 * MINUTE, rule=late) is None


def test_both_reasons_are_named() -> None:
    said = why(NOON + 4 * HOUR + 40 * MINUTE + timedelta(seconds=1))
    assert said is not None
    assert said.startswith("Ada Lovelace has commanded for 4 h 40 min and ends their day in 20 min. ")


def test_at_night_it_is_suggested_with_whoever_is_awake() -> None:
    said = why(NOON + 9 * HOUR, rule=HandOver(after=9999))
    assert said == "Ada Lovelace is outside their working hours. At work now: Bob Kahn."


def test_whoever_wrote_in_the_last_hour_is_at_work() -> None:
    night = NOON + 9 * HOUR
    said = why(night, wrote={DANA.handle: night - 59 * MINUTE}, rule=HandOver(after=9999))
    assert said is not None
    assert said.endswith("At work now: Bob Kahn, Dana Scott.")


def test_where_nobody_else_is_at_work_that_is_said() -> None:
    said = why(NOON + 9 * HOUR, ADA, DANA, rule=HandOver(after=9999))
    assert said == "Ada Lovelace is outside their working hours. Nobody else is at work now."


def test_while_somebody_is_asked_already_nothing_is_suggested() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="commander", to="bob"))
    assert why(NOON + 9 * HOUR, incident=story.incident) is None


def test_whoever_takes_it_at_night_knows_that_it_is_night() -> None:
    night = NOON + 9 * HOUR
    held = tuple(replace(each, since=night) for each in INCIDENT.holdings)
    assert why(night + 59 * MINUTE, incident=replace(INCIDENT, holdings=held)) is None
    assert why(night + HOUR, incident=replace(INCIDENT, holdings=held)) is not None


def test_a_commander_whom_the_directory_has_lost_goes_by_their_handle() -> None:
    said = why(NOON + 5 * HOUR, DANA)
    assert said is not None
    assert said.startswith("ada has commanded for ")


def test_a_day_without_an_end_is_no_reason() -> None:
    assert why(NOON + HOUR, replace(ADA, hours=ROUND_THE_CLOCK)) is None


def test_where_nobody_commands_there_is_nothing_to_hand_over() -> None:
    story = declared()
    story.tell(c.Release(incident=ONE, role="commander"))
    assert why(NOON + 9 * HOUR, incident=story.incident) is None


def test_what_is_over_is_not_handed_over() -> None:
    assert why(NOON + 9 * HOUR, incident=resolved().incident) is None


def test_time_in_the_role_begins_anew_for_whoever_takes_it() -> None:
    story = declared()
    story.clock = NOON + 3 * HOUR
    story.tell(c.Assign(incident=ONE, role="commander", person="dana"))
    assert why(NOON + 4 * HOUR + 20 * MINUTE, incident=story.incident) is None


# ── who could ──

LATE = tuple(Shift(day=day, begins=time(12), ends=time(20)) for day in range(7))
LATE_BOB = replace(BOB, hours=LATE)
NOBODY_ELSEWHERE: Mapping[Handle, int] = {}


def who(
    at: datetime = NOON + HOUR,
    *,
    role: str = "commander",
    team: tuple[Person, ...] = (ADA, DANA, LATE_BOB),
    incident: Incident = INCIDENT,
    wrote: Mapping[Handle, datetime] = NOBODY,
    elsewhere: Mapping[Handle, int] = NOBODY_ELSEWHERE,
) -> list[Relief]:
    return relief(incident, PLAYBOOK.role(role), at, PLAYBOOK, team, wrote, elsewhere)


def named(could: list[Relief]) -> list[str]:
    return [each.presence.person.handle for each in could]


def first(could: list[Relief]) -> list[str]:
    return [each.presence.person.handle for each in could if each.first]


def test_everybody_but_whoever_has_the_role_could_take_it() -> None:
    assert sorted(named(who())) == ["bob", "dana"]
    assert sorted(named(who(role="liaison"))) == ["ada", "bob", "dana"]


def test_whoever_is_at_work_for_longest_is_asked_first() -> None:
    assert (named(who()), first(who())) == (["bob", "dana"], ["bob"])
    assert who()[0].presence.until == NOON + 8 * HOUR


def test_whoever_is_at_work_stands_before_whoever_is_not() -> None:
    early = replace(DANA, hours=tuple(Shift(day=day, begins=time(6), ends=time(11)) for day in range(7)))
    evening = NOON + 6 * HOUR
    assert named(who(evening, team=(early, DANA, LATE_BOB))) == ["bob", "dana", "dana"]
    assert [each.presence.at_work for each in who(evening, team=(early, LATE_BOB))] == [True, False]


def test_whoever_has_a_role_already_is_not_asked_first() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="expert", person="bob"))
    could = who(incident=story.incident)
    assert [each.roles for each in could] == [("expert",), ()]
    assert first(could) == ["dana"]


def test_a_role_in_another_incident_is_one_too() -> None:
    assert first(who(elsewhere={LATE_BOB.handle: 1})) == ["dana"]


def test_where_everybody_at_work_has_a_role_whoever_has_the_fewest_is_asked_first() -> None:
    assert first(who(elsewhere={LATE_BOB.handle: 2, DANA.handle: 1})) == ["dana"]


def test_where_nobody_is_at_work_nobody_is_asked_first() -> None:
    could = who(NOON + 9 * HOUR)
    assert (named(could), first(could)) == (["dana", "bob"], [])
    assert could[0].presence.back == NOON + 21 * HOUR


def test_whoever_has_just_written_could_take_over() -> None:
    night = NOON + 9 * HOUR
    assert first(who(night, wrote={DANA.handle: night - MINUTE})) == ["dana"]


def test_where_nobody_else_is_there_is_nobody() -> None:
    assert who(team=(ADA,)) == []


def test_nobody_takes_over_what_is_over() -> None:
    with pytest.raises(Refused, match="Reopen it first if it is not over"):
        who(incident=resolved().incident)


# ── the brief ──


def test_the_brief_is_the_state_what_runs_and_what_was_promised() -> None:
    story = declared(communities=("utoronto",))
    story.tell(
        c.SetPlan(incident=ONE, state="Nobody can log in.", next="Restart it."),
        c.Delegate(incident=ONE, what="Look.", to="bob"),
        c.Delegate(incident=ONE, what="Ring them.", to="dana"),
        c.PostUpdate(incident=ONE, text="x", next_by=NOON + HOUR),
    )
    story.tell(c.AcceptAsk(incident=ONE), by=BOB)
    story.tell(c.FinishAsk(incident=ONE, outcome="Done."), by=DANA)
    told = brief(story.incident)
    assert told.plan == story.incident.plan
    assert [ask.what for ask in told.asks] == ["Look."]
    assert told.promise == NOON + HOUR


def test_where_there_is_nothing_to_know_the_brief_is_empty() -> None:
    told = brief(declared().incident)
    assert (told.plan, told.asks, told.promise) == (None, (), None)
