"""What may stand in the directory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from tocsin.core import commands as c
from tocsin.core.given import Given
from tocsin.core.ids import Handle, Slug
from tocsin.core.moments import zone
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.core.refused import Refused

T = TypeVar("T", Handle, Slug)
LONGEST_NAME = 200
MOST_DATES = 200
"""Shifts of a week, or times of leave: more than anybody has, and few enough to look through."""
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
"""Enough to tell an address from a slip of the pen; whether it leads anywhere, only a letter can tell."""
_SLUG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}\Z")


def update(command: c.UpdateDirectory, given: Given) -> c.UpdateDirectory:
    """What is asked, with members and communities by their handles and slugs; refuses what could not be used."""
    for person in command.people:
        _form(_HANDLE, person.handle, "handle", "small letters, digits, dots and hyphens, as in ada or ada-lovelace")
        if person.handle == TOCSIN.handle:
            raise Refused("The handle “tocsin” is Tocsin's own. Choose another.")
        if person.email and not _ADDRESS.fullmatch(person.email):
            raise Refused(f"“{person.email[:80]}” is no mail address; write one as ada@example.org.")
        if max(len(person.hours), len(person.leave)) > MOST_DATES:
            raise Refused(f"{person.handle} has more than {MOST_DATES} shifts or times of leave. Leave out some.")
    places: tuple[Group | Service | Community, ...] = (*command.groups, *command.services, *command.communities)
    for place in places:
        _form(_SLUG, place.slug, "slug", "small letters, digits, dots, slashes and hyphens, as in utoronto/prod")
    names = _names(*places, *command.people)
    if not all(name.strip() for name in names):
        raise Refused("Everybody and everything in the directory needs a name.")
    for text in (*names, *(person.email for person in command.people)):
        if len(text) > LONGEST_NAME:
            raise Refused(
                f"“{text[:40]}…” is {len(text):,} characters long; a name or address has at most {LONGEST_NAME}."
            )
    zones = (*(person.zone for person in command.people), *(community.zone for community in command.communities))
    for name in filter(None, zones):
        zone(name)
    return _with_handles(command, given)


def _with_handles(command: c.UpdateDirectory, given: Given) -> c.UpdateDirectory:
    people = {person.handle: person.name for person in command.people}
    communities = {community.slug: community.name for community in command.communities}

    def person(reference: Handle) -> Handle:
        known = given.directory.person(reference)
        return _meant(reference, people, known.handle if known else None) or given.person(reference).handle

    def community(reference: Slug) -> Slug:
        known = given.directory.community(reference)
        return _meant(reference, communities, known.slug if known else None) or given.community(reference).slug

    return replace(
        command,
        groups=tuple(replace(group, members=tuple(map(person, group.members))) for group in command.groups),
        services=tuple(
            replace(service, communities=tuple(map(community, service.communities))) for service in command.services
        ),
        communities=tuple(
            replace(each, representatives=tuple(map(person, each.representatives))) for each in command.communities
        ),
    )


def _meant(reference: str, new: Mapping[T, str], known: T | None) -> T | None:
    """A handle goes before a name, and somebody new before somebody known of the same name."""
    key = reference.casefold()
    if known == key:
        return known
    handles = (handle for handle in new if handle == key)
    names = (handle for handle, name in new.items() if name.casefold() == key)
    return next(handles, None) or next(names, None) or known


def _form(pattern: re.Pattern[str], text: str, what: str, how: str) -> None:
    if not pattern.match(text):
        raise Refused(f"“{text}” cannot be a {what}: write it in {how}.")


def _names(*named: Person | Group | Service | Community) -> list[str]:
    return [each.name for each in named]
