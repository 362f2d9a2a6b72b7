"""The lines of the grid: where round times of the local clock stand, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.report.strip.clock import Clock
from tocsin.report.strip.picture import Lean, Tick
from tocsin.report.strip.scale import CHAR, Piece, Scale

_WIDE, _NARROW = 10.0, 7.0
"""So far apart they stand at least, in a picture of one piece and in one of several."""
PHONE = 2.9
"""Per cent of a letter on a phone."""
_GAP = 1.5
"""Letters between two texts."""
_SECONDS = [1, 2, 5, 10, 15, 30]
_STEPS = [
    *(timedelta(seconds=each) for each in _SECONDS),
    *(timedelta(minutes=each) for each in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=each) for each in (1, 2, 3, 6, 12)),
    *(timedelta(days=each) for each in (1, 2, 7, 14)),
]
_MONTHS = [1, 3, 6, *(12 * each for each in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000))]
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One line: when, and whether its text matters more than that of others."""

    wall: datetime
    x: float
    text: str
    rank: int = 1


def ticks(scale: Scale, clock: Clock) -> tuple[Tick, ...]:
    """Every line of the grid, with a text wherever one has room."""
    lines = [line for piece in scale.pieces for line in _named(piece, len(scale.pieces) == 1, clock)]
    wide, narrow = _fitting(lines, CHAR), _fitting([line for line in lines if line.text], PHONE)
    return tuple(_tick(line, line in wide, line in narrow) for line in lines)


def _tick(line: _Line, wide: bool, narrow: bool) -> Tick:
    return Tick(x=line.x, text=line.text if wide else "", narrow=narrow and wide, lean=_lean(line))


def _lean(line: _Line) -> Lean:
    """The last one must not run out of the picture."""
    return "left" if line.x + len(line.text) * CHAR / 2 > 101 else "none"


def _fitting(lines: Sequence[_Line], char: float) -> list[_Line]:
    """Those whose texts do not touch; days first."""
    kept: list[_Line] = []
    for line in sorted(lines, key=lambda line: line.rank):
        if all(_apart(line, other, char) for other in kept):
            kept.append(line)
    return kept


def _apart(one: _Line, other: _Line, char: float) -> bool:
    (_, end), (start, _) = sorted((_reach(one, char), _reach(other, char)))
    return end + _GAP * char < start


def _reach(line: _Line, char: float) -> tuple[float, float]:
    width = len(line.text) * char
    first = line.x - (width if _lean(line) == "left" else width / 2)
    return first, first + width


def _named(piece: Piece, alone: bool, clock: Clock) -> list[_Line]:
    """The first line of a piece says the day, where the picture shows several."""
    step = _step(piece, _WIDE if alone else _NARROW)
    named = [
        _Line(wall=wall, x=piece.at(wall), text=_text(wall, step, clock), rank=_rank(wall, step))
        for wall in _walls(piece, step, clock.zone)
    ]
    if not named or isinstance(step, int) or step >= _DAY:
        return named
    first = named[0]
    if step < timedelta(minutes=1) and not any(line.wall.second == 0 for line in named):
        first = replace(first, text=f"{first.wall:%H:%M:%S}")
    if clock.days and first.rank:
        first = replace(first, text=f"{clock.day(first.wall)} {first.wall:%H:%M}", rank=0)
    return [first, *named[1:]]


def _rank(wall: datetime, step: timedelta | int) -> int:
    if isinstance(step, int) or step >= _DAY:
        return 1
    return 0 if wall.hour == wall.minute == wall.second == 0 else 1


def _text(wall: datetime, step: timedelta | int, clock: Clock) -> str:
    if isinstance(step, int):
        return clock.month(wall) if step < 12 else f"{wall.year}"
    if step >= _DAY or (clock.days and wall.hour == wall.minute == wall.second == 0):
        return clock.date(wall)
    return f":{wall:%S}" if wall.second else f"{wall:%H:%M}"


def _step(piece: Piece, least: float) -> timedelta | int:
    """The smallest that leaves room between the lines; months, as a number, where no number of days does."""
    share = piece.width / ((piece.until - piece.since) / timedelta(seconds=1))
    for step in _STEPS:
        if step.total_seconds() * share >= least:
            return step
    return next((months for months in _MONTHS if months * 30.4 * 86400 * share >= least), _MONTHS[-1])


def _walls(piece: Piece, step: timedelta | int, zone: ZoneInfo) -> Iterator[datetime]:
    """The round times within a piece, as the clock on the wall shows them."""
    first = piece.since.astimezone(zone).replace(tzinfo=None)
    last = piece.until.astimezone(zone).replace(tzinfo=None)
    for wall in _by_months(first, last, step) if isinstance(step, int) else _by_time(first, last, step):
        at = wall.replace(tzinfo=zone)
        # Where the clock is put forward, some times do not exist.
        exists = at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
        if exists and piece.since <= at.astimezone(UTC) <= piece.until:
            yield at


def _by_time(first: datetime, last: datetime, step: timedelta) -> Iterable[datetime]:
    """From a whole number of steps after midnight on; days from a Monday."""
    midnight = datetime(first.year, first.month, first.day)  # noqa: DTZ001  # a wall's clock has no zone
    if step >= _DAY:
        midnight -= timedelta(days=(midnight.toordinal() - 1) % step.days)
    wall = midnight + (first - midnight) // step * step
    while wall <= last + step:
        yield wall
        wall += step


def _by_months(first: datetime, last: datetime, step: int) -> Iterable[datetime]:
    months = first.year * 12 + first.month - 1
    for month in range(months // step * step, last.year * 12 + last.month + 1, step):
        if 24 <= month < 9998 * 12:
            yield datetime(month // 12, month % 12 + 1, 1)  # noqa: DTZ001
