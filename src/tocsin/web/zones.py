"""Time zones, to choose from: by region, each with its place, its distance from UTC and its clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tocsin.web.showing import place

REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def zones(now: datetime) -> Mapping[str, list[tuple[str, str]]]:
    """By region: the name of each zone, and `Nairobi (UTC+3), now 03:42`."""
    found: dict[str, list[tuple[str, str]]] = {"": [("UTC", f"UTC, now {now:%H:%M}")]}
    for region, names in _names().items():
        found[region] = [(name, _label(name, now.astimezone(ZoneInfo(name)))) for name in names]
    return found


def _label(name: str, there: datetime) -> str:
    return f"{place(name)} (UTC{_distance(there.utcoffset() or timedelta())}), now {there:%H:%M}"


def _distance(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


@cache
def _names() -> Mapping[str, list[str]]:
    names = sorted(available_timezones())
    return {region: [name for name in names if name.startswith(f"{region}/")] for region in REGIONS}
