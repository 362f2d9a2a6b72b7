"""The only place that wires: settings → store, playbook, ports → Tocsin, web app, worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from tocsin import integrations, playbooks
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.engine.asking import Asking, Listener, beside
from tocsin.engine.door import Tocsin, now
from tocsin.engine.looking import Looker
from tocsin.engine.worker import Worker
from tocsin.integrations.gitrepo import Config as GitRepoConfig
from tocsin.integrations.gitrepo import GitRepo
from tocsin.ports import ONLY_READ, Checkable, Ports, Publisher
from tocsin.settings import FILE, WEB, Secret, Settings, configured
from tocsin.store import engines
from tocsin.store.clocks import DatabaseClock
from tocsin.store.schema import migrate, ready
from tocsin.store.unsafe import must_be_durable
from tocsin.store.works import Store
from tocsin.store.writer import open_store
from tocsin.web.config import Config
from tocsin.web.live import Live
from tocsin.web.site import Site

LAST_LOOK = 5.0
"""Seconds that a look which is under way at the end is waited for; what it has not taken is there for the next."""


@contextmanager
def open_tocsin(settings: Settings, clock: Callable[[], datetime] | None = None) -> Iterator[Tocsin]:
    """Tocsin on the data folder of these settings; an empty folder is made ready."""
    serves, process, address = ("clock", *served(settings)), playbook(settings), web(settings).address
    mailbox = str(settings.integrations.get("mailbox", {}).get("address", ""))
    with open_database(settings) as store:
        ready(store)
        if store.alone:  # or may be, once whoever else writes to it has gone
            yield Asking(
                store, process, clock or now, serves, address, mailbox, wall_clock=now, socket=_socket(settings)
            )
        else:
            must_be_durable(store)
            wall_clock = DatabaseClock(store)
            yield Tocsin(store, process, clock or wall_clock, serves, address, mailbox, wall_clock=wall_clock)


def playbook(settings: Settings) -> Playbook:
    """The process of this installation; one with mistakes is refused with all of them."""
    try:
        return playbooks.load(settings.playbook) if settings.playbook else playbooks.default()
    except playbooks.NoPlaybookError as no:
        raise Refused(f"{settings.data / FILE}: “playbook”: {no}") from None


@contextmanager
def at_work(settings: Settings) -> Iterator[tuple[Tocsin, Worker]]:
    """A worker who will perform everything, and answers whoever else wants to write meanwhile."""
    performing = ports(settings, in_use=True)
    with _in_charge(settings) as tocsin, looking(tocsin, performing):
        yield tocsin, Worker(tocsin, performing)


@contextmanager
def serving(settings: Settings, *, works: bool) -> Iterator[tuple[Site, Worker | None]]:
    """What pages are made of, and, if it is to work as well, a worker beside them."""
    performing, secret = ports(settings, in_use=works), web(settings).metrics
    if secret is not None:
        secret.reveal()  # that it is not there is said now, and not to whoever measures
    with _in_charge(settings) as tocsin, looking(tocsin, performing if works else Ports()):
        yield site(settings, tocsin), Worker(tocsin, performing) if works else None


@contextmanager
def looking(tocsin: Tocsin, ports: Ports) -> Iterator[Looker]:
    """Somebody looks at what comes in from elsewhere, in a thread of their own, if there is anything to look at."""
    looker = Looker(tocsin, ports)
    thread = threading.Thread(target=looker.run, name="tocsin-looker", daemon=True)
    if looker.needed:
        thread.start()
    try:
        yield looker
    finally:
        looker.stop()
        if looker.needed:
            thread.join(LAST_LOOK)


@contextmanager
def _in_charge(settings: Settings) -> Iterator[Tocsin]:
    """For as long as we own the database, we answer whoever else wants to write."""
    with open_tocsin(settings) as tocsin:
        _become_owner(tocsin.store)
        with answering(settings, tocsin):
            yield tocsin


def site(settings: Settings, tocsin: Tocsin) -> Site:
    """What pages are made of."""
    return Site(
        tocsin=tocsin, settings=settings, config=web(settings), clock=tocsin.clock, live=Live(), checks=checks(settings)
    )


def checks(settings: Settings) -> dict[str, Callable[[], None]]:
    """How each integration that is set up can be tried without doing anything, where it can."""
    named = {name: told for name, told in settings.integrations.items() if name in integrations.INTEGRATIONS}
    if "publisher" not in {port for name, told in named.items() for port in integrations.meant(name, told)}:
        named["gitrepo"] = {}
    kinds = {name: integrations.load(name).kind for name in named}
    return {name: partial(_check, name, settings) for name, kind in kinds.items() if hasattr(kind, "check")}


def _check(name: str, settings: Settings) -> None:
    told = {**_defaults(name, settings), **settings.integrations.get(name, {})}
    one = _integration(name, told, in_use=True)
    if isinstance(one, Checkable):
        one.check()


def web(settings: Settings) -> Config:
    """What the file says about serving pages; a mistake in it is refused."""
    try:
        return configured(Config, WEB, settings.web)
    except Refused as no:
        raise Refused(f"{settings.data / FILE}: {no}") from None


def _become_owner(store: Store) -> None:
    """A command that holds the database is gone in a moment; another worker is not."""
    until = time.monotonic() + store.patience
    while not store.own():
        if time.monotonic() > until:
            raise Refused("Another worker, or a command that is sending still, has this folder. Stop it, or try again.")
        time.sleep(0.05)


@contextmanager
def answering(settings: Settings, tocsin: Tocsin) -> Iterator[None]:
    """While we own the database, others may hand us what they want to write."""
    with Listener(tocsin, _socket(settings)) if tocsin.store.alone else nullcontext():
        yield


@contextmanager
def open_database(settings: Settings) -> Iterator[Store]:
    """The database of these settings, whatever version it has; a SQLite file that is not there is made."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise Refused(f"The data folder {settings.data} cannot be made: {trouble.strerror}.") from trouble
    with open_store(settings.database) as store:
        if not is_there(settings.database):
            migrate(store)
        yield store


