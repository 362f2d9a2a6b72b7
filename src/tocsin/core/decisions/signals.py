"""What is decided about signals, before any of them is an incident."""

from __future__ import annotations

from dataclasses import replace

from tocsin.core import commands as c
from tocsin.core.given import Given
from tocsin.core.ids import SignalId
from tocsin.core.refused import Refused
from tocsin.core.signals import Said, Signal, SignalState, closed
from tocsin.core.verdict import Verdict, belonging, of_declaration, verdict

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
    """The signal with somebody's word on what it is; against the rule's word, theirs needs a sentence."""
    _must_be_open(signal)
    found = _verdict(signal, given)
    agrees = (command.verdict == "incident") == (found.proposal == "incident")
    if not agrees and not command.why.strip():
        rule = "no incident so far" if command.verdict == "incident" else "an incident"
        raise Refused(f"By the playbook it is {rule}. {found.sentence} If you know better, say why.")
    state: SignalState = "candidate" if command.verdict == "incident" else "closed"
    return replace(signal, state=state, verdict=command.verdict, why=command.why, judged_by=given.by.handle)


def why_declared(command: c.Declare, given: Given) -> str:
    """Why it is an incident. Where its signals alone do not say so, somebody has to: now, or when they judged them."""
    named = [given.signal(number).signal for number in dict.fromkeys(command.signals)]
    judged = next((why for each in named if each.verdict == "incident" and (why := each.why.strip())), "")
    why = command.why.strip() or judged
    if why or not named:
        return why
    criterion = given.playbook.criterion(command.criterion).slug if command.criterion else None
    found = of_declaration(named, given.undecided(), given.playbook, criterion)
    if found.proposal != "incident":
        raise Refused(f"By its signals it is no incident. {found.sentence} If it is one all the same, say why.")
    return ""


def by_rule(signal: Signal, given: Given) -> c.Declare | None:
    """What the playbook declares by itself, now that there is this signal. It names nobody, for it may be published."""
    if not signal.is_undecided:
        return None
    found = _verdict(signal, given)
    if found.criterion is None or not found.criterion.declares or found.proposal != "incident":
        return None
    service = given.service(found.service)
    return c.Declare(
        title=f"{found.criterion.name}: {service.name}",
        description=found.rule,
        services=(service.slug,),
        communities=service.communities,
        criterion=found.criterion.slug,
        signals=found.signals,
    )


def over(signal: Signal, command: c.CloseSignal, given: Given) -> Signal:
    """The signal, closed. Where that alone makes it no incident any more, it takes a sentence, as a judgement would."""
    after = closed(signal, command.why)
    if signal.is_undecided and not signal.verdict and not command.why.strip():
        found = _verdict(signal, given)
        others = [each for each in belonging(signal, given.undecided(), given.playbook) if each.id != signal.id]
        left = verdict(others, given.playbook).proposal if others else "not-yet"
        if found.proposal == "incident" and left != "incident":
            raise Refused(f"By the playbook it is an incident: {found.sentence} Say why it is over all the same: --why")
    return after


def _verdict(signal: Signal, given: Given) -> Verdict:
    return verdict(belonging(signal, given.undecided(), given.playbook), given.playbook)


def _must_be_open(signal: Signal) -> None:
    if signal.state == "attached":
        raise Refused(f"Signal {signal.id} belongs to incident {signal.incident} already; act there.")
    if signal.state == "closed":
        raise Refused(f"Signal {signal.id} is closed already. If it is back, note it anew.")
