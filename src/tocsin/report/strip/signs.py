"""The moments that are worth a sign of their own: noticed, answered, cause found, fix, verified, reopened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tocsin.core import events as e
from tocsin.core.events import Entry, ImpactSet
from tocsin.core.people import TOCSIN
from tocsin.report.strip.course import Sign, Stretch, times
from tocsin.report.strip.picture import MarkKind


def signs(
    entries: Sequence[Entry], impact: ImpactSet, over: datetime | None, pauses: Sequence[Stretch]
) -> tuple[Sign, ...]:
    end = (impact.end.until or impact.end.at) if impact.end else over
    signs = [
        *_first_signs(entries, end),
        *(Sign(at=at, kind="cause", word="Cause found") for at in _cause(entries)),
        *_fixes(entries, end, pauses),
        *(Sign(at=at, kind="verified", word="Verified") for at in times(entries, e.Resolved)),
        *(Sign(at=at, kind="reopened", word="Reopened") for at in times(entries, e.Reopened)),
    ]
    return tuple(sorted(signs, key=lambda sign: sign.at))


def _first_signs(entries: Sequence[Entry], end: datetime | None) -> Iterator[Sign]:
    """A signal that came after somebody had taken it told nobody anything new."""
    noticed, answered = min(times(entries, e.SignalReceived), default=None), answer(entries) or _declared(entries)
    if noticed is not None and (answered is None or noticed <= answered.at.at):
        yield Sign(at=noticed, kind="noticed", word="Noticed")
    if answered is not None:
        kind: MarkKind = "declared" if _declares(answered, noticed, end) else "answered"
        yield Sign(at=answered.at.at, kind=kind, word=kind.capitalize())


def _declares(answered: Entry, noticed: datetime | None, end: datetime | None) -> bool:
    """Nothing had been heard before, or nobody answered, or it was over already: then it was only declared."""
    at = answered.at.at
    first_sign = noticed is None or noticed > at
    over = end is not None and end < at
    return isinstance(answered.event, e.Declared) and (first_sign or over or answered.by == TOCSIN.handle)


def answer(entries: Iterable[Entry]) -> Entry | None:
    """Who first took it, and when; what Tocsin declares by itself answers nobody."""
    taken = [
        entry
        for entry in entries
        if isinstance(entry.event, e.Acknowledged)
        or (isinstance(entry.event, e.Declared) and entry.by != TOCSIN.handle)
    ]
    return min(taken, key=lambda entry: entry.at.at, default=None)


def _declared(entries: Iterable[Entry]) -> Entry | None:
    return next((entry for entry in entries if isinstance(entry.event, e.Declared)), None)


def _cause(entries: Sequence[Entry]) -> list[datetime]:
    """When the commander first named it; else when it was found, by a line somebody marked."""
    named = [entry for entry in entries if isinstance(entry.event, e.PlanSet) and (entry.event.cause or "").strip()]
    return sorted(entry.at.at for entry in named or _marked_findings(entries))[:1]


def _marked_findings(entries: Sequence[Entry]) -> list[Entry]:
    marks = {entry.about: entry.event.on for entry in entries if isinstance(entry.event, e.Highlighted)}
    return [entry for entry in _standing(entries, "finding") if marks.get(entry.seq)]


def _standing(entries: Sequence[Entry], kind: e.NoteKind) -> list[Entry]:
    gone = {entry.about for entry in entries if isinstance(entry.event, e.NoteRemoved)}
    return [
        entry
        for entry in entries
        if isinstance(entry.event, e.Noted) and entry.event.kind == kind and entry.seq not in gone
    ]


def _fixes(entries: Sequence[Entry], end: datetime | None, pauses: Sequence[Stretch]) -> Iterator[Sign]:
    """What was done last before each end; what came before a return was not enough."""
    tried = sorted(entry.at.at for entry in _standing(entries, "fix"))
    after = None
    for ended, again in pauses:
        if end is None or ended < end:
            yield from _last_fix(tried, after, ended, "Fix, not enough")
            after = again
    if end is not None:
        yield from _last_fix(tried, after, end, "Fix")


def _last_fix(tried: Sequence[datetime], after: datetime | None, end: datetime, word: str) -> list[Sign]:
    within = [at for at in tried if at <= end and (after is None or at > after)]
    return [Sign(at=within[-1], kind="fix", word=word)] if within else []
