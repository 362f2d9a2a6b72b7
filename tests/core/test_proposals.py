"""Word to the communities that somebody else approves before it goes out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.core.world import ADA, BOB, DANA, MINUTE, NOON, ONE, Story, declared, refusal
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.effects import SendMail
from tocsin.core.events import REDACTED, blanked
from tocsin.core.reactions import still_wanted


def proposed(text: str = "We found it.", **fields: object) -> Story:
    """Ada commands; in line 3 Bob proposes word."""
    story = declared(communities=("utoronto",), commander="ada")
    story.tell(c.ProposeUpdate(incident=ONE, text=text, **fields), by=BOB)  # type: ignore[arg-type]
    return story


def test_what_is_proposed_waits_with_who_wrote_it_and_for_whom() -> None:
    story = proposed(kind="resolved", next_by=NOON + 60 * MINUTE)
    [waiting] = story.incident.proposals
    assert (waiting.seq, waiting.by, waiting.kind, waiting.communities) == (3, "bob", "resolved", ("utoronto",))
    assert waiting.next_by == NOON + 60 * MINUTE
    assert story.incident.told == ()


def test_whoever_approves_is_called_by_mail_as_long_as_it_waits() -> None:
    story = proposed()
    [mail] = [each for each in story.wishes_of(SendMail) if each.about == 3]
    assert isinstance(mail, SendMail)
    assert (mail.to, mail.calls) == ("ada", True)
    assert still_wanted(mail, story.incident, story.entries[2])
    story.tell(c.PostUpdate(incident=ONE, text="We found it.", proposal=story.entries[2].seq))
    assert not still_wanted(mail, story.incident, story.entries[2])


def test_approved_it_is_sent_as_who_proposed_it_wrote_it() -> None:
    story = proposed()
    [line] = story.tell(c.PostUpdate(incident=ONE, text="We have found it.", proposal=story.entries[2].seq))
    assert isinstance(line.event, e.Updated)
    assert (line.event.drafted_by, line.event.approved_by, line.about) == ("bob", "ada", 3)
    assert story.incident.proposals == ()


def test_turned_down_it_comes_back_with_what_should_change() -> None:
    story = proposed()
    story.tell(c.TurnDownProposal(incident=ONE, proposal=story.entries[2].seq, why="Say what people can do."))
    assert story.incident.proposals == ()
    [mail] = [each for each in story.wishes_of(SendMail) if each.about == 4]
    assert isinstance(mail, SendMail)
    assert mail.to == "bob"
    assert still_wanted(mail, story.incident, story.entries[3])


def test_whoever_proposed_it_takes_it_back_without_a_word() -> None:
    story = proposed()
    story.tell(c.TurnDownProposal(incident=ONE, proposal=story.entries[2].seq), by=BOB)
    assert story.incident.proposals == ()
    assert all(each.about != 4 for each in story.wishes_of(SendMail))


def test_a_newer_proposal_to_the_same_communities_takes_the_place_of_the_one_before() -> None:
    story = proposed()
    story.tell(c.ProposeUpdate(incident=ONE, text="We fixed it."), by=BOB)
    assert [each.text for each in story.incident.proposals] == ["We fixed it."]
    story.tell(c.ProposeUpdate(incident=ONE, text="Dana's."), by=DANA)
    assert [each.text for each in story.incident.proposals] == ["We fixed it.", "Dana's."]


@pytest.mark.parametrize(
    ("command", "by", "sentence"),
    [
        (c.ProposeUpdate(incident=ONE, text="x"), ADA, "Send it"),
        (c.ProposeUpdate(incident=ONE, text=" "), BOB, "Write what"),
        (c.ProposeUpdate(incident=ONE, text="[… what people cannot do]"), BOB, "left to fill in"),
        (c.ProposeUpdate(incident=ONE, text="x", next_by=NOON - timedelta(days=1)), BOB, "has passed"),
        (c.TurnDownProposal(incident=ONE, proposal=3), ADA, "Say what should change"),  # type: ignore[arg-type]
        (c.TurnDownProposal(incident=ONE, proposal=3, why="x"), DANA, "Bob Kahn's proposal"),  # type: ignore[arg-type]
        (c.TurnDownProposal(incident=ONE, proposal=1), ADA, "No proposal waits"),  # type: ignore[arg-type]
        (c.PostUpdate(incident=ONE, text="x", proposal=2), ADA, "No proposal waits"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(command: c.Command, by: object, sentence: str) -> None:
    assert sentence in refusal(proposed(), command, by=by)  # type: ignore[arg-type]


def test_where_nobody_would_hear_it_or_nobody_approves_it_is_refused() -> None:
    assert "Nobody would be told" in refusal(declared(), c.ProposeUpdate(incident=ONE, text="x"), by=BOB)
    story = declared(communities=("utoronto",))
    story.tell(c.Release(incident=ONE, role="commander"))
    assert "Nobody is there" in refusal(story, c.ProposeUpdate(incident=ONE, text="x"), by=BOB)


def test_words_that_were_taken_out_are_mailed_to_nobody() -> None:
    story = proposed()
    story.tell(c.TurnDownProposal(incident=ONE, proposal=story.entries[2].seq, why="It names Mei."))
    [mail] = [each for each in story.wishes_of(SendMail) if each.about == 4]
    line = story.entries[3]
    gone = type(line)(**{**vars(line), "event": blanked(line.event)})
    assert isinstance(gone.event, e.ProposalTurnedDown)
    assert gone.event.why == REDACTED
    assert not still_wanted(mail, story.incident, gone)
