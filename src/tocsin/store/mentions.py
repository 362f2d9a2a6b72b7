"""Whom and what an incident mentions, found by the types of the fields that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from tocsin.core.ids import Handle, Slug

Mentioned = dict[str, set[str]]
"""Table of the directory → the handles or slugs of it."""

PLACES: Mapping[str, str] = MappingProxyType(
    {"group": "groups", "service": "services", "services": "services", "community": "communities",
     "communities": "communities"}
)  # fmt: skip
"""What a field of slugs is called → where they stand. Any other slug is one of the playbook's."""


def nobody() -> Mentioned:
    return {"people": set(), "groups": set(), "services": set(), "communities": set()}


def mention(value: Any, found: Mentioned) -> None:
    """Add what this fact, signal or place names, and what lies within it."""
    kind: Any = type(value)
    for name, table in _naming(kind).items():
        found[table].update(_each(getattr(value, name)))
    for field in fields(value) if is_dataclass(value) else ():
        for inner in _each(getattr(value, field.name)):
            if is_dataclass(inner):
                mention(inner, found)


@cache
def _naming(kind: Any) -> Mapping[str, str]:
    """The fields of a kind that name somebody or some place, each with the table to look in."""
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    people = {name: "people" for name, hint in hints.items() if _holds(hint, Handle)}
    places = {name: PLACES[name] for name, hint in hints.items() if name in PLACES and _holds(hint, Slug)}
    return people | places


def _holds(hint: Any, named: object) -> bool:
    return hint is named or any(_holds(each, named) for each in get_args(hint))


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)
