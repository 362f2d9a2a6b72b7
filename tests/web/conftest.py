"""What tests of pages may ask for: a house on each kind of database, and one on SQLite for what no database changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.house import House, house
from tests.web.scene import served
from tests.web.screens import Screens


@pytest.fixture
def home(sqlite_url: str, tmp_path: Path) -> Iterator[House]:
    """On SQLite."""
    with house(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def home_on_both(db_url: str, tmp_path: Path) -> Iterator[House]:
    """On each kind of database, one after the other."""
    with house(db_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def seen(home: House, chromium: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screens]:
    """A house with a server, and browsers with a screen before it; their consoles have to stay silent.

    What stands open looks at nothing by itself here: what it shows, it was told of.
    """
    monkeypatch.setattr("tocsin.web.streams.LOOK", 3600.0)
    with served(home.site) as address:
        opened = Screens(home=home, address=address, browser=chromium)
        yield opened
        opened.close()
    assert opened.said == []
