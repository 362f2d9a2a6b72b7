"""When to try again: decisions as values, from what went wrong and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core.effects import Wish
from tocsin.ports import Failed

FIRST, LONGEST = timedelta(seconds=1), timedelta(minutes=15)
"""The shortest and the longest pause between two tries."""
PATIENCE = timedelta(hours=72)
"""How long something is tried: longer than a weekend."""
LEAST = timedelta(hours=1)
"""And at least so long from its first failure on: a worker may have been away for days."""
LONGEST_ASKED = timedelta(hours=1)
"""How long somebody who says “not before” is obeyed."""
DEATHS = 3
"""So many workers may be lost over one wish; then it is kept back."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """Try it again, not before this."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Never:
    """Give it up."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """It may have happened, and doing it twice would do harm: a person has to find out."""


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """Keep it back, so that no further worker is lost over it."""


Decision = Again | Never | Unknown | Quarantine


def after_failure(failed: Failed, wish: Wish, now: datetime, *, repeatable: bool, chance: float) -> Decision:
    """What to do when the world has said no. `chance`, from 0 to 1, keeps many from coming back at the same moment."""
    if failed.unsure and not repeatable:
        return Unknown()
    end = max(wish.since + PATIENCE, (wish.failing or now) + LEAST)
    if failed.permanent or now >= end:
        return Never()
    asked = now + min(failed.after or timedelta(), LONGEST_ASKED)
    return Again(at=max(asked, min(now + back_off(wish.fails, chance), end)))


def after_death(wish: Wish, now: datetime, *, harmless: bool) -> Decision:
    """What to do with what a worker took and never came back from. `harmless`: to do it again is."""
    if not harmless:
        return Unknown()
    if wish.deaths + 1 >= DEATHS:
        return Quarantine()
    return Again(at=now + back_off(wish.deaths, 0) if wish.deaths else now)


def back_off(fails: int, chance: float) -> timedelta:
    """The pause after so many failures before this one: twice as long each time, and up to as much again by chance."""
    return min(2.0 ** min(fails, 20) * FIRST, LONGEST / 2) * (1 + chance)
