"""Publishing from the shell: asked for, or tried again, and waited for."""

from __future__ import annotations

from tocsin.cli.seeing_to import see_to
from tocsin.cli.session import Session
from tocsin.core.commands import Publish, TryAgain
from tocsin.core.effects import PublishReport, Wish
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Answer, Tocsin
from tocsin.ports import Failed, Published
from tocsin.store import log, outbox


def publish(session: Session, tocsin: Tocsin, number: IncidentNumber) -> Published:
    """Publish a report, or see to the publication that waits; `Failed` where it still does afterwards."""
    waits = _waiting(tocsin, number)
    if waits is None:
        answer = session.do(tocsin, Publish(incident=number))
    elif waits.state == "doing" or (waits.state == "waiting" and not waits.fails):
        session.must_be_allowed(tocsin, Publish(incident=number))
        answer = Answer(incident=number, effects=(waits.id,))
    else:
        session.do(tocsin, TryAgain(effect=waits.id))
        answer = Answer(incident=number, effects=(waits.id,))
    return published(session, tocsin, number, answer)


def published(session: Session, tocsin: Tocsin, number: IncidentNumber, answer: Answer) -> Published:
    """Where the report went that a command asked to publish."""
    for wish in see_to(session, tocsin, answer):
        if wish.state != "done":
            waits = "waits to be published" if wish.state in ("waiting", "doing") else "is not published"
            raise Failed(f"The report {waits}. Put right what stands above, then: tocsin report publish {number}")
    with tocsin.store.read() as connection:
        report = log.incident(connection, number).report
    if report.path is None or report.commit is None:
        raise Failed(f"The report waits to be published. See to it: tocsin outbox list --incident {number}")
    return Published(path=report.path, commit=report.commit)


def _waiting(tocsin: Tocsin, number: IncidentNumber) -> Wish | None:
    """The publication that was asked for last, if nothing has come of it yet."""
    with tocsin.store.read() as connection:
        requested = log.incident(connection, number).report.requested
        wishes = outbox.every(connection, incident=number)
    asked = [wish for wish in wishes if isinstance(wish.effect, PublishReport) and wish.effect.about == requested]
    return asked[-1] if asked and asked[-1].state not in ("done", "dropped") else None
