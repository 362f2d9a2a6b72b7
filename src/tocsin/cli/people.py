"""`tocsin people` and `tocsin directory`: who and what Tocsin knows."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Literal

import typer

from tocsin.cli.given import read_bytes
from tocsin.cli.session import Session, takes_options, with_session
from tocsin.cli.speaking import give, give_json, give_rows, tell
from tocsin.core.commands import UpdateDirectory
from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.language.directory import KINDS, read_directory
from tocsin.store.people import StoredDirectory, everybody

people = takes_options(typer.Typer())
directory = takes_options(typer.Typer())


@people.command("add")
@with_session
def add(
    session: Session,
    handle: Annotated[str, typer.Argument(metavar="HANDLE", help="how they are called here: ada")],
    name: Annotated[str | None, typer.Option("--name", help="their name; without it, the handle")] = None,
    email: Annotated[str | None, typer.Option("--email", help="their address")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="their time zone: Europe/London")] = None,
    expertise: Annotated[
        list[str] | None, typer.Option("--expertise", help="what they know well; once for each")
    ] = None,
    kind: Annotated[
        Literal["team", "community", "bot"] | None, typer.Option("--kind", help="of the team, if nobody says otherwise")
    ] = None,
    administrator: Annotated[
        bool | None,
        typer.Option("--administrator/--no-administrator", metavar="", help="they may change the directory"),
    ] = None,
) -> None:
    """Add a person, or bring one up to date. What you leave out stays."""
    told = {
        "name": name, "email": email, "zone": zone, "expertise": None if expertise is None else tuple(expertise),
        "kind": kind, "administrator": administrator,
    }  # fmt: skip
    with session.tocsin() as tocsin:
        known = _known(tocsin, handle)
        before = known or Person(handle=Handle(handle), name=handle)
        person = replace(before, **{key: value for key, value in told.items() if value is not None})  # type: ignore[arg-type]
        session.do(tocsin, UpdateDirectory(people=(person,)))
    if session.as_json:
        give_json(asdict(person))
        return
    tell(f"{person.name} is {'brought up to date' if known else 'added'}.")
    give(person.handle)


@people.command("list")
@with_session
def list_people(session: Session) -> None:
    """List everyone in the directory."""
    with session.reading() as connection:
        found = everybody(connection)
    if session.as_json:
        give_json([asdict(person) for person in found])
        return
    give_rows(
        ("handle", "name", "kind", "email", "zone", "expertise", "administrator"),
        [
            (
                person.handle,
                person.name,
                person.kind,
                person.email,
                person.zone,
                ", ".join(person.expertise),
                "administrator" if person.administrator else "",
            )
            for person in found
        ],
    )


@directory.command("import")
@with_session
def import_file(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE.yaml", help="the directory file; - reads standard input")],
) -> None:
    """Add people, groups, services and communities from a file, or bring them up to date: all of it, or nothing."""
    name = "standard input" if file == "-" else file
    command = read_directory(read_bytes(file), name)
    with session.tocsin() as tocsin:
        try:
            session.do(tocsin, command)
        except Refused as refusal:
            raise Refused(f"{name}: {refusal}") from None
    counts = {kind: len(getattr(command, kind)) for kind in KINDS}
    if session.as_json:
        give_json(counts)
    tell("The directory is up to date: " + ", ".join(map(_counted, counts.items())) + ".")


_ONE = {"people": "person", "groups": "group", "services": "service", "communities": "community"}


def _counted(counted: tuple[str, int]) -> str:
    kind, count = counted
    return f"{count} {_ONE[kind] if count == 1 else kind}"


def _known(tocsin: Tocsin, handle: str) -> Person | None:
    with tocsin.store.read() as connection:
        found = StoredDirectory(connection).person(handle)
    return found if found and found.handle == handle else None
