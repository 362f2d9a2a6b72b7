"""All that Now shows, read at one moment: what is open, what waits for a decision, what is owed, who is at work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.core import events as e
from tocsin.core.cadence import Due, word_due
from tocsin.core.duties import owner
from tocsin.core.events import Entry
from tocsin.core.gates import seen
from tocsin.core.hours import HOUR, Calendar, calendar
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.incident import Incident, fold
from tocsin.core.people import Community, Group, Party, Person
from tocsin.core.playbook import Playbook
from tocsin.core.report import missing
from tocsin.core.signals import Signal
from tocsin.store import log, reads, reports, signals
from tocsin.store.people import Place, everybody, places, wrote
from tocsin.web.asked import Asked
from tocsin.web.room.gist import gists
from tocsin.web.room.reading import name_in, place_in, service_in

MOST_OWED = 6
"""Reports that are shown; of the others only how many there are."""
LATELY = timedelta(days=14)
MOST_LATELY = 5


@dataclass(frozen=True, kw_only=True)
class Case:
    """An incident that is open, and when its communities must hear from us."""

    incident: Incident
    entries: Sequence[Entry]
    due: Due | None


@dataclass(frozen=True, kw_only=True)
class Debt:
    """A report that is not published yet."""

    incident: Incident
    title: str
    since: datetime
    state: str
    owner: Handle | None
    lacks: tuple[str, ...]
    took_part: bool
    """Whoever reads took part in the incident."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What there is to see."""

    asked: Asked
    cases: tuple[Case, ...]
    signals: tuple[Signal, ...]
    debts: tuple[Debt, ...]
    owed: int
    """How many reports in all."""
    lately: Sequence[Mapping[str, Any]]
    people: Mapping[Handle, Person]
    places: Mapping[tuple[type[Place], str], Place]
    wrote: Mapping[Handle, datetime]

    @property
    def now(self) -> datetime:
        return self.asked.now

    @property
    def playbook(self) -> Playbook:
        return self.asked.tocsin.playbook

    @property
    def team(self) -> list[Person]:
        """Whoever responds."""
        return [each for each in self.people.values() if each.active and each.part in ("responder", "administrator")]

    def called(self, handle: Handle) -> str:
        return "you" if handle == self.asked.me.handle else name_in(self.people)(handle)

    def service(self, slug: str) -> str:
        return service_in(self.places, self.playbook)(slug)

    def community(self, slug: str) -> str:
        return place_in(self.places, Community)(slug)

    def group(self, slug: str) -> str:
        return place_in(self.places, Group)(slug)

    def for_me(self, party: Party) -> bool:
        """Whether something is put to whoever reads, alone or in a group."""
        group, me = self.places.get((Group, party.group or "")), self.asked.me.handle
        return party.person == me or (isinstance(group, Group) and me in group.members)

    def calendar(self, handle: Handle | None) -> Calendar:
        return calendar(self.people.get(handle) if handle else None, self.playbook)


def overview(asked: Asked, c: sa.Connection) -> Overview:
    """Ten statements, however much there is."""
    rows, owed = reads.owed_first(c, asked.me.handle, MOST_OWED)
    logs = log.folded_open(c, [IncidentNumber(row["number"]) for row in rows])
    incidents = {number: fold(number, entries) for number, entries in logs.items()}
    are_open = [number for number in sorted(logs, reverse=True) if incidents[number].state == "open"]
    heard = gists(asked.tocsin.store, c, are_open)
    people = {each.handle: each for each in everybody(c)}
    undecided = tuple(signals.undecided(c))
    return Overview(
        asked=asked,
        cases=tuple(
            _case(asked, incidents[number], _in_order(logs[number], heard[number].entries), people)
            for number in are_open
        ),
        signals=undecided,
        debts=tuple(_debts(asked, c, rows, logs)),
        owed=owed,
        lately=reads.resolved_lately(c, asked.now - LATELY, MOST_LATELY),
        people=people,
        places=places(c, _slugs([incidents[number] for number in are_open], undecided)),
        wrote=wrote(c, asked.now - HOUR, asked.now),
    )


def _case(asked: Asked, incident: Incident, entries: Sequence[Entry], people: Mapping[Handle, Person]) -> Case:
    playbook = asked.tocsin.playbook

    def calendar_of(handle: Handle | None) -> Calendar:
        return calendar(people.get(handle) if handle else None, playbook)

    return Case(incident=incident, entries=entries, due=word_due(incident, entries, playbook, calendar_of))


def _in_order(*parts: Iterable[Entry]) -> list[Entry]:
    return sorted((entry for part in parts for entry in part), key=lambda entry: entry.seq)


def _debts(
    asked: Asked, c: sa.Connection, rows: Sequence[Mapping[str, Any]], logs: Mapping[IncidentNumber, Sequence[Entry]]
) -> list[Debt]:
    texts = reports.sections_of(c, [IncidentNumber(row["number"]) for row in rows])
    return [_debt(asked, row, logs[row["number"]], texts[row["number"]]) for row in rows]


def _debt(asked: Asked, row: Mapping[str, Any], entries: Sequence[Entry], texts: Mapping[str, str]) -> Debt:
    playbook, incident = asked.tocsin.playbook, fold(row["number"], entries)
    shown = replace(seen(entries), channel=True)  # its talk is not read here
    return Debt(
        incident=incident,
        title=row["title"],
        since=row["resolved_at"],
        state=row["report_state"],
        owner=owner(incident, playbook),
        lacks=tuple(missing(incident, texts, playbook, seen=shown)),
        took_part=row["took_part"],
    )


def _slugs(cases: Iterable[Incident], undecided: Iterable[Signal]) -> set[str]:
    """Everything with a slug of which the page may speak."""
    found: set[Slug | None] = {signal.service for signal in undecided}
    for it in cases:
        found.update((*it.services, *it.communities, *(offer.to.group for offer in it.offers)))
        found.update(ask.to.group for ask in it.asks)
        found.update(slug for proposal in it.proposals for slug in proposal.communities)
    return {slug for slug in found if slug}


def offered_at(case: Case, role: Slug, to: Party) -> tuple[datetime, str] | None:
    """When a role was offered, and with which word."""
    for entry in reversed(case.entries):
        if isinstance(entry.event, e.RoleOffered) and (entry.event.role, entry.event.to) == (role, to):
            return entry.at.at, entry.event.text
    return None
