"""What an incident is held against: the process, who is there, what time it is, and who wrote in the last hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.core.cadence import CalendarOf
from tocsin.core.hours import calendar
from tocsin.core.ids import Handle
from tocsin.core.people import Directory, Person
from tocsin.core.playbook import Playbook


@dataclass(frozen=True, kw_only=True)
class Around:
    """As of one moment."""

    playbook: Playbook
    directory: Directory
    people: Sequence[Person]
    now: datetime
    wrote: Mapping[Handle, datetime]

    @property
    def team(self) -> list[Person]:
        """Who could do something: neither whoever only looks on, nor whoever has left."""
        return [each for each in self.people if each.active and each.part in ("administrator", "responder")]


def calendars(around: Around) -> CalendarOf:
    """When each person of the directory works."""
    return lambda who: calendar(around.directory.person(who) if who else None, around.playbook)
