"""Triage: what seems wrong, what it is by the rule so far, and a person's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber, SignalId
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal
from tocsin.core.verdict import Verdict, verdicts
from tocsin.store import reads, signals
from tocsin.store.people import places
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.desk.waiting import waiting
from tocsin.web.evidence import agreeing, criterion_name, evidence, heading, row
from tocsin.web.forms import Wrong
from tocsin.web.outgoing import flaw
from tocsin.web.responding import respond, responding, response
from tocsin.web.room.reading import service_in
from tocsin.web.routes import get, post

MOST = 60
"""Undecided signals in the list; of the others only how many there are."""
MOST_DECIDED = 12
_DECIDED = {"support-request": "is a support request", "noise": "is noise"}


def show(asked: Asked) -> Shown:
    """The list, and beside it the signal that has waited longest."""
    return _shown(asked, None)


def show_signal(asked: Asked) -> Shown:
    """One signal, with what belongs to it, and the list beside it."""
    return _shown(asked, asked.signal)


def _shown(asked: Asked, number: SignalId | None) -> Shown:
    before = asked.query.number("before")
    with asked.read() as connection:
        undecided = signals.undecided(connection)
        found = verdicts(undecided, asked.tocsin.playbook)
        decided = signals.decided(connection, MOST_DECIDED, SignalId(before) if before else None)
        signal = _chosen(connection, undecided, number)
        given = _signal(asked, connection, signal, undecided, found) if signal else {}
        wait = waiting(connection)
    listed = undecided[:MOST]
    given |= {
        "signal": signal,
        "chosen": number is not None,
        "rows": [row(each, found.get(each.id)) for each in listed],
        "decided": [row(each, None) for each in decided],
        "older": decided[-1].id if len(decided) == MOST_DECIDED else None,
        "undecided": len(undecided),
        "not_shown": len(undecided) - len(listed),
        "waiting": wait,
        "oldest": undecided[0].at if undecided else None,
        "acts": asked.me.part in ("responder", "administrator"),
        "doing": lambda handle, verb: f"You {verb}" if handle == asked.me.handle else f"{asked.name(handle)} {verb}s",
    }
    return Shown(template="triage.html", given=given)


def _chosen(connection: sa.Connection, undecided: Sequence[Signal], number: SignalId | None) -> Signal | None:
    if number is None:
        return undecided[0] if undecided else None
    found = next((each for each in undecided if each.id == number), None) or signals.look(connection, number)
    if found is None:
        raise NotThere
    return found


def _signal(
    asked: Asked,
    connection: sa.Connection,
    signal: Signal,
    undecided: Sequence[Signal],
    found: Mapping[SignalId, Verdict],
) -> dict[str, Any]:
    playbook, verdict = asked.tocsin.playbook, found.get(signal.id)
    belonging = [each for each in undecided if verdict and each.id in verdict.signals] or [signal]
    rows = reads.incidents(connection, "open") if verdict else []
    service = signal.service or playbook.service.slug
    known = places(connection, [service])
    return {
        "responding": responding(asked, connection, belonging, signal, verdict),
        "response": response(asked),
        "verdict": verdict,
        "heading": heading(verdict) if verdict else "",
        "service": service_in(known, playbook)(service),
        "criterion": criterion_name(playbook, signal.criterion),
        "evidence": [evidence(each, verdict) for each in belonging],
        "agreeing": agreeing(verdict),
        "talk": signals.talk(connection, signal.id),
        "open_incidents": [(each["number"], each["title"]) for each in rows],
        "alike": [(each["number"], each["title"]) for each in rows if _alike(each, service, signal)],
    }


def _alike(row: Mapping[str, Any], service: str, signal: Signal) -> bool:
    """Open about the same service; and about the same, as far as anybody has said."""
    same = row["criterion"] in (signal.criterion, None)
    return bool(signal.criterion) and same and service in row["services"] and not row["drill"]


# ── what is decided ────────────────────────────────────────────────────────────────────────────────────────────────


def judge(asked: Asked) -> Answer:
    """It is no incident; against the rule's word that takes a sentence."""
    number, verdict, why = _there(asked), asked.form.line("verdict"), asked.form.text("why")
    try:
        match verdict:
            case "support-request" | "noise":
                text = asked.form.text("answer") if verdict == "support-request" else ""
                if text.strip() and (why_not := flaw(text, "")):
                    raise Wrong(answer=why_not)
                asked.do(c.Judge(signal=number, verdict=verdict, why=why, answer=text))
            case "over":
                asked.do(c.CloseSignal(signal=number, why=why))
            case _:
                raise Wrong(verdict="Choose what it is instead.")
    except Refused as no:
        raise _about_why(no, why) from None
    return SentOn(to="/triage", said=f"S-{number} {_DECIDED.get(verdict, 'is over')}. It is closed.")


def _about_why(no: Refused, why: str) -> Exception:
    """A refusal that a sentence would help, beside the field for that sentence."""
    said = str(no).removesuffix(" --why")
    return Wrong(why=said) if not why.strip() and "say why" in said.casefold() else no


def attach(asked: Asked) -> Answer:
    """It belongs to an incident that is open; with what was said about it."""
    number, incident = _there(asked), asked.form.number("incident")
    if not incident:
        raise Wrong(incident="Choose the incident that it belongs to.")
    asked.do(c.AttachSignal(incident=IncidentNumber(incident), signal=number))
    return SentOn(to=f"/incidents/{incident}", said=f"S-{number} belongs to INC-{incident} now.")


def acknowledge(asked: Asked) -> Answer:
    number = _there(asked)
    asked.do(c.Acknowledge(signal=number))
    return SentOn(to=f"/triage/{number}", said="You look after it. The others see that.")


def add(asked: Asked) -> Answer:
    number = _there(asked)
    if not asked.form.text("text").strip():
        raise Wrong(text="Write what you want to say.")
    asked.do(c.AddToSignal(signal=number, text=asked.form.text("text")))
    return SentOn(to=f"/triage/{number}#said", said="It stands with the signal, and comes along if it is declared.")


def _there(asked: Asked) -> SignalId:
    with asked.read() as connection:
        if signals.look(connection, asked.signal) is None:
            raise NotThere
    return asked.signal


ROUTES = (
    get("/triage", show, "team"),
    get("/triage/{number}", show_signal, "team"),
    post("/triage/{number}/respond", respond, "responder", again=show_signal),
    post("/triage/{number}/judge", judge, "responder", again=show_signal),
    post("/triage/{number}/attach", attach, "responder", again=show_signal),
    post("/triage/{number}/acknowledge", acknowledge, "responder", again=show_signal),
    post("/triage/{number}/add", add, "team", again=show_signal),
)
