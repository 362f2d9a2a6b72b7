"""What may stand in the directory."""

from __future__ import annotations

import re
from dataclasses import replace

from tocsin.core import commands as c
from tocsin.core.decisions.reports import zone
from tocsin.core.given import Given
from tocsin.core.ids import Handle, Slug
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.core.refused import Refused

_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}\Z")


def update(command: c.UpdateDirectory, given: Given) -> c.UpdateDirectory:
    """What is asked, with members and communities by their handles and slugs; refuses what could not be used."""
    for person in command.people:
        _form(_HANDLE, person.handle, "handle", "small letters, digits, dots and hyphens, as in ada or ada-lovelace")
        if person.handle == TOCSIN.handle:
            raise Refused("The handle “tocsin” is Tocsin's own. Choose another.")
    places: tuple[Group | Service | Community, ...] = (*command.groups, *command.services, *command.communities)
    for place in places:
        _form(_SLUG, place.slug, "slug", "small letters, digits, dots, slashes and hyphens, as in utoronto/prod")
    if not all(name.strip() for name in _names(*places, *command.people)):
        raise Refused("Everybody and everything in the directory needs a name.")
    zones = (*(person.zone for person in command.people), *(community.zone for community in command.communities))
    for name in filter(None, zones):
        zone(name)
    return _with_handles(command, given)


def _with_handles(command: c.UpdateDirectory, given: Given) -> c.UpdateDirectory:
    people = {key.casefold(): each.handle for each in command.people for key in (each.handle, each.name)}
    towns = {key.casefold(): each.slug for each in command.communities for key in (each.slug, each.name)}

    def handles(references: tuple[Handle, ...]) -> tuple[Handle, ...]:
        return tuple(people.get(each.casefold()) or given.person(each).handle for each in references)

    def slugs(references: tuple[Slug, ...]) -> tuple[Slug, ...]:
        return tuple(towns.get(each.casefold()) or given.community(each).slug for each in references)

    return replace(
        command,
        groups=tuple(replace(group, members=handles(group.members)) for group in command.groups),
        services=tuple(replace(service, communities=slugs(service.communities)) for service in command.services),
        communities=tuple(
            replace(community, representatives=handles(community.representatives)) for community in command.communities
        ),
    )


def _form(pattern: re.Pattern[str], text: str, what: str, how: str) -> None:
    if not pattern.match(text):
        raise Refused(f"“{text}” cannot be a {what}: write it in {how}.")


def _names(*named: Person | Group | Service | Community) -> list[str]:
    return [each.name for each in named]
