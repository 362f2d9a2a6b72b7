"""Verbs, and the commands they make."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.core.people import Leave, Shift
from tocsin.core.refused import Refused
from tocsin.language.verbs import VERBS, Verb, request, value, verb


def known(name: str) -> Verb:
    found = verb(name)
    assert found is not None
    return found


@pytest.mark.parametrize("each", VERBS, ids=lambda each: str(each.name))
def test_a_verb_is_found_by_its_name_and_by_its_commands(each: Verb) -> None:
    assert verb(each.name) == verb(each.also) == each


def test_no_word_means_two_things() -> None:
    words = [word for each in VERBS for word in {each.name, each.also}]
    assert len(words) == len(set(words))


def test_an_unknown_word_is_no_verb() -> None:
    assert verb("panic") is None


def test_every_field_with_its_help_is_an_option() -> None:
    options = {option.name: option for option in known("update").options}
    assert list(options) == [
        "text", "kind", "communities", "drafted-by", "approved-by", "next-by", "proposal", "incident"
    ]  # fmt: skip
    assert options["communities"].also == "community"
    assert options["next-by"].kind == "time"


def test_what_only_programs_give_is_no_option() -> None:
    assert "earlier" not in {option.field for option in known("declare").options}


@pytest.mark.parametrize(
    ("name", "given", "text", "command"),
    [
        ("declare", {}, "Down", c.Declare(title="Down")),
        ("declare", {"title": "Down"}, None, c.Declare(title="Down")),
        ("declare", {"tickets": ["a", "b"]}, "Down", c.Declare(title="Down", tickets=("a", "b"))),
        ("resolve", {"incident": 1}, "It works", c.Resolve(incident=IncidentNumber(1), verified="It works")),
        (
            "resolve",
            {"incident": 1, "verified": "It works"},
            "Restarted",
            c.Resolve(incident=IncidentNumber(1), verified="It works", text="Restarted"),
        ),
        ("reopen", {"incident": 1}, "It does not", c.Reopen(incident=IncidentNumber(1), why="It does not")),
        (
            "write-report",
            {"incident": 1, "sections": [("overview", "All fell.")]},
            None,
            c.WriteReport(incident=IncidentNumber(1), sections={"overview": "All fell."}),
        ),
        ("write-report", {"incident": 1}, None, c.WriteReport(incident=IncidentNumber(1), sections={})),
    ],
)
def test_a_verb_makes_its_command(name: str, given: dict[str, Any], text: str | None, command: c.Command) -> None:
    assert request(known(name), given, text) == command


@pytest.mark.parametrize(
    ("name", "given", "text", "why"),
    [
        ("note", {"incident": 1}, None, "“note” needs --text: what you want to say"),
        ("note", {"incident": 1, "text": "a"}, "b", "has its text twice: once by itself and once by --text"),
        ("resolve", {"incident": 1, "text": "a", "verified": "b"}, "c", "once by --verified and --text"),
        ("plan", {"incident": 1}, "Restart", "once by options"),
        ("cancel", {"incident": 1}, None, "needs --reason"),
    ],
)
def test_what_makes_no_command_is_refused(name: str, given: dict[str, Any], text: str | None, why: str) -> None:
    with pytest.raises(Refused, match=why):
        request(known(name), given, text)


@pytest.mark.parametrize(
    ("name", "field", "text", "meant"),
    [
        ("note", "kind", "finding", "finding"),
        ("note", "thread", "#7", 7),
        ("signal", "count", "0", 0),
        ("signal", "count", "12", 12),
        ("note", "until", "2026-11-12T01:45Z", datetime(2026, 11, 12, 1, 45, tzinfo=UTC)),
        ("write-report", "sections", "overview=a=b", ("overview", "a=b")),
        ("profile", "hours", "sat 09:00-17:00", (Shift(day=5, begins=time(9), ends=time(17)),)),
        ("profile", "hours", "usual", ()),
        ("profile", "leave", "2026-12-24", (Leave(first=date(2026, 12, 24), last=date(2026, 12, 24)),)),
        ("profile", "leave", "none", ()),
    ],
)
def test_a_text_means_what_its_option_is(name: str, field: str, text: str, meant: object) -> None:
    assert value(known(name).option(field), text) == meant


@pytest.mark.parametrize(
    ("name", "field", "text", "why"),
    [
        ("note", "kind", "rant", "“rant” is none of note, finding"),
        ("note", "thread", "seven", "“seven” is no number"),
        ("note", "thread", "0", "“0” is no number"),
        ("signal", "count", "-1", "“-1” is fewer than none. Write 0 or more."),
        ("signal", "count", "many", "“many” is no count. Write it in digits"),
        ("signal", "count", "9" * 99, "…” is more than there are people. Write at most 999999999."),
        ("note", "until", "noon", "“noon” is no time"),
        ("profile", "hours", "always", "“always” are no working hours"),
        ("profile", "leave", "tomorrow", "“tomorrow” is no day"),
        ("write-report", "sections", "x" * 99, "…” is no pair"),
    ],
)
def test_a_text_that_means_nothing_is_refused(name: str, field: str, text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        value(known(name).option(field), text)


def test_a_signal_may_stand_in_for_an_incident_only_where_none_is_needed() -> None:
    assert not known("acknowledge").lacks_incident({"signal": 1})
    assert known("attach").lacks_incident({"signal": 1})
    assert not known("declare").lacks_incident({})


def test_hours_and_leave_add_up_line_by_line() -> None:
    profile = known("profile")
    hours = [value(profile.option("hours"), text) for text in ("mon 09:00-17:00", "tue 09:00-12:00")]
    days = [Shift(day=0, begins=time(9), ends=time(17)), Shift(day=1, begins=time(9), ends=time(12))]
    assert request(profile, {"hours": hours, "leave": [()]}) == c.SetProfile(hours=tuple(days), leave=())
