"""Whom an incident knows: people, groups, services and communities; and what a person may ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from tocsin.core.ids import Handle, Slug
from tocsin.core.refused import Refused

PersonKind = Literal["team", "community", "bot"]
Part = Literal["administrator", "responder", "observer", "representative", "bot"]
"""What somebody may do here; `core.rights` says what each means."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A stretch of work on one day of each week, on the clock of whoever works it."""

    day: int
    """0 is Monday."""
    begins: time
    ends: time
    """On the next day, where it is not after `begins`."""

    def __post_init__(self) -> None:
        if not 0 <= self.day <= 6:
            raise Refused(f"There is no day {self.day} of the week. Monday is 0, Sunday is 6.")
        for at in (self.begins, self.ends):
            if at.tzinfo is not None or at.second or at.microsecond:
                raise Refused(f"Working hours are whole minutes on somebody's own clock: 09:00, not {at}.")


@dataclass(frozen=True, kw_only=True)
class Leave:
    """Days on which somebody does not work, the last of them included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Refused(f"Leave cannot end on {self.last} and begin on {self.first}. Swap its two days.")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a name: of the team, of a community that is served, or a program that speaks."""

    handle: Handle
    name: str
    kind: PersonKind = "team"
    email: str = ""
    zone: str = ""
    expertise: tuple[str, ...] = ()
    administrator: bool = False
    hours: tuple[Shift, ...] = ()
    """When they work, on the clock of their zone; empty: as the playbook says for everybody."""
    leave: tuple[Leave, ...] = ()
    observer: bool = False
    """Of the team, and only looks on."""
    active: bool = True
    """False: they have left. What they did stays theirs; nobody asks them for anything any more."""
    accounts: tuple[str, ...] = ()
    """Who they are elsewhere, as PLACE:NAME: `github:ada`."""

    @property
    def part(self) -> Part:
        match self.kind:
            case "bot":
                return "bot"
            case "community":
                return "representative"
            case _ if self.administrator:
                return "administrator"
            case _:
                return "observer" if self.observer else "responder"


@dataclass(frozen=True, kw_only=True)
class Group:
    """People who can be asked together; the first who accepts has it."""

    slug: Slug
    name: str
    members: tuple[Handle, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Community:
    """People we operate services for, and who speaks for them."""

    slug: Slug
    name: str
    zone: str = ""
    representatives: tuple[Handle, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Service:
    """Something we operate, and for whom."""

    slug: Slug
    name: str
    communities: tuple[Slug, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Party:
    """Whom an offer or an ask is put to: a person, or a group of which the first who accepts has it."""

    person: Handle | None = None
    group: Slug | None = None


class Directory(Protocol):
    """Looks people and places up by handle, slug, name or address; None where nobody is known by it."""

    def person(self, reference: str) -> Person | None: ...
    def group(self, reference: str) -> Group | None: ...
    def service(self, reference: str) -> Service | None: ...
    def community(self, reference: str) -> Community | None: ...


TOCSIN = Person(handle=Handle("tocsin"), name="Tocsin", kind="bot", administrator=True)
"""The program itself: records what came back from the world, and plays cases. No directory knows it by a name."""


def called(directory: Directory, handle: Handle) -> str:
    """What a person is called; the handle, where the directory has lost them."""
    person = TOCSIN if handle == TOCSIN.handle else directory.person(handle)
    return person.name if person else handle
