"""Whom an incident knows: people, groups, services and communities; and what a person may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from tocsin.core.ids import Handle, Slug

PersonKind = Literal["team", "community", "bot"]


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
