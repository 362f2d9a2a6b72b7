"""Which places each incident touches: kept beside its row, so that those of one place are found without the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from tocsin.core.ids import IncidentNumber
from tocsin.store import tables as t

Kind = Literal["services", "communities"]
KINDS: tuple[Kind, ...] = ("services", "communities")
_p = t.touched.c
_KEPT = sa.select(t.touched).where(_p.incident == sa.bindparam("n"))


def keep(c: sa.Connection, number: IncidentNumber, row: Mapping[str, Any]) -> None:
    """After the row of an incident was written; most commands change nothing here."""
    wanted, kept = _wanted(number, row), _kept(c, number)
    if wanted == kept:
        return
    c.execute(t.touched.delete().where(_p.incident == number))
    if wanted:
        c.execute(t.touched.insert(), wanted)


def mismatches(c: sa.Connection, number: IncidentNumber, row: Mapping[str, Any]) -> Iterator[str]:
    """Where lists by place would find an incident otherwise than its log says, as a sentence."""
    if _wanted(number, row) != _kept(c, number):
        yield f"Incident {number}: the places where lists find it are not those its log names."


def touches(kind: Kind, place: str) -> sa.ColumnElement[bool]:
    """The condition on the rows of incidents that touch a place."""
    of = (_p.incident == t.incidents.c.number, _p.kind == kind, _p.place == place)
    return sa.exists().where(*of).correlate(t.incidents)


def along(rows: sa.Select[Any], kind: Kind, place: str) -> sa.Select[Any]:
    """The rows of incidents, found by one place: order them by what stands in `touched`."""
    return rows.join(t.touched, _p.incident == t.incidents.c.number).where(_p.kind == kind, _p.place == place)


def _wanted(number: IncidentNumber, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return sorted(
        (
            {"incident": number, "kind": kind, "place": place, "begun": row["begun"]}
            for kind in KINDS
            for place in set(row[kind])
        ),
        key=_by_name,
    )


def _kept(c: sa.Connection, number: IncidentNumber) -> list[dict[str, Any]]:
    return sorted((row._asdict() for row in c.execute(_KEPT, {"n": number})), key=_by_name)


def _by_name(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["kind"], row["place"]
