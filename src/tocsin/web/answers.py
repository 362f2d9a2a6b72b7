"""What a page answers: something shown, the way to somewhere else, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A template, filled. `status` 422 says that what was sent will not do, and the page says why."""

    template: str
    given: Mapping[str, object] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SentOn:
    """The way to another page; `said` is shown there once."""

    to: str
    said: str = ""
    cookies: tuple[Cookie, ...] = ()
    forget: bool = False
    """Whoever has signed out leaves nothing behind in the browser but what they have not sent yet."""


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """Something the browser keeps for us; an empty value takes it away. `lasts`: seconds; None: until it is closed."""

    name: str
    value: str
    lasts: int | None = None


@dataclass(frozen=True, kw_only=True)
class Bytes:
    """A file or a fragment, as it is."""

    body: bytes
    media: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Shown | SentOn | Bytes


class NotThere(Exception):
    """There is no such page, or whoever asks may not know of it: nobody can tell which."""


class NotAllowed(Exception):
    """A sentence for somebody who may know of the page, and may not use it."""
