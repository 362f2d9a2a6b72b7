"""Sees to it that what a command wished for happens at once, where nobody else does; and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import tell
from tocsin.core.effects import Effect, PublishReport, SendMail, Wish
from tocsin.core.ids import EffectId
from tocsin.core.people import called
from tocsin.core.refused import Refused
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.worker import Worker
from tocsin.language.wishes import thing
from tocsin.ports import Ports
from tocsin.store import outbox
from tocsin.store.people import StoredDirectory

PATIENCE = timedelta(seconds=10)
"""How long somebody at a prompt is kept waiting for the world."""


def see_to(session: Session, tocsin: Tocsin, answer: Answer) -> list[Wish]:
    """What became of the wishes of a command, as far as can be told after a while."""
    due = [wish for wish in _now(tocsin, answer.effects) if wish.due <= tocsin.clock()]
    if not due:
        return []
    numbers = [wish.id for wish in due]
    if (why := _held(tocsin)) is not None:
        tell(f"Nothing is sent: {why} Release it: tocsin outbox release.")
        return due
    _see_to(session, tocsin, numbers)
    became = _now(tocsin, numbers)
    for wish in became:
        tell(_sentence(tocsin, wish))
    return became


def settle_orphans(tocsin: Tocsin) -> None:
    """What a dead process had is nobody's any more, once we own the database alone."""
    if tocsin.store.alone and tocsin.store.own():
        Worker(tocsin, Ports()).settle_orphans()


def _see_to(session: Session, tocsin: Tocsin, numbers: Sequence[EffectId]) -> None:
    """Perform them here, unless somebody else owns the database, who was woken by the commit."""
    until = time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < until and any(_is_new(wish) for wish in _now(tocsin, numbers)):
        if tocsin.store.own():  # perhaps only now, since whoever had it has gone
            left = timedelta(seconds=until - time.monotonic())
            if not _perform(session, tocsin, numbers, left) or tocsin.store.alone:
                return
        time.sleep(0.02)


def _perform(session: Session, tocsin: Tocsin, numbers: Sequence[EffectId], patience: timedelta) -> bool:
    """Whether it could be seen to here."""
    try:
        ports = bootstrap.ports(session.settings, in_use=True)
    except Refused as no:  # a secret, say, that only the worker's account may read
        tell(f"It is left to the worker. {no}")
        return False
    (incident,) = {wish.effect.incident for wish in _now(tocsin, numbers)}
    with bootstrap.answering(session.settings, tocsin):
        Worker(tocsin, ports, incident=incident).work_off(patience)
    return True


def _is_new(wish: Wish) -> bool:
    return wish.state == "doing" or (wish.state == "waiting" and not wish.fails)


def _now(tocsin: Tocsin, numbers: Sequence[EffectId]) -> list[Wish]:
    with tocsin.store.read() as connection:
        return [wish for number in numbers if (wish := outbox.find(connection, number)) is not None]


def _held(tocsin: Tocsin) -> str | None:
    with tocsin.store.read() as connection:
        return outbox.held(connection)


def _sentence(tocsin: Tocsin, wish: Wish) -> str:
    what, again = thing(wish.effect, _name_of(tocsin, wish.effect)), f"Try again: tocsin outbox retry {wish.id}."
    match wish.state:
        case "done":
            return f"{what} is {'published' if isinstance(wish.effect, PublishReport) else 'sent'}."
        case "doing":
            return f"{what} is under way. See what comes of it: tocsin outbox list."
        case "waiting" if wish.fails:
            return f"{what} waits: {wish.trouble} A worker, if one runs, tries again. {again}"
        case "waiting" if wish.tries:
            slow = f"was not taken within {PATIENCE.total_seconds():.0f} seconds, and waits"
            return f"{what} {slow}. A worker, if one runs, tries again. {again}"
        case "waiting":
            return f"{what} waits for its turn. See to it: tocsin outbox list."
        case "unknown":
            return f"{what} may have arrived or not: {wish.trouble} Say `tocsin outbox arrived {wish.id}` or `retry`."
        case "dropped":
            return f"{what} is not wanted any more."
        case _:
            return f"{what} did not get through: {wish.trouble} {again}"


def _name_of(tocsin: Tocsin, effect: Effect) -> str:
    if not isinstance(effect, SendMail) or effect.to is None:
        return ""
    with tocsin.store.read() as connection:
        return called(StoredDirectory(connection), effect.to)
