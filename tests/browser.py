"""A real browser for tests: Debian's chromium, and how long one waits for what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

from tests.needs import program

PATIENCE = 30_000
"""Milliseconds until what does not come to be seen is missed. How fast it comes is measured in benchmarks, not here."""
expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Only one may be begun in a process at a time: whoever wants another context asks this one for it."""
    path = program("chromium", "apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()
