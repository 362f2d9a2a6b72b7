"""What a report says, whatever its form: log, prose and playbook put together, with names where people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from tocsin.core import timeline
from tocsin.core.duties import owner
from tocsin.core.events import Declared, Entry, ImpactSet, SignalKind, SignalReceived, Updated
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.incident import Action, Incident, fold
from tocsin.core.moments import Moment
from tocsin.core.moments import zone as known_zone
from tocsin.core.people import Directory, called
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.core.report import report_state
from tocsin.core.signals import shows_impact
from tocsin.core.timeline import LineKind, Names
from tocsin.core.verdict import affected
from tocsin.report.strip import Strip, strip
from tocsin.report.strip.signs import answer


@dataclass(frozen=True, kw_only=True)
class Part:
    """Somebody's time in a role; `until` is None where they held it to the end."""

    role: Slug
    name: str
    person: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section's prose; "" where nobody has written any."""

    slug: Slug
    title: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One moment of the timeline, with the Markdown as it was written."""

    at: Moment
    kind: LineKind
    by: str
    text: str = ""
    links: tuple[str, ...] = ()
    key: bool = False
    """Somebody marked it as a key moment."""


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """What first said that something was wrong."""

    at: datetime
    kind: SignalKind


@dataclass(frozen=True, kw_only=True)
class Document:
    """Everything that stands in a report. People, services and communities go by their names."""

    number: IncidentNumber
    title: str
    status: str
    owner: str
    """Who owns the review process; "" where nobody does."""
    zone: str
    """The time zone whose clock the readers' forms show."""
    services: tuple[str, ...]
    communities: tuple[str, ...]
    declared: datetime
    resolved: datetime | None
    verified: str
    impact: ImpactSet
    roles: tuple[Part, ...]
    sections: tuple[Section, ...]
    """All of the playbook's, in its order, the empty ones too."""
    timeline: tuple[Line, ...]
    actions: tuple[Action, ...]
    no_action: str
    """Why no action is needed, where somebody said so."""
    replayed: bool
    drill: bool = False
    """It was an exercise."""
    noticed: Noticed | None = None
    """None where no signal came before somebody knew of it."""
    answered: datetime | None = None
    """When somebody first took it; None where nobody did."""
    told: tuple[datetime, ...] = ()
    """Every time the communities heard from us, in order."""
    criterion: str = ""
    """The playbook's name for what people could not do; "" where nothing of that fits."""
    people: int | None = None
    """So many at least could not; None where nobody counted."""
    strip: Strip | None = None
    """The incident as a picture; None where nothing has a place in time."""


def build(
    entries: Sequence[Entry], sections: Mapping[str, str], playbook: Playbook, directory: Directory, *, zone: str
) -> Document:
    """The report as its log and its prose have it now."""
    known_zone(zone)
    declared = next((entry for entry in entries if isinstance(entry.event, Declared)), None)
    if declared is None:
        raise Refused("Only a declared incident has a report. Declare it first.")
    incident = fold(declared.incident, entries)
    name = _names(directory)
    held_by = owner(incident, playbook)
    return Document(
        number=incident.number,
        title=incident.title,
        status=_status(incident, playbook),
        owner=name(held_by) if held_by is not None else "",
        zone=zone,
        services=tuple(_service(slug, playbook, directory) for slug in incident.services),
        communities=tuple(_community(slug, directory) for slug in incident.communities),
        declared=declared.at.at,
        resolved=incident.resolved_at,
        verified=incident.verified,
        impact=incident.impact,
        roles=_parts(incident, playbook, name),
        sections=tuple(
            Section(slug=each.slug, title=each.name, text=sections.get(each.slug, "")) for each in playbook.sections
        ),
        timeline=_timeline(entries, playbook, name),
        actions=incident.actions,
        no_action=incident.no_action,
        replayed=incident.report.replayed,
        drill=incident.drill,
        noticed=_noticed(entries),
        answered=taken.at.at if (taken := answer(entries)) else None,
        told=tuple(sorted(entry.at.at for entry in entries if isinstance(entry.event, Updated))),
        criterion=_criterion(incident, playbook),
        people=_people(entries),
        strip=strip(entries, playbook, name, zone=zone),
    )


def _names(directory: Directory) -> Names:
    """A log names the same few people over and over; each is looked up once."""

    @cache
    def name(handle: Handle) -> str:
        return called(directory, handle)

    return name


def _service(slug: Slug, playbook: Playbook, directory: Directory) -> str:
    if service := directory.service(slug):
        return service.name
    return playbook.service.name if slug == playbook.service.slug else slug


def _community(slug: Slug, directory: Directory) -> str:
    community = directory.community(slug)
    return community.name if community else slug


def _status(incident: Incident, playbook: Playbook) -> str:
    """The copy that is about to be published says so: it is never read before it is."""
    if incident.report.replayed:
        return incident.report.status
    state = "published" if incident.report.requested is not None else report_state(incident)
    named = (term.name for term in playbook.report_states if term.slug == state)
    return next(named, state.replace("-", " ").capitalize())


def _noticed(entries: Sequence[Entry]) -> Noticed | None:
    """A signal that came after somebody had taken it told nobody anything new."""
    taken = answer(entries)
    heard = [(entry.at.at, entry.event.kind) for entry in entries if shows_impact(entry.event)]
    at, kind = min(heard, default=(None, None))
    if at is None or kind is None or (taken is not None and taken.at.at < at):
        return None
    return Noticed(at=at, kind=kind)


def _criterion(incident: Incident, playbook: Playbook) -> str:
    """One that the playbook no longer has keeps its slug for a name."""
    named = (each.name for each in playbook.criteria if each.slug == incident.criterion)
    return next(named, incident.criterion or "")


def _people(entries: Sequence[Entry]) -> int | None:
    """As many as the verdict on all of its signals would count."""
    events = [entry.event for entry in entries]
    return affected(event for event in events if isinstance(event, SignalReceived)) or None


def _parts(incident: Incident, playbook: Playbook, name: Names) -> tuple[Part, ...]:
    """A role that the playbook no longer has keeps its slug for a name."""
    titles = {role.slug: role.name for role in playbook.roles}
    return tuple(
        Part(
            role=held.role,
            name=titles.get(held.role, held.role),
            person=name(held.person),
            since=held.since,
            until=held.until,
        )
        for held in incident.holdings
    )


def _timeline(entries: Sequence[Entry], playbook: Playbook, name: Names) -> tuple[Line, ...]:
    lines = timeline.reported(timeline.timeline(entries, playbook, name))
    return tuple(
        Line(
            at=line.at,
            kind=line.kind,
            by=name(line.by),
            text=line.text,
            links=line.links,
            key=line.highlighted,
        )
        for line in lines
    )
