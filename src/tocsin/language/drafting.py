"""A message of the playbook filled for an incident, to start from: the same for shell and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast, get_args

from tocsin.core.around import Around, calendars
from tocsin.core.cadence import due_by_cadence, open_promise, written
from tocsin.core.events import Entry, UpdateKind
from tocsin.core.hours import calendar, next_human_hour
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident
from tocsin.core.people import Community
from tocsin.core.playbook import Occasion, Playbook
from tocsin.core.presence import presence
from tocsin.core.refused import Refused
from tocsin.language.wording import fill, values

SENT_AS: Mapping[Occasion, UpdateKind] = {
    "first-response": "first-response",
    "unattended": "first-response",
    "update": "update",
    "resolved": "resolved",
    "report-ready": "report",
}
"""What goes out to communities, and as which kind of word; the rest stays among us."""
OCCASIONS = tuple(each for each in get_args(Occasion) if each != "support-request")
"""What is written during an incident, or after it."""
PROMISING = ("first-response", "unattended", "update")
UNCOMMANDED = "Nobody commands it yet; take command first, or write that it is unattended."
HOUR = timedelta(hours=1)
_ROUND = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message to start from."""

    incident: Incident
    occasion: Occasion
    community: Slug | None
    zone: str
    text: str
    promise: datetime | None
    """By when it says that the next word comes."""
    untrue: tuple[str, ...]
    """What of it is not so at this moment."""


def draft(
    incident: Incident,
    entries: Sequence[Entry],
    around: Around,
    occasion: Occasion,
    community: str | None,
    reader: str,
    *,
    promise: datetime | None = None,
) -> Draft:
    """The playbook's message for an occasion.

    `reader`: the zone of whoever asks, for what stays among us. `promise`: by when the next word comes, where somebody
    has decided that; else by the cadence.
    """
    playbook = around.playbook
    text, outward = template(playbook, occasion), occasion in SENT_AS
    to = addressed(incident.communities, around, community) if outward else None
    zone = their_zone(incident.communities, to, around) if outward else reader
    promise = promise or promise_of(incident, entries, around, occasion)
    told = values(
        incident,
        playbook,
        around.directory,
        zone=zone,
        community=to.slug if to else None,
        promise=promise,
        human=_human(around),
        role=playbook.with_duty("commands").slug,
        by=next(iter(incident.holders(playbook.with_duty("commands").slug)), None),
    )
    return Draft(
        incident=incident,
        occasion=occasion,
        community=to.slug if to else None,
        zone=zone,
        text=fill(text, told),
        promise=promise,
        untrue=tuple(_untrue(incident, around, occasion)),
    )


def occasion(typed: str, among: Sequence[str] = OCCASIONS) -> Occasion:
    """The one that is named."""
    if typed not in among:
        raise Refused(f"there is no message “{typed[:40]}”. Draft one of {', '.join(among)}.")
    return cast(Occasion, typed)


# ── what any draft needs ───────────────────────────────────────────────────────────────────────────────────────────


def template(playbook: Playbook, occasion: Occasion) -> str:
    found = next((message.body for message in playbook.messages if message.slug == occasion), None)
    if found is None:
        known = ", ".join(message.slug for message in playbook.messages) or "none at all"
        raise Refused(f"This playbook has no message “{occasion}”. It has: {known}.")
    return found


def addressed(communities: Sequence[Slug], around: Around, named: str | None) -> Community | None:
    """The community that was named; else the only one there is."""
    if named is None and len(communities) != 1:
        return None
    reference = named or communities[0]
    found = around.directory.community(reference)
    if found is None and named is not None:
        raise Refused(f"No community is known as “{named}”. Add it first: tocsin directory import.")
    return found


def their_zone(communities: Sequence[Slug], to: Community | None, around: Around) -> str:
    """Of whom it is written to; where that is several, of the first that has one; else the playbook's."""
    known = [to] if to else [around.directory.community(slug) for slug in communities]
    return next((each.zone for each in known if each and each.zone), around.playbook.zone)


def rounded(at: datetime) -> datetime:
    """Up to the next five minutes: nobody promises word by 14:07:31."""
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % _ROUND


# ── of an incident ─────────────────────────────────────────────────────────────────────────────────────────────────


def promise_of(incident: Incident, entries: Sequence[Entry], around: Around, occasion: Occasion) -> datetime | None:
    """A new one, where the message makes one; among ourselves, the one that is open."""
    if occasion not in PROMISING:
        return open_promise(incident)
    due = due_by_cadence(around.now, incident, around.playbook, calendars(around), written(entries))
    return None if due is None else rounded(due.at)


def _untrue(incident: Incident, around: Around, occasion: Occasion) -> Iterator[str]:
    """A message that says what is not so is still written: whoever asks for it may know more, or write ahead."""
    number, commanded = incident.number, incident.holders(around.playbook.with_duty("commands").slug)
    if occasion == "resolved" and incident.state == "open":
        yield f"Incident {number} is still open."
    if occasion in PROMISING and incident.state in ("resolved", "cancelled"):
        yield f"Incident {number} is {incident.state}; this says that it goes on."
    elif occasion == "unattended" and (names := _at_work(around)):
        yield f"Somebody is at work: {', '.join(names)}."
    elif occasion == "first-response" and not commanded:
        yield UNCOMMANDED


def _at_work(around: Around) -> list[str]:
    seen = (presence(each, around.playbook, around.now, around.wrote.get(each.handle)) for each in around.team)
    return [each.person.name for each in seen if each.at_work]


def _human(around: Around) -> datetime | None:
    return next_human_hour((calendar(person, around.playbook) for person in around.team), around.now)
