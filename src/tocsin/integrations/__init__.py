"""The world outside: which integrations there are, and which ports each of them serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, runtime_checkable

from tocsin.core.refused import Refused
from tocsin.ports import Chat, Inbox, Mailer, Pager, Publisher, Tickets, Tracker

INTEGRATIONS: dict[str, str] = {
    "fake": "tocsin.integrations.fake:Fake",
    "freshdesk": "tocsin.integrations.freshdesk:Freshdesk",
    "gitrepo": "tocsin.integrations.gitrepo:GitRepo",
    "mail": "tocsin.integrations.mail:Smtp",
    "mailbox": "tocsin.integrations.mailbox:Imap",
}
"""The name of its table in `tocsin.toml` → its module, which holds its `Config` too, and its class."""

PORTS: dict[str, type] = {
    "publisher": Publisher,
    "mailer": Mailer,
    "chat": Chat,
    "tickets": Tickets,
    "pager": Pager,
    "tracker": Tracker,
    "inbox": Inbox,
}


@dataclass(frozen=True, kw_only=True)
class Integration:
    """What is known of an integration before it is set up: `kind(config(…))` is one."""

    kind: type[Any]
    config: type[Any]


@runtime_checkable
class Choosing(Protocol):
    """An integration that could serve more than it does: its settings decide."""

    serves: frozenset[str]


def load(name: str) -> Integration:
    """Loaded only here, so that nobody waits for the libraries of what is not used."""
    if name not in INTEGRATIONS:
        raise Refused(f"There is no integration “{name}”. There are: {', '.join(sorted(INTEGRATIONS))}.")
    module, _, kind = INTEGRATIONS[name].partition(":")
    loaded = import_module(module)
    return Integration(kind=getattr(loaded, kind), config=loaded.Config)


def meant(name: str, told: Mapping[str, object]) -> frozenset[str]:
    """The ports it would serve, also where its settings are not right yet."""
    kind = load(name).kind
    able = frozenset(port for port, calls in _CALLS.items() if all(hasattr(kind, call) for call in calls))
    chosen = told.get("ports")
    return able & frozenset(chosen.split()) if isinstance(chosen, str) else able


_CALLS = {
    port: [call for call in vars(kind) if not call.startswith("_") and callable(vars(kind)[call])]
    for port, kind in PORTS.items()
}


def serves(integration: object) -> frozenset[str]:
    """The names of the ports it serves."""
    able = frozenset(name for name, port in PORTS.items() if isinstance(integration, port))
    return able & integration.serves if isinstance(integration, Choosing) else able
