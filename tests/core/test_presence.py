"""Who is at work, until when, and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.core.test_hours import ALWAYS, at, shifts
from tests.core.world import ADA, BOB, CHARLIE, DANA, PLAYBOOK
from tocsin.core.ids import Handle
from tocsin.core.people import Leave, Person
from tocsin.core.presence import experts, presence
from tocsin.core.refused import Refused

LONDON = replace(ADA, zone="Europe/London", expertise=("Dask", "hubs"))
TOKYO = replace(BOB, zone="Asia/Tokyo", expertise=("dask",))
LATE = replace(DANA, hours=shifts("12:00", "20:00"), expertise=("dask",))
THURSDAY_NOON = at("2026-11-12 12:00")


def found(*people: Person, area: str = "dask", when: datetime = THURSDAY_NOON, **wrote: datetime) -> list[str]:
    by_handle = {Handle(handle): moment for handle, moment in wrote.items()}
    return [each.person.handle for each in experts(people, area, PLAYBOOK, when, by_handle)]


def test_whoever_is_at_work_is_so_until_their_day_ends() -> None:
    seen = presence(LONDON, PLAYBOOK, THURSDAY_NOON)
    assert (seen.at_work, seen.until, seen.back) == (True, at("2026-11-12 17:00"), None)


def test_whoever_is_not_comes_back() -> None:
    seen = presence(TOKYO, PLAYBOOK, THURSDAY_NOON)
    assert (seen.at_work, seen.until, seen.back) == (False, None, at("2026-11-13 09:00", "Asia/Tokyo"))


def test_everybody_is_seen_on_their_own_clock() -> None:
    seen = presence(TOKYO, PLAYBOOK, THURSDAY_NOON)
    assert (seen.now.isoformat(), seen.now.tzinfo) == ("2026-11-12T21:00:00+09:00", ZoneInfo("Asia/Tokyo"))


def test_somebody_without_a_zone_is_seen_on_the_clock_of_the_playbook() -> None:
    assert presence(DANA, PLAYBOOK, THURSDAY_NOON).zone == PLAYBOOK.zone


def test_whoever_wrote_a_moment_ago_is_at_work_for_an_hour() -> None:
    wrote = THURSDAY_NOON - timedelta(minutes=10)
    seen = presence(TOKYO, PLAYBOOK, THURSDAY_NOON, wrote)
    assert (seen.at_work, seen.until) == (True, wrote + timedelta(hours=1))


def test_somebody_on_leave_for_years_does_not_come_back() -> None:
    away = replace(LONDON, leave=(Leave(first=THURSDAY_NOON.date(), last=THURSDAY_NOON.date().replace(year=2030)),))
    assert presence(away, PLAYBOOK, THURSDAY_NOON).back is None


def test_whoever_has_left_is_no_expert() -> None:
    assert found(TOKYO, replace(LONDON, active=False)) == ["bob"]


def test_whoever_is_at_work_comes_before_whoever_is_not() -> None:
    assert found(TOKYO, LONDON) == ["ada", "bob"]


def test_of_those_at_work_whoever_stays_longest_comes_first() -> None:
    assert found(LONDON, LATE, replace(CHARLIE, kind="team", hours=ALWAYS.shifts, expertise=("dask",))) == [
        "charlie",
        "dana",
        "ada",
    ]


def test_of_the_others_whoever_is_back_first_comes_first() -> None:
    away = replace(TOKYO, leave=(Leave(first=THURSDAY_NOON.date(), last=THURSDAY_NOON.date().replace(year=2030)),))
    night = at("2026-11-12 22:00")
    assert found(replace(away, handle=Handle("zoe")), LATE, LONDON, TOKYO, when=night) == ["bob", "ada", "dana", "zoe"]


def test_whoever_wrote_in_the_last_hour_comes_first_too() -> None:
    night = at("2026-11-12 22:00")
    assert found(TOKYO, LONDON, when=night, ada=night) == ["ada", "bob"]


def test_only_the_team_is_asked() -> None:
    assert found(LONDON, replace(CHARLIE, expertise=("dask",))) == ["ada"]


@pytest.mark.parametrize("area", ["DASK", " dask ", "dask"])
def test_an_area_is_found_however_it_is_written(area: str) -> None:
    assert found(LONDON, TOKYO, area=area) == ["ada", "bob"]


def test_an_unknown_area_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused) as refusal:
        found(LONDON, TOKYO, area="das")
    assert str(refusal.value) == "Nobody's expertise is “das”. There is: dask, hubs."


def test_where_nobody_has_said_what_they_know_the_refusal_says_how() -> None:
    with pytest.raises(Refused, match="Say what people know well: tocsin people add HANDLE --expertise AREA"):
        found(ADA)
