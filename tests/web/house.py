"""A team's Tocsin with its pages, and browsers without a screen: one for each of those who may sign in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import httpx2 as httpx
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from tests.core.world import ADA, CHARLIE, HUB, TORONTO
from tests.engine.office import Clock, office
from tocsin import settings
from tocsin.core import commands as c
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN, Person
from tocsin.engine.door import Tocsin
from tocsin.store import sessions
from tocsin.store.people import StoredDirectory
from tocsin.web.app import application
from tocsin.web.asked import Asked
from tocsin.web.config import Config
from tocsin.web.live import Live
from tocsin.web.site import Site

ROOT = Person(handle=Handle("root"), name="Rita Root", email="rita@example.org", administrator=True)
OLA = Person(handle=Handle("ola"), name="Ola Observer", email="ola@example.org", observer=True)
GONE = Person(handle=Handle("gone"), name="Gus Gone", email="gus@example.org", active=False)
"""Besides the people of the core's world: an administrator, somebody who looks on, somebody who has left."""
PEOPLE = {"administrator": "root", "responder": "ada", "observer": "ola", "representative": "charlie"}
"""Who stands for each part in tests of rights."""


@dataclass(kw_only=True)
class House:
    """Tocsin and its pages."""

    tocsin: Tocsin
    clock: Clock
    site: Site
    app: ASGIApp
    stack: ExitStack = field(default_factory=ExitStack)

    def person(self, handle: str) -> Person:
        """Somebody, as the directory has them."""
        with self.tocsin.store.read() as connection:
            found = StoredDirectory(connection).person(handle)
        assert found is not None
        return found

    def browser(self, handle: str = "") -> Browser:
        """A browser, signed in as somebody or as nobody."""
        client = self.stack.enter_context(
            TestClient(self.app, base_url="http://localhost", follow_redirects=False, raise_server_exceptions=True)
        )
        if handle:
            token = self.tocsin.store.run(lambda c: sessions.begin(c, Handle(handle), self.clock(), browser="test"))
            client.cookies.set(self.site.config.cookie("session"), token)
        return Browser(client=client)

    def proof(self, browser: Browser) -> str:
        """What a form of ours has to bring along, from that browser; one of nobody's has seen a page before."""
        names = [self.site.config.cookie(each) for each in ("session", "form")]
        if not any(browser.client.cookies.get(name) for name in names):
            browser.get("/sign-in")
        secret = next(filter(None, map(browser.client.cookies.get, names)))
        return Asked(site=self.site, now=self.clock(), method="GET", path="/", secret=secret).csrf


@dataclass(kw_only=True)
class Browser:
    """Asks for pages, and sends the forms that stand on them."""

    client: TestClient
    last: httpx.Response | None = None

    def get(self, path: str, **more: Any) -> Page:
        return Page(self.client.get(path, **more))

    def send(self, page: str, action: str = "", /, **fields: object) -> Page:
        """Fill in the form on a page that goes to `action` (to the page itself, if none is given), and send it.

        What the form holds already is sent along, as a browser does.
        """
        shown = self.get(page)
        return self.post(action or page, {**shown.hidden(action or page), **fields})

    def post(self, action: str, fields: dict[str, Any], **more: Any) -> Page:
        return Page(self.client.post(action, data=fields, **more))

    def follow(self, page: Page) -> Page:
        """Where an answer sends us."""
        assert page.status == 303, page.text[:500]
        return self.get(page.response.headers["location"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


@dataclass(frozen=True)
class Page:
    """What came back."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.text

    @property
    def words(self) -> str:
        """What a reader sees, without markup, with single spaces."""
        bare = re.sub(r"<(script|style|title)\b.*?</\1>|<[^>]+>", " ", self.text, flags=re.S)
        return re.sub(r"\s+", " ", _unescaped(bare)).strip()

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that goes to `action`."""
        for form in re.findall(r"<form\b.*?</form>", self.text, flags=re.S):
            to = re.search(r'<form[^>]*\baction="([^"]*)"', form)
            if to and _unescaped(to[1]).partition("#")[0] == action:
                found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
                return {name: _unescaped(value) for name, value in found}
        raise AssertionError(f"No form on this page goes to {action}: {re.findall('action=.([^ >]*).', self.text)}")


def _unescaped(text: str) -> str:
    for coded, plain in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(coded, plain)
    return text


@contextmanager
def house(url: str, folder: Path, config: Config | None = None) -> Iterator[House]:
    """On a new database. Ada only responds here, as Bob and Dana do; Charlie, of a community, may sign in too."""
    clock = Clock()
    with office(url, clock) as tocsin, ExitStack() as stack:
        charlie = replace(CHARLIE, email="charlie@toronto.example")
        people = (ROOT, OLA, GONE, replace(ADA, administrator=False), charlie)
        tocsin.do(c.UpdateDirectory(people=people, services=(HUB,), communities=(TORONTO,)), by=TOCSIN)
        told = settings.load(folder, url, {})
        site = Site(tocsin=tocsin, settings=told, config=config or Config(), clock=clock, live=Live())
        yield House(tocsin=tocsin, clock=clock, site=site, app=application(site), stack=stack)
