"""Lines people write, and what becomes of them."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.duties import carrying
from tocsin.core.events import Entry, Fact
from tocsin.core.given import Given
from tocsin.core.ids import Seq
from tocsin.core.incident import NOWHERE, Incident
from tocsin.core.moments import Moment
from tocsin.core.refused import Refused


def note(incident: Incident, command: c.Note, given: Given) -> list[Fact]:
    if not (command.text.strip() or command.output.strip()):
        raise Refused("There is nothing in that line. Write what you want to say.")
    _one_line(command.text, command.output, command.outcome)
    if command.thread is not None:
        given.line(command.thread)
    event = e.Noted(
        kind=command.kind,
        text=command.text,
        output=command.output,
        outcome=command.outcome,
        link=command.link,
        via=command.via,
    )
    at = Moment(at=given.at.at, until=command.until) if command.until else None
    return [Fact(event=event, at=at, about=command.thread)]


def edit(incident: Incident, command: c.EditNote, given: Given) -> list[Fact]:
    line = _my_note(incident, command.line, given)
    if line.event == e.blanked(line.event):
        raise Refused(f"Line {line.seq} is redacted; it stays as it is. Write a new line instead.")
    marks = _marks(line, given)
    if command.seen not in (None, next((mark.seq for mark in marks if isinstance(mark.event, e.NoteEdited)), NOWHERE)):
        raise Refused(f"Somebody mended line {line.seq} meanwhile. Read theirs, then send yours again.")
    if not command.text.strip():
        raise Refused("An empty line is no line. To take it off the timeline, remove it.")
    _one_line(command.text, command.output or "", command.outcome or "")
    edited = e.NoteEdited(text=command.text, output=command.output, outcome=command.outcome)
    return [Fact(event=edited, about=line.seq)]


def remove(incident: Incident, command: c.RemoveNote, given: Given) -> list[Fact]:
    line = _my_note(incident, command.line, given)
    _marks(line, given)
    return [Fact(event=e.NoteRemoved(why=command.why), about=line.seq)]


def highlight(incident: Incident, command: c.Highlight, given: Given) -> list[Fact]:
    return [Fact(event=e.Highlighted(on=command.on), about=given.line(command.line).seq)]


def redact(incident: Incident, command: c.Redact, given: Given) -> list[Fact]:
    """The tombstone; the store blanks the words in the same transaction. An edit goes with the line it mends."""
    line = given.line(command.line)
    if isinstance(line.event, e.NoteEdited) and line.about is not None:
        line = given.line(line.about)
    if not line.event.words:
        raise Refused(f"Line {line.seq} holds nobody's words; there is nothing to take out.")
    if isinstance(line.event, e.Noted) and line.event == e.blanked(line.event):
        raise Refused(f"The words of line {line.seq} are gone already.")
    if not command.why.strip():
        raise Refused("Say why the words have to go. The reason stays; they do not.")
    return [Fact(event=e.Redacted(why=command.why), about=line.seq)]


def _one_line(*parts: str) -> None:
    if (letters := sum(map(len, parts))) > c.LONGEST:
        raise Refused(f"That line is {letters:,} characters; one holds {c.LONGEST:,}. Split it, or keep it in a file.")


def _marks(line: Entry, given: Given) -> list[Entry]:
    """What was done to a line since, the last first; refuses one that was taken off."""
    marks = [entry for entry in reversed(given.entries()) if entry.about == line.seq]
    if any(isinstance(mark.event, e.NoteRemoved) for mark in marks):
        raise Refused(f"Line {line.seq} is off the timeline already. What should stand there, write as a new line.")
    return marks


def _my_note(incident: Incident, seq: Seq, given: Given) -> Entry:
    line = given.line(seq)
    if not isinstance(line.event, e.Noted):
        raise Refused(f"Line {seq} is not a note. Only what people wrote can be changed or taken off.")
    commanders = carrying(incident, given.playbook, "commands")
    if given.by.handle not in (line.by, *commanders) and not given.by.administrator:
        raise Refused(f"{given.name(line.by)} wrote that line. Ask them, or whoever commands, to change it.")
    return line
