"""The steps of the process, each with what the log shows of it. Nobody ticks a box: what was done shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Handle, Seq, Slug
from tocsin.core.incident import Incident
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Evidence, Playbook, Step


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The line that shows something of a step: who did it, and when."""

    evidence: Evidence
    seq: Seq
    at: Moment
    by: Handle


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A step with what there is to show for it, and what is not there yet."""

    step: Step
    proofs: tuple[Proof, ...]
    lacks: tuple[Evidence, ...]

    @property
    def done(self) -> bool:
        """Everything the log can show of it is there. A step of which it can show nothing is never known to be done."""
        return bool(self.proofs) and not self.lacks


def checklist(
    incident: Incident, entries: Sequence[Entry], playbook: Playbook, *, overdue: bool = False
) -> list[Checked]:
    """Every step of the playbook, in its order, held against the log; `overdue`: the communities wait for word now.

    What was shown once stays shown as the log grows, until something undoes it: a reopening, a new review, another
    community, word that is overdue. Where no channel is wanted, a step does not wait for one.
    """
    named = {evidence for step in playbook.steps for evidence in step.evidence}
    if not incident.wants_channel:
        named.discard("channel")
    shown = {evidence: _shown(evidence, incident, entries, playbook) for evidence in named}
    if overdue:
        shown["updated"] = None
    return [_checked(step, shown) for step in playbook.steps]


def _checked(step: Step, shown: Mapping[Evidence, Proof | None]) -> Checked:
    looked_for = [evidence for evidence in step.evidence if evidence in shown]
    proofs = [proof for evidence in looked_for if (proof := shown[evidence]) is not None]
    lacks = [evidence for evidence in looked_for if shown[evidence] is None]
    return Checked(step=step, proofs=tuple(proofs), lacks=tuple(lacks))


def _shown(evidence: Evidence, incident: Incident, entries: Sequence[Entry], playbook: Playbook) -> Proof | None:
    """The line that shows it; of what every community has to hear, the one with which the last of them heard it."""
    left = _after_what_undid(evidence, entries)
    match evidence:
        case "told":
            waiting = incident.communities
        case "told-resolved" | "told-report":
            waiting = _ever_told(entries) or incident.communities
        case _:
            waiting = ()
    found = _first(evidence, left, playbook)
    for community in waiting:
        word = _first(evidence, [entry for entry in left if _reaches(entry, community)], playbook)
        if found is None or word is None:
            return None
        found = max(found, word, key=lambda proof: proof.seq)
    return found


def _after_what_undid(evidence: Evidence, entries: Sequence[Entry]) -> Sequence[Entry]:
    """From the last line on that undid it: who reopens has it, so that the same line may show it anew."""
    undone = [place for place, entry in enumerate(entries) if _undoes(evidence, entry.event)]
    return entries[undone[-1] :] if undone else entries


def _first(evidence: Evidence, entries: Sequence[Entry], playbook: Playbook) -> Proof | None:
    shows = _SHOWS[evidence]
    found = (entry for entry in entries if shows(entry, playbook))
    return next((Proof(evidence=evidence, seq=each.seq, at=each.at, by=each.by) for each in found), None)


def _ever_told(entries: Sequence[Entry]) -> tuple[Slug, ...]:
    """Whoever was told that something is wrong is told how it ends."""
    words = (entry.event.communities for entry in entries if isinstance(entry.event, e.Updated))
    return tuple(dict.fromkeys(slug for communities in words for slug in communities))


def _reaches(entry: Entry, community: Slug) -> bool:
    return isinstance(entry.event, e.Updated) and community in entry.event.communities


def _undoes(evidence: Evidence, event: e.Event) -> bool:
    match event:
        case e.Reopened():
            return evidence in ("acknowledged", "told", "resolved", "told-resolved", "reviewed")
        case e.ReviewReopened() | e.ReviewRequested() | e.ReportReviewed(verdict="ask-for-changes"):
            return evidence == "reviewed"
        case _:
            return False


def _is(*kinds: type[e.Event]) -> Callable[[Entry, Playbook], bool]:
    return lambda entry, _: isinstance(entry.event, kinds)


def _word(*kinds: e.UpdateKind) -> Callable[[Entry, Playbook], bool]:
    return lambda entry, _: isinstance(entry.event, e.Updated) and entry.event.kind in kinds


def _taken(entry: Entry, _: Playbook) -> bool:
    """Declaring, and reopening, says that one looks after it; a rule that declares does not."""
    match entry.event:
        case e.Declared() | e.Reopened():
            return entry.by != TOCSIN.handle
        case event:
            return isinstance(event, e.Acknowledged)


def _commands(entry: Entry, playbook: Playbook) -> bool:
    return isinstance(entry.event, e.RoleAssigned) and entry.event.role == playbook.with_duty("commands").slug


def _in_channel(entry: Entry, _: Playbook) -> bool:
    return isinstance(entry.event, e.Noted) and entry.event.via == "chat"


def _works(entry: Entry, _: Playbook) -> bool:
    """Somebody of us wrote what they saw or did; what a community told us is no work of ours."""
    return isinstance(entry.event, e.Noted) and entry.event.kind not in ("told-us", "impact-began")


_SHOWS: Mapping[Evidence, Callable[[Entry, Playbook], bool]] = {
    "acknowledged": _taken,
    "told": _is(e.Updated),
    "declared": _is(e.Declared),
    "commander": _commands,
    "channel": _in_channel,
    "worked": _works,
    "asked": _is(e.AskMade),
    "updated": _word("update"),
    "resolved": _is(e.Resolved),
    "told-resolved": _word("resolved"),
    "report": _is(e.ReportOwned, e.ReviewRequested, e.PublicationRequested),
    "reviewed": _is(e.ReportApproved),
    "published": _is(e.ReportPublished),
    "told-report": _word("report"),
}
