"""What an incident is: the fold of its log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeVar

from tocsin.core import events as e
from tocsin.core.ids import Handle, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.people import TOCSIN, Party
from tocsin.core.signals import shows_impact

State = Literal["undeclared", "open", "resolved", "cancelled"]
AskState = Literal["asked", "accepted", "declined", "done"]
T = TypeVar("T")
NOWHERE = Seq(0)
"""No line has this number."""
UNKNOWN = e.ImpactSet()
"""Nobody has said yet when the impact began, nor when it ended."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The commander's word: state, cause as we think it, tried, next; signed and timed."""

    state: str = ""
    cause: str = ""
    tried: str = ""
    next: str = ""
    by: Handle
    at: datetime
    seq: Seq = NOWHERE
    """The line that said it last."""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Somebody's time in a role."""

    role: Slug
    person: Handle
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A role that waits for an answer."""

    role: Slug
    to: Party
    by: Handle
    seq: Seq = NOWHERE
    """The line that made it."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Work somebody was asked to do during the incident; `person` is who took it."""

    seq: Seq
    what: str
    to: Party
    until: datetime | None
    state: AskState = "asked"
    person: Handle | None = None
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket about the incident, and the line that linked it."""

    seq: Seq
    ticket: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address kept at hand."""

    url: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a community heard last."""

    community: Slug
    at: datetime
    next_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Word to the communities that waits for whoever approves it."""

    seq: Seq
    kind: e.UpdateKind
    text: str
    communities: tuple[Slug, ...]
    next_by: datetime | None
    by: Handle
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Action:
    """What should be done so that it does not happen again."""

    seq: Seq
    text: str
    url: str = ""
    improves: e.Improves | None = None
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportLife:
    """Where the report stands. Its prose is kept beside the log, in revisions."""

    owner: Handle | None = None
    offered: Handle | None = None
    asked: int | None = None
    """The revision under review."""
    approvals: tuple[Handle, ...] = ()
    approved: int | None = None
    requested: Seq | None = None
    """The publication that was asked for and has not come true yet."""
    status: str = ""
    """Where a report from elsewhere stands, in its own words."""
    replayed: bool = False
    requested_as: Incident | None = None
    """The incident as it was when its publication was asked for."""
    published: int | None = None
    published_as: Incident | None = None
    """The incident as its published report tells it: it may be another since."""
    path: str | None = None
    commit: str | None = None


NO_REPORT = ReportLife()


