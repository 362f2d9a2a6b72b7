"""Signals: tickets, alerts, probes and people saying that something is wrong; rows with counts, not lines of a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeGuard

from tocsin.core.events import Acknowledged, Event, Fact, Noted, NoteKind, SignalKind, SignalReceived, Updated
from tocsin.core.ids import Handle, IncidentNumber, SignalId, Slug, TicketId
from tocsin.core.moments import Moment
from tocsin.core.refused import Refused

SignalState = Literal["open", "candidate", "attached", "closed"]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """Something that seems wrong, as it was reported; the same again only raises `times`."""

    id: SignalId
    kind: SignalKind
    text: str
    service: Slug | None = None
    criterion: Slug | None = None
    people: tuple[str, ...] = ()
    count: int | None = None
    everyone: bool = False
    link: str = ""
    key: str = ""
    state: SignalState = "open"
    verdict: str = ""
    why: str = ""
    """How whoever judged it knows."""
    closed_why: str = ""
    incident: IncidentNumber | None = None
    by: Handle
    at: datetime
    last_at: datetime
    times: int = 1
    acknowledged_by: Handle | None = None
    acknowledged_at: datetime | None = None
    judged_by: Handle | None = None

    @property
    def is_undecided(self) -> bool:
        """Nobody has closed it yet, and it belongs to no incident."""
        return self.state in ("open", "candidate")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A line of talk about a signal."""

    at: datetime
    by: Handle
    kind: NoteKind
    text: str
    output: str = ""
    outcome: str = ""
    link: str = ""
    via: str = ""
    ticket: TicketId | None = None
    who: str = ""
    told: tuple[Slug, ...] | None = None
    """The communities that this went to as the first response; None: it is no word to them."""
    next_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A signal with what was said about it, in the order it was said."""

    signal: Signal
    talk: tuple[Said, ...] = ()


def denies(signal: Signal | SignalReceived) -> bool:
    """A probe that found nobody affected: it says that all is well."""
    return signal.kind == "probe" and signal.count == 0


def shows_impact(event: Event) -> TypeGuard[SignalReceived]:
    """A signal by which somebody is affected; one that denies it is no evidence of when, nor that we noticed."""
    return isinstance(event, SignalReceived) and not denies(event)


def repeated(signal: Signal, again: Signal) -> Signal:
    """The same signal once more: it counts, and what it newly tells is kept. Of a probe the last count is."""
    counts = [n for n in (signal.count, again.count) if n is not None]
    return replace(
        signal,
        times=signal.times + 1,
        last_at=max(signal.last_at, again.at),
        service=signal.service or again.service,
        criterion=signal.criterion or again.criterion,
        people=tuple(dict.fromkeys(signal.people + again.people)),
        count=again.count if signal.kind == "probe" else max(counts, default=None),
        everyone=signal.everyone or again.everyone,
    )


def closed(signal: Signal, why: str) -> Signal:
    """The signal, over. One that belongs to an incident stays with it."""
    if signal.state == "closed":
        raise Refused(f"Signal {signal.id} is closed already.")
    return replace(signal, state="closed", closed_why=why)


def attached(signal: Signal, incident: IncidentNumber) -> Signal:
    """The signal, belonging to an incident."""
    if signal.incident is not None:
        raise Refused(f"Signal {signal.id} belongs to incident {signal.incident} already.")
    return replace(signal, state="closed" if signal.state == "closed" else "attached", incident=incident)


def freed(signal: Signal) -> Signal:
    """The signal of an incident that was cancelled: nobody's again, so that it can be judged or attached anew."""
    state: SignalState = "closed" if signal.state == "closed" else "open"
    return replace(signal, state=state, incident=None, verdict="", why="", judged_by=None)


def received(reports: Sequence[Reported]) -> list[Fact]:
    """What an incident's log says of signals that belong to it, and of the talk about them: each at its own time."""
    return [fact for report in reports for fact in (*_received(report.signal), *_talk(report))]


def _received(signal: Signal) -> Iterator[Fact]:
    event = SignalReceived(
        signal=signal.id,
        kind=signal.kind,
        text=signal.text,
        service=signal.service,
        criterion=signal.criterion,
        people=signal.people,
        count=signal.count,
        everyone=signal.everyone,
        link=signal.link,
    )
    yield Fact(event=event, at=Moment(at=signal.at), by=signal.by, source=f"signal:{signal.id}")
    if signal.acknowledged_at is not None:
        yield Fact(event=Acknowledged(), at=Moment(at=signal.acknowledged_at), by=signal.acknowledged_by)


def _talk(report: Reported) -> Iterator[Fact]:
    for said in report.talk:
        yield Fact(event=_said(said, report.signal.id), at=Moment(at=said.at), by=said.by)


def _said(said: Said, signal: SignalId) -> Event:
    if said.told is not None:
        return Updated(
            kind="first-response",
            text=said.text,
            communities=said.told,
            drafted_by=said.by,
            approved_by=said.by,
            next_by=said.next_by,
            went=True,
        )
    return Noted(
        kind=said.kind,
        text=said.text,
        output=said.output,
        outcome=said.outcome,
        link=said.link,
        via=said.via,
        signal=signal,
        ticket=said.ticket,
        who=said.who,
    )
