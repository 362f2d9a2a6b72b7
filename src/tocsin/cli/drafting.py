"""`tocsin incident draft`: a message of the playbook filled for an incident, and how to send it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast, get_args

from tocsin.cli.process import Around, calendars
from tocsin.cli.times import stamp
from tocsin.core.cadence import due_by_cadence, open_promise, written
from tocsin.core.events import Entry, UpdateKind
from tocsin.core.hours import calendar, next_human_hour
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident, fold
from tocsin.core.people import Community
from tocsin.core.playbook import Occasion, Playbook
from tocsin.core.presence import presence
from tocsin.core.refused import Refused
from tocsin.language.wording import fill, gaps, values

_SENT_AS: Mapping[Occasion, UpdateKind] = {
    "first-response": "first-response",
    "unattended": "first-response",
    "update": "update",
    "resolved": "resolved",
    "report-ready": "report",
}
"""What goes out to communities, and as which kind of word; the rest stays among us."""
_PROMISING = ("first-response", "unattended", "update")
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


def draft(entries: Sequence[Entry], around: Around, occasion: Occasion, community: str | None, reader: str) -> Draft:
    """The playbook's message for an occasion; `reader`: the zone of whoever asks, for what stays among us."""
    incident, playbook = fold(entries[0].incident, entries), around.playbook
    template, outward = _template(playbook, occasion), occasion in _SENT_AS
    to = _addressed(incident, around, community) if outward else None
    zone = _zone(incident, to, around) if outward else reader
    promise = _promise(incident, entries, around, occasion)
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
        text=fill(template, told),
        promise=promise,
        untrue=tuple(_untrue(incident, around, occasion)),
    )


def as_data(draft: Draft) -> dict[str, object]:
    """For programs."""
    return {
        "occasion": draft.occasion,
        "kind": _SENT_AS.get(draft.occasion),
        "community": draft.community,
        "zone": draft.zone,
        "promise": stamp(draft.promise),
        "gaps": gaps(draft.text),
        "untrue": draft.untrue,
        "text": draft.text,
    }


def advice(draft: Draft) -> Iterator[str]:
    """What to see to before it goes out, and how it does."""
    yield from draft.untrue
    if missing := gaps(draft.text):
        yield f"Fill in what stands in brackets: {'; '.join(missing)}."
    if draft.occasion not in _SENT_AS:
        return
    if draft.community is None and draft.incident.communities:
        known = ", ".join(draft.incident.communities)
        yield f"To have it addressed, and the times on the reader's clock, name one: --community ({known})."
    options = [
        f"--kind {_SENT_AS[draft.occasion]}",
        *([f"--community {draft.community}"] if draft.community else []),
        *([f"--next-by {stamp(draft.promise)}"] if draft.promise and draft.occasion in _PROMISING else []),
        f"--incident {draft.incident.number}",
    ]
    yield f"To send it: tocsin do update TEXT {' '.join(options)}"


def occasion(typed: str) -> Occasion:
    """The one that is named."""
    found = next((each for each in get_args(Occasion) if each == typed), None)
    if found is None:
        raise Refused(f"there is no message “{typed[:40]}”. Draft one of {', '.join(get_args(Occasion))}.")
    return cast(Occasion, found)


def _template(playbook: Playbook, occasion: Occasion) -> str:
    found = next((message.body for message in playbook.messages if message.slug == occasion), None)
    if found is None:
        known = ", ".join(message.slug for message in playbook.messages) or "none at all"
        raise Refused(f"This playbook has no message “{occasion}”. It has: {known}.")
    return found


def _addressed(incident: Incident, around: Around, named: str | None) -> Community | None:
    """The community that was named; else the only one there is."""
    if named is None and len(incident.communities) != 1:
        return None
    reference = named or incident.communities[0]
    found = around.directory.community(reference)
    if found is None and named is not None:
        raise Refused(f"No community is known as “{named}”. Add it first: tocsin directory import.")
    return found


def _zone(incident: Incident, to: Community | None, around: Around) -> str:
    """Of whom it is written to; where that is several, of the first that has one; else the playbook's."""
    communities = [to] if to else [around.directory.community(slug) for slug in incident.communities]
    return next((each.zone for each in communities if each and each.zone), around.playbook.zone)


def _promise(incident: Incident, entries: Sequence[Entry], around: Around, occasion: Occasion) -> datetime | None:
    """A new one, where the message makes one; among ourselves, the one that is open."""
    if occasion not in _PROMISING:
        return open_promise(incident)
    due = due_by_cadence(around.now, incident, around.playbook, calendars(around), written(entries))
    return None if due is None else _rounded(due.at)


def _rounded(at: datetime) -> datetime:
    """Up to the next five minutes: nobody promises word by 14:07:31."""
    return at + (datetime.min.replace(tzinfo=at.tzinfo) - at) % _ROUND


def _untrue(incident: Incident, around: Around, occasion: Occasion) -> Iterator[str]:
    """A message that says what is not so is still written: whoever asks for it may know more, or write ahead."""
    number, commanded = incident.number, incident.holders(around.playbook.with_duty("commands").slug)
    if occasion == "resolved" and incident.state == "open":
        yield f"Incident {number} is still open."
    if occasion in _PROMISING and incident.state in ("resolved", "cancelled"):
        yield f"Incident {number} is {incident.state}; this says that it goes on."
    elif occasion == "unattended" and (names := _at_work(around)):
        yield f"Somebody is at work: {', '.join(names)}."
    elif occasion == "first-response" and not commanded:
        yield f"Nobody commands it yet; take command first, or send: tocsin incident draft {number} unattended"


def _at_work(around: Around) -> list[str]:
    team = [person for person in around.people if person.kind == "team"]
    seen = (presence(each, around.playbook, around.now, around.wrote.get(each.handle)) for each in team)
    return [each.person.name for each in seen if each.at_work]


def _human(around: Around) -> datetime | None:
    team = (person for person in around.people if person.kind == "team")
    return next_human_hour((calendar(person, around.playbook) for person in team), around.now)
