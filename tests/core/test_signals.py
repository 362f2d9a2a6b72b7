"""Tickets, alerts, probes and people saying that something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest

from tests.core.world import A_TICKET, ADA, BOB, CHARLIE, MINUTE, NOON, ONE, TWO, Story
from tocsin.core import commands as c
from tocsin.core.decisions.signals import acknowledged, judged, noted, said
from tocsin.core.ids import SignalId
from tocsin.core.refused import Refused
from tocsin.core.signals import Said, Signal, SignalState, attached, closed, freed, repeated

GIVEN = Story().given(by=BOB)
SIGNAL = SignalId(1)


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        ask()
    return str(caught.value)


def in_state(state: SignalState) -> Signal:
    return replace(A_TICKET, state=state, incident=TWO if state == "attached" else None)


def test_what_was_reported_is_all_it_needs() -> None:
    signal = noted(SIGNAL, c.NoteSignal(text="Help!"), Story().given(by=CHARLIE))
    assert (signal.text, signal.kind, signal.by, signal.state) == ("Help!", "person", "charlie", "open")
    assert signal.at == signal.last_at == NOON


def test_everything_known_about_it_is_kept() -> None:
    command = c.NoteSignal(
        text="x", kind="alert", service="Toronto's hub", criterion="Nobody can log in",
        people=("eve", "mallory", "eve"), count=0, everyone=True, link="pagerduty:1", key="hub-down",
    )  # fmt: skip
    signal = noted(SIGNAL, command, GIVEN)
    assert (signal.service, signal.criterion, signal.people) == ("utoronto/prod", "login", ("eve", "mallory"))
    assert (signal.count, signal.everyone, signal.link, signal.key) == (0, True, "pagerduty:1", "hub-down")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (c.NoteSignal(text=" "), "Say what was reported: a signal needs a text."),
        (c.NoteSignal(text="x", count=-1), "Nobody can count fewer than 0 people."),
        (c.NoteSignal(text="x", service="nowhere"), "No service is known as “nowhere”."),
        (c.NoteSignal(text="x", criterion="sad"), "This playbook has no criterion “sad”. It has: login, start."),
    ],
)
def test_a_signal_that_cannot_be_is_refused(command: c.NoteSignal, says: str) -> None:
    assert refused(lambda: noted(SIGNAL, command, GIVEN)).startswith(says)


def test_something_can_be_said_about_a_signal() -> None:
    command = c.AddToSignal(signal=SIGNAL, text="Me too.", kind="told-us", via="chat")
    assert said(A_TICKET, command, GIVEN) == Said(at=NOON, by=BOB.handle, kind="told-us", text="Me too.", via="chat")


def test_nothing_is_not_said_about_a_signal() -> None:
    assert refused(lambda: said(A_TICKET, c.AddToSignal(signal=SIGNAL, text=" "), GIVEN)).startswith("There is nothing")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("attached", "Signal 1 is attached. Say it on incident 2."),
        ("closed", "Signal 1 is closed. Say it on an incident, or note it anew."),
    ],
)
def test_what_is_said_later_is_said_elsewhere(state: SignalState, says: str) -> None:
    command = c.AddToSignal(signal=SIGNAL, text="x")
    assert refused(lambda: said(in_state(state), command, GIVEN)) == says


def test_the_same_again_counts_and_tells_what_is_new() -> None:
    first = replace(A_TICKET, people=("eve",), count=3, last_at=NOON)
    again = replace(A_TICKET, people=("eve", "mallory"), count=2, everyone=True, at=NOON + MINUTE)
    both = repeated(first, again)
    assert (both.times, both.people, both.count, both.everyone) == (2, ("eve", "mallory"), 3, True)
    assert (both.at, both.last_at) == (first.at, NOON + MINUTE)


def test_the_same_again_without_counts_has_none() -> None:
    assert repeated(A_TICKET, A_TICKET).count is None


def test_a_late_repeat_does_not_turn_the_clock_back() -> None:
    assert repeated(A_TICKET, replace(A_TICKET, at=NOON - 60 * MINUTE)).last_at == NOON


def test_somebody_looks_after_a_signal() -> None:
    signal = acknowledged(A_TICKET, GIVEN)
    assert (signal.acknowledged_by, signal.acknowledged_at) == ("bob", NOON)


def test_a_signal_is_acknowledged_once() -> None:
    signal = acknowledged(A_TICKET, GIVEN)
    assert refused(lambda: acknowledged(signal, Story().given(by=ADA))) == (
        "Signal 1 was acknowledged already, by Bob Kahn."
    )


@pytest.mark.parametrize(
    ("verdict", "state"), [("incident", "candidate"), ("support-request", "closed"), ("noise", "closed")]
)
def test_a_verdict_keeps_or_closes_a_signal(
    verdict: Literal["incident", "support-request", "noise"], state: SignalState
) -> None:
    signal = judged(A_TICKET, c.Judge(signal=SIGNAL, verdict=verdict, why="One person."), GIVEN)
    assert (signal.state, signal.verdict, signal.why, signal.judged_by) == (state, verdict, "One person.", "bob")


def test_a_candidate_may_be_judged_anew() -> None:
    assert judged(in_state("candidate"), c.Judge(signal=SIGNAL, verdict="noise"), GIVEN).state == "closed"


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("attached", "Signal 1 belongs to incident 2 already; act there."),
        ("closed", "Signal 1 is closed already. If it is back, note it anew."),
    ],
)
def test_what_is_settled_is_neither_judged_nor_acknowledged(state: SignalState, says: str) -> None:
    signal = in_state(state)
    assert refused(lambda: judged(signal, c.Judge(signal=SIGNAL, verdict="noise"), GIVEN)) == says
    assert refused(lambda: acknowledged(signal, GIVEN)) == says


def test_a_signal_is_closed_once() -> None:
    signal = closed(A_TICKET, "It cleared.")
    assert (signal.state, signal.closed_why) == ("closed", "It cleared.")
    assert refused(lambda: closed(signal, "")) == "Signal 1 is closed already."


def test_a_signal_of_an_incident_stays_with_it_when_it_closes() -> None:
    assert closed(in_state("attached"), "").incident == TWO


def test_a_signal_belongs_to_one_incident() -> None:
    signal = attached(A_TICKET, ONE)
    assert (signal.state, signal.incident) == ("attached", ONE)
    assert refused(lambda: attached(signal, TWO)) == "Signal 1 belongs to incident 1 already."


def test_a_closed_signal_stays_closed_when_it_is_attached() -> None:
    assert attached(closed(A_TICKET, "It cleared."), ONE).state == "closed"


def test_the_signal_of_a_cancelled_incident_can_be_attached_to_another() -> None:
    signal = freed(attached(A_TICKET, ONE))
    assert (signal.state, signal.incident) == ("open", None)
    assert attached(signal, TWO).incident == TWO


def test_a_closed_signal_stays_closed_when_its_incident_lets_it_go() -> None:
    signal = freed(closed(attached(A_TICKET, ONE), "It cleared."))
    assert (signal.state, signal.incident) == ("closed", None)


def test_nobody_is_nobody() -> None:
    assert noted(SIGNAL, c.NoteSignal(text="x", people=("eve", "", " eve ")), GIVEN).people == ("eve",)


def test_a_key_that_no_index_can_hold_is_refused() -> None:
    command = c.NoteSignal(text="Full.", key="k" * 501)
    assert refused(lambda: noted(SignalId(1), command, Story().given())).startswith(
        "A key of 501 characters is too long"
    )
