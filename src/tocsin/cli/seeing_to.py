"""Sees to it that what a command wished for happens at once, where nobody else does; and says what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import tell
from tocsin.core.effects import Effect, PublishReport, SendMail, Wish
from tocsin.core.ids import EffectId, IncidentNumber
from tocsin.core.people import called
from tocsin.core.refused import Refused
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.worker import Worker
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
        tell(f"Nothing is sent: {why}")
    elif not tocsin.store.own() or _perform(session, tocsin, due[0].effect.incident):
        _wait(tocsin, numbers)  # for whoever else has it
    became = _now(tocsin, numbers)
    for wish in became:
        tell(_sentence(tocsin, wish))
    return became


def thing(effect: Effect, name: str) -> str:
    """What is to be delivered, as the beginning of a sentence; `name`: whom it goes to."""
    match effect:
        case SendMail(to=None, community=community):
            return f"Word to {community}"
        case SendMail(reminds=True):
            return f"The reminder to {name}"
        case SendMail():
            return f"The mail to {name}"
        case PublishReport():
            return "The report"
        case _:
            return "The reminder"


def name_of(tocsin: Tocsin, effect: Effect) -> str:
    if not isinstance(effect, SendMail) or effect.to is None:
        return ""
    with tocsin.store.read() as connection:
        return called(StoredDirectory(connection), effect.to)


def _perform(session: Session, tocsin: Tocsin, incident: IncidentNumber) -> bool:
    """Whether it could be seen to here."""
    try:
        ports = bootstrap.ports(session.settings, in_use=True)
    except Refused as no:  # a secret, say, that only the worker's account may read
        tell(f"It is left to the worker. {no}")
        return False
    with bootstrap.answering(session.settings, tocsin):
        Worker(tocsin, ports, incident=incident).work_off(PATIENCE)
    return True


def _wait(tocsin: Tocsin, numbers: Sequence[EffectId]) -> None:
    """Whoever owns the database has been woken by the commit."""
    until = time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < until and any(_is_new(wish) for wish in _now(tocsin, numbers)):
        time.sleep(0.02)


def _is_new(wish: Wish) -> bool:
    return wish.state == "doing" or (wish.state == "waiting" and not wish.fails)


def _now(tocsin: Tocsin, numbers: Sequence[EffectId]) -> list[Wish]:
    with tocsin.store.read() as connection:
        return [wish for number in numbers if (wish := outbox.find(connection, number)) is not None]


def _held(tocsin: Tocsin) -> str | None:
    with tocsin.store.read() as connection:
        return outbox.held(connection)


def _sentence(tocsin: Tocsin, wish: Wish) -> str:
    what = thing(wish.effect, name_of(tocsin, wish.effect))
    match wish.state:
        case "done":
            return f"{what} is {'published' if isinstance(wish.effect, PublishReport) else 'sent'}."
        case "waiting" | "doing":
            return f"{what} waits. {wish.trouble} A worker tries again: tocsin worker.".replace("  ", " ")
        case "unknown":
            return f"{what} may have arrived or not: {wish.trouble} Say `tocsin outbox arrived {wish.id}` or `retry`."
        case "dropped":
            return f"{what} is not wanted any more."
        case _:
            return f"{what} did not get through: {wish.trouble} Try again: tocsin outbox retry {wish.id}."
