"""`tocsin people invite|link|deactivate|reactivate`: who signs in on the pages."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import give, give_json, tell
from tocsin.core.commands import LetIn
from tocsin.core.moments import rfc3339
from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import accounts
from tocsin.store.people import StoredDirectory
from tocsin.store.sessions import key_of
from tocsin.web.accounts import became
from tocsin.web.welcome import link_to

Whom = Annotated[str, typer.Argument(metavar="PERSON", help="by handle, name or address")]


def invite(session: Session, person: Whom) -> None:
    """Make a link with which somebody chooses a password and signs in: it works once, for seven days."""
    _let_in(session, person, "invite")


def link(session: Session, person: Whom) -> None:
    """Make a link for somebody who has forgotten their password: it works once, for a day."""
    _let_in(session, person, "reset")


def deactivate(session: Session, person: Whom) -> None:
    """Say that somebody has left: they are signed out at once, and nobody can ask them for anything."""
    _set_active(session, person, active=False)


def reactivate(session: Session, person: Whom) -> None:
    """Say that somebody is back; to sign in they need a new invitation."""
    _set_active(session, person, active=True)


def _let_in(session: Session, person: str, kind: Literal["invite", "reset"]) -> None:
    token = accounts.new_token()
    with session.tocsin() as tocsin:
        found = _known(tocsin, person)
        session.do(tocsin, LetIn(person=found.handle, kind=kind, key=key_of(token)))
        config, ends = bootstrap.web(session.settings), tocsin.wall_clock() + accounts.LASTS[kind]
    address = link_to(config, kind, token)
    if session.as_json:
        give_json({"person": found.handle, "link": address, "ends": rfc3339(ends)})
        return
    tell(f"Hand this link to {found.name}, and to nobody else. It works once, until {ends:%Y-%m-%d %H:%M} UTC.")
    if not config.address:
        tell("It leads to this machine. Set web.address in tocsin.toml to have it lead to where people reach Tocsin.")
    give(address)


def _set_active(session: Session, person: str, *, active: bool) -> None:
    with session.tocsin() as tocsin:
        found = _known(tocsin, person)
        session.do(tocsin, became(found, active=active))
    tell(f"{found.name} is back." if active else f"{found.name} has left, and is signed out everywhere.")
    if session.as_json:
        give_json({"person": found.handle, "active": active})
    else:
        give(found.handle)


def _known(tocsin: Tocsin, person: str) -> Person:
    with tocsin.store.read() as connection:
        found = StoredDirectory(connection).person(person)
    if found is None:
        raise Refused(f"Nobody is known as “{person}”. See who is: tocsin people list.")
    return found
