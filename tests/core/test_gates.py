"""What is looked for before a step, and what is said where it is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from tests.core.world import ADA, BOB, MINUTE, NOON, ONE, PLAYBOOK, Story, declared, ready, refusal, resolved
from tocsin.core import commands as c
from tocsin.core.gates import UNSEEN, Seen, seen, started, unmet
from tocsin.core.incident import Incident
from tocsin.core.moments import Moment
from tocsin.core.playbook import Gate, Gates, Need
from tocsin.core.refused import Refused

EVERYTHING: tuple[Need, ...] = get_args(Need)

VERIFY = "Say how it was verified that it is over: what did you try, and did it work?"


def lacks(story: Story, *needs: Need) -> list[str]:
    return unmet(needs, story.incident, story.playbook, story.sections, seen=seen(story.entries))


def test_before_anything_is_known_everything_is_missing() -> None:
    blank = Incident(number=ONE)
    assert unmet(EVERYTHING, blank, PLAYBOOK, seen=Seen()) == [
        "Declare it.",
        "Nobody commands. Take command, or offer it to somebody.",
        "Nobody outside has been told. Say which communities are affected, and tell them.",
        "Nothing was said in a channel of its own yet, although it is to have one.",
        VERIFY,
        "Give it a title: what could people not do?",
        "Say who owns the report.",
        "Say when the impact began; a best guess will do.",
        "Say when the impact ended; a best guess will do.",
        "“Overview” is empty.",
        "Add an action, or say that none is needed.",
    ]


def test_of_a_report_that_is_ready_nothing_is_missing() -> None:
    story = ready()
    story.tell(c.PostUpdate(incident=ONE, text="x"), c.Note(incident=ONE, text="x", via="chat"))
    assert lacks(story, *EVERYTHING) == []


def test_nobody_is_asked_for_what_is_not_looked_for() -> None:
    assert unmet((), Incident(number=ONE), PLAYBOOK) == []


def test_once_somebody_commands_it_is_met_until_they_lay_it_down() -> None:
    story = declared()
    assert lacks(story, "commander") == []
    story.tell(c.Release(incident=ONE, role="commander"))
    assert lacks(story, "commander") == ["Nobody commands. Take command, or offer it to somebody."]


def test_every_community_has_to_be_told() -> None:
    story = declared(communities=("utoronto", "dubois"))
    assert lacks(story, "told") == ["utoronto has not been told yet.", "dubois has not been told yet."]
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("utoronto",)))
    assert lacks(story, "told") == ["dubois has not been told yet."]


def test_communities_go_by_their_names_where_they_are_known() -> None:
    story = declared(communities=("dubois",))
    said = unmet(("told",), story.incident, PLAYBOOK, name=lambda slug: slug.title())
    assert said == ["Dubois has not been told yet."]


def test_word_that_was_carried_to_nobody_by_name_is_word() -> None:
    story = declared()
    story.tell(c.PostUpdate(incident=ONE, text="We rang them."))
    assert lacks(story, "told") == []


def test_a_channel_is_open_once_something_was_said_in_it() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="x"))
    assert lacks(story, "channel") != []
    story.tell(c.Note(incident=ONE, text="x", via="chat"))
    assert lacks(story, "channel") == []


def test_where_no_channel_is_wanted_nobody_waits_for_one() -> None:
    assert lacks(declared(channel=False), "channel") == []


def test_where_nobody_has_looked_at_the_log_a_channel_stands_in_nobodys_way() -> None:
    assert unmet(("channel",), declared().incident, PLAYBOOK) == []
    assert UNSEEN.channel


def test_a_word_that_none_is_needed_is_as_good_as_an_action() -> None:
    story = resolved()
    assert lacks(story, "action") != []
    story.tell(c.AddAction(incident=ONE, text="Buy a disk."))
    assert lacks(story, "action") == []


def test_a_step_is_looked_at_as_it_would_leave_the_incident() -> None:
    incident = declared().incident
    assert unmet(PLAYBOOK.gates.resolve.blocks, incident, PLAYBOOK) == [VERIFY]
    assert unmet(PLAYBOOK.gates.resolve.blocks, replace(incident, verified="Logged in."), PLAYBOOK) == []


def test_a_telephone_is_no_channel() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="x", via="phone"))
    assert lacks(story, "channel") != []


def gated(**gates: Gate) -> Story:
    story = Story(playbook=replace(PLAYBOOK, gates=Gates(**gates)))
    story.tell(c.Declare(title="x"))
    return story


def test_word_that_was_carried_by_hand_opens_the_gate_to_the_end() -> None:
    story = gated(resolve=Gate(blocks=("told",)), review=Gate())
    assert refusal(story, c.Resolve(incident=ONE)).startswith("Nobody outside has been told.")
    story.tell(c.PostUpdate(incident=ONE, text="We rang them."), c.Resolve(incident=ONE))
    assert story.incident.state == "resolved"


def test_a_channel_that_was_wanted_stops_whoever_the_playbook_says() -> None:
    story = gated(resolve=Gate(blocks=("channel",)))
    assert refusal(story, c.Resolve(incident=ONE)).startswith("Nothing was said in a channel")


def test_a_review_is_asked_for_once_the_log_shows_what_its_gate_wants() -> None:
    story = gated(resolve=Gate(), review=Gate(blocks=("told",)))
    story.tell(c.Resolve(incident=ONE))
    assert "Nobody outside has been told." in refusal(story, c.AskForReview(incident=ONE))
    assert "Nobody outside has been told." in refusal(story, c.Publish(incident=ONE))
    story.tell(c.PostUpdate(incident=ONE, text="We rang them.", kind="resolved"), c.AskForReview(incident=ONE))
    assert story.incident.report.asked is not None


def over(*earlier: c.Earlier, **gate: tuple[Need, ...]) -> Story:
    story = Story(playbook=replace(PLAYBOOK, gates=Gates(resolve=Gate(**gate))))
    story.tell(c.Declare(title="x", communities=("utoronto",), ended=NOON, verified="y", earlier=earlier))
    return story


def test_what_is_over_when_it_is_declared_meets_the_same_gate() -> None:
    with pytest.raises(Refused, match="utoronto has not been told yet"):
        over(blocks=("told",))
    assert over(blocks=("declared", "commander", "verified", "title")).incident.state == "resolved"


def test_what_was_said_in_the_channel_before_it_was_declared_counts() -> None:
    said = c.Earlier(text="It is back.", at=Moment(at=NOON), by=ADA.handle, via="chat")
    assert over(said, blocks=("channel",)).incident.state == "resolved"


# ── when a response was complete ──


def test_what_is_written_down_late_completes_nothing_before_the_rest_was_there() -> None:
    story = declared(communities=("utoronto",), channel=False)
    story.tell(c.PostUpdate(incident=ONE, text="x"), at=NOON - 60 * MINUTE)
    assert started(story.entries, PLAYBOOK) == NOON + MINUTE


def test_a_response_is_complete_when_the_last_of_it_came_true() -> None:
    story = declared(communities=("utoronto",))
    story.tell(c.PostUpdate(incident=ONE, text="x"))
    assert started(story.entries, PLAYBOOK) is None
    [line] = story.tell(c.Note(incident=ONE, text="x", via="chat"))
    assert started(story.entries, PLAYBOOK) == line.at.at
    story.tell(c.Note(incident=ONE, text="y", via="chat"), c.PostUpdate(incident=ONE, text="y"))
    assert started(story.entries, PLAYBOOK) == line.at.at


def test_what_is_lost_again_has_to_come_true_again() -> None:
    story = declared(communities=("utoronto",), channel=False)
    story.tell(c.PostUpdate(incident=ONE, text="x"), c.Release(incident=ONE, role="commander"))
    assert started(story.entries, PLAYBOOK) is None
    story.tell(c.Assign(incident=ONE, role="commander"), by=BOB)
    assert started(story.entries, PLAYBOOK) == story.clock


def test_a_process_that_looks_for_little_is_started_soon() -> None:
    declared_is_enough = replace(PLAYBOOK, gates=Gates(start=Gate(warns=("declared",))))
    assert started(declared().entries, declared_is_enough) == NOON + MINUTE


def test_what_blocks_at_the_start_counts_as_well() -> None:
    strict = replace(PLAYBOOK, gates=Gates(start=Gate(blocks=("told",))))
    assert started(declared().entries, strict) is None
