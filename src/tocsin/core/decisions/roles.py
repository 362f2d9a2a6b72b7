"""Who does what: roles offered, taken and laid down."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.decisions.life import not_cancelled
from tocsin.core.duties import carrying
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.ids import Handle
from tocsin.core.incident import Incident, Offer
from tocsin.core.people import Party
from tocsin.core.playbook import Role
from tocsin.core.refused import Refused


def assign(incident: Incident, command: c.Assign, given: Given) -> list[Fact]:
    not_cancelled(incident)
    role = given.playbook.role(command.role)
    person = given.member(command.person or given.by.handle)
    mine = Party(person=person.handle)
    return [_taken(incident, role, person.handle, given, mine)]


def offer(incident: Incident, command: c.OfferRole, given: Given) -> list[Fact]:
    not_cancelled(incident)
    role = given.playbook.role(command.role)
    to = given.party(command.to)
    if to.person is not None and to.person in incident.holders(role.slug):
        raise Refused(f"{given.name(to.person)} is {role.name} already.")
    settles = () if role.many else tuple(offer.to for offer in _offers(incident, role))
    return [Fact(event=e.RoleOffered(role=role.slug, to=to, text=command.text, settles=settles))]


def accept(incident: Incident, command: c.AcceptRole, given: Given) -> list[Fact]:
    not_cancelled(incident)
    offered = _offered_to_me(incident, command.role, given)
    return [_taken(incident, given.playbook.role(offered.role), given.by.handle, given, offered.to)]


def decline(incident: Incident, command: c.DeclineRole, given: Given) -> list[Fact]:
    """One member's no does not speak for a group: its offer goes on standing for the others."""
    offered = _offered_to_me(incident, command.role, given)
    if offered.to.group is not None:
        raise Refused("That was offered to a group; whoever can takes it. If you cannot, there is nothing to do.")
    return [Fact(event=e.RoleDeclined(role=offered.role, to=offered.to, why=command.why))]


def withdraw(incident: Incident, command: c.WithdrawOffer, given: Given) -> list[Fact]:
    """Whoever it was put to may have left or changed groups since: the offer is found all the same."""
    offer = _open_offer(incident, command, given)
    if given.by.handle not in (offer.by, *carrying(incident, given.playbook, "commands")):
        raise Refused(f"{given.name(offer.by)} offered that. Whoever offered it takes it back, or the commander.")
    return [Fact(event=e.OfferWithdrawn(role=offer.role, to=offer.to))]


def release(incident: Incident, command: c.Release, given: Given) -> list[Fact]:
    role = given.playbook.role(command.role)
    person = given.person(command.person or given.by.handle)
    if person.handle not in incident.holders(role.slug):
        raise Refused(f"{person.name} is not {role.name}.")
    _not_before_they_began(incident, role, (person.handle,), given)
    return [Fact(event=e.RoleReleased(role=role.slug, person=person.handle))]


def _taken(incident: Incident, role: Role, person: Handle, given: Given, offered: Party) -> Fact:
    now = incident.holders(role.slug)
    if person in now:
        raise Refused(f"{given.name(person)} is {role.name} already.")
    relieves = () if role.many else now
    _not_before_they_began(incident, role, relieves, given)
    mine = (offered, Party(person=person))
    settles = tuple(offer.to for offer in _offers(incident, role) if not role.many or offer.to in mine)
    return Fact(event=e.RoleAssigned(role=role.slug, person=person, relieves=relieves, settles=settles))


def _not_before_they_began(incident: Incident, role: Role, people: tuple[Handle, ...], given: Given) -> None:
    for held in incident.holdings:
        if held.role == role.slug and held.person in people and held.until is None and held.since > given.at.at:
            became = f"{given.name(held.person)} became {role.name} at "
            raise Refused(became, held.since, "; that cannot end before it began.")


def _offers(incident: Incident, role: Role) -> list[Offer]:
    return [offer for offer in incident.offers if offer.role == role.slug]


def _open_offer(incident: Incident, command: c.WithdrawOffer, given: Given) -> Offer:
    role = given.playbook.role(command.role).slug if command.role else ""
    group, person = given.directory.group(command.to), given.directory.person(command.to)
    to = (person and person.handle) or (group and group.slug) or command.to
    found = [
        offer
        for offer in incident.offers
        if offer.role == (role or offer.role) and (not to or to in (offer.to.person, offer.to.group))
    ]
    if not found:
        raise Refused("No such offer waits for an answer here. It was answered or withdrawn already.")
    if len(found) > 1:
        those = ", ".join(f"{offer.role} to {offer.to.person or offer.to.group}" for offer in found)
        raise Refused(f"Several offers wait for an answer: {those}. Say which.")
    return found[0]


def _offered_to_me(incident: Incident, reference: str, given: Given) -> Offer:
    mine = [offer for offer in incident.offers if given.means_me(offer.to)]
    if reference:
        role = given.playbook.role(reference)
        mine = [offer for offer in mine if offer.role == role.slug]
    if not mine:
        raise Refused("No role is offered to you here that waits for an answer.")
    if len({offer.role for offer in mine}) > 1:
        raise Refused(f"Several roles are offered to you: {', '.join(offer.role for offer in mine)}. Say which.")
    return next((offer for offer in mine if offer.to.person is not None), mine[0])
