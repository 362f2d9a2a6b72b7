"""What became of wishes: as the worker reports it, and as people say."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.core.world import ADA, BOB, ONE, Story, a_wish, declared, refusal, reviewed
from tocsin.core import commands as c
from tocsin.core.decisions import DECISIONS
from tocsin.core.decisions.deliveries import released_without
from tocsin.core.effects import PublishReport, SendMail, WishState
from tocsin.core.events import DeliveryReported, Entry, Outcome
from tocsin.core.ids import EffectId, Seq
from tocsin.core.people import TOCSIN
from tocsin.core.reactions import react

MAIL, LINE = EffectId(1), Seq(3)
AGAIN, GIVE_UP, ARRIVED = c.TryAgain(effect=MAIL), c.GiveUp(effect=MAIL, why="Too late."), c.ConfirmArrival(effect=MAIL)
STATES: tuple[WishState, ...] = get_args(WishState)
IS = {
    "waiting": "waits for its next try.",
    "doing": "is being tried at this moment.",
    "done": "got through;",
    "unknown": "may have arrived or not.",
    "failed": "did not get through.",
    "given-up": "was given up already.",
    "quarantined": "is kept back,",
    "dropped": "was not wanted any more",
}
MAY: dict[type[c.Command], tuple[WishState, ...]] = {
    c.TryAgain: ("waiting", "unknown", "failed", "quarantined", "given-up"),
    c.GiveUp: ("waiting", "unknown", "failed", "quarantined"),
    c.ConfirmArrival: ("unknown", "failed", "quarantined", "given-up"),
}


def with_mail(state: WishState = "waiting", tries: int = 1) -> Story:
    """A story in which Bob was asked to do something, and the mail about line 3 has come this far."""
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look.", to="bob"))
    story.wishes[MAIL] = replace(story.wishes[MAIL], state=state, tries=tries)
    return story


def with_publication(state: WishState) -> Story:
    """A story whose report is to be published, which has come this far."""
    story = reviewed()
    story.wishes.clear()
    story.tell(c.Publish(incident=ONE))
    story.wishes[MAIL] = replace(story.wishes[MAIL], state=state, tries=1)
    return story


def became(entries: list[Entry]) -> DeliveryReported:
    [line] = entries
    assert isinstance(line.event, DeliveryReported)
    return line.event


# ── the worker ──


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_what_the_worker_found_out_stands_in_the_log_about_the_line_that_wished(outcome: Outcome) -> None:
    report = c.ReportDelivery(effect=MAIL, outcome=outcome, trouble="The server is away.")
    [line] = with_mail("doing").tell(report, by=TOCSIN)
    assert (line.about, line.by) == (LINE, "tocsin")
    assert line.event == DeliveryReported(
        effect=MAIL, wish="SendMail", outcome=outcome, to=BOB.handle, trouble="The server is away."
    )


def test_a_report_is_published_to_nobody_in_particular() -> None:
    event = became(with_publication("doing").tell(c.ReportDelivery(effect=MAIL, outcome="given-up"), by=TOCSIN))
    assert (event.wish, event.to, event.community) == ("PublishReport", None, None)


def test_word_to_a_community_says_which() -> None:
    story = declared()
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("dubois",)))
    event = became(story.tell(c.ReportDelivery(effect=MAIL, outcome="given-up"), by=TOCSIN))
    assert (event.wish, event.to, event.community) == ("SendMail", None, "dubois")


def test_whoever_tells_the_communities_learns_at_once_what_came_back() -> None:
    story = declared()
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("dubois",)))
    [line] = story.tell(c.ReportDelivery(effect=MAIL, outcome="bounced", trouble="550 no such user"), by=TOCSIN)
    assert react(line, story.incident, story.given()) == [
        SendMail(incident=ONE, about=line.seq, to=ADA.handle, calls=True)
    ]


@pytest.mark.parametrize("outcome", ["delayed", "given-up"])
def test_other_trouble_and_what_came_back_from_one_of_us_is_left_to_the_room(outcome: Outcome) -> None:
    story = declared()
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("dubois",)))
    [line] = story.tell(c.ReportDelivery(effect=MAIL, outcome=outcome), by=TOCSIN)
    [ours] = with_mail("done").tell(c.ReportDelivery(effect=MAIL, outcome="bounced"), by=TOCSIN)
    assert react(line, story.incident, story.given()) == []
    assert react(ours, story.incident, story.given()) == []


def test_what_became_of_a_wish_does_not_change_the_incident() -> None:
    story = with_mail("doing")
    before = story.incident
    story.tell(c.ReportDelivery(effect=MAIL, outcome="given-up"), by=TOCSIN)
    assert story.incident == before


# ── people: every state and every word ──


CASES = [(command, state) for command in (AGAIN, GIVE_UP, ARRIVED) for state in STATES]


def allowed(case: tuple[c.Command, WishState]) -> bool:
    return case[1] in MAY[type(case[0])]


@pytest.mark.parametrize(("command", "state"), [case for case in CASES if allowed(case)])
def test_what_a_person_may_say_stands_in_the_log(command: c.Command, state: WishState) -> None:
    [line] = with_mail(state).tell(command, by=BOB)
    assert isinstance(line.event, DeliveryReported)
    outcome = {c.TryAgain: "again", c.GiveUp: "given-up", c.ConfirmArrival: "arrived"}[type(command)]
    assert (line.about, line.by, line.event.outcome, line.event.effect) == (LINE, "bob", outcome, MAIL)


@pytest.mark.parametrize(("command", "state"), [case for case in CASES if not allowed(case)])
def test_what_makes_no_sense_is_refused_with_how_it_stands(command: c.Command, state: WishState) -> None:
    sentence = refusal(with_mail(state), command)
    assert sentence.startswith(f"1 {IS[state]}")
    assert sentence.endswith(".")


def test_there_is_a_case_for_every_word_a_person_has() -> None:
    asked_of_wishes = {kind for kind in DECISIONS if issubclass(kind, c.ToEffect)}
    assert asked_of_wishes == {*MAY, c.ReportDelivery}
    assert set(STATES) == set(IS)


@pytest.mark.parametrize("command", [AGAIN, GIVE_UP, ARRIVED, c.ReportDelivery(effect=MAIL, outcome="delayed")])
def test_what_is_not_in_the_outbox_is_refused(command: c.Command) -> None:
    assert refusal(declared(), command) == "The outbox has no 1. `outbox list` shows what it has."


def test_what_was_not_tried_yet_needs_no_second_try() -> None:
    sentence = "1 was not tried yet; it goes out by itself when its time has come."
    assert refusal(with_mail(tries=0), AGAIN) == sentence


def test_what_was_lost_with_its_worker_was_tried_although_it_never_failed() -> None:
    story = with_mail(tries=1)
    assert story.wishes[MAIL].fails == 0
    assert became(story.tell(AGAIN)).outcome == "again"


def test_why_it_was_given_up_is_kept() -> None:
    assert became(with_mail("unknown").tell(GIVE_UP)).trouble == "Too late."


def test_what_was_given_up_may_be_tried_again_and_arrive_after_all() -> None:
    story = with_mail("unknown")
    story.tell(GIVE_UP, AGAIN, GIVE_UP, ARRIVED)
    assert [event.outcome for event in story.events if isinstance(event, DeliveryReported)] == [
        "given-up", "again", "given-up", "arrived",
    ]  # fmt: skip
    assert story.wishes[MAIL].state == "done"


def test_what_tocsin_gave_up_waits_for_a_person_to_see_to_it() -> None:
    story = with_mail("doing")
    story.tell(c.ReportDelivery(effect=MAIL, outcome="given-up"), by=TOCSIN)
    assert story.wishes[MAIL].state == "failed"
    story.tell(GIVE_UP)
    assert story.wishes[MAIL].state == "given-up"


def test_what_arrived_cannot_arrive_again() -> None:
    story = with_mail("unknown")
    story.tell(ARRIVED)
    assert refusal(story, ARRIVED) == "1 got through; there is nothing to do."


@pytest.mark.parametrize("state", MAY[c.ConfirmArrival])
def test_nobody_confirms_a_report_whose_place_the_incident_has_to_learn(state: WishState) -> None:
    story = with_publication(state)
    sentence = "Have it published again; what stands there already is found: outbox retry 1."
    assert refusal(story, ARRIVED) == sentence
    assert became(story.tell(AGAIN)).outcome == "again"


@pytest.mark.parametrize("state", sorted(set(STATES) - set(MAY[c.ConfirmArrival])))
def test_of_a_report_too_it_is_first_said_how_it_stands(state: WishState) -> None:
    assert refusal(with_publication(state), ARRIVED).startswith(f"1 {IS[state]}")


# ── a held outbox ──


def test_what_a_held_outbox_is_released_without_is_given_up_and_says_why() -> None:
    mail = SendMail(incident=ONE, about=LINE, to=BOB.handle)
    trouble = "The outbox was held, and released without it."
    event = DeliveryReported(effect=MAIL, wish="SendMail", outcome="given-up", to=BOB.handle, trouble=trouble)
    assert released_without(a_wish(mail)) == event


def test_a_publication_is_released_without_just_so() -> None:
    said = released_without(a_wish(PublishReport(incident=ONE, about=LINE), 7))
    assert (said.effect, said.outcome) == (7, "given-up")
