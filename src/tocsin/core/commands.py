"""Requests: everything that may be asked. A docstring here is the help a person in trouble reads.

A person, role, group, service or community is asked for as people write it (`ada`, `Ada Lovelace`, `ada@example.org`);
deciding finds out who that is, or refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Annotated, Literal

from tocsin.core.events import CancelReason, Improves, NoteKind, Outcome, SignalKind, UpdateKind, Verdict
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId, TicketId
from tocsin.core.moments import Moment
from tocsin.core.people import Community, Group, Leave, Person, Service, Shift
from tocsin.core.refused import Refused

LONGEST = 200_000
"""Characters in one line of the log."""
LARGEST = 2**31 - 1
"""The largest number that every database holds."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something asked for."""


@dataclass(frozen=True, kw_only=True)
class ToIncident(Command):
    """Something asked of one incident."""

    incident: Annotated[IncidentNumber, "which incident; without it, the only one that is open"]


@dataclass(frozen=True, kw_only=True)
class ToSignal(Command):
    """Something asked of one signal."""

    signal: Annotated[SignalId, "which signal"]


@dataclass(frozen=True, kw_only=True)
class ToEffect(Command):
    """Something asked of one wish of the outbox."""

    effect: Annotated[EffectId, "which one; `outbox list` shows them"]


# ── signals ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class NoteSignal(Command):
    """Say that something seems wrong: a ticket came in, an alert fired, a probe failed, somebody told you."""

    text: Annotated[str, "what was reported, as it was reported"]
    kind: Annotated[SignalKind, "how it reached us"] = "person"
    service: Annotated[str, "which service"] = ""
    criterion: Annotated[str, "what people cannot do"] = ""
    people: Annotated[tuple[str, ...], "who is affected, by name; once for each"] = ()
    count: Annotated[int | None, "how many are affected, where names are not known"] = None
    everyone: Annotated[bool, "everyone is affected"] = False
    link: Annotated[str, "where it stands: an address, or a reference such as pagerduty:1869"] = ""
    key: Annotated[str, "the same key again is the same signal again, while it is open"] = ""


@dataclass(frozen=True, kw_only=True)
class AddToSignal(ToSignal):
    """Say something about a signal before anybody has declared an incident; it comes along if one is declared."""

    text: Annotated[str, "what you want to say"]
    kind: Annotated[NoteKind, "what kind of line it is"] = "note"
    output: Annotated[str, "what the command printed"] = ""
    outcome: Annotated[str, "what came of the fix"] = ""
    link: Annotated[str, "where it was said or done"] = ""
    via: Annotated[str, "where it was said, when not here"] = ""


@dataclass(frozen=True, kw_only=True)
class Acknowledge(Command):
    """Say that you have seen it and look after it. The timeline keeps who, and when."""

    incident: Annotated[IncidentNumber | None, "which incident; without it, the only one that is open"] = None
    signal: Annotated[SignalId | None, "which signal, where it is not an incident (yet)"] = None


@dataclass(frozen=True, kw_only=True)
class CloseSignal(ToSignal):
    """Say that a signal is over: the alert cleared, the ticket was answered."""

    why: Annotated[str, "why, if it needs saying"] = ""


@dataclass(frozen=True, kw_only=True)
class Judge(ToSignal):
    """Say what a signal is: a candidate for an incident, a support request, or noise. The last two close it."""

    verdict: Annotated[Literal["incident", "support-request", "noise"], "what it is"]
    why: Annotated[str, "how you know; needed where the playbook's rule says otherwise"] = ""
    answer: Annotated[str, "what whoever reported it is told of a support request, in their ticket"] = ""


@dataclass(frozen=True, kw_only=True)
class Respond(ToSignal):
    """Tell whoever reported it that you look into it, in their ticket: before anybody has declared an incident."""

    text: Annotated[str, "what they are told"]
    next_by: Annotated[datetime | None, "by when they hear from us again at the latest"] = None


