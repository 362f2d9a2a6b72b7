"""The log of an incident, and the row that lists show of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.core.events import Entry, Event, NoteEdited, TicketLinked, TicketUnlinked, Updated, blanked
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.incident import Incident, fold
from tocsin.core.moments import Moment, rfc3339
from tocsin.core.report import report_state
from tocsin.core.team import taking_part, team
from tocsin.store import tables as t
from tocsin.store import touched
from tocsin.store.codec import decode, encode

_LOCK = sa.select(t.incidents.c.last_seq).where(t.incidents.c.number == sa.bindparam("n")).with_for_update()
_EXISTS = sa.select(t.incidents.c.number).where(t.incidents.c.number == sa.bindparam("n"))
_ALL = sa.select(t.log).where(t.log.c.incident == sa.bindparam("n")).order_by(t.log.c.seq)
_FOLDED = _ALL.where(t.log.c.informs == sa.false())
_LINE = sa.select(t.log).where(t.log.c.incident == sa.bindparam("n"), t.log.c.seq == sa.bindparam("s"))
_ABOUT = sa.select(t.log).where(t.log.c.incident == sa.bindparam("n"), t.log.c.about == sa.bindparam("s"))
_SOURCE = sa.select(t.log).where(t.log.c.incident == sa.bindparam("n"), t.log.c.source == sa.bindparam("source"))
_OF_COMMAND = (
    sa.select(t.log.c.seq)
    .where(t.log.c.incident == sa.bindparam("n"), t.log.c.first == sa.bindparam("s"), t.log.c.seq >= sa.bindparam("s"))
    .order_by(t.log.c.seq)
)
_LAST = (
    sa.select(t.log)
    .where(t.log.c.incident == sa.bindparam("n"), t.log.c.seq < sa.bindparam("before"))
    .order_by(t.log.c.seq.desc())
    .limit(sa.bindparam("most"))
)
_LATEST = (
    sa.select(t.log)
    .where(t.log.c.incident == sa.bindparam("n"), t.log.c.kind == sa.bindparam("kind"))
    .order_by(t.log.c.seq.desc())
    .limit(1)
)
_FOLDED_OPEN = (
    sa.select(t.log)
    .where(
        t.log.c.informs == sa.false(),
        t.log.c.incident.in_(
            sa.select(t.incidents.c.number).where(
                (t.incidents.c.state == "open") | t.incidents.c.number.in_(sa.bindparam("also", expanding=True))
            )
        ),
    )
    .order_by(t.log.c.incident, t.log.c.seq)
)
_REFRESH = sa.update(t.incidents).where(t.incidents.c.number == sa.bindparam("n"))
_REWORD = sa.update(t.log).where(t.log.c.incident == sa.bindparam("n"), t.log.c.seq == sa.bindparam("s"))
_MEMBER = sa.select(t.team.c.person).where(t.team.c.incident == sa.bindparam("n"))
TOLD = 50
"""So many times that the communities heard of it are shown in lists."""
_END = 2**31 - 1
"""More lines than any log has."""


@dataclass(frozen=True, kw_only=True)
class Locked:
    """An incident that nobody else can change until this transaction ends."""

    incident: Incident
    last: Seq


@dataclass(frozen=True, kw_only=True)
class Before:
    """Which command was here before, and the lines it recorded."""

    command: str
    lines: tuple[Seq, ...]


def lock(c: sa.Connection, number: IncidentNumber) -> Locked | None:
    """Lock first, then read: an incident's row, and then what its log says of it. None where there is none."""
    last = c.scalar(_LOCK, {"n": number})
    if last is None:
        return None
    return Locked(incident=incident(c, number), last=Seq(last))


def create(c: sa.Connection, number: IncidentNumber, source: str | None) -> Locked:
    """A new incident, with nothing in its log yet."""
    incident = Incident(number=number)
    c.execute(t.incidents.insert(), {"number": number, "source": source, "last_seq": 0, **row(incident)})
    return Locked(incident=incident, last=Seq(0))


def declared_by(c: sa.Connection, source: str) -> IncidentNumber | None:
    """The incident that a declaration with this source made."""
    number = c.scalar(sa.select(t.incidents.c.number).where(t.incidents.c.source == source))
    return None if number is None else IncidentNumber(number)


def exists(c: sa.Connection, number: IncidentNumber) -> bool:
    return c.scalar(_EXISTS, {"n": number}) is not None


def exists_any(c: sa.Connection) -> bool:
    """Whether there ever was an incident."""
    return c.scalar(sa.select(t.incidents.c.number).limit(1)) is not None


def entries(c: sa.Connection, number: IncidentNumber) -> list[Entry]:
    """The whole log, in the order it was recorded."""
    return [_entry(each) for each in c.execute(_ALL, {"n": number})]


