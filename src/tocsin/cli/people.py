"""`tocsin people` and `tocsin directory`: who and what Tocsin knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal, TypeVar

import typer

from tocsin.cli import letting_in
from tocsin.cli.finding import find
from tocsin.cli.given import read_bytes
from tocsin.cli.present import as_data, expertise_of, local_time, person_as_data, seen, work
from tocsin.cli.session import Session, takes_options, with_session
from tocsin.cli.speaking import give, give_facts, give_json, give_rows, tell
from tocsin.core.commands import UpdateDirectory
from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.core.presence import Presence
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.language.calendars import hours_as_text, leave_as_text, read_hours, read_leave
from tocsin.language.directory import KINDS, read_directory
from tocsin.store.people import StoredDirectory, everybody

people = takes_options(typer.Typer())
directory = takes_options(typer.Typer())
T = TypeVar("T")


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
    hours: Annotated[
        list[str] | None,
        typer.Option(
            "--hours", help="when they work: 'mon-fri 09:00-17:00', once for each; usual: as the playbook has it"
        ),
    ] = None,
    leave: Annotated[
        list[str] | None,
        typer.Option(
            "--leave", help="when they do not: 2026-12-24..2027-01-02, or a day; once for each; none: no leave"
        ),
    ] = None,
    administrator: Annotated[
        bool | None,
        typer.Option("--administrator/--no-administrator", metavar="", help="they may change the directory"),
    ] = None,
    observer: Annotated[
        bool | None,
        typer.Option("--observer/--no-observer", metavar="", help="they are of the team, and only look on"),
    ] = None,
    accounts: Annotated[
        list[str] | None,
        typer.Option("--account", help="who they are elsewhere, as PLACE:NAME: github:ada; once for each"),
    ] = None,
) -> None:
    """Add a person, or bring one up to date. What you leave out stays."""
    weeks = _read(hours, "--hours", "usual", read_hours)
    told = {
        "name": name, "email": email, "zone": zone, "expertise": None if expertise is None else tuple(expertise),
        "kind": kind, "administrator": administrator, "leave": _read(leave, "--leave", "none", read_leave),
        "hours": None if weeks is None else sum(weeks, ()),
        "observer": observer, "accounts": None if accounts is None else tuple(filter(None, accounts)),
    }  # fmt: skip
    with session.tocsin() as tocsin:
        session.actor(tocsin)  # whoever describes themselves first is an administrator before they do, and stays one
        known = _known(tocsin, handle)
        before = known or Person(handle=Handle(handle), name=handle)
        person = replace(before, **{key: value for key, value in told.items() if value is not None})  # type: ignore[arg-type]
        session.do(tocsin, UpdateDirectory(people=(person,)))
    if session.as_json:
        give_json(person_as_data(person))
        return
    tell(f"{person.name} is {'brought up to date' if known else 'added'}.")
    give(person.handle)


@people.command("list")
@with_session
def list_people(session: Session) -> None:
    """List everyone in the directory: their own clock, and until when they are at work, or when they are back."""
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        found = seen(everybody(connection), session, tocsin, connection)
    if session.as_json:
        give_json([as_data(each) for each in found])
        return
    give_rows(
        ("handle", "name", "kind", "email", "zone", "expertise", "administrator", "their time", "at work"),
        [
            (
                each.person.handle,
                each.person.name,
                each.person.kind,
                each.person.email,
                each.person.zone,
                expertise_of(each),
                "administrator" if each.person.administrator else "",
                local_time(each),
                work(each),
            )
            for each in found
        ],
    )


@people.command("show")
@with_session
def show(
    session: Session,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="by handle, name or address")],
) -> None:
    """Show one person: their clock, their hours, what they know well."""
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        known = StoredDirectory(connection).person(person)
        if known is None:
            raise Refused(f"Nobody is known as “{person}”. See who is: tocsin people list.")
        (found,) = seen([known], session, tocsin, connection)
    if session.as_json:
        give_json(as_data(found))
        return
    give_facts([fact for fact in _facts(found) if fact[1]])


people.command("find")(with_session(find))
people.command("invite")(with_session(letting_in.invite))
people.command("link")(with_session(letting_in.link))
people.command("deactivate")(with_session(letting_in.deactivate))
people.command("reactivate")(with_session(letting_in.reactivate))


def _facts(found: Presence) -> list[tuple[str, str]]:
    person = found.person
    return [
        ("handle", person.handle),
        ("name", person.name),
        ("kind", person.kind),
        ("email", person.email),
        ("zone", person.zone),
        ("their time", local_time(found)),
        ("at work", work(found)),
        ("hours", "; ".join(hours_as_text(person.hours))),
        ("leave", ", ".join(map(leave_as_text, person.leave))),
        ("expertise", expertise_of(found)),
        ("accounts", ", ".join(person.accounts)),
        ("administrator", "administrator" if person.administrator else ""),
        ("observer", "looks on" if person.observer else ""),
        ("active", "" if person.active else "has left"),
    ]


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


def _read(typed: list[str] | None, option: str, empty: str, read: Callable[[str], T]) -> tuple[T, ...] | None:
    """What was typed, each read; the one word that empties it stands alone. A mistake names its option."""
    if typed is None or typed == [empty]:
        return None if typed is None else ()
    try:
        return tuple(read(text) for text in typed)
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint=option) from None
