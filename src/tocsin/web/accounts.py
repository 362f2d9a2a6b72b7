"""How somebody signs in, as they and administrators see to it: password, sessions, invitation, leaving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import accounts, sessions
from tocsin.store.accounts import LASTS
from tocsin.store.people import StoredDirectory
from tocsin.store.sessions import Session
from tocsin.web import passwords
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.config import Config
from tocsin.web.forms import Wrong
from tocsin.web.login import browser, session_cookie, sign_out, too_many
from tocsin.web.routes import post
from tocsin.web.welcome import link_to


@dataclass(frozen=True, kw_only=True)
class Account:
    """What stands on somebody's page about signing in; `login/account.html` shows it."""

    person: Person
    mine: bool
    administers: bool
    """Whoever reads may let this person in, and have them leave."""
    password: bool
    invited: datetime | None
    """Until when an invitation works that nobody has used yet."""
    sessions: list[Session]
    """The one that reads comes first, then the one used last."""


def account(asked: Asked, person: Person) -> Account | None:
    """How somebody signs in, for themselves and for administrators; None for everybody else, and for programs."""
    mine, administers = person.handle == asked.me.handle, asked.me.part == "administrator"
    if person.kind == "bot" or not (mine or administers):
        return None
    this = asked.session.key if asked.session else ""
    with asked.read() as connection:
        return Account(
            person=person,
            mine=mine,
            administers=administers,
            password=bool(accounts.of_person(connection, person.handle)),
            invited=accounts.invited(connection, person.handle, asked.wall),
            sessions=sorted(
                sessions.of_person(connection, person.handle, asked.wall), key=lambda each: each.key != this
            ),
        )


def first_run_link(tocsin: Tocsin, config: Config, now: datetime) -> str | None:
    """A link that makes the first administrator, for whoever starts the server; the one before works no more.

    None once some administrator has a password.
    """
    token = accounts.new_token()

    def work(connection: sa.Connection) -> bool:
        ready = accounts.set_up(connection)
        if ready:
            accounts.forget_first(connection)
        else:
            accounts.keep_link(connection, sessions.key_of(token), "first", None, now)
        return ready

    return None if tocsin.store.run(work) else link_to(config, "first", token)


# ── what a person does about their own ──


def change_password(asked: Asked) -> Answer:
    """Every other session ends, and this one goes on as a new one."""
    me = _own(asked)
    wait = asked.site.tries.begin(asked.client, me.handle, asked.wall)
    if wait is not None:
        return too_many(asked, wait, again(asked))
    with asked.read() as connection:
        kept = accounts.of_person(connection, me.handle)
    if not passwords.matches(kept, asked.form.text("current")):
        raise Wrong(current="That is not your password.")
    asked.site.tries.right(asked.client, me.handle)
    new = asked.form.text("new")
    if trouble := passwords.trouble(new, me, asked.site.config.team):
        raise Wrong(new=trouble)
    keep = asked.session is not None and asked.session.ends - asked.session.begun > sessions.SHORT
    token = _changed(asked, kept, passwords.hashed(new), keep=keep)
    said = "Your password is changed. You are signed out everywhere else."
    return SentOn(to=_page(me), said=said, cookies=(session_cookie(token, keep=keep),))


def _changed(asked: Asked, kept: str, hashed: str, *, keep: bool) -> str:
    me = asked.me.handle

    def work(connection: sa.Connection) -> str:
        if accounts.of_person(connection, me) != kept:
            raise Refused("Your password has been changed meanwhile. Sign in with the new one.")
        accounts.set_password(connection, me, hashed, asked.wall)
        return sessions.begin(connection, me, asked.wall, browser=browser(asked), keep=keep)

    return asked.tocsin.store.run(work)


def end_sessions(asked: Asked) -> Answer:
    """One of one's own, or all others; an administrator ends all of somebody else's."""
    person, mine = _person(asked), asked.session.key if asked.session else ""
    key = asked.form.line("session")
    if person.handle != asked.me.handle:
        if asked.me.part != "administrator":
            raise NotThere
        return _ended(asked, person, lambda c: sessions.end_all(c, person.handle), f"{person.name} is signed out.")
    if not key:
        return _ended(
            asked, person, lambda c: sessions.end_all(c, person.handle, but=mine), "You are signed out everywhere else."
        )
    if key == mine:
        return sign_out(asked)
    return _ended(asked, person, lambda c: sessions.end_one(c, person.handle, key), "That browser is signed out.")


def _ended(asked: Asked, person: Person, work: sessions.Ending, said: str) -> Answer:
    asked.tocsin.store.run(work)
    return SentOn(to=_page(person), said=said)


# ── what administrators do ──


def invite(asked: Asked) -> Answer:
    """A link to hand over, shown this once: an invitation, or a new password for who has one already."""
    person = _person(asked)
    with asked.read() as connection:
        kind: Literal["invite", "reset"] = "reset" if accounts.of_person(connection, person.handle) else "invite"
    token = accounts.new_token()
    command = c.LetIn(person=person.handle, kind=kind, key=sessions.key_of(token))
    asked.tocsin.do(command, by=asked.me.handle)  # asked for again, a new link takes the place of the one before
    given = {"person": person, "kind": kind, "link": link_to(asked.site.config, kind, token)}
    return Shown(template="login/handed.html", given={**given, "ends": asked.wall + LASTS[kind]})


def deactivate(asked: Asked) -> Answer:
    """They are signed out at once, and cannot sign in any more; what they did stays theirs."""
    person = _person(asked)
    asked.do(became(person, active=False))
    return SentOn(to=_page(person), said=f"{person.name} has left, and is signed out. What they did stays theirs.")


def reactivate(asked: Asked) -> Answer:
    person = _person(asked)
    asked.do(became(person, active=True))
    return SentOn(to=_page(person), said=f"{person.name} is back. Invite them, so that they can sign in again.")


def became(person: Person, *, active: bool) -> c.ChangeDirectory:
    """That somebody leaves or is back, and nothing else: refused where they were changed since they were read."""
    to = c.UpdateDirectory(people=(replace(person, active=active),))
    return c.ChangeDirectory(to=to, seen=c.UpdateDirectory(people=(person,)))


def again(asked: Asked) -> Answer:
    """Where these forms come back, with what is wrong."""
    person = _person(asked)
    found = account(asked, person)
    if found is None:
        raise NotThere
    return Shown(template="login/person.html", given={"person": person, "account": found})


def _own(asked: Asked) -> Person:
    person = _person(asked)
    if person.handle != asked.me.handle:
        raise NotThere
    return person


def _person(asked: Asked) -> Person:
    handle = asked.parts["handle"]
    with asked.read() as connection:
        found = StoredDirectory(connection).person(handle)
    if found is None or found.handle != handle:
        raise NotThere
    return found


def _page(person: Person) -> str:
    return f"/people/{person.handle}"


ROUTES = (
    post("/people/{handle}/password", change_password, "signed-in", again=again),
    post("/people/{handle}/sessions/end", end_sessions, "signed-in", again=again),
    post("/people/{handle}/invite", invite, "administrator", again=again),
    post("/people/{handle}/deactivate", deactivate, "administrator", again=again),
    post("/people/{handle}/reactivate", reactivate, "administrator", again=again),
)
