"""Browsers that sign in with a password, from wherever they are."""

from __future__ import annotations

from starlette.testclient import TestClient

from tests.engine.office import dump
from tests.web.house import Browser, House, Page
from tocsin.core.ids import Handle
from tocsin.store import accounts, sessions
from tocsin.store.accounts import LinkKind
from tocsin.web import passwords

GOOD = "a quiet harbour at dawn"
OTHER = "nine herons on one leg"


def give_password(home: House, handle: str, password: str = GOOD) -> None:
    """Somebody has a password."""
    hashed = passwords.hashed(password)
    home.tocsin.store.run(lambda c: accounts.set_password(c, Handle(handle), hashed, home.clock()))


def browser_at(home: House, address: str, base: str = "http://localhost") -> Browser:
    """A browser of nobody's, at an IP address."""
    client = TestClient(home.app, base_url=base, follow_redirects=False, client=(address, 50_000))
    return Browser(client=home.stack.enter_context(client))


def sign_in(browser: Browser, who: str, password: str = GOOD, **more: str) -> Page:
    return browser.send("/sign-in", who=who, password=password, **more)


def link(home: House, kind: LinkKind, handle: str | None) -> str:
    """The path of a new one-time link."""
    token = accounts.new_token()
    person = Handle(handle) if handle else None
    home.tocsin.store.run(lambda c: accounts.keep_link(c, sessions.key_of(token), kind, person, home.clock()))
    return {"first": "/first/", "invite": "/welcome/", "reset": "/reset/"}[kind] + token


def token_of(home: House, browser: Browser) -> str:
    return browser.client.cookies.get(home.site.config.cookie("session")) or ""


def signed_in(home: House, browser: Browser) -> bool:
    """Whether a page that is for those who are signed in is shown."""
    with home.tocsin.store.read() as c:
        return sessions.found(c, token_of(home, browser), home.tocsin.wall_clock()) is not None


def kept(home: House) -> str:
    """Everything in every table, as one text."""
    return repr(dump(home.tocsin.store))
