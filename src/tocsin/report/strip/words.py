"""The strip in words: one sentence for whoever does not see it, and what its signs mean for whoever does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tocsin.core.moments import Moment
from tocsin.core.moments import zone as known_zone
from tocsin.report import times
from tocsin.report.strip.clock import Clock
from tocsin.report.strip.course import Commanded, Course
from tocsin.report.strip.picture import Leap
from tocsin.report.strip.scale import moments

_FEW = 4
"""More of them are counted, not listed."""


def sentence(read: Course, reads: Clock, leaps: Sequence[Leap], zone: str) -> str:
    """All that the picture shows, in its order."""
    parts = [
        _impact(read, reads),
        *(f"{sign.word.lower()} {reads.stamp(sign.at)}" for sign in read.signs),
        *_eased(read, reads),
        *_command(read.command, reads),
        *_told(read, reads),
        *_left_out(leaps),
    ]
    return f"{'; '.join(parts)}; times are in {times.explained(moments(read), reads.zone, zone)}."


def _impact(read: Course, reads: Clock) -> str:
    if not read.harm:
        return f"Nobody has said when the impact began or ended, {times.day(moments(read)[0], reads.zone)}"
    windows = [*read.earlier, read.window]
    return f"Impact {' and '.join(_window(each.start, each.end, read, reads) for each in windows)}"


def _window(start: Moment | None, end: Moment | None, read: Course, reads: Clock) -> str:
    """Its first time carries the whole date."""
    began = f"from {_dated(start, reads)}" if start else "from a time nobody knows"
    if end is not None:
        ended = _about(end, reads.stamp(end.at)) if start else _dated(end, reads)
        return f"{began} to {ended}"
    return f"{began} to a time nobody knows" if read.over else f"{began} on, and not over yet"


def _dated(moment: Moment, reads: Clock) -> str:
    return f"{_about(moment, reads.time(moment.at))} on {times.day(moment.at, reads.zone)}"


def _about(moment: Moment, time: str) -> str:
    return f"about {time}" if moment.until else time


def _eased(read: Course, reads: Clock) -> Iterator[str]:
    for each in read.harm:
        if each.kind == "eased":
            yield f"thought to be over from {reads.stamp(each.since)} to {reads.stamp(each.until)}"


def _command(bars: Sequence[Commanded], reads: Clock) -> Iterator[str]:
    held = [bar for bar in bars if bar.name]
    if len(held) > _FEW:
        people = list(dict.fromkeys(bar.name for bar in held))
        yield f"{_listed(people)} commanded in {len(held)} turns"
    elif held:
        until = f" until {reads.stamp(held[0].until)}" if len(held) > 1 else ""
        then = "".join(_then(before, bar, reads) for before, bar in pairwise(held))
        yield f"{held[0].name} commanded{until}{then}"
    for bar in [bar for bar in bars if not bar.name][:_FEW]:
        yield f"nobody commanded from {reads.stamp(bar.since)} to {reads.stamp(bar.until)}"


def _then(before: Commanded, bar: Commanded, reads: Clock) -> str:
    since = "" if bar.since == before.until else f" from {reads.stamp(bar.since)}"
    return f", then {'again ' if bar.name == before.name else ''}{bar.name}{since}"


def _told(read: Course, reads: Clock) -> Iterator[str]:
    sent = [reads.stamp(word.at) for word in read.told if not word.due]
    due = [reads.stamp(word.at) for word in read.told if word.due]
    if len(sent) > _FEW:
        yield f"the community was told {len(sent)} times, from {sent[0]} to {sent[-1]}"
    elif sent:
        yield f"the community was told at {_listed(sent)}"
    if due:
        yield f"and hears again by {_listed(due)}"


def _left_out(leaps: Sequence[Leap]) -> Iterator[str]:
    if leaps:
        yield f"about {_listed([leap.text for leap in leaps])} without an event are left out"


def _listed(texts: Sequence[str]) -> str:
    *most, last = texts
    return f"{', '.join(most)} and {last}" if most else last


# ── what the signs mean ────────────────────────────────────────────────────────────────────────────────────────────


def caption(read: Course, zone: str) -> str:
    """Only of what can be seen; and by which clock it is."""
    return " ".join([*_meanings(read), times.legend(moments(read), known_zone(zone), zone)])


def _meanings(read: Course) -> Iterator[str]:
    kinds = {each.kind for each in read.harm}
    if "guess" in kinds:
        yield "Hatched: best guess."
    if "eased" in kinds:
        yield "Pale: thought to be over."
    if "open" in kinds:
        yield "Pale at the end: not over yet."
    if any(not word.due for word in read.told):
        yield "Diamonds: what we told the community."
    if any(word.due for word in read.told):
        yield "Dashed diamond: word we promised."
    if any(not bar.name for bar in read.command):
        yield "Dashed bar: nobody commanded."
    if any(sign.kind == "verified" for sign in read.signs):
        yield "Tick: it was verified that it is over."