def served(settings: Settings) -> tuple[str, ...]:
    """The ports that somebody performs wishes at, once the settings are right: what is promised until then waits."""
    told = {name: table for name, table in settings.integrations.items() if name in integrations.INTEGRATIONS}
    meant = {port for name, table in told.items() for port in integrations.meant(name, table)}
    return tuple({"publisher", *meant} - ONLY_READ)


def ports(settings: Settings, *, in_use: bool = False) -> Ports:
    """Who performs wishes here; a mistake in what the file says of them is refused.

    `in_use`: they are about to, so that a secret that is not there is refused, too.
    """
    try:
        return _ports(settings, in_use=in_use)
    except Refused as no:
        raise Refused(f"{settings.data / FILE}: {no}") from None


def _ports(settings: Settings, *, in_use: bool) -> Ports:
    found: dict[str, Any] = {}
    for name, told in settings.integrations.items():
        one = _integration(name, {**_defaults(name, settings), **told}, in_use=in_use)
        for port in integrations.serves(one):
            if port in found:
                raise Refused(f"“{name}” does what another integration does already ({port}). Leave one of them out.")
            found[port] = one
    found.setdefault("publisher", publisher(settings))
    return Ports(**found)


def publisher(settings: Settings, repository: str = "") -> Publisher:
    """Where reports are published where nobody says otherwise, or in the repository given."""
    told = _defaults("gitrepo", settings) | ({"repository": repository} if repository else {})
    return GitRepo(configured(GitRepoConfig, "gitrepo", told))


def _integration(name: str, told: Mapping[str, object], *, in_use: bool) -> object:
    kind = integrations.load(name)
    config = configured(kind.config, name, told)
    for each in fields(config):
        secret = getattr(config, each.name)
        if in_use and isinstance(secret, Secret):
            secret.reveal()
    made: object = kind.kind(config)
    return made


def _defaults(name: str, settings: Settings) -> dict[str, object]:
    """What only the installation knows."""
    if name != "gitrepo":
        return {}
    return {"repository": str((settings.data / "published").absolute()), "work": str(settings.data / "clones")}


def _socket(settings: Settings) -> Path:
    return beside(engines.path(engines.address(settings.database)))


def is_there(database: str) -> bool:
    """Readers of SQLite cannot make the file they read; a server's database is there, or says so itself."""
    address = engines.address(database)
    try:
        return address.get_backend_name() != "sqlite" or engines.path(address).exists()
    except PermissionError:  # the store says so in its own words
        return True
