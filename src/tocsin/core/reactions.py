"""What follows outside from what happened inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from tocsin.core import events as e
from tocsin.core.duties import carrying
from tocsin.core.effects import Effect, PublishReport, Remind, SendMail
from tocsin.core.events import REDACTED, Entry
from tocsin.core.given import Given
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Incident
from tocsin.core.people import Party

AHEAD = timedelta(minutes=15)
"""How long before the next word to the communities is due somebody is reminded of it."""
PAST = timedelta(minutes=1)
"""What happened longer ago than this when it is recorded is history: nobody is told of it by mail any more."""


def react(entry: Entry, incident: Incident, given: Given) -> list[Effect]:
    """The wishes that one line of the log gives rise to; `incident` is as it stands after it."""
    match entry.event:
        case e.PublicationRequested():
            return [PublishReport(incident=entry.incident, about=entry.seq)]
        case e.Updated() | e.AskMade():
            return [*_told(entry, incident, given), *_reminders(entry, incident)]
        case _:
            return _told(entry, incident, given)


def still_wanted(effect: Effect, incident: Incident, about: Entry) -> bool:
    """Whether it should still happen, now that its turn has come; `about` is the line it follows from."""
    match effect, about.event:
        case PublishReport(), _:
            return incident.state == "resolved" and incident.report.requested == effect.about
        case ((Remind() | SendMail(reminds=True)), e.Updated() as promise):
            return incident.state == "open" and _stands(promise, incident)
        case _, e.Updated(text=text):
            return text != REDACTED
        case _, e.RoleOffered(role=role, to=to):
            offered = any((offer.role, offer.to) == (role, to) for offer in incident.offers)
            return offered and incident.state != "cancelled"
        case _, e.AskMade():
            waits = any(ask.seq == about.seq and ask.state in ("asked", "accepted") for ask in incident.asks)
            return waits and incident.state == "open"
        case _, e.ReportOffered(to=to):
            return incident.report.offered == to
        case _, e.ReviewRequested(revision=revision):
            return incident.report.asked == revision and incident.report.approved is None
        case _:
            return True


def whom_to_remind(effect: Remind, incident: Incident, about: Entry, given: Given) -> list[Effect]:
    """The mails that a reminder comes to, now that its time has come: roles and asks change hands meanwhile."""
    is_word = effect.of == "update"
    people = carrying(incident, given.playbook, "tells-outside") if is_word else _asked(incident, about, given)
    return [
        SendMail(incident=incident.number, about=about.seq, to=person, reminds=True) for person in dict.fromkeys(people)
    ]


def whom_to_write_to(effect: SendMail, about: Entry, given: Given) -> list[Effect]:
    """The mails to those who are there now, where nobody was when somebody should have been written to."""
    match about.event:
        case e.RoleOffered(to=to) | e.AskMade(to=to):
            people = _members(to, given)
        case _:
            community = given.directory.community(effect.community or "")
            people = community.representatives if community else ()
    return [replace(effect, to=person) for person in people]


def _told(entry: Entry, incident: Incident, given: Given) -> list[Effect]:
    """A mail for everybody whom this line calls or informs, the one who wrote it left out."""
    if entry.at.at < entry.recorded_at - PAST:
        return []
    match entry.event:
        case e.Updated(communities=communities) if not incident.drill:
            return [mail for community in communities for mail in _to_community(entry, given, community)]
        case e.RoleOffered(to=to) | e.AskMade(to=to):
            return _called(_members(to, given), entry)
        case e.ReportOffered(to=person):
            return _to((person,), entry)
        case e.ReviewRequested():
            return _to(tuple(sorted(_colleagues(given))), entry)
        case _:
            return []


def _called(people: tuple[Handle, ...], entry: Entry) -> list[Effect]:
    """As below; a group of nobody gets one mail to nobody, so that it fails in sight of everyone."""
    whom: tuple[Handle | None, ...] = people or (None,)
    return [
        SendMail(incident=entry.incident, about=entry.seq, to=each, calls=True) for each in whom if each != entry.by
    ]


def _to(people: tuple[Handle, ...], entry: Entry) -> list[Effect]:
    return [SendMail(incident=entry.incident, about=entry.seq, to=each) for each in people if each != entry.by]


def _to_community(entry: Entry, given: Given, slug: Slug) -> list[Effect]:
    """One mail to each who speaks for it; one to nobody, where nobody does, so that it fails in sight of everyone."""
    community = given.directory.community(slug)
    people: tuple[Handle | None, ...] = community.representatives if community else ()
    return [SendMail(incident=entry.incident, about=entry.seq, to=each, community=slug) for each in people or (None,)]


def _asked(incident: Incident, about: Entry, given: Given) -> tuple[Handle, ...]:
    """Who has taken what line `about` asks for; until somebody has, all it is asked of."""
    ask = next((ask for ask in incident.asks if ask.seq == about.seq), None)
    if ask is None:
        return ()
    return (ask.person,) if ask.person else _members(ask.to, given)


def _members(party: Party, given: Given) -> tuple[Handle, ...]:
    if party.person is not None:
        return (party.person,)
    group = given.directory.group(party.group or "")
    return group.members if group else ()


def _colleagues(given: Given) -> Iterator[Handle]:
    for handle in given.team():
        person = given.directory.person(handle)
        if person is not None and person.kind == "team":
            yield handle


def _stands(promise: e.Updated, incident: Incident) -> bool:
    """Whether a community still waits for the word it was promised then, and not for that of a newer promise."""
    return any(told.community in promise.communities and told.next_by == promise.next_by for told in incident.told)


def _reminders(entry: Entry, incident: Incident) -> list[Effect]:
    match entry.event:
        case e.Updated(next_by=at, communities=to) as promise if at is not None and at > entry.recorded_at:
            ahead = min(AHEAD, (at - entry.recorded_at) / 2)
            remind = Remind(incident=entry.incident, about=entry.seq, at=at - ahead, of="update", communities=to)
            return [remind] if _stands(promise, incident) else []
        case e.AskMade(until=at) if at is not None and at > entry.recorded_at:
            return [Remind(incident=entry.incident, about=entry.seq, at=at, of="ask")]
        case _:
            return []
