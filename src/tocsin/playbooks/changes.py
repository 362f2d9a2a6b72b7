"""What another version of a playbook would change, in sentences; and what that means for an incident that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields

from tocsin.core import gates
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Cadence, Gate, Gates, Playbook, Term
from tocsin.core.report import report_state
from tocsin.language.handbook import NEEDS, length

Name = Callable[[Handle], str]


def changes(before: Playbook, after: Playbook) -> list[str]:
    """Everything that would change, in the order of the playbook."""
    return [*_texts(before, after), *_terms(before, after), *_cadence(before, after), *_rules(before, after)]


def meaning(
    incident: Incident, before: Playbook, after: Playbook, sections: Mapping[str, str], name: Name
) -> list[str]:
    """What it means for an incident that is open, or whose report is: the only ones it touches."""
    return [
        *_lost(incident, before, after, name),
        *_due(incident, before, after),
        *_stopped(incident, before, after, sections),
        *_unread(incident, before, after, sections),
    ]


def is_touched(incident: Incident) -> bool:
    """Whether there is still something to do in it."""
    return incident.state == "open" or report_state(incident) in ("draft", "in-review", "reviewed")


# ── the playbook ───────────────────────────────────────────────────────────────────────────────────────────────────

_TEXTS: Mapping[str, str] = {
    "slug": "Its slug",
    "name": "Its name",
    "version": "The version",
    "state": "The state",
    "zone": "The zone reports are shown in",
    "suggest": "The address for suggestions",
    "triagers": "The group that commands first",
}
_LONG_TEXTS: Mapping[str, str] = {
    "text": "What stands above the handbook",
    "definition": "The definition of an incident",
    "service": "The service it is about when nobody names one",
    "sources": "Where it comes from",
    "hints": "The hints for blameless wording",
    "hours": "The hours of work",
}
_KINDS: Mapping[str, str] = {
    "roles": "role",
    "criteria": "criterion",
    "severities": "severity",
    "steps": "step",
    "phases": "phase",
    "messages": "message",
    "sections": "section of the report",
    "elements": "element of the timeline",
    "report_states": "state of a report",
    "follow_ups": "issue",
    "glossary": "word of the glossary",
}


def _texts(before: Playbook, after: Playbook) -> Iterator[str]:
    for key, what in _TEXTS.items():
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            yield f"{what} is {_quoted(new)}; it was {_quoted(old)}."
    for key, what in _LONG_TEXTS.items():
        if getattr(before, key) != getattr(after, key):
            yield f"{what}: what is said there changes."


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "not given"


def _terms(before: Playbook, after: Playbook) -> Iterator[str]:
    for kind, what in _KINDS.items():
        old, new = ({term.slug: term for term in getattr(each, kind)} for each in (before, after))
        yield from _of_a_kind(what, old, new)
        if [slug for slug in old if slug in new] != [slug for slug in new if slug in old]:
            yield f"The order changes: {kind.replace('_', ' ')}."


def _of_a_kind(what: str, before: Mapping[Slug, Term], after: Mapping[Slug, Term]) -> Iterator[str]:
    for slug, term in before.items():
        if slug not in after:
            yield f"The {what} “{term.name}” ({slug}) is gone."
    for slug, term in after.items():
        if slug not in before:
            yield f"There is a new {what}: “{term.name}” ({slug})."
        elif term != before[slug]:
            yield _changed(what, before[slug], term)


def _changed(what: str, old: Term, new: Term) -> str:
    keys = [each.name for each in fields(new) if getattr(old, each.name) != getattr(new, each.name)]
    said = [f"“{key}”" for key in keys if key != "name"]
    called = [f"is now called “{new.name}”"] if "name" in keys else []
    return f"The {what} “{old.name}” ({new.slug}) {' and '.join([*called, *([_changes(said)] if said else [])])}."


def _changes(keys: Sequence[str]) -> str:
    return f"changes in {', '.join(keys)}"


def _cadence(before: Playbook, after: Playbook) -> Iterator[str]:
    old, new = before.cadence, after.cadence
    if new.every == 0 and old.every:
        yield f"The communities hear from us as was promised, and by no cadence; it was every {length(old.every)}."
    elif old.every == 0 and new.every:
        yield (
            f"The communities hear from us within {length(new.first)}, then every {length(new.every)}; "
            "it was as was promised, by no cadence."
        )
    elif old.every:
        yield from _lengths(old, new)
    if before.hand_over.after != after.hand_over.after:
        yield (
            f"Handing over is suggested after {length(after.hand_over.after)}; "
            f"it was after {length(before.hand_over.after)}."
        )
    if before.hand_over.before_end != after.hand_over.before_end:
        yield (
            f"Handing over is suggested {_minutes(after.hand_over.before_end)} before the end of the day; "
            f"it was {_minutes(before.hand_over.before_end)}."
        )
    if before.tickets.unattended != after.tickets.unattended:
        told = "is told so by Tocsin" if after.tickets.unattended else "is told nothing until somebody is"
        yield f"Who writes a ticket while nobody is at work {told}."


def _lengths(old: Cadence, new: Cadence) -> Iterator[str]:
    if old.first != new.first:
        yield f"The first word goes out within {length(new.first)}; it was {length(old.first)}."
    if old.every != new.every:
        yield f"The communities hear from us every {length(new.every)}; it was every {length(old.every)}."


def _minutes(minutes: int) -> str:
    return length(minutes) or "0 minutes"


_STEPS: Mapping[str, str] = {"start": "the start", "resolve": "resolving", "review": "review"}


def _rules(before: Playbook, after: Playbook) -> Iterator[str]:
    for each in fields(Gates):
        yield from _gate(_STEPS[each.name], getattr(before.gates, each.name), getattr(after.gates, each.name))
    if before.review.readers != after.review.readers:
        yield f"Readers that a report needs besides its owner: {after.review.readers}; it was {before.review.readers}."
    if before.review.commander != after.review.commander:
        needs = "needs" if after.review.commander else "no longer needs"
        yield f"A report {needs} the word of whoever commanded that it is complete."


def _gate(step: str, before: Gate, after: Gate) -> Iterator[str]:
    for need in after.blocks:
        if need not in before.blocks:
            yield f"New, and stops {step} while it is missing: {NEEDS[need]}."
    for need in after.warns:
        if need not in before.warns:
            yield f"New, and only said of {step} while it is missing: {NEEDS[need]}."
    for need in (*before.blocks, *before.warns):
        if need not in (*after.blocks, *after.warns):
            yield f"Not looked for any more at {step}: {NEEDS[need]}."


# ── an incident ────────────────────────────────────────────────────────────────────────────────────────────────────


def _lost(incident: Incident, before: Playbook, after: Playbook, name: Name) -> Iterator[str]:
    """What it holds of which the new playbook knows nothing. The log keeps the slug, so nothing is lost for ever."""
    kept = "The log keeps it."
    if _vanishes(incident.phase, before.phases, after.phases):
        yield f"It is in the phase {_called(incident.phase, before.phases)}, which is gone. {kept} Set another phase."
    if _vanishes(incident.criterion, before.criteria, after.criteria):
        yield f"Its criterion {_called(incident.criterion, before.criteria)} is gone. {kept} Set another criterion."
    if _vanishes(incident.severity, before.severities, after.severities):
        yield f"Its severity {_called(incident.severity, before.severities)} is gone. {kept}"
    for role, person in ((held.role, held.person) for held in incident.holdings if held.until is None):
        if _vanishes(role, before.roles, after.roles):
            yield f"{name(person)} is {_called(role, before.roles)}, a role that is gone. {kept} Assign another."
    for offer in incident.offers:
        if _vanishes(offer.role, before.roles, after.roles):
            yield f"{_called(offer.role, before.roles)} is offered to somebody, and is gone. They cannot accept it."
    old, new = before.with_duty("commands"), after.with_duty("commands")
    if incident.state == "open" and incident.holders(old.slug) and not incident.holders(new.slug):
        yield f"Nobody commands it any more: that takes the role “{new.name}” ({new.slug}). Assign it."


def _vanishes(slug: Slug | None, before: Sequence[Term], after: Sequence[Term]) -> bool:
    return slug is not None and _knows(before, slug) and not _knows(after, slug)


def _knows(terms: Sequence[Term], slug: Slug) -> bool:
    return any(term.slug == slug for term in terms)


def _called(slug: Slug | None, terms: Sequence[Term]) -> str:
    return next((f"“{term.name}” ({slug})" for term in terms if term.slug == slug), f"“{slug}”")


def _due(incident: Incident, before: Playbook, after: Playbook) -> Iterator[str]:
    if incident.state == "open" and before.cadence != after.cadence:
        told = bool(incident.told)
        new = _next(after.cadence, told)
        if new != _next(before.cadence, told):
            what = "The next word to its communities" if told else "The first word to its communities"
            when = f"due after {length(new)} of work" if new else "due only as it was promised"
            yield f"{what} is {when}. What was promised stays promised."


def _next(cadence: Cadence, told: bool) -> int:
    """Minutes until the next word; 0 where there is no cadence."""
    return cadence.every if told or not cadence.every else cadence.first


def _stopped(incident: Incident, before: Playbook, after: Playbook, sections: Mapping[str, str]) -> Iterator[str]:
    """What newly stands in its way; what stood there before is no news."""
    steps = [("It can be resolved only then", "resolve")] if incident.state == "open" else []
    if report_state(incident) in ("none", "draft"):
        steps.append(("Its report can be reviewed only then", "review"))
    for what, step in steps:
        old, new = (getattr(each.gates, step) for each in (before, after))
        was = gates.unmet(old.blocks, incident, before, sections)
        for said in gates.unmet(new.blocks, incident, after, sections):
            if said not in was:
                yield f"{what}: {said}"


def _unread(incident: Incident, before: Playbook, after: Playbook, sections: Mapping[str, str]) -> Iterator[str]:
    for section in before.sections:
        if sections.get(section.slug, "").strip() and not _knows(after.sections, section.slug):
            yield f"Its report has a text under “{section.name}” ({section.slug}), which would not be shown any more."
    if report_state(incident) == "in-review" and before.review != after.review:
        yield "Its report is in review, and is reviewed by the new rule."
