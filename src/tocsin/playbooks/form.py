"""What a playbook looks like: its keys and the kinds of their values, taken from the core's own classes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date, time
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tocsin.core.playbook import Playbook
from tocsin.playbooks.places import DEEPEST, Mistake, Place

_ADAPTER = TypeAdapter(Playbook)
_ROUNDS = 5
"""Deeper than any value lies in a playbook: each round mends what the one before put in place."""


def formed(data: Mapping[str, object]) -> tuple[Playbook | None, list[Mistake]]:
    """The playbook that a file's data make, and every mistake of form.

    Where there are some, the playbook has something harmless in each such place, so that the rest can be looked at too.
    """
    mistakes: list[Mistake] = []
    mended = _plain(data)
    for round_ in range(_ROUNDS):
        try:
            # Through JSON, because only there does strict mode take a list for a tuple and a table for a dataclass.
            return _ADAPTER.validate_json(json.dumps(mended), strict=True, extra="forbid"), mistakes
        except ValidationError as error:
            # From the end, so that what stays to be mended in a list keeps its place.
            found = error.errors(include_url=False)[::-1]
        mistakes += [_mistake(detail) for detail in found if round_ == 0]
        for number, detail in enumerate(found):
            _mend(mended, detail, f"x{round_}-{number}")
    return None, mistakes


def touched(place: Place, mistakes: Sequence[Mistake]) -> bool:
    """Whether what is said of a place may only follow from a mistake of form there, above it or within it.

    A slug that is broken may have been that of any other of its kind.
    """
    broken = (each[:1] if each[-1] == "slug" else each for each, _ in mistakes)
    return any(place[: len(each)] == each or each[: len(place)] == place for each in broken)


def shown(value: object) -> str:
    """A value as it can be repeated in a sentence."""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


_LONG = 60


def _plain(value: object, depth: int = 0) -> Any:
    """What JSON can say. Nothing in a playbook lies so deep that it has to be followed for ever."""
    match value:
        case dict() if depth < DEEPEST:
            return {key: _plain(each, depth + 1) for key, each in value.items()}
        case list() if depth < DEEPEST:
            return [_plain(each, depth + 1) for each in value]
        case bool() | int() | float() | str():
            return value
    return str(value) if isinstance(value, date | time) else None


# ── what is wrong, and what to write ───────────────────────────────────────────────────────────────────────────────

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing_size": "a smaller number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dataclass_type": "a table",
}
_VALUES = {int: "2", bool: "true"}


def _mistake(detail: ErrorDetails) -> Mistake:
    place = detail["loc"]
    key, table = _key(place), _table(place)
    match detail["type"]:
        case "missing":
            says = f"{table} has no “{key}”; write {_example(place)}."
        case "unexpected_keyword_argument":
            says = f"{table} knows no key “{shown(key)}”; write one of {', '.join(get_type_hints(_class(place[:-1])))}."
        case "literal_error":
            says = f"“{shown(detail['input'])}” is none of the {key}; write {_listed(_class(place))}."
        case kind if kind in _KINDS:
            says = f"“{key}” has to be {_KINDS[kind]}; write {_example(place)}, for instance."
        case _:
            says = f"“{key}” is wrong ({detail['msg']}); write {_example(place)}, for instance."
    return place, says


def _key(place: Place) -> str:
    return next((step for step in reversed(place) if isinstance(step, str)), "playbook")


def _table(place: Place) -> str:
    match place:
        case (name, int(), _, *_):
            return f"[[{name}]]"
        case (*tables, str()) if tables:
            return f"[{'.'.join(map(str, tables))}]"
        case _:
            return "The playbook"


def _class(place: Place) -> Any:
    """What may stand at a place."""
    found: Any = Playbook
    for step in place:
        found = get_args(found)[0] if isinstance(step, int) else get_type_hints(found)[step]
    return found


def _example(place: Place) -> str:
    """How to write what belongs there."""
    key, kind = _key(place), _class(place)
    if is_dataclass(kind):
        return f"[[{key}]]" if isinstance(place[-1], int) else f"[{'.'.join(map(str, place))}]"
    if get_origin(kind) is tuple:
        return f"[[{key}]]" if is_dataclass(get_args(kind)[0]) else f"{key} = [{_value(get_args(kind)[0])}]"
    return f"{key} = [{_value(kind)}]" if isinstance(place[-1], int) else f"{key} = {_value(kind)}"


def _value(kind: Any) -> str:
    return f'"{get_args(kind)[0]}"' if get_origin(kind) is Literal else _VALUES.get(kind, '"…"')


def _listed(kind: Any) -> str:
    *others, last = get_args(kind)
    return f"{', '.join(others)} or {last}"


# ── something harmless instead ─────────────────────────────────────────────────────────────────────────────────────


def _mend(data: Any, detail: ErrorDetails, name: str) -> None:
    """Put something of the right form where the mistake is; a key that nothing knows, and an item, are left out."""
    *around, last = detail["loc"]
    for step in around:
        data = data[step]
    kind = _class(detail["loc"]) if detail["type"] != "unexpected_keyword_argument" else None
    if kind is None or (isinstance(last, int) and not is_dataclass(kind)):
        del data[last]
    else:
        data[last] = _harmless(kind, name)


def _harmless(kind: Any, name: str) -> object:
    if is_dataclass(kind):
        return {}
    match get_origin(kind):
        case origin if origin is tuple:
            return []
        case origin if origin is Literal:
            return get_args(kind)[0]
    return {int: 2, bool: False}.get(kind, name)
