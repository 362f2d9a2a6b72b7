"""How an incident begins, what it is about, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core import hours
from tocsin.core.decisions.signals import why_declared
from tocsin.core.events import Entry, Fact
from tocsin.core.gates import seen_for, unmet
from tocsin.core.given import Given
from tocsin.core.ids import Handle, IncidentNumber, Seq, Slug
from tocsin.core.incident import Incident, fold
from tocsin.core.links import is_address
from tocsin.core.moments import Moment
from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.core.signals import received


def declare(incident: Incident, command: c.Declare, given: Given) -> list[Fact]:
    """What was known before, in the order it happened; then the declaration, and who commands."""
    facts = [
        *_before(command, given),
        Fact(event=_declared(incident, command, given)),
        *(Fact(event=e.TicketLinked(ticket=ticket)) for ticket in _tickets(command)),
        *_command_taken(command, given),
        *_impact(command, given),
    ]
    return [*facts, *_over_already(incident, command, given, facts)]


def acknowledge(incident: Incident, command: c.Acknowledge, given: Given) -> list[Fact]:
    must_be_open(incident)
    if incident.acknowledged_by == given.by.handle:
        raise Refused("You have acknowledged it already.")
    return [Fact(event=e.Acknowledged())]


def retitle(incident: Incident, command: c.Retitle, given: Given) -> list[Fact]:
    _must_be_as_seen(command.seen, incident.title)
    return [Fact(event=e.Retitled(title=_title(command.title)))]


def set_services(incident: Incident, command: c.SetServices, given: Given) -> list[Fact]:
    if not command.services:
        raise Refused("Name at least one service; an incident is about something.")
    _must_be_as_seen(command.seen, incident.services)
    return [Fact(event=e.ServicesSet(services=given.services(command.services)))]


def set_communities(incident: Incident, command: c.SetCommunities, given: Given) -> list[Fact]:
    _must_be_as_seen(command.seen, incident.communities)
    return [Fact(event=e.CommunitiesSet(communities=given.communities(command.communities)))]


def set_criterion(incident: Incident, command: c.SetCriterion, given: Given) -> list[Fact]:
    _must_be_as_seen(command.seen, incident.criterion or "")
    return [Fact(event=e.CriterionSet(criterion=_criterion(command.criterion, given)))]


def attach_signal(incident: Incident, command: c.AttachSignal, given: Given) -> list[Fact]:
    not_cancelled(incident)
    report = given.signal(command.signal)
    _must_be_free(report.signal.incident, command.signal)
    return _in_order(received([report]), given)


def link_ticket(incident: Incident, command: c.LinkTicket, given: Given) -> list[Fact]:
    ticket = command.ticket.strip()
    if not ticket:
        raise Refused("Give the address or the number of the ticket.")
    if ticket in (each.ticket for each in incident.tickets):
        raise Refused(f"{ticket} is linked already.")
    return [Fact(event=e.TicketLinked(ticket=ticket))]


def unlink_ticket(incident: Incident, command: c.UnlinkTicket, given: Given) -> list[Fact]:
    ticket = command.ticket.strip()
    linked = {each.ticket: each.seq for each in incident.tickets}
    if ticket not in linked:
        raise Refused(f"{ticket or 'That'} is not linked. Linked tickets: {', '.join(linked) or 'none'}.")
    return [Fact(event=e.TicketUnlinked(ticket=ticket), about=linked[ticket])]


def add_link(incident: Incident, command: c.AddLink, given: Given) -> list[Fact]:
    url = command.url.strip()
    if not is_address(url):
        raise Refused("A link is an address that begins with https:// or http://.")
    return [Fact(event=e.LinkAdded(url=url, title=command.title))]


def set_phase(incident: Incident, command: c.SetPhase, given: Given) -> list[Fact]:
    must_be_open(incident)
    _must_be_as_seen(command.seen, incident.phase or "")
    return [Fact(event=e.PhaseSet(phase=given.playbook.phase(command.phase).slug))]


def set_plan(incident: Incident, command: c.SetPlan, given: Given) -> list[Fact]:
    must_be_open(incident)
    said = {"state": command.state, "cause": command.cause, "tried": command.tried, "next": command.next}
    plan = incident.plan
    left = {part: getattr(plan, part, "") if text is None else text for part, text in said.items()}
    if all(text is None for text in said.values()) or not any(text.strip() for text in left.values()):
        raise Refused("Say at least one of: the state, the cause, what was tried, what comes next.")
    if plan is not None and command.seen not in (None, plan.seq):
        raise Refused(f"{given.name(plan.by)} has set the plan meanwhile. Read theirs, then send yours again.")
    return [Fact(event=e.PlanSet(**said))]


def set_impact(incident: Incident, command: c.SetImpact, given: Given) -> list[Fact]:
    _must_be_as_seen(command.seen, _times(incident.impact))
    start = _moment(command.start, command.start_until, "start") or incident.impact.start
    end = _moment(command.end, command.end_until, "end") or incident.impact.end
    if start is None and end is None:
        raise Refused("Say when the impact began, when it ended, or both.")
    return [Fact(event=_window(start, end, given))]


def resolve(incident: Incident, command: c.Resolve, given: Given) -> list[Fact]:
    must_be_open(incident)
    _must_be_ready(replace(incident, verified=command.verified), given, given.entries)
    began = incident.reopened_at or incident.declared_at
    if began is not None and given.at.at < began:
        what = "reopened" if incident.reopened_at else "declared"
        raise Refused(
            f"It cannot be resolved before it was {what}, ",
            began,
            ". If it was over by then, set the impact's end; if it is later than that now, set this machine's clock "
            "right.",
        )
    return [Fact(event=e.Resolved(verified=command.verified, text=command.text))]


def reopen(incident: Incident, command: c.Reopen, given: Given) -> list[Fact]:
    not_cancelled(incident)
    if incident.state != "resolved":
        raise Refused(f"Incident {incident.number} is still open; there is nothing to reopen.")
    if not command.why.strip():
        raise Refused("Say why it is not over: what happened?")
    if incident.resolved_at is not None and given.at.at < incident.resolved_at:
        raise Refused("It cannot be reopened before it was resolved. Give a later time.")
    return [Fact(event=e.Reopened(why=command.why))]


def cancel(incident: Incident, command: c.Cancel, given: Given) -> list[Fact]:
    must_be_open(incident)
    other = command.duplicate_of
    if (command.reason == "duplicate") != (other is not None):
        raise Refused("A duplicate needs the number of the incident it repeats, and only a duplicate has one.")
    if other is not None and (other == incident.number or not given.exists(other)):
        raise Refused(f"There is no other incident {other} that this one could be a duplicate of.")
    return [Fact(event=e.Cancelled(reason=command.reason, why=command.why, duplicate_of=other))]


def commander_by_default(given: Given) -> Handle | None:
    """The triager at work; else who declares, if they are of the team. Else nobody: no name is invented."""
    triagers = _triagers(given)
    if given.by.handle in triagers:  # whoever declares is at work, whatever their hours say
        return given.by.handle
    at_work = (person.handle for person in triagers.values() if _works(person, given))
    return next(at_work, given.by.handle if given.by.kind == "team" else None)


def must_be_open(incident: Incident) -> None:
    not_cancelled(incident)
    if incident.state == "resolved":
        raise Refused(f"Incident {incident.number} is resolved. Reopen it first if it is not over.")


def not_cancelled(incident: Incident) -> None:
    if incident.state == "cancelled":
        raise Refused(f"Incident {incident.number} was cancelled. Declare a new one if there is something after all.")


def _must_be_as_seen(seen: object, now: object) -> None:
    """Refuses what was written against something that is another by now; whoever tells not what they saw, overrules."""
    if seen not in (None, now):
        raise Refused("Somebody has changed this meanwhile. Read what it is now, then send yours again.")


def _before(command: c.Declare, given: Given) -> list[Fact]:
    reports = [given.signal(signal) for signal in dict.fromkeys(command.signals)]
    for report in reports:
        _must_be_free(report.signal.incident, report.signal.id)
    earlier = [Fact(event=_noted(line), at=line.at, by=given.person(line.by).handle) for line in command.earlier]
    return _in_order([*earlier, *received(reports)], given)


def _noted(line: c.Earlier) -> e.Noted:
    return e.Noted(
        kind=line.kind, text=line.text, output=line.output, outcome=line.outcome, link=line.link, via=line.via
    )


def _in_order(facts: list[Fact], given: Given) -> list[Fact]:
    return sorted(facts, key=lambda fact: (fact.at or given.at).at)


def _declared(incident: Incident, command: c.Declare, given: Given) -> e.Declared:
    title = _title(command.title)
    mark = f"{incident.number} {given.at.at.isoformat()} {given.by.handle} {title}"
    return e.Declared(
        title=title,
        description=command.description,
        services=given.services(command.services or (given.playbook.service.slug,)),
        communities=given.communities(command.communities),
        criterion=_criterion(command.criterion, given),
        severity=given.playbook.severity(command.severity).slug if command.severity else None,
        wants_channel=command.channel,
        drill=command.drill,
        mark=sha256((command.mark or mark).encode()).hexdigest()[:32],
        why=why_declared(command, given),
    )


def _command_taken(command: c.Declare, given: Given) -> list[Fact]:
    commander = given.member(command.commander).handle if command.commander else commander_by_default(given)
    if commander is None:
        return []
    role = given.playbook.with_duty("commands").slug
    return [Fact(event=e.RoleAssigned(role=role, person=commander))]


def _triagers(given: Given) -> dict[Handle, Person]:
    group = given.directory.group(given.playbook.triagers or "")
    people = (given.directory.person(member) for member in group.members) if group else ()
    return {person.handle: person for person in people if person and person.kind == "team" and person.active}


def _works(person: Person, given: Given) -> bool:
    return hours.at_work(hours.calendar(person, given.playbook), given.at.at)


def _tickets(command: c.Declare) -> tuple[str, ...]:
    tickets = tuple(dict.fromkeys(ticket.strip() for ticket in command.tickets))
    if "" in tickets:
        raise Refused("Give the address or the number of the ticket.")
    return tickets


def _impact(command: c.Declare, given: Given) -> list[Fact]:
    if command.began is None and command.ended is None:
        return []
    start, end = _moment(command.began, None, "start"), _moment(command.ended, None, "end")
    return [Fact(event=_window(start, end, given))]


def _over_already(incident: Incident, command: c.Declare, given: Given, facts: list[Fact]) -> list[Fact]:
    """Held against the same gate as what is resolved later, as if `facts` stood in its log already."""
    if command.ended is None:
        return []
    entries = [_as_entry(fact, incident, given) for fact in facts]
    as_declared = fold(incident.number, entries)
    _must_be_ready(replace(as_declared, verified=command.verified), given, lambda: entries)
    return [Fact(event=e.Resolved(verified=command.verified))]


def _as_entry(fact: Fact, incident: Incident, given: Given) -> Entry:
    return Entry(
        incident=incident.number,
        seq=Seq(1),
        event=fact.event,
        at=fact.at or given.at,
        recorded_at=given.now,
        by=fact.by or given.by.handle,
    )


def _must_be_ready(resolved: Incident, given: Given, entries: Callable[[], Sequence[Entry]]) -> None:
    """What the playbook asks for before an incident is resolved, all of it at once."""
    gate, playbook = given.playbook.gates.resolve, given.playbook
    if gaps := unmet(gate.blocks, resolved, playbook, given.sections(), seen=seen_for(gate, entries)):
        raise Refused(" ".join(gaps))


def _window(start: Moment | None, end: Moment | None, given: Given) -> e.ImpactSet:
    if start is not None and end is not None and (end.until or end.at) < start.at:
        raise Refused("The impact cannot end before it begins. Correct the start or the end.")
    if any(moment is not None and (moment.until or moment.at) > given.now for moment in (start, end)):
        raise Refused("The impact cannot begin or end in the future.")
    return e.ImpactSet(start=start, end=end)


def _moment(at: datetime | None, until: datetime | None, what: str) -> Moment | None:
    if at is None and until is not None:
        raise Refused(f"A range needs both its times: give the {what} too.")
    return Moment(at=at, until=until) if at is not None else None


def _times(impact: e.ImpactSet) -> tuple[datetime | None, ...]:
    """The earliest and the latest of both its ends."""
    return tuple(
        time for each in (impact.start, impact.end) for time in ((each.at, each.until) if each else (None, None))
    )


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise Refused("Give it a title: what can people not do, in a few words?")
    return title


def _criterion(reference: str, given: Given) -> Slug | None:
    return given.playbook.criterion(reference).slug if reference else None


def _must_be_free(incident: IncidentNumber | None, signal: int) -> None:
    if incident is not None:
        raise Refused(f"Signal {signal} belongs to incident {incident} already.")