# ── tickets ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class TakeTicket(Command):
    """A ticket came in: it is kept, and reported as a signal."""

    subject: str
    text: str
    whole: str = ""
    """With what it quotes and signs, where that is more."""
    name: str = ""
    email: str = ""
    company: str = ""
    """Whom they belong to, as the ticket system calls them."""
    community: str = ""
    """Whose form it was written in."""
    criterion: str = ""
    """What they say themselves that they cannot do."""
    proven: bool = True
    """False: anybody could have typed that address; nobody of the directory is taken to have asked."""
    system: str = ""
    reference: str = ""
    link: str = ""
    token: str
    closed: bool = False
    incident: IncidentNumber | None = None
    """The one it was opened for, to tell them what line `line` says."""
    line: Seq | None = None


@dataclass(frozen=True, kw_only=True)
class TakeWord(Command):
    """Something was said in a ticket."""

    ticket: TicketId
    source: str
    way: Literal["in", "out", "note"]
    text: str
    whole: str = ""
    name: str = ""
    email: str = ""
    proven: bool = True
    """Who says it is who they say they are, as far as its system can tell."""
    line: Seq | None = None
    """The line of the incident's log that says so already."""
    reference: str = ""
    """What its system calls the ticket, where it was opened with this."""


@dataclass(frozen=True, kw_only=True)
class EndTicket(Command):
    """A ticket was closed, or opened again, in its system."""

    ticket: TicketId
    closed: bool


@dataclass(frozen=True, kw_only=True)
class ReplyInTicket(Command):
    """Write to whoever wrote a ticket: there, and nowhere else. Word to a whole community is an update."""

    ticket: Annotated[TicketId, "which ticket"]
    text: Annotated[str, "what they are told"]


@dataclass(frozen=True, kw_only=True)
class PlaceTicket(Command):
    """Say which community a ticket comes from."""

    ticket: Annotated[TicketId, "which ticket"]
    community: Annotated[str, "which community"]


@dataclass(frozen=True, kw_only=True)
class AdmitWord(Command):
    """Say that what a stranger wrote in a ticket may stand with the rest."""

    ticket: Annotated[TicketId, "which ticket"]
    place: Annotated[int, "which of its messages: 1 is the first"]


# ── the incident ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A line from before anybody declared."""

    text: str
    at: Moment
    by: Handle
    kind: NoteKind = "note"
    output: str = ""
    outcome: str = ""
    link: str = ""
    via: str = ""


@dataclass(frozen=True, kw_only=True)
class Declare(Command):
    """Declare an incident. A short title is all it needs. A triager at work commands, or else you, to begin with."""

    title: Annotated[str, "what people cannot do, in a few words; it can be changed any time"]
    description: Annotated[str, "more, if you have it at hand"] = ""
    services: Annotated[tuple[str, ...], "which services; once for each"] = ()
    criterion: Annotated[str, "what people cannot do"] = ""
    commander: Annotated[str, "who commands; without it, a triager who is at work, or else you"] = ""
    signals: Annotated[tuple[SignalId, ...], "signals that belong to it; once for each"] = ()
    why: Annotated[str, "why it is one, where the signals alone do not say so"] = ""
    tickets: Annotated[tuple[str, ...], "tickets about it; once for each"] = ()
    communities: Annotated[tuple[str, ...], "communities that are affected; once for each"] = ()
    severity: Annotated[str, "how severe, if your playbook has severities"] = ""
    channel: Annotated[bool, "it should have a channel of its own (nothing opens one yet)"] = True
    drill: Annotated[bool, "it is an exercise"] = False
    began: Annotated[datetime | None, "when the impact began, if you know already"] = None
    ended: Annotated[datetime | None, "when it ended, if it is already over"] = None
    verified: Annotated[str, "how you know that it is over, if it is"] = ""
    earlier: tuple[Earlier, ...] = ()
    """What was said before it was declared; programs that tell old incidents give it."""
    mark: str = ""
    """What tells it from every other incident, where a program that tells old ones knows better than we."""


@dataclass(frozen=True, kw_only=True)
class Follow(ToIncident):
    """Be told by mail of what changes in an incident: its state, its plan, what the communities hear, its report."""


@dataclass(frozen=True, kw_only=True)
class Unfollow(ToIncident):
    """Be told no more of what changes in an incident."""


@dataclass(frozen=True, kw_only=True)
class Retitle(ToIncident):
    """Give the incident a better title."""

    title: Annotated[str, "the new title"]
    seen: str | None = None
    """The title it was written against: refused if somebody set another meanwhile."""


