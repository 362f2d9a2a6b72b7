"""Times as people write them: always with their zone, so that nobody has to guess."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, tzinfo

from tocsin.core.moments import zone
from tocsin.core.refused import Refused

_NAMED = re.compile(r"(?P<clock>\S+[ T]\S+) (?P<zone>[A-Za-z][A-Za-z0-9_+/-]*)")
_GAP = re.compile(r" (?=([+-]\d\d:?\d\d|Z)$)", re.IGNORECASE)
_HOW = "Write it as 2026-11-12T01:45Z, 2026-11-12T03:45+02:00 or “2026-11-12 03:45 Europe/Bucharest”."


def when(text: str) -> datetime:
    """The instant, in UTC. A local time is understood only where it says whose, and happens once on that clock."""
    named = _NAMED.fullmatch(text.strip())
    if named is None or named["zone"] in ("Z", "z"):
        clock = _read(_GAP.sub("", text.strip()), text)
        if clock.tzinfo is None:
            raise Refused(f"“{text}” does not say in which zone. {_HOW}")
        return _in_utc(clock, text)
    clock = _read(named["clock"], text)
    if clock.tzinfo is not None:
        raise Refused(f"“{text}” names its zone twice. {_HOW}")
    return _in_utc(_once(clock, zone(named["zone"]), text), text)


def _read(clock: str, text: str) -> datetime:
    """A date alone is no time: midnight would be a guess."""
    try:
        read = datetime.fromisoformat(clock)
    except ValueError:
        raise Refused(f"“{text}” is no time. {_HOW}") from None
    if ":" not in clock and "T" not in clock:
        raise Refused(f"“{text}” is a day, not a time. {_HOW}")
    return read


def _once(clock: datetime, there: tzinfo, text: str) -> datetime:
    """When clocks are turned, an hour is left out, and another happens twice."""
    earlier, later = (clock.replace(tzinfo=there, fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    if _in_utc(earlier, text).astimezone(there).replace(tzinfo=None) != clock:
        raise Refused(f"“{text}” never was: clocks were turned forward. {_HOW}")
    raise Refused(f"“{text}” was twice: clocks were turned back. Write {_spelt(earlier)} or {_spelt(later)}.")


def _in_utc(at: datetime, text: str) -> datetime:
    if not 1 < at.year < MAXYEAR:  # on another clock it could be in no year at all
        raise Refused(f"“{text}” is outside the calendar. {_HOW}")
    return at.astimezone(UTC)


def _spelt(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
