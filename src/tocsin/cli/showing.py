"""One incident as `incident show` has it: as data for programs, as named facts for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from tocsin.cli.times import seconds, shown, stamp
from tocsin.core.events import Entry
from tocsin.core.incident import Incident, fold
from tocsin.core.metrics import metrics
from tocsin.core.moments import Moment
from tocsin.core.playbook import Playbook
from tocsin.core.report import missing, owner, report_state
from tocsin.core.team import team
from tocsin.report.times import duration

Names = Callable[[str], str]


def as_data(entries: Sequence[Entry], sections: Mapping[str, str], playbook: Playbook) -> dict[str, Any]:
    """Everything that is known of it, talk aside; people by their handles, durations in seconds."""
    incident = fold(entries[0].incident, entries)
    took = metrics(entries)
    return {
        "number": incident.number,
        "title": incident.title,
        "description": incident.description,
        "state": incident.state,
        "phase": incident.phase,
        "severity": incident.severity,
        "criterion": incident.criterion,
        "drill": incident.drill,
        "services": list(incident.services),
        "communities": list(incident.communities),
        "declared": stamp(incident.declared_at),
        "resolved": stamp(incident.resolved_at),
        "verified": incident.verified,
        "impact": {"start": _moment(incident.impact.start), "end": _moment(incident.impact.end)},
        "plan": _plan(incident),
        "roles": [_role(held) for held in incident.holdings],
        "offers": [{"role": offer.role, "to": offer.to.person or offer.to.group} for offer in incident.offers],
        "asks": [_ask(ask) for ask in incident.asks],
        "team": sorted(team(entries)),
        "signals": list(incident.signals),
        "tickets": [linked.ticket for linked in incident.tickets],
        "links": [{"url": link.url, "title": link.title} for link in incident.links],
        "actions": [{"line": a.seq, "text": a.text, "url": a.url or None, "done": a.done} for a in incident.actions],
        "report": {
            "state": report_state(incident),
            "owner": owner(incident, playbook),
            "path": incident.report.path,
            "missing": missing(incident, sections, playbook) if incident.state == "resolved" else [],
        },
        "took": {
            "notice": seconds(took.notice),
            "answer": seconds(took.answer),
            "tell": seconds(took.tell),
            "resolve": seconds(took.resolve),
        },
    }


def as_facts(data: Mapping[str, Any], playbook: Playbook, name: Names, zone: tzinfo) -> list[tuple[str, str]]:
    """The same in words, without what there is nothing to say about."""
    named = {role.slug: role.name for role in playbook.roles}
    held = [role for role in data["roles"] if role["to"] is None]
    facts = [
        ("incident", str(data["number"])),
        ("title", data["title"]),
        ("state", data["state"] + (", an exercise" if data["drill"] else "")),
        ("phase", data["phase"] or ""),
        ("severity", data["severity"] or ""),
        ("criterion", data["criterion"] or ""),
        ("services", ", ".join(data["services"])),
        ("communities", ", ".join(data["communities"])),
        ("declared", _at(data["declared"], zone)),
        ("resolved", _at(data["resolved"], zone)),
        ("verified", data["verified"]),
        ("impact began", _range(data["impact"]["start"], zone)),
        ("impact ended", _range(data["impact"]["end"], zone)),
        *((named.get(role["role"], role["role"]), name(role["person"])) for role in held),
        *((f"{named.get(o['role'], o['role'])} (offered)", name(o["to"])) for o in data["offers"]),
        *((part, text) for part, text in (data["plan"] or {}).items() if part not in ("by", "at")),
        *((f"ask {ask['line']} ({ask['state']})", ask["what"]) for ask in data["asks"]),
        ("team", ", ".join(name(person) for person in data["team"])),
        ("signals", ", ".join(map(str, data["signals"]))),
        ("tickets", ", ".join(data["tickets"])),
        *(("link", " ".join(filter(None, (link["url"], link["title"])))) for link in data["links"]),
        *((f"action {a['line']} ({'done' if a['done'] else 'open'})", a["text"]) for a in data["actions"]),
        ("report", data["report"]["state"] if data["report"]["state"] != "none" else ""),
        ("report owner", name(data["report"]["owner"]) if data["report"]["owner"] else ""),
        ("published as", data["report"]["path"] or ""),
        ("still missing", " ".join(data["report"]["missing"])),
        *((f"time to {what}", _length(length)) for what, length in data["took"].items()),
    ]
    return [(fact, said) for fact, said in facts if said]


def _role(held: Any) -> dict[str, Any]:
    return {"role": held.role, "person": held.person, "from": stamp(held.since), "to": stamp(held.until)}


def _ask(ask: Any) -> dict[str, Any]:
    return {
        "line": ask.seq,
        "what": ask.what,
        "to": ask.to.person or ask.to.group,
        "until": stamp(ask.until),
        "state": ask.state,
        "person": ask.person,
        "outcome": ask.outcome,
    }


def _plan(incident: Incident) -> dict[str, Any] | None:
    plan = incident.plan
    if plan is None:
        return None
    said = {"state": plan.state, "cause": plan.cause, "tried": plan.tried, "next": plan.next}
    return {**said, "by": plan.by, "at": stamp(plan.at)}


def _moment(moment: Moment | None) -> dict[str, Any] | None:
    return None if moment is None else {"at": stamp(moment.at), "until": stamp(moment.until)}


def _range(moment: Mapping[str, Any] | None, zone: tzinfo) -> str:
    return "" if moment is None else " – ".join(_at(at, zone) for at in (moment["at"], moment["until"]) if at)


def _at(at: str | None, zone: tzinfo) -> str:
    return "" if at is None else shown(datetime.fromisoformat(at), zone)


def _length(length: float | None) -> str:
    """A negative one is honest: told before answered."""
    if length is None:
        return ""
    words = duration(timedelta(seconds=abs(length)))
    return f"{words} before" if length < 0 else words
