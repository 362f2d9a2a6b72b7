"""What is looked for before a step of the process, and the sentence that says what of it is missing.

What a gate `blocks` with stops the step; what it `warns` of is only said. The start gate stops nothing: it tells when a
response became complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.core import events as e
from tocsin.core.duties import owner
from tocsin.core.events import Entry
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident, evolve
from tocsin.core.playbook import Gate, Need, Playbook


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What only a whole log can show."""

    word: bool = False
    """Somebody wrote to the outside, though perhaps to no community by name."""
    channel: bool = False
    """Something was said in the chat."""


UNSEEN = Seen(channel=True)
"""Where there is no log to look at: nobody waits for a channel, and word counts that went to a community by name."""
_IN_THE_LOG: frozenset[Need] = frozenset({"told", "channel"})


def seen(entries: Iterable[Entry]) -> Seen:
    """What a log shows that its incident does not keep."""
    found = Seen()
    for entry in entries:
        found = _saw(found, entry)
    return found


def seen_for(gate: Gate, entries: Callable[[], Iterable[Entry]]) -> Seen:
    """What a log shows, which is read only where the gate looks for something that nothing else tells."""
    return seen(entries()) if _IN_THE_LOG.intersection((*gate.blocks, *gate.warns)) else UNSEEN


def unmet(
    needs: Iterable[Need],
    incident: Incident,
    playbook: Playbook,
    sections: Mapping[str, str] | None = None,
    *,
    seen: Seen = UNSEEN,
    name: Callable[[Slug], str] = str,
) -> list[str]:
    """What of this is missing, as sentences for whoever can help it. `sections`: the report; `name`: of a community.

    `incident`: as the step behind a gate would leave it, where that is about to be taken.
    """
    return [said for need in needs for said in _lacking(need, incident, playbook, sections or {}, seen, name)]


def started(entries: Sequence[Entry], playbook: Playbook) -> datetime | None:
    """When the last of what the start gate looks for came true; None while anything of it is missing.

    Of what was written down in another order than it happened, the latest counts.
    """
    needs = (*playbook.gates.start.blocks, *playbook.gates.start.warns)
    incident, found, lacks, latest = Incident(number=entries[0].incident), Seen(), None, entries[0].at.at
    for entry in entries:
        before, lacked = (incident, found), lacks
        incident, found = evolve(incident, entry), _saw(found, entry)
        if (incident, found) != before:
            lacks = unmet(needs, incident, playbook, seen=found)
        if lacks != lacked:
            latest = max(latest, entry.at.at)
    return None if lacks else latest


def _saw(found: Seen, entry: Entry) -> Seen:
    match entry.event:
        case e.Updated():
            return replace(found, word=True)
        case e.Noted(via="chat"):
            return replace(found, channel=True)
        case _:
            return found


def _lacking(
    need: Need,
    incident: Incident,
    playbook: Playbook,
    sections: Mapping[str, str],
    seen: Seen,
    name: Callable[[Slug], str],
) -> Sequence[str]:
    match need:
        case "declared":
            return ["Declare it."] if incident.state == "undeclared" else []
        case "commander":
            commands = incident.holders(playbook.with_duty("commands").slug)
            return [] if commands else ["Nobody commands. Take command, or offer it to somebody."]
        case "told":
            return _untold(incident, seen, name)
        case "channel":
            wanted = incident.wants_channel and not seen.channel
            return ["Nothing was said in a channel of its own yet, although it is to have one."] if wanted else []
        case "verified":
            return [] if incident.verified.strip() else [_VERIFY]
        case "title":
            return [] if incident.title.strip() else ["Give it a title: what could people not do?"]
        case "owner":
            return ["Say who owns the report."] if owner(incident, playbook) is None else []
        case "impact":
            return _impact(incident)
        case "sections":
            required = [section for section in playbook.sections if section.required]
            return [f"“{each.name}” is empty." for each in required if not sections.get(each.slug, "").strip()]
        case _:  # an action, or the word that none is needed
            listed = incident.actions or incident.no_action
            return [] if listed else ["Add an action, or say that none is needed."]


_VERIFY = "Say how it was verified that it is over: what did you try, and did it work?"


def _untold(incident: Incident, seen: Seen, name: Callable[[Slug], str]) -> list[str]:
    told = {each.community for each in incident.told}
    if not incident.communities and not told and not seen.word:
        return ["Nobody outside has been told. Say which communities are affected, and tell them."]
    return [f"{name(slug)} has not been told yet." for slug in incident.communities if slug not in told]


def _impact(incident: Incident) -> list[str]:
    bounds = (("began", incident.impact.start), ("ended", incident.impact.end))
    return [f"Say when the impact {what}; a best guess will do." for what, moment in bounds if moment is None]
