"""What stands in the header of every page, and how much waits behind each door."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.store import reads
from tocsin.web.asked import Asked
from tocsin.web.routes import Right, allows


@dataclass(frozen=True, kw_only=True)
class Door:
    """One entry of the navigation; `count` waits behind it."""

    name: str
    path: str
    current: bool
    count: int = 0
    word: str = ""


_DOORS: tuple[tuple[str, str, Right], ...] = (
    ("Your desk", "/desk", "signed-in"),
    ("Now", "/", "team"),
    ("Triage", "/triage", "team"),
    ("Incidents", "/incidents", "signed-in"),
    ("People", "/people", "team"),
    ("Services", "/services", "team"),
    ("Handbook", "/handbook", "signed-in"),
    ("Health", "/health", "team"),
)
_OUTSIDE = ("/desk",)
"""What is for those who speak for a community."""
_BEHIND: tuple[tuple[str, str], ...] = (
    ("/groups", "/people"),
    ("/edit/groups", "/people"),
    ("/communities", "/services"),
    ("/edit/communities", "/services"),
    ("/edit/services", "/services"),
    ("/services-new", "/services"),
    ("/tickets", "/triage"),
)
"""Addresses that begin like no door, and the door that leads there."""


def navigation(asked: Asked) -> list[Door]:
    """The doors that are open to whoever asks."""
    if asked.signed_in is None:
        return []
    without = _OUTSIDE if asked.signed_in.kind == "team" else ()
    mine = [(name, path) for name, path, right in _DOORS if allows(right, asked.signed_in) and path not in without]
    with asked.read() as connection:
        undecided, failing = reads.waiting(connection)
    counts = {"/triage": (undecided, "undecided"), "/health": (failing, "to see to")}
    return [
        Door(name=name, path=path, current=_stands(asked.path, path), count=count, word=word)
        for name, path in mine
        for count, word in (counts.get(path, (0, "")),)
    ]


def _stands(at: str, path: str) -> bool:
    return at == path or (path != "/" and _led(at).startswith(f"{path}/"))


def _led(at: str) -> str:
    """Under which door an address is."""
    return next((f"{door}/" for begins, door in _BEHIND if at.startswith(begins)), at)
