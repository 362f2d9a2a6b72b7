"""What every command is told (`--data`, `--db`, `--json`, `--as`, `--at`), and how it reaches Tocsin with that."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from tocsin import bootstrap, settings
from tocsin.cli import whoami
from tocsin.cli.speaking import tell
from tocsin.cli.times import spelt
from tocsin.core import commands as c
from tocsin.core.moments import zone
from tocsin.core.refused import Refused
from tocsin.core.rights import may
from tocsin.engine.door import Answer, Tocsin
from tocsin.language.when import when
from tocsin.settings import Settings
from tocsin.store import engines
from tocsin.store.people import StoredDirectory

PANEL = "For every command"

Data = Annotated[
    str | None,
    typer.Option("--data", metavar="DIR", help="the data folder; without it $TOCSIN_DATA, else ./var",
                 rich_help_panel=PANEL),
]  # fmt: skip
Db = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="the database: sqlite:////folder/file.db or postgresql://…; without it, a "
                 "file in the data folder", rich_help_panel=PANEL),
]  # fmt: skip
AsJson = Annotated[
    bool | None, typer.Option("--json", metavar="", help="answer with one JSON document", rich_help_panel=PANEL)
]  # fmt: skip
By = Annotated[
    str | None,
    typer.Option("--as", metavar="PERSON", help="who asks; without it, you, by your name on this machine",
                 rich_help_panel=PANEL),
]  # fmt: skip
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="when it happened, with its zone: 2026-11-12T01:45Z; without it, now",
                 rich_help_panel=PANEL),
]  # fmt: skip
_SHARED: dict[str, Any] = {"data": Data, "db": Db, "as_json": AsJson, "by": By, "at": At}


@dataclass(frozen=True, kw_only=True)
class Session:
    """What one call of the shell was told besides its own options."""

    data: Path | None = None
    """None where the command line does not say; then it is `$TOCSIN_DATA`, else `./var`."""
    db: str | None = None
    as_json: bool = False
    by: str | None = None
    at: datetime | None = None

    @property
    def settings(self) -> Settings:
        data = self.data or Path(os.environ.get("TOCSIN_DATA") or "var")
        try:
            loaded = settings.load(data, self.db)
            _must_be_an_address(loaded.database)
            str(data.absolute()).encode()
        except FileNotFoundError:
            raise Refused("The current folder is gone. Change to one that is there, then try again.") from None
        except UnicodeEncodeError:
            raise Refused("The name of the data folder or the database is not valid UTF-8. Choose another.") from None
        except ValueError as trouble:
            raise Refused(str(trouble)) from None
        return loaded

    @contextmanager
    def tocsin(self) -> Iterator[Tocsin]:
        settings = self.settings
        try:
            bootstrap.ports(settings)
        except Refused as no:  # whoever writes a note at night is not kept from it by that
            tell(f"{no} Until that is put right, nothing is sent.")
        with bootstrap.open_tocsin(settings) as tocsin:
            yield tocsin

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A look at the database that changes nothing."""
        with self.tocsin() as tocsin, tocsin.store.read() as connection:
            yield connection

    def do(self, tocsin: Tocsin, command: c.Command) -> Answer:
        """Ask for a command, as whoever this session is, at the time it was told; a no is said on their clock."""
        try:
            return tocsin.do(command, by=self.actor(tocsin), at=self.at)
        except Refused as no:
            if not no.timed:
                raise
            with tocsin.store.read() as connection:
                there = self.clock(connection)
            raise Refused(no.said(lambda at: spelt(at, there))) from None

    def actor(self, tocsin: Tocsin) -> str:
        """Who asks: as told, else the operating system's user, who is made known at first use."""
        if self.by is None:
            return whoami.known(tocsin)
        return self.by

    def must_be_allowed(self, tocsin: Tocsin, command: c.Command) -> None:
        """The refusal that asking for a command would meet, where what it asks for was asked for before."""
        by = self.actor(tocsin)
        with tocsin.store.read() as connection:
            asking = StoredDirectory(connection).person(by)
        if asking is None:
            raise Refused(f"Nobody is known as “{by}”, so they cannot ask. Add them first: tocsin people add.")
        may(asking, command)

    def clock(self, connection: sa.Connection) -> tzinfo:
        """The zone of whoever reads; UTC where it is not known."""
        reader = StoredDirectory(connection).person(self.by or whoami.handle())
        return zone(reader.zone) if reader and reader.zone else UTC


def with_session(function: Callable[..., None]) -> Callable[..., None]:
    """The function with the options every command has. What they say reaches it as its first argument, a `Session`."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]

    @functools.wraps(function)
    def command(context: typer.Context, **given: Any) -> None:
        function(session_of(context), **{name: value for name, value in given.items() if name not in _SHARED})

    return _signed(command, own)


def takes_options(group: typer.Typer) -> typer.Typer:
    """A group that takes those options too: `tocsin do --as ada note …` means what `tocsin do note --as ada …` does."""

    def nothing(session: Session) -> None: ...

    group.callback()(with_session(nothing))
    return group


def session_of(context: typer.Context) -> Session:
    """What was said nearest to the command counts."""
    told = {name: _told(context, name) for name in _SHARED}
    for name in ("data", "db", "by"):
        must_be_given(told[name], "--as" if name == "by" else f"--{name}")
    return Session(
        data=None if told["data"] is None else Path(told["data"]),
        db=told["db"],
        as_json=bool(told["as_json"]),
        by=told["by"],
        at=None if told["at"] is None else time(told["at"], "--at"),
    )


def time(text: str, option: str) -> datetime:
    """The instant an option names; a mistake in it is a mistake in the use."""
    try:
        return when(text)
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint=option) from None


def must_be_given(text: str | None, option: str) -> None:
    """An empty option is mostly a variable that a script forgot to set; what it meant is not for us to guess."""
    if text == "":
        raise typer.BadParameter("it is empty; give it a value, or leave it out.", param_hint=option)


def _must_be_an_address(database: str) -> None:
    """One whose file, if it is in one, can be named in full from where we stand."""
    database.encode()
    address = engines.address(database)
    if address.get_backend_name() == "sqlite":
        str(engines.path(address)).encode()


def _told(context: Any, name: str) -> Any:
    """From the command outwards, since groups take the same options."""
    while context is not None:
        value = context.params.get(name)
        if value is not None:
            return value
        context = context.parent
    return None


def _signed(function: Callable[..., None], own: list[inspect.Parameter]) -> Callable[..., None]:
    """Typer reads a signature, and resolves what annotations name; so both say the same."""
    context = inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in _SHARED.items()
    ]
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    parameters = [context, *own, *shared]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function
