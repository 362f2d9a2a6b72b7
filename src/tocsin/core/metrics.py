"""How long things took, from a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.people import TOCSIN
from tocsin.core.signals import shows_impact


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Four durations; None where the log does not say. A negative one is possible, and honest: told before answered."""

    notice: timedelta | None
    """From the beginning of the impact until it was brought to our attention (first signal of it, else declaration)."""
    answer: timedelta | None
    """From then until somebody acknowledged or declared it; what a rule declares by itself, nobody has answered yet."""
    tell: timedelta | None
    """From the first answer until the communities first heard from us."""
    resolve: timedelta | None
    """From the beginning of the impact until it ended; where nobody knows its end, until it was resolved for good."""


def metrics(entries: Sequence[Entry]) -> Metrics:
    """Read off a whole log."""
    window = _last(entries, e.ImpactSet)
    impact = window.event if window and isinstance(window.event, e.ImpactSet) else e.ImpactSet()
    began = impact.start.at if impact.start else None
    answered = _first([entry for entry in entries if entry.by != TOCSIN.handle], e.Declared, e.Acknowledged)
    shown = [entry for entry in entries if shows_impact(entry.event) or not isinstance(entry.event, e.SignalReceived)]
    noticed = _first(shown, e.SignalReceived, e.Declared, e.Acknowledged)
    ended = impact.end.at if impact.end else _resolved_for_good(entries)
    return Metrics(
        notice=_between(began, noticed),
        answer=_between(noticed, answered),
        tell=_between(answered, _first(entries, e.Updated)),
        resolve=_between(began, ended),
    )


def _first(entries: Sequence[Entry], *kinds: type[e.Event]) -> datetime | None:
    return min((entry.at.at for entry in entries if isinstance(entry.event, kinds)), default=None)


def _last(entries: Sequence[Entry], *kinds: type[e.Event]) -> Entry | None:
    return next((entry for entry in reversed(entries) if isinstance(entry.event, kinds)), None)


def _resolved_for_good(entries: Sequence[Entry]) -> datetime | None:
    last = _last(entries, e.Resolved, e.Reopened)
    return last.at.at if last and isinstance(last.event, e.Resolved) else None


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start is not None and end is not None else None
