"""One incident as `incident show` has it: as data for programs, as named facts for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta, tzinfo

from tocsin.cli import process
from tocsin.cli.process import Progress, progress
from tocsin.cli.times import seconds, shown, stamp
from tocsin.core.around import Around
from tocsin.core.duties import owner
from tocsin.core.events import Entry
from tocsin.core.gates import seen
from tocsin.core.ids import Handle
from tocsin.core.incident import Ask, Holding, Incident, Plan, fold
from tocsin.core.metrics import Metrics, metrics
from tocsin.core.moments import Moment
from tocsin.core.people import Party
from tocsin.core.playbook import Playbook
from tocsin.core.report import missing, report_state
from tocsin.core.team import team
from tocsin.report.times import duration

Names = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a log tells of an incident, for either way to draw it."""

    incident: Incident
    owner: Handle | None
    """Who owns the report."""
    missing: tuple[str, ...]
    """What the report still lacks."""
    team: tuple[Handle, ...]
    took: Metrics
    progress: Progress


def known(entries: Sequence[Entry], around: Around, sections: Mapping[str, str] | None) -> Known:
    """Read off a log. Without its sections, which are only known as they are now, the report is not judged."""
    incident, playbook = fold(entries[0].incident, entries), around.playbook
    judged = sections is not None and incident.state == "resolved"
    return Known(
        incident=incident,
        owner=owner(incident, playbook),
        missing=tuple(missing(incident, sections or {}, playbook, seen=seen(entries))) if judged else (),
        team=tuple(sorted(team(entries))),
        took=metrics(entries),
        progress=progress(incident, entries, around),
    )


def as_data(known: Known) -> dict[str, object]:
    """Everything, talk aside; people by their handles, durations in seconds."""
    it = known.incident
    return {
        "number": it.number,
        "title": it.title,
        "description": it.description,
        "state": it.state,
        "phase": it.phase,
        "severity": it.severity,
        "criterion": it.criterion,
        "drill": it.drill,
        "services": it.services,
        "communities": it.communities,
        "declared": stamp(it.declared_at),
        "resolved": stamp(it.resolved_at),
        "verified": it.verified,
        "impact": {"start": _moment(it.impact.start), "end": _moment(it.impact.end)},
        "plan": None if it.plan is None else {**_said(it.plan), "by": it.plan.by, "at": stamp(it.plan.at)},
        "roles": [_role(held) for held in it.holdings],
        "offers": [{"role": offer.role, "to": _whom(offer.to)} for offer in it.offers],
        "asks": [_ask(ask) for ask in it.asks],
        "team": known.team,
        "signals": it.signals,
        "tickets": [linked.ticket for linked in it.tickets],
        "links": [{"url": link.url, "title": link.title} for link in it.links],
        "actions": [{"line": a.seq, "text": a.text, "url": a.url or None, "done": a.done} for a in it.actions],
        "report": {
            "state": report_state(it),
            "owner": known.owner,
            "path": it.report.path,
            "missing": known.missing,
        },
        "took": {what: seconds(length) for what, length in asdict(known.took).items()},
        **process.as_data(known.progress),
    }


def as_facts(known: Known, playbook: Playbook, name: Names, zone: tzinfo) -> list[tuple[str, str]]:
    """The same in words, without what there is nothing to say about."""
    it, state = known.incident, report_state(known.incident)
    roles = {role.slug: role.name for role in playbook.roles}
    plan = _signed(it.plan, name, zone) if it.plan else []
    facts = [
        ("incident", str(it.number)),
        ("title", it.title),
        ("state", it.state + (", an exercise" if it.drill else "")),
        *(plan if it.state == "open" else ()),
        *process.what_presses(known.progress, it, playbook, zone),
        ("phase", it.phase or ""),
        ("severity", it.severity or ""),
        ("criterion", it.criterion or ""),
        ("services", ", ".join(it.services)),
        ("communities", ", ".join(it.communities)),
        ("declared", shown(it.declared_at, zone)),
        ("resolved", shown(it.resolved_at, zone)),
        ("verified", it.verified),
        ("impact began", _range(it.impact.start, zone)),
        ("impact ended", _range(it.impact.end, zone)),
        *((roles.get(held.role, held.role), _held(held, name, zone)) for held in it.holdings if held.until is None),
        *((f"{roles.get(offer.role, offer.role)} (offered)", name(_whom(offer.to))) for offer in it.offers),
        *(plan if it.state != "open" else ()),
        *((f"ask {ask.seq} ({ask.state})", ask.what) for ask in it.asks),
        ("team", ", ".join(map(name, known.team))),
        ("signals", ", ".join(map(str, it.signals))),
        ("tickets", ", ".join(linked.ticket for linked in it.tickets)),
        *(("link", f"{link.url} {link.title}".strip()) for link in it.links),
        *((f"action {each.seq} ({'done' if each.done else 'open'})", each.text) for each in it.actions),
        ("report", "" if state == "none" else state),
        ("report owner", name(known.owner) if known.owner else ""),
        ("published as", it.report.path or ""),
        ("still missing", " ".join(known.missing)),
        *process.steps(known.progress, name, zone),
        *((f"time to {what}", _length(length)) for what, length in asdict(known.took).items()),
    ]
    return [(fact, said) for fact, said in facts if said]


def _role(held: Holding) -> dict[str, object]:
    return {"role": held.role, "person": held.person, "from": stamp(held.since), "to": stamp(held.until)}


def _ask(ask: Ask) -> dict[str, object]:
    return {
        "line": ask.seq,
        "what": ask.what,
        "to": _whom(ask.to),
        "until": stamp(ask.until),
        "state": ask.state,
        "person": ask.person,
        "outcome": ask.outcome,
    }


def _signed(plan: Plan, name: Names, zone: tzinfo) -> list[tuple[str, str]]:
    """The commander's word, which stands above everything while it lasts, with whose it is and since when."""
    said = {"how it stands": plan.state, "cause": plan.cause, "tried": plan.tried, "next": plan.next}
    return [*said.items(), ("said by", f"{name(plan.by)}, {shown(plan.at, zone)}")]


def _held(held: Holding, name: Names, zone: tzinfo) -> str:
    return f"{name(held.person)}, since {shown(held.since, zone)}"


def _said(plan: Plan) -> dict[str, str]:
    return {"state": plan.state, "cause": plan.cause, "tried": plan.tried, "next": plan.next}


def _whom(party: Party) -> str:
    return party.person or party.group or ""


def _moment(moment: Moment | None) -> dict[str, object] | None:
    return None if moment is None else {"at": stamp(moment.at), "until": stamp(moment.until)}


def _range(moment: Moment | None, zone: tzinfo) -> str:
    return "" if moment is None else " – ".join(shown(at, zone) for at in (moment.at, moment.until) if at)


def _length(length: timedelta | None) -> str:
    """A negative one is honest: told before answered."""
    if length is None:
        return ""
    words = duration(abs(length))
    return f"{words} before" if length < timedelta(0) else words
