"""The one loop: takes what is due, has it performed, and keeps what came of it or when to try again."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import uuid4

from tocsin.core.ids import EffectId, IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.engine.endable import Endable, Ended
from tocsin.engine.gate import Gate
from tocsin.engine.outcomes import came_true, is_overdue, was_lost, went_wrong
from tocsin.engine.perform import Came, prepare
from tocsin.engine.retry import LEAST, LONGEST_ASKED, PATIENCE, Decision, after_death, after_failure
from tocsin.ports import Failed, Pace, Ports
from tocsin.store import outbox
from tocsin.store.outbox import Taken
from tocsin.store.works import CLOSED, Unavailable
from tocsin.store.writer import Work

HANDS = 4
"""How many wishes are performed at the same time at one port, so that a slow port delays no other."""
SWEEP = timedelta(seconds=5)
"""How often leases are renewed and looked at, and what no bell has told is found all the same."""
LEASE = timedelta(seconds=60)
"""For how long a wish is left to a worker that says nothing."""
LIMIT = timedelta(minutes=15)
"""How long one try may take; then nobody waits for it any longer."""
ALONE = timedelta(seconds=10)
"""For how long at a time others wait so that what workers were lost over can be tried by itself."""
DRAIN = timedelta(seconds=10)
"""How long a worker that is asked to stop waits for what it has begun."""

T = TypeVar("T")
_log = logging.getLogger("tocsin.worker")


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A try that is under way."""

    port: str
    taken: Taken
    began: float
    probe: bool
    """It tries whether a port that was down works again."""
    call: Endable = field(default_factory=Endable)


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
        self._ahead = float("-inf")
        self._suspected = False
        self._alone_until = float("-inf")
        self._stopping = False
        self._unavailable = ""

    def run(self, drain: timedelta = DRAIN) -> None:
        """Work until somebody says `stop`; what has begun by then is waited for, a while."""
        with self._tocsin.store.listening():
            while not self._stopping:
                self._bell.clear()  # before looking, so that what rings meanwhile is not missed
                if not self._turn() and not self._stopping:
                    self._bell.wait(self._pause())
            self._finish(drain)

    def stop(self) -> None:
        """Take nothing more. Safe to call from a signal handler."""
        self._stopping = True
        threading.Thread(target=self._bell.set, daemon=True).start()  # whom the signal interrupts may hold its lock

    def work_off(self, patience: timedelta = DRAIN) -> None:
        """Perform what is due now, and what follows from it, until nothing is, or as long as there is patience."""
        until = time.monotonic() + patience.total_seconds()
        try:
            while not self._stopping:
                self._bell.clear()
                busy = bool(self._jobs)  # before looking: what is over by then has wished all it wishes for
                took, left = self._turn(), until - time.monotonic()
                if left <= 0 or not (took or busy):
                    break
                if not took:
                    self._bell.wait(min(left, 1.0))
        finally:
            self._finish(timedelta())

    def settle_orphans(self) -> None:
        """Say what became of what dead processes have left behind, where nobody else can be at work."""
        self._find_orphans(all_of_them=self._tocsin.store.alone)

    # ── taking ──

    def _turn(self) -> bool:
        """Look once at everything there may be to do; whether anything was begun."""
        takes: list[Callable[[], bool]] = [partial(self._take, port) for port in self._gates]
        self._looked(self._sweep)
        alone = self._suspected and time.monotonic() < self._alone_until
        due = [self._take_suspect] if alone else takes
        took = [not self._stopping and self._looked(take) for take in due]
        return any(took)

    def _looked(self, look: Callable[[], bool]) -> bool:
        """What goes wrong at one port, or for a while, is no reason to stop."""
        try:
            took = look()
        except Unavailable as trouble:
            self._say_once(str(trouble))
            return False
        except Exception:  # noqa: BLE001 — whatever it is, the next turn may meet it no more
            _log.exception("A turn of the worker met a bug.")
            return False
        self._say_once("")
        return took

    def _take(self, port: str, *, suspect: bool = False) -> bool:
        now, gate = self._tocsin.clock(), self._gates[port]
        with self._changing:
            room = 1 if suspect else HANDS - sum(job.port == port for job in self._jobs.values())
            allowed = gate.room(now)
        most = room if allowed is None else min(room, allowed)
        if most <= 0:
            return False
        until, of = now + self._lease, self._incident
        taken = self._tocsin.store.run(
            lambda c: outbox.take(c, port, self.name, now, until, most=most, incident=of, suspect=suspect)
        )
        with self._changing:
            probe = gate.took(len(taken))
        for each in taken:
            self._begin(_Job(port=port, taken=each, began=time.monotonic(), probe=probe))
        return bool(taken)

    def _take_suspect(self) -> bool:
        """What workers were lost over is tried by itself: of several, nobody could say which one it was."""
        if self._jobs:
            return False
        self._suspected = any(self._take(port, suspect=True) for port in self._gates)
        return True

    def _begin(self, job: _Job) -> None:
        taken = job.taken
        with self._changing:
            self._jobs[taken.wish.id] = job
        threading.Thread(
            target=self._carry_out, args=(job,), name=f"tocsin-effect-{taken.wish.id}", daemon=True
        ).start()

    # ── performing: everything below runs in a thread of the job's own ──

    def _carry_out(self, job: _Job) -> None:
        recovered = False
        try:
            work, recovered = self._attempt(job)
            if not self._run(work):
                _log.warning("Effect %s was taken anew before this try was over.", job.taken.wish.id)
        except Ended:
            _log.warning("Effect %s was ended in its thread.", job.taken.wish.id)
        except Exception:  # noqa: BLE001 — the lease will run out, and it is looked at anew
            _log.exception("What became of effect %s could not be kept; it is looked at anew.", job.taken.wish.id)
        finally:
            self._let_go(job)
            self._bell.set()
        if recovered:
            self._looked(partial(self._hasten, job.port))

    def _attempt(self, job: _Job) -> tuple[Work[bool], bool]:
        """Perform it: what is to be kept of that, and whether its port has come back to life with it."""
        taken = job.taken
        try:
            call = prepare(self._tocsin, taken.wish, self._ports, partial(self._leave, job))
            with job.call.exposed():
                came = call()
        except Failed as failed:
            return self._failed(job, failed), False
        except (Refused, Unavailable) as no:
            decision = self._decided(job, Failed(str(no), permanent=isinstance(no, Refused)))
            return went_wrong(self._tocsin, taken, decision, str(no)), False
        except Exception as bug:  # noqa: BLE001 — one bad wish must not stop the others
            _log.exception("Effect %s met a bug.", taken.wish.id)
            self._suspected = True
            sentence = f"Tocsin made a mistake ({type(bug).__name__}); its log says more."
            return was_lost(self._tocsin, taken, self._after_death(taken), sentence), False
        return came_true(self._tocsin, taken, came), self._succeeded(job, came)

    def _leave(self, job: _Job) -> None:
        """It is about to leave; unless somebody else has it by now, or we were told to stop."""
        with job.call.whole():
            left = self._run(lambda c: outbox.leave(c, job.taken))
        if not left:
            raise Failed("It was taken anew before it had left.", receiver=True)

    def _failed(self, job: _Job, failed: Failed) -> Work[bool]:
        _log.warning("Effect %s failed: %s", job.taken.wish.id, failed)
        with self._changing:
            self._gates[job.port].failed(failed, self._tocsin.clock(), self._chance())
        return went_wrong(self._tocsin, job.taken, self._decided(job, failed), str(failed))

    def _succeeded(self, job: _Job, came: Came) -> bool:
        if not came.wanted or came.wishes:  # nobody outside was asked
            return False
        with self._changing:
            return self._gates[job.port].succeeded()

    def _hasten(self, port: str) -> bool:
        now = self._tocsin.clock()
        self._tocsin.store.run(lambda c: outbox.hasten(c, now, port))
        self._bell.set()
        return True

    def _decided(self, job: _Job, failed: Failed) -> Decision:
        wish, now = job.taken.wish, self._tocsin.clock()
        return after_failure(failed, wish, now, repeatable=self._repeatable(job.port), chance=self._chance())

    def _after_death(self, taken: Taken) -> Decision:
        """What has not left has not happened."""
        with self._tocsin.store.read() as connection:
            wish = outbox.find(connection, taken.wish.id)
        left = wish is None or wish.left
        harmless = not left or self._repeatable(taken.wish.effect.port)
        return after_death(taken.wish, self._tocsin.clock(), harmless=harmless)

    def _run(self, work: Work[T]) -> T:
        """What has happened is kept, also if the database is away just now: forgotten, it would happen again."""
        while True:
            try:
                return self._tocsin.store.run(work)
            except (Unavailable, OSError) as trouble:  # the latter where this process may open no more files
                self._say_once(str(trouble))
                if self._stopping or str(trouble) == CLOSED:
                    raise
                time.sleep(0.2)

    def _let_go(self, job: _Job) -> None:
        with self._changing:
            if self._jobs.get(job.taken.wish.id) is job:
                del self._jobs[job.taken.wish.id]
                self._gates[job.port].gave_back(probe=job.probe)

    # ── sweeping ──

    def _sweep(self) -> bool:
        if time.monotonic() - self._swept < min(SWEEP, self._lease / 3).total_seconds():
            return False
        first, self._swept = self._swept < 0, time.monotonic()
        self._renew()
        self._find_orphans(all_of_them=first and self._tocsin.store.alone)
        self._give_up_overdue()
        self._look_at_the_clock()
        now = self._tocsin.clock()
        with self._tocsin.store.read() as connection:
            self._suspected = outbox.suspects(connection, now)
        if time.monotonic() > self._alone_until + ALONE.total_seconds():
            self._alone_until = time.monotonic() + ALONE.total_seconds()
        return False

    def _renew(self) -> bool:
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
        return bool(at_work)

    def _abandon(self, job: _Job) -> None:
        """Where its thread does not end, what it has to say counts no more, once somebody else has begun anew."""
        sentence = f"It did not come back within {self._limit.total_seconds():g} seconds."
        _log.error("Effect %s: %s", job.taken.wish.id, sentence)
        self._let_go(job)
        job.call.end()
        with self._changing:
            self._gates[job.port].failed(Failed(sentence), self._tocsin.clock(), self._chance())
        self._lose(job.taken, sentence)

    def _find_orphans(self, *, all_of_them: bool) -> None:
        """Where nobody else can be at work, everything that is under way at the start belongs to a dead process."""
        before = None if all_of_them else self._tocsin.clock()
        with self._tocsin.store.read() as connection:
            lost = outbox.orphans(connection, before)
        for taken in lost:
            if not self._has(taken):
                self._lose(taken, "Whoever tried it was stopped before it could say what came of it.")

    def _has(self, taken: Taken) -> bool:
        with self._changing:
            job = self._jobs.get(taken.wish.id)
        return job is not None and (job.taken.worker, job.taken.number) == (taken.worker, taken.number)

    def _lose(self, taken: Taken, sentence: str) -> None:
        self._tocsin.store.run(was_lost(self._tocsin, taken, self._after_death(taken), sentence))
        self._suspected = True

    def _give_up_overdue(self) -> None:
        now = self._tocsin.clock()
        for port, gate in self._gates.items():
            if gate.down_for(now) >= LEAST:
                with self._tocsin.store.read() as connection:
                    overdue = outbox.overdue(connection, port, now - PATIENCE)
                for wish in overdue:
                    self._tocsin.store.run(is_overdue(self._tocsin, wish, gate.trouble))

    def _look_at_the_clock(self) -> None:
        """A clock that was ahead for a moment has put off what failed then; once it is right, that waits no longer."""
        ahead = self._tocsin.clock().timestamp() - time.monotonic()
        if ahead < self._ahead - SWEEP.total_seconds():
            now = self._tocsin.clock()
            self._tocsin.store.run(lambda c: outbox.hasten(c, now, beyond=now + LONGEST_ASKED))
        self._ahead = ahead

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

    def _finish(self, patience: timedelta) -> None:
        """Wait for what has begun; after a while, only for what has left already. The rest goes back."""
        self._wait_for_jobs(patience)
        for job in list(self._jobs.values()):
            self._looked(partial(self._give_back, job))
        self._wait_for_jobs(self._limit)

    def _give_back(self, job: _Job) -> bool:
        now = self._tocsin.clock()
        back = self._tocsin.store.run(lambda c: outbox.give_back(c, job.taken, now))
        if back:
            self._let_go(job)
        return back

    def _wait_for_jobs(self, patience: timedelta) -> None:
        until = time.monotonic() + patience.total_seconds()
        while self._jobs and time.monotonic() < until:
            self._bell.clear()
            self._bell.wait(0.05)
            if time.monotonic() - self._swept > (self._lease / 3).total_seconds():
                self._swept = time.monotonic()
                self._looked(self._renew)

    def _say_once(self, trouble: str) -> None:
        if trouble and not self._unavailable:
            _log.warning("%s", trouble)
        if self._unavailable and not trouble:
            _log.warning("The database is back.")
        self._unavailable = trouble

    def _repeatable(self, port: str) -> bool:
        found = None if port == "clock" else self._ports.at(port)
        return port == "clock" or (found is not None and found.repeatable)

    def _pace(self, port: str) -> Pace | None:
        found = None if port == "clock" else self._ports.at(port)
        return found.pace if found else None
