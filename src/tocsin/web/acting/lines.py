"""One line of the log: mended, taken off, blanked, or marked as a key moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Handle, Seq
from tocsin.core.incident import NOWHERE
from tocsin.core.moments import Moment
from tocsin.core.refused import Refused
from tocsin.core.timeline import edited
from tocsin.store import log
from tocsin.web.acting import frame, older
from tocsin.web.answers import Answer, NotThere, Shown
from tocsin.web.asked import MOST as MOST_DIGITS
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post

MOST = 500
"""Edits and marks of one line that a page looks at."""


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A line as another page shows it: whose it is, when it happened, and how it begins."""

    seq: Seq
    by: Handle
    at: Moment
    text: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line with what was done to it since."""

    entry: Entry
    marks: Sequence[Entry]

    @property
    def seq(self) -> Seq:
        return self.entry.seq

    @property
    def note(self) -> e.Noted | None:
        """As it reads now; None where it is not a note."""
        event = self.entry.event
        return edited(event, [mark.event for mark in self.marks]) if isinstance(event, e.Noted) else None

    @property
    def redacted(self) -> bool:
        return any(isinstance(mark.event, e.Redacted) for mark in self.marks)

    @property
    def removed(self) -> bool:
        return any(isinstance(mark.event, e.NoteRemoved) for mark in self.marks)

    @property
    def highlighted(self) -> bool:
        marks = (mark.event for mark in reversed(self.marks))
        return next((mark.on for mark in marks if isinstance(mark, e.Highlighted)), False)

    @property
    def edit(self) -> Entry | None:
        """What mended it last."""
        return next((mark for mark in reversed(self.marks) if isinstance(mark.event, e.NoteEdited)), None)

    @property
    def words(self) -> list[str]:
        """What somebody wrote in it, each in its place: what a redaction blanks."""
        return list(_words(self.note or self.entry.event))


def quoted(asked: Asked, connection: sa.Connection, seq: Seq) -> Quoted | None:
    """A line for whoever answers it; None where there is none."""
    found = _look(asked, connection, seq)
    if found is None:
        return None
    text = e.REDACTED if found.redacted else next(iter(found.words), "")
    return Quoted(seq=seq, by=found.entry.by, at=found.entry.at, text=" ".join(text.split())[:200])


def line(asked: Asked, connection: sa.Connection) -> Line:
    """The line of the address."""
    found = _look(asked, connection, Seq(asked.number("seq")))
    if found is None:
        raise NotThere
    return found


def _look(asked: Asked, connection: sa.Connection, seq: Seq) -> Line | None:
    found = log.with_marks(connection, asked.incident, (seq,), MOST)
    entry = next((each for each in found if each.seq == seq), None)
    if entry is None:
        return None
    return Line(entry=entry, marks=[each for each in found if each.about == seq])


def _words(event: e.Event) -> Iterator[str]:
    for name in event.words:
        value = getattr(event, name)
        yield from (each for each in (value if isinstance(value, tuple) else (value,)) if each)


# ── mending ──


def edit_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        found = line(asked, connection)
        if found.note is None:
            raise NotThere
        return frame.shown(asked, connection, it, "line-edit", line=found, older=_older(asked, found, found.note.text))


def edit(asked: Asked) -> Answer:
    found = _of(asked)
    note, form = found.note, asked.form
    if not form.text("text").strip():
        raise Wrong(text="An empty line is no line. To take it off the timeline, remove it.")
    command = c.EditNote(
        incident=asked.incident,
        line=found.seq,
        text=form.text("text"),
        output=form.text("output") if note and (note.output or form.text("output")) else None,
        outcome=form.text("outcome") if note and note.kind == "fix" and "outcome" in form else None,
        seen=_seen(asked),
    )
    asked.do(command)
    return _done(asked, found, "The line is mended, and shown as edited.")


def _seen(asked: Asked) -> Seq | None:
    """What had mended the line last when the form was shown; refuses what nobody can have seen."""
    told = older.told(asked)
    if told is None:
        return None
    if not (told.isascii() and told.isdigit() and len(told) <= MOST_DIGITS):
        raise Refused("This form is out of date. Look at the line again, then send yours.")
    return Seq(int(told))


def _older(asked: Asked, found: Line, now: str) -> older.Older:
    seen = found.edit.seq if found.edit else NOWHERE
    if found.edit is None or older.told(asked) in (None, str(seen)):
        return older.Older(seen=str(seen), theirs=None)
    who = asked.called(found.edit.by)
    theirs = older.Theirs(who=f"{who[:1].upper()}{who[1:]}", at=found.edit.recorded_at, now=now)
    return older.Older(seen=str(seen), theirs=theirs)


def remove_page(asked: Asked) -> Shown:
    return _page(asked, "remove", notes=True)


def remove(asked: Asked) -> Answer:
    found = _of(asked)
    asked.do(c.RemoveNote(incident=asked.incident, line=found.seq, why=asked.form.text("why")))
    return _done(asked, found, "The line is off the timeline. The log keeps it.")


def redact_page(asked: Asked) -> Shown:
    return _page(asked, "redact")


def redact(asked: Asked) -> Answer:
    found = _of(asked)
    if not asked.form.text("why").strip():
        raise Wrong(why="Say why the words have to go. The reason stays; they do not.")
    asked.do(c.Redact(incident=asked.incident, line=found.seq, why=asked.form.text("why")))
    return _done(asked, found, "The words are gone, and the line says who took them out and why.")


def highlight_page(asked: Asked) -> Shown:
    return _page(asked, "highlight")


def highlight(asked: Asked) -> Answer:
    """`on` says which, empty for off; without it, the other of what it is now."""
    found = _of(asked)
    on = asked.form.ticked("on") if "on" in asked.form else not found.highlighted
    asked.do(c.Highlight(incident=asked.incident, line=found.seq, on=on))
    return _done(asked, found, "")


def _page(asked: Asked, template: str, *, notes: bool = False) -> Shown:
    """`notes`: what can be done to a note only is nowhere to be found for another line."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        found = line(asked, connection)
        if notes and found.note is None:
            raise NotThere
        return frame.shown(asked, connection, it, f"line-{template}", line=found)


def _of(asked: Asked) -> Line:
    with asked.read() as connection:
        frame.incident(asked, connection)
        return line(asked, connection)


def _done(asked: Asked, found: Line, said: str) -> Answer:
    return frame.back(asked, said=said, line=found.seq)


ROUTES = (
    get("/incidents/{number}/lines/{seq}/edit", edit_page, "responder"),
    post("/incidents/{number}/lines/{seq}/edit", edit, "responder", again=edit_page),
    get("/incidents/{number}/lines/{seq}/remove", remove_page, "responder"),
    post("/incidents/{number}/lines/{seq}/remove", remove, "responder", again=remove_page),
    get("/incidents/{number}/lines/{seq}/redact", redact_page, "responder"),
    post("/incidents/{number}/lines/{seq}/redact", redact, "responder", again=redact_page),
    get("/incidents/{number}/lines/{seq}/highlight", highlight_page, "responder"),
    post("/incidents/{number}/lines/{seq}/highlight", highlight, "responder", again=highlight_page),
)
