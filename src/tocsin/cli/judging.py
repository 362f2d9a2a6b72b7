"""What the shell says of a verdict: how it stands, by which rule and evidence, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from tocsin.core.ids import IncidentNumber
from tocsin.core.signals import Signal
from tocsin.core.verdict import Heard, Verdict
from tocsin.store.codec import encode

Facts = list[tuple[str, str]]
_PROPOSED = {"incident": "incident", "not-yet": "not yet", "support-request": "support request"}


def as_data(signal: Signal, verdict: Verdict | None) -> dict[str, Any]:
    """A signal for a program, with what it is so far; null where it has been decided."""
    return {**encode(signal), "so_far": None if verdict is None else _verdict_data(verdict)}


def _verdict_data(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "proposal": verdict.proposal,
        "sentence": verdict.sentence,
        "rule": verdict.rule,
        "people": verdict.people,
        "needed": verdict.criterion.people if verdict.criterion else None,
        "everyone": verdict.everyone,
        "names": list(verdict.names),
        "evidence": [encode(heard) for heard in verdict.heard],
    }


def shortly(signal: Signal, verdict: Verdict | None) -> str:
    """What somebody said it is; until then what the playbook makes of it, and how many of how many."""
    if verdict is None or signal.verdict:
        return signal.verdict
    if verdict.criterion is None:
        return _PROPOSED[verdict.proposal]
    people = "everyone" if verdict.everyone else f"{verdict.people} of {verdict.criterion.people}"
    return f"{_PROPOSED[verdict.proposal]}, {people}"


def evidence(verdict: Verdict) -> Facts:
    """The sentence, the rule, and what each signal adds."""
    return [
        ("so far", f"{_PROPOSED[verdict.proposal]}. {verdict.sentence}"),
        ("rule", verdict.rule),
        *((f"signal {heard.signal}", _says(heard)) for heard in verdict.heard),
    ]


def _says(heard: Heard) -> str:
    if heard.kind == "probe":
        return f"probe: {'disagrees' if heard.denies else 'agrees'}; it is no person"
    who = "everyone" if heard.everyone else "1 person" if heard.people == 1 else f"{heard.people} people"
    named = f": {', '.join(heard.names)}" if heard.names else ""
    return f"{heard.kind}: {who}{named}" if heard.everyone or heard.people else f"{heard.kind}: names and counts nobody"


# ── what to type next ──────────────────────────────────────────────────────────────────────────────────────────────


def next_steps(signal: Signal, verdict: Verdict | None, open_about: Sequence[IncidentNumber]) -> Facts:
    """What may be done about a signal, each as it is typed."""
    return [("next", each) for each in _next(signal, verdict, open_about)]


def _next(signal: Signal, verdict: Verdict | None, open_about: Sequence[IncidentNumber]) -> Iterator[str]:
    if signal.incident is not None:
        yield f"tocsin incident show {signal.incident}"
    elif verdict is None:
        if signal.verdict == "support-request":
            yield f"Draft the answer: {_typed_draft(signal)}"
        yield f"If it is back, note it anew: tocsin do signal {quote(' '.join(signal.text.split())[:60])}"
    else:
        yield from (f"It belongs to incident {each}: {_typed_attach(signal, each)}" for each in open_about)
        what = "Draft the answer" if verdict.proposal == "support-request" else "Tell them that we know"
        yield f"{what}: {_typed_draft(signal)}"
        yield from _choices(signal, verdict)


def _typed_attach(signal: Signal, incident: IncidentNumber) -> str:
    return f"tocsin do attach --signal {signal.id} --incident {incident}"


def _typed_draft(signal: Signal) -> str:
    return f"tocsin signal draft {signal.id}"


def _choices(signal: Signal, verdict: Verdict) -> Iterator[str]:
    judge = f"tocsin do judge --signal {signal.id} --verdict support-request"
    match verdict.proposal:
        case "incident":
            yield f"It is one: {_typed_declare(verdict)}"
            yield f"It is none, although the rule says so: {judge} --why WHY"
        case "not-yet":
            yield f"Somebody else is affected: {_typed_another(verdict)}"
            yield f"It is one, although the rule does not say so: {_typed_declare(verdict)} --why WHY"
            yield f"It is a question for support: {judge}"
        case "support-request":
            yield f"It is answered in the ticket system: {judge}"
            yield f"It is an incident: {_typed_declare(verdict)} --criterion WHAT"


def _typed_declare(verdict: Verdict) -> str:
    title = quote(verdict.criterion.name if verdict.criterion else "What people cannot do")
    named = [f"--signal {signal}" for signal in verdict.signals]
    return " ".join(["tocsin do declare", title, *named, *_about(verdict)])


def _typed_another(verdict: Verdict) -> str:
    return " ".join(["tocsin do signal WHAT --people WHO", *_about(verdict)])


def _about(verdict: Verdict) -> list[str]:
    criterion = [f"--criterion {verdict.criterion.slug}"] if verdict.criterion else []
    return [f"--service {verdict.service}", *criterion]
