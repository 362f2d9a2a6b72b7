"""Facts: everything that can stand in an incident's log.

A fact only grows fields with defaults; a renamed thing is a new kind. `tests/core/golden/` keeps one of every kind ever
shipped. Every fact is complete in itself: folding needs no playbook and no directory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Literal

from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId, Slug, TicketId
from tocsin.core.moments import Moment
from tocsin.core.people import Party

SignalKind = Literal["ticket", "alert", "probe", "person"]
NoteKind = Literal["note", "finding", "command", "fix", "decision", "told-us", "impact-began"]
UpdateKind = Literal["first-response", "update", "resolved", "report"]
CancelReason = Literal["false-alarm", "duplicate", "external"]
Verdict = Literal["approve", "ask-for-changes"]
Improves = Literal["process", "technology", "team"]
Outcome = Literal["delayed", "delivered", "unknown", "given-up", "quarantined", "again", "arrived", "bounced"]
REDACTED = "[redacted]"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened."""

    informs: ClassVar[bool] = False
    """It only informs (talk): no state depends on it, so it is not folded."""
    words: ClassVar[tuple[str, ...]] = ()
    """The fields that hold people's own words: what a redaction blanks."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An event about to be recorded. What is None is as the command has it."""

    event: Event
    at: Moment | None = None
    by: Handle | None = None
    about: Seq | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the log: an event with its place, its two clocks and its author."""

    incident: IncidentNumber
    seq: Seq
    event: Event
    at: Moment
    """When it happened; may be back-dated, may be a range."""
    recorded_at: datetime
    """When we learned it."""
    by: Handle
    source: str | None = None
    about: Seq | None = None
    """The line this one is about: an edit, a highlight, an answer."""


def blanked(event: Event) -> Event:
    """The same event without anybody's words; what it did to the incident stays."""

    def blank(words: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        return tuple(REDACTED for _ in words) if isinstance(words, tuple) else words and REDACTED

    return replace(event, **{field: blank(getattr(event, field)) for field in event.words})


# ── how it begins, and what it is ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Declared(Event):
    """Somebody said that this is an incident."""

    words = ("title", "description", "why")
    title: str
    description: str = ""
    services: tuple[Slug, ...] = ()
    communities: tuple[Slug, ...] = ()
    criterion: Slug | None = None
    severity: Slug | None = None
    wants_channel: bool = True
    drill: bool = False
    mark: str = ""
    """What tells this incident from every other, also from those of another database; it outlives a redaction."""
    why: str = ""
    """Why it is one, where its signals alone did not say so."""


@dataclass(frozen=True, kw_only=True)
class Acknowledged(Event):
    """Somebody took it, and looks after it."""


@dataclass(frozen=True, kw_only=True)
class SignalReceived(Event):
    """A signal belongs to this incident. Stands at the signal's own time, by whom it was noted."""

    words = ("text", "people", "link")
    signal: SignalId
    kind: SignalKind
    text: str
    service: Slug | None = None
    criterion: Slug | None = None
    people: tuple[str, ...] = ()
    count: int | None = None
    everyone: bool = False
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class SignalCleared(Event):
    """A signal of this incident is over; the incident itself need not be."""

    informs = True
    words = ("why",)
    signal: SignalId
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Retitled(Event):
    """It has a better title."""

    words = ("title",)
    title: str


@dataclass(frozen=True, kw_only=True)
class ServicesSet(Event):
    """Which services it is about, from now on."""

    services: tuple[Slug, ...]


@dataclass(frozen=True, kw_only=True)
class CommunitiesSet(Event):
    """Which communities it touches, from now on; they are the ones who hear of it."""

    communities: tuple[Slug, ...]


@dataclass(frozen=True, kw_only=True)
class CriterionSet(Event):
    """What people cannot do, in the playbook's terms; None where nothing of that fits."""

    criterion: Slug | None


@dataclass(frozen=True, kw_only=True)
class TicketLinked(Event):
    """A ticket is about this incident."""

    words = ("ticket",)
    ticket: str


@dataclass(frozen=True, kw_only=True)
class TicketUnlinked(Event):
    """A ticket is not about this incident after all; `about` is the line that linked it."""

    words = ("ticket",)
    ticket: str


@dataclass(frozen=True, kw_only=True)
class LinkAdded(Event):
    """An address to keep at hand."""

    words = ("url", "title")
    url: str
    title: str = ""


# ── what we think, and how far we are ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class PhaseSet(Event):
    """How far the work has come."""

    phase: Slug


@dataclass(frozen=True, kw_only=True)
class PlanSet(Event):
    """The commander's word. What is None stays as it was, so that the same words stand in one line only."""

    words = ("state", "cause", "tried", "next")
    state: str | None = None
    cause: str | None = None
    tried: str | None = None
    next: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImpactSet(Event):
    """When people were affected, as it is now thought to be; None where nobody knows yet."""

    start: Moment | None = None
    end: Moment | None = None


@dataclass(frozen=True, kw_only=True)
class Resolved(Event):
    """It is over. `verified`: how that is known; `text`: what was done."""

    words = ("verified", "text")
    verified: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Reopened(Event):
    """It is not over after all."""

    words = ("why",)
    why: str


@dataclass(frozen=True, kw_only=True)
class Cancelled(Event):
    """It was no incident of ours."""

    words = ("why",)
    reason: CancelReason
    why: str = ""
    duplicate_of: IncidentNumber | None = None


# ── who does what ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class RoleAssigned(Event):
    """Somebody has a role. `relieves`: who held it until now; `settles`: the offers of it that are over with that."""

    role: Slug
    person: Handle
    relieves: tuple[Handle, ...] = ()
    settles: tuple[Party, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoleOffered(Event):
    """A role was offered to a person or a group; `settles`: earlier offers that this one takes the place of."""

    words = ("text",)
    role: Slug
    to: Party
    text: str = ""
    settles: tuple[Party, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoleDeclined(Event):
    """Somebody said no to a role that was offered to them."""

    words = ("why",)
    role: Slug
    to: Party
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawn(Event):
    """An offer of a role was taken back before anybody answered it."""

    role: Slug
    to: Party


@dataclass(frozen=True, kw_only=True)
class RoleReleased(Event):
    """Somebody laid a role down."""

    role: Slug
    person: Handle


@dataclass(frozen=True, kw_only=True)
class AskMade(Event):
    """Somebody was asked to do something now, perhaps by a certain time."""

    words = ("what",)
    what: str
    to: Party
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AskAccepted(Event):
    """Whoever was asked does it; `about` is the ask, here and below."""


@dataclass(frozen=True, kw_only=True)
class AskDeclined(Event):
    """Whoever was asked cannot."""

    words = ("why",)
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class AskFinished(Event):
    """What was asked for is done, and this came of it."""

    words = ("outcome",)
    outcome: str


# ── what is said and done ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Noted(Event):
    """Somebody wrote a line; `about` is the one it answers, where it stands in a thread."""

    informs = True
    words = ("text", "output", "outcome", "link", "via", "who")
    kind: NoteKind = "note"
    text: str
    output: str = ""
    outcome: str = ""
    link: str = ""
    via: str = ""
    """Where it was said, when not here: `chat`."""
    signal: SignalId | None = None
    """The signal it was said about, before there was an incident."""
    ticket: TicketId | None = None
    """The ticket it was said in."""
    who: str = ""
    """Who said it, where the directory does not know them."""


@dataclass(frozen=True, kw_only=True)
class NoteEdited(Event):
    """How line `about` reads from now on."""

    informs = True
    words = ("text", "output", "outcome")
    text: str
    output: str | None = None
    outcome: str | None = None
    """None: as it was."""


@dataclass(frozen=True, kw_only=True)
class NoteRemoved(Event):
    """Line `about` was taken off the timeline; the log keeps it."""

    informs = True
    words = ("why",)
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Highlighted(Event):
    """Line `about` is a key moment, or no longer one."""

    informs = True
    on: bool = True


@dataclass(frozen=True, kw_only=True)
class Redacted(Event):
    """The tombstone: the words of line `about` are gone, and this says who took them out and why."""

    informs = True
    why: str


@dataclass(frozen=True, kw_only=True)
class Updated(Event):
    """Word to the communities, and when they hear from us again at the latest."""

    words = ("text",)
    kind: UpdateKind
    text: str
    communities: tuple[Slug, ...]
    drafted_by: Handle
    approved_by: Handle
    next_by: datetime | None = None
    went: bool = False
    """It had gone out in their tickets before there was an incident."""


@dataclass(frozen=True, kw_only=True)
class UpdateProposed(Event):
    """Word to the communities that waits for whoever approves it. It is sent as an `Updated` about this line."""

    words = ("text",)
    kind: UpdateKind
    text: str
    communities: tuple[Slug, ...]
    next_by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ProposalTurnedDown(Event):
    """The word proposed in line `about` is not sent like this: its author took it back, or who approves wants more."""

    words = ("why",)
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class DeliveryReported(Event):
    """What became of a wish about the outside world, where it did not simply come true; `about` is what wished for it.

    `delayed`: it failed, and is tried again. `delivered`: it came true after all. `unknown`: nobody can tell whether it
    did. `given-up`: it is not tried any more. `quarantined`: it ended the worker again and again. `again`, `arrived`: a
    person had it tried once more, or said that it came true. `bounced`: it was sent, and came back.
    """

    informs = True
    words = ("trouble",)
    effect: EffectId
    wish: str
    """What kind of wish it is."""
    outcome: Outcome
    to: Handle | None = None
    community: Slug | None = None
    trouble: str = ""


# ── the report's life ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class ReportOffered(Event):
    """Somebody was asked to own the report."""

    to: Handle


@dataclass(frozen=True, kw_only=True)
class ReportOwned(Event):
    """Somebody owns the report: they see it through."""

    owner: Handle


@dataclass(frozen=True, kw_only=True)
class ReviewRequested(Event):
    """The response team was asked to read this revision."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class ReportReviewed(Event):
    """Somebody read this revision, and thinks so of it."""

    words = ("text",)
    verdict: Verdict
    revision: int
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class ReportApproved(Event):
    """Enough people have read this revision and found it complete."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class ReviewReopened(Event):
    """The text changed after the review was asked for."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class PublicationRequested(Event):
    """Somebody asked to publish this revision; `status`: where it stands elsewhere, when it comes from there."""

    revision: int
    status: str = ""
    replayed: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportPublished(Event):
    """This revision stands where everybody can read it: `path` without ending, in that `commit`."""

    revision: int
    path: str
    commit: str
    request: Seq
    without: str = ""
    """Why it does not stand there in every form."""


@dataclass(frozen=True, kw_only=True)
class ActionAdded(Event):
    """Something that should be done so that this does not happen again, and what it improves."""

    words = ("text", "url")
    text: str
    url: str = ""
    improves: Improves | None = None
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class ActionLinked(Event):
    """Which issue tracks the action `about`."""

    words = ("url",)
    url: str


@dataclass(frozen=True, kw_only=True)
class ActionCompleted(Event):
    """The action `about` is done."""


@dataclass(frozen=True, kw_only=True)
class NoActionNeeded(Event):
    """Nothing needs doing so that this does not happen again."""

    words = ("why",)
    why: str


def _kinds(base: type[Event]) -> dict[str, type[Event]]:
    return {cls.__name__: cls for cls in base.__subclasses__()}


EVENTS: dict[str, type[Event]] = _kinds(Event)
"""Every kind by its name, as it is stored."""
