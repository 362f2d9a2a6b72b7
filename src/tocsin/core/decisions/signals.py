"""What is decided about signals, before any of them is an incident."""

from __future__ import annotations

from dataclasses import replace

from tocsin.core import commands as c
from tocsin.core.given import Given
from tocsin.core.ids import SignalId
from tocsin.core.refused import Refused
from tocsin.core.signals import Said, Signal, SignalState

LONGEST_KEY = 500
"""Characters; what a database's index can hold on every page."""


def noted(signal: SignalId, command: c.NoteSignal, given: Given) -> Signal:
    """The signal a report makes."""
    if not command.text.strip():
        raise Refused("Say what was reported: a signal needs a text.")
    if len(command.key) > LONGEST_KEY:
        raise Refused(f"A key of {len(command.key):,} characters is too long; give one of at most {LONGEST_KEY}.")
    if command.count is not None and command.count < 0:
        raise Refused("Nobody can count fewer than 0 people. Give the number of people affected, or leave it out.")
    return Signal(
        id=signal,
        kind=command.kind,
        text=command.text,
        service=given.service(command.service).slug if command.service else None,
        criterion=given.playbook.criterion(command.criterion).slug if command.criterion else None,
        people=tuple(dict.fromkeys(name for each in command.people if (name := each.strip()))),
        count=command.count,
        everyone=command.everyone,
        link=command.link,
        key=command.key,
        by=given.by.handle,
        at=given.at.at,
        last_at=given.at.at,
    )


def said(signal: Signal, command: c.AddToSignal, given: Given) -> Said:
    """The line somebody adds to a signal."""
    if signal.state in ("closed", "attached"):
        where = f"incident {signal.incident}" if signal.incident else "an incident, or note it anew"
        raise Refused(f"Signal {signal.id} is {signal.state}. Say it on {where}.")
    if not (command.text.strip() or command.output.strip()):
        raise Refused("There is nothing in that line. Write what you want to say.")
    return Said(
        at=given.at.at,
        by=given.by.handle,
        kind=command.kind,
        text=command.text,
        output=command.output,
        outcome=command.outcome,
        link=command.link,
        via=command.via,
    )


def acknowledged(signal: Signal, given: Given) -> Signal:
    """The signal, looked after by somebody."""
    _must_be_open(signal)
    if signal.acknowledged_by is not None:
        raise Refused(f"Signal {signal.id} was acknowledged already, by {given.name(signal.acknowledged_by)}.")
    return replace(signal, acknowledged_by=given.by.handle, acknowledged_at=given.at.at)


def judged(signal: Signal, command: c.Judge, given: Given) -> Signal:
    """The signal with somebody's word on what it is."""
    _must_be_open(signal)
    state: SignalState = "candidate" if command.verdict == "incident" else "closed"
    return replace(signal, state=state, verdict=command.verdict, why=command.why, judged_by=given.by.handle)


def _must_be_open(signal: Signal) -> None:
    if signal.state == "attached":
        raise Refused(f"Signal {signal.id} belongs to incident {signal.incident} already; act there.")
    if signal.state == "closed":
        raise Refused(f"Signal {signal.id} is closed already. If it is back, note it anew.")
