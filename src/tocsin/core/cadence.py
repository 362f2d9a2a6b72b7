"""When the communities must hear from us next.

A promise once given runs by the wall clock, whoever sleeps. Where none is, the playbook's cadence counts: so many
minutes of working time of whoever talks with them; and whoever wrote in the last hour is at work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core import events as e
from tocsin.core.duties import carrying
from tocsin.core.events import Entry
from tocsin.core.hours import HOUR, Calendar, after, worked
from tocsin.core.ids import Handle
from tocsin.core.incident import Holding, Incident
from tocsin.core.playbook import Playbook

CalendarOf = Callable[[Handle | None], Calendar]
"""When somebody works; of None: when people do who have said nothing else."""
Wrote = Callable[[Handle], Iterable[datetime]]
"""When somebody wrote: for an hour from each of these they are at work."""
AHEAD = timedelta(minutes=15)
"""How long before the next word is due somebody is reminded of it."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """When word is due; whether it was `promised` for then; and when it is time to `remind` somebody of it."""

    at: datetime
    promised: bool
    remind: datetime


def word_due(incident: Incident, entries: Sequence[Entry], playbook: Playbook, calendar_of: CalendarOf) -> Due | None:
    """When the first of the communities must hear from us; None where nobody waits for word: it is over, or undeclared.

    A promise stands until newer word went to its community, also when its time has passed.
    """
    dues = filter(None, _dues(incident, entries, playbook, calendar_of))
    return min(dues, key=lambda due: due.at, default=None)


def due_by_cadence(
    since: datetime,
    incident: Incident,
    playbook: Playbook,
    calendar_of: CalendarOf,
    wrote: Wrote,
    *,
    first: bool = False,
) -> Due | None:
    """When word is due after `since`: the `first` after it was declared, else the next after the last.

    It goes by the hours of whoever has it now; what fell due before somebody laid it down stays due.

    Where nobody works within a year, it is due by the wall clock all the same. The reminder is due in working time too.
    None: the process has no cadence, only promises.
    """
    if not playbook.cadence.every:
        return None
    length = timedelta(minutes=playbook.cadence.first if first else playbook.cadence.every)
    ahead = min(AHEAD, length / 2)

    def passed(work: timedelta) -> datetime:
        people: tuple[Handle | None, ...] = carrying(incident, playbook, "tells-outside") or (None,)
        now = [worked_off(calendar_of(each), since, work, wrote(each) if each else ()) for each in people]
        before = (
            at
            for held in _laid_down(incident, playbook)
            if (at := worked_off(calendar_of(held.person), since, work, wrote(held.person))) and _had_it(held, at)
        )
        return min(filter(None, [*now, *before]), default=since + work)

    return Due(at=passed(length), promised=False, remind=passed(length - ahead))


def _laid_down(incident: Incident, playbook: Playbook) -> Iterator[Holding]:
    """The times in a role that are over, of those who were to tell the communities; failing such, who commanded."""
    telling, commanding = playbook.with_duty("tells-outside").slug, playbook.with_duty("commands").slug
    told = any(held.role == telling for held in incident.holdings)
    role = telling if told else commanding
    return (held for held in incident.holdings if held.role == role and held.until is not None)


def _had_it(held: Holding, at: datetime) -> bool:
    return held.until is not None and held.since <= at < held.until


def worked_off(calendar: Calendar, since: datetime, work: timedelta, wrote: Iterable[datetime]) -> datetime | None:
    """The first moment by which somebody has worked so long since then; None: not within a year.

    By their hours, and for an hour from each time they `wrote`, nothing of it twice.
    """
    at = since
    for begins, ends in _awake(wrote, since):
        before = worked(calendar, at, begins)
        if work <= before:
            break
        work -= before
        if work <= ends - begins:
            return begins + work
        work, at = work - (ends - begins), ends
    return after(calendar, at, work)


def promised(at: datetime, since: datetime) -> Due:
    """Word that was promised for `at`; of what was promised a moment ago, the reminder comes half way."""
    return Due(at=at, promised=True, remind=at - max(timedelta(), min(AHEAD, (at - since) / 2)))


def open_promise(incident: Incident) -> datetime | None:
    """Until when the communities were promised word, the first of them; None where no promise is open."""
    if incident.state != "open":
        return None
    return min((told.next_by for told in incident.told if told.next_by is not None), default=None)


def written(entries: Iterable[Entry]) -> Wrote:
    """When each wrote; a signal stands at its own time, and not where whoever noted it wrote."""
    wrote: dict[Handle, list[datetime]] = {}
    for entry in entries:
        if not isinstance(entry.event, e.SignalReceived):
            wrote.setdefault(entry.by, []).append(entry.at.at)
    return lambda person: wrote.get(person, ())


def _awake(wrote: Iterable[datetime], since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The hours after each writing, as far as they lie after `since`, in order and joined where they touch."""
    begins = ends = since
    for at in sorted(wrote):
        if at > ends:
            if begins < ends:
                yield begins, ends
            begins = at
        ends = max(ends, at + HOUR)
    if begins < ends:
        yield begins, ends


def counts(told: datetime, incident: Incident) -> bool:
    """Whether who was told then knows how it stands: also before it was declared, but not before it came back."""
    return incident.reopened_at is None or told >= incident.reopened_at


def _dues(
    incident: Incident, entries: Sequence[Entry], playbook: Playbook, calendar_of: CalendarOf
) -> Iterator[Due | None]:
    begun = incident.reopened_at or incident.declared_at
    if incident.state != "open" or begun is None:
        return
    wrote = written(entries)
    told = {each.community: each for each in incident.told}
    for community in incident.communities:
        word = told.get(community)
        if word is None or not counts(word.at, incident):
            yield due_by_cadence(begun, incident, playbook, calendar_of, wrote, first=True)
        elif word.next_by is None:
            yield due_by_cadence(word.at, incident, playbook, calendar_of, wrote)
    yield from (promised(each.next_by, each.at) for each in incident.told if each.next_by is not None)
    if not incident.communities and not incident.told:
        yield _due_to_nobody(begun, incident, entries, playbook, calendar_of)


def _due_to_nobody(
    begun: datetime, incident: Incident, entries: Sequence[Entry], playbook: Playbook, calendar_of: CalendarOf
) -> Due | None:
    """Word that somebody carried outside by hand counts, although no community is known by name."""
    wrote = written(entries)
    words = ((entry.at.at, entry.event) for entry in entries if isinstance(entry.event, e.Updated))
    at, word = max(
        (each for each in words if counts(each[0], incident)), key=lambda each: each[0], default=(begun, None)
    )
    if word is not None and word.next_by is not None:
        return promised(word.next_by, at)
    return due_by_cadence(at, incident, playbook, calendar_of, wrote, first=word is None)
