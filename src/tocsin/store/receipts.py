"""What a command with a source was answered, where no log holds it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tocsin.store import tables as t


def find(c: sa.Connection, source: str) -> dict[str, Any] | None:
    answer: dict[str, Any] | None = c.scalar(sa.select(t.receipts.c.answer).where(t.receipts.c.source == source))
    return answer


def begin(c: sa.Connection, source: str) -> None:
    """Nobody else can answer this source until the transaction ends; whoever tries waits, and then finds ours."""
    c.execute(t.receipts.insert(), {"source": source, "answer": {}})


def keep(c: sa.Connection, source: str, answer: dict[str, Any]) -> None:
    """The answer of what was begun."""
    c.execute(t.receipts.update().where(t.receipts.c.source == source), {"answer": answer})
