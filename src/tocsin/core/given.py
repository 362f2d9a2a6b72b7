"""What deciding may look at besides the incident: who asks, when, and what a command points at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.core.effects import Wish
from tocsin.core.events import Entry
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import Community, Directory, Group, Party, Person, Service, called
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.core.signals import Reported, Signal
from tocsin.core.tickets import Ticket


@dataclass(frozen=True, kw_only=True)
class Given:
    """Everything but the incident itself; looked up when asked for, refused in a sentence where there is nothing."""

    playbook: Playbook
    directory: Directory
    by: Person
    now: datetime
    at: Moment
    find_line: Callable[[Seq], Entry | None] = lambda _: None
    find_signal: Callable[[SignalId], Reported | None] = lambda _: None
    undecided: Callable[[], Sequence[Signal]] = tuple
    """The signals that nobody has closed, and that belong to no incident."""
    find_wish: Callable[[EffectId], Wish | None] = lambda _: None
    exists: Callable[[IncidentNumber], bool] = lambda _: False
    """Whether there is an incident of that number."""
    sections: Callable[[], dict[str, str]] = dict
    """The report's text as it stands now."""
    zone: Callable[[], str] = str
    """The zone somebody chose for the report's times; empty where nobody did."""
    revision: Callable[[], int] = lambda: 0
    """The report's latest revision; 0 where nobody has written yet."""

    team: Callable[[], tuple[Handle, ...]] = tuple
    """Who took part so far, of whatever kind they are."""
    tickets: Callable[[], Sequence[Ticket]] = tuple
    """The tickets that belong to it."""
    in_tickets: bool = False
    """Whether somebody performs what is wished for in tickets."""
    communities_of: Callable[[Handle], Sequence[Community]] = lambda _: ()
    """Whom a person speaks for."""
    services_of: Callable[[Slug], Sequence[Service]] = lambda _: ()
    """What a community uses."""
    followers: Callable[[], Sequence[Handle]] = tuple
    """Who wants to be told of what changes in it."""
    administrators: Callable[[], frozenset[Handle]] = frozenset
    """Who may change the directory as it stands; nobody changes that until this command is done."""
    entries: Callable[[], Sequence[Entry]] = tuple
    """The whole log as it stands: what a decision or a reaction reads only where nothing less tells."""

    def line(self, seq: Seq) -> Entry:
        """A line of this incident's log."""
        entry = self.find_line(seq)
        if entry is None:
            raise Refused(f"This incident has no line {seq}. `incident timeline` shows its lines with their numbers.")
        return entry

    def signal(self, number: SignalId) -> Reported:
        """A signal, with what was said about it."""
        reported = self.find_signal(number)
        if reported is None:
            raise Refused(f"There is no signal {number}. `signal list` shows those there are.")
        return reported

    def wish(self, number: EffectId) -> Wish:
        """A wish of this incident."""
        wish = self.find_wish(number)
        if wish is None:
            raise Refused(f"The outbox has no {number}. `outbox list` shows what it has.")
        return wish

    def name(self, handle: Handle) -> str:
        """What a person is called."""
        return called(self.directory, handle)

    def person(self, reference: str) -> Person:
        """Whom a reference means."""
        person = self.directory.person(reference)
        if person is None:
            raise Refused(f"Nobody is known as “{reference}”. Add them first: tocsin people add.")
        return person

    def member(self, reference: str) -> Person:
        """Whom a reference means, who has to be one of the team."""
        person = self.person(reference)
        if person.kind != "team":
            raise Refused(f"{person.name} is not on the team. Name somebody who is.")
        if not person.active:
            raise Refused(f"{person.name} has left. Name somebody who is here.")
        if person.part == "observer":
            raise Refused(f"{person.name} only looks on. Name somebody who responds.")
        return person

    def party(self, reference: str) -> Party:
        """The person, or else the group, that a reference means."""
        group = self.directory.group(reference)
        if group is not None and self.directory.person(reference) is None:
            return Party(group=group.slug)
        return Party(person=self.member(reference).handle)

    def means_me(self, party: Party) -> bool:
        """Whether an offer or an ask is put to whoever asks: by name, or as one of a group."""
        if party.group is None:
            return party.person == self.by.handle
        group: Group | None = self.directory.group(party.group)
        return group is not None and self.by.handle in group.members

    def service(self, reference: str) -> Service:
        """Which service a reference means; the playbook's own is always known."""
        service = self.directory.service(reference)
        if service is not None:
            return service
        default = self.playbook.service
        if reference.casefold() in (default.slug.casefold(), default.name.casefold()):
            return Service(slug=default.slug, name=default.name)
        raise Refused(f"No service is known as “{reference}”. Add it first: tocsin directory import.")

    def community(self, reference: str) -> Community:
        """Which community a reference means."""
        community = self.directory.community(reference)
        if community is None:
            raise Refused(f"No community is known as “{reference}”. Add it first: tocsin directory import.")
        return community

    def communities(self, references: tuple[str, ...]) -> tuple[Slug, ...]:
        return tuple(dict.fromkeys(self.community(each).slug for each in references))

    def services(self, references: tuple[str, ...]) -> tuple[Slug, ...]:
        return tuple(dict.fromkeys(self.service(each).slug for each in references))
