"""Signals as the pages show them: what each says, what it comes to by the rule, and who it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.core.events import SignalKind
from tocsin.core.ids import SignalId
from tocsin.core.links import is_address
from tocsin.core.playbook import Playbook
from tocsin.core.signals import Signal
from tocsin.core.verdict import Heard, Verdict
from tocsin.web.needs import people, shortened

ICONS: Mapping[SignalKind, str] = {"ticket": "ticket", "alert": "bell", "probe": "pulse", "person": "user"}
KINDS: Mapping[SignalKind, str] = {"ticket": "Ticket", "alert": "Alert", "probe": "Probe", "person": "Somebody said"}
_HEADINGS = {
    "incident": "By our rule, this is an incident",
    "not-yet": "By our rule, not an incident yet",
    "support-request": "By our rule, a support request",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A signal in a list, with what it comes to so far, or what became of it, as a pill."""

    signal: Signal
    kind: str
    title: str
    pill: tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one signal adds; `link` is an address, `reference` anything else it stands at."""

    signal: Signal
    icon: str
    kind: str
    names: str
    tag: str
    tag_kind: str
    link: str
    reference: str


def row(signal: Signal, verdict: Verdict | None) -> Row:
    """As it stands in the list."""
    together = len(verdict.signals) if verdict else 1
    kind = KINDS[signal.kind] + (f", {together} signals" if together > 1 else "")
    pill = _became(signal) if verdict is None else _so_far(verdict)
    return Row(signal=signal, kind=kind, title=shortened(signal.text), pill=pill)


def heading(verdict: Verdict) -> str:
    return _HEADINGS[verdict.proposal]


def evidence(signal: Signal, verdict: Verdict | None) -> Evidence:
    """What it says, and who it is about."""
    heard = next((each for each in verdict.heard if each.signal == signal.id), None) if verdict else None
    tag, kind = _tag(heard) if heard else ("", "")
    address = is_address(signal.link)
    return Evidence(
        signal=signal,
        icon=ICONS[signal.kind],
        kind=KINDS[signal.kind],
        names=", ".join(signal.people),
        tag=tag,
        tag_kind=kind,
        link=signal.link if address else "",
        reference="" if address else signal.link,
    )


def agreeing(verdict: Verdict | None) -> str:
    """What a probe says of the criterion; nothing, where none looked."""
    probes = [each for each in verdict.heard if each.kind == "probe"] if verdict else []
    if not probes:
        return ""
    return "probe disagrees" if all(each.denies for each in probes) else "probe agrees"


def together(signals: Sequence[Signal], chosen: Sequence[SignalId]) -> list[Signal]:
    """Those of the signals that are chosen, in their order."""
    return [signal for signal in signals if signal.id in chosen]


def criterion_name(playbook: Playbook, slug: str | None) -> str:
    """The playbook's name; the slug, where it has lost that."""
    return next((each.name for each in playbook.criteria if each.slug == slug), slug or "")


def _so_far(verdict: Verdict) -> tuple[str, str, str]:
    match verdict.proposal:
        case "incident":
            return "harm", "flag", f"Incident: {_what(verdict)}, {people(verdict).lower()}"
        case "not-yet":
            return "", "user", f"{_what(verdict)}, {people(verdict).lower()}: not yet"
        case _:
            return "", "ticket", "Support request: fits no criterion"


def _what(verdict: Verdict) -> str:
    name = verdict.criterion.name if verdict.criterion else ""
    return f"{name[:1].lower()}{name[1:]}" if verdict.proposal == "incident" else name


def _became(signal: Signal) -> tuple[str, str, str]:
    if signal.incident is not None:
        return "act", "link", f"Belongs to INC-{signal.incident}"
    match signal.verdict:
        case "support-request":
            return "", "ticket", "Support request"
        case "noise":
            return "", "dash", "Noise"
        case _:
            return "", "check", "Over"


def _tag(heard: Heard) -> tuple[str, str]:
    if heard.kind == "probe":
        return ("disagrees", "") if heard.denies else ("agrees", "good")
    if heard.everyone:
        return "everyone", "harm"
    return (("1 person" if heard.people == 1 else f"{heard.people} people"), "") if heard.people else ("", "")
