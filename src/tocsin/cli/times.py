"""Times as the shell shows them: for programs in UTC, for people on the clock of whoever reads."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from tocsin.cli.speaking import on_terminal
from tocsin.core.moments import rfc3339


def stamp(at: datetime | None) -> str | None:
    """`2026-11-12T01:45:00Z`, for programs."""
    return None if at is None else rfc3339(at)


def shown(at: datetime | None, zone: tzinfo) -> str:
    """`2026-11-12 03:45 EET` on a terminal, elsewhere as for programs; "" where there is none."""
    if at is None or not on_terminal():
        return stamp(at) or ""
    there = at.astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M:%S %Z}" if there.second else f"{there:%Y-%m-%d %H:%M %Z}"


def spelt(at: datetime, zone: tzinfo) -> str:
    """`2026-11-12 03:45 Europe/Bucharest`, as it may be typed."""
    there = at.astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M:%S} {zone}" if there.second else f"{there:%Y-%m-%d %H:%M} {zone}"


def seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
