"""`tocsin people find`: who knows what, where they are in their day, and an ask put to them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tocsin.cli.choosing import the_incident
from tocsin.cli.given import read_text
from tocsin.cli.numbers import numbered
from tocsin.cli.present import as_data, expertise_of, local_time, moment, work
from tocsin.cli.seeing_to import see_to
from tocsin.cli.session import Session
from tocsin.cli.speaking import give, give_json, give_rows, tell
from tocsin.core.commands import Delegate
from tocsin.core.ids import Handle
from tocsin.core.presence import Presence, experts
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.language.verbs import VERBS
from tocsin.store.people import StoredDirectory, everybody


def find(
    session: Session,
    area: Annotated[str, typer.Argument(metavar="AREA", help="what they know well: dask")],
    ask: Annotated[
        str | None,
        typer.Option(
            "--ask",
            metavar="TEXT",
            help="what the first of them at work should do: put it to them; - reads standard input",
        ),
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="PERSON", help="ask them instead, at work or not")] = None,
    incident: Annotated[
        str | None,
        typer.Option("--incident", metavar="N", help="which incident; without it, the only one that is open"),
    ] = None,
) -> None:
    """Find people by what they know well: whoever is at work first, then whoever is back next. Ask one of them."""
    if ask is None:
        _must_ask(to, incident)
        _list_experts(session, area)
        return
    number, what = None if incident is None else numbered(incident, "--incident"), read_text(ask)
    with session.tocsin() as tocsin:
        whom = to or _first(_experts(session, tocsin, area), area, _asking(session, tocsin)).person.handle
        number = number or the_incident(tocsin, next(verb for verb in VERBS if verb.command is Delegate))
        answer = session.do(tocsin, Delegate(incident=number, what=what, to=whom))
        if session.as_json:
            give_json(asdict(answer))
        else:
            tell(f"{_called(tocsin, whom)} is asked: incident {number}, line {answer.lines[0]}.")
            give(answer.lines[0])
        see_to(session, tocsin, answer)


def _must_ask(to: str | None, incident: str | None) -> None:
    for name, told in (("--to", to), ("--incident", incident)):
        if told is not None:
            raise typer.BadParameter("say what to ask, too: --ask TEXT.", param_hint=name)


def _list_experts(session: Session, area: str) -> None:
    with session.tocsin() as tocsin:
        found = _experts(session, tocsin, area)
    if session.as_json:
        give_json([as_data(each) for each in found])
        return
    give_rows(
        ("handle", "name", "zone", "their time", "at work", "expertise"),
        [
            (each.person.handle, each.person.name, each.zone, local_time(each), work(each), expertise_of(each))
            for each in found
        ],
    )


def _experts(session: Session, tocsin: Tocsin, area: str) -> list[Presence]:
    with tocsin.store.read() as connection:
        return experts(everybody(connection), area, tocsin.playbook, *moment(session, tocsin, connection))


def _first(found: list[Presence], area: str, asking: Handle | None) -> Presence:
    """Nobody asks themselves; nobody who sleeps is asked unless by name."""
    others = [each for each in found if each.person.handle != asking]
    if not others:
        raise Refused(f"Nobody but you knows {area}. Ask somebody else by name: --to PERSON.")
    if not others[0].at_work:
        first = others[0].person
        raise Refused(
            f"Nobody else who knows {area} is at work. First is {first.name}: {work(others[0])}. "
            f"Ask them all the same: --to {first.handle}."
        )
    return others[0]


def _asking(session: Session, tocsin: Tocsin) -> Handle | None:
    by = session.actor(tocsin)
    with tocsin.store.read() as connection:
        found = StoredDirectory(connection).person(by)
    return found.handle if found else None


def _called(tocsin: Tocsin, reference: str) -> str:
    """The name of a person or a group."""
    with tocsin.store.read() as connection:
        known = StoredDirectory(connection)
        found = known.person(reference) or known.group(reference)
    return found.name if found else reference
