"""Browsers with a screen: a real one, before a real server, signed in as somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser import PATIENCE
from tests.web.hearing import cookie
from tests.web.house import House


@dataclass(kw_only=True)
class Screens:
    """Where a house is served, and the browsers before it."""

    home: House
    address: str
    browser: Browser
    said: list[str] = field(default_factory=list)
    """What the consoles said: nothing, where all is well."""
    contexts: list[BrowserContext] = field(default_factory=list)
    """Those opened here; the browser may have others' open too."""

    def of(self, handle: str, size: tuple[int, int] = (1440, 900)) -> Page:
        """A new tab in a browser of its own that somebody is signed in with."""
        return self.tab(self.context(handle, size))

    def context(self, handle: str, size: tuple[int, int] = (1440, 900)) -> BrowserContext:
        context = self.browser.new_context(base_url=self.address, viewport={"width": size[0], "height": size[1]})
        self.contexts.append(context)
        self.sign_in(context, handle)
        context.set_default_timeout(PATIENCE)
        return context

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def sign_in(self, context: BrowserContext, handle: str) -> None:
        name, _, value = cookie(self.home.site, handle).partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def tab(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", partial(_heard, self.said))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        return page


def _heard(said: list[str], message: ConsoleMessage) -> None:
    if not re.search(r"net::ERR_|status of (401|403|422) ", message.text):  # which is what some tests are about
        said.append(message.text)
