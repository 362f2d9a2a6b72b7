"""Lines of the log as HTML, alone or on the page of a room, for whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from tocsin.core import events as e
from tocsin.core.effects import Wish
from tocsin.core.events import Entry
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.incident import fold
from tocsin.core.moments import zone
from tocsin.core.people import Community, Group
from tocsin.core.refused import Refused
from tocsin.store import log, outbox
from tocsin.store.people import places
from tocsin.web.asked import Asked
from tocsin.web.room.drawing import Drawn, answers, drawn, leads_on
from tocsin.web.room.prose import first_sentence, folded, html
from tocsin.web.room.reading import Room, acts, place_in, service_in, slugs
from tocsin.web.room.said import Said
from tocsin.web.room.telling import Telling
from tocsin.web.showing import TEMPLATES

MARKS = 500
"""Of how many marks and replies a page knows that came after its lines."""


def rendered(asked: Asked, number: IncidentNumber, seqs: Collection[Seq]) -> list[tuple[Seq, str]]:
    """The lines that these belong to, each as its `<li>`, in the order they were recorded.

    An edit, a mark or a reply belongs to the line it is about. What comes out depends on the log, the clock it is shown
    on and the part of whoever asks; and, in nothing but whether *Edit* is offered, on who they are.
    """
    with asked.read() as c:
        roots = _roots(c, number, seqs)
        entries = around(c, number, roots)
        told = telling(asked, c, number, entries)
    lines = sorted(drawn(entries, told, roots), key=lambda line: line.seq)
    return [(line.seq, as_item(line, told)) for line in lines]


def as_item(line: Drawn, told: Telling) -> str:
    """One line as HTML."""
    macros: Any = TEMPLATES.get_template("room/line.html").module
    return str(macros.line(line, told)).strip()


TEMPLATES.filters.update(words=html, folded=folded, first_sentence=first_sentence)


def around(c: sa.Connection, number: IncidentNumber, seqs: Collection[Seq], known: Sequence[Entry] = ()) -> list[Entry]:
    """Some lines with all that is about them, and about what answers them."""
    entries = _merged(known, log.with_marks(c, number, seqs, MARKS))
    more = {entry.seq for entry in entries if answers(entry)}.difference(seqs)
    return _merged(entries, log.with_marks(c, number, more, MARKS)) if more else entries


def telling(asked: Asked, c: sa.Connection, number: IncidentNumber, entries: Sequence[Entry]) -> Telling:
    """For lines that are drawn alone, away from their page: also when the connection is closed."""
    changes = log.folded(c, number)
    incident = fold(number, changes)
    named = places(c, slugs(incident, (*changes, *entries)))
    group = place_in(named, Group)
    commander = asked.tocsin.playbook.with_duty("commands").slug
    return Telling(
        number=number,
        playbook=asked.tocsin.playbook,
        zone=clock(asked)[1],
        now=asked.now,
        person=asked.name,
        service=service_in(named, asked.tocsin.playbook),
        community=place_in(named, Community),
        party=lambda to: asked.name(to.person) if to.person else group(to.group or ""),
        first_sign=_first_sign(changes),
        wishes=by_line(outbox.about(c, number, [entry.seq for entry in entries])),
        waits=frozenset(each.seq for each in incident.proposals),
        me=asked.me.handle,
        acts=acts(asked),
        commands=asked.me.handle in incident.holders(commander) or asked.me.administrator,
    )


def telling_in(room: Room) -> Telling:
    """For the lines on the page of a room."""
    return Telling(
        number=room.number,
        playbook=room.playbook,
        zone=clock(room.asked)[1],
        now=room.now,
        person=room.name,
        service=room.service,
        community=room.community,
        party=room.party,
        first_sign=_first_sign(room.entries),
        wishes=by_line(room.wishes),
        waits=frozenset(each.seq for each in room.incident.proposals),
        me=room.asked.me.handle,
        acts=room.acts,
        commands=room.commands or room.asked.me.administrator,
    )


def _first_sign(entries: Iterable[Entry]) -> Seq | None:
    signals = [entry for entry in entries if isinstance(entry.event, e.SignalReceived)]
    first = min(signals, key=lambda entry: entry.at.at, default=None)
    return first.seq if first else None


def clock(asked: Asked) -> tuple[str, tzinfo]:
    """The zone the log is shown in: another where somebody asks for it, else the reader's own."""
    name = asked.query.line("zone")
    try:
        return (name, zone(name)) if name else (asked.zone_name, asked.zone)
    except Refused:
        return asked.zone_name, asked.zone


def by_line(wishes: Iterable[Wish]) -> dict[Seq, list[Wish]]:
    found: dict[Seq, list[Wish]] = {}
    for wish in wishes:
        found.setdefault(wish.effect.about, []).append(wish)
    return found


def _roots(c: sa.Connection, number: IncidentNumber, seqs: Collection[Seq]) -> set[Seq]:
    """The first lines of the threads; a reply to a reply, and a mark on one, lead there in a few steps."""
    roots: set[Seq] = set()
    for _ in range(4):
        entries = [each for each in log.with_marks(c, number, seqs, 0) if each.seq in seqs]
        roots |= {each.seq for each in entries if not leads_on(each)}
        seqs = {each.about for each in entries if leads_on(each) and each.about is not None}
        if not seqs:
            break
    return roots


def _merged(some: Sequence[Entry], more: Sequence[Entry]) -> list[Entry]:
    return sorted({entry.seq: entry for entry in (*some, *more)}.values(), key=lambda entry: entry.seq)


def impact(room: Room, telling: Telling) -> Iterator[Drawn]:
    """When people were affected, as it is thought to be now: lines of ours, at their times."""
    last = next((each for each in reversed(room.entries) if isinstance(each.event, e.ImpactSet)), None)
    if last is None or not isinstance(last.event, e.ImpactSet):
        return
    back = any(isinstance(each.event, e.Reopened) and each.seq > last.seq for each in room.entries)
    bounds = (("began", last.event.start, "signal", "half"), ("ended", last.event.end, "good", "check"))
    for word, moment, css, icon in bounds:
        if moment is not None:
            aside = Markup("best guess, {}").format(telling.range(moment)) if moment.until else ""
            said = _SEEMED if back and word == "ended" else word
            words = Said(css=css, icon=icon, head=Markup("<b>Impact {}</b>").format(said), aside=aside)
            time = telling.hour(moment.at)
            yield Drawn(seq=last.seq, at=moment, time=time, said=words, id=f"impact-{word}")


_SEEMED = "thought to have ended"
"""It came back since, and nobody has said yet when it ended."""
