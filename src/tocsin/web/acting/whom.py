"""People and groups to choose from, with what hour it is for each and how long they are at work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.core.hours import HOUR
from tocsin.core.moments import DAYS
from tocsin.core.people import Group, Person
from tocsin.core.presence import Presence, presence, rank
from tocsin.store import places
from tocsin.store.people import everybody, wrote
from tocsin.web.asked import Asked
from tocsin.web.showing import place


@dataclass(frozen=True, kw_only=True)
class Card:
    """Somebody to choose, or a group of which the first who accepts has it."""

    value: str
    name: str
    where: str
    """`Auckland, 13:42`; of a group: who they are."""
    work: str = ""
    """`at work until 18:00`, on their own clock."""
    at_work: bool = False
    knows: tuple[str, ...] = ()
    group: bool = False


def people(asked: Asked, connection: sa.Connection) -> list[Presence]:
    """Everybody of the team who has not left: whoever is at work, for longest first; then whoever is so next."""
    wrote_last = wrote(connection, asked.now - HOUR, asked.now)
    team = (each for each in everybody(connection) if each.kind == "team" and each.active and not each.observer)
    playbook = asked.tocsin.playbook
    return sorted((presence(each, playbook, asked.now, wrote_last.get(each.handle)) for each in team), key=rank)


def cards(asked: Asked, found: Iterable[Presence]) -> list[Card]:
    return [_card(asked, each) for each in found]


def groups(asked: Asked, connection: sa.Connection, found: Iterable[Presence]) -> list[Card]:
    """Groups of whom at least one could say yes."""
    here = {each.person.handle: each for each in found}
    return [
        Card(
            value=group.slug,
            name=group.name,
            where=", ".join(_name(asked, here[each]) for each in group.members if each in here),
            work=_at_work_of(group, here.get),
            group=True,
        )
        for group in places.all_of(connection, Group)
        if any(member in here for member in group.members)
    ]


def where(seen: Presence) -> str:
    """`Auckland, 13:42`: where they are, and what hour it is there."""
    return f"{place(seen.zone)}, {seen.now:%H:%M}"


def work(seen: Presence) -> str:
    """`at work until 18:00`, `back on Friday at 09:00`: on their own clock."""
    match seen:
        case Presence(at_work=True, until=datetime() as until):
            return f"at work until {_there(until, seen)}"
        case Presence(at_work=True):
            return "at work"
        case Presence(back=datetime() as back):
            return f"outside their hours, back {_there(back, seen, day=True)}"
        case _:
            return "away"


def _card(asked: Asked, seen: Presence) -> Card:
    person: Person = seen.person
    name = _name(asked, seen)
    return Card(
        value=person.handle,
        name=name,
        where=where(seen),
        work=work(seen).replace("their", "your") if name == "You" else work(seen),
        at_work=seen.at_work,
        knows=person.expertise,
    )


def _name(asked: Asked, seen: Presence) -> str:
    return "You" if seen.person.handle == asked.me.handle else seen.person.name


def _there(at: datetime, seen: Presence, *, day: bool = False) -> str:
    there = at.astimezone(seen.now.tzinfo)
    if there.date() == seen.now.date():
        return f"at {there:%H:%M}" if day else f"{there:%H:%M}"
    days = (there.date() - seen.now.date()).days
    which = DAYS[there.weekday()] if days < 7 else f"{there.day} {there:%Y-%m}"
    return f"on {which} at {there:%H:%M}" if day else f"{which}, {there:%H:%M}"


def _at_work_of(group: Group, here: Callable[..., Presence | None]) -> str:
    at_work = sum(1 for each in group.members if (seen := here(each)) is not None and seen.at_work)
    return f"{at_work} at work now" if at_work else "nobody of them at work now"
