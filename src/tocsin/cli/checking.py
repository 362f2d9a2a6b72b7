"""`tocsin report check`: what a report lacks before its review, and what could be better about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from tocsin.cli.times import shown, stamp
from tocsin.core.blameless import Pointing, hints
from tocsin.core.elements import Found, earliest_evidence, elements
from tocsin.core.events import Entry
from tocsin.core.gates import seen, unmet
from tocsin.core.incident import Action, fold
from tocsin.core.plausible import doubts
from tocsin.core.playbook import Playbook, Section
from tocsin.core.report import must_be_over
from tocsin.core.timeline import Names, timeline


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was found; only `blocks` stands in the way."""

    blocks: tuple[str, ...]
    warns: tuple[str, ...]
    timeline: tuple[Found, ...]
    """The elements that no line tells."""
    wording: tuple[tuple[Section, Pointing], ...]
    unlinked: tuple[Action, ...]
    doubts: tuple[str, ...]
    """What cannot well be true of when the impact began and ended."""
    guess: Entry | None
    """Where nobody has said when the impact began: the line that first shows it."""


def check(entries: Sequence[Entry], sections: Mapping[str, str], playbook: Playbook, name: Names) -> Check:
    """Hold the report of a resolved incident against the playbook."""
    incident = fold(entries[0].incident, entries)
    must_be_over(incident)
    gate, shows = playbook.gates.review, seen(entries)
    lines = timeline(entries, playbook, name)
    return Check(
        blocks=tuple(unmet(gate.blocks, incident, playbook, sections, seen=shows)),
        warns=tuple(unmet(gate.warns, incident, playbook, sections, seen=shows)),
        timeline=tuple(found for found in elements(lines, playbook) if found.lacks),
        wording=tuple(
            (section, hint) for section in playbook.sections for hint in hints(sections.get(section.slug, ""), playbook)
        ),
        unlinked=tuple(action for action in incident.actions if not action.url),
        doubts=tuple(doubts(incident, entries)),
        guess=earliest_evidence(entries) if incident.impact.start is None else None,
    )


def as_data(check: Check) -> dict[str, object]:
    """For programs."""
    return {
        "blocks": check.blocks,
        "warns": check.warns,
        "timeline": [{"element": found.element.slug, "lacks": found.lacks} for found in check.timeline],
        "wording": [
            {
                "section": section.slug,
                "start": hint.start,
                "end": hint.end,
                "words": hint.words,
                "instead": hint.instead,
            }
            for section, hint in check.wording
        ],
        "unlinked": [{"line": action.seq, "text": action.text} for action in check.unlinked],
        "doubts": check.doubts,
        "guess": None if check.guess is None else {"at": stamp(check.guess.at.at), "line": check.guess.seq},
    }


def as_facts(check: Check, zone: tzinfo) -> list[tuple[str, str]]:
    """In words: what stands in the way first."""
    return [
        *(("before the review", said) for said in check.blocks),
        *([("a guess", _guessed(check.guess, zone))] if check.guess else []),
        *(("impact", said) for said in check.doubts),
        *(("not said yet", said) for said in check.warns),
        *(("timeline", found.lacks) for found in check.timeline),
        *(("action", _unlinked(action)) for action in check.unlinked),
        *(("wording", f"{section.name}: “{hint.words}”. {hint.instead}") for section, hint in check.wording),
    ]


def _guessed(entry: Entry, zone: tzinfo) -> str:
    at = shown(entry.at.at, zone)
    return (
        f"The impact began {at} at the latest: line {entry.seq} is the first that shows it. It may have been earlier. "
        f"To say so: tocsin do impact --start {stamp(entry.at.at)} --incident {entry.incident}"
    )


def _unlinked(action: Action) -> str:
    return f"“{action.text}” has no issue that tracks it: tocsin do link-action URL --action {action.seq}"
