"""Signing in with a password, signing out, and what to do where neither helps."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.store import accounts, sessions
from tocsin.store.accounts import Account
from tocsin.web import passwords
from tocsin.web.answers import Answer, Cookie, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.browsers import in_words
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post
from tocsin.web.showing import lapse
from tocsin.web.tries import Busy

WRONG = "Nobody signs in with that name and that password. Look at both again."
"""For whoever is not known, has another password, or has left: nobody learns which."""
BUSY_FOR = timedelta(seconds=2)


def sign_in_page(asked: Asked) -> Answer:
    """The form; whoever is signed in already is where they wanted to be."""
    to = ours((asked.form or asked.query).text("to"))
    if asked.signed_in and not asked.form:
        return SentOn(to=to or home(asked.signed_in))
    with asked.read() as connection:
        ready = accounts.set_up(connection)
    given = {"to": to, "left": "left" in asked.query, "ready": ready}
    return Shown(template="login/sign-in.html", given=given)


def sign_in(asked: Asked) -> Answer:
    who, password = asked.form.line("who"), asked.form.text("password")
    if not who or not password:
        raise Wrong(**_missing(who, password))
    try:
        with asked.site.tries.under_way(asked.client):
            wait = asked.site.tries.begin(asked.client, who, asked.wall)
            found = _fitting(asked, who, password) if wait is None else None
    except Busy as no:
        asked.errors = {"": str(no)}
        return _later(sign_in_page(asked), BUSY_FOR)
    if wait is not None:
        return too_many(asked, wait, sign_in_page(asked))
    if found is None:
        raise Refused(WRONG)
    asked.site.tries.right(asked.client, who)
    keep = asked.form.ticked("keep")
    token = _begun(asked, found, password, keep=keep)
    to = ours(asked.form.text("to")) or home(found.person)
    return SentOn(to=to, cookies=(session_cookie(token, keep=keep),))


def _fitting(asked: Asked, who: str, password: str) -> Account | None:
    """Whose name and password these are; the same is done where it is nobody."""
    with asked.read() as connection:
        found = accounts.account(connection, who)
    return found if passwords.matches(found.hash if found else "", password) else None


def _missing(who: str, password: str) -> dict[str, str]:
    told = {} if who else {"who": "Give your email, or how you are called here."}
    return told if password else {**told, "password": "Give your password."}


def _begun(asked: Asked, found: Account, password: str, *, keep: bool) -> str:
    """A new session, never one that was there before; the password is hashed anew where we hash otherwise today."""
    person = found.person.handle
    fresh = passwords.hashed(password) if passwords.outdated(found.hash) else ""

    def work(c: sa.Connection) -> str:
        if accounts.account(c, person) != found:  # left, or has another password, since we looked
            raise Refused(WRONG)
        if fresh:
            accounts.rehash(c, person, found.hash, fresh)
        if asked.session:
            sessions.end(c, asked.session.key)
        sessions.sweep(c, asked.wall)
        return sessions.begin(c, person, asked.wall, browser=browser(asked), keep=keep)

    return asked.tocsin.store.run(work)


def sign_out(asked: Asked) -> Answer:
    """The session is over at once, in this browser and in what it left open."""
    session = asked.session
    if session is not None:
        asked.tocsin.store.run(lambda c: sessions.end(c, session.key))
    return SentOn(to="/sign-in?left=1", cookies=(Cookie(name="session", value=""),), forget=True)


def ask_page(asked: Asked) -> Answer:
    """Who can help somebody that has no password, or has forgotten it."""
    return Shown(template="login/ask.html", given={"line": ""})


def ask(asked: Asked) -> Answer:
    """What to hand to whoever can help; the same for everybody, so that nobody learns who is known here."""
    who = asked.form.line("who")
    if not who:
        raise Wrong(who="Give your email, or how you are called here.")
    return Shown(template="login/ask.html", given={"line": f"tocsin people link {shlex.quote(who)}"})


# ── what other pages of this kind need ──


def session_cookie(token: str, *, keep: bool) -> Cookie:
    """What keeps somebody signed in; without `keep`, until the browser is closed."""
    return Cookie(name="session", value=token, lasts=int(sessions.LONG.total_seconds()) if keep else None)


def browser(asked: Asked) -> str:
    return in_words(asked.headers.get("user-agent", ""))


def home(person: Person) -> str:
    """Where somebody begins."""
    return "/" if person.kind == "team" else "/desk"


def ours(to: str) -> str:
    """An address of ours, as a path; empty where it leads anywhere else, however a browser may read it."""
    if not to.startswith("/") or to.startswith("//") or not to.isprintable() or set(to) & {"\\", " "}:
        return ""
    return to


def too_many(asked: Asked, wait: timedelta, page: Answer) -> Answer:
    """The page once more, with when to try again."""
    sentence = f"That was wrong too often from where you are. Try again in {lapse(wait)}, or ask for a one-time link."
    asked.errors = {"": sentence}
    return _later(page, wait)


def _later(page: Answer, wait: timedelta) -> Answer:
    if not isinstance(page, Shown):
        return page
    return replace(page, status=429, headers={"Retry-After": str(int(wait.total_seconds()) + 1)})


ROUTES = (
    get("/sign-in", sign_in_page, "anyone"),
    post("/sign-in", sign_in, "anyone", again=sign_in_page),
    post("/sign-out", sign_out, "anyone"),
    get("/reset", ask_page, "anyone"),
    post("/reset", ask, "anyone", again=ask_page),
)
