"""The one loop: takes what is due, has it performed, and keeps what came of it or when to try again."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

from tocsin.core.ids import EffectId, IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.engine.gate import Gate
from tocsin.engine.outcomes import came_true, is_overdue, was_lost, went_wrong
from tocsin.engine.perform import prepare
from tocsin.engine.retry import PATIENCE, Decision, after_death, after_failure
from tocsin.ports import Failed, Pace, Ports
from tocsin.store import outbox
from tocsin.store.outbox import Taken
from tocsin.store.works import Unavailable
from tocsin.store.writer import Work

HANDS = 4
"""How many wishes are performed at the same time at one port, so that a slow port delays no other."""
SWEEP = timedelta(seconds=5)
"""How often leases are renewed and looked at, and what no bell has told is found all the same."""
LEASE = timedelta(seconds=60)
"""For how long a wish is left to a worker that says nothing."""
LIMIT = timedelta(minutes=5)
"""How long one try may take; then nobody waits for it any longer."""
DRAIN = timedelta(seconds=10)
"""How long a worker that is asked to stop waits for what it has begun."""

T = TypeVar("T")
_log = logging.getLogger("tocsin.worker")


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A try that is under way."""

    taken: Taken
    began: float
    probe: bool
    """It tries whether a port that was down works again."""

    @property
    def port(self) -> str:
        return self.taken.wish.effect.port


