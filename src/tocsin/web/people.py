"""People: who is at work and until when, the week of everybody, who knows about what, and who there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.core.hours import HOUR, calendar
from tocsin.core.ids import Handle
from tocsin.core.moments import zone
from tocsin.core.people import Community, Group, Person
from tocsin.core.presence import Presence, experts, presence, rank
from tocsin.core.refused import Refused
from tocsin.core.weeks import nobody
from tocsin.store import people as directory
from tocsin.store import places
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.routes import get
from tocsin.web.showing import lapse, place
from tocsin.web.weeks import DAYS, WEEK, asked_day, first_name, listed, week

PARTS = {
    "administrator": "Administrator",
    "responder": "Responds",
    "observer": "Looks on",
    "representative": "Speaks for a community",
    "bot": "Program",
}
"""What each part is called."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One person at this hour, for a list."""

    presence: Presence
    work: str
    """`at work until 18:00`, on their own clock."""
    roles: str
    """`commands INC-2`."""

    @property
    def person(self) -> Person:
        return self.presence.person


def people(asked: Asked) -> Answer:
    """Everybody there is, and who is awake."""
    with asked.read() as c:
        everyone = directory.everybody(c)
        wrote = directory.wrote(c, asked.now - HOUR, asked.now)
        groups, communities = places.all_of(c, Group), places.all_of(c, Community)
        rows = places.open_incidents(c, asked.sight)
    here = [person for person in everyone if person.active]
    awake = [person for person in here if responds(person)]
    now = [seen(asked, person, rows, wrote) for person in sorted(here, key=_by_name) if person.kind == "team"]
    given: dict[str, Any] = {
        "lead": _lead(asked, [each for each in now if responds(each.person)], awake),
        "awake": sorted((each for each in now if responds(each.person)), key=lambda each: rank(each.presence)),
        "week": week(
            awake, asked.tocsin.playbook, asked.now, asked.zone, asked_day(asked.query.line("week"), _today(asked))
        ),
        "team": now,
        "parts": PARTS,
        "outside": [(person, _speaks_for(person, communities)) for person in here if person.kind == "community"],
        "programs": [person for person in here if person.kind == "bot"],
        "gone": [person for person in everyone if not person.active],
        "groups": groups,
        "areas": sorted({area for person in awake for area in person.expertise}, key=str.casefold),
        **_known(asked, awake, rows, wrote),
    }
    return Shown(template="directory/people.html", given=given)


def responds(person: Person) -> bool:
    """Of the team, here still, and not one who only looks on."""
    return person.active and person.part in ("responder", "administrator")


def seen(asked: Asked, person: Person, rows: Sequence[Mapping[str, Any]], wrote: Mapping[Handle, datetime]) -> Seen:
    """Somebody at this hour, with what they do in the open incidents of these rows."""
    found = presence(person, asked.tocsin.playbook, asked.now, wrote.get(person.handle))
    held = (f"{_role(asked, role)}INC-{number}" for role, number in roles(person.handle, rows))
    return Seen(presence=found, work=work(found), roles=listed(list(held)))


def roles(handle: Handle, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """What somebody does in open incidents: role and number."""
    return [(role, row["number"]) for row in rows for role, holders in row["roles"].items() if handle in holders]


def work(found: Presence) -> str:
    """`at work until 18:00`, `from Monday 08:00`: on their own clock, which stands beside it."""
    match found:
        case Presence(at_work=True, until=None):
            return "at work"
        case Presence(until=datetime() as until):
            return f"at work until {_there(until, found.now)}"
        case Presence(back=datetime() as back):
            return f"from {_there(back, found.now)}"
        case _:
            return "not at work within a year"


def hour_in(asked: Asked, name: str) -> str:
    """`21:42 on Wednesday in Santiago`; in the playbook's zone, where none is named."""
    clock = name or asked.tocsin.playbook.zone
    there = asked.now.astimezone(zone(clock))
    return f"{there:%H:%M} on {DAYS[there.weekday()]} in {place(clock)}"


def _there(at: datetime, now: datetime) -> str:
    there = at.astimezone(now.tzinfo)
    if there.date() == now.date():
        return f"{there:%H:%M}"
    return f"{DAYS[there.weekday()]} {there:%H:%M}" if there - now < WEEK else f"{there:%Y-%m-%d %H:%M}"


def _role(asked: Asked, role: str) -> str:
    playbook = asked.tocsin.playbook
    return "commands " if role == playbook.with_duty("commands").slug else f"{playbook.called(role)} of "  # type: ignore[arg-type]


def _known(
    asked: Asked, people: Sequence[Person], rows: Sequence[Mapping[str, Any]], wrote: Mapping[Handle, datetime]
) -> dict[str, Any]:
    """Who knows about what was asked for, or that nobody does."""
    area = asked.query.line("knows")[:80]
    try:
        found = experts(people, area, asked.tocsin.playbook, asked.now, wrote) if area else []
    except Refused:
        found = []
    return {"knows": area, "experts": [seen(asked, each.person, rows, wrote) for each in found]}


def _lead(asked: Asked, now: Sequence[Seen], awake: Sequence[Person]) -> str:
    """`2 of 4 are at work. Tomasz stops in 18 min. Somebody is at work until Friday 04:00.`"""
    working = [each for each in now if each.presence.at_work]
    if not now:
        return "Nobody responds yet. Add the people of your team."
    calendars = [calendar(person, asked.tocsin.playbook) for person in awake]
    gaps = nobody(calendars, asked.now, asked.now + WEEK)
    if not working:
        back = gaps[0][1] if gaps and gaps[0][1] < asked.now + WEEK else None
        return f"Nobody is at work{f' until {_here(asked, back)}' if back else ' this week'}."
    count = f"{len(working)} of {len(now)} {'is' if len(working) == 1 else 'are'} at work."
    soon = [
        f"{first_name(each.person, awake)} stops in {lapse(each.presence.until - asked.now)}."
        for each in working
        if each.presence.until and each.presence.until - asked.now <= HOUR
    ]
    until = next((begins for begins, _ in gaps if begins > asked.now), None)
    covered = f"Somebody is at work until {_here(asked, until)}." if until and not _uncovered(gaps, asked) else ""
    return " ".join(filter(None, (count, *soon, covered)))


def _uncovered(gaps: Sequence[tuple[datetime, datetime]], asked: Asked) -> bool:
    return bool(gaps) and gaps[0][0] <= asked.now


def _here(asked: Asked, at: datetime) -> str:
    return f"{_there(at, asked.now.astimezone(asked.zone))} {place(asked.zone_name)}"


def _today(asked: Asked) -> Any:
    return asked.now.astimezone(asked.zone).date()


def _by_name(person: Person) -> tuple[str, str]:
    return person.name.casefold(), person.handle


def _speaks_for(person: Person, communities: Sequence[Community]) -> list[Community]:
    return [each for each in communities if person.handle in each.representatives]


ROUTES = (get("/people", people, "team"),)
