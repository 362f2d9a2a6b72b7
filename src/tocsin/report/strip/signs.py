"""The moments that are worth a sign of their own: noticed, answered, likely cause, last fix, verified, reopened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tocsin.core import events as e
from tocsin.core.events import Entry, ImpactSet
from tocsin.core.people import TOCSIN
from tocsin.report.strip.course import Sign, Stretch, reported, times
from tocsin.report.strip.picture import MarkKind


def signs(
    entries: Sequence[Entry], impact: ImpactSet, over: datetime | None, pauses: Sequence[Stretch]
) -> tuple[Sign, ...]:
    end = (impact.end.until or impact.end.at) if impact.end else over
    signs = [
        *_first_signs(entries, end),
        *(Sign(at=at, kind="cause", word="Likely cause") for at in _cause(entries)),
        *_fixes(entries, end, pauses),
        *(Sign(at=at, kind="verified", word="Verified") for at in _verified(entries)),
        *(Sign(at=at, kind="reopened", word="Reopened") for at in times(entries, e.Reopened)),
    ]
    return tuple(sorted(signs, key=lambda sign: sign.at))


def _first_signs(entries: Sequence[Entry], end: datetime | None) -> Iterator[Sign]:
    """A signal that came after somebody had taken it told nobody anything new."""
    noticed, answered = min(reported(entries), default=None), answer(entries) or _declared(entries)
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
    """When it was found, by a line somebody marked; else since when the commander takes it for what it is now.

    What was thought up to an end that did not hold stays; another word, or another finding, after it is a cause anew.
    """
    found = sorted(entry.at.at for entry in _marked_findings(entries))
    thoughts, backs = list(_thoughts(entries)), times(entries, e.Reopened)

    def stretch(at: datetime) -> int:
        return sum(back <= at for back in backs)

    causes = []
    for number in range(len(backs) + 1):
        first = [at for at in found if stretch(at) == number][:1]
        last = [thought for thought in thoughts if stretch(thought[0]) == number][-1:]
        causes += first or [at for at, thought in last if thought]
    return causes


def _thoughts(entries: Iterable[Entry]) -> Iterator[tuple[datetime, str]]:
    """The first word is often a guess that did not hold; the same words again, or none on the cause, change nothing."""
    thought = ""
    for entry in entries:
        said = entry.event.cause if isinstance(entry.event, e.PlanSet) else None
        if said is not None and said.strip() != thought:
            thought = said.strip()
            yield entry.at.at, thought


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


def _verified(entries: Iterable[Entry]) -> list[datetime]:
    """Every end of which somebody said how they know."""
    return [entry.at.at for entry in entries if isinstance(entry.event, e.Resolved) and entry.event.verified.strip()]


def _fixes(entries: Sequence[Entry], end: datetime | None, pauses: Sequence[Stretch]) -> Iterator[Sign]:
    """What was tried last before each end, helpful or not; what came before a return was not enough."""
    tried = sorted(entry.at.at for entry in _standing(entries, "fix"))
    after = None
    for ended, again in pauses:
        if end is None or ended < end:
            yield from _last_fix(tried, after, ended, "Fix, not enough")
            after = again
    if end is not None:
        yield from _last_fix(tried, after, end, "Last fix tried")


def _last_fix(tried: Sequence[datetime], after: datetime | None, end: datetime, word: str) -> list[Sign]:
    within = [at for at in tried if at <= end and (after is None or at > after)]
    return [Sign(at=within[-1], kind="fix", word=word)] if within else []
