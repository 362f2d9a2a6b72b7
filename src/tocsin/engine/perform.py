"""Makes wishes come true: an effect becomes a port's call, and what came back becomes the next command."""

from __future__ import annotations

import sqlalchemy as sa

from tocsin.core.commands import RecordPublication
from tocsin.core.effects import Effect, PublishReport
from tocsin.core.events import PublicationRequested
from tocsin.core.ids import IncidentNumber
from tocsin.core.incident import fold
from tocsin.core.people import TOCSIN, called
from tocsin.core.refused import Refused
from tocsin.core.report import must_be_over
from tocsin.engine.documents import at_revision
from tocsin.engine.door import Tocsin
from tocsin.ports import Failed, Publication, Published, Publisher
from tocsin.report.data import as_json
from tocsin.report.markdown import as_markdown
from tocsin.report.names import stem
from tocsin.store import log, outbox
from tocsin.store.outbox import Waiting
from tocsin.store.people import StoredDirectory


def perform(tocsin: Tocsin, number: IncidentNumber, publisher: Publisher) -> list[Published]:
    """Make everything an incident wishes for come true, in order; at the first that does not, `Failed`.

    Empty where it wishes for nothing (any more).
    """
    with tocsin.store.read() as connection:
        waiting = outbox.waiting(connection, number)
    return [_perform(tocsin, each, publisher) for each in waiting]


def publish(tocsin: Tocsin, number: IncidentNumber, publisher: Publisher) -> Published:
    """Publish what waits to be; `Refused` where nothing does (any more), `Failed` where the world says no."""
    published = perform(tocsin, number, publisher)
    if not published:
        raise Refused(f"Nothing of incident {number} waits to be published.")
    return published[-1]


def _perform(tocsin: Tocsin, waiting: Waiting, publisher: Publisher) -> Published:
    match waiting.effect:
        case PublishReport() as wish:
            return _publish(tocsin, waiting.id, wish, publisher)
        case Effect() as other:
            raise TypeError(f"{type(other).__name__} is not taught to the performer.")


def _publish(tocsin: Tocsin, effect: int, wish: PublishReport, publisher: Publisher) -> Published:
    publication = _publication(tocsin, wish)
    try:
        published = publisher.publish(publication)
    except Failed as trouble:
        sentence = str(trouble)
        tocsin.store.run(lambda connection: outbox.failed(connection, effect, sentence))
        raise
    command = RecordPublication(
        incident=wish.incident, request=wish.request, path=published.path, commit=published.commit
    )
    record = tocsin.work(command, by=TOCSIN, at=publication.at, source=f"effect:{effect}")

    def came_true(connection: sa.Connection) -> None:
        record(connection)
        outbox.done(connection, effect)

    tocsin.store.run(came_true)
    return published


def _publication(tocsin: Tocsin, wish: PublishReport) -> Publication:
    with tocsin.store.read() as connection:
        entries = log.entries(connection, wish.incident)
        incident = fold(wish.incident, entries)
        must_be_over(incident)  # it may have been reopened since it was asked for
        request = next(entry for entry in entries if entry.seq == wish.request)
        if not isinstance(request.event, PublicationRequested):
            raise TypeError(f"Line {wish.request} of incident {wish.incident} asks for no publication.")
        report = at_revision(connection, tocsin.playbook, incident, entries, request.event.revision)
        author = called(StoredDirectory(connection), request.by)
    return Publication(
        identity=incident.mark,
        path=incident.report.path,
        stem=stem(report),
        files={"md": as_markdown(report), "json": as_json(report)},
        message=f"{report.title}\n\nReport of incident {incident.number}, revision {request.event.revision}.",
        author=author,
        at=request.at.at,
    )
