"""Lines people write, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import ADA, BOB, DANA, MINUTE, NAIVE, NOON, ONE, PLAYBOOK, Story, declared, refusal, told
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import NoteKind
from tocsin.core.ids import Seq, SignalId
from tocsin.core.moments import Moment
from tocsin.core.timeline import timeline

LINE = Seq(3)


def noted() -> Story:
    """A story in which Bob has run a command, line 3."""
    story = declared()
    story.tell(c.Note(incident=ONE, kind="command", text="df -h", output="100%", link="https://a.org"), by=BOB)
    return story


@pytest.mark.parametrize("kind", ["note", "finding", "command", "fix", "decision", "told-us", "impact-began"])
def test_a_line_of_any_kind_can_be_written(kind: NoteKind) -> None:
    assert told(c.Declare(title="x"), c.Note(incident=ONE, text="y", kind=kind))[2].event == e.Noted(
        kind=kind, text="y"
    )


def test_what_a_command_printed_is_enough_for_a_line() -> None:
    assert told(c.Declare(title="x"), c.Note(incident=ONE, text="", output="100%"))[2].event == e.Noted(
        text="", output="100%"
    )


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_line_is_refused(text: str) -> None:
    assert refusal(declared(), c.Note(incident=ONE, text=text)) == (
        "There is nothing in that line. Write what you want to say."
    )


@pytest.mark.parametrize("outcome", ["", "b"])
def test_what_a_line_holds_is_counted_together(outcome: str) -> None:
    half = "a" * (c.LONGEST // 2)
    says = refusal(
        declared(), c.Note(incident=ONE, text=half, output=f"{half}{'' if outcome else 'b'}", outcome=outcome)
    )
    assert says == "That line is 200,001 characters; one holds 200,000. Split it, or keep it in a file."


def test_a_line_may_be_as_long_as_can_be() -> None:
    story, half = declared(), "a" * (c.LONGEST // 2)
    story.tell(c.Note(incident=ONE, text=half, output=half))
    assert story.events[-1] == e.Noted(text=half, output=half)


def test_a_line_can_be_back_dated_with_a_range() -> None:
    story = declared()
    command = c.Note(incident=ONE, text="Somewhere here it began.", until=NOON - 30 * MINUTE)
    [line] = story.tell(command, at=NOON - 60 * MINUTE)
    assert line.at == Moment(at=NOON - 60 * MINUTE, until=NOON - 30 * MINUTE)
    assert line.recorded_at == NOON + 2 * MINUTE


def test_a_range_ends_after_it_begins() -> None:
    command = c.Note(incident=ONE, text="x", until=NOON - MINUTE)
    assert refusal(declared(), command, at=NOON) == "That range ends before it begins. Swap its two times."


def test_a_range_whose_end_has_no_zone_is_refused() -> None:
    assert refusal(declared(), c.Note(incident=ONE, text="x", until=NAIVE)).startswith("A time needs its zone")


def test_a_line_can_answer_another() -> None:
    story = noted()
    [line] = story.tell(c.Note(incident=ONE, text="Full!", thread=LINE))
    assert line.about == LINE


def test_a_line_cannot_answer_one_that_is_not_there() -> None:
    assert refusal(declared(), c.Note(incident=ONE, text="x", thread=Seq(99))) == (
        "This incident has no line 99. `incident timeline` shows its lines with their numbers."
    )


def test_notes_may_be_written_after_it_is_over() -> None:
    story = declared()
    story.tell(c.Cancel(incident=ONE, reason="false-alarm"), c.Note(incident=ONE, text="It was the test."))
    assert story.events[-1] == e.Noted(text="It was the test.")


def test_whoever_wrote_a_line_may_mend_it() -> None:
    story = noted()
    [line] = story.tell(c.EditNote(incident=ONE, line=LINE, text="df -h /"), by=BOB)
    assert (line.event, line.about) == (e.NoteEdited(text="df -h /"), LINE)


def test_whoever_commands_may_mend_it_too() -> None:
    story = noted()
    story.tell(c.Assign(incident=ONE, role="commander", person="dana"))
    story.tell(c.EditNote(incident=ONE, line=LINE, text="df", output="", outcome="None."), by=DANA)
    assert story.events[-1] == e.NoteEdited(text="df", output="", outcome="None.")


def test_an_administrator_may_mend_it_too() -> None:
    story = noted()
    story.tell(c.Assign(incident=ONE, role="commander", person="dana"))
    story.tell(c.RemoveNote(incident=ONE, line=LINE), by=ADA)
    assert story.entries[-1].about == LINE


@pytest.mark.parametrize(
    "command", [c.EditNote(incident=ONE, line=LINE, text="x"), c.RemoveNote(incident=ONE, line=LINE)]
)
def test_nobody_else_may(command: c.Command) -> None:
    assert refusal(noted(), command, by=DANA) == (
        "Bob Kahn wrote that line. Ask them, or whoever commands, to change it."
    )


def test_a_line_nobody_wrote_cannot_be_mended() -> None:
    assert refusal(declared(), c.EditNote(incident=ONE, line=Seq(1), text="x")) == (
        "Line 1 is not a note. Only what people wrote can be changed or taken off."
    )


def test_a_line_is_not_mended_into_nothing() -> None:
    assert refusal(noted(), c.EditNote(incident=ONE, line=LINE, text=" "), by=BOB) == (
        "An empty line is no line. To take it off the timeline, remove it."
    )


def test_a_line_is_taken_off_with_a_reason() -> None:
    story = noted()
    story.tell(c.RemoveNote(incident=ONE, line=LINE, why="Wrong incident."), by=BOB)
    assert story.events[-1] == e.NoteRemoved(why="Wrong incident.")


def test_any_line_can_be_marked_and_unmarked() -> None:
    story = declared()
    story.tell(c.Highlight(incident=ONE, line=Seq(1)), c.Highlight(incident=ONE, line=Seq(1), on=False), by=DANA)
    assert story.events[-2:] == [e.Highlighted(), e.Highlighted(on=False)]


def test_a_line_that_is_not_there_cannot_be_marked() -> None:
    assert refusal(declared(), c.Highlight(incident=ONE, line=Seq(0))).startswith("This incident has no line 0.")


def test_a_redaction_says_who_and_why() -> None:
    story = noted()
    [line] = story.tell(c.Redact(incident=ONE, line=LINE, why="A password."), by=DANA)
    assert (line.event, line.by, line.about) == (e.Redacted(why="A password."), "dana", LINE)


def test_a_redaction_needs_a_reason() -> None:
    assert refusal(noted(), c.Redact(incident=ONE, line=LINE, why="")).startswith("Say why the words have to go.")


def test_where_nobody_said_anything_there_is_nothing_to_redact() -> None:
    assert refusal(declared(), c.Redact(incident=ONE, line=Seq(2), why="x")) == (
        "Line 2 holds nobody's words; there is nothing to take out."
    )


def test_blanking_takes_the_words_and_keeps_the_rest() -> None:
    signal = e.SignalReceived(
        signal=SignalId(1), kind="ticket", text="I am Eve.", people=("eve", "bob"), count=3, link="https://a.org/eve"
    )
    black = e.REDACTED
    assert e.blanked(signal) == e.SignalReceived(
        signal=SignalId(1), kind="ticket", text=black, people=(black, black), count=3, link=black
    )


def test_blanking_leaves_what_was_empty_empty() -> None:
    assert e.blanked(e.Noted(text="secret")) == e.Noted(text=e.REDACTED)


def test_what_an_edit_leaves_out_is_as_it_was_last() -> None:
    story = noted()
    story.tell(c.EditNote(incident=ONE, line=LINE, text="df -h", output="99%"), by=BOB)
    story.tell(c.EditNote(incident=ONE, line=LINE, text="df -h /"), by=BOB)
    line = next(line for line in timeline(story.entries, PLAYBOOK, str) if line.seq == LINE)
    assert "99%" in line.text


def test_the_words_of_a_plan_stand_in_one_line_only() -> None:
    story = declared()
    story.tell(c.SetPlan(incident=ONE, state="The password is hunter2."), c.SetPlan(incident=ONE, next="Wait."))
    assert sum("hunter2" in repr(event) for event in story.events) == 1


def test_redacting_an_edit_redacts_its_line() -> None:
    story = noted()
    [edit] = story.tell(c.EditNote(incident=ONE, line=LINE, text="hunter2"), by=BOB)
    story.tell(c.Redact(incident=ONE, line=edit.seq, why="A password."))
    assert story.entries[-1].about == LINE


def test_a_redacted_line_is_not_mended() -> None:
    story = noted()
    story.tell(c.Redact(incident=ONE, line=LINE, why="A password."))
    story.entries[LINE - 1] = replace(story.entries[LINE - 1], event=e.blanked(story.entries[LINE - 1].event))
    refusal(story, c.EditNote(incident=ONE, line=LINE, text="x"), by=BOB)


def test_a_line_is_not_mended_into_more_than_one_holds() -> None:
    command = c.EditNote(incident=ONE, line=LINE, text="a" * c.LONGEST, output="b")
    assert refusal(noted(), command, by=BOB).startswith("That line is 200,001 characters")


def test_nobody_mends_unawares_what_somebody_else_has_mended_meanwhile() -> None:
    story = noted()
    [theirs] = story.tell(c.EditNote(incident=ONE, line=LINE, text="df -h /", seen=Seq(0)), by=ADA)
    assert refusal(story, c.EditNote(incident=ONE, line=LINE, text="df", seen=Seq(0)), by=BOB) == (
        "Somebody mended line 3 meanwhile. Read theirs, then send yours again."
    )
    story.tell(c.EditNote(incident=ONE, line=LINE, text="df", seen=theirs.seq), by=BOB)
    assert story.events[-1] == e.NoteEdited(text="df")


@pytest.mark.parametrize(
    "command", [c.EditNote(incident=ONE, line=LINE, text="x"), c.RemoveNote(incident=ONE, line=LINE)]
)
def test_what_is_off_the_timeline_is_not_mended_or_taken_off_again(command: c.Command) -> None:
    story = noted()
    story.tell(c.RemoveNote(incident=ONE, line=LINE), by=BOB)
    assert refusal(story, command, by=BOB) == (
        "Line 3 is off the timeline already. What should stand there, write as a new line."
    )


def test_words_that_are_gone_are_not_taken_out_again() -> None:
    story = noted()
    story.tell(c.Redact(incident=ONE, line=LINE, why="A password."))
    story.entries[2] = replace(story.entries[2], event=e.blanked(story.entries[2].event))
    assert refusal(story, c.Redact(incident=ONE, line=LINE, why="Mine.")) == "The words of line 3 are gone already."