@dataclass(frozen=True, kw_only=True)
class SetServices(ToIncident):
    """Say which services it is about."""

    services: Annotated[tuple[str, ...], "the services; once for each"]
    seen: tuple[str, ...] | None = None
    """Those it was written against: refused if somebody set others meanwhile."""


@dataclass(frozen=True, kw_only=True)
class SetCommunities(ToIncident):
    """Say which communities it touches; they are the ones who get updates."""

    communities: Annotated[tuple[str, ...], "the communities; once for each"]
    seen: tuple[str, ...] | None = None
    """Those it was written against: refused if somebody set others meanwhile."""


@dataclass(frozen=True, kw_only=True)
class SetCriterion(ToIncident):
    """Say what people cannot do, in the playbook's terms."""

    criterion: Annotated[str, "the criterion; empty takes it away"] = ""
    seen: str | None = None
    """The one it was written against, empty where there was none: refused if somebody set another meanwhile."""


@dataclass(frozen=True, kw_only=True)
class AttachSignal(ToIncident):
    """Say that a signal belongs to this incident. What was said about it comes along."""

    signal: Annotated[SignalId, "which signal"]


@dataclass(frozen=True, kw_only=True)
class LinkTicket(ToIncident):
    """Say that a ticket is about this incident."""

    ticket: Annotated[str, "its address or reference"]


@dataclass(frozen=True, kw_only=True)
class UnlinkTicket(ToIncident):
    """Say that a ticket is not about this incident after all."""

    ticket: Annotated[str, "its address or reference"]


@dataclass(frozen=True, kw_only=True)
class AddLink(ToIncident):
    """Keep an address at hand: a dashboard, an issue, a runbook."""

    url: Annotated[str, "the address"]
    title: Annotated[str, "what it is"] = ""


@dataclass(frozen=True, kw_only=True)
class SetPhase(ToIncident):
    """Say how far we are."""

    phase: Annotated[str, "the phase, as the playbook calls it"]
    seen: str | None = None
    """The one it was written against, empty where there was none: refused if somebody set another meanwhile."""


@dataclass(frozen=True, kw_only=True)
class SetPlan(ToIncident):
    """Say what the state is, the cause as we think it, what was tried and what comes next. What you leave out stays."""

    state: Annotated[str | None, "what works and what does not, now"] = None
    cause: Annotated[str | None, "the cause as we think it"] = None
    tried: Annotated[str | None, "what was tried"] = None
    next: Annotated[str | None, "what comes next"] = None
    seen: Seq | None = None
    """The line of the plan it was written against, 0 where there was none: refused if another was set meanwhile."""


@dataclass(frozen=True, kw_only=True)
class SetImpact(ToIncident):
    """Say when the impact began and ended. A best guess will do, and so will a range. What you leave out stays."""

    start: Annotated[datetime | None, "when it began, or the earliest it can have begun"] = None
    start_until: Annotated[datetime | None, "the latest it can have begun"] = None
    end: Annotated[datetime | None, "when service was restored, or the earliest it can have been"] = None
    end_until: Annotated[datetime | None, "the latest it can have been"] = None
    seen: tuple[datetime | None, ...] | None = None
    """The four times it was written against: refused if somebody set others meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Resolve(ToIncident):
    """Say that it is over, and how that was verified."""

    verified: Annotated[str, "how you know: what was tried, and worked"] = ""
    text: Annotated[str, "what was done, if it is not on the timeline yet"] = ""


@dataclass(frozen=True, kw_only=True)
class Reopen(ToIncident):
    """Say that it is not over after all."""

    why: Annotated[str, "what happened"] = ""


@dataclass(frozen=True, kw_only=True)
class Cancel(ToIncident):
    """Say that it was no incident of ours: a false alarm, a duplicate of another, somebody else's to solve."""

    reason: Annotated[CancelReason, "which of the three"]
    duplicate_of: Annotated[IncidentNumber | None, "the incident it is a duplicate of"] = None
    why: Annotated[str, "how you know"] = ""


