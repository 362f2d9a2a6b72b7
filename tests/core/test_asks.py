"""Work somebody is asked to do while the incident runs."""

from __future__ import annotations

from datetime import timezone

import pytest

from tests.core.world import ADA, BOB, DANA, MINUTE, NAIVE, NOON, ONE, Story, declared, refusal
from tocsin.core import commands as c
from tocsin.core.ids import Seq
from tocsin.core.incident import Ask
from tocsin.core.people import Party

ASK = Seq(3)
NOTHING = "Nothing here waits for your answer."


def asked(to: str = "bob") -> Story:
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look at the disk.", to=to, until=NOON + 60 * MINUTE))
    return story


def test_an_ask_waits_for_an_answer() -> None:
    assert asked().incident.asks == (
        Ask(seq=ASK, what="Look at the disk.", to=Party(person=BOB.handle), until=NOON + 60 * MINUTE),
    )


def test_an_ask_without_words_is_refused() -> None:
    assert refusal(declared(), c.Delegate(incident=ONE, what=" ", to="bob")) == "Say what should be done."


def test_an_accepted_ask_is_run_by_who_accepted() -> None:
    story = asked()
    story.tell(c.AcceptAsk(incident=ONE), by=BOB)
    [ask] = story.incident.asks
    assert (ask.state, ask.person) == ("accepted", "bob")


def test_an_accepted_ask_cannot_be_accepted_again() -> None:
    story = asked()
    story.tell(c.AcceptAsk(incident=ONE), by=BOB)
    assert refusal(story, c.AcceptAsk(incident=ONE, ask=ASK), by=BOB) == "That ask is accepted already."


def test_a_declined_ask_says_so() -> None:
    story = asked()
    story.tell(c.DeclineAsk(incident=ONE, why="No access."), by=BOB)
    assert story.incident.asks[0].state == "declined"


def test_what_was_accepted_can_still_be_declined() -> None:
    story = asked()
    story.tell(c.AcceptAsk(incident=ONE), c.DeclineAsk(incident=ONE), by=BOB)
    assert story.incident.asks[0].state == "declined"


def test_a_finished_ask_says_what_came_of_it() -> None:
    story = asked()
    story.tell(c.AcceptAsk(incident=ONE), c.FinishAsk(incident=ONE, outcome="It is full."), by=BOB)
    assert (story.incident.asks[0].state, story.incident.asks[0].outcome) == ("done", "It is full.")


def test_an_ask_can_be_finished_without_a_word_before() -> None:
    story = asked()
    story.tell(c.FinishAsk(incident=ONE, outcome="It is full."), by=BOB)
    assert story.incident.asks[0].person == "bob"


def test_an_ask_without_an_outcome_is_not_finished() -> None:
    assert refusal(asked(), c.FinishAsk(incident=ONE, outcome=" "), by=BOB).startswith("Say what came of it")


@pytest.mark.parametrize(
    "command", [c.DeclineAsk(incident=ONE, ask=ASK), c.FinishAsk(incident=ONE, outcome="x", ask=ASK)]
)
def test_what_is_done_is_done(command: c.Command) -> None:
    story = asked()
    story.tell(c.FinishAsk(incident=ONE, outcome="It is full."), by=BOB)
    assert refusal(story, command, by=BOB) == "That ask is done already."


def test_the_first_of_a_group_has_the_ask() -> None:
    story = asked("triagers")
    story.tell(c.AcceptAsk(incident=ONE), by=DANA)
    assert refusal(story, c.FinishAsk(incident=ONE, outcome="x", ask=ASK), by=BOB) == (
        "That ask was put to somebody else."
    )


def test_an_ask_put_to_somebody_else_is_not_yours() -> None:
    assert refusal(asked(), c.AcceptAsk(incident=ONE, ask=ASK), by=DANA) == "That ask was put to somebody else."
    assert refusal(asked(), c.AcceptAsk(incident=ONE), by=DANA) == NOTHING


def test_a_line_that_is_no_ask_is_refused() -> None:
    assert refusal(asked(), c.AcceptAsk(incident=ONE, ask=Seq(1)), by=BOB) == "Line 1 is not an ask."


