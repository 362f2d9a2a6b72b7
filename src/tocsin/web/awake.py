"""Who is at work in the next day, hour by hour in UTC, and when nobody is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.core.hours import Span, calendar
from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.core.playbook import Playbook
from tocsin.core.presence import presence, rank
from tocsin.core.weeks import without, working
from tocsin.web.showing import lapse, place

AHEAD = timedelta(hours=24)
MOST = 10
"""People with a row of their own: those at work first, then those who are so next."""
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A stretch of work; `x` and `width` are attributes of a rectangle."""

    x: str
    width: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """Somebody's day. `words` say it to whoever does not see the picture."""

    name: str
    zone: str
    bars: tuple[Bar, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class Awake:
    """The picture and the sentence below it."""

    rows: tuple[Row, ...]
    others: int
    """People without a row."""
    now: str
    axis: tuple[str, ...]
    sentence: str


def awake(people: Sequence[Person], wrote: Mapping[Handle, datetime], playbook: Playbook, now: datetime) -> Awake:
    """From the hour that has begun on; whoever wrote in the last hour is at work."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    end = start + AHEAD
    seen = sorted((presence(each, playbook, now, wrote.get(each.handle)) for each in people), key=rank)
    found = {each.person.handle: _work(each.person, wrote, playbook, start, end) for each in seen}
    rows = [_row(each.person, each.zone, found[each.person.handle], start) for each in seen[:MOST]]
    return Awake(
        rows=tuple(rows),
        others=len(seen) - len(rows),
        now=_percent(now - start),
        axis=tuple(f"{(start + n * AHEAD / 4).hour:02}" for n in range(5)),
        sentence=_sentence([each.person for each in seen], found, now, end),
    )


def _work(
    person: Person, wrote: Mapping[Handle, datetime], playbook: Playbook, start: datetime, end: datetime
) -> list[Span]:
    """By their hours, and for an hour since they wrote."""
    spans = working(calendar(person, playbook), start, end)
    at = wrote.get(person.handle)
    if at is None:
        return spans
    talk = (max(at, start), min(at + _HOUR, end))
    return sorted([*spans, *without([talk] if talk[0] < talk[1] else [], spans)])


def _row(person: Person, zone: str, spans: Sequence[Span], start: datetime) -> Row:
    said = ", ".join(f"{begins:%H:%M} to {ends:%H:%M}" for begins, ends in spans)
    return Row(
        name=person.name.split()[0] if person.name.split() else person.handle,
        zone=place(zone),
        bars=tuple(Bar(x=_percent(begins - start), width=_percent(ends - begins)) for begins, ends in spans),
        words=f"at work {said} UTC" if said else "not at work in the next 24 hours",
    )


def _percent(length: timedelta) -> str:
    return f"{100 * (length / AHEAD):.2f}%"


# ── in words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _sentence(people: Sequence[Person], found: Mapping[Handle, Sequence[Span]], now: datetime, end: datetime) -> str:
    if not people:
        return "Nobody is on the team yet."
    gap = next(iter(without([(now, end)], (span for spans in found.values() for span in spans))), None)
    if gap is None:
        return "Somebody is at work at any time in the next 24 hours."
    begins, ends = gap
    until = f"until {_first(people, found, ends)} begins at {ends:%H:%M} UTC" if ends < end else "in these 24 hours"
    if begins - now < _MINUTE:
        return f"Nobody is at work {until}{f', in {lapse(ends - now)}' if ends < end else ''}."
    last = _last(people, found, begins)
    return f"{last} at {begins:%H:%M} UTC, in {lapse(begins - now)}. Then nobody is at work {until}."


def _first(people: Iterable[Person], found: Mapping[Handle, Sequence[Span]], at: datetime) -> str:
    return next(each.name for each in people if any(begins == at for begins, _ in found[each.handle]))


def _last(people: Iterable[Person], found: Mapping[Handle, Sequence[Span]], at: datetime) -> str:
    names = [each.name for each in people if any(ends == at for _, ends in found[each.handle])]
    if len(names) == 1:
        return f"{names[0]} stops"
    return f"{names[0]} and {names[1] if len(names) == 2 else f'{len(names) - 1} others'} stop"
