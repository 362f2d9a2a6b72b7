"""The outbox driven by hand, step by step: workers that are lost at any point, people who interfere, and a verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from hypothesis import strategies as st

from tests.engine.office import Clock, declared
from tocsin.core import commands as c
from tocsin.core.effects import SendMail, Wish, WishState
from tocsin.core.events import DeliveryReported
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.engine.outcomes import came_true, is_overdue, was_lost, went_wrong
from tocsin.engine.perform import Came
from tocsin.engine.retry import PATIENCE, after_death, after_failure
from tocsin.ports import Failed
from tocsin.store import log, outbox
from tocsin.store import tables as t
from tocsin.store.outbox import Taken

LEASE = timedelta(minutes=1)
SETTLED: tuple[WishState, ...] = ("done", "unknown", "failed", "quarantined", "given-up", "dropped")
Lane = tuple[IncidentNumber, str]
What = Literal["wished", "taken", "waits", "left", "returned", "back", "performed"]


@dataclass(frozen=True, kw_only=True)
class Parcel(SendMail):
    """A wish for any lane, due at any time; no reaction makes one."""

    to: Handle | None = None
    at: datetime | None = None
    named: str | None = None
    urgent: bool = False

    @property
    def urgency(self) -> int:
        return 0 if self.urgent else 1

    @property
    def due(self) -> datetime | None:
        return self.at

    @property
    def key(self) -> str | None:
        return self.named


Parcel.__name__ = SendMail.__name__  # stored, and taken, as what it is


# ── what may happen ────────────────────────────────────────────────────────────────────────────────────────────────

End = Literal[
    "done", "failed", "never", "cut-before", "cut-after", "bug", "lost-before", "lost-after", "hung", "hung-leaving"
]
ENDS: tuple[End, ...] = (
    "done", "done", "done", "failed", "failed", "never", "cut-before", "cut-after", "bug", "lost-before", "lost-after",
    "hung", "hung-leaving",
)  # fmt: skip
_ASKING: tuple[End, ...] = ("done", "cut-before", "cut-after", "lost-after", "hung-leaving")
"""Those who have come so far that they ask the receiver."""
Interference = Literal["again", "give-up", "arrived"]
INTERFERENCES: tuple[Interference, ...] = ("again", "give-up", "arrived")


@dataclass(frozen=True)
class Wished:
    incident: int
    destination: int
    delay: int
    """Minutes."""
    urgent: bool
    named: bool


@dataclass(frozen=True)
class Took:
    worker: int
    most: int
    suspect: bool


@dataclass(frozen=True)
class Ended:
    which: int
    how: End


@dataclass(frozen=True)
class Woke:
    """One that hung goes on, and does not know how late it is."""

    which: int


@dataclass(frozen=True)
class Stopped:
    """Whoever has it was told to stop, and lets go of what has not left yet."""

    which: int


@dataclass(frozen=True)
class Swept:
    """Somebody looked for what the lost have left."""


@dataclass(frozen=True)
class Passed:
    minutes: int


@dataclass(frozen=True)
class Interfered:
    which: int
    how: Interference


@dataclass(frozen=True)
class Held:
    pass


@dataclass(frozen=True)
class Released:
    pass


@dataclass(frozen=True)
class Hastened:
    """The port had been down, and was found to be well again."""


Step = Wished | Took | Ended | Woke | Stopped | Swept | Passed | Interfered | Held | Released | Hastened

_some = st.integers(0, 7)
_wished = st.builds(
    Wished, st.sampled_from((0, 0, 0, 1, 2)), st.sampled_from((0, 0, 0, 1, 2, 3)),
    st.sampled_from((0, 0, 0, 1, 30, 240)), st.booleans(), st.sampled_from((False, False, False, True)),
)  # fmt: skip
_took = st.builds(Took, st.integers(0, 2), st.integers(1, 4), st.sampled_from((False, False, True)))
_ended = st.builds(Ended, _some, st.sampled_from(ENDS))
_swept = st.builds(Swept)
_passed = st.builds(Passed, st.sampled_from((1, 1, 5, 5, 60, 1440)))
_interfered = st.builds(Interfered, _some, st.sampled_from(INTERFERENCES))
_seldom = st.one_of(
    st.builds(Woke, _some),
    st.builds(Stopped, _some),
    st.sampled_from((Held(), Released(), Released(), Hastened(), Hastened())),
)
_OFTEN = [_wished] * 6 + [_took] * 4 + [_ended] * 6 + [_passed] * 2 + [_swept, _interfered, _seldom]
STEPS = st.lists(st.integers(0, len(_OFTEN) - 1).flatmap(_OFTEN.__getitem__), min_size=15, max_size=60)
"""Fifteen at least: what takes few steps to go wrong is found by making the list shorter."""


# ── what did happen ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A wish as it was made, for a verdict that asks the outbox nothing."""

    id: EffectId
    lane: Lane
    due: datetime
    delayed: bool


