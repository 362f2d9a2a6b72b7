"""What work costs, in numbers that are the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import sqlalchemy as sa


def calls(work: Callable[[str], object], source: str) -> int:
    """How often anything was called."""
    made, before = count(), sys.getprofile()
    sys.setprofile(lambda _frame, _event, _arg: next(made) and None)
    try:
        work(source)
    finally:
        sys.setprofile(before)
    return next(made)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any database is sent meanwhile."""
    sent: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", heard)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)


@contextmanager
def steps() -> Iterator[list[int]]:
    """How many steps SQLite takes meanwhile with what it is asked, however fast the machine is."""
    made: list[int] = []
    there: dict[int, Any] = {}

    def counted(connection: Any, *_: Any) -> None:
        driver = connection.connection.driver_connection
        there[id(driver)] = driver
        driver.set_progress_handler(lambda: made.append(1), 1)

    sa.event.listen(sa.Engine, "before_cursor_execute", counted)
    try:
        yield made
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", counted)
        for driver in there.values():
            driver.set_progress_handler(None, 1)