# ── roles and asks ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Assign(ToIncident):
    """Give somebody a role who has already agreed to it."""

    role: Annotated[str, "which role"]
    person: Annotated[str, "who; without it, you"] = ""


@dataclass(frozen=True, kw_only=True)
class OfferRole(ToIncident):
    """Ask somebody, or a group, to take a role. It changes hands when they accept."""

    role: Annotated[str, "which role"]
    to: Annotated[str, "a person or a group"]
    text: Annotated[str, "a word to them"] = ""


@dataclass(frozen=True, kw_only=True)
class AcceptRole(ToIncident):
    """Take a role that was offered to you or to a group of yours."""

    role: Annotated[str, "which role; without it, the only one offered to you"] = ""


@dataclass(frozen=True, kw_only=True)
class DeclineRole(ToIncident):
    """Say no to a role that was offered to you. Nobody needs a reason."""

    role: Annotated[str, "which role; without it, the only one offered to you"] = ""
    why: Annotated[str, "a word, if you like"] = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawOffer(ToIncident):
    """Take back an offer that nobody has answered: your own, or, if you command, anybody's."""

    role: Annotated[str, "which role; without it, the only one that is offered"] = ""
    to: Annotated[str, "to whom it was offered; without it, the only one"] = ""


@dataclass(frozen=True, kw_only=True)
class Release(ToIncident):
    """Lay down a role. Better offer it to somebody first; but if you must stop, stop."""

    role: Annotated[str, "which role"]
    person: Annotated[str, "whose; without it, yours"] = ""


@dataclass(frozen=True, kw_only=True)
class Delegate(ToIncident):
    """Ask somebody, or a group, to do something now."""

    what: Annotated[str, "what they should do"]
    to: Annotated[str, "a person or a group"]
    until: Annotated[datetime | None, "by when"] = None


@dataclass(frozen=True, kw_only=True)
class AcceptAsk(ToIncident):
    """Say that you do what you were asked to."""

    ask: Annotated[Seq | None, "the line of the ask; without it, the only one put to you"] = None


@dataclass(frozen=True, kw_only=True)
class DeclineAsk(ToIncident):
    """Say that you cannot do what you were asked to."""

    ask: Annotated[Seq | None, "the line of the ask; without it, the only one put to you"] = None
    why: Annotated[str, "a word, if you like"] = ""


@dataclass(frozen=True, kw_only=True)
class FinishAsk(ToIncident):
    """Say that an ask is done, and what came of it."""

    outcome: Annotated[str, "what came of it"]
    ask: Annotated[Seq | None, "the line of the ask; without it, the only one you run"] = None


# ── the log ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Note(ToIncident):
    """Write a line on the timeline. Write everything: what you look at, what you run, notes to yourself too."""

    text: Annotated[str, "what you want to say; Markdown"]
    kind: Annotated[NoteKind, "what kind of line it is"] = "note"
    output: Annotated[str, "what the command printed"] = ""
    outcome: Annotated[str, "what came of the fix"] = ""
    link: Annotated[str, "where it was said or done"] = ""
    thread: Annotated[Seq | None, "the line it answers"] = None
    via: Annotated[str, "where it was said, when not here"] = ""
    until: Annotated[datetime | None, "the end of a range, when --at is only its beginning"] = None


@dataclass(frozen=True, kw_only=True)
class EditNote(ToIncident):
    """Mend a line you wrote. It is shown as edited, and what stood there before is kept."""

    line: Annotated[Seq, "which line"]
    text: Annotated[str, "how it should read"]
    output: Annotated[str | None, "what the command printed; without it, as it was"] = None
    outcome: Annotated[str | None, "what came of the fix; without it, as it was"] = None
    seen: Seq | None = None
    """The line that mended it last, 0 where none had: refused if somebody mended it again meanwhile."""


@dataclass(frozen=True, kw_only=True)
class RemoveNote(ToIncident):
    """Take a line you wrote off the timeline. It is kept in the log, and left out of the report."""

    line: Annotated[Seq, "which line"]
    why: Annotated[str, "why, if it needs saying"] = ""


@dataclass(frozen=True, kw_only=True)
class Highlight(ToIncident):
    """Mark a line as a key moment, or take the mark away."""

    line: Annotated[Seq, "which line"]
    on: Annotated[bool, "marked, or not"] = True


