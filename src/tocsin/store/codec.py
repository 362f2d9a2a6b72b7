"""Core values as JSON and back: events, effects, signals."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

from tocsin.core.effects import EFFECTS, Effect
from tocsin.core.events import EVENTS, Event

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


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """Made once a type: building one costs a thousand times what using it does."""
    known: TypeAdapter[T] | None = _ADAPTERS.get(kind)
    if known is None:
        known = _ADAPTERS[kind] = TypeAdapter(kind)
    return known


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
