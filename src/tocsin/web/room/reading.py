"""All that a room shows, read at one moment: the incident, its gist, its people and places, what went out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa

from tocsin.core import events as e
from tocsin.core.effects import Wish
from tocsin.core.events import Entry
from tocsin.core.hours import HOUR, Calendar, calendar
from tocsin.core.ids import Handle, IncidentNumber, Seq, Slug
from tocsin.core.incident import Incident, fold
from tocsin.core.people import TOCSIN, Community, Group, Party, Person, Service
from tocsin.core.playbook import Playbook
from tocsin.store import fresh, log, outbox, reports
from tocsin.store.people import Place, everybody, places, wrote
from tocsin.web.answers import NotThere
from tocsin.web.asked import Asked
from tocsin.web.room.gist import Gist, gist


@dataclass(frozen=True, kw_only=True)
class Room:
    """An incident, and what is around it."""

    asked: Asked
    incident: Incident
    entries: Sequence[Entry]
    """Every line that changes the incident, with those of the talk that the process looks at."""
    gist: Gist
    last: Seq
    """Of the same moment as the lines on the page: from there on an open page is told of more."""
    people: Mapping[Handle, Person]
    places: Mapping[tuple[type[Place], str], Place]
    wrote: Mapping[Handle, datetime]
    sections: Mapping[str, str]
    """What stands in the report, once it is owed."""
    wishes: Sequence[Wish] = ()
    """What somebody has to see to, what fails, and what the lines on the page gave rise to."""

    @property
    def number(self) -> IncidentNumber:
        return self.incident.number

    @property
    def now(self) -> datetime:
        return self.asked.now

    @property
    def playbook(self) -> Playbook:
        return self.asked.tocsin.playbook

    @property
    def acts(self) -> bool:
        """Whoever reads may do something here, too."""
        return acts(self.asked)

    @property
    def open(self) -> bool:
        return self.incident.state == "open"

    @cached_property
    def mine(self) -> frozenset[Slug]:
        """The roles of whoever reads."""
        held = self.incident.holdings
        return frozenset(each.role for each in held if each.until is None and each.person == self.asked.me.handle)

    @property
    def commands(self) -> bool:
        return self.playbook.with_duty("commands").slug in self.mine

    def name(self, handle: str) -> str:
        return name_in(self.people)(handle)

    def called(self, handle: Handle) -> str:
        """The same, but “You” for whoever reads."""
        return "You" if handle == self.asked.me.handle else self.name(handle)

    def service(self, slug: str) -> str:
        return service_in(self.places, self.playbook)(slug)

    def community(self, slug: str) -> str:
        return place_in(self.places, Community)(slug)

    def community_of(self, slug: str) -> Community | None:
        found = self.places.get((Community, slug))
        return found if isinstance(found, Community) else None

    def party(self, party: Party) -> str:
        """A person or a group."""
        return self.name(party.person) if party.person else place_in(self.places, Group)(party.group or "")

    def for_me(self, party: Party) -> bool:
        """Whether it is put to whoever reads, alone or in a group."""
        group = self.places.get((Group, party.group or ""))
        me = self.asked.me.handle
        return party.person == me or (isinstance(group, Group) and me in group.members)

    def calendar(self, handle: Handle | None) -> Calendar:
        return calendar(self.people.get(handle) if handle else None, self.playbook)


Names = Callable[[str], str]


def acts(asked: Asked) -> bool:
    """Whoever asks may do something, and not only look."""
    return asked.me.part in ("responder", "administrator")


def must_be_seen(asked: Asked) -> IncidentNumber:
    """The number of an incident in the address, for those who may read about it while it is not published."""
    if asked.sight != "everything":
        raise NotThere
    return asked.incident


def with_wishes(room: Room, c: sa.Connection, shown: Collection[Seq]) -> Room:
    """`shown`: the lines of the log that stand on the page."""
    return replace(room, wishes=outbox.about(c, room.number, shown))


def room(asked: Asked, c: sa.Connection, number: IncidentNumber) -> Room:
    """The room of an incident."""
    folded = log.folded(c, number)
    if not folded:
        raise NotThere
    incident, heard = fold(number, folded), gist(asked.tocsin.store, c, number)
    people = {each.handle: each for each in everybody(c)}
    return Room(
        asked=asked,
        incident=incident,
        entries=sorted((*folded, *heard.entries), key=lambda entry: entry.seq),
        gist=heard,
        last=fresh.last_line(c, number) or folded[-1].seq,  # the gist may know of lines that came since
        people=people,
        places=places(c, slugs(incident, folded)),
        wrote=wrote(c, asked.now - HOUR, asked.now) if incident.state == "open" else {},
        sections=reports.sections(c, number) if incident.state == "resolved" else {},
    )


def name_in(people: Mapping[Handle, Person]) -> Names:
    """What people are called."""

    def name(handle: str) -> str:
        person = TOCSIN if handle == TOCSIN.handle else people.get(Handle(handle))
        return person.name if person else handle

    return name


def place_in(places: Mapping[tuple[type[Place], str], Place], kind: type[Place]) -> Names:
    """What groups, services or communities are called; by their slug, where the directory has lost them."""

    def name(slug: str) -> str:
        place = places.get((kind, slug))
        return place.name if place else slug

    return name


def service_in(places: Mapping[tuple[type[Place], str], Place], playbook: Playbook) -> Names:
    """What services are called; the playbook's own is known, whatever the directory holds."""
    called, own = place_in(places, Service), playbook.service

    def name(slug: str) -> str:
        return own.name if slug == own.slug and (Service, slug) not in places else called(slug)

    return name


def slugs(incident: Incident, entries: Iterable[Entry]) -> set[str]:
    """Everything with a slug of which a page with these lines may speak."""
    found: set[str | None] = {*incident.services, *incident.communities, *(each.community for each in incident.told)}
    for entry in entries:
        match entry.event:
            case e.Updated(communities=slugs) | e.CommunitiesSet(communities=slugs) | e.ServicesSet(services=slugs):
                found.update(slugs)
            case e.UpdateProposed(communities=slugs):
                found.update(slugs)
            case e.Declared(services=services, communities=communities):
                found.update((*services, *communities))
            case e.RoleOffered(to=to) | e.OfferWithdrawn(to=to) | e.AskMade(to=to):
                found.add(to.group)
            case e.SignalReceived(service=service):
                found.add(service)
    return {slug for slug in found if slug}
