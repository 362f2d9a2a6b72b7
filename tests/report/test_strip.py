"""The incident as a picture: what is drawn of a log, where, and in which words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from tests.core.examples import EXAMPLES
from tests.core.test_any_sequence import STORIES, Tried
from tests.report.documents import ADA, BOB, COMMANDER, NOON, PLAYBOOK, built, log, minute, moments, texts, whens
from tocsin.core import events as e
from tocsin.core.ids import Handle, Seq, SignalId, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN
from tocsin.report.strip import CSS, Strip, as_data, as_figure, as_svg, strip
from tocsin.report.strip.labels import ROWS, reach

HOUR = 60
NAMES = {"ada": "Ada Lovelace", "bob": "Bob Brown"}


def at(number: float, event: e.Event, *, by: Handle = ADA, about: int | None = None) -> e.Fact:
    """So many minutes after noon."""
    line = Seq(about) if about is not None else None
    return e.Fact(event=event, at=Moment(at=NOON + timedelta(minutes=number)), by=by, about=line)


def impact(start: float | None, end: float | None, *, sure: float | None = None, over: float | None = None) -> e.Event:
    """From minute to minute; `sure` and `over` make ranges of the two."""
    return e.ImpactSet(start=_moment(start, sure), end=_moment(end, over))


def _moment(first: float | None, last: float | None) -> Moment | None:
    if first is None:
        return None
    until = NOON + timedelta(minutes=last) if last is not None else None
    return Moment(at=NOON + timedelta(minutes=first), until=until)


SIGNAL = e.SignalReceived(signal=SignalId(1), kind="alert", text="Slow")
DECLARED = e.Declared(title="It is slow")
COMMANDS = e.RoleAssigned(role=COMMANDER, person=ADA)
HANDED_OVER = e.RoleAssigned(role=COMMANDER, person=BOB, relieves=(ADA,))
FIX = e.Noted(kind="fix", text="Restarted it")
RESOLVED = e.Resolved(verified="It answers.")
REOPENED = e.Reopened(why="Again.")
BEGUN = (at(0, DECLARED), at(0, COMMANDS))


def told(number: float, *, next_by: float | None = None, by: Handle = ADA) -> e.Fact:
    promise = None if next_by is None else minute(int(next_by))
    event = e.Updated(
        kind="update", text="x", communities=(Slug("coast"),), drafted_by=by, approved_by=by, next_by=promise
    )
    return at(number, event, by=by)


def called(handle: Handle) -> str:
    return NAMES.get(handle, handle)


def drawn(*facts: e.Fact, zone: str = "UTC", now: float | None = None) -> Strip:
    time = None if now is None else NOON + timedelta(minutes=now)
    picture = strip(log(*facts), PLAYBOOK, called, zone=zone, now=time)
    assert picture is not None
    return picture


def kinds(picture: Strip) -> list[str]:
    return [harm.kind for harm in picture.impact]


def words(picture: Strip) -> list[tuple[str, str]]:
    return [(mark.word, mark.time) for mark in picture.marks]


def lines(picture: Strip) -> list[str]:
    return [tick.text for tick in picture.ticks if tick.text]


# ── the impact ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_drawn_of_an_empty_log() -> None:
    assert strip([], PLAYBOOK, called, zone="UTC") is None


def test_nothing_is_drawn_where_nothing_has_a_place_in_time() -> None:
    assert strip(log(at(0, e.Noted(text="x"))), PLAYBOOK, called, zone="UTC") is None


def test_what_is_sure_is_solid_and_a_range_is_a_guess_on_either_side() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 60, sure=10, over=70)), at(90, RESOLVED))
    assert kinds(picture) == ["guess", "sure", "guess"]


def test_the_impact_stands_in_the_middle_with_a_margin_of_15_per_cent() -> None:
    (harm,) = drawn(*BEGUN, at(1, impact(0, 60)), at(60, RESOLVED)).impact
    assert (round(harm.x), round(harm.width)) == (12, 77)


def test_ranges_that_overlap_leave_nothing_sure() -> None:
    assert kinds(drawn(*BEGUN, at(1, impact(0, 20, sure=30, over=60)), at(90, RESOLVED))) == ["guess"]


def test_what_is_not_over_yet_goes_on() -> None:
    picture = drawn(*BEGUN, at(1, impact(-5, None)), now=60)
    assert kinds(picture) == ["sure", "open"]
    assert picture.now == pytest.approx(picture.impact[0].x + picture.impact[0].width)


def test_where_we_are_is_not_written_into_a_label() -> None:
    alone, covered = drawn(*BEGUN, now=60), drawn(at(0, BEGUN[0].event), now=0)
    assert 'class="nowlab"' in as_svg(alone)
    assert 'class="nowlab narrow"' in as_svg(covered)


def test_where_nobody_knows_its_end_it_is_sure_as_long_as_it_was_reported() -> None:
    picture = drawn(*BEGUN, at(20, SIGNAL), at(21, impact(-5, None)), at(60, RESOLVED))
    assert kinds(picture) == ["sure", "guess"]


def test_where_nobody_knows_its_beginning_it_is_a_guess_before_its_first_sign() -> None:
    picture = drawn(at(-10, SIGNAL), *BEGUN, at(1, impact(None, 60)), at(60, RESOLVED))
    assert kinds(picture) == ["guess", "sure"]
    assert picture.marks[0].x == pytest.approx(picture.impact[1].x)


def test_an_impact_of_no_length_can_be_seen() -> None:
    (harm,) = drawn(*BEGUN, at(1, impact(10, 10)), at(60, RESOLVED)).impact
    assert harm.width == 0.35


def test_between_an_end_that_did_not_last_and_the_return_it_is_pale() -> None:
    picture = drawn(*BEGUN, at(60, RESOLVED), at(80, REOPENED), at(90, impact(0, 120)), at(120, RESOLVED))
    assert kinds(picture) == ["sure", "eased", "sure"]
    assert "thought to be over from 13:00 to 13:20" in picture.alt


def test_what_came_back_is_not_over_and_the_end_that_did_not_hold_is_where_it_grows_pale() -> None:
    first = (*BEGUN, at(55, impact(0, 50)), at(60, RESOLVED))
    picture = drawn(*first, at(80, REOPENED), now=100)
    assert kinds(picture) == ["sure", "eased", "sure", "open"]
    assert picture.alt.startswith("Impact from 12:00 on 12 November 2026 on, and not over yet;")
    assert "thought to be over from 12:50 to 13:20" in picture.alt


def test_what_was_resolved_again_is_sure_up_to_the_end_that_was_said_before() -> None:
    first = (*BEGUN, at(55, impact(0, 50)), at(60, RESOLVED), at(80, REOPENED))
    picture = drawn(*first, at(100, RESOLVED))
    assert kinds(picture) == ["sure", "guess"]
    assert [round(harm.width) for harm in picture.impact] == [38, 38]


def test_what_was_tried_before_a_return_was_not_enough_whatever_end_was_said() -> None:
    picture = drawn(*BEGUN, at(40, FIX), at(55, impact(0, 50)), at(60, RESOLVED), at(80, REOPENED), now=100)
    assert [word for word, _ in words(picture) if "fix" in word.lower()] == ["Fix, not enough"]


def test_an_impact_that_was_over_before_the_next_began_is_a_part_of_its_own() -> None:
    first = (*BEGUN, at(60, impact(0, 60)), at(60, RESOLVED))
    picture = drawn(*first, at(500, REOPENED), at(560, impact(490, 560)), at(560, RESOLVED))
    assert kinds(picture) == ["sure", "sure"]
    assert picture.alt.startswith(
        "Impact from 12:00 on 12 November 2026 to 13:00 and from 20:10 on 12 November 2026 to"
    )


def test_what_was_said_last_of_the_same_impact_counts() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 10)), at(2, impact(0, 60)), at(60, RESOLVED))
    assert picture.alt.startswith("Impact from 12:00 on 12 November 2026 to 13:00;")


# ── marks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_marks_tell_how_it_went() -> None:
    plan = e.PlanSet(cause="The disk is full.")
    facts = (at(20, plan), at(30, FIX), at(40, FIX), at(41, impact(-9, 45)), at(50, RESOLVED))
    assert words(drawn(at(-5, SIGNAL), *BEGUN, *facts)) == [
        ("Noticed", "11:55"),
        ("Answered", "12:00"),
        ("Likely cause", "12:20"),
        ("Last fix tried", "12:40"),
        ("Verified", "12:50"),
    ]


def test_a_signal_that_came_after_somebody_had_taken_it_noticed_nothing() -> None:
    assert [word for word, _ in words(drawn(*BEGUN, at(5, SIGNAL)))] == ["Declared"]


def test_what_was_over_before_anybody_answered_was_only_declared() -> None:
    assert ("Declared", "12:00") in words(drawn(at(-20, SIGNAL), *BEGUN, at(1, impact(-30, -10)), at(9, RESOLVED)))


def test_what_tocsin_declares_by_itself_answers_nobody() -> None:
    begun = (at(0, SIGNAL), at(0, DECLARED, by=TOCSIN.handle), at(300, e.Acknowledged()))
    assert words(drawn(*begun)) == [("Noticed", "12:00"), ("Answered", "17:00")]


def test_a_finding_that_somebody_marked_is_the_cause_where_no_plan_names_one() -> None:
    found = (at(5, e.Noted(kind="finding", text="Full")), at(6, e.Highlighted(), about=3))
    picture = drawn(*BEGUN, *found)
    assert ("Likely cause", "12:05") in words(picture)
    assert "; likely cause 12:05;" in picture.alt


def test_a_finding_that_somebody_marked_goes_before_what_a_plan_says() -> None:
    found = (at(5, e.Noted(kind="finding", text="Full")), at(6, e.Highlighted(), about=3))
    plans = (at(2, e.PlanSet(cause="DNS?")), at(9, e.PlanSet(cause="The disk is full.")))
    assert dict(words(drawn(*BEGUN, *found, *plans)))["Likely cause"] == "12:05"


def test_what_the_commander_took_for_the_cause_last_is_its_time_not_the_first_guess() -> None:
    plans = (
        at(2, e.PlanSet(cause="DNS?")),
        at(20, e.PlanSet(cause="The disk is full.")),
        at(30, e.PlanSet(next="Wait.")),
    )
    again = at(40, e.PlanSet(cause=" The disk is full. "))
    assert dict(words(drawn(*BEGUN, *plans, again)))["Likely cause"] == "12:20"


def test_the_cause_of_before_stays_where_it_was_when_another_is_found_after_a_return() -> None:
    first = (*BEGUN, at(20, e.PlanSet(cause="The disk is full.")), at(60, RESOLVED), at(80, REOPENED))
    said = [time for word, time in words(drawn(*first, now=90)) if word == "Likely cause"]
    again = drawn(*first, at(95, e.PlanSet(cause="A log fills the disk.")), now=100)
    assert said == ["12:20"]
    assert [time for word, time in words(again) if word == "Likely cause"] == ["12:20", "13:35"]


def test_a_finding_of_before_a_return_is_no_cause_of_what_came_after() -> None:
    found = (at(5, e.Noted(kind="finding", text="Full")), at(6, e.Highlighted(), about=3), at(60, RESOLVED))
    picture = drawn(*BEGUN, *found, at(80, REOPENED), at(95, e.PlanSet(cause="A log fills it.")), now=100)
    assert [time for word, time in words(picture) if word == "Likely cause"] == ["12:05", "13:35"]


def test_a_cause_that_was_taken_back_is_none() -> None:
    plans = (at(2, e.PlanSet(cause="DNS?")), at(20, e.PlanSet(cause="")))
    assert "Likely cause" not in dict(words(drawn(*BEGUN, *plans)))


@pytest.mark.parametrize("mark", [e.NoteRemoved(), e.Highlighted(on=False)])
def test_a_finding_that_was_taken_back_is_no_cause(mark: e.Event) -> None:
    found = (at(5, e.Noted(kind="finding", text="Full")), at(6, e.Highlighted(), about=3), at(7, mark, about=3))
    assert "Likely cause" not in dict(words(drawn(*BEGUN, *found)))


def test_a_fix_before_a_return_was_not_enough() -> None:
    first = (*BEGUN, at(50, FIX), at(60, RESOLVED), at(80, REOPENED))
    picture = drawn(*first, at(100, FIX), at(101, impact(0, 110)), at(120, RESOLVED))
    assert [word for word, _ in words(picture) if "fix" in word.lower()] == ["Fix, not enough", "Last fix tried"]


def test_what_was_tried_after_the_end_is_no_fix() -> None:
    assert "Last fix tried" not in dict(words(drawn(*BEGUN, at(1, impact(0, 30)), at(40, FIX), at(60, RESOLVED))))


def test_what_was_tried_last_is_not_said_to_have_helped() -> None:
    failed = e.Noted(kind="fix", text="Restarted it", outcome="It did not help.")
    picture = drawn(*BEGUN, at(40, failed), at(60, RESOLVED))
    assert ("Last fix tried", "12:40") in words(picture)
    assert "; last fix tried 12:40;" in picture.alt


@pytest.mark.parametrize("verified", ["", "  \n"])
def test_an_end_that_nobody_verified_is_not_drawn_as_verified(verified: str) -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 50)), at(60, e.Resolved(verified=verified)))
    assert "Verified" not in dict(words(picture))
    assert "verified" not in picture.alt


def test_a_probe_that_found_nobody_affected_is_no_sign_of_the_impact() -> None:
    fine = at(-300, replace(SIGNAL, kind="probe", count=0))
    picture = drawn(fine, *BEGUN, at(1, impact(0, 50)), at(60, RESOLVED))
    assert "Noticed" not in dict(words(picture))


def test_a_probe_that_found_nobody_affected_makes_no_impact_sure() -> None:
    fine = at(50, replace(SIGNAL, kind="probe", count=0))
    assert kinds(drawn(*BEGUN, fine, at(51, impact(-5, None)), at(60, RESOLVED))) == ["guess"]


def test_neighbours_lean_apart() -> None:
    marks = drawn(at(-5, SIGNAL), *BEGUN, at(1, impact(-60, 60)), at(60, RESOLVED)).marks
    assert [mark.lean for mark in marks] == ["left", "right", "none"]


def test_signs_at_the_same_time_stand_side_by_side() -> None:
    marks = drawn(at(0, SIGNAL), *BEGUN, at(1, impact(0, 600)), at(600, RESOLVED)).marks
    assert marks[1].nudge - marks[0].nudge >= 15


# ── who commanded ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_bar_for_everybody_who_commanded_as_they_are_called() -> None:
    picture = drawn(*BEGUN, at(30, HANDED_OVER), at(60, RESOLVED))
    assert [(bar.name, bar.dark) for bar in picture.command] == [("Ada Lovelace", False), ("Bob Brown", True)]
    assert "Ada Lovelace commanded until 12:30, then Bob Brown" in picture.alt


def test_whoever_takes_it_again_at_once_has_one_bar() -> None:
    again = e.RoleAssigned(role=COMMANDER, person=ADA, relieves=(ADA,))
    assert len(drawn(*BEGUN, at(30, again), at(60, RESOLVED)).command) == 1


def test_where_nobody_commanded_it_says_so() -> None:
    picture = drawn(at(0, DECLARED, by=TOCSIN.handle), at(300, COMMANDS), at(400, RESOLVED))
    assert [bar.name for bar in picture.command] == ["", "Ada Lovelace"]
    assert "nobody commanded from 12:00 to 17:00" in picture.alt
    assert "Dashed bar: nobody commanded." in picture.caption


def test_a_moment_without_a_commander_is_no_news() -> None:
    picture = drawn(at(0, DECLARED), at(1, COMMANDS), at(500, RESOLVED))
    assert [bar.name for bar in picture.command] == ["Ada Lovelace"]
    assert "nobody" not in picture.alt


def test_nobody_commands_while_it_is_thought_to_be_over() -> None:
    picture = drawn(*BEGUN, at(60, RESOLVED), at(80, REOPENED), at(100, RESOLVED))
    assert [bar.says for bar in picture.command] == ["Ada Lovelace, 12:00 to 13:00", "Ada Lovelace, 13:20 to 13:40"]
    assert [bar.dark for bar in picture.command] == [False, False]


def test_a_narrow_bar_has_the_first_name_or_initials_or_nothing() -> None:
    picture = drawn(*BEGUN, at(42, HANDED_OVER), at(60, COMMANDS), at(61, HANDED_OVER), at(600, RESOLVED))
    assert [(bar.wide, bar.narrow) for bar in picture.command] == [("Ada", ""), ("", ""), ("", ""), ("Bob Brown",) * 2]


def test_many_turns_are_counted_not_listed() -> None:
    turns = [at(10 * n, e.RoleAssigned(role=COMMANDER, person=[ADA, BOB][n % 2])) for n in range(9)]
    assert "Ada Lovelace and Bob Brown commanded in 9 turns" in drawn(at(0, DECLARED), *turns, at(90, RESOLVED)).alt


# ── what was told ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_update_is_there() -> None:
    picture = drawn(*BEGUN, told(5), told(50), at(60, RESOLVED))
    assert [word.says for word in picture.told] == ["Told 12:05", "Told 12:50"]
    assert "the community was told at 12:05 and 12:50" in picture.alt


def test_a_promise_that_is_still_due_is_there_while_it_is_open() -> None:
    (sent, due) = drawn(*BEGUN, told(5, next_by=65), now=20).told
    assert (sent.due, due.due, due.says) == (False, True, "Promised by 13:05")
    assert len(drawn(*BEGUN, told(5, next_by=65), at(60, RESOLVED)).told) == 1


@pytest.mark.parametrize(
    ("sent", "due", "now", "words", "lean"),
    [
        (5, 60, 100, "due 13:00", "right"),
        (5, 85, 60, "due 13:25", "left"),
        (5, 70, 60, "", "left"),
        (85, 90, 100, "", "left"),
    ],
)
def test_a_promise_says_its_time_where_there_is_room(sent: int, due: int, now: int, words: str, lean: str) -> None:
    picture = drawn(*BEGUN, at(1, impact(0, None)), told(sent, next_by=due), now=now)
    assert (picture.told[-1].words, picture.told[-1].lean) == (words, lean)
    assert "<span>Promised by" in as_figure(picture)


def test_word_that_was_sent_by_itself_says_so() -> None:
    sent, _ = drawn(*BEGUN, told(5, by=TOCSIN.handle), told(300), at(400, RESOLVED)).told
    assert sent.words == "sent by itself"


def test_many_updates_are_counted_not_listed() -> None:
    picture = drawn(*BEGUN, *(told(10 * n) for n in range(1, 13)), at(130, RESOLVED))
    assert "told 12 times, from 12:10 to 14:00" in picture.alt


# ── the scale ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_hours_have_a_line_every_half_hour() -> None:
    picture = drawn(*BEGUN, at(1, impact(-10, 100)), at(110, RESOLVED))
    assert lines(picture) == ["12:00", "12:30", "13:00", "13:30", "14:00"]


def test_two_days_have_a_line_every_six_hours_and_midnight_names_the_day() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 38 * HOUR)), at(38 * HOUR, RESOLVED))
    assert lines(picture) == ["Thu 12:00", "18:00", "Fri 13", "06:00", "12:00", "18:00", "Sat 14", "06:00"]
    assert words(picture)[-1] == ("Verified", "Sat 02:00")


def test_three_weeks_have_dates() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 20 * 24 * HOUR)), at(20 * 24 * HOUR, RESOLVED))
    assert lines(picture) == ["16 Nov", "23 Nov", "30 Nov"]
    assert words(picture)[-1] == ("Verified", "2 Dec 12:00")


def test_seconds_are_told_where_a_minute_is_long() -> None:
    picture = drawn(at(0.2, SIGNAL), at(0.4, DECLARED), at(0.9, impact(0.1, 0.8)), at(0.9, RESOLVED))
    assert words(picture)[0] == ("Noticed", "12:00:12")
    assert ":30" in lines(picture)


def test_years_have_years() -> None:
    far = at(0, e.ImpactSet(start=Moment(at=datetime(1990, 5, 5, tzinfo=UTC)), end=Moment(at=NOON)))
    assert {"1990", "2000", "2010"} <= set(lines(drawn(*BEGUN, far, at(9, RESOLVED))))


def test_times_are_those_of_the_reports_zone() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 60)), at(60, RESOLVED), zone="Asia/Kathmandu")
    assert words(picture)[0] == ("Declared", "17:45")
    assert picture.alt.endswith("times are in Asia/Kathmandu (UTC+05:45).")
    assert picture.caption.endswith("All times are in Asia/Kathmandu (UTC+05:45).")


def test_a_time_that_the_clock_skips_has_no_line() -> None:
    forward = Moment(at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC)), Moment(at=datetime(2026, 3, 29, 3, 30, tzinfo=UTC))
    begun = e.Fact(event=DECLARED, at=forward[0])
    window = e.Fact(event=e.ImpactSet(start=forward[0], end=forward[1]), at=forward[1])
    shown = lines(drawn(begun, window, zone="Europe/London"))
    assert not [text for text in shown if text.startswith("01:")]
    assert {"02:00", "03:00", "04:00"} <= set(shown)


def test_what_came_long_after_has_a_piece_of_its_own_and_a_leap_says_how_much_is_left_out() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 60)), at(60, RESOLVED), told(3 * 24 * HOUR))
    assert [leap.text for leap in picture.leaps] == ["3 days"]
    assert "about 3 days without an event are left out" in picture.alt
    assert picture.impact[0].width > 40


def test_there_are_never_more_than_three_leaps_and_those_beside_the_impact_come_first() -> None:
    later = [told(n * n * 24 * HOUR) for n in range(1, 9)]
    picture = drawn(*BEGUN, at(1, impact(0, 60)), at(60, RESOLVED), *later)
    assert len(picture.leaps) == 3
    assert picture.impact[0].width > 10


def test_a_commander_goes_on_beyond_a_leap() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 60)), at(3 * 24 * HOUR, RESOLVED))
    assert [bar.name for bar in picture.command] == ["Ada Lovelace"] * 2


# ── on the page and on paper ───────────────────────────────────────────────────────────────────────────────────────


def test_the_picture_grows_with_the_page_and_its_words_do_not() -> None:
    svg = as_svg(drawn(*BEGUN, at(1, impact(0, 60)), at(60, RESOLVED)))
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    assert (root.get("viewBox"), root.get("height"), root.get("role")) == (None, "152", "img")
    assert root.get("aria-label", "").startswith("Impact from 12:00")
    assert "style=" not in svg


def test_a_card_has_two_lanes_and_no_words() -> None:
    svg = as_svg(drawn(*BEGUN, told(5), at(1, impact(0, 60)), at(60, RESOLVED)), compact=True)
    shown = {text.text for text in ElementTree.fromstring(svg).iter("text")}  # noqa: S314
    assert {"Impact", "Told"} <= shown
    assert not {"Command", "Verified", "Ada Lovelace"} & shown


def test_on_a_phone_the_words_stand_below() -> None:
    figure = as_figure(drawn(*BEGUN, at(1, impact(0, 60)), at(60, RESOLVED), told(9999)))
    assert "<span>Verified <b>12 Nov" not in figure.split('class="strip__key"')[0]
    assert "<span>Left out <b>" in figure.split('class="strip__key"')[1]


def test_names_are_text_whatever_they_are() -> None:
    picture = strip(log(*BEGUN, at(60, RESOLVED)), PLAYBOOK, lambda _: "<b>&\x00\u202e", zone="UTC")
    assert picture is not None
    svg = as_figure(picture)
    assert "&lt;b&gt;&amp;\ufffd" in svg
    assert not re.search("<b>&|\x00|\u202e", svg)


def test_several_strips_of_one_page_can_be_told_apart() -> None:
    picture = drawn(*BEGUN, at(1, impact(0, 60, sure=5)), at(60, RESOLVED))
    assert 'id="seven-hatch"' in as_svg(picture, name="seven")
    assert "url(#seven-hatch)" in as_svg(picture, name="seven")


def test_every_class_of_the_picture_has_a_rule() -> None:
    first = (at(-9, SIGNAL), *BEGUN, at(1, e.PlanSet(cause="x")), at(50, FIX), at(60, RESOLVED), at(500, REOPENED))
    closed = drawn(*first, at(560, impact(0, 560, sure=9)), at(560, RESOLVED))
    opened = drawn(
        at(0, DECLARED, by=TOCSIN.handle), told(5, next_by=90), at(40, COMMANDS), at(44, HANDED_OVER), now=60
    )
    used = {name for each in (closed, opened) for names in _CLASSES.findall(as_figure(each)) for name in names.split()}
    assert {name for name in used if f".{name}" not in CSS} <= {"strip__svg--1", "guess"}


_CLASSES = re.compile(r'class="([^"]*)"')


def test_a_document_has_its_strip() -> None:
    document = built(e.Fact(event=e.ImpactSet(start=Moment(at=NOON), end=Moment(at=minute(60)))), RESOLVED)
    assert document.strip is not None
    assert "Ada Lovelace commanded" in document.strip.alt


# ── any log at all ─────────────────────────────────────────────────────────────────────────────────────────────────

_impacts = st.builds(e.ImpactSet, start=st.none() | moments(), end=st.none() | moments())
_near = st.integers(0, 10**6).map(lambda seconds: Moment(at=NOON + timedelta(seconds=seconds)))
_edges = st.sampled_from([datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, tzinfo=UTC)]).map(
    lambda at: Moment(at=at)
)
_facts = st.builds(
    e.Fact,
    event=st.sampled_from([*EXAMPLES.values(), RESOLVED, REOPENED, COMMANDS, HANDED_OVER, FIX, told(1).event])
    | _impacts,
    at=st.one_of(_near, _near, moments(), _edges),
    by=st.sampled_from([ADA, BOB, TOCSIN.handle]),
    about=st.none() | st.integers(1, 20).map(Seq),
)
_zones = st.sampled_from(["UTC", "Europe/London", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia"])


@st.composite
def pictures(draw: st.DrawFn) -> Strip:
    entries = log(*draw(st.lists(_facts, min_size=1, max_size=20)))
    name, now = draw(texts), draw(st.none() | whens)
    picture = strip(entries, PLAYBOOK, lambda handle: f"{handle} {name}", zone=draw(_zones), now=now)
    return picture or draw(st.just(drawn(*BEGUN)))


def spans(picture: Strip) -> Iterator[tuple[float, float]]:
    for each in (*picture.impact, *picture.command, *picture.leaps):
        yield each.x, each.x + each.width
    now = [] if picture.now is None else [picture.now]
    points = [*(tick.x for tick in picture.ticks), *(word.x for word in picture.told), *now]
    for x in (*points, *(mark.x for mark in picture.marks)):
        yield x, x


@given(pictures())
def test_everything_stands_within_the_picture(picture: Strip) -> None:
    assert all(0 <= first <= last <= 100.0001 for first, last in spans(picture))
    assert all(each.width >= 0.3499 for each in (*picture.impact, *picture.command, *picture.leaps))


@given(pictures())
def test_everything_stands_in_order(picture: Strip) -> None:
    rows = (picture.command, picture.told, picture.marks, picture.ticks, picture.leaps)
    for places in ([each.x for each in row] for row in rows):
        assert places == sorted(places)


@given(pictures())
def test_no_label_touches_another_of_its_row(picture: Strip) -> None:
    assert picture.rows <= ROWS
    for row in range(ROWS):
        reaches = [reach(mark) for mark in picture.marks if mark.row == row]
        assert all(before[1] <= after[0] for before, after in pairwise(reaches))


@given(pictures(), st.booleans())
def test_it_is_well_formed_whatever_people_are_called(picture: Strip, compact: bool) -> None:
    root = ElementTree.fromstring(as_figure(picture, compact=compact))  # noqa: S314
    assert {element.tag for element in root.iter()} <= _TAGS


_TAGS = {"figure", "figcaption", "svg", "defs", "pattern", "path", "text", "line", "rect", "circle", "title", "g", "p",
         "span", "b"}  # fmt: skip


@given(pictures())
def test_it_can_be_said_in_one_sentence(picture: Strip) -> None:
    assert picture.alt.endswith(".")
    assert picture.caption.endswith(".")


@given(STORIES)
def test_whatever_the_log_holds_can_be_drawn(tale: Tried) -> None:
    picture = strip(tale.story.entries, tale.story.playbook, tale.story.given().name, zone="Europe/London")
    assert picture is not None
    ElementTree.fromstring(as_svg(picture))  # noqa: S314


# ── on paper ───────────────────────────────────────────────────────────────────────────────────────────────────────

PAPER = Path(str(files("tocsin.report.pdf")))
_MAIN = b"""#import "strip.typ": strip
#set document(title: "Strips")
#for s in json(bytes(sys.inputs.strips)) { figure(strip(s), alt: s.alt, supplement: none) }"""


def typeset(*pictures: Strip) -> bytes:
    strips = json.dumps([as_data(picture) for picture in pictures])
    fonts = [str(PAPER / "fonts")]
    made = typst.compile(  # type: ignore[misc]  # its types want fonts to be named as the text is given
        _MAIN, root=str(PAPER), font_paths=fonts, ignore_system_fonts=True, sys_inputs={"strips": strips}
    )
    assert isinstance(made, bytes)
    return made


def test_typst_draws_all_of_it() -> None:
    first = (at(-9, SIGNAL), *BEGUN, told(5), at(50, FIX), at(60, RESOLVED), at(500, REOPENED), at(501, HANDED_OVER))
    closed = drawn(*first, at(560, impact(0, 560, sure=9)), at(560, RESOLVED))
    opened = drawn(at(0, DECLARED, by=TOCSIN.handle), told(5, next_by=90), at(1, impact(0, None)), now=60)
    assert typeset(closed, opened).startswith(b"%PDF")


def test_what_people_are_called_is_no_code_for_typst() -> None:
    picture = strip(log(*BEGUN, at(60, RESOLVED)), PLAYBOOK, lambda _: '#panic("x") $ *', zone="UTC")
    assert picture is not None
    assert typeset(picture).startswith(b"%PDF")
