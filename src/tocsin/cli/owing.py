"""`tocsin report owed`: which reports are still to come, from whom, and what they lack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa

from tocsin.cli.times import shown, stamp
from tocsin.core.duties import owner
from tocsin.core.gates import seen_for
from tocsin.core.ids import Handle, IncidentNumber
from tocsin.core.playbook import Playbook
from tocsin.core.report import missing
from tocsin.store import log, reports

COLUMNS = ("incident", "resolved", "report", "owner", "lacks", "title")


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A report that is not published."""

    incident: IncidentNumber
    title: str
    resolved: datetime
    state: str
    owner: Handle | None
    lacks: tuple[str, ...]


def owed(connection: sa.Connection, playbook: Playbook, row: dict[str, Any]) -> Owed:
    """What an incident's row does not say: who owns its report, and what that lacks."""
    number = IncidentNumber(row["number"])
    incident = log.incident(connection, number)
    shown = seen_for(playbook.gates.review, lambda: log.entries(connection, number))
    return Owed(
        incident=number,
        title=row["title"],
        resolved=row["resolved_at"],
        state=row["report_state"],
        owner=owner(incident, playbook),
        lacks=tuple(missing(incident, reports.sections(connection, number), playbook, seen=shown)),
    )


def as_data(owed: Owed) -> dict[str, object]:
    """For programs."""
    return {
        "incident": owed.incident,
        "title": owed.title,
        "resolved": stamp(owed.resolved),
        "report": owed.state,
        "owner": owed.owner,
        "lacks": owed.lacks,
    }


def as_row(owed: Owed, name: Callable[[Handle], str], clock: tzinfo) -> tuple[str, ...]:
    """For people; how much it lacks, since all of it would fill the line: `report check` says it."""
    lacks = f"{len(owed.lacks)} things" if len(owed.lacks) > 1 else "1 thing" if owed.lacks else "nothing"
    holder = name(owed.owner) if owed.owner else "nobody"
    return str(owed.incident), shown(owed.resolved, clock), owed.state, holder, lacks, owed.title
