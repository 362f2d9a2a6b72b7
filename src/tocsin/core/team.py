"""The Incident Response Team: whoever took part, as the log has it."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.core import events as e
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN


def taking_part(entry: e.Entry) -> set[Handle]:
    """Who takes part through one line of the log: who spoke, held a role, wrote or approved word to the outside.

    A line someone else reported (a signal, before there was an incident) makes nobody part of the team, and the program
    that records what came back from the world is no member.
    """
    return _named(entry) - {TOCSIN.handle}


def team(entries: Iterable[e.Entry]) -> set[Handle]:
    """The response team of an incident; who is of the community, or a program, is told apart by the person's kind."""
    return {person for entry in entries for person in taking_part(entry)}


def _named(entry: e.Entry) -> set[Handle]:
    match entry.event:
        case e.SignalReceived():
            return set()
        case e.RoleAssigned(person=person):
            return {entry.by, person}
        case e.Updated(drafted_by=drafter, approved_by=approver):
            return {entry.by, drafter, approver}
        case e.ReportOwned(owner=owner):
            return {entry.by, owner}
        case _:
            return {entry.by}