@dataclass(frozen=True, kw_only=True)
class Redact(ToIncident):
    """Blank the words of a line for ever: a password, a name that must not stand there. Only who and why remain."""

    line: Annotated[Seq, "which line"]
    why: Annotated[str, "why"]


# ── word to the outside ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class PostUpdate(ToIncident):
    """Tell the communities what is known, was tried and comes next. If mail is set up, who speaks for them gets it."""

    text: Annotated[str, "what they are told"]
    kind: Annotated[UpdateKind, "which of the messages it is"] = "update"
    communities: Annotated[tuple[str, ...], "whom; without it, all that are affected"] = ()
    drafted_by: Annotated[str, "who wrote it; without it, you"] = ""
    approved_by: Annotated[str, "who approved it; without it, you"] = ""
    next_by: Annotated[datetime | None, "when they hear from us again at the latest"] = None
    proposal: Annotated[Seq | None, "the line of the proposal it comes of, if somebody proposed it"] = None


@dataclass(frozen=True, kw_only=True)
class ProposeUpdate(ToIncident):
    """Ask whoever approves what is said outside to approve word to the communities, and to send it."""

    text: Annotated[str, "what they would be told"]
    kind: Annotated[UpdateKind, "which of the messages it is"] = "update"
    communities: Annotated[tuple[str, ...], "whom; without it, all that are affected"] = ()
    next_by: Annotated[datetime | None, "when they would hear from us again at the latest"] = None


@dataclass(frozen=True, kw_only=True)
class TurnDownProposal(ToIncident):
    """Say that proposed word is not sent like this: yours, or what you were asked to approve."""

    proposal: Annotated[Seq, "the line of the proposal"]
    why: Annotated[str, "what should change"] = ""


# ── what becomes of wishes ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class ReportDelivery(ToEffect):
    """What the worker found out about a wish."""

    outcome: Outcome
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class TryAgain(ToEffect):
    """Have it tried again: what was given up, or what may not have arrived. It goes out under the same id."""


@dataclass(frozen=True, kw_only=True)
class GiveUp(ToEffect):
    """Do not try it any more. What comes after it no longer waits for it."""

    why: Annotated[str, "why"] = ""


@dataclass(frozen=True, kw_only=True)
class ConfirmArrival(ToEffect):
    """Say that it arrived, where nobody could tell."""


@dataclass(frozen=True, kw_only=True)
class ReleaseOutbox(Command):
    """Let a held outbox send again, as one is after a restore."""

    since: Annotated[datetime | None, "give up what was wished before; without it, all that waits is sent"] = None


# ── the report ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class OwnReport(ToIncident):
    """Take the report, or offer it to somebody. Its owner sees it through; anybody of the team may write."""

    person: Annotated[str, "who should take it; without it, you"] = ""


@dataclass(frozen=True, kw_only=True)
class WriteReport(ToIncident):
    """Write sections of the report. Every save is a revision; what you leave out stays."""

    sections: Annotated[Mapping[str, str], "section=text; once for each"]
    zone: Annotated[str, "the time zone its times are shown in"] = ""


@dataclass(frozen=True, kw_only=True)
class AskForReview(ToIncident):
    """Ask the response team to read the report as it stands now."""


@dataclass(frozen=True, kw_only=True)
class Review(ToIncident):
    """Say what you think of the report that is under review."""

    verdict: Annotated[Verdict, "ready, or not yet"] = "approve"
    text: Annotated[str, "what should change, if anything"] = ""


@dataclass(frozen=True, kw_only=True)
class Publish(ToIncident):
    """Publish the reviewed report."""


@dataclass(frozen=True, kw_only=True)
class PublishReplayed(ToIncident):
    """Publish a report from elsewhere as it stands there, in its own words; nobody reviews it again."""

    status: str
    publisher: Handle


@dataclass(frozen=True, kw_only=True)
class RecordPublication(ToIncident):
    """What came back from the publisher."""

    request: Seq
    path: str
    commit: str
    without: str = ""