@dataclass(frozen=True, kw_only=True)
class Happened:
    """`waits`: it failed, and waits in its lane. `left`: it left it. `returned`: it seemed to be over, and was not.
    `back`: a person put it there again. `performed`: the receiver was asked; `late`, by who no longer had it."""

    what: What
    wish: EffectId
    at: datetime
    late: bool = False


@dataclass(kw_only=True)
class Play:
    """Workers and people at one outbox, moved by steps; all of it on one thread."""

    tocsin: Tocsin
    clock: Clock
    repeatable: bool
    incidents: Sequence[IncidentNumber]
    wished: dict[EffectId, Noted] = field(default_factory=dict)
    happened: list[Happened] = field(default_factory=list)
    jobs: list[Taken] = field(default_factory=list)
    hung: list[tuple[Taken, bool]] = field(default_factory=list)
    """Whether they had asked whether they may."""
    states: dict[EffectId, WishState] = field(default_factory=dict)
    latest: dict[EffectId, int] = field(default_factory=dict)
    """The number of the last taking of each."""

    def play(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._step(step)
            self._see()

    def drain(self) -> None:
        """Nothing goes wrong any more, and time passes: everything finds its end, or this fails."""
        self.jobs.clear()
        self._release()
        for _ in range(2000):
            self._step(Swept())
            self._see()
            self._step(Took(0, 50, suspect=False))
            self._step(Took(0, 50, suspect=True))
            took = bool(self.jobs)
            while self.jobs:
                self._end(self.jobs.pop(0), "done")
            self._see()
            if not took and all(state in SETTLED for state in self.states.values()):
                return
            if not took:
                self.clock.later(timedelta(minutes=5))
        raise AssertionError(f"stuck: {self.states}")

    def _step(self, step: Step) -> None:
        match step:
            case Wished():
                self._wish(step)
            case Took(worker=worker, most=most, suspect=suspect):
                self._take(f"worker-{worker}", most, suspect=suspect)
            case Ended(which=which, how=how) if self.jobs:
                self._end(self.jobs.pop(which % len(self.jobs)), how)
            case Woke(which=which) if self.hung:
                job, may = self.hung.pop(which % len(self.hung))
                self._end(job, "done", may=may)
            case Stopped(which=which) if self.jobs:
                taken = self.jobs.pop(which % len(self.jobs))
                self.tocsin.store.run(lambda c: outbox.give_back(c, taken, self.clock()))
            case Swept():
                self._sweep()
            case Passed(minutes=minutes):
                self.clock.later(timedelta(minutes=minutes))
            case Interfered(which=which, how=how) if self.wished:
                self._interfere(list(self.wished)[which % len(self.wished)], how)
            case Held():
                self.tocsin.store.run(lambda c: outbox.hold(c, "Somebody said so."))
            case Released():
                self._release()
            case Hastened():
                self.tocsin.store.run(lambda c: outbox.hasten(c, self.clock(), "mailer"))
            case _:
                pass

    def _wish(self, step: Wished) -> None:
        now = self.clock()
        at = now + timedelta(minutes=step.delay) if step.delay else None
        parcel = Parcel(
            incident=self.incidents[step.incident % len(self.incidents)], about=Seq(1), at=at, urgent=step.urgent,
            to=Handle(f"p{step.destination}"),
            named=f"key-{step.destination}" if step.named else None,
        )  # fmt: skip
        (number,) = self.tocsin.store.run(lambda c: outbox.wish(c, [parcel], now))
        self.wished[number] = Noted(
            id=number, lane=(parcel.its_incident, parcel.destination), due=at or now, delayed=at is not None
        )
        self.states[number] = "waiting"
        self._note("wished", number)

    def _take(self, worker: str, most: int, *, suspect: bool) -> None:
        now = self.clock()
        taken = self.tocsin.store.run(
            lambda c: outbox.take(c, "mailer", worker, now, now + LEASE, most=most, suspect=suspect)
        )
        for each in taken:
            self._note("taken", each.wish.id)
            self.latest[each.wish.id], self.states[each.wish.id] = each.number, "doing"
        self.jobs += taken

    def _end(self, job: Taken, how: End, *, may: bool = False) -> None:
        store, now = self.tocsin.store, self.clock()
        if how in _ASKING and not (may or self._leaves(job)):
            how = "failed"
        if how in ("done", "cut-after", "lost-after"):
            has_it = self.states[job.wish.id] == "doing" and self.latest[job.wish.id] == job.number
            self._note("performed", job.wish.id, late=not has_it)
        match how:
            case "done":
                store.run(came_true(self.tocsin, job, Came()))
            case "failed" | "never" | "cut-before" | "cut-after":
                failed = Failed("The world said no.", permanent=how == "never", unsure=how.startswith("cut"))
                decision = after_failure(failed, job.wish, now, repeatable=self.repeatable, chance=0)
                store.run(went_wrong(self.tocsin, job, decision, str(failed)))
            case "bug":
                store.run(was_lost(self.tocsin, job, after_death(job.wish, now, harmless=self.repeatable), "A bug."))
            case "hung" | "hung-leaving":
                self.hung.append((job, how == "hung-leaving"))
            case "lost-before" | "lost-after":
                pass

    def _leaves(self, job: Taken) -> bool:
        """Whoever may not do a thing twice asks before it does; whoever knows its key needs not."""
        return self.repeatable or self.tocsin.store.run(lambda c: outbox.leave(c, job))

    def _sweep(self) -> None:
        """As a worker does it; a lease that ran out is nobody's."""
        store, now = self.tocsin.store, self.clock()
        with store.read() as connection:
            lost = outbox.orphans(connection, now)
            overdue = outbox.overdue(connection, "mailer", now - PATIENCE)
        for taken in lost:
            decision = after_death(taken.wish, now, harmless=self.repeatable or not taken.wish.left)
            store.run(was_lost(self.tocsin, taken, decision, f"{taken.worker} was lost."))
        for wish in overdue:
            store.run(is_overdue(self.tocsin, wish, "It is away."))

    def _interfere(self, number: EffectId, how: Interference) -> None:
        asked: dict[Interference, c.Command] = {
            "again": c.TryAgain(effect=number),
            "give-up": c.GiveUp(effect=number),
            "arrived": c.ConfirmArrival(effect=number),
        }
        try:
            self.tocsin.do(asked[how], by="ada")
        except Refused:
            return
        if how == "again":
            self._note("back", number)
            self.states[number] = "waiting"

    def _release(self) -> None:
        with suppress(Refused):
            self.tocsin.do(c.ReleaseOutbox(), by="ada")

    def _see(self) -> None:
        """What has left its lane since, or waits there again."""
        for wish in self.wishes():
            before = self.states[wish.id]
            if wish.state in SETTLED and before not in SETTLED:
                self._note("left", wish.id)
            if wish.state == "waiting" and before != "waiting":
                self._note("waits" if before == "doing" else "returned", wish.id)
            self.states[wish.id] = wish.state

    def _note(self, what: What, wish: EffectId, *, late: bool = False) -> None:
        self.happened.append(Happened(what=what, wish=wish, at=self.clock(), late=late))

    def wishes(self) -> list[Wish]:
        """Those of the script; the incidents have reminders of their own."""
        with self.tocsin.store.read() as connection:
            return [wish for wish in outbox.every(connection) if wish.id in self.wished]

    def told(self) -> dict[EffectId, list[str]]:
        """What the timelines say became of each."""
        found: dict[EffectId, list[str]] = {number: [] for number in self.wished}
        with self.tocsin.store.read() as connection:
            entries = [entry for number in self.incidents for entry in log.entries(connection, number)]
        for entry in entries:
            if isinstance(entry.event, DeliveryReported):
                found[entry.event.effect].append(entry.event.outcome)
        return found

    def mismatches(self) -> list[str]:
        with self.tocsin.store.read() as connection:
            return [each for number in self.incidents for each in log.mismatches(connection, number)]


def begun(tocsin: Tocsin, clock: Clock, *, incidents: int, repeatable: bool) -> Play:
    """A play on an outbox that is empty again, about new incidents."""
    tocsin.store.run(_emptied)
    numbers = [declared(tocsin) for _ in range(incidents)]
    return Play(tocsin=tocsin, clock=clock, repeatable=repeatable, incidents=numbers)


def _emptied(connection: sa.Connection) -> None:
    connection.execute(t.effects.delete())
    outbox.release(connection)


# ── the verdict ────────────────────────────────────────────────────────────────────────────────────────────────────


def out_of_turn(play: Play) -> list[str]:
    """What was taken while another was under way in its lane, or stood there before it, or after it had left."""
    wrong: list[str] = []
    there: set[EffectId] = set()
    tried: set[EffectId] = set()
    doing: set[EffectId] = set()
    for event in play.happened:
        match event.what:
            case "wished" | "returned" | "back":
                there.add(event.wish)
            case "waits":
                doing.discard(event.wish)
            case "left":
                there.discard(event.wish)
                doing.discard(event.wish)
            case "taken":
                others = {each for each in there - {event.wish} if _together(play, each, event.wish)}
                due = {each for each in others if each in tried or play.wished[each].due <= event.at}
                ahead = (others & doing) | {each for each in due if each < event.wish}
                if ahead or event.wish not in there or event.wish in doing:
                    wrong.append(f"{event.wish} was taken, though {sorted(ahead)} came first")
                tried.add(event.wish)
                doing.add(event.wish)
            case "performed":
                pass
    return wrong


def overtaken(play: Play) -> list[str]:
    """The lanes of which the receiver saw another order than the wishes had, where nothing that may excused it."""
    excused = {play.wished[event.wish].lane for event in play.happened if event.what in _EXCUSES or event.late}
    excused |= {noted.lane for noted in play.wished.values() if noted.delayed}
    seen: dict[Lane, dict[EffectId, None]] = {}
    for event in play.happened:
        if event.what == "performed":
            seen.setdefault(play.wished[event.wish].lane, {})[event.wish] = None
    orders = {lane: list(wishes) for lane, wishes in seen.items() if lane not in excused}
    return [f"{lane}: {order}" for lane, order in orders.items() if order != sorted(order)]


def lost(play: Play) -> list[str]:
    """What neither reached the receiver nor stands on a timeline as what did not, or may not have."""
    performed, told = {event.wish for event in play.happened if event.what == "performed"}, play.told()
    wrong: list[str] = []
    for wish in play.wishes():
        outcomes = told[wish.id]
        match wish.state:
            case "done":
                fine = wish.id in performed or outcomes[-1:] == ["arrived"]
            case "dropped":
                fine = wish.effect.key is not None and wish.id not in performed
            case state:
                fine = outcomes[-1:] == ["given-up" if state == "failed" else state]
        if not fine:
            wrong.append(f"{wish.id} is {wish.state}, performed: {wish.id in performed}, told: {outcomes}")
    return wrong


def repeated(play: Play) -> list[str]:
    """What the receiver was asked for again, though it knows no keys and no person wanted it."""
    times = Counter(event.wish for event in play.happened if event.what == "performed")
    allowed = Counter(event.wish for event in play.happened if event.what == "back")
    again = [] if play.repeatable else [each for each, asked in times.items() if asked > 1 + allowed[each]]
    return [f"{each} was asked for {times[each]} times" for each in again]


_EXCUSES: tuple[What, ...] = ("returned", "back")


def _together(play: Play, one: EffectId, other: EffectId) -> bool:
    return play.wished[one].lane == play.wished[other].lane
