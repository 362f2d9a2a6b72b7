"""What every page that acts on an incident shares: which one it is, how far it has come, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from tocsin.core import events as e
from tocsin.core.commands import Command
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.incident import Incident
from tocsin.core.moments import MONTHS
from tocsin.engine.door import Answer as Done
from tocsin.store import log
from tocsin.web.answers import Bytes, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.showing import place


def incident(asked: Asked, c: sa.Connection) -> Incident:
    """The incident of the address; not there for those who may not read of it."""
    if asked.sight != "everything" or not log.exists(c, asked.incident):
        raise NotThere
    return log.incident(c, asked.incident)


def must_be_there(asked: Asked) -> IncidentNumber:
    """The number of the incident, before anything is asked of it."""
    with asked.read() as c:
        if asked.sight != "everything" or not log.exists(c, asked.incident):
            raise NotThere
    return asked.incident


def shown(asked: Asked, c: sa.Connection, it: Incident, template: str, **given: object) -> Shown:
    """A page about an incident; `over`: a sentence that says since when it is, for pages where that matters."""
    room = f"/incidents/{it.number}"
    over = ended(asked, c, it) if it.state != "open" else ""
    return Shown(template=f"acting/{template}.html", given={"it": it, "room": room, "over": over, **given})


def ended(asked: Asked, c: sa.Connection, it: Incident) -> str:
    """`Tomasz Lind resolved this at 03:58.`"""
    last = log.latest(c, it.number, e.Resolved if it.state == "resolved" else e.Cancelled)
    if last is None:
        return ""
    who = asked.called(last.by)
    return f"{who[:1].upper()}{who[1:]} {it.state} this at {clock(asked, last.at.at)}."


def clock(asked: Asked, at: datetime) -> str:
    """`03:58 Nairobi time`, with the day where it is another."""
    there = at.astimezone(asked.zone)
    today = there.date() == asked.now.astimezone(asked.zone).date()
    day = "" if today else f" on {there.day} {MONTHS[there.month - 1]} {there.year},"
    return f"{there:%H:%M}{day} {place(asked.zone_name)} time"


def all_or_none(asked: Asked, commands: Mapping[str, Command], at: datetime | None = None) -> list[Done]:
    """Several commands of one form, each by what tells it apart; where one of them is refused, none is done."""
    works = [
        asked.tocsin.work(command, by=asked.me.handle, at=at, source=asked.source(once))
        for once, command in commands.items()
    ]
    return asked.tocsin.store.run(lambda connection: [work(connection) for work in works])


def back(asked: Asked, done: Done | None = None, said: str = "", line: Seq | None = None) -> SentOn | Bytes:
    """The room, at the line that came of it, or at another; a script of ours is told only which line that is."""
    line = line or (done.lines[0] if done and done.lines else None)
    if asked.fragment:
        return told(line, said=said)
    number = (done and done.incident) or asked.incident
    return SentOn(to=f"/incidents/{number}{f'#L{line}' if line else ''}", said=said)


def told(line: Seq | None, **more: object) -> Bytes:
    """The same for a script."""
    return as_json({"seq": line, **more})


def as_json(found: dict[str, object], status: int = 200) -> Bytes:
    return Bytes(body=json.dumps(found).encode(), media="application/json", status=status)
