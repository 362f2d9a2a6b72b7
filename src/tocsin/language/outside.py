"""What is said in a ticket: to whoever asked there, and to colleagues who look at it."""

from __future__ import annotations

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.incident import Incident
from tocsin.core.people import Directory, called
from tocsin.core.playbook import Playbook
from tocsin.language.wording import spoken


def told(update: e.Updated, directory: Directory, zone: str) -> list[str]:
    """Word to a community, in Markdown: what was written, and little else; a promise in it is not made twice."""
    says_when = update.next_by is not None and spoken(update.next_by, zone) in update.text
    again = f"You hear from us again by {spoken(update.next_by, zone)}." if update.next_by and not says_when else ""
    return [each for each in (update.text.strip(), again, called(directory, update.drafted_by)) if each]


def noted(about: Entry, incident: Incident, playbook: Playbook, directory: Directory, address: str) -> str:
    """Word to colleagues in a ticket: what became of the incident it is about, and where it is worked on."""
    which = f"incident {incident.number}, “{incident.title}”"
    room = f"{address}/incidents/{incident.number}" if address else f"tocsin incident show {incident.number}"
    return f"{_became(about, which, playbook, directory)}\n\nWhat is known and done stands here: {room}"


def _became(about: Entry, which: str, playbook: Playbook, directory: Directory) -> str:
    match about.event:
        case e.SignalReceived():
            return f"This ticket belongs to {which}. Updates are sent from there."
        case e.RoleAssigned(role=role, person=person):
            who = called(directory, person)
            return f"{who} is {playbook.called(role)} of {which} now, and answers here."
        case e.Resolved(verified=verified):
            return f"Over: {which}. How that was verified: {verified}"
        case e.Reopened(why=why):
            return f"Not over after all: {which}. {why}".strip()
        case e.Cancelled(why=why):
            return f"No incident after all: {which} was cancelled. {why}".strip()
        case e.ReportPublished():
            return f"The report of {which} is published."
        case other:
            raise TypeError(f"Nothing is noted in a ticket about {type(other).__name__}.")
