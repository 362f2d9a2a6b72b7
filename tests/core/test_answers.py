"""What is answered in tickets, and to a signal before there is an incident: whole, to somebody, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from tests.core.test_tickets import GIVEN, TICKET
from tests.core.world import ADA, DUBOIS, MINUTE, NOON, ONE, TORONTO, Story, a_wish
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.cadence import counts
from tocsin.core.decisions import tickets as about
from tocsin.core.decisions.deliveries import became
from tocsin.core.effects import Effect, PublishReport, Reply, ReplyByMail, SendMail
from tocsin.core.ids import EffectId, Seq, SignalId, TicketId
from tocsin.core.reactions import react
from tocsin.core.refused import Refused
from tocsin.core.signals import Reported, Said, Signal
from tocsin.core.tickets import Ticket, Word

SERVED = replace(GIVEN, in_tickets=True)
SIGNAL = Signal(id=SignalId(4), kind="ticket", text="Nobody gets in", by=ADA.handle, at=NOON, last_at=NOON)
AT_DESK = replace(TICKET, id=TicketId(2), system="", reference="")
RESPOND = c.Respond(signal=SIGNAL.id, text="We look into it.")
ANSWER = c.Judge(signal=SIGNAL.id, verdict="support-request", answer="Ask for a larger disk here.")
REPLY = c.ReplyInTicket(ticket=TICKET.id, text=" Which hub is it? ")
PROMISED = NOON + 60 * MINUTE


def responded(*tickets: Ticket, signal: Signal = SIGNAL, **other: Any) -> Word:
    return about.responded(signal, replace(RESPOND, **other), tickets or (TICKET,), SERVED)


# ── what we write ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_reply_is_our_word_in_that_ticket() -> None:
    word = about.replied(TICKET, REPLY, SERVED)
    assert (word.way, word.by, word.text, word.kind) == ("out", ADA.handle, "Which hub is it?", "")


@pytest.mark.parametrize("text", ["", "  \n", "We look into [… what it is]."])
def test_nothing_goes_out_empty_or_with_a_hole_in_it(text: str) -> None:
    with pytest.raises(Refused, match="Write"):
        about.replied(TICKET, replace(REPLY, text=text), SERVED)


def test_without_the_ticket_system_one_answers_there_and_not_here() -> None:
    with pytest.raises(Refused, match="Answer there"):
        about.replied(TICKET, REPLY, GIVEN)
    assert about.replied(AT_DESK, REPLY, GIVEN).text


def test_the_first_response_says_what_it_is_and_what_it_promises() -> None:
    word = responded(next_by=PROMISED)
    assert (word.kind, word.next_by) == ("first-response", PROMISED)


def test_a_promise_for_a_time_that_has_passed_is_refused() -> None:
    with pytest.raises(Refused, match="has passed"):
        responded(next_by=NOON - MINUTE)


def test_nobody_is_answered_where_nobody_wrote() -> None:
    with pytest.raises(Refused, match="nobody to answer"):
        about.responded(SIGNAL, RESPOND, (), SERVED)
    with pytest.raises(Refused, match="nobody to answer"):
        about.closing(ANSWER, (), SERVED)


@pytest.mark.parametrize(
    ("signal", "says"),
    [
        (replace(SIGNAL, state="attached", incident=ONE), "Tell its communities there"),
        (replace(SIGNAL, state="closed"), "Answer in its ticket"),
    ],
)
def test_what_is_decided_already_is_answered_elsewhere(signal: Signal, says: str) -> None:
    with pytest.raises(Refused, match=says):
        responded(signal=signal)


def test_a_support_request_is_answered_as_one() -> None:
    word = about.closing(ANSWER, (TICKET,), SERVED)
    assert word is not None
    assert (word.kind, word.text) == ("support-request", ANSWER.answer)


def test_who_judges_need_not_answer() -> None:
    assert about.closing(replace(ANSWER, answer=" "), (), SERVED) is None


def test_only_a_support_request_is_answered_as_one() -> None:
    with pytest.raises(Refused, match="Leave the answer out"):
        about.closing(replace(ANSWER, verdict="noise"), (TICKET,), SERVED)


# ── how it goes out ────────────────────────────────────────────────────────────────────────────────────────────────


def sent(ticket: Ticket, line: Seq | None = None) -> list[Effect]:
    return about.sent(ticket, replace(about.replied(AT_DESK, REPLY, SERVED), line=line), 3)


def test_it_goes_out_through_the_ticket_system_or_from_our_desk_by_mail() -> None:
    assert sent(TICKET) == [Reply(incident=None, about=Seq(0), ticket=TICKET.id, place=3)]
    assert sent(AT_DESK) == [ReplyByMail(incident=None, about=Seq(0), ticket=AT_DESK.id, place=3)]


def test_who_left_no_address_finds_it_on_their_page() -> None:
    assert sent(replace(AT_DESK, email="")) == []


def test_of_a_ticket_that_belongs_to_an_incident_it_is_a_wish_of_that_incident() -> None:
    assert sent(replace(TICKET, incident=ONE), Seq(7))[0] == Reply(
        incident=ONE, about=Seq(7), ticket=TICKET.id, place=3
    )


def test_a_tickets_lane_is_the_same_before_and_after_it_belongs_to_an_incident() -> None:
    (before,), (after,) = sent(TICKET), sent(replace(TICKET, incident=ONE), Seq(7))
    assert before.lane == after.lane
    assert SendMail(incident=ONE, about=Seq(1), to=ADA.handle).lane == "1:mail:ada"


def test_what_is_about_an_incident_says_which_and_what_is_not_says_so() -> None:
    assert PublishReport(incident=ONE, about=Seq(1)).its_incident == ONE
    with pytest.raises(TypeError, match="belongs to no incident"):
        _ = sent(TICKET)[0].its_incident


def test_what_became_of_it_can_be_said_without_a_log() -> None:
    wish = replace(a_wish(sent(TICKET)[0]), state="failed")
    given = replace(SERVED, find_wish=lambda _: wish)
    assert became(c.GiveUp(effect=EffectId(wish.id), why="Gone."), given).outcome == "given-up"
    with pytest.raises(TypeError, match="says nothing of a delivery"):
        became(c.ToEffect(effect=EffectId(wish.id)), given)


# ── what an incident takes along ───────────────────────────────────────────────────────────────────────────────────


def taken_along(next_by: datetime | None = None) -> Story:
    """An incident of a signal that was answered before."""
    theirs = (replace(TICKET, community=TORONTO.slug), replace(AT_DESK, community=None))
    said: Said = about.response(replace(RESPOND, next_by=next_by), theirs, SERVED)
    story = Story(Reported(signal=SIGNAL, talk=(replace(said, at=NOON - 30 * MINUTE),)))
    story.tell(c.Declare(title="Nobody gets in", signals=(SIGNAL.id,), communities=("utoronto", "dubois"), why="So."))
    return story


def test_the_first_response_becomes_word_of_the_incident_at_its_own_time() -> None:
    story = taken_along()
    ((word, at),) = [(line.event, line.at.at) for line in story.entries if isinstance(line.event, e.Updated)]
    assert (word.kind, word.communities, at) == ("first-response", (TORONTO.slug,), NOON - 30 * MINUTE)


def test_it_goes_out_no_second_time() -> None:
    story = taken_along()
    (word,) = [entry for entry in story.entries if isinstance(entry.event, e.Updated)]
    told = [each for each in react(word, story.incident, story.given()) if isinstance(each, SendMail)]
    assert told == []


def test_who_heard_before_it_was_declared_has_heard_until_it_comes_back() -> None:
    story = taken_along()
    assert counts(NOON - 30 * MINUTE, story.incident)
    assert not counts(NOON, replace(story.incident, reopened_at=NOON + MINUTE))


def test_what_it_promised_is_reminded_of() -> None:
    story = taken_along(next_by=PROMISED)
    reminders = [each for entry in story.entries for each in react(entry, story.incident, story.given())]
    assert any(each.due and TORONTO.slug in getattr(each, "communities", ()) for each in reminders)


def test_other_communities_wait_for_their_first_word_still() -> None:
    assert DUBOIS.slug not in {told.community for told in taken_along().incident.told}
