"""When people were affected: a time or a range at both ends, proposed where nobody has said yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.elements import earliest_evidence
from tocsin.core.events import Entry
from tocsin.core.incident import Incident
from tocsin.core.moments import Moment
from tocsin.core.plausible import doubts
from tocsin.core.refused import Refused
from tocsin.store import log
from tocsin.web.acting import frame, older
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post

NO_TIME = "-"


@dataclass(frozen=True, kw_only=True)
class Times:
    """What stands in the four fields before anybody types."""

    start: datetime | None = None
    start_until: datetime | None = None
    end: datetime | None = None
    end_until: datetime | None = None


def page(asked: Asked) -> Shown:
    """`guess`: the line the beginning is proposed from, where nobody has said it."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        guess = None if it.impact.start else earliest_evidence(log.entries(connection, it.number))
        times = {name: _field(asked, at) for name, at in vars(_times(it, guess)).items()}
        seen = older.older(asked, connection, it, e.ImpactSet, (_as_seen(it), _in_words(asked, it)))
        return frame.shown(asked, connection, it, "impact", times=times, guess=guess, older=seen)


def save(asked: Asked) -> Answer:
    """What stands there as it stood is left alone: a form shows no seconds."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
    told = {name: _typed(asked, name, at) for name, at in vars(_times(it, None)).items()}
    if told == vars(_times(it, None)):
        if not any(told.values()):
            raise Wrong(start="Say when the impact began; a best guess will do.")
        return frame.back(asked, said="That is what it says already.")
    done = asked.do(c.SetImpact(incident=it.number, seen=_seen(asked), **_whole(told)))
    return frame.back(asked, done, " ".join(["The impact is set.", *_doubts(asked)]))


def _whole(told: dict[str, datetime | None]) -> dict[str, datetime | None]:
    """A range whose two ends are one is an instant."""
    for at, until in (("start", "start_until"), ("end", "end_until")):
        if told[until] == told[at]:
            told[until] = None
    return told


def _times(it: Incident, guess: Entry | None) -> Times:
    start, end = it.impact.start or (guess.at if guess else None), it.impact.end
    return Times(
        start=start.at if start else None,
        start_until=start.until if start else None,
        end=end.at if end else None,
        end_until=end.until if end else None,
    )


def _as_seen(it: Incident) -> str:
    return " ".join(at.isoformat() if at else NO_TIME for at in vars(_times(it, None)).values())


def _seen(asked: Asked) -> tuple[datetime | None, ...] | None:
    """The four times, as the form had them."""
    told = older.several(asked)
    if told is None:
        return None
    try:
        return tuple(None if each == NO_TIME else datetime.fromisoformat(each) for each in told)
    except ValueError:
        raise Refused("This form is not one of ours. Look at what stands here now, then send it again.") from None


def _in_words(asked: Asked, it: Incident) -> str:
    """`It began at 03:10 Berlin time; nobody has said when it ended`"""
    ends = (("began", it.impact.start), ("ended", it.impact.end))
    words = "; ".join(_end(asked, verb, moment) for verb, moment in ends)
    return f"{words[:1].upper()}{words[1:]}"


def _end(asked: Asked, verb: str, moment: Moment | None) -> str:
    if moment is None:
        return f"nobody has said when it {verb}"
    at = frame.clock(asked, moment.at)
    return f"it {verb} between {at} and {frame.clock(asked, moment.until)}" if moment.until else f"it {verb} at {at}"


def _typed(asked: Asked, name: str, before: datetime | None) -> datetime | None:
    if asked.form.line(name) == _field(asked, before):
        return before
    try:
        return asked.form.moment(name, asked.zone)
    except Refused as no:
        raise Wrong(**{name: str(no)}) from None


def _field(asked: Asked, at: datetime | None) -> str:
    """As the browser's field has it, on the clock of whoever reads."""
    return f"{at.astimezone(asked.zone):%Y-%m-%dT%H:%M}" if at else ""


def _doubts(asked: Asked) -> list[str]:
    """What to look at once more; it stands in nobody's way."""
    with asked.read() as connection:
        return list(doubts(log.incident(connection, asked.incident), log.entries(connection, asked.incident)))


ROUTES = (
    get("/incidents/{number}/impact", page, "responder"),
    post("/incidents/{number}/impact", save, "responder", again=page),
)
