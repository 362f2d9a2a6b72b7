"""The exchange of one ticket in order: what they wrote, what we answered, and how it stands, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.core.events import Updated
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket, Way, Word
from tocsin.language.markup import as_plain, tree
from tocsin.store import desk, people, places, tickets
from tocsin.store.desk import Last
from tocsin.store.places import Told

MOST_TOLD = 50
"""Updates of one incident on the page of a ticket."""
KINDS: Mapping[str, str] = {
    "first-response": "first response",
    "update": "update",
    "resolved": "it is over",
    "report": "the report",
    "support-request": "answer",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message, as somebody reads it."""

    way: Way
    at: datetime
    who: str
    """Who wrote it, as far as anybody knows; empty: we did, and it says who in its text."""
    text: str
    whole: str = ""
    kind: str = ""
    next_by: datetime | None = None
    apart: bool = False
    """A stranger may have written it: it counts for nothing until one of us has looked."""
    place: int = 0
    """Which message of the ticket it is; 0: it stands in the incident's log alone."""
    line: Seq | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How it stands, with its sign; `due`: by when they hear from us; `report`: of which incident it can be read."""

    kind: str
    icon: str
    word: str
    text: str
    due: datetime | None = None
    report: IncidentNumber | None = None


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A ticket with all that whoever wrote it may read."""

    ticket: Ticket
    lines: tuple[Line, ...]
    standing: Standing


def exchange(connection: sa.Connection, ticket: Ticket, now: datetime) -> Exchange:
    """For people outside: notes are left out, and what strangers wrote as well.

    What their community was told stands there at once, whether it has gone out by mail or not.
    """
    names = people.names(connection)
    said = tickets.words(connection, ticket.id)
    found = desk.became(connection, [ticket])
    row = found.incidents.get(ticket.incident) if ticket.incident is not None else None
    signal = found.signals.get(ticket.signal) if ticket.signal is not None else None
    lines = [each for each in map_words(said, names) if _theirs(each, said, ticket)]
    if row is not None and not row["drill"] and ticket.community is not None:
        there = {word.line for word in said}
        told = places.told(connection, [row["number"]], ticket.community, MOST_TOLD)
        lines += [of_log(each) for each in told if each.seq not in there and not each.update.went]
    lines.sort(key=lambda each: each.at)
    return Exchange(ticket=ticket, lines=tuple(lines), standing=standing(ticket, signal, row, lines, now))


def map_words(said: Sequence[Word], names: Mapping[str, str]) -> list[Line]:
    """The words of a ticket, in order."""
    return [
        Line(
            way=word.way,
            at=word.at,
            who=names.get(word.by or "", "") or word.name or word.email,
            text=word.text,
            whole=word.whole,
            kind=KINDS.get(word.kind, ""),
            next_by=word.next_by,
            apart=word.quarantined,
            place=place,
            line=word.line,
            source=word.source,
        )
        for place, word in enumerate(said, start=1)
    ]


def glimpse(last: Last) -> str:
    """How the last word begins, on one line; what we wrote is Markdown, what they wrote stands as they wrote it."""
    return " ".join((as_plain(tree(last.text)) if last.way == "out" else last.text).split())


def of_log(told: Told) -> Line:
    """Word to a community, as an incident's log has it."""
    update: Updated = told.update
    return Line(
        way="out",
        at=told.at,
        who="",
        text=update.text,
        kind=KINDS[update.kind],
        next_by=update.next_by,
        line=told.seq,
    )


def standing(
    ticket: Ticket,
    signal: Signal | None,
    row: Mapping[str, Any] | None,
    lines: Iterable[Line],
    now: datetime,
) -> Standing:
    """In words for somebody who knows nothing of signals and phases."""
    answers = [each for each in lines if each.way == "out"]
    if row is not None:
        return _of_incident(row, answers, now)
    if signal is None:
        return _closed() if ticket.closed else _waits(answers, now)
    match signal.state, signal.verdict:
        case ("closed", "support-request"):
            text = "It is no incident: one of us answers you, and nobody else is affected as far as we know."
            return Standing(kind="", icon="ticket", word="We answer it as a support request", text=text)
        case ("closed", _):
            return _closed()
        case _ if signal.acknowledged_by and not answers:
            text = "Somebody of the team looks after it. What we find out stands here."
            return Standing(kind="wait", icon="half", word="Somebody looks after it", text=text)
        case _:
            return _waits(answers, now)


def _of_incident(row: Mapping[str, Any], answers: Sequence[Line], now: datetime) -> Standing:
    report = IncidentNumber(row["number"]) if row["published"] is not None else None
    match row["state"]:
        case "open":
            text = "People of the team work on it. What they find out stands here."
            due, late = _due(answers, now)
            word = "We respond to it as an incident"
            return Standing(kind="harm", icon="flag", word=word, text=f"{text}{late}", due=due, report=report)
        case "cancelled":
            text = "We looked into it, and it is no incident after all. If it is still so for you, write to us below."
            return Standing(kind="", icon="cross", word="No incident after all", text=text)
        case _:
            text = "If it is not over for you, write to us below."
            return Standing(kind="good", icon="check", word="It is over", text=text, report=report)


def _waits(answers: Sequence[Line], now: datetime) -> Standing:
    if not answers:
        text = "Somebody of the team reads it, and looks at what others report about the same."
        return Standing(kind="wait", icon="clock", word="It waits for somebody of the team", text=text)
    due, late = _due(answers, now)
    text = f"What we find out stands here.{late}"
    return Standing(kind="wait", icon="half", word="We look into it", text=text, due=due)


def _closed() -> Standing:
    text = "If it is not over for you, write to us below."
    return Standing(kind="good", icon="check", word="It is closed", text=text)


def _due(answers: Sequence[Line], now: datetime) -> tuple[datetime | None, str]:
    """By when they hear from us, as we said last; and that we are late, where we are."""
    promised = next((each.next_by for each in reversed(answers) if each.next_by), None)
    if promised is None or promised > now:
        return promised, ""
    if any(each.at > promised for each in answers):
        return None, ""
    return None, " We said that you would hear from us by now, and we are late."


def _theirs(line: Line, said: Sequence[Word], ticket: Ticket) -> bool:
    """Whether whoever wrote the ticket reads it: of what is kept apart, only what bears their own address."""
    if line.way == "note":
        return False
    email = said[line.place - 1].email.casefold()
    return not line.apart or bool(email and email == ticket.email.casefold())
