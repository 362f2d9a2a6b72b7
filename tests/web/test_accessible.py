"""Every page in a real browser: nothing for axe to find, nothing on the console, nothing to scroll sideways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from tests.web.scene import served_scene
from tocsin.core.ids import Handle
from tocsin.store import sessions
from tocsin.web.pages import ROUTES

PARTS = {
    "number": "2", "seq": "7", "handle": "amara", "slug": "lagoon/prod", "slug:path": "lagoon/prod",
    "token": "nobody-knows-it", "key": "x", "form": "md", "name": "x",
}  # fmt: skip
LEFT_OUT = ("/static", "/report/", "/panels", "/healthz", "/readyz", "/metrics")
"""Files, pieces of pages (the panels are those of the room, for a script to put in their place), and what only
programs read."""
BESIDES = (
    "/incidents/1", "/incidents/1/report", "/incidents/1/reopen", "/incidents/2?show=commands", "/triage/3",
    "/incidents?q=quota", "/incidents?q=zeppelin", "/incidents?show=owed", "/people?knows=dask", "/people/noa",
    "/people/helena", "/nowhere", "/asked/lagoon0asks", "/desk?community=lagoon",
)  # fmt: skip
"""The same pages about what is over, what was found and what is missing."""
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


SLUGS = {"groups": "triagers", "communities": "lagoon", "ask": "lagoon"}


def _paths() -> list[str]:
    """An address of every page, about things that are there."""
    pages = (route.path for route in ROUTES if route.method == "GET")
    return [*(_filled(path) for path in pages if not any(part in path for part in LEFT_OUT)), *BESIDES]


def _filled(path: str) -> str:
    slug = next((slug for place, slug in SLUGS.items() if f"/{place}/" in path), PARTS["slug"])
    parts = {**PARTS, "slug": slug, "slug:path": slug}
    return re.sub(r"\{([^}]+)\}", lambda found: parts[found[1]], path)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the scene is served, and a token of its administrator."""
    with served_scene(Path(tmp_path_factory.mktemp("scene"))) as (site, at):
        token = site.tocsin.store.run(lambda c: sessions.begin(c, Handle("rita"), site.clock()))
        yield at, token


def _context(chromium: Browser, at: str, token: str, size: str, scheme: Literal["light", "dark"]) -> BrowserContext:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    if token:
        context.add_cookies([{"name": "tocsin-session", "value": token, "url": at}])
    return context


def _heard(said: list[str], message: ConsoleMessage) -> None:
    said.append(message.text)


@pytest.mark.parametrize("path", _paths())
def test_a_page_is_for_everybody_on_every_screen(path: str, chromium: Browser, address: tuple[str, str]) -> None:
    at, token = address
    token = "" if path.startswith(("/sign-in", "/first", "/welcome", "/reset")) else token
    for size in SIZES:
        for scheme in SCHEMES:
            context = _context(chromium, at, token, size, scheme)
            page = context.new_page()
            said: list[str] = []
            page.on("console", partial(_heard, said))
            answer = page.goto(at + path)
            assert answer is not None
            found = Axe().run(page, options=RULES).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"][:160]) for each in found] == []
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{size}: {wide} px too wide"
            assert answer.status >= 400 or said == []
            context.close()
