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
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9.-]*:\S(.*\S)?")
_KEY = re.compile(r"[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}\Z")


def update(command: c.UpdateDirectory, given: Given) -> c.UpdateDirectory:
    """What is asked, with members and communities by their handles and slugs; refuses what could not be used."""
    must_be_usable(command)
    _must_leave_an_administrator(command, given)
    return _with_handles(command, given)


def change(command: c.ChangeDirectory, found: c.UpdateDirectory, given: Given) -> c.UpdateDirectory:
    """The same, where what is `found` of these entries now is what was seen."""
    seen, now = _by_key(command.seen), _by_key(found)
    for key in _by_key(command.to):
        if key in now and key not in seen:
            raise Refused(f"There is a {key[0].lower()} “{key[1]}” already. Choose another, or edit that one.")
        if now.get(key) != seen.get(key):
            raise Refused(f"Somebody else changed “{key[1]}” a moment ago. Look at it again; nothing was changed.")
    return update(command.to, given)


def profile(command: c.SetProfile, before: Person) -> Person:
    """Somebody as they describe themselves; their rights, their handle and their address are not theirs to choose."""
    told = {name: value for name, value in _told(command).items() if value is not None}
    after = replace(before, **told)  # type: ignore[arg-type]
    must_be_usable(c.UpdateDirectory(people=(after,)))
    return after


def _told(command: c.SetProfile) -> dict[str, object]:
    return {
        "name": command.name and " ".join(command.name.split()),
        "zone": command.zone,
        "hours": command.hours,
        "leave": command.leave,
        "expertise": _filled(command.expertise),
        "accounts": _filled(command.accounts),
    }


def _filled(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What is not empty, once each, in order."""
    return None if texts is None else tuple(dict.fromkeys(filter(None, (" ".join(text.split()) for text in texts))))


def _by_key(command: c.UpdateDirectory) -> dict[tuple[str, str], Person | Group | Service | Community]:
    """Its entries, each by what it is and its handle or slug."""
    places: tuple[Group | Service | Community, ...] = (*command.groups, *command.services, *command.communities)
    return {
        **{("Person", person.handle): person for person in command.people},
        **{(type(place).__name__, place.slug): place for place in places},
    }


def must_be_usable(command: c.UpdateDirectory) -> None:
    """Refuses what could not be used, whatever else the directory holds."""
    for person in command.people:
        _form(_HANDLE, person.handle, "handle", "small letters, digits, dots and hyphens, as in ada or ada-lovelace")
        if person.handle == TOCSIN.handle:
            raise Refused("The handle “tocsin” is Tocsin's own. Choose another.")
        if person.email and not _ADDRESS.fullmatch(person.email):
            raise Refused(f"“{person.email[:80]}” is no mail address; write one as ada@example.org.")
        if max(len(person.hours), len(person.leave)) > MOST_DATES:
            raise Refused(f"{person.handle} has more than {MOST_DATES} shifts or times of leave. Leave out some.")
        _must_say_little(person)
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


def _must_say_little(person: Person) -> None:
    """Expertise and accounts are short words, and not many."""
    words = (*person.expertise, *person.accounts)
    if len(words) > MOST_DATES:
        raise Refused(f"{person.handle} has more than {MOST_DATES} areas and accounts. Leave out some.")
    if long := [word for word in words if len(word) > LONGEST_NAME]:
        raise Refused(f"“{long[0][:40]}…” is {len(long[0]):,} characters long; it may have {LONGEST_NAME}.")
    for account in person.accounts:
        if not _ACCOUNT.fullmatch(account):
            raise Refused(f"“{account[:80]}” is no account elsewhere. Write it as PLACE:NAME, as in github:ada.")


def let_in(command: c.LetIn, given: Given) -> Person:
    """Whom a link lets in; refuses who does not sign in, and a key that is none."""
    person = given.person(command.person)
    if person.kind == "bot":
        raise Refused(f"{person.name} is a program, and does not sign in.")
    if not person.active:
        raise Refused(f"{person.name} has left. Bring them back first.")
    if not _KEY.fullmatch(command.key):
        raise Refused("The key of a link is the SHA-256 of what it ends in, in hexadecimal.")
    return person


def _must_leave_an_administrator(command: c.UpdateDirectory, given: Given) -> None:
    """Where nobody may change the directory any more, nobody could mend that from inside."""
    if not command.people:
        return
    before = given.administrators()
    after = {person.handle for person in command.people if person.active and person.part == "administrator"}
    if before and not after | (before - {person.handle for person in command.people}):
        raise Refused("That leaves nobody who may change the directory. Make somebody else an administrator first.")


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
