"""Where people are in their day: who is at work now, until when, and who knows what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tocsin.core.hours import calendar, day_ends, next_at_work
from tocsin.core.ids import Handle
from tocsin.core.moments import zone
from tocsin.core.people import Person
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused


@dataclass(frozen=True, kw_only=True)
class Presence:
    """One person, seen at one moment."""

    person: Person
    now: datetime
    """On their own clock."""
    zone: str
    """Theirs; the playbook's, where they have told none."""
    until: datetime | None
    """The end of their work, where they are at work and it has one."""
    back: datetime | None
    """When they are at work again, where they are not; None also where that is not within a year."""
    at_work: bool


def presence(person: Person, playbook: Playbook, at: datetime, wrote: datetime | None = None) -> Presence:
    """How somebody stands at a moment who wrote last at another."""
    hours = calendar(person, playbook)
    back = next_at_work(hours, at, wrote)
    works = back == at.astimezone(UTC)
    return Presence(
        person=person,
        now=at.astimezone(zone(hours.zone)),
        zone=hours.zone,
        until=day_ends(hours, at, wrote),
        back=None if works else back,
        at_work=works,
    )


def experts(
    people: Iterable[Person], area: str, playbook: Playbook, at: datetime, wrote: Mapping[Handle, datetime]
) -> list[Presence]:
    """Who of the team knows an area: whoever is at work, for longest first; then whoever is so next."""
    team = [person for person in people if person.kind == "team" and person.active]
    found = [person for person in team if _key(area) in map(_key, person.expertise)]
    if not found:
        raise Refused(f"Nobody's expertise is “{area}”. {_areas(team)}")
    return sorted((presence(each, playbook, at, wrote.get(each.handle)) for each in found), key=rank)


def rank(presence: Presence) -> tuple[bool, float, float, str]:
    """Whoever is at work, for longest first; then whoever is so next. No end is the latest, and no return as well."""
    back, until = (each.timestamp() if each else float("inf") for each in (presence.back, presence.until))
    return (not presence.at_work, back, -until, presence.person.handle)


def _areas(team: Iterable[Person]) -> str:
    known = {_key(area): area for person in team for area in person.expertise}
    if not known:
        return "Say what people know well: tocsin people add HANDLE --expertise AREA."
    return f"There is: {', '.join(known[key] for key in sorted(known))}."


def _key(area: str) -> str:
    return " ".join(area.casefold().split())
