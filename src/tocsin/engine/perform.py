"""Makes wishes come true: an effect becomes a port's call, and what came back becomes the next commands and wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TypeVar

import sqlalchemy as sa

from tocsin.core.commands import Command, RecordPublication
from tocsin.core.effects import (
    Effect,
    PublishReport,
    Remind,
    Reply,
    SendMail,
    TellByTicket,
    ToTicket,
    Unreadable,
    Wish,
)
from tocsin.core.events import AskMade, Declared, Entry, Event, PublicationRequested, RoleOffered, Updated
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.incident import Incident
from tocsin.core.people import called
from tocsin.core.reactions import still_wanted, whom_to_remind, whom_to_write_to
from tocsin.engine.answering import Answering, reply
from tocsin.engine.documents import at_revision
from tocsin.engine.door import Tocsin
from tocsin.language.letters import letter
from tocsin.ports import Failed, Leaving, Mail, Mailer, Port, Ports, Publication, Published, Publisher
from tocsin.report.document import Document
from tocsin.report.forms import in_every_form
from tocsin.report.names import stem
from tocsin.report.pdf import NotMade
from tocsin.store import log, outbox
from tocsin.store.people import StoredDirectory

P = TypeVar("P", bound=Port)


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came back: commands to record, and further wishes. Not `wanted`: nobody was asked at all."""

    commands: tuple[Command, ...] = ()
    wishes: tuple[Effect, ...] = ()
    wanted: bool = True


def prepare(tocsin: Tocsin, wish: Wish, ports: Ports, leaving: Leaving) -> Callable[[], Came]:
    """The call that makes a wish come true, or `Failed`. All that has to be read for it is read here."""
    with tocsin.store.read() as connection:
        return _prepared(tocsin, connection, wish, ports, leaving)


def key(wish: Wish) -> str:
    """What a wish is known by outside: the Message-ID of a letter begins with it."""
    return f"tocsin-{wish.mark}"


def publication(tocsin: Tocsin, number: IncidentNumber, request: Seq) -> tuple[Publication, str]:
    """The report that a line asks to publish, ready to be; and why it lacks a form, if it does."""
    with tocsin.store.read() as connection:
        about = log.line(connection, number, request)
        if about is None:
            raise TypeError(f"Incident {number} has no line {request}.")
        make = _publication(tocsin, connection, log.incident(connection, number), about)
    return make()


def recorded(number: IncidentNumber, request: Seq, published: Published, without: str) -> RecordPublication:
    """The command that keeps where a report went."""
    return RecordPublication(
        incident=number, request=request, path=published.path, commit=published.commit, without=without
    )


def _prepared(
    tocsin: Tocsin, connection: sa.Connection, wish: Wish, ports: Ports, leaving: Leaving
) -> Callable[[], Came]:
    effect = wish.effect
    if isinstance(effect, Unreadable):
        raise Failed("The outbox holds something here that cannot be read.", permanent=True)
    if isinstance(effect, Reply):
        answer = reply(connection, wish, effect, key(wish), tocsin.mailbox, ports, leaving)
        return (lambda: Came(wanted=False)) if answer is None else (lambda: Came(commands=answer()))
    incident = log.incident(connection, effect.its_incident)
    about = log.line(connection, effect.its_incident, effect.about)
    if about is None or not still_wanted(effect, incident, about):
        return lambda: Came(wanted=False)
    match effect:
        case PublishReport():
            make, publisher = _publication(tocsin, connection, incident, about), ports.publisher
            return lambda: _published(effect, make, _there(publisher))
        case SendMail(to=None):
            found = whom_to_write_to(effect, about, tocsin.given(connection))
            return lambda: _instead(found, f"Nobody {_NOBODY.get(type(about.event), 'is there to write to')}.")
        case SendMail():
            mail, mailer = _mail(tocsin, connection, wish, effect, incident, about), ports.mailer
            return lambda: _sent(mail, _there(mailer), leaving)
        case ToTicket() | TellByTicket():
            at = tocsin.address, tocsin.mailbox
            answering = Answering(connection, tocsin.playbook, at, wish, key(wish), about)
            call = answering.call(incident, ports, leaving)
            return lambda: Came(commands=call())
        case Remind():
            mails = whom_to_remind(effect, incident, about, tocsin.given(connection))
            return lambda: _instead(mails, "Nobody is there to be reminded.")
        case _:
            raise Failed("This version of Tocsin does not know how to do that.", permanent=True)


def _published(effect: PublishReport, make: Callable[[], tuple[Publication, str]], publisher: Publisher) -> Came:
    made, without = make()
    published = publisher.publish(made)
    return Came(commands=(recorded(effect.its_incident, effect.about, published, without),))


def _sent(mail: Mail, mailer: Mailer, leaving: Leaving) -> Came:
    if not mail.to:
        raise Failed(f"The directory has no mail address of {mail.name}. Add it there.", permanent=True)
    mailer.send(mail, leaving)
    return Came()


def _instead(found: list[Effect], nobody: str) -> Came:
    if not found:
        raise Failed(f"{nobody} Name somebody in the directory.", permanent=True)
    return Came(wishes=tuple(found))


_NOBODY: dict[type[Event], str] = {
    Updated: "speaks for that community", RoleOffered: "is in that group", AskMade: "is in that group",
    Declared: "is in the group of the triagers",
}  # fmt: skip


def _mail(
    tocsin: Tocsin, connection: sa.Connection, wish: Wish, effect: SendMail, incident: Incident, about: Entry
) -> Mail:
    directory = StoredDirectory(connection)
    to = directory.person(effect.to or "")
    if to is None:
        raise Failed(f"The directory does not know {effect.to} any more.", permanent=True)
    written = letter(effect, about, incident, to, tocsin.playbook, directory, tocsin.address)
    return Mail(
        key=key(wish),
        to=to.email,
        name=to.name,
        subject=written.subject,
        text=written.text,
        thread=(f"incident-{incident.mark}", *(f"tocsin-{mark}" for mark in outbox.before(connection, wish))),
        at=wish.since,
    )


def _publication(
    tocsin: Tocsin, connection: sa.Connection, incident: Incident, about: Entry
) -> Callable[[], tuple[Publication, str]]:
    """All that is read for it is read now; the files are made later, when no connection waits for them."""
    if not isinstance(about.event, PublicationRequested):
        raise TypeError(f"Line {about.seq} of incident {incident.number} asks for no publication.")
    entries = log.entries(connection, incident.number)
    report = at_revision(connection, tocsin.playbook, incident, entries, about.event.revision)
    message = f"{report.title}\n\nReport of incident {incident.number}, revision {about.event.revision}."
    author = called(StoredDirectory(connection), about.by)
    return lambda: _made(report, incident, message, author, about.at.at)


def _made(report: Document, incident: Incident, message: str, author: str, at: datetime) -> tuple[Publication, str]:
    try:
        forms = in_every_form(report, PurePosixPath(incident.report.path or "").name)
    except NotMade as no:
        # The publisher was not asked, so that this shuts it for no other report.
        raise Failed(str(no), receiver=True) from no
    made = Publication(
        identity=incident.mark,
        path=incident.report.path,
        stem=stem(report),
        files=forms.files,
        message=message,
        author=author,
        at=at,
    )
    return made, forms.without


def _there(port: P | None) -> P:
    """Wishes are only kept for ports that are served; but what is served may have changed since."""
    if port is None:
        raise Failed("Nothing here is set up to do that. See docs/reference/settings.md.")
    return port
