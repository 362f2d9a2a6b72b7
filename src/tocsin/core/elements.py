"""What a timeline should tell, and what it does not tell yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Seq
from tocsin.core.moments import Moment
from tocsin.core.playbook import Element, Playbook
from tocsin.core.signals import shows_impact
from tocsin.core.timeline import Line


@dataclass(frozen=True, kw_only=True)
class Found:
    """An element with the lines that tell it; `lacks`: what to write where none does, else empty."""

    element: Element
    lines: tuple[Seq, ...]
    lacks: str = ""


def elements(lines: Sequence[Line], playbook: Playbook) -> list[Found]:
    """Every element of the playbook, in its order, held against a timeline; a line that was removed tells nothing."""
    left = [line for line in lines if not line.removed]
    return [_found(element, left) for element in playbook.elements]


def propose_start(entries: Sequence[Entry]) -> Moment | None:
    """A guess at when the impact began: the earliest that anybody saw of it. None: only that it was declared is known.

    Whoever shows it calls it a guess, and a person takes it or does not: when a report came in, and when it was
    declared, is not when it began.
    """
    evidence = earliest_evidence(entries)
    return None if evidence is None else evidence.at


def impact_since(said: Moment | None, noticed: datetime | None, declared: datetime | None) -> datetime | None:
    """Since when people were affected, while it lasts: as was said, else since the first sign before it was declared.

    The second is a guess, and shown as one. None: nobody knows.
    """
    if said is not None:
        return said.middle
    return noticed if noticed and declared and noticed < declared else None


def earliest_evidence(entries: Sequence[Entry]) -> Entry | None:
    """The line that first shows the impact: a signal, what people told us, what was found, or that it began then."""
    gone = {entry.about for entry in entries if isinstance(entry.event, e.NoteRemoved)}
    evidence = (entry for entry in entries if entry.seq not in gone and _is_evidence(entry.event))
    return min(evidence, key=lambda entry: (entry.at.at, entry.seq), default=None)


def _is_evidence(event: e.Event) -> bool:
    match event:
        case e.Noted(kind="impact-began" | "told-us" | "finding"):
            return True
        case _:
            return shows_impact(event)


def _found(element: Element, lines: Iterable[Line]) -> Found:
    near = [line for line in lines if line.kind in element.kinds or (element.marked and line.highlighted)]
    telling = tuple(dict.fromkeys(line.seq for line in near if line.links or not element.link))
    if telling:
        return Found(element=element, lines=telling)
    return Found(element=element, lines=(), lacks=_lacks_link(element, near) if near else _lacks(element))


def _lacks(element: Element) -> str:
    """A name that begins as a question does goes on from “says”: “says when the impact began”."""
    first, *_ = element.name.split() or [""]
    if first.casefold() in ("how", "that", "what", "when", "where", "whether", "which", "who", "why"):
        return f"Nothing on the timeline says {element.name[:1].lower()}{element.name[1:]}."
    return f"Nothing on the timeline tells this: {element.name}."


def _lacks_link(element: Element, near: Sequence[Line]) -> str:
    numbers = ", ".join(str(line.seq) for line in near[:3])
    where = f"line {numbers} has" if len(near) == 1 else f"lines {numbers} have"
    return f"“{element.name}” needs a line with a link to where it stands; {where} none."
