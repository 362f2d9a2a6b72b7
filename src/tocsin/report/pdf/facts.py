"""What can be said of an incident in a few words, beside its prose: when, how long, whom, who."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tocsin.core.events import SignalKind
from tocsin.core.moments import Moment
from tocsin.report import times
from tocsin.report.clock import Clock
from tocsin.report.document import Document, Part
from tocsin.report.facts import NOTICED, Fact, in_one_day, lasted


def facts(document: Document, clock: Clock) -> list[Fact[str]]:
    """In the order in which a reader wants to know them; those that nobody has filled in are left out."""
    found = [
        *_impact(document, clock),
        _lasted(document),
        _symptom(document),
        Fact(name=_number("Community", "Communities", document.communities), value=", ".join(document.communities)),
        Fact(name=_number("Service", "Services", document.services), value=", ".join(document.services)),
        *_course(document, clock),
        *_roles(document, clock),
        Fact(name="Owner of the review process", value=document.owner),
    ]
    return [fact for fact in found if fact.value.strip()]


def _number(one: str, several: str, names: tuple[str, ...]) -> str:
    return several if len(names) > 1 else one


def _impact(document: Document, clock: Clock) -> Iterator[Fact[str]]:
    if edges := in_one_day(document.impact, clock):
        start, end = edges
        value = f"{_about(start, clock)} to {_about(end, clock)}"
        yield Fact(name="Impact", value=value, notes=(clock.weekday(start.at), *_ranges(document, clock)))
    else:
        if document.impact.start is None:
            yield _declared(document, clock)
        yield _edge("Impact began", document.impact.start, clock)
        yield _edge("Impact ended", document.impact.end, clock)


def _about(moment: Moment, clock: Clock) -> str:
    return f"~{clock.time(moment.at)}" if moment.until else clock.time(moment.at)


def _ranges(document: Document, clock: Clock) -> Iterator[str]:
    for name, edge in (("Began", document.impact.start), ("Ended", document.impact.end)):
        if edge and edge.until:
            yield f"{name} {_between(edge, clock)}"


def _between(edge: Moment, clock: Clock) -> str:
    return f"between {clock.time(edge.at)} and {clock.near(edge.until or edge.at, edge.at)}"


def _edge(name: str, edge: Moment | None, clock: Clock) -> Fact[str]:
    if edge is None:
        return Fact(name=name, value="not known")
    ranges = (_between(edge, clock),) if edge.until else ()
    return Fact(name=name, value=_about(edge, clock), notes=(clock.weekday(edge.at), *ranges))


def _lasted(document: Document) -> Fact[str]:
    name, value, ends = lasted(document.impact)
    return Fact(name=name, value=value, notes=(ends,) if ends else ())


def _symptom(document: Document) -> Fact[str]:
    people = document.people
    counted = f"At least {people} {'person' if people == 1 else 'people'}" if people else ""
    value, *more = filter(None, (document.criterion, counted)) if document.criterion or counted else ("",)
    return Fact(name="Symptom" if document.criterion else "Affected", value=value, notes=tuple(more))


def _course(document: Document, clock: Clock) -> Iterator[Fact[str]]:
    began = _began(document)
    if document.noticed:
        at, kind = document.noticed.at, document.noticed.kind
        yield Fact(name="Noticed", value=clock.near(at, began), notes=(_NOTICED[kind],))
    if document.answered:
        yield Fact(name="Answered", value=clock.near(document.answered, began), notes=tuple(_after(document)))
    if document.told:
        first, count = clock.near(document.told[0], began), len(document.told)
        yield Fact(name="First told", value=first, notes=(f"{count} updates in all",) if count > 1 else ())
    if document.impact.start and document.answered != document.declared:
        yield Fact(name="Declared", value=clock.near(document.declared, began))
    resolved = clock.near(document.resolved, began) if document.resolved else "not yet"
    yield Fact(name="Resolved", value=resolved, notes=(document.verified,))


def _declared(document: Document, clock: Clock) -> Fact[str]:
    """With its day, which otherwise that of the impact tells."""
    at = document.declared
    return Fact(name="Declared", value=clock.time(at), notes=(clock.weekday(at),))


_NOTICED: dict[SignalKind, str] = {**NOTICED, "probe": "by our probe"}


def _after(document: Document) -> Iterator[str]:
    if document.answered == document.declared:
        yield "and declared"
    if document.noticed and document.answered and document.answered >= document.noticed.at:
        yield f"{times.duration(document.answered - document.noticed.at)} after it was noticed"


def _roles(document: Document, clock: Clock) -> Iterator[Fact[str]]:
    """Each role once, with all who held it in turn."""
    for name in dict.fromkeys(part.name for part in document.roles):
        held = [part for part in document.roles if part.name == name]
        for number, part in enumerate(held):
            yield Fact(name="" if number else name, value=part.person, notes=(_held(part, document, clock),))


def _held(part: Part, document: Document, clock: Clock) -> str:
    until = f" to {clock.near(part.until, part.since)}" if part.until else ""
    return f"from {clock.near(part.since, _began(document))}{until}"


def _began(document: Document) -> datetime:
    """The day of which is named already: that of the impact, or where nobody knows it, of the declaration."""
    return document.impact.start.at if document.impact.start else document.declared
