"""What a command with a source was answered, where no log holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tocsin.store import tables as t


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Which command it was, and its answer as plain data."""

    command: str
    answer: dict[str, Any]


def find(c: sa.Connection, source: str) -> Receipt | None:
    found = c.execute(sa.select(t.receipts).where(t.receipts.c.source == source)).first()
    return None if found is None else Receipt(command=found.command, answer=found.answer)


def begin(c: sa.Connection, source: str, command: str) -> None:
    """Nobody else can answer this source until the transaction ends; whoever tries waits, and then finds ours."""
    c.execute(t.receipts.insert(), {"source": source, "command": command, "answer": {}})


def keep(c: sa.Connection, source: str, answer: dict[str, Any]) -> None:
    """The answer of what was begun."""
    c.execute(t.receipts.update().where(t.receipts.c.source == source), {"answer": answer})
