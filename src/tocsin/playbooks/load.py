"""Reads a playbook file, and says its mistakes all at once: where each stands and what to write instead."""

from __future__ import annotations

import json
import tomllib
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tocsin.core.playbook import Duty, Playbook
from tocsin.core.refused import Refused
from tocsin.playbooks.places import Mistake, Place, line_of, lines_of
from tocsin.playbooks.sense import sense

_DEFAULT = Path(__file__).parent / "community-hubs"


class PlaybookError(Refused):
    """A playbook that cannot be used: one line for each mistake."""


@cache
def default() -> Playbook:
    """The process this product was made for, used where nobody names another."""
    return load(_DEFAULT)


def load(path: Path) -> Playbook:
    """The playbook in a folder, or in the file itself."""
    path = path / "playbook.toml" if path.is_dir() else path
    text = _read(path)
    data = _parse(path, text)
    try:
        # Through JSON, because only there does strict mode take a list for a tuple and a table for a dataclass.
        playbook = TypeAdapter(Playbook).validate_json(json.dumps(data, default=str), strict=True, extra="forbid")
    except ValidationError as error:
        raise _refusal(path, text, [_form(detail) for detail in error.errors()]) from None
    if mistakes := list(sense(playbook)):
        raise _refusal(path, text, mistakes)
    return playbook


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise PlaybookError(f"{path}: there is no such file; name a folder that holds a playbook.toml.") from None
    except OSError as error:
        raise PlaybookError(f"{path}: it cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PlaybookError(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8.") from None


def _parse(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise PlaybookError(f"{path}: its lists are too deep; no key of a playbook needs a list of lists.") from None
    except ValueError as error:  # beside its own TOMLDecodeError: a number of thousands of digits
        raise PlaybookError(f"{path}: this is not TOML: {error}.") from None


def _refusal(path: Path, text: str, mistakes: list[Mistake]) -> PlaybookError:
    lines = lines_of(text)
    found = sorted((line_of(lines, place), " ".join(sentence.split())) for place, sentence in mistakes)
    return PlaybookError(
        "\n".join(f"{path}, line {line}: {says}" if line else f"{path}: {says}" for line, says in found)
    )


# ── form: keys and kinds of values, from the core's own classes ────────────────────────────────────────────────────

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dataclass_type": "a table",
}
_VALUES = {int: "2", bool: "true"}


def _form(detail: ErrorDetails) -> Mistake:
    place = detail["loc"]
    key, table = _key(place), _table(place)
    match detail["type"]:
        case "missing":
            says = f"{table} has no “{key}”; write {_example(place)}."
        case "unexpected_keyword_argument":
            says = f"{table} knows no key “{key}”; it knows {', '.join(get_type_hints(_class(place[:-1])))}."
        case "literal_error":
            says = f"“{detail['input']}” is none of the {key}; they are {', '.join(get_args(Duty))}."
        case kind if kind in _KINDS:
            says = f"“{key}” has to be {_KINDS[kind]}; write {_example(place)}, for instance."
        case _:
            says = f"“{key}” is wrong: {detail['msg']}."
    return place, says


def _key(place: Place) -> str:
    return next((step for step in reversed(place) if isinstance(step, str)), "playbook")


def _table(place: Place) -> str:
    match place:
        case (name, int(), _, *_):
            return f"[[{name}]]"
        case (name, str(), *_):
            return f"[{name}]"
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
        return f"[[{key}]]" if isinstance(place[-1], int) else f"[{key}]"
    if inside := get_args(kind):
        return f"[[{key}]]" if is_dataclass(inside[0]) else f'{key} = ["…"]'
    value = _VALUES.get(kind, '"…"')
    return f"{key} = [{value}]" if isinstance(place[-1], int) else f"{key} = {value}"
