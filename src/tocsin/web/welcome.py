"""What one-time links open: the set-up of a new server, an invitation, a new password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core import slugs
from tocsin.core.ids import Handle
from tocsin.core.moments import zone
from tocsin.core.people import TOCSIN, Person
from tocsin.core.refused import Refused
from tocsin.store import accounts, sessions
from tocsin.store.accounts import Link, LinkKind
from tocsin.store.people import StoredDirectory
from tocsin.web import passwords
from tocsin.web.answers import Answer, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.config import Config
from tocsin.web.forms import Wrong
from tocsin.web.login import browser, home, session_cookie
from tocsin.web.routes import get, post
from tocsin.web.zones import zones

PATHS: dict[LinkKind, str] = {"first": "/first", "invite": "/welcome", "reset": "/reset"}
Update = Callable[[sa.Connection], object]
LOOPBACK = "http://127.0.0.1:8080"
"""Where `tocsin serve` answers if nobody tells it otherwise."""


def link_to(config: Config, kind: LinkKind, token: str) -> str:
    """The address of a one-time link; what a request calls this server never decides it."""
    return f"{(config.address or LOOPBACK).rstrip('/')}{PATHS[kind]}/{token}"


# ── pages ──


def first_page(asked: Asked) -> Answer:
    link = _link(asked, "first")
    return _spent("first") if link is None else _first_shown(asked, link)


def _first_shown(asked: Asked, link: Link) -> Answer:
    chosen = asked.typed("zone", asked.tocsin.playbook.zone)
    given = {"link": link, "zones": zones(asked.now), "chosen": chosen}
    return Shown(template="login/first.html", given=given)


def first(asked: Asked) -> Answer:
    """The first administrator: somebody new, or whom the directory has already."""
    link = _link(asked, "first")
    if link is None:
        return _spent("first")
    person = _first_person(asked)
    update = asked.tocsin.work(c.UpdateDirectory(people=(person,)), by=TOCSIN)
    return _let_in(asked, link, person, update)


def welcome_page(asked: Asked) -> Answer:
    return _choose(asked, "invite")


def welcome(asked: Asked) -> Answer:
    return _chosen(asked, "invite")


def reset_page(asked: Asked) -> Answer:
    return _choose(asked, "reset")


def reset(asked: Asked) -> Answer:
    return _chosen(asked, "reset")


def _choose(asked: Asked, kind: LinkKind) -> Answer:
    link = _link(asked, kind)
    return _spent(kind) if link is None else Shown(template="login/choose.html", given={"link": link})


def _chosen(asked: Asked, kind: LinkKind) -> Answer:
    link = _link(asked, kind)
    if link is None or link.person is None:
        return _spent(kind)
    return _let_in(asked, link, link.person)


def _link(asked: Asked, kind: LinkKind) -> Link | None:
    with asked.read() as connection:
        return accounts.link(connection, asked.parts["token"], kind, asked.wall)


def _spent(kind: LinkKind) -> Shown:
    """The same for a link that was used, is over, or never was."""
    return Shown(template="login/spent.html", given={"kind": kind}, status=404)


def _let_in(asked: Asked, link: Link, person: Person, update: Update | None = None) -> Answer:
    """With a password of their own, in a session of their own; every other one ends, and the link."""
    words = (asked.site.config.team,)
    if trouble := passwords.trouble(asked.form.text("new"), person, *words):
        raise Wrong(new=trouble)
    hashed = passwords.hashed(asked.form.text("new"))

    def work(connection: sa.Connection) -> str:
        if not accounts.use_link(connection, link, asked.wall):
            return ""
        if update is not None:
            update(connection)
            accounts.forget_first(connection)
        accounts.set_password(connection, person.handle, hashed, asked.wall)
        return sessions.begin(connection, person.handle, asked.wall, browser=browser(asked))

    token = asked.tocsin.store.run(work)
    if not token:
        return _spent(link.kind)
    said = f"You are signed in, {person.name}. The link has been used, and works no more."
    return SentOn(to=home(person), said=said, cookies=(session_cookie(token, keep=False),))


def _first_person(asked: Asked) -> Person:
    name, email, place = (asked.form.line(field) for field in ("name", "email", "zone"))
    wrong = {
        **({} if name else {"name": "Say what you are called."}),
        **({} if "@" in email else {"email": "Give your mail address; you sign in with it."}),
        **_zone_trouble(place),
    }
    if wrong:
        raise Wrong(**wrong)
    with asked.read() as connection:
        known = _known(StoredDirectory(connection), email)
    first = replace(known, kind="team", administrator=True, observer=False, active=True)
    return replace(first, name=name, email=email, zone=place)


def _zone_trouble(name: str) -> dict[str, str]:
    try:
        zone(name)
    except Refused as no:
        return {"zone": str(no)}
    return {}


def _known(directory: StoredDirectory, email: str) -> Person:
    """Who has that address; else whoever used the shell by that name, who has none; else somebody new."""
    found = directory.person(email)
    if found is not None:
        return found
    local = email.partition("@")[0]
    handle = slugs.slug(local, keep="._")
    of_shell = directory.person(handle)
    if of_shell and of_shell.handle == handle and not of_shell.email and of_shell.kind == "team":
        return of_shell

    def taken(each: str) -> bool:
        return each == TOCSIN.handle or directory.person(each) is not None

    free = slugs.free_slug(local, "admin", taken, keep="._")
    return Person(handle=Handle(free), name=free)


ROUTES = (
    get("/first/{token}", first_page, "anyone"),
    post("/first/{token}", first, "anyone", again=first_page),
    get("/welcome/{token}", welcome_page, "anyone"),
    post("/welcome/{token}", welcome, "anyone", again=welcome_page),
    get("/reset/{token}", reset_page, "anyone"),
    post("/reset/{token}", reset, "anyone", again=reset_page),
)
