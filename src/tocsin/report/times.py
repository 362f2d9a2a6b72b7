"""Times and durations in the words of a report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from tocsin.core.events import ImpactSet
from tocsin.core.moments import DAYS, MONTHS


def weekday(at: datetime, zone: tzinfo) -> str:
    """`Monday, 31 October 2022`."""
    return f"{DAYS[at.astimezone(zone).weekday()]}, {day(at, zone)}"


def day(at: datetime, zone: tzinfo) -> str:
    """`31 October 2022`."""
    there = at.astimezone(zone)
    return f"{there.day} {MONTHS[there.month - 1]} {there.year}"


def clock(at: datetime, zone: tzinfo) -> str:
    """`18:27 PDT`, with seconds only where there are any."""
    there = at.astimezone(zone)
    return f"{hour(there)} {short(there)}"


def hour(there: datetime) -> str:
    """`18:27`, with seconds only where there are any."""
    return f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"


def stamp(at: datetime, zone: tzinfo) -> str:
    """`31 October 2022, 18:27 PDT`."""
    return f"{day(at, zone)}, {clock(at, zone)}"


def span(at: datetime, until: datetime, zone: tzinfo) -> str:
    """`18:27 PDT – 19:00 PDT`; the day is named again only where it is another."""
    end = clock(until, zone) if day(at, zone) == day(until, zone) else stamp(until, zone)
    return f"{clock(at, zone)} – {end}"


def short(there: datetime) -> str:
    """The zone's short name at a local time: `PDT`; for the many zones that have none, `UTC-03:00`."""
    name = there.tzname() or ""
    return name if name.isalpha() else offset(there)


def offset(there: datetime) -> str:
    """`UTC-07:00`; plain `UTC` where there is none."""
    plain = f"{there:%z}"
    return f"UTC{plain[:3]}:{plain[3:5]}" if there.utcoffset() else "UTC"


def legend(times: Iterable[datetime], zone: tzinfo, name: str) -> str:
    """Which clock a report shows: `All times are in America/Los_Angeles (PDT is UTC-07:00).`"""
    return f"All times are in {explained(times, zone, name)}."


def explained(times: Iterable[datetime], zone: tzinfo, name: str) -> str:
    """`America/Los_Angeles (PDT is UTC-07:00)`; `America/Santiago (UTC-03:00)` where the zone has no short name."""
    known = ", ".join(away if letters == away else f"{letters} is {away}" for letters, away in called(times, zone))
    return f"{name} ({known})" if known not in ("", name) else name


def called(times: Iterable[datetime], zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """The zone's short names at these times, with how far each is from UTC: more than one where its clock changed."""
    there = [at.astimezone(zone) for at in sorted(times)]
    return tuple(dict.fromkeys((short(each), offset(each)) for each in there))


def lasted(impact: ImpactSet) -> str:
    """How long an impact was, as exactly as it is known; "" where it is not."""
    start, end = impact.start, impact.end
    if start is None or end is None:
        return ""
    shortest, longest = end.at - (start.until or start.at), (end.until or end.at) - start.at
    if longest < timedelta(0):
        return ""
    least, most = duration(shortest), duration(longest)
    if least == most:
        return most
    return f"between {least} and {most}" if shortest >= _MINUTE else f"up to {most}"


_MINUTE = timedelta(minutes=1)


def duration(length: timedelta) -> str:
    """`2 hours 33 minutes`."""
    hours, minutes = divmod(length // _MINUTE, 60)
    days, hours = divmod(hours, 24)
    counts = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    words = [f"{count} {unit}" if count == 1 else f"{count} {unit}s" for count, unit in counts if count]
    return " ".join(words) or "less than a minute"
