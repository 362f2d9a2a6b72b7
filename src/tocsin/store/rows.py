"""Rows of the tables as plain JSON data and back, by the types of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.core.moments import rfc3339
from tocsin.store.instant import Instant

Row = dict[str, Any]
DEEPEST = 32
"""Nested lists and objects: far more than anything of ours has, and far less than what ends a parser."""


def as_json(table: sa.Table, row: Mapping[str, Any]) -> Row:
    """Times in RFC 3339, in UTC; all else as it is."""
    return {column.name: _said(row[column.name]) for column in table.c}


def from_json(table: sa.Table, said: object) -> Row:
    """The row; a `ValueError` says in a sentence what is wrong with it."""
    if not isinstance(said, dict):
        raise ValueError("its row is no object.")
    for name in said:
        if name not in table.c:
            raise ValueError(f"there is no column “{name}” in {table.name}. A newer Tocsin may know it.")
    return {column.name: _value(column, said.get(column.name)) for column in table.c}


def key(table: sa.Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a row from every other, and orders them."""
    return tuple(row[column.name] for column in table.primary_key)


def ordered(table: sa.Table, rows: sa.Select[Any], dialect: str) -> sa.Select[Any]:
    """The same order on every database: text by its code points, whatever language the server was made for."""
    plain = "C" if dialect == "postgresql" else "BINARY"
    return rows.order_by(
        *(sa.collate(c, plain) if isinstance(c.type, sa.String) else c for c in table.primary_key.columns)
    )


def _said(value: Any) -> Any:
    return rfc3339(value) if isinstance(value, datetime) else value


def _value(column: sa.Column[Any], said: object) -> Any:
    match column.type, said:
        case _, None if column.nullable:
            return None
        case Instant(), str():
            return _instant(column.name, said)
        case sa.JSON(), dict() | list():
            _shallow(said, DEEPEST)
            return said
        case sa.Boolean(), bool():
            return said
        case sa.Integer(), int() if not isinstance(said, bool):
            return said
        case sa.String(), str():
            return said
    raise ValueError(f"its {column.name} is {'missing' if said is None else 'not what it has to be'}.")


def _instant(name: str, said: str) -> datetime:
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None or rfc3339(read) != said:
        raise ValueError(f"its {name} is no time in UTC, as 2026-11-12T01:45:00Z.")
    return read


def _shallow(value: object, room: int) -> None:
    if room == 0:
        raise ValueError("its lists and objects lie too deep.")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _shallow(item, room - 1)
