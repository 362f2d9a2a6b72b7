"""The only place that wires: settings → store, playbook, publisher → Tocsin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from tocsin import playbooks
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin, now
from tocsin.integrations.gitrepo import Config, GitRepo
from tocsin.ports import Publisher
from tocsin.settings import Settings
from tocsin.store import engines
from tocsin.store.schema import migrate, ready
from tocsin.store.works import Store
from tocsin.store.writer import open_store


@contextmanager
def open_tocsin(settings: Settings, clock: Callable[[], datetime] = now) -> Iterator[Tocsin]:
    """Tocsin on the data folder of these settings; an empty folder is made ready."""
    with open_database(settings) as store:
        ready(store)
        yield Tocsin(store, playbooks.default(), clock)


@contextmanager
def open_database(settings: Settings) -> Iterator[Store]:
    """The database of these settings, whatever version it has; a SQLite file that is not there is made."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise Refused(f"The data folder {settings.data} cannot be made: {trouble.strerror}.") from trouble
    with open_store(settings.database) as store:
        if not _is_there(settings.database):
            migrate(store)
        yield store


def publisher(settings: Settings, repository: str = "") -> Publisher:
    """Where reports are published: the repository given, else that of the settings."""
    where = repository or settings.repository
    return GitRepo(Config(repository=where, branch=settings.branch, work=settings.data / "clones"))


def _is_there(database: str) -> bool:
    """Readers of SQLite cannot make the file they read; a server's database is there, or says so itself."""
    address = engines.address(database)
    try:
        return address.get_backend_name() != "sqlite" or engines.path(address).exists()
    except PermissionError:  # the store says so in its own words
        return True
