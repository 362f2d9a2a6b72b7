"""What of an incident's talk the process and the picture look at, kept between pages so that no page reads it all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.people import TOCSIN
from tocsin.store import log
from tocsin.store.writer import Store

MOST = 200
"""Of how many incidents it is kept: of those that were looked at last."""
NONE = Seq(0)
"""Before every line."""
_NOTEWORTHY: frozenset[e.NoteKind] = frozenset(("fix", "finding", "impact-began"))
_THEIRS: frozenset[e.NoteKind] = frozenset(("told-us", "impact-began"))


@dataclass(frozen=True, kw_only=True)
class Gist:
    """What the talk comes to, as far as it was read."""

    upto: Seq = NONE
    """The last line of talk."""
    lines: int = 0
    """How many of its lines are shown."""
    people: frozenset[Handle] = frozenset()
    commands: tuple[Seq, ...] = ()
    """Lines that hold a command or a fix."""
    theirs: tuple[Seq, ...] = ()
    """Lines that say what the communities told us."""
    key: tuple[Seq, ...] = ()
    """Lines that somebody marked."""
    entries: tuple[Entry, ...] = ()
    """The lines by which the process and the picture are the same as by the whole talk."""


@dataclass(kw_only=True)
class Ear:
    """Hears line by line, in order. It keeps nobody's words, so that a redaction need not reach it."""

    upto: Seq = NONE
    lines: int = 0
    people: set[Handle] = field(default_factory=set)
    commands: list[Seq] = field(default_factory=list)
    theirs: list[Seq] = field(default_factory=list)
    marks: dict[Seq, Entry] = field(default_factory=dict)
    noteworthy: dict[Seq, Entry] = field(default_factory=dict)
    removed: dict[Seq, Entry] = field(default_factory=dict)
    firsts: dict[str, Entry] = field(default_factory=dict)
    hours: dict[tuple[Handle, datetime], tuple[Entry, Entry]] = field(default_factory=dict)
    gist: Gist | None = Gist()
    """None: something was heard since."""

    def hear(self, entry: Entry) -> None:
        """One more line."""
        if entry.seq <= self.upto:
            return
        self.upto, self.gist, entry = entry.seq, None, _emptied(entry)
        match entry.event:
            case e.Noted() as note:
                self._note(entry, note)
            case e.Highlighted() if entry.about is not None:
                self.marks[entry.about] = entry
            case e.NoteRemoved() if entry.about is not None:
                self.removed[entry.about] = entry
            case e.SignalCleared() | e.DeliveryReported():
                self.lines += 1
        if entry.by != TOCSIN.handle:
            self.people.add(entry.by)
            self._wrote(entry)

    def said(self) -> Gist:
        """What it came to."""
        if self.gist is None:
            self.gist = Gist(
                upto=self.upto,
                lines=self.lines,
                people=frozenset(self.people),
                commands=tuple(seq for seq in self.commands if seq not in self.removed),
                theirs=tuple(seq for seq in self.theirs if seq not in self.removed),
                key=tuple(sorted(seq for seq, mark in self.marks.items() if _is_on(mark))),
                entries=tuple(self._entries()),
            )
        return self.gist

    def _note(self, entry: Entry, note: e.Noted) -> None:
        self.lines += 1
        if note.kind in ("command", "fix"):
            self.commands.append(entry.seq)
        if note.kind == "told-us":
            self.theirs.append(entry.seq)
        if note.kind in _NOTEWORTHY:
            self.noteworthy[entry.seq] = entry
        if note.kind not in _THEIRS:
            self.firsts.setdefault("worked", entry)
        if note.via:
            self.firsts.setdefault("channel", entry)

    def _wrote(self, entry: Entry) -> None:
        """The first and the last of each hour say as much of when somebody was at work as all of them do."""
        hour = entry.at.at.replace(minute=0, second=0, microsecond=0)
        first, last = self.hours.get((entry.by, hour), (entry, entry))
        ordered = sorted((first, last, entry), key=lambda each: each.at.at)
        self.hours[entry.by, hour] = ordered[0], ordered[-1]

    def _entries(self) -> Iterator[Entry]:
        """A finding tells something only once it is marked; a fix and a beginning always do."""
        hours = (entry for both in self.hours.values() for entry in both)
        kept = {each.seq: each for each in (*hours, *self.firsts.values())}
        for seq, note in self.noteworthy.items():
            marks = [marked[seq] for marked in (self.marks, self.removed) if seq in marked]
            if marks or _tells(note):
                kept |= {each.seq: each for each in (note, *marks)}
        yield from (kept[seq] for seq in sorted(kept))


def gist(store: Store, c: sa.Connection, number: IncidentNumber) -> Gist:
    """The talk of an incident so far. Only what was said since somebody looked last is read."""
    return gists(store, c, (number,))[number]


def gists(store: Store, c: sa.Connection, numbers: Collection[IncidentNumber]) -> dict[IncidentNumber, Gist]:
    """The talk of several incidents, asked for at once."""
    with _LOCK:
        ears = {number: _ear(store, number) for number in numbers}
        upto = {number: ear.upto for number, ear in ears.items()}
    new = log.talk_of(c, upto)
    with _LOCK:
        for number, ear in ears.items():
            for entry in new.get(number, ()):
                ear.hear(entry)
        return {number: ear.said() for number, ear in ears.items()}


def _ear(store: Store, number: IncidentNumber) -> Ear:
    kept = _KEPT.setdefault(store, OrderedDict())
    ear = kept.setdefault(number, Ear())
    kept.move_to_end(number)
    if len(kept) > MOST:
        kept.popitem(last=False)
    return ear


_LOCK = threading.Lock()
_KEPT: WeakKeyDictionary[Store, OrderedDict[IncidentNumber, Ear]] = WeakKeyDictionary()


def _tells(entry: Entry) -> bool:
    """A finding tells only once it is marked; a fix and a beginning always do."""
    return isinstance(entry.event, e.Noted) and entry.event.kind != "finding"


def _is_on(mark: Entry) -> bool:
    return isinstance(mark.event, e.Highlighted) and mark.event.on


def _emptied(entry: Entry) -> Entry:
    match entry.event:
        case e.Noted(kind=kind, via=via):
            return replace(entry, event=e.Noted(kind=kind, text="", via="chat" if via == "chat" else ""), source=None)
        case event:
            return replace(entry, event=e.blanked(event), source=None)
