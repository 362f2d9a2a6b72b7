"""The main action of a room, chosen by the process: a promise that falls due beats all, then an offer, then a gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.core.playbook import Need
from tocsin.web.room.process import Gate, Word
from tocsin.web.room.reading import Room


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something to do, and where."""

    name: str
    page: str
    icon: str
    short: str = ""
    """What it is called on the bar of a phone."""


UPDATE = Action(name="Write the next update", page="update", icon="send", short="Write update")
FIRST = Action(name="Write the first response", page="update", icon="send", short="First response")
OVER = Action(name="Tell them that it is over", page="update", icon="send", short="Say it is over")
ANSWER = Action(name="Answer the offer", page="roles", icon="swap", short="Answer offer")
TAKE = Action(name="Take command", page="roles", icon="user")
RESOLVE = Action(name="Resolve…", page="resolve", icon="check")
HAND_OVER = Action(name="Hand over…", page="hand-over", icon="swap")
PLAN = Action(name="Set the state", page="plan", icon="pen")
IMPACT = Action(name="Say when people were affected", page="impact", icon="clock", short="Say when")
READ = Action(name="Read the report", page="report", icon="file")
REOPEN = Action(name="Reopen…", page="reopen", icon="half")


def actions(
    room: Room, word: Word | None, gates: Sequence[Gate], offered: bool, hand_over: str | None
) -> tuple[Action | None, tuple[Action, ...]]:
    """The main one, and two beside it; none for whoever only looks on, but to read."""
    main: Action | None
    match room.incident.state:
        case "open":
            main = _open(room, word, gates, offered, hand_over)
            beside = [RESOLVE, HAND_OVER if room.commands or hand_over else PLAN, PLAN]
        case "resolved":
            main, beside = _resolved(room, gates), [REOPEN]
        case _:
            main, beside = None, []
    if not room.acts:
        return (READ, ()) if main == READ else (None, ())
    return main, tuple(dict.fromkeys(each for each in beside if each != main))[:2]


def _open(room: Room, word: Word | None, gates: Sequence[Gate], offered: bool, hand_over: str | None) -> Action:
    lacking = _lacking(gates)
    told = bool(room.incident.told)
    if word is not None and word.soon:
        return UPDATE if told else FIRST
    if offered:
        return ANSWER
    if "commander" in lacking:
        return TAKE
    if "told" in lacking:
        return FIRST
    if room.incident.plan is None:
        return PLAN
    if hand_over and room.commands:
        return HAND_OVER
    phases = room.playbook.phases
    watching = bool(phases) and room.incident.phase == phases[-1].slug
    return RESOLVE if watching or word is None else UPDATE


def _resolved(room: Room, gates: Sequence[Gate]) -> Action | None:
    it = room.incident
    waiting = {each.community for each in it.told if it.resolved_at and each.at < it.resolved_at}
    published = it.report.published is not None
    if waiting and not it.drill and (it.reopened_at or not published):
        return OVER
    if published:
        return READ
    return IMPACT if "impact" in _lacking(gates) else None


def _lacking(gates: Sequence[Gate]) -> set[Need]:
    return {each.need for gate in gates for each in gate.missing}
