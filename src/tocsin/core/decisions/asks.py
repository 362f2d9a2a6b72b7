"""Asks: work that somebody is asked to do while the incident runs."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.decisions.life import must_be_open, not_cancelled
from tocsin.core.duties import carrying
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.ids import Handle, Seq
from tocsin.core.incident import Ask, AskState, Incident
from tocsin.core.moments import utc
from tocsin.core.refused import Refused


def delegate(incident: Incident, command: c.Delegate, given: Given) -> list[Fact]:
    must_be_open(incident)
    if not command.what.strip():
        raise Refused("Say what should be done.")
    if command.until is not None and command.until <= given.at.at:
        raise Refused("Nobody can do anything by a time that has passed. Give a later one, or none.")
    return [Fact(event=e.AskMade(what=command.what, to=given.party(command.to), until=utc(command.until)))]


def accept(incident: Incident, command: c.AcceptAsk, given: Given) -> list[Fact]:
    """Whoever said no may think again."""
    not_cancelled(incident)
    ask = _mine(incident, command.ask, given, ("asked",))
    if ask.state in ("accepted", "done"):
        raise Refused(f"That ask is {ask.state} already.")
    return [Fact(event=e.AskAccepted(), about=ask.seq)]


def decline(incident: Incident, command: c.DeclineAsk, given: Given) -> list[Fact]:
    ask = _mine(incident, command.ask, given, ("asked", "accepted"))
    if ask.state in ("declined", "done"):
        raise Refused(f"That ask is {ask.state} already.")
    return [Fact(event=e.AskDeclined(why=command.why), about=ask.seq)]


def finish(incident: Incident, command: c.FinishAsk, given: Given) -> list[Fact]:
    """Also without a word of acceptance before: who did it, did it. Whoever commands may finish what nobody needs."""
    ask = _mine(incident, command.ask, given, ("asked", "accepted"), carrying(incident, given.playbook, "commands"))
    if not command.outcome.strip():
        raise Refused("Say what came of it, so that the commander need not ask.")
    if ask.state == "done":
        raise Refused("That ask is done already.")
    return [Fact(event=e.AskFinished(outcome=command.outcome), about=ask.seq)]


def _mine(
    incident: Incident, seq: Seq | None, given: Given, waiting: tuple[AskState, ...], others: tuple[Handle, ...] = ()
) -> Ask:
    """The ask of that line, if it is mine or I am one of the others who may; without a line, the only one of mine."""
    if seq is not None:
        return _by_number(incident, seq, given, others)
    mine = [ask for ask in incident.asks if ask.state in waiting and _is_mine(ask, given)]
    if not mine:
        raise Refused("Nothing here waits for your answer.")
    if len(mine) > 1:
        raise Refused(f"Several asks wait for you: lines {', '.join(str(ask.seq) for ask in mine)}. Say which.")
    return mine[0]


def _by_number(incident: Incident, seq: Seq, given: Given, others: tuple[Handle, ...]) -> Ask:
    ask = next((ask for ask in incident.asks if ask.seq == seq), None)
    if ask is None:
        raise Refused(f"Line {seq} is not an ask.")
    if given.by.handle not in others and not _is_mine(ask, given):
        raise Refused("That ask was put to somebody else.")
    return ask


def _is_mine(ask: Ask, given: Given) -> bool:
    """Put to whoever asks; once one of a group has taken it, it is that person's."""
    if ask.person is not None and ask.state != "declined":
        return ask.person == given.by.handle
    return given.means_me(ask.to)
