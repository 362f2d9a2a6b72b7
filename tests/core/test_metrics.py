"""How long things took."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tests.core.world import ADA, BOB, DUBOIS, MINUTE, NOON, entry
from tocsin.core import events as e
from tocsin.core.ids import SignalId
from tocsin.core.metrics import Metrics, metrics
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN

DECLARED = e.Declared(title="x")
SIGNAL = e.SignalReceived(signal=SignalId(1), kind="alert", text="Down!")
RESOLVED = e.Resolved(verified="y")
UPDATED = e.Updated(
    kind="update", text="Hi.", communities=(DUBOIS.slug,), drafted_by=ADA.handle, approved_by=BOB.handle
)


def minute(number: int) -> datetime:
    return NOON + number * MINUTE


def impact(start: int | None = None, end: int | None = None) -> e.ImpactSet:
    began, ended = (None if when is None else Moment(at=minute(when)) for when in (start, end))
    return e.ImpactSet(start=began, end=ended)


def measured(*happened: tuple[int, e.Event]) -> Metrics:
    return metrics([entry(event, seq, at=minute(at)) for seq, (at, event) in enumerate(happened, start=1)])


def test_four_durations_are_read_off_the_log() -> None:
    happened = ((10, SIGNAL), (15, DECLARED), (20, UPDATED), (90, RESOLVED), (90, impact(0, 60)))
    assert measured(*happened) == Metrics(notice=10 * MINUTE, answer=5 * MINUTE, tell=5 * MINUTE, resolve=60 * MINUTE)


def test_what_a_rule_declared_nobody_has_answered_yet() -> None:
    by_rule = entry(DECLARED, 2, by=TOCSIN, at=minute(11))
    log = [entry(SIGNAL, 1, at=minute(10)), by_rule]
    assert metrics(log).answer is None
    assert metrics([*log, entry(e.Acknowledged(), 3, at=minute(14))]).answer == 4 * MINUTE


def test_without_a_signal_we_noticed_when_we_declared() -> None:
    found = measured((15, DECLARED), (16, impact(0)))
    assert (found.notice, found.answer) == (15 * MINUTE, 0 * MINUTE)


def test_the_first_signal_and_the_first_word_count() -> None:
    found = measured((9, SIGNAL), (5, SIGNAL), (10, DECLARED), (30, UPDATED), (20, UPDATED))
    assert (found.answer, found.tell) == (5 * MINUTE, 10 * MINUTE)


def test_told_before_answered_is_negative_and_honest() -> None:
    assert measured((10, DECLARED), (5, UPDATED)).tell == -5 * MINUTE


def test_without_a_beginning_nobody_knows_how_long_it_took() -> None:
    found = measured((10, SIGNAL), (15, DECLARED), (90, RESOLVED))
    assert (found.notice, found.resolve) == (None, None)


def test_without_an_end_it_lasted_until_it_was_resolved_for_good() -> None:
    happened = ((5, DECLARED), (5, impact(0)), (10, RESOLVED), (20, e.Reopened(why="z")), (40, RESOLVED))
    assert measured(*happened).resolve == 40 * MINUTE


def test_what_was_reopened_is_not_over() -> None:
    assert measured((5, DECLARED), (5, impact(0)), (10, RESOLVED), (20, e.Reopened(why="z"))).resolve is None


def test_the_last_word_on_the_impact_counts() -> None:
    assert measured((5, DECLARED), (5, impact(0, 1)), (6, impact(2, 9))).resolve == 7 * MINUTE


def test_an_empty_log_says_nothing() -> None:
    assert measured() == Metrics(notice=None, answer=None, tell=None, resolve=None)


def test_a_signal_after_the_declaration_did_not_bring_it_to_our_attention() -> None:
    found = measured((10, DECLARED), (30, SIGNAL), (31, impact(0)))
    assert (found.notice, found.answer) == (10 * MINUTE, 0 * MINUTE)


def test_a_probe_that_found_nobody_affected_brought_nothing_to_our_attention() -> None:
    fine = replace(SIGNAL, kind="probe", count=0)
    found = measured((2, fine), (10, DECLARED), (31, impact(0)))
    assert (found.notice, found.answer) == (10 * MINUTE, 0 * MINUTE)