class Worker:
    """Works on the outbox of one Tocsin; any number of them may, on PostgreSQL also on several machines."""

    def __init__(
        self,
        tocsin: Tocsin,
        ports: Ports,
        *,
        lease: timedelta = LEASE,
        limit: timedelta = LIMIT,
        chance: Callable[[], float] = random.random,
        incident: IncidentNumber | None = None,
    ) -> None:
        """`incident`: the only one whose wishes are performed; without it, all are."""
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._tocsin, self._ports = tocsin, ports
        self._lease, self._limit, self._chance, self._incident = lease, limit, chance, incident
        self._gates = {port: Gate(self._pace(port), tocsin.clock()) for port in ("clock", *ports.serves)}
        self._jobs: dict[EffectId, _Job] = {}
        self._changing = threading.Lock()
        self._bell = tocsin.store.bell
        self._swept = float("-inf")
        self._stopping = False
        self._unavailable = ""

    def run(self) -> None:
        """Work until somebody says `stop`; what has begun by then is waited for, a while."""
        with self._tocsin.store.listening():
            while not self._stopping:
                self._bell.clear()  # before looking, so that what rings meanwhile is not missed
                if not self._turn():
                    self._bell.wait(self._pause())
            self._wait_for_jobs(DRAIN)

    def stop(self) -> None:
        """Take nothing more. Safe to call from a signal handler."""
        self._stopping = True
        threading.Thread(target=self._bell.set, daemon=True).start()  # whom the signal interrupts may hold its lock

    def work_off(self, patience: timedelta = DRAIN) -> None:
        """Perform what is due now, and what follows from it, until nothing is; after a while, begin with nothing more.

        What has begun is waited for: nobody could say otherwise what came of it.
        """
        until = time.monotonic() + patience.total_seconds()
        while not self._stopping:
            self._bell.clear()
            took, left = self._turn(), until - time.monotonic()
            if left <= 0 or not (took or self._jobs):
                break
            if not took:
                self._bell.wait(min(left, 1.0))
        self._wait_for_jobs(self._limit)

    # ── taking ──

    def _turn(self) -> bool:
        """Look once at everything there may be to do; whether anything was begun."""
        try:
            self._sweep()
            took = [self._take(port) for port in self._gates]
        except Unavailable as trouble:
            self._say_once(str(trouble))
            return False
        except Exception:  # noqa: BLE001 — whatever it is, the next turn may meet it no more
            _log.exception("A turn of the worker met a bug.")
            return False
        self._say_once("")
        return any(took)

    def _take(self, port: str) -> bool:
        now, gate = self._tocsin.clock(), self._gates[port]
        with self._changing:
            room = HANDS - sum(job.port == port for job in self._jobs.values())
            allowed = gate.room(now)
        most = room if allowed is None else min(room, allowed)
        if most <= 0:
            return False
        until = now + self._lease
        taken = self._tocsin.store.run(
            lambda c: outbox.take(c, port, self.name, now, until, most=most, incident=self._incident)
        )
        with self._changing:
            probe = gate.took(len(taken))
        for each in taken:
            self._begin(_Job(taken=each, began=time.monotonic(), probe=probe))
        return bool(taken)

    def _begin(self, job: _Job) -> None:
        taken = job.taken
        with self._changing:
            self._jobs[taken.wish.id] = job
        threading.Thread(
            target=self._carry_out, args=(job,), name=f"tocsin-effect-{taken.wish.id}", daemon=True
        ).start()

    # ── performing: everything below runs in a thread of the job's own ──

    def _carry_out(self, job: _Job) -> None:
        try:
            self._keep(job, self._attempt(job))
        except Exception:  # noqa: BLE001 — the lease will run out, and it is looked at anew
            _log.exception("What became of effect %s could not be kept; it is looked at anew.", job.taken.wish.id)
        finally:
            self._let_go(job)
            self._bell.set()

    def _attempt(self, job: _Job) -> Work[bool]:
        """Perform it; what is to be kept of that."""
        taken, begun = job.taken, False
        try:
            call = prepare(self._tocsin, taken.wish, self._ports)
            begun = True
            came = call()
        except Failed as failed:
            return self._failed(job, failed)
        except Refused as refused:
            return self._failed(job, Failed(str(refused), permanent=True))
        except Unavailable as trouble:
            return went_wrong(self._tocsin, taken, self._decided(job, Failed(str(trouble))), str(trouble))
        except Exception as bug:  # noqa: BLE001 — one bad wish must not stop the others
            _log.exception("Effect %s met a bug.", taken.wish.id)
            sentence = f"Tocsin made a mistake ({type(bug).__name__}); its log says more."
            return was_lost(self._tocsin, taken, self._after_death(taken, begun=begun), sentence)
        if came.wanted and not came.wishes:  # else nobody outside was asked
            self._succeeded(job)
        return came_true(self._tocsin, taken, came)

    def _failed(self, job: _Job, failed: Failed) -> Work[bool]:
        with self._changing:
            self._gates[job.port].failed(failed, self._tocsin.clock(), self._chance())
        return went_wrong(self._tocsin, job.taken, self._decided(job, failed), str(failed))

    def _succeeded(self, job: _Job) -> None:
        with self._changing:
            recovered = self._gates[job.port].succeeded()
        if recovered:
            now = self._tocsin.clock()
            self._run(lambda c: outbox.hasten(c, job.port, now))

    def _decided(self, job: _Job, failed: Failed) -> Decision:
        wish, now = job.taken.wish, self._tocsin.clock()
        return after_failure(failed, wish, now, repeatable=self._repeatable(job.port), chance=self._chance())

    def _after_death(self, taken: Taken, *, begun: bool = True) -> Decision:
        repeatable = not begun or self._repeatable(taken.wish.effect.port)
        return after_death(taken.wish, self._tocsin.clock(), repeatable=repeatable)

    def _keep(self, job: _Job, work: Work[bool]) -> None:
        if not self._run(work):
            _log.warning("Effect %s was taken by another worker before this one was done.", job.taken.wish.id)

    def _run(self, work: Work[T]) -> T:
        """What has happened is kept, also if the database is away just now: forgotten, it would happen again."""
        while True:
            try:
                return self._tocsin.store.run(work)
            except Unavailable as trouble:
                self._say_once(str(trouble))
                if self._stopping:
                    raise
                time.sleep(0.2)

    def _let_go(self, job: _Job) -> None:
        with self._changing:
            if self._jobs.get(job.taken.wish.id) is job:
                del self._jobs[job.taken.wish.id]
                self._gates[job.port].gave_back(probe=job.probe)

    # ── sweeping ──

    def _sweep(self) -> None:
        if time.monotonic() - self._swept < min(SWEEP, self._lease / 3).total_seconds():
            return
        first, self._swept = self._swept < 0, time.monotonic()
        self._renew()
        self._find_orphans(all_of_them=first and self._tocsin.store.alone)
        self._give_up_overdue()

    def _renew(self) -> None:
        """Whoever is past the limit is waited for no longer; the others are said to be at work still."""
        with self._changing:
            jobs = list(self._jobs.values())
        late = [job for job in jobs if time.monotonic() - job.began > self._limit.total_seconds()]
        for job in late:
            self._abandon(job)
        at_work = [job.taken.wish.id for job in jobs if job not in late]
        if at_work:
            until = self._tocsin.clock() + self._lease
            self._tocsin.store.run(lambda c: outbox.renew(c, self.name, at_work, until))

    def _abandon(self, job: _Job) -> None:
        """Its thread cannot be ended; but what it has to say counts no more, once somebody else has begun anew."""
        _log.error("Effect %s did not come back within %s.", job.taken.wish.id, self._limit)
        self._let_go(job)
        sentence = f"It did not come back within {self._limit.total_seconds():g} seconds."
        self._tocsin.store.run(was_lost(self._tocsin, job.taken, self._after_death(job.taken), sentence))

    def _find_orphans(self, *, all_of_them: bool) -> None:
        """Where nobody else can be at work, everything that is under way at the start belongs to a dead process."""
        before = None if all_of_them else self._tocsin.clock()
        with self._tocsin.store.read() as connection:
            lost = outbox.orphans(connection, before)
        for taken in lost:
            if taken.wish.effect.port in self._gates and taken.worker != self.name:
                sentence = "Whoever tried it was stopped before it could say what came of it."
                self._tocsin.store.run(was_lost(self._tocsin, taken, self._after_death(taken), sentence))

    def _give_up_overdue(self) -> None:
        before = self._tocsin.clock() - PATIENCE
        for port, gate in self._gates.items():
            if gate.is_down:
                with self._tocsin.store.read() as connection:
                    overdue = outbox.overdue(connection, port, before)
                for wish in overdue:
                    self._tocsin.store.run(is_overdue(self._tocsin, wish, gate.trouble))

    # ── waiting ──

    def _pause(self) -> float:
        """Seconds until there may be something to do that no bell tells of."""
        now = self._tocsin.clock()
        with self._changing:
            opens = [gate.opens(now) for gate in self._gates.values()]
        try:
            with self._tocsin.store.read() as connection:
                due = outbox.next_due(connection, self._gates, now)
        except Unavailable as trouble:
            self._say_once(str(trouble))
            return 1.0
        soonest = min(filter(None, [*opens, due]), default=now + SWEEP)
        return max(min((soonest - now), SWEEP, self._lease / 3).total_seconds(), 0.001)

    def _wait_for_jobs(self, patience: timedelta) -> None:
        until = time.monotonic() + patience.total_seconds()
        while self._jobs and time.monotonic() < until:
            time.sleep(0.01)

    def _say_once(self, trouble: str) -> None:
        if trouble and not self._unavailable:
            _log.warning("%s", trouble)
        if self._unavailable and not trouble:
            _log.warning("The database is back.")
        self._unavailable = trouble

    def _repeatable(self, port: str) -> bool:
        found = None if port == "clock" else self._ports.at(port)
        return found is None or found.repeatable

    def _pace(self, port: str) -> Pace | None:
        found = None if port == "clock" else self._ports.at(port)
        return found.pace if found else None