@dataclass(frozen=True, kw_only=True)
class Incident:
    """Everything its log says an incident is, talk aside."""

    number: IncidentNumber
    title: str = ""
    description: str = ""
    services: tuple[Slug, ...] = ()
    communities: tuple[Slug, ...] = ()
    criterion: Slug | None = None
    severity: Slug | None = None
    mark: str = ""
    wants_channel: bool = True
    drill: bool = False
    state: State = "undeclared"
    phase: Slug | None = None
    declared_at: datetime | None = None
    declared_by: Handle | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: Handle | None = None
    plan: Plan | None = None
    impact: e.ImpactSet = UNKNOWN
    resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    verified: str = ""
    cancelled: e.Cancelled | None = None
    holdings: tuple[Holding, ...] = ()
    offers: tuple[Offer, ...] = ()
    asks: tuple[Ask, ...] = ()
    signals: tuple[SignalId, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    links: tuple[Link, ...] = ()
    told: tuple[Told, ...] = ()
    heard: tuple[datetime, ...] = ()
    """Each time the communities heard of it, in order."""
    noticed: datetime | None = None
    """When it was first brought to our attention: by a signal that shows impact, or by whoever took or declared it."""
    proposals: tuple[Proposal, ...] = ()
    actions: tuple[Action, ...] = ()
    no_action: str = ""
    report: ReportLife = NO_REPORT

    def holders(self, role: Slug) -> tuple[Handle, ...]:
        """Who holds a role now."""
        return tuple(held.person for held in self.holdings if held.role == role and held.until is None)


def fold(number: IncidentNumber, entries: Iterable[e.Entry]) -> Incident:
    """The incident its log makes. Entries that only inform may be among them or left out: the result is the same."""
    incident = Incident(number=number)
    for entry in entries:
        incident = evolve(incident, entry)
    return incident


def evolve(incident: Incident, entry: e.Entry) -> Incident:
    """The incident after one more line of its log."""
    at, by, about = entry.at.at, entry.by, entry.about
    match entry.event:
        case e.Event(informs=True):
            return incident
        case e.Declared() as it:
            return replace(
                incident,
                state="open",
                title=it.title,
                description=it.description,
                services=it.services,
                communities=it.communities,
                criterion=it.criterion,
                severity=it.severity,
                mark=it.mark,
                wants_channel=it.wants_channel,
                drill=it.drill,
                declared_at=at,
                declared_by=by,
                noticed=_earlier(incident.noticed, at),
                acknowledged_at=incident.acknowledged_at or (None if by == TOCSIN.handle else at),
                acknowledged_by=incident.acknowledged_by or (None if by == TOCSIN.handle else by),
            )
        case e.Acknowledged():
            since, noticed = incident.acknowledged_at or incident.reopened_at, _earlier(incident.noticed, at)
            if since is not None and at < since:
                return replace(incident, noticed=noticed)
            return replace(incident, noticed=noticed, acknowledged_at=at, acknowledged_by=by)
        case e.SignalReceived(signal=signal) as it:
            first = _earlier(incident.noticed, at) if shows_impact(it) else incident.noticed
            return replace(incident, noticed=first, signals=_with(incident.signals, signal))
        case e.Retitled(title=title):
            return replace(incident, title=title)
        case e.ServicesSet(services=services):
            return replace(incident, services=services)
        case e.CommunitiesSet(communities=communities):
            return replace(incident, communities=communities)
        case e.CriterionSet(criterion=criterion):
            return replace(incident, criterion=criterion)
        case e.TicketLinked(ticket=ticket):
            return replace(incident, tickets=(*incident.tickets, Ticket(seq=entry.seq, ticket=ticket)))
        case e.TicketUnlinked():
            return replace(incident, tickets=tuple(each for each in incident.tickets if each.seq != about))
        case e.LinkAdded(url=url, title=title):
            return replace(incident, links=_with(incident.links, Link(url=url, title=title)))
        case e.PhaseSet(phase=phase):
            return replace(incident, phase=phase)
        case e.PlanSet() as it:
            said = {"state": it.state, "cause": it.cause, "tried": it.tried, "next": it.next}
            before = incident.plan or Plan(by=by, at=at)
            new = {name: text for name, text in said.items() if text is not None}
            return replace(incident, plan=replace(before, **new, by=by, at=at, seq=entry.seq))
        case e.ImpactSet() as impact:
            return replace(incident, impact=impact)
        case e.Resolved(verified=verified):
            return replace(incident, state="resolved", resolved_at=at, verified=verified)
        case e.Reopened():
            return replace(
                incident,
                state="open",
                resolved_at=None,
                reopened_at=at,
                verified="",
                impact=replace(incident.impact, end=None),
                acknowledged_at=None,
                acknowledged_by=None,
                report=_unreviewed(incident.report),
            )
        case e.Cancelled() as cancelled:
            return replace(incident, state="cancelled", cancelled=cancelled)
        case e.RoleAssigned() as it:
            return _role_assigned(incident, it, at)
        case e.RoleOffered(role=role, to=to, settles=settles):
            offer = Offer(role=role, to=to, by=by, seq=entry.seq)
            return replace(incident, offers=(*_other_offers(incident, role, (*settles, to)), offer))
        case e.RoleDeclined(role=role, to=to) | e.OfferWithdrawn(role=role, to=to):
            return replace(incident, offers=_other_offers(incident, role, (to,)))
        case e.RoleReleased(role=role, person=person):
            return replace(incident, holdings=_ended(incident.holdings, role, (person,), at))
        case e.AskMade(what=what, to=to, until=until):
            return replace(incident, asks=(*incident.asks, Ask(seq=entry.seq, what=what, to=to, until=until)))
        case e.AskAccepted():
            return _ask(incident, about, state="accepted", person=by)
        case e.AskDeclined():
            return _ask_declined(incident, about, by)
        case e.AskFinished(outcome=outcome):
            return _ask(incident, about, state="done", person=by, outcome=outcome)
        case e.Updated(communities=communities, next_by=next_by):
            later = {was.community for was in incident.told if was.at > at}
            now = tuple(Told(community=each, at=at, next_by=next_by) for each in communities if each not in later)
            told = tuple(was for was in incident.told if was.community in later or was.community not in communities)
            heard = tuple(sorted((*incident.heard, at)))
            return replace(_settled(incident, about), told=told + now, heard=heard)
        case e.UpdateProposed() as it:
            proposal = Proposal(
                seq=entry.seq,
                kind=it.kind,
                text=it.text,
                communities=it.communities,
                next_by=it.next_by,
                by=by,
                at=at,
            )
            return replace(incident, proposals=(*incident.proposals, proposal))
        case e.ProposalTurnedDown():
            return _settled(incident, about)
        case e.ActionAdded() as it:
            action = Action(seq=entry.seq, text=it.text, url=it.url, improves=it.improves, done=it.done)
            return replace(incident, actions=(*incident.actions, action), no_action="")
        case e.ActionLinked(url=url):
            return _action(incident, about, url=url)
        case e.ActionCompleted():
            return _action(incident, about, done=True)
        case e.NoActionNeeded(why=why):
            return replace(incident, no_action=why)
        case event:
            return replace(incident, report=_report(incident, event, entry))


def _report(incident: Incident, event: e.Event, entry: e.Entry) -> ReportLife:
    report = incident.report
    match event:
        case e.ReportOffered(to=to):
            return replace(report, offered=to)
        case e.ReportOwned(owner=owner):
            return replace(report, owner=owner, offered=None)
        case e.ReviewRequested(revision=revision):
            return replace(report, asked=revision, approvals=(), approved=None)
        case e.ReportReviewed(verdict="approve"):
            return replace(report, approvals=_with(report.approvals, entry.by))
        case e.ReportReviewed() | e.ReviewReopened():
            return _unreviewed(report)
        case e.ReportApproved(revision=revision):
            return replace(report, approved=revision)
        case e.PublicationRequested(status=status, replayed=replayed):
            then = replace(incident, report=NO_REPORT)
            return replace(report, requested=entry.seq, requested_as=then, status=status, replayed=replayed)
        case e.ReportPublished(revision=revision, path=path, commit=commit):
            report = replace(report, requested=None, published=revision, published_as=report.requested_as)
            return replace(report, path=path, commit=commit)
        case _:
            raise TypeError(f"{type(event).__name__} is not taught to the fold.")


def _unreviewed(report: ReportLife) -> ReportLife:
    return replace(report, asked=None, approvals=(), approved=None)


def _role_assigned(incident: Incident, it: e.RoleAssigned, at: datetime) -> Incident:
    ended = _ended(incident.holdings, it.role, it.relieves, at)
    taken = Holding(role=it.role, person=it.person, since=at)
    return replace(incident, holdings=(*ended, taken), offers=_other_offers(incident, it.role, it.settles))


def _ended(holdings: tuple[Holding, ...], role: Slug, people: tuple[Handle, ...], at: datetime) -> tuple[Holding, ...]:
    def over(held: Holding) -> bool:
        return held.role == role and held.person in people and held.until is None

    return tuple(replace(held, until=at) if over(held) else held for held in holdings)


def _other_offers(incident: Incident, role: Slug, settled: tuple[Party, ...]) -> tuple[Offer, ...]:
    return tuple(offer for offer in incident.offers if offer.role != role or offer.to not in settled)


def _ask(incident: Incident, seq: Seq | None, *, state: AskState, person: Handle | None, outcome: str = "") -> Incident:
    asks = tuple(
        replace(ask, state=state, person=person, outcome=outcome) if ask.seq == seq else ask for ask in incident.asks
    )
    return replace(incident, asks=asks)


def _ask_declined(incident: Incident, seq: Seq | None, person: Handle) -> Incident:
    """The no of one of a group leaves the ask to the others."""
    asked = next((ask for ask in incident.asks if ask.seq == seq), None)
    if asked is not None and asked.to.group is not None:
        return _ask(incident, seq, state="asked", person=None)
    return _ask(incident, seq, state="declined", person=person)


def _settled(incident: Incident, proposal: Seq | None) -> Incident:
    return replace(incident, proposals=tuple(each for each in incident.proposals if each.seq != proposal))


def _action(incident: Incident, seq: Seq | None, *, url: str | None = None, done: bool = False) -> Incident:
    def after(action: Action) -> Action:
        return replace(action, url=action.url if url is None else url, done=action.done or done)

    actions = tuple(after(action) if action.seq == seq else action for action in incident.actions)
    return replace(incident, actions=actions)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


def _with(items: tuple[T, ...], item: T) -> tuple[T, ...]:
    return items if item in items else (*items, item)
