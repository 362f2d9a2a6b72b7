"""One incident of a list as a picture: the first four hours after its impact began, all on one scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core.elements import impact_since
from tocsin.core.moments import Moment
from tocsin.store.listing import Listed
from tocsin.web.showing import lapse

SCALE = timedelta(hours=4)
HOURS = tuple(f"{percent}%" for percent in (0, 25, 50, 75, 100))
_THINNEST = 0.5
"""Per cent: an impact of seconds is still to be seen."""


@dataclass(frozen=True, kw_only=True)
class Mini:
    """Where things stand in the picture, in per cent of its width; and the same in words."""

    words: str
    impact: str | None
    """How wide its bar is; None where nobody knows when it began."""
    longer: bool
    """It went on beyond the picture."""
    noticed: str | None
    told: tuple[str, ...]


def mini(it: Listed, now: datetime) -> Mini:
    """Of one row."""
    length = lasted(it, now)
    return Mini(
        words=_words(it, length),
        impact=None if length is None else f"{max(_THINNEST, min(100.0, _share(length))):.2f}%",
        longer=length is not None and length > SCALE,
        noticed=_place(it, it.noticed),
        told=tuple(place for at in it.told if (place := _place(it, at)) is not None),
    )


def lasted(it: Listed, now: datetime) -> timedelta | None:
    """How long the impact lasted, or does until now; None where nobody knows."""
    since = _since(it)
    if since is None:
        return None
    end = it.impact_end or it.resolved_at or (now if it.state == "open" else None)
    return None if end is None else max(timedelta(), end - since)


def is_guess(it: Listed) -> bool:
    """Whether nobody has said since when: an open incident is counted from its first sign on."""
    return it.impact_start is None and _since(it) is not None


def _since(it: Listed) -> datetime | None:
    """An incident of which nobody has said when it began stands in the list at when it was declared."""
    said = Moment(at=it.impact_start) if it.impact_start else None
    return impact_since(said, it.noticed, it.begun) if it.state == "open" else it.impact_start


def _share(length: timedelta) -> float:
    return 100 * length / SCALE


def _place(it: Listed, at: datetime | None) -> str | None:
    """What happened before the impact stands at its beginning; what came after the picture is not in it."""
    origin = _since(it) or it.begun
    if at is None or _share(at - origin) > 100:
        return None
    return f"{max(0.0, _share(at - origin)):.2f}%"


def _words(it: Listed, length: timedelta | None) -> str:
    return "; ".join(_sentences(it, length))


def _sentences(it: Listed, length: timedelta | None) -> Iterator[str]:
    if is_guess(it) and length is not None:
        yield f"About {lapse(length)} so far; when it began nobody has said"
        return
    if it.impact_start is None:
        yield "When its impact began is not known"
        return
    ends = it.impact_end is not None or it.state != "open"
    yield "How long it lasted is not known" if length is None else f"{lapse(length)}{'' if ends else ' so far'}"
    if length is not None and length > SCALE:
        yield "longer than the scale"
    if it.noticed is not None:
        yield _after("noticed", it.noticed - it.impact_start)
    match it.told:
        case ():
            yield "the communities were not told"
        case (first,):
            yield _after("told", first - it.impact_start)
        case (first, *_):
            yield f"{_after('told first', first - it.impact_start)}, {len(it.told)} times in all"


def _after(what: str, length: timedelta) -> str:
    return f"{what} after {lapse(length)}" if length >= timedelta() else f"{what} {lapse(length)} before it began"
