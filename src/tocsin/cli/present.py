"""How people are shown who are somewhere in their day: on their own clock, at work or not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tocsin.cli.session import Session
from tocsin.cli.speaking import on_terminal
from tocsin.cli.times import stamp
from tocsin.core.hours import HOUR, WEEK
from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.core.presence import Presence, presence
from tocsin.engine.door import Tocsin
from tocsin.language.calendars import hours_as_text, leave_as_text
from tocsin.store.codec import encode
from tocsin.store.people import wrote

_WEEK = timedelta(days=7)


def moment(session: Session, tocsin: Tocsin, connection: sa.Connection) -> tuple[datetime, dict[Handle, datetime]]:
    """When people are looked at: at the time this call was told, else now; and who wrote in the hour before."""
    at = session.at or tocsin.clock()
    return at, wrote(connection, at - HOUR, at)


def seen(people: Sequence[Person], session: Session, tocsin: Tocsin, connection: sa.Connection) -> list[Presence]:
    at, last = moment(session, tocsin, connection)
    return [presence(person, tocsin.playbook, at, last.get(person.handle)) for person in people]


def local_time(seen: Presence) -> str:
    """`Thu 21:00`, for programs `2026-11-12T21:00+09:00`; nothing for a program, which has no day."""
    if seen.person.kind == "bot":
        return ""
    return f"{_day(seen.now)} {seen.now:%H:%M}" if on_terminal() else seen.now.isoformat(timespec="minutes")


def work(seen: Presence) -> str:
    """`until 17:00`, `back Fri 09:00`: on their clock too; for programs in UTC."""
    match seen:
        case Presence(person=Person(kind="bot")):
            return ""
        case Presence(at_work=True, until=None):
            return "always"
        case Presence(until=datetime() as until):
            return f"until {_there(until, seen.now)}"
        case Presence(back=datetime() as back):
            return f"back {_there(back, seen.now)}"
        case _:
            return "not within a year"


def expertise_of(seen: Presence) -> str:
    return ", ".join(seen.person.expertise)


def person_as_data(person: Person) -> dict[str, Any]:
    """A person for programs, with hours and leave as they are written."""
    return {**encode(person), "hours": hours_as_text(person.hours), "leave": [*map(leave_as_text, person.leave)]}


def as_data(seen: Presence) -> dict[str, Any]:
    """`clock`: the zone they are shown on, which is the playbook's where they have told none."""
    person = person_as_data(seen.person)
    if seen.person.kind == "bot":
        return {**person, "clock": None, "now": None, "at_work": None, "until": None, "back": None}
    return {
        **person,
        "clock": seen.zone,
        "now": seen.now.isoformat(timespec="minutes"),
        "at_work": seen.at_work,
        "until": stamp(seen.until),
        "back": stamp(seen.back),
    }


def _there(at: datetime, now: datetime) -> str:
    """The day is named only where it is another, and the date only where the day alone would not tell."""
    if not on_terminal():
        return stamp(at) or ""
    there = at.astimezone(now.tzinfo)
    if there.date() == now.date():
        return f"{there:%H:%M}"
    return f"{_day(there)} {there:%H:%M}" if there - now < _WEEK else f"{there:%Y-%m-%d %H:%M}"


def _day(there: datetime) -> str:
    return WEEK[there.weekday()][:3].title()
