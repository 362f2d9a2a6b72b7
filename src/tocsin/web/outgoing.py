"""What the form of any word to the outside needs: nothing left to fill in, and by when the next word is promised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.core.decisions.outside import must_be_whole
from tocsin.core.moments import utc
from tocsin.core.moments import zone as zone_named
from tocsin.core.refused import Refused
from tocsin.language.drafting import rounded
from tocsin.language.wording import spoken
from tocsin.web.forms import Form
from tocsin.web.showing import place

AHEAD = (30, 60, 120, 240)
"""Minutes after which word may be promised, besides what the cadence says."""
MOVED = "The text spoke of another time than you chose. It is mended; read it once more."
PASSED = "That time has passed. Choose one that is to come."
FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""The times that every clock can show."""


@dataclass(frozen=True, kw_only=True)
class Time:
    """A time that may be promised."""

    value: str
    says: str
    chosen: bool


def flaw(text: str, empty: str) -> str:
    """Why a text cannot go out as it is: what the core would say; nothing where it can."""
    try:
        must_be_whole(text, empty)
    except Refused as no:
        return str(no)
    return ""


def times(now: datetime, zones: Iterable[str], cadence: datetime | None, chosen: datetime | None) -> Sequence[Time]:
    """A few to choose from, in order; what was chosen is among them. `zones`: on whose clocks they are told."""
    usual = {rounded(now + timedelta(minutes=minutes)) for minutes in AHEAD}
    found, clocks = sorted({*usual, *filter(None, (cadence, chosen))}), list(dict.fromkeys(zones))
    return [
        Time(value=at.isoformat(timespec="minutes"), says=says(at, now, clocks), chosen=at == chosen)
        for at in found
        if at > now or at == chosen
    ]


def says(at: datetime, now: datetime, zones: Iterable[str]) -> str:
    """`22:30 in Santiago (04:30 in Nairobi)`."""
    clocks = list(_clocks(at, now, dict.fromkeys(zones)))
    return clocks[0] if len(clocks) == 1 else f"{clocks[0]} ({clocks[1]})"


def time_of(told: str) -> datetime | None:
    """A time as `times` gives it; None for any other."""
    try:
        at = datetime.fromisoformat(told)
        return on_any_clock(utc(at)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def on_any_clock(at: datetime | None) -> datetime | None:
    """Raises OverflowError for a time that is beyond an end of the calendar somewhere on Earth."""
    if at is not None and not FIRST <= at <= LAST:
        raise OverflowError
    return at


def mended(text: str, form: Form, next_by: datetime | None) -> str:
    """Where the text still speaks of the time that was chosen before, it speaks of the one that is chosen now.

    The form tells the time before as `promised`, and on whose clock the text speaks as `zone`.
    """
    before, zone = time_of(form.line("promised")), form.line("zone")
    if before is None or next_by is None or before == next_by or not zone:
        return text
    try:
        return text.replace(spoken(before, zone), spoken(next_by, zone))
    except Refused:
        return text


def _clocks(at: datetime, now: datetime, zones: Iterable[str]) -> Iterator[str]:
    for name in zones:
        there, here = at.astimezone(zone_named(name)), now.astimezone(zone_named(name))
        days = (there.date() - here.date()).days
        day = "" if not days else f"{_DAYS[there.weekday()]} " if days < 7 else f"{there:%Y-%m-%d} "
        yield f"{day}{there:%H:%M} {'UTC' if name == 'UTC' else f'in {place(name)}'}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
