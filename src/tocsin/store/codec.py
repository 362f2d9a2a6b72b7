"""Core values as JSON and back: events, effects, signals."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from tocsin.core.effects import EFFECTS, Effect
from tocsin.core.events import EVENTS, Event
from tocsin.core.refused import Refused

T = TypeVar("T")
Body = dict[str, Any]


def encode(value: object) -> Body:
    """A dataclass as plain JSON data; times in RFC 3339."""
    body: Body = adapter(type(value)).dump_python(value, mode="json")
    return body


def decode(kind: str, body: Body) -> Event:
    """The event of that kind. A field that a newer version will add is passed over; a new default fills an old body."""
    return adapter(EVENTS[kind]).validate_python(body)


def decode_effect(kind: str, body: Body) -> Effect:
    return adapter(EFFECTS[kind]).validate_python(body)


def must_be_intact(command: object) -> None:
    """Refuse what is not of the types its dataclass names: it would be kept, and could never be read again."""
    kind: TypeAdapter[Any] = adapter(type(command))
    try:
        kind.validate_json(kind.dump_json(command, warnings="error"), strict=True)
    except ValidationError as trouble:
        mistake = trouble.errors(include_url=False)[0]
        raise Refused(f"{type(command).__name__}: {'.'.join(map(str, mistake['loc']))}: {mistake['msg']}.") from None
    except PydanticSerializationError as trouble:
        raise Refused(f"{type(command).__name__}: {_first(str(trouble))}.") from None


def _first(trouble: str) -> str:
    """What is wrong, without the lines around it."""
    lines = [line.strip() for line in trouble.splitlines() if "Expected" in line]
    return (lines or [trouble])[0].removeprefix("PydanticSerializationUnexpectedValue(")[:200].rstrip(").")


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Made once a type: building one costs a thousand times what using it does."""
    known: TypeAdapter[T] | None = _ADAPTERS.get(kind)
    if known is None:
        known = _ADAPTERS[kind] = TypeAdapter(kind)
    return known


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
