"""Keeps what became of a wish: what came back, its place in the outbox and its line in the log, in one transaction."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tocsin.core.commands import ReportDelivery
from tocsin.core.effects import Wish
from tocsin.core.events import Outcome
from tocsin.core.people import TOCSIN
from tocsin.engine.door import Answer, Tocsin
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
    now, told = tocsin.clock(), _report(tocsin, taken.wish, "delivered")
    commands = [tocsin.work(each, by=TOCSIN, source=f"effect:{taken.wish.mark}") for each in came.commands]

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None:
            return False
        for command in commands:
            command(c)
        outbox.wish(c, [each for each in came.wishes if each.port in tocsin.serves], now)
        if wish.told and came.wanted:
            told(c)
        else:
            outbox.settle(c, wish.id, "done" if came.wanted else "dropped")
        return True

    return work


def went_wrong(tocsin: Tocsin, taken: Taken, decision: Decision, trouble: str) -> Work[bool]:
    """The world said no, and this was decided."""
    if not isinstance(decision, Again):
        return _ended(tocsin, taken, decision, trouble)
    now, at, delayed = tocsin.clock(), decision.at, _report(tocsin, taken.wish, "delayed", trouble)

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None:
            return False
        if wish.state != "doing":
            return True
        outbox.put_off(c, wish, at, now, _plain(trouble))
        if not wish.told and wish.failing is not None and now - wish.failing >= TELL_AFTER:
            delayed(c)
        return True

    return work


def was_lost(tocsin: Tocsin, taken: Taken, decision: Decision, trouble: str) -> Work[bool]:
    """Whoever had it was never heard of again, or cannot be waited for any longer."""
    if not isinstance(decision, Again):
        return _ended(tocsin, taken, decision, trouble)
    at = decision.at

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None or wish.state != "doing":
            return False
        outbox.return_(c, wish, at, _plain(trouble))
        return True

    return work


def is_overdue(tocsin: Tocsin, wish: Wish, trouble: str) -> Work[bool]:
    """It waited, while its port was down, for longer than anything is tried."""
    given_up = _report(tocsin, wish, "given-up", trouble)

    def work(c: sa.Connection) -> bool:
        _hold(c, wish)
        now = outbox.find(c, wish.id, lock=True)
        if now is None or now.state != "waiting":
            return False
        given_up(c)
        return True

    return work


def _ended(tocsin: Tocsin, taken: Taken, decision: Decision, trouble: str) -> Work[bool]:
    """It is not tried any more, and stands on the timeline; once, also where the answer to its keeping was lost."""
    report = _report(tocsin, taken.wish, _FINAL[type(decision)], trouble)

    def work(c: sa.Connection) -> bool:
        wish = _mine(c, taken)
        if wish is None:
            return False
        if wish.state in ("doing", "waiting"):
            report(c)
        return True

    return work


_FINAL: dict[type[Decision], Outcome] = {Never: "given-up", Unknown: "unknown", Quarantine: "quarantined"}


def _mine(c: sa.Connection, taken: Taken) -> Wish | None:
    """The incident is locked before its wishes, here as in every command."""
    _hold(c, taken.wish)
    return outbox.still_has(c, taken)


def _hold(c: sa.Connection, wish: Wish) -> None:
    if wish.effect.incident is not None:
        log.hold(c, wish.effect.incident)


def _report(tocsin: Tocsin, wish: Wish, outcome: Outcome, trouble: str = "") -> Work[Answer]:
    """Made before the transaction that may need it: inside, nothing is asked, not even the time."""
    return tocsin.work(ReportDelivery(effect=wish.id, outcome=outcome, trouble=_plain(trouble)), by=TOCSIN)


def _plain(trouble: str) -> str:
    """One short line that any database can hold: who said it may have said anything."""
    line = " ".join("".join(each if each.isprintable() else " " for each in trouble).split())
    return line if len(line) <= LONGEST_TROUBLE else f"{line[: LONGEST_TROUBLE - 1]}…"