@dataclass(frozen=True, kw_only=True)
class AddAction(ToIncident):
    """Say what should be done so that this does not happen again."""

    text: Annotated[str, "what should be done"]
    url: Annotated[str, "the issue that tracks it"] = ""
    improves: Annotated[Improves | None, "what it makes better"] = None
    done: Annotated[bool, "it is done already"] = False


@dataclass(frozen=True, kw_only=True)
class LinkAction(ToIncident):
    """Say which issue tracks an action."""

    action: Annotated[Seq, "the line of the action"]
    url: Annotated[str, "the issue that tracks it"]


@dataclass(frozen=True, kw_only=True)
class CompleteAction(ToIncident):
    """Say that an action is done."""

    action: Annotated[Seq, "the line of the action"]


@dataclass(frozen=True, kw_only=True)
class NoAction(ToIncident):
    """Say that nothing needs doing so that this does not happen again, and why."""

    why: Annotated[str, "why"]


# ── people and places ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class UpdateDirectory(Command):
    """Add people, groups, services and communities, or bring them up to date. Nobody is ever taken out."""

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    services: tuple[Service, ...] = ()
    communities: tuple[Community, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChangeDirectory(Command):
    """Bring entries of the directory up to date as they were seen; refused where somebody else was faster."""

    to: UpdateDirectory
    """How they are to be."""
    seen: UpdateDirectory = UpdateDirectory()
    """How they stood when that was written. What is not in it is added, and must not be there yet."""


@dataclass(frozen=True, kw_only=True)
class SetProfile(Command):
    """Say who you are: your name, your clock, when you work, what you know well. What you leave out stays."""

    name: Annotated[str | None, "your name"] = None
    zone: Annotated[str | None, "your time zone: Europe/London; empty: the playbook's"] = None
    hours: Annotated[
        tuple[Shift, ...] | None, "when you work: 'mon-fri 09:00-17:00', once for each; usual: as the playbook has it"
    ] = None
    leave: Annotated[
        tuple[Leave, ...] | None, "when you do not: 2026-12-24..2027-01-02, or a day; once for each; none: no leave"
    ] = None
    expertise: Annotated[tuple[str, ...] | None, "what you know well; once for each; empty: nothing"] = None
    accounts: Annotated[
        tuple[str, ...] | None, "who you are elsewhere, as PLACE:NAME: github:ada; once for each; empty: nobody"
    ] = None


@dataclass(frozen=True, kw_only=True)
class LetIn(Command):
    """Give somebody a link that works once, with which they choose a password and sign in."""

    person: Annotated[str, "whom"]
    kind: Annotated[
        Literal["invite", "reset"], "an invitation, or a new password for somebody who has forgotten theirs"
    ]
    key: Annotated[str, "the SHA-256 of what the link ends in, which whoever asks keeps to themselves"]


COMMANDS: tuple[type[Command], ...] = tuple(
    cls
    for base in (Command, ToIncident, ToSignal, ToEffect)
    for cls in base.__subclasses__()
    if cls not in (ToIncident, ToSignal, ToEffect)
)
"""Every command there is."""


def must_be_legible(given: object) -> None:
    """Refuse what cannot be kept or read again: text too long, with NUL bytes, not UTF-8; a time without its zone."""
    for value in _values(given):
        match value:
            case str():
                _legible_text(value)
            case datetime():
                Moment(at=value)
            case int() if abs(value) > LARGEST:
                raise Refused(f"That number is too large; the largest is {LARGEST:,}.")
            case _:
                pass


def _legible_text(text: str) -> None:
    if len(text) > LONGEST:
        raise Refused(f"That is {len(text):,} characters; one line holds {LONGEST:,}. Split it, or keep it in a file.")
    if "\0" in text:
        raise Refused("The text contains a NUL byte, which no timeline can hold. Take it out and send it again.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(
            "The text is not valid UTF-8. Convert it first, for example with `iconv -f latin1 -t utf-8`."
        ) from None


def _values(value: object) -> Iterator[object]:
    match value:
        case Mapping():
            for pair in value.items():
                yield from _values(pair)
        case tuple() | list() | set() | frozenset():
            for item in value:
                yield from _values(item)
        case _ if is_dataclass(value):
            for each in fields(value):
                yield from _values(getattr(value, each.name))
        case _:
            yield value