def test_of_several_asks_one_has_to_be_named() -> None:
    story = asked()
    story.tell(c.Delegate(incident=ONE, what="Restart it.", to="triagers"))
    assert refusal(story, c.AcceptAsk(incident=ONE), by=BOB) == "Several asks wait for you: lines 3, 4. Say which."
    story.tell(c.AcceptAsk(incident=ONE, ask=Seq(4)), by=BOB)
    assert story.incident.asks[1].state == "accepted"


def test_a_group_that_is_not_there_any_more_is_nobody() -> None:
    story = asked("triagers")
    story.town = type(story.town)(groups=())
    assert refusal(story, c.AcceptAsk(incident=ONE), by=BOB) == NOTHING


def test_after_one_of_a_group_said_no_another_can_accept() -> None:
    story = asked("triagers")
    story.tell(c.DeclineAsk(incident=ONE), by=BOB)
    story.tell(c.AcceptAsk(incident=ONE, ask=ASK), by=DANA)
    assert story.incident.asks[0].person == "dana"


def test_whoever_said_no_may_think_again() -> None:
    story = asked()
    story.tell(c.DeclineAsk(incident=ONE), c.AcceptAsk(incident=ONE, ask=ASK), by=BOB)
    assert story.incident.asks[0].state == "accepted"


def test_a_declined_ask_cannot_be_declined_again() -> None:
    story = asked()
    story.tell(c.DeclineAsk(incident=ONE), by=BOB)
    refusal(story, c.DeclineAsk(incident=ONE, ask=ASK), by=BOB)


def test_the_only_ask_that_waits_for_a_yes_is_accepted_without_its_line() -> None:
    story = asked()
    story.tell(c.AcceptAsk(incident=ONE), by=BOB)
    story.tell(c.Delegate(incident=ONE, what="Restart it.", to="bob"), by=ADA)
    story.tell(c.AcceptAsk(incident=ONE), by=BOB)
    assert story.incident.asks[1].state == "accepted"


def test_a_time_without_a_zone_is_refused() -> None:
    refusal(declared(), c.Delegate(incident=ONE, what="x", to="bob", until=NAIVE))


def test_an_ask_cannot_be_due_before_it_is_made() -> None:
    refusal(declared(), c.Delegate(incident=ONE, what="x", to="bob", until=NOON - 60 * MINUTE))


def test_whoever_commands_may_finish_what_nobody_needs_any_more() -> None:
    story = asked()
    story.tell(c.FinishAsk(incident=ONE, outcome="It came back by itself.", ask=ASK), by=ADA)
    assert (story.incident.asks[0].state, story.incident.asks[0].person) == ("done", "ada")


def test_without_its_line_whoever_commands_finishes_only_their_own() -> None:
    assert refusal(asked(), c.FinishAsk(incident=ONE, outcome="x"), by=ADA) == NOTHING


@pytest.mark.parametrize("command", [c.AcceptAsk(incident=ONE, ask=ASK), c.DeclineAsk(incident=ONE, ask=ASK)])
def test_whoever_commands_answers_for_nobody_else(command: c.Command) -> None:
    assert refusal(asked(), command, by=ADA) == "That ask was put to somebody else."


def test_the_time_an_ask_is_due_is_kept_in_utc() -> None:
    story = declared()
    due = (NOON + 60 * MINUTE).astimezone(timezone(5 * 60 * MINUTE))
    story.tell(c.Delegate(incident=ONE, what="x", to="bob", until=due))
    assert str(story.incident.asks[0].until) == "2026-11-12 13:00:00+00:00"


def test_in_what_was_no_incident_nobody_takes_up_an_ask() -> None:
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look.", to="bob"), c.Cancel(incident=ONE, reason="false-alarm"))
    assert refusal(story, c.AcceptAsk(incident=ONE), by=BOB).startswith("Incident 1 was cancelled.")
    story.tell(c.FinishAsk(incident=ONE, outcome="It was the test."), by=BOB)
    assert story.incident.asks[0].state == "done"
