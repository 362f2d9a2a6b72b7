"""Keeps what became of a wish: what came back, its place in the outbox and its line in the log, in one transaction."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tocsin.core.commands import ReportDelivery
from tocsin.core.effects import Wish
from tocsin.core.events import Outcome
from tocsin.core.people import TOCSIN
from tocsin.engine.door import Tocsin
from tocsin.engine.perform import Came
from tocsin.engine.retry import Again, Decision, Never, Quarantine, Unknown
from tocsin.store import log, outbox
from tocsin.store.outbox import Taken
from tocsin.store.writer import Work

TELL_AFTER = timedelta(minutes=1)
"""What fails for longer than this stands on the timeline; shorter trouble mends itself before anybody could look."""
LONGEST_TROUBLE = 500


def came_true(tocsin: Tocsin, taken: Taken, came: Came) -> Work[bool]:
    """It happened, or nobody wants it any more. False where somebody else has begun anew in the meantime."""

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None:
            return False
        for command in came.commands:
            tocsin.work(command, by=TOCSIN, at=came.at, source=f"effect:{wish.mark}")(c)
        outbox.wish(c, [each for each in came.wishes if each.port in tocsin.serves], tocsin.clock())
        if wish.told and came.wanted:
            _report(tocsin, c, wish, "delivered")
        else:
            outbox.settle(c, wish.id, "done" if came.wanted else "dropped")
        return True

    return work


def went_wrong(tocsin: Tocsin, taken: Taken, decision: Decision, trouble: str) -> Work[bool]:
    """The world said no, and this was decided."""

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None:
            return False
        if not isinstance(decision, Again):
            _report(tocsin, c, wish, _FINAL[type(decision)], trouble)
            return True
        now = tocsin.clock()
        tells = not wish.told and now - wish.since >= TELL_AFTER
        outbox.put_off(c, wish, decision.at, _plain(trouble), told=wish.told)
        if tells:
            _report(tocsin, c, wish, "delayed", trouble)
        return True

    return work


def was_lost(tocsin: Tocsin, taken: Taken, decision: Decision, trouble: str) -> Work[bool]:
    """Whoever had it was never heard of again, or cannot be waited for any longer."""

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None or wish.state != "doing":
            return False
        if isinstance(decision, Again):
            outbox.return_(c, wish, decision.at, _plain(trouble))
        else:
            _report(tocsin, c, wish, _FINAL[type(decision)], trouble)
        return True

    return work


def is_overdue(tocsin: Tocsin, wish: Wish, trouble: str) -> Work[bool]:
    """It waited, behind others that failed, for longer than anything is tried."""

    def work(c: sa.Connection) -> bool:
        log.hold(c, wish.effect.incident)
        now = outbox.find(c, wish.id, lock=True)
        if now is None or now.state != "waiting":
            return False
        _report(tocsin, c, now, "given-up", trouble)
        return True

    return work


_FINAL: dict[type[Decision], Outcome] = {Never: "given-up", Unknown: "unknown", Quarantine: "quarantined"}


def _mine(c: sa.Connection, taken: Taken) -> Wish | None:
    """The incident is locked before its wishes, here as in every command."""
    log.hold(c, taken.wish.effect.incident)
    return outbox.still_has(c, taken)


def _report(tocsin: Tocsin, c: sa.Connection, wish: Wish, outcome: Outcome, trouble: str = "") -> None:
    tocsin.work(ReportDelivery(effect=wish.id, outcome=outcome, trouble=_plain(trouble)), by=TOCSIN)(c)


def _plain(trouble: str) -> str:
    """One short line that any database can hold: who said it may have said anything."""
    line = " ".join("".join(each if each.isprintable() else " " for each in trouble).split())
    return line if len(line) <= LONGEST_TROUBLE else f"{line[: LONGEST_TROUBLE - 1]}…"
