"""By when word may be promised: a few times to choose from, on the clocks of those who wait and of whoever writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core.moments import zone as zone_named
from tocsin.language import drafting
from tocsin.web.room.reading import Room
from tocsin.web.showing import place
from tocsin.web.updating.word import Word, by_cadence

AHEAD = (30, 60, 120, 240)
"""Minutes after which word may be promised, besides what the cadence says."""


@dataclass(frozen=True, kw_only=True)
class Time:
    """A time that may be promised."""

    value: str
    says: str
    chosen: bool


def times(room: Room, it: Word) -> Sequence[Time]:
    """A few to choose from, in order; what was chosen is among them."""
    cadence = by_cadence(room)
    usual = {drafting.rounded(room.now + timedelta(minutes=minutes)) for minutes in AHEAD}
    found = sorted({*usual, *filter(None, (cadence, it.next_by))})
    return [
        Time(
            value=at.isoformat(timespec="minutes"),
            says=says(room, it, at),
            chosen=at == it.next_by,
        )
        for at in found
        if at > room.now or at == it.next_by
    ]


def says(room: Room, it: Word, at: datetime) -> str:
    """`22:30 in Santiago (04:30 in Nairobi)`."""
    clocks = list(_clocks(room, it, at))
    return clocks[0] if len(clocks) == 1 else f"{clocks[0]} ({clocks[1]})"


def _clocks(room: Room, it: Word, at: datetime) -> Iterator[str]:
    for name in dict.fromkeys((it.zone, room.asked.zone_name)):
        there, now = at.astimezone(zone_named(name)), room.now.astimezone(zone_named(name))
        days = (there.date() - now.date()).days
        day = "" if not days else f"{_DAYS[there.weekday()]} " if days < 7 else f"{there:%Y-%m-%d} "
        yield f"{day}{there:%H:%M} {'UTC' if name == 'UTC' else f'in {place(name)}'}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
