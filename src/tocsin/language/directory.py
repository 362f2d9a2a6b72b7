"""The directory file: people, groups, services and communities as a YAML file has them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tocsin.core import people as p
from tocsin.core.commands import UpdateDirectory
from tocsin.core.ids import Handle, Slug
from tocsin.core.refused import Refused
from tocsin.language.marked import Marked, read_yaml

KINDS = ("people", "groups", "services", "communities")


def read_directory(content: bytes, name: str) -> UpdateDirectory:
    """What the file of that name asks to be added or brought up to date; refused whole for one mistake in it."""
    file = read_yaml(content, name)
    if not isinstance(file.said, dict):
        raise Refused(f"{name}: a directory has {', '.join(KINDS)}; this file has none of them.")
    try:
        told = _File.model_validate(file.said)
    except ValidationError as trouble:
        raise Refused(_sentence(trouble, file)) from None
    _nobody_twice(told, file)
    return _command(told)


# ── what may stand in it ───────────────────────────────────────────────────────────────────────────────────────────

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._/-]*$", max_length=128)]
_Handle = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]


class _Entry(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Person(_Entry):
    handle: _Handle
    name: _Name
    kind: Literal["team", "community", "bot"] = "team"
    email: str = ""
    zone: str = ""
    expertise: list[_Name] = []
    administrator: bool = False


class _Group(_Entry):
    slug: _Key
    name: _Name
    members: list[_Handle] = []


class _Service(_Entry):
    slug: _Key
    name: _Name
    communities: list[_Key] = []


class _Community(_Entry):
    slug: _Key
    name: _Name
    zone: str = ""
    representatives: list[_Handle] = []


class _File(_Entry):
    people: list[_Person] = []
    groups: list[_Group] = []
    services: list[_Service] = []
    communities: list[_Community] = []


def _command(told: _File) -> UpdateDirectory:
    return UpdateDirectory(
        people=tuple(p.Person(**{**_values(each), "handle": Handle(each.handle)}) for each in told.people),
        groups=tuple(p.Group(**_values(each)) for each in told.groups),
        services=tuple(p.Service(**_values(each)) for each in told.services),
        communities=tuple(p.Community(**{**_values(each), "slug": Slug(each.slug)}) for each in told.communities),
    )


def _values(entry: _Entry) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry}


def _nobody_twice(told: _File, file: Marked) -> None:
    for kind in KINDS:
        seen: set[str] = set()
        for place, entry in enumerate(getattr(told, kind)):
            key = entry.handle if isinstance(entry, _Person) else entry.slug
            if key in seen:
                raise Refused(f"{file.where((kind, place))}: “{key}” stands there twice. Keep one of the two.")
            seen.add(key)


# ── what to say of a mistake ────────────────────────────────────────────────────────────────────────────────────────


def _sentence(trouble: ValidationError, file: Marked) -> str:
    """The first mistake, where it stands and what is wrong."""
    first = trouble.errors(include_url=False)[0]
    where, entry = file.where(first["loc"]), _entry(file, first["loc"])
    field = " ".join(str(part) for part in first["loc"][2:])
    match first["type"]:
        case "extra_forbidden" if len(first["loc"]) == 1:
            return f"{where}: there is no “{first['loc'][0]}” in a directory; there are {', '.join(KINDS)}."
        case "extra_forbidden":
            return f"{where}: {entry}there is no “{field}” here."
        case "missing":
            return f"{where}: {entry}the {field} is missing."
        case "string_pattern_mismatch":
            return f"{where}: {entry}“{first['input']}” cannot be its {field}: {_FORM}."
        case "recursion_loop":
            return f"{where}: {entry}it stands within itself."
        case _:
            what = first["msg"].removeprefix("Input ")
            return f"{where}: {entry}{field or first['loc'][0]} {what[:1].lower()}{what[1:]}."


_FORM = "write small letters, digits, dots and hyphens (a slug may have slashes)"


def _entry(file: Marked, loc: tuple[int | str, ...]) -> str:
    """Which entry, by its handle or slug where it has one: `“ada”: `."""
    at = file.at(loc[:2])
    if len(loc) < 2 or not isinstance(at, yaml.MappingNode):
        return ""
    named = next((value.value for key, value in at.value if key.value in ("handle", "slug")), "")
    return f"“{named}”: " if isinstance(named, str) and named else ""