def line(c: sa.Connection, number: IncidentNumber, seq: Seq) -> Entry | None:
    found = c.execute(_LINE, {"n": number, "s": seq}).first()
    return None if found is None else _entry(found)


def incident(c: sa.Connection, number: IncidentNumber) -> Incident:
    """What the log makes of an incident, for whoever only looks."""
    return fold(number, map(_entry, c.execute(_FOLDED, {"n": number})))


def folded(c: sa.Connection, number: IncidentNumber) -> list[Entry]:
    """All that an incident is made of, without what only informs."""
    return [_entry(each) for each in c.execute(_FOLDED, {"n": number})]


def folded_open(c: sa.Connection, also: Collection[IncidentNumber] = ()) -> dict[IncidentNumber, list[Entry]]:
    """What is folded of every open incident, and of some others; the number of those that are over costs nothing."""
    return _by_incident(c.execute(_FOLDED_OPEN, {"also": list(also)}))


def talk_of(c: sa.Connection, after: Mapping[IncidentNumber, Seq]) -> dict[IncidentNumber, list[Entry]]:
    """What only informs, of several incidents at once, from the line after the one that is given for each."""
    if not after:
        return {}
    wanted = sa.or_(*((t.log.c.incident == number) & (t.log.c.seq > seq) for number, seq in after.items()))
    found = sa.select(t.log).where(t.log.c.informs == sa.true(), wanted).order_by(t.log.c.incident, t.log.c.seq)
    return _by_incident(c.execute(found))


def window(c: sa.Connection, number: IncidentNumber, most: int, before: Seq | None = None) -> list[Entry]:
    """The last lines that were recorded, or the last before one of them; in the order they were recorded."""
    asked = {"n": number, "most": most, "before": _END if before is None else before}
    return [_entry(each) for each in c.execute(_LAST, asked)][::-1]


def with_marks(c: sa.Connection, number: IncidentNumber, seqs: Collection[Seq], most: int) -> list[Entry]:
    """Some lines, and the last so many that are about any of them, in the order they were recorded."""
    chosen, about = t.log.c.seq.in_(seqs), t.log.c.about.in_(seqs)
    found = sa.select(t.log).where(t.log.c.incident == number, chosen | about)
    first = found.order_by(sa.case((chosen, 0), else_=1), t.log.c.seq.desc()).limit(len(seqs) + most)
    return sorted((_entry(each) for each in c.execute(first)), key=lambda entry: entry.seq)


def latest(c: sa.Connection, number: IncidentNumber, kind: type[Event]) -> Entry | None:
    """The last line of a kind; None where there is none."""
    found = c.execute(_LATEST, {"n": number, "kind": kind.__name__}).first()
    return None if found is None else _entry(found)


def hold(c: sa.Connection, number: IncidentNumber) -> None:
    """Nobody else changes the incident until this transaction ends."""
    c.execute(_LOCK, {"n": number})


def recorded(c: sa.Connection, number: IncidentNumber, first: Seq) -> tuple[Seq, ...]:
    """The lines that the command recorded whose first line this is."""
    return tuple(Seq(seq) for seq in c.scalars(_OF_COMMAND, {"n": number, "s": first}))


def by_source(c: sa.Connection, number: IncidentNumber, source: str) -> Before | None:
    """What a command with this source recorded, if it was here before."""
    found = c.execute(_SOURCE, {"n": number, "source": source}).first()
    return None if found is None else Before(command=found.command, lines=recorded(c, number, Seq(found.first)))


def append(c: sa.Connection, new: Sequence[Entry], command: str) -> None:
    """More lines, all from one command, numbered on from the last."""
    first = new[0].seq
    c.execute(t.log.insert(), [{**_row(entry), "first": first, "command": command} for entry in new])
    _join_team(c, new)


def refresh(c: sa.Connection, incident: Incident, last: Seq) -> None:
    """The row, as the log has it now."""
    now = row(incident)
    c.execute(_REFRESH, {"n": incident.number, "last_seq": last, **now})
    touched.keep(c, incident.number, now)


def row(incident: Incident) -> dict[str, Any]:
    """What lists show of an incident."""
    held = [holding for holding in incident.holdings if holding.until is None]
    then = incident.report.published_as
    return {
        "title": incident.title,
        "state": incident.state,
        "phase": incident.phase,
        **_as_reported(incident),
        "roles": {role: list(incident.holders(role)) for role in sorted({holding.role for holding in held})},
        "report_state": report_state(incident),
        "published": incident.report.published,
        "published_as": then and then.title,
        "published_begun": then and _as_reported(then)["begun"],
        "published_facts": then and {name: _in_json(fact) for name, fact in _as_reported(then).items()},
    }


