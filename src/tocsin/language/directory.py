"""The directory file: people, groups, services and communities as a YAML file has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tocsin.core.commands import UpdateDirectory
from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.language.calendars import read_hours, read_leave
from tocsin.language.marked import Marked, read_yaml

T = TypeVar("T")
KINDS = tuple(field.name for field in fields(UpdateDirectory))


def read_directory(content: bytes, name: str) -> UpdateDirectory:
    """What the file of that name asks to be added or brought up to date; refused whole for one mistake in it."""
    file = read_yaml(content, name)
    if not isinstance(file.said, dict):
        raise Refused(f"{name}: a directory has {', '.join(KINDS)}; this file has none of them.")
    try:
        told = _ADAPTER.validate_python(_with_calendars(file.said, file), extra="forbid")
    except ValidationError as trouble:
        raise Refused(_sentence(trouble.errors(include_url=False)[0], file)) from None
    _nobody_twice(told, file)
    return told


_ADAPTER = TypeAdapter(UpdateDirectory)


def _nobody_twice(told: UpdateDirectory, file: Marked) -> None:
    for kind in KINDS:
        seen: set[str] = set()
        for place, entry in enumerate(getattr(told, kind)):
            key = entry.handle if isinstance(entry, Person) else entry.slug
            if key in seen:
                raise Refused(f"{file.where((kind, place))}: “{key}” stands there twice. Keep one of the two.")
            seen.add(key)


# ── hours and leave, as people write them ───────────────────────────────────────────────────────────────────────────


def _with_calendars(said: Mapping[str, object], file: Marked) -> Mapping[str, object]:
    """The same, with the hours and the leave of people read; what else may be wrong is not looked at here."""
    people = said.get("people")
    if not isinstance(people, list):
        return said
    return {**said, "people": [_with_calendar(entry, ("people", place), file) for place, entry in enumerate(people)]}


def _with_calendar(entry: object, path: tuple[str, int], file: Marked) -> object:
    if not isinstance(entry, dict):
        return entry
    read = dict(entry)
    if "hours" in entry:
        shifts = _each(entry["hours"], (*path, "hours"), file, read_hours, "mon-fri 09:00-17:00")
        read["hours"] = tuple(shift for week in shifts for shift in week)
    if "leave" in entry:
        read["leave"] = tuple(_each(entry["leave"], (*path, "leave"), file, read_leave, "2026-12-24..2027-01-02"))
    return read


def _each(said: object, path: tuple[int | str, ...], file: Marked, read: Callable[[str], T], like: str) -> list[T]:
    """What is written there, alone or in a list."""
    found = []
    for place, text in enumerate(said if isinstance(said, list) else [said]):
        where = (*path, place) if isinstance(said, list) else path
        begin = f"{file.where(where)}: {_entry(file, where)}{path[-1]}"
        if isinstance(text, date) and not isinstance(text, datetime):
            text = str(text)
        if not isinstance(text, str):
            raise Refused(f"{begin} has to be text, like “{like}”, or a list of such.")
        try:
            found.append(read(text))
        except Refused as no:
            raise Refused(f"{begin}: {no}") from None
    return found


# ── what to say of a mistake ────────────────────────────────────────────────────────────────────────────────────────

_NEEDED = {
    "string_type": "has to be text; put it in quotes",
    "string_unicode": "has to be text; put it in quotes",
    "tuple_type": "has to be a list; write each of it behind a hyphen, or all in [ ]",
    "dataclass_type": "has to be a list of entries, each with its handle or slug and its name",
    "bool_parsing": "has to be true or false",
    "bool_type": "has to be true or false",
}


def _sentence(mistake: ErrorDetails, file: Marked) -> str:
    """Where it stands, and what is wrong."""
    loc = mistake["loc"]
    where, field = f"{file.where(loc)}: {_entry(file, loc)}", " ".join(str(part) for part in loc[2:])
    match mistake["type"]:
        case "unexpected_keyword_argument" | "invalid_key" if len(loc) == 1:
            return f"{where}there is no “{loc[0]}” in a directory; there are {', '.join(KINDS)}."
        case "unexpected_keyword_argument" | "invalid_key":
            return f"{where}there is no “{field}” here."
        case "missing":
            return f"{where}the {field} is missing."
        case kind if kind in _NEEDED:
            return f"{where}{field or loc[0]} {_NEEDED[kind]}."
        case _:
            return f"{where}{field} {mistake['msg'].replace('Input', '').strip()}."


def _entry(file: Marked, loc: tuple[int | str, ...]) -> str:
    """Which entry, by its handle or slug where it has one: `“ada”: `."""
    at = file.at(loc[:2])
    if len(loc) < 2 or not isinstance(at, yaml.MappingNode):
        return ""
    named = next((value.value for key, value in at.value if key.value in ("handle", "slug")), "")
    return f"“{named}”: " if isinstance(named, str) and named else ""
