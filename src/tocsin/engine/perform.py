"""Makes wishes come true: an effect becomes a port's call, and what came back becomes the next commands and wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from tocsin.core.commands import Command, RecordPublication
from tocsin.core.effects import Effect, PublishReport, Remind, SendMail, Unreadable, Wish
from tocsin.core.events import Entry, PublicationRequested
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.incident import Incident
from tocsin.core.people import called
from tocsin.core.reactions import still_wanted, whom_to_remind, whom_to_write_for
from tocsin.engine.documents import at_revision
from tocsin.engine.door import Tocsin
from tocsin.language.letters import letter
from tocsin.ports import Failed, Mail, Mailer, Port, Ports, Publication, Published, Publisher
from tocsin.report.data import as_json
from tocsin.report.markdown import as_markdown
from tocsin.report.names import stem
from tocsin.store import log, outbox
from tocsin.store.people import StoredDirectory

P = TypeVar("P", bound=Port)


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came back: commands to record, as of `at`, and further wishes. Not `wanted`: nobody was asked at all."""

    commands: tuple[Command, ...] = ()
    at: datetime | None = None
    wishes: tuple[Effect, ...] = ()
    wanted: bool = True


def prepare(tocsin: Tocsin, wish: Wish, ports: Ports) -> Callable[[], Came]:
    """The call that makes a wish come true, or `Failed`. All that has to be read for it is read here."""
    with tocsin.store.read() as connection:
        return _prepared(tocsin, connection, wish, ports)


def publication(tocsin: Tocsin, number: IncidentNumber, request: Seq) -> Publication:
    """The report that a line asks to publish, ready to be."""
    with tocsin.store.read() as connection:
        about = log.line(connection, number, request)
        if about is None:
            raise TypeError(f"Incident {number} has no line {request}.")
        return _publication(tocsin, connection, log.incident(connection, number), about)


def recorded(number: IncidentNumber, request: Seq, published: Published) -> RecordPublication:
    """The command that keeps where a report went."""
    return RecordPublication(incident=number, request=request, path=published.path, commit=published.commit)


def _prepared(tocsin: Tocsin, connection: sa.Connection, wish: Wish, ports: Ports) -> Callable[[], Came]:
    effect = wish.effect
    if isinstance(effect, Unreadable):
        raise Failed("The outbox holds something here that cannot be read.", permanent=True)
    incident = log.incident(connection, effect.incident)
    about = log.line(connection, effect.incident, effect.about)
    if about is None or not still_wanted(effect, incident, about):
        return lambda: Came(wanted=False)
    match effect:
        case PublishReport():
            made, publisher = _publication(tocsin, connection, incident, about), ports.publisher
            return lambda: _published(effect, made, _there(publisher))
        case SendMail(to=None):
            found = whom_to_write_for(effect, tocsin.given(connection))
            return lambda: _instead(found, effect)
        case SendMail():
            mail, mailer = _mail(tocsin, connection, wish, effect, incident, about), ports.mailer
            return lambda: _sent(mail, _there(mailer))
        case Remind():
            mails = whom_to_remind(effect, incident, about, tocsin.given(connection))
            return lambda: Came(wishes=tuple(mails))
        case _:
            raise Failed("This version of Tocsin does not know how to do that.", permanent=True)


def _published(effect: PublishReport, made: Publication, publisher: Publisher) -> Came:
    published = publisher.publish(made)
    return Came(commands=(recorded(effect.incident, effect.about, published),), at=made.at)


def _sent(mail: Mail, mailer: Mailer) -> Came:
    if not mail.to:
        raise Failed(f"The directory has no mail address of {mail.name}. Add it, then try again.", permanent=True)
    mailer.send(mail)
    return Came()


def _instead(found: list[Effect], effect: SendMail) -> Came:
    if not found:
        raise Failed(f"Nobody speaks for {effect.community}. Name somebody in the directory, then try again.",
                     permanent=True)  # fmt: skip
    return Came(wishes=tuple(found))


def _mail(
    tocsin: Tocsin, connection: sa.Connection, wish: Wish, effect: SendMail, incident: Incident, about: Entry
) -> Mail:
    directory = StoredDirectory(connection)
    to = directory.person(effect.to or "")
    if to is None:
        raise Failed(f"The directory does not know {effect.to} any more.", permanent=True)
    written = letter(effect, about, incident, to, tocsin.playbook, directory)
    return Mail(
        key=f"tocsin-{wish.mark}",
        to=to.email,
        name=to.name,
        subject=written.subject,
        text=written.text,
        thread=(f"incident-{incident.mark}", *(f"tocsin-{mark}" for mark in outbox.before(connection, wish))),
        at=wish.since,
    )


def _publication(tocsin: Tocsin, connection: sa.Connection, incident: Incident, about: Entry) -> Publication:
    if not isinstance(about.event, PublicationRequested):
        raise TypeError(f"Line {about.seq} of incident {incident.number} asks for no publication.")
    entries = log.entries(connection, incident.number)
    report = at_revision(connection, tocsin.playbook, incident, entries, about.event.revision)
    return Publication(
        identity=incident.mark,
        path=incident.report.path,
        stem=stem(report),
        files={"md": as_markdown(report), "json": as_json(report)},
        message=f"{report.title}\n\nReport of incident {incident.number}, revision {about.event.revision}.",
        author=called(StoredDirectory(connection), about.by),
        at=about.at.at,
    )


def _there(port: P | None) -> P:
    """Wishes are only kept for ports that are served; but what is served may have changed since."""
    if port is None:
        raise Failed("Nothing here is set up to do that. See docs/reference/settings.md.")
    return port
