"""What tests of pages may ask for: a house on each kind of database, and one on SQLite for what no database changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.house import House, house


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
