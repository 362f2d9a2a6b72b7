"""A table of addresses: who may ask for each, and what answers. One without a rule cannot be written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tocsin.core.people import Person

if TYPE_CHECKING:
    from tocsin.web.answers import Answer
    from tocsin.web.asked import Asked

Right = Literal["anyone", "signed-in", "team", "responder", "administrator"]
"""Who may ask: everybody; whoever is signed in; the team, observers too; whoever responds; administrators.

What a command may do is decided by `core.rights.may`; this only says whose the page is.
"""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address, for one method."""

    method: Literal["GET", "POST"]
    path: str
    right: Right
    handler: Callable[[Asked], Answer]
    again: Callable[[Asked], Answer] | None = None
    """The page the form stands on: shown again, with what was typed and what is wrong, when the form will not do."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def get(path: str, handler: Callable[[Asked], Answer], right: Right) -> Route:
    """A page; it changes nothing."""
    return Route(method="GET", path=path, right=right, handler=handler)


def post(
    path: str, handler: Callable[[Asked], Answer], right: Right, *, again: Callable[[Asked], Answer] | None = None
) -> Route:
    """A form that somebody sends, and the page it comes back on when it is refused."""
    return Route(method="POST", path=path, right=right, handler=handler, again=again)


def allows(right: Right, person: Person | None) -> bool:
    """Whether a page is somebody's."""
    if right == "anyone":
        return True
    if person is None or not person.active:
        return False
    match right:
        case "signed-in":
            return True
        case "team":
            return person.kind == "team"
        case "responder":
            return person.part in ("responder", "administrator")
        case _:
            return person.part == "administrator"
