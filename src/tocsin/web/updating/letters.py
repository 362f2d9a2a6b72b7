"""Who gets word, and exactly the letter that each of them will get."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from tocsin.core import events as e
from tocsin.core.effects import SendMail
from tocsin.core.events import Entry, Event
from tocsin.core.ids import Handle, Seq, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import Person
from tocsin.core.playbook import GAP
from tocsin.language.letters import letter
from tocsin.web.room.known import Known
from tocsin.web.room.reading import Room
from tocsin.web.showing import place
from tocsin.web.updating.word import Word


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody who gets a letter."""

    person: Person
    subject: str
    paragraphs: Sequence[Markup]


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A community, and who speaks for it."""

    slug: Slug
    name: str
    people: Sequence[Person]
    zone: str
    told: datetime | None
    chosen: bool
    readers: Sequence[Reader] = ()

    @property
    def clock(self) -> str:
        return "UTC" if self.zone == "UTC" else f"{place(self.zone)} time"

    @property
    def without_address(self) -> list[str]:
        return [each.name for each in self.people if not each.email]


def recipients(room: Room, word: Word, marks: Iterable[str]) -> list[Recipient]:
    """Every community that is affected, was told, or was chosen."""
    it = room.incident
    slugs = dict.fromkeys((*it.communities, *(each.community for each in it.told), *word.to))
    told = {each.community: each.at for each in it.told}
    marked = _marks(marks)
    return [_recipient(room, word, slug, told.get(slug), marked) for slug in slugs]


def letter_to(
    room: Room, person: Person, event: Event, marks: re.Pattern[str] | None, *, to: Slug | None = None
) -> Reader:
    """A letter about a line that does not stand yet, as it would be written if it stood now."""
    me = room.asked.me.handle
    seq = Seq(room.last + 1)
    line = Entry(incident=room.number, seq=seq, event=event, at=Moment(at=room.now), recorded_at=room.now, by=me)
    effect = SendMail(incident=room.number, about=seq, to=person.handle, community=to)
    written = letter(effect, line, room.incident, person, room.playbook, Known(room=room), room.asked.tocsin.address)
    return Reader(person=person, subject=written.subject, paragraphs=paragraphs(written.text, marks))


def paragraphs(text: str, marks: re.Pattern[str] | None = None) -> list[Markup]:
    """Plain text as it will be read, line by line; what somebody should look at is marked."""
    return [_lines(each, marks) for each in text.strip().split("\n\n") if each.strip()]


def _recipient(room: Room, word: Word, slug: Slug, told: datetime | None, marks: re.Pattern[str] | None) -> Recipient:
    there = room.community_of(slug)
    people = [room.people[each] for each in (there.representatives if there else ()) if each in room.people]
    chosen = slug in word.to
    return Recipient(
        slug=slug,
        name=room.community(slug),
        people=people,
        zone=(there.zone if there else "") or room.playbook.zone,
        told=told,
        chosen=chosen,
        readers=[_letter(room, word, slug, each, marks) for each in people] if chosen else (),
    )


def _letter(room: Room, word: Word, slug: Slug, person: Person, marks: re.Pattern[str] | None) -> Reader:
    author: Handle = word.proposal.by if word.proposal else room.asked.me.handle
    update = e.Updated(
        kind=word.kind,
        text=word.text,
        communities=word.to,
        drafted_by=author,
        approved_by=room.asked.me.handle,
        next_by=word.next_by,
    )
    return letter_to(room, person, update, marks, to=slug)


def _marks(words: Iterable[str]) -> re.Pattern[str]:
    names = sorted((re.escape(word) for word in words), key=len, reverse=True)
    return re.compile("|".join([GAP.pattern, *(rf"(?<![\w@]){name}(?!\w)" for name in names)]))


def _lines(text: str, marks: re.Pattern[str] | None) -> Markup:
    return Markup("<br>").join(_marked(line, marks) for line in text.split("\n"))


def _marked(line: str, marks: re.Pattern[str] | None) -> Markup:
    if marks is None:
        return Markup("{}").format(line)
    shown, place = Markup(""), 0
    for found in marks.finditer(line):
        shown += Markup("{}<mark>{}</mark>").format(line[place : found.start()], found[0])
        place = found.end()
    return shown + line[place:]
