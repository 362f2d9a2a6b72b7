"""What this installation is connected with, as its settings say; no secret of them is shown to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from tocsin import integrations
from tocsin.core.effects import Wish
from tocsin.settings import Secret
from tocsin.web.asked import Asked


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, by its name in the file; `value` is empty where it is not to be shown."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Connected:
    """One integration: what it does here, and what waits for it."""

    name: str
    ports: tuple[str, ...]
    settings: tuple[Setting, ...]
    waiting: int
    trouble: str
    tested: bool
    """It can be tried."""


PORTS = {
    "publisher": "publishes reports",
    "mailer": "sends mail",
    "chat": "opens channels and talks",
    "tickets": "answers tickets",
    "pager": "wakes people",
    "tracker": "opens issues",
}
"""Port → what whoever serves it does."""


def connected(asked: Asked, wishes: Iterable[Wish]) -> list[Connected]:
    """Those of the settings, and the folder that reports are published into where nobody says otherwise."""
    told = {
        name: table for name, table in asked.site.settings.integrations.items() if name in integrations.INTEGRATIONS
    }
    meant = {name: integrations.meant(name, table) for name, table in told.items()}
    if not any("publisher" in ports for ports in meant.values()):
        meant["gitrepo"] = frozenset(("publisher",))
    open_ = list(wishes)
    return [_one(asked, name, ports, open_) for name, ports in sorted(meant.items())]


def _one(asked: Asked, name: str, ports: frozenset[str], wishes: list[Wish]) -> Connected:
    mine = [wish for wish in wishes if wish.effect.port in ports]
    return Connected(
        name=name,
        ports=tuple(PORTS.get(port, port) for port in sorted(ports)),
        settings=tuple(_settings(asked, name)) if asked.me.part == "administrator" else (),
        waiting=len(mine),
        trouble=next((wish.trouble for wish in reversed(mine) if wish.trouble), ""),
        tested=name in asked.site.checks,
    )


def _settings(asked: Asked, name: str) -> Iterator[Setting]:
    """A field that may hold a password, as an address can, says only that it is set."""
    config = integrations.load(name).config
    hints, told = get_type_hints(config), asked.site.settings.integrations.get(name, {})
    for each in fields(config):
        if each.name in told:
            hidden = not each.repr or _is_secret(hints[each.name])
            yield Setting(name=f"{name}.{each.name}", value="" if hidden else str(told[each.name]))


def _is_secret(kind: Any) -> bool:
    return Secret in (kind, *get_args(kind))
