"""The hours of several people side by side: who works when, who is away, and when nobody is at work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from tocsin.core.hours import Calendar, Span, spans


def working(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """When somebody works between two moments; shifts that follow on one another are one."""
    return _joined(spans(calendar, start, end))


def away(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """When they would work if they had no leave."""
    usual = replace(calendar, leave=())
    return without(working(usual, start, end), working(calendar, start, end))


def nobody(calendars: Iterable[Calendar], start: datetime, end: datetime) -> list[Span]:
    """When none of them is at work."""
    whole = (start.astimezone(UTC), end.astimezone(UTC))
    return without([whole], chain.from_iterable(spans(each, start, end) for each in calendars))


def without(whole: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of some stretches of time, in order, when others are taken out."""
    out, left = _joined(taken), []
    for begins, ends in whole:
        for first, last in out:
            if last > begins and first < ends:
                left.append((begins, first))
                begins = last
        left.append((begins, ends))
    return [span for span in left if span[0] < span[1]]


def _joined(found: Iterable[Span]) -> list[Span]:
    """In order, those that touch or overlap put together."""
    joined: list[Span] = []
    for begins, ends in sorted(found):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        else:
            joined.append((begins, ends))
    return joined
