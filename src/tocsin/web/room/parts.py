"""Who does what: roles, offers, what somebody was asked for, and who else took part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core import events as e
from tocsin.core.incident import Ask, Holding, Offer
from tocsin.core.moments import zone
from tocsin.core.playbook import Role
from tocsin.core.presence import presence
from tocsin.web.room.reading import Room
from tocsin.web.showing import place


@dataclass(frozen=True, kw_only=True)
class Held:
    """Somebody's part, with what hour it is where they are."""

    role: str
    holding: Holding
    name: str
    here: bool
    where: str
    at_work: bool
    since: timedelta


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A role that waits for an answer."""

    offer: Offer
    role: str
    to: str
    by: str
    mine: bool
    withdraws: bool
    """Whoever reads made it, or commands."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody was asked for."""

    ask: Ask
    to: str
    mine: bool
    late: bool


def held(room: Room) -> Iterator[Held]:
    order = {role.slug: number for number, role in enumerate(room.playbook.roles)}
    now = [each for each in room.incident.holdings if each.until is None and room.incident.state != "cancelled"]
    for each in sorted(now, key=lambda each: (order.get(each.role, len(order)), each.since)):
        yield Held(
            role=room.playbook.called(each.role),
            holding=each,
            name=room.called(each.person),
            here=each.person == room.asked.me.handle,
            where=_where(room, each),
            at_work=_at_work(room, each),
            since=max(_until(room) - each.since, timedelta(0)),
        )


def _until(room: Room) -> datetime:
    return room.incident.resolved_at or room.now


def _where(room: Room, held: Holding) -> str:
    """`Vancouver, 16:42`."""
    hours = room.calendar(held.person)
    return f"{place(hours.zone)}, {room.now.astimezone(zone(hours.zone)):%H:%M}"


def _at_work(room: Room, held: Holding) -> bool:
    person = room.people.get(held.person)
    return person is None or presence(person, room.playbook, room.now, room.wrote.get(held.person)).at_work


def empty(room: Room) -> Iterator[Role]:
    """Roles that one person has and nobody holds."""
    for role in room.playbook.roles:
        if not role.many and not room.incident.holders(role.slug):
            yield role


def offered(room: Room) -> Iterator[Offered]:
    for offer in room.incident.offers:
        yield Offered(
            offer=offer,
            role=room.playbook.called(offer.role),
            to=room.party(offer.to),
            by=room.name(offer.by),
            mine=room.acts and room.for_me(offer.to),
            withdraws=room.acts and (room.commands or offer.by == room.asked.me.handle),
        )


def asks(room: Room) -> Iterator[Wanted]:
    """What still waits stands first, then what came of the others."""
    waits = {"asked": 0, "accepted": 0}
    for ask in sorted(room.incident.asks, key=lambda ask: (waits.get(ask.state, 1), ask.seq)):
        yield Wanted(
            ask=ask,
            to=room.name(ask.person) if ask.person else room.party(ask.to),
            mine=room.acts and (room.for_me(ask.to) or ask.person == room.asked.me.handle),
            late=ask.state in waits and ask.until is not None and ask.until <= room.now,
        )


def also(room: Room) -> Iterator[str]:
    """Who took part without a role of their own now."""
    held = {each.person for each in room.incident.holdings if each.until is None}
    people = room.gist.people | {each.by for each in room.entries if not isinstance(each.event, e.SignalReceived)}
    for handle in sorted(people - held, key=room.name):
        person = room.people.get(handle)
        if person is not None and person.kind != "bot":
            yield room.called(handle)
