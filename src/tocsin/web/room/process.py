"""How far an incident has come by the process: the gate that is next, the steps, and when word is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tocsin.core.cadence import Due, word_due
from tocsin.core.checklist import Checked, checklist
from tocsin.core.gates import Seen, seen, unmet
from tocsin.core.handover import why_hand_over
from tocsin.core.playbook import Gate as Needs
from tocsin.core.playbook import Need
from tocsin.core.report import waits_for
from tocsin.web.room.reading import Room

SOON = timedelta(minutes=30)
"""Word that is due within that is what is to be done next."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A sentence that says what is missing, and where that is helped."""

    text: str
    need: Need
    remedy: str = ""
    """The address of the page; none where this Tocsin has no page for it."""
    does: str = ""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What is looked for before a step."""

    title: str
    missing: tuple[Missing, ...]
    met: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Word:
    """When the communities must hear from us."""

    due: Due
    overdue: bool
    soon: bool
    """It beats everything else."""


_REMEDIES: Mapping[Need, tuple[str, str]] = {
    "commander": ("roles", "Take command"),
    "told": ("update", "Write to them"),
    "verified": ("resolve", "Write one sentence"),
    "title": ("title", "Give it a title"),
    "impact": ("impact", "Say when"),
}
_MET: Mapping[Need, str] = {
    "declared": "It is declared",
    "commander": "Somebody commands",
    "told": "The communities have heard from us",
    "channel": "It is talked about in one place",
    "verified": "How it was verified",
    "title": "What people could not do",
    "owner": "Somebody owns the report",
    "impact": "When the impact began and ended",
    "sections": "Every section that has to be there",
    "action": "What we do about it",
}


def word(room: Room) -> Word | None:
    """None: nobody waits for word."""
    due = word_due(room.incident, room.entries, room.playbook, room.calendar)
    if due is None:
        return None
    return Word(due=due, overdue=due.at <= room.now, soon=due.at - room.now <= SOON)


def gates(room: Room) -> list[Gate]:
    """What stands in the way now: of a complete response, then of its end, then of its report."""
    gates, found = room.playbook.gates, seen(room.entries)
    match room.incident.state:
        case "open":
            start = _gate("Before the response is complete", gates.start, room, found)
            return [*([start] if start.missing else []), _gate("Before you can resolve", gates.resolve, room, found)]
        case "resolved" if room.incident.report.published is None:
            return [_gate("Before the report can be reviewed", gates.review, room, found)]
        case _:
            return []


def steps(room: Room, word: Word | None) -> tuple[Checked, ...]:
    """Every step of the process, with what there is to show for it."""
    overdue = word is not None and word.overdue
    return tuple(checklist(room.incident, room.entries, room.playbook, overdue=overdue))


def hand_over(room: Room) -> str | None:
    """Why whoever commands should think of handing over."""
    team = [each for each in room.people.values() if each.kind == "team" and each.active]
    return why_hand_over(room.incident, room.now, room.playbook, team, room.wrote)


def readers(room: Room) -> list[str]:
    """Who still has to read the report, while it is under review."""
    report = room.incident.report
    if report.asked is None or report.approved is not None:
        return []
    return waits_for(room.incident, room.playbook, room.name)


def _gate(title: str, needs: Needs, room: Room, found: Seen) -> Gate:
    looked_for = (*needs.blocks, *needs.warns)
    lacks = [
        (need, text)
        for need in looked_for
        for text in unmet((need,), room.incident, room.playbook, room.sections, seen=found, name=room.community)
    ]
    lacking = {need for need, _ in lacks}
    met = tuple(_MET[need] for need in looked_for if need not in lacking)
    return Gate(title=title, missing=tuple(_missing(lacks, room)), met=met)


def _missing(lacks: list[tuple[Need, str]], room: Room) -> Iterator[Missing]:
    for need, text in lacks:
        page, does = _REMEDIES.get(need, ("", ""))
        remedy = f"/incidents/{room.number}/{page}" if page and room.acts else ""
        yield Missing(text=text, need=need, remedy=remedy, does=does)
