"""What follows outside from what happened inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from tocsin.core import events as e
from tocsin.core.cadence import Due, counts, due_by_cadence, promised, written
from tocsin.core.duties import carrying
from tocsin.core.effects import CloseTicket, Effect, MarkTicket, NoteTicket, PublishReport, Remind, SendMail
from tocsin.core.events import REDACTED, Entry
from tocsin.core.given import Given
from tocsin.core.hours import HOUR, Calendar, calendar, worked
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Incident, fold
from tocsin.core.mentions import mentioned
from tocsin.core.outside import in_tickets, to_community
from tocsin.core.people import Party

CHANGES = (e.PhaseSet, e.PlanSet, e.Updated, e.Resolved, e.Reopened, e.Cancelled, e.ReportPublished)
"""What whoever follows an incident is told of."""
PAST = timedelta(minutes=1)
"""What happened longer ago than this when it is recorded is history: nobody is told of it by mail any more."""


def react(entry: Entry, incident: Incident, given: Given) -> list[Effect]:
    """The wishes that one line of the log gives rise to; `incident` is as it stands after it."""
    match entry.event:
        case e.PublicationRequested():
            return [PublishReport(incident=entry.incident, about=entry.seq)]
        case _:
            return [
                *_told(entry, incident, given),
                *_reminders(entry, incident, given),
                *_moved(entry, incident, given),
                *_following(entry, given),
                *in_tickets(entry, incident, given),
            ]


def still_wanted(effect: Effect, incident: Incident, about: Entry) -> bool:
    """Whether it should still happen, now that its turn has come; `about` is the line it follows from."""
    match effect, about.event:
        case PublishReport(), _:
            return incident.state == "resolved" and incident.report.requested == effect.about
        case ((Remind() | SendMail(reminds=True)), (e.Declared() | e.Reopened() | e.CommunitiesSet() | e.Updated())):
            return incident.state == "open" and _wait(about, incident)
        case CloseTicket(), _:
            return incident.state == "resolved"
        case _, e.Updated(text=text):
            return text != REDACTED
        case _, e.RoleOffered():
            return incident.state != "cancelled" and any(offer.seq == about.seq for offer in incident.offers)
        case _, e.OfferWithdrawn(role=role, to=to):
            return not any((offer.role, offer.to) == (role, to) for offer in incident.offers)
        case ((MarkTicket() | NoteTicket()), e.SignalReceived()):
            return incident.state != "cancelled"
        case SendMail(), e.Declared():
            return incident.state == "open" and all(held.until is not None for held in incident.holdings)
        case _, e.RoleAssigned(role=role, person=person):
            return incident.state == "open" and person in incident.holders(role)
        case _, e.AskMade():
            waits = any(ask.seq == about.seq and ask.state in ("asked", "accepted") for ask in incident.asks)
            return waits and incident.state == "open"
        case _, e.UpdateProposed():
            return incident.state != "cancelled" and any(each.seq == about.seq for each in incident.proposals)
        case _, (e.Noted(text=text) | e.ProposalTurnedDown(why=text)):
            return text != REDACTED
        case _, e.ReportOffered(to=to):
            return incident.report.offered == to
        case _, e.ReviewRequested(revision=revision):
            return incident.report.asked == revision and incident.report.approved is None
        case _:
            return True


def whom_to_remind(effect: Remind, incident: Incident, about: Entry, given: Given) -> list[Effect]:
    """The mails that a reminder comes to, now that its time has come: roles and asks change hands meanwhile."""
    people = _telling(incident, given) if effect.of == "update" else _asked(incident, about, given)
    return [
        SendMail(incident=incident.number, about=about.seq, to=person, reminds=True) for person in dict.fromkeys(people)
    ]


def whom_to_write_to(effect: SendMail, about: Entry, given: Given) -> list[Effect]:
    """The mails to those who are there now, where nobody was when somebody should have been written to."""
    match about.event:
        case e.RoleOffered(to=to) | e.AskMade(to=to):
            people = _members(to, given)
        case e.Declared():
            people = _members(Party(group=given.playbook.triagers), given)
        case _:
            community = given.directory.community(effect.community or "")
            people = community.representatives if community else ()
    return [replace(effect, to=person) for person in people]


def _told(entry: Entry, incident: Incident, given: Given) -> list[Effect]:
    """A mail for everybody whom this line calls or informs, the one who wrote it left out."""
    if entry.at.at < entry.recorded_at - PAST:
        return []
    match entry.event:
        case e.Updated(went=True):
            return []
        case e.Updated(communities=communities) if not incident.drill:
            return [wish for community in communities for wish in to_community(entry, given, community)]
        case e.RoleOffered(to=to) | e.AskMade(to=to):
            return _called(_members(to, given), entry)
        case e.Declared() if given.playbook.triagers and not carrying(incident, given.playbook, "commands"):
            return _called(_members(Party(group=given.playbook.triagers), given), entry)
        case e.RoleAssigned(person=person):
            return _called((person,), entry)
        case e.OfferWithdrawn(to=to):
            return _to(_members(to, given), entry)
        case e.UpdateProposed():
            return _called(carrying(incident, given.playbook, "approves"), entry)
        case e.DeliveryReported(outcome="bounced", community=community) if community is not None:
            return _called(_telling(incident, given), entry)
        case e.ProposalTurnedDown(why=why) if why:
            return _to(_author(entry, given), entry)
        case e.Noted(text=text, via=""):
            return _to(_mentioned(text, given), entry)
        case e.ReportOffered(to=person):
            return _to((person,), entry)
        case e.ReviewRequested():
            return _to(tuple(sorted(_colleagues(given))), entry)
        case _:
            return []


def _mentioned(text: str, given: Given) -> tuple[Handle, ...]:
    """Colleagues only: whoever is of a community is told by updates, not by our talk."""
    people = ((handle, given.directory.person(handle)) for handle in mentioned(text, given.directory))
    return tuple(handle for handle, person in people if person and person.kind == "team" and person.active)


def _following(entry: Entry, given: Given) -> list[Effect]:
    """A mail for everybody who follows, about what changes the picture; the talk is left to the room."""
    if entry.at.at < entry.recorded_at - PAST or not isinstance(entry.event, CHANGES):
        return []
    return [
        SendMail(incident=entry.incident, about=entry.seq, to=each) for each in given.followers() if each != entry.by
    ]


def _author(entry: Entry, given: Given) -> tuple[Handle, ...]:
    return () if entry.about is None else (given.line(entry.about).by,)


def _called(people: tuple[Handle, ...], entry: Entry) -> list[Effect]:
    """As below; a group of nobody gets one mail to nobody, so that it fails in sight of everyone."""
    whom: tuple[Handle | None, ...] = people or (None,)
    return [
        SendMail(incident=entry.incident, about=entry.seq, to=each, calls=True) for each in whom if each != entry.by
    ]


def _to(people: tuple[Handle, ...], entry: Entry) -> list[Effect]:
    return [SendMail(incident=entry.incident, about=entry.seq, to=each) for each in people if each != entry.by]


def _telling(incident: Incident, given: Given) -> tuple[Handle, ...]:
    """Who talks with the communities; of an unattended incident, all those who command by default."""
    people = carrying(incident, given.playbook, "tells-outside")
    return people or _members(Party(group=given.playbook.triagers), given)


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


def _wait(about: Entry, incident: Incident) -> bool:
    """Whether a community still waits for the word that was due after that line, and not for that after a newer one."""
    match about.event:
        case e.Updated(next_by=None, kind="resolved" | "report"):
            return False
        case e.Updated(next_by=None, communities=communities):
            return any(told.community in communities and told.at <= about.at.at for told in incident.told)
        case e.Updated(next_by=at, communities=communities):
            return any(told.community in communities and told.next_by == at for told in incident.told)
        case e.Declared(communities=communities) | e.CommunitiesSet(communities=communities):
            return bool(_untold(incident).intersection(communities))
        case _:
            return bool(_untold(incident))


def _untold(incident: Incident) -> set[Slug]:
    """The communities that have not heard of it, or not since it came back."""
    heard = {told.community for told in incident.told if counts(told.at, incident)}
    return {*incident.communities} - heard


def _reminders(entry: Entry, incident: Incident, given: Given) -> list[Effect]:
    match entry.event:
        case e.Updated(next_by=at, communities=to) if at is not None:
            due = promised(at, entry.recorded_at)
            is_to_come = at > entry.recorded_at and _wait(entry, incident)
            return [_of_word(entry, due, to)] if is_to_come else []
        case e.Declared() | e.Reopened() | e.CommunitiesSet() | e.Updated():
            return [*_by_cadence(entry, incident, given, given.entries())]
        case e.AskMade(until=at) if at is not None and at > entry.recorded_at:
            return [Remind(incident=entry.incident, about=entry.seq, at=at, of="ask")]
        case _:
            return []


def _moved(entry: Entry, incident: Incident, given: Given) -> list[Effect]:
    """The reminders that wait for another time now that somebody works on, or works instead of somebody else.

    Who was reminded already is not reminded again.
    """
    begun = incident.reopened_at or incident.declared_at
    if incident.state != "open" or begun is None or not _moves_work(entry, incident, given):
        return []
    now, log = entry.recorded_at, given.entries()
    before = [line for line in log if line.recorded_at < now]
    was = fold(incident.number, before)
    found: dict[str | None, tuple[Remind, Remind]] = {}
    for line in (line for line in before if line.at.at >= begun):
        then, anew = (_by_cadence(line, *known) for known in ((was, given, before), (incident, given, log)))
        found |= {new.key: (old, new) for old, new in zip(then, anew, strict=False)}
    return [new for old, new in found.values() if old.at > now and new.at != old.at]


def _moves_work(entry: Entry, incident: Incident, given: Given) -> bool:
    """Whether whoever talks with the communities is somebody else now, or works when their hours say they do not."""
    match entry.event:
        case e.RoleAssigned(role=role) | e.RoleReleased(role=role):
            return role in {given.playbook.with_duty(duty).slug for duty in ("commands", "tells-outside")}
        case e.SignalReceived():
            return False
        case _ if entry.by in carrying(incident, given.playbook, "tells-outside"):
            hours = calendar(given.directory.person(entry.by), given.playbook)
            return worked(hours, entry.at.at, entry.at.at + HOUR) < HOUR
        case _:
            return False


def _by_cadence(entry: Entry, incident: Incident, given: Given, log: Sequence[Entry]) -> Iterator[Remind]:
    """What happened long ago sets no clock going; nor does what is over by the time it is written down."""
    begun = incident.reopened_at or incident.declared_at
    match entry.event:
        case e.Updated(next_by=None, communities=to):
            since, first = entry.at.at, False
        case e.Declared(communities=to) | e.CommunitiesSet(communities=to):
            since, first = begun or entry.at.at, True
        case e.Reopened():
            to, since, first = incident.communities, entry.at.at, True
        case _:
            return
    is_history = entry.at.at < entry.recorded_at - PAST and not (
        isinstance(entry.event, e.Updated) and entry.event.went
    )
    if is_history or incident.state != "open" or not _wait(entry, incident):
        return

    def calendar_of(person: Handle | None) -> Calendar:
        return calendar(given.directory.person(person) if person else None, given.playbook)

    due = due_by_cadence(since, incident, given.playbook, calendar_of, written(log), first=first)
    if due is not None:
        yield _of_word(entry, due, to)


def _of_word(entry: Entry, due: Due, communities: tuple[Slug, ...]) -> Remind:
    return Remind(incident=entry.incident, about=entry.seq, at=due.remind, of="update", communities=communities)