def _as_reported(incident: Incident) -> dict[str, Any]:
    """What a report tells of an incident, too."""
    start, end = incident.impact.start, incident.impact.end
    return {
        "severity": incident.severity,
        "criterion": incident.criterion,
        "drill": incident.drill,
        "declared_at": incident.declared_at,
        "resolved_at": incident.resolved_at,
        "services": list(incident.services),
        "communities": list(incident.communities),
        "begun": start.at if start else incident.declared_at,
        "impact_start": start.middle if start else None,
        "impact_end": end.middle if end else None,
        "noticed": incident.noticed,
        "told": [rfc3339(at) for at in incident.heard[:TOLD]],
    }


def _in_json(fact: object) -> object:
    return rfc3339(fact) if isinstance(fact, datetime) else fact


def redact(c: sa.Connection, number: IncidentNumber, seq: Seq) -> list[Entry]:
    """Blank a line's words, wherever its log repeats them: the one change a log permits. Returns what was there."""
    words = _repeating(c, number, seq)
    for entry in words:
        c.execute(_REWORD, {"n": number, "s": entry.seq, "body": encode(blanked(entry.event))})
    return words


def mismatches(c: sa.Connection, number: IncidentNumber) -> list[str]:
    """Where the rows of an incident differ from what its log says, as sentences; none is what it should be."""
    try:
        log = entries(c, number)
    except (ValueError, KeyError) as trouble:  # what a damaged file or another hand may have left
        return [f"Incident {number}: a line of its log cannot be read ({type(trouble).__name__}). Restore a backup."]
    wanted: dict[str, Any] = {"last_seq": log[-1].seq if log else 0, **row(fold(number, log))}
    found = c.execute(sa.select(t.incidents).where(t.incidents.c.number == number)).one()._asdict()
    members = set(c.scalars(_MEMBER, {"n": number}))
    gaps = [entry.seq for place, entry in enumerate(log, start=1) if entry.seq != place]
    return [
        *(
            f"Incident {number}: {name} is {found[name]!r}, its log says {value!r}."
            for name, value in wanted.items()
            if found[name] != value
        ),
        *([f"Incident {number}: its team differs from what its log says."] if members != team(log) else []),
        *touched.mismatches(c, number, wanted),
        *([f"Incident {number}: its log has a gap before line {gaps[0]}."] if gaps else []),
    ]


def rebuild(c: sa.Connection, number: IncidentNumber) -> None:
    """Write the rows of an incident anew from its log."""
    if lock(c, number) is None:
        return
    log = entries(c, number)
    refresh(c, fold(number, log), log[-1].seq if log else Seq(0))
    c.execute(t.team.delete().where(t.team.c.incident == number))
    if members := sorted(team(log)):
        c.execute(t.team.insert(), [{"incident": number, "person": person} for person in members])


def _repeating(c: sa.Connection, number: IncidentNumber, seq: Seq) -> list[Entry]:
    """A line with all that say the same: a note and its edits, word and its proposal, a ticket wherever it is named."""
    target = line(c, number, seq)
    match target:
        case None:
            return []
        case Entry(event=TicketLinked(ticket=ticket) | TicketUnlinked(ticket=ticket)):
            both = (TicketLinked, TicketUnlinked)
            return [each for each in entries(c, number) if isinstance(each.event, both) and each.event.ticket == ticket]
        case Entry(event=NoteEdited(), about=int(root)):
            return _repeating(c, number, Seq(root))
        case Entry(event=Updated(), about=int(root)):
            return _repeating(c, number, Seq(root))
        case note:
            about = (_entry(each) for each in c.execute(_ABOUT, {"n": number, "s": seq}))
            return [note, *(each for each in about if isinstance(each.event, (NoteEdited, Updated)))]


def _join_team(c: sa.Connection, new: Sequence[Entry]) -> None:
    number = new[0].incident
    joining = {person for entry in new for person in taking_part(entry)}
    missing = joining - set(c.scalars(_MEMBER, {"n": number}))
    if missing:
        c.execute(t.team.insert(), [{"incident": number, "person": person} for person in sorted(missing)])


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "incident": entry.incident,
        "seq": entry.seq,
        "kind": type(entry.event).__name__,
        "informs": entry.event.informs,
        "at": entry.at.at,
        "until": entry.at.until,
        "recorded_at": entry.recorded_at,
        "by": entry.by,
        "source": entry.source,
        "about": entry.about,
        "body": encode(entry.event),
    }


def _by_incident(rows: Iterable[sa.Row[Any]]) -> dict[IncidentNumber, list[Entry]]:
    found: dict[IncidentNumber, list[Entry]] = {}
    for entry in map(_entry, rows):
        found.setdefault(entry.incident, []).append(entry)
    return found


def _entry(found: sa.Row[Any]) -> Entry:
    at: datetime = found.at
    return Entry(
        incident=IncidentNumber(found.incident),
        seq=Seq(found.seq),
        event=decode(found.kind, found.body),
        at=Moment(at=at, until=found.until),
        recorded_at=found.recorded_at,
        by=Handle(found.by),
        source=found.source,
        about=None if found.about is None else Seq(found.about),
    )
