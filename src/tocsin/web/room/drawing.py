"""A line as a reader sees it: its thread folded into it, with whatever was done to it since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Seq
from tocsin.core.moments import Moment
from tocsin.web.room.kinds import said
from tocsin.web.room.said import Said
from tocsin.web.room.telling import Telling

LATE = 120
"""Seconds: what was written down so much later than it happened says so."""
_MARKS = (e.NoteEdited, e.NoteRemoved, e.Highlighted, e.Redacted)
_ANSWERS = (
    e.Noted, e.AskAccepted, e.AskDeclined, e.AskFinished, e.ActionLinked, e.ActionCompleted, e.ProposalTurnedDown,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Gone:
    """Words that were taken out or off, by whom and why."""

    how: str
    by: str
    at: Markup
    why: str


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A line as a reader sees it."""

    seq: Seq
    at: Moment
    time: Markup
    said: Said
    written: Markup | str = ""
    """When it was written down, where that was later."""
    replies: tuple[Drawn, ...] = ()
    answers: Seq | None = None
    """The line it answers, where that does not stand above it."""
    edited: Markup | str = ""
    gone: Gone | None = None
    key: bool = False
    mends: bool = False
    """Whoever reads may edit it, or take it off."""
    redacts: bool = False
    id: str = ""

    @property
    def order(self) -> tuple[datetime, Seq]:
        return self.at.at, self.seq


Marks = Mapping[Seq, Sequence[Entry]]


def drawn(entries: Sequence[Entry], telling: Telling, wanted: Collection[Seq]) -> list[Drawn]:
    """The lines that are wanted, newest first. The other entries are about them: replies are folded into them."""
    marks, threads = _about(entries, _MARKS), _threads(entries)
    folded_in = {reply.seq for root, replies in threads.items() if root in wanted for reply in replies}
    lines = []
    for entry in entries:
        line = _drawn(entry, marks, telling) if entry.seq in wanted and entry.seq not in folded_in else None
        if line is not None:
            replies = (_drawn(each, marks, telling) for each in threads.get(entry.seq, ()))
            lines.append(replace(line, replies=tuple(each for each in replies if each)))
    return sorted(lines, key=lambda line: line.order, reverse=True)


def answers(entry: Entry) -> bool:
    """Whether it stands in a thread."""
    return entry.about is not None and isinstance(entry.event, _ANSWERS)


def leads_on(entry: Entry) -> bool:
    """Whether it belongs to another line, as a reply or a mark."""
    return answers(entry) or (entry.about is not None and isinstance(entry.event, _MARKS))


def _about(entries: Iterable[Entry], kinds: tuple[type[e.Event], ...]) -> Marks:
    found: dict[Seq, list[Entry]] = {}
    for entry in entries:
        if entry.about is not None and isinstance(entry.event, kinds):
            found.setdefault(entry.about, []).append(entry)
    return found


def _threads(entries: Iterable[Entry]) -> Marks:
    """The replies of each first line, oldest first; what answers a reply stands in the same thread."""
    by_seq = {entry.seq: entry for entry in entries}
    threads: dict[Seq, list[Entry]] = {}
    for entry in entries:
        root = entry
        while answers(root) and root.about is not None and root.about in by_seq and root.about < root.seq:
            root = by_seq[root.about]
        if root is not entry:
            threads.setdefault(root.seq, []).append(entry)
    return {seq: sorted(each, key=lambda entry: (entry.at.at, entry.seq)) for seq, each in threads.items()}


def _drawn(entry: Entry, marks: Marks, telling: Telling) -> Drawn | None:
    on = marks.get(entry.seq, ())
    words = said(_as_edited(entry, on), telling)
    if words is None:
        return None
    gone, is_note = _gone(on, telling), isinstance(entry.event, e.Noted)
    edits = [mark for mark in on if isinstance(mark.event, e.NoteEdited)]
    late = (entry.recorded_at - (entry.at.until or entry.at.at)).total_seconds() > LATE
    mine = entry.by == telling.me or telling.commands
    return Drawn(
        seq=entry.seq,
        at=entry.at,
        time=telling.hour(entry.at.at),
        said=_bare(words) if gone else words,
        written=telling.time(entry.recorded_at) if late and not isinstance(entry.event, e.SignalReceived) else "",
        answers=entry.about if answers(entry) else None,
        edited=telling.time(edits[-1].recorded_at) if edits and not gone else "",
        gone=gone,
        key=next((mark.event.on for mark in reversed(on) if isinstance(mark.event, e.Highlighted)), False),
        mends=telling.acts and mine and is_note and gone is None,
        redacts=telling.acts and bool(entry.event.words) and (gone is None or gone.how != "redacted"),
        id=f"L{entry.seq}",
    )


def _as_edited(entry: Entry, marks: Iterable[Entry]) -> Entry:
    """A note as it reads now."""
    note = entry.event
    for mark in marks:
        if isinstance(mark.event, e.NoteEdited) and isinstance(note, e.Noted):
            edit = mark.event
            output = note.output if edit.output is None else edit.output
            outcome = note.outcome if edit.outcome is None else edit.outcome
            note = replace(note, text=edit.text, output=output, outcome=outcome)
    return replace(entry, event=note)


def _gone(marks: Sequence[Entry], telling: Telling) -> Gone | None:
    """A redaction says more than a removal: the words are nowhere any more."""
    for kind, how in ((e.Redacted, "redacted"), (e.NoteRemoved, "removed")):
        mark = next((mark for mark in reversed(marks) if isinstance(mark.event, kind)), None)
        if mark is not None and isinstance(mark.event, e.Redacted | e.NoteRemoved):
            return Gone(how=how, by=telling.person(mark.by), at=telling.time(mark.recorded_at), why=mark.event.why)
    return None


def _bare(words: Said) -> Said:
    """Who and what, without what was said."""
    letter = replace(words.letter, text="") if words.letter else None
    return replace(words, text="", quiet="", command=None, outcome="", aside="", letter=letter, tags=())
