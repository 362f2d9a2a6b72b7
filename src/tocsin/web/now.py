"""Now: what needs whoever reads, every open incident, the reports we owe, who is at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from tocsin.core.duties import carrying
from tocsin.core.elements import impact_since
from tocsin.core.playbook import Duty
from tocsin.report import strip
from tocsin.store import log
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.awake import awake
from tocsin.web.needs import needs
from tocsin.web.overview import Case, Debt, Overview, overview
from tocsin.web.pills import Pill, opened
from tocsin.web.routes import get
from tocsin.web.showing import lapse

_WIDEST = 90
"""Pixels of the bar that says how old a report is, for the oldest of them."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """An open incident as a card."""

    case: Case
    number: int
    pill: Pill
    title: str
    says: str
    drill: bool
    services: tuple[str, ...]
    picture: Markup
    commander: str
    liaison: str
    impact: str
    due: datetime | None
    promised: bool
    late: bool


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A report that is owed, with how old it is as a bar."""

    debt: Debt
    number: int
    age: str
    width: int
    owner: str
    missing: str


def show(asked: Asked) -> Answer:
    """For the team; whoever speaks for a community is told what they can do here."""
    if asked.sight != "everything":
        return Shown(template="now_outside.html")
    with asked.read() as c:
        seen = overview(asked, c)
        first_run = not (seen.cases or seen.debts or seen.lately or seen.signals) and not log.exists_any(c)
    given = {
        "seen": seen,
        "needs": needs(seen),
        "cards": tuple(_card(seen, case) for case in seen.cases),
        "debts": tuple(_owed(seen)),
        "awake": awake(seen.team, seen.wrote, seen.playbook, asked.now),
        "first_run": first_run,
        "acts": asked.me.part in ("responder", "administrator"),
    }
    return Shown(template="now.html", given=given)


# ── open incidents ─────────────────────────────────────────────────────────────────────────────────────────────────


def _card(seen: Overview, case: Case) -> Card:
    it = case.incident
    return Card(
        case=case,
        number=it.number,
        pill=opened(seen.playbook, case.incident.phase),
        title=it.title,
        says=it.plan.state if it.plan else "",
        drill=it.drill,
        services=tuple(map(seen.service, it.services)),
        picture=_picture(seen, case),
        commander=_who(seen, case, "commands"),
        liaison=_who(seen, case, "tells-outside"),
        impact=_impact(seen, case),
        due=case.due.at if case.due else None,
        promised=bool(case.due and case.due.promised),
        late=bool(case.due and case.due.at <= seen.now),
    )


def _who(seen: Overview, case: Case, duty: Duty) -> str:
    return ", ".join(seen.called(handle) for handle in carrying(case.incident, seen.playbook, duty))


def _impact(seen: Overview, case: Case) -> str:
    """`about 1 h 34 min`; nothing where nobody knows when it began."""
    it, started, ended = case.incident, case.incident.impact.start, case.incident.impact.end
    since = impact_since(started, it.noticed, it.declared_at)
    if since is None:
        return ""
    sure = started is not None and started.until is None and (ended is None or ended.until is None)
    length = (ended.middle if ended else seen.now) - since
    return f"{'' if sure else 'about '}{lapse(max(length, timedelta(0)))}"


def _picture(seen: Overview, case: Case) -> Markup:
    zone = seen.asked.zone_name
    found = strip.strip(case.entries, seen.playbook, seen.called, zone=zone, now=seen.now)
    if found is None:
        return Markup("")
    name = f"strip-{case.incident.number}"
    return Markup(strip.as_figure(found, compact=True, name=name))  # noqa: S704 — it escapes every word


# ── reports ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _owed(seen: Overview) -> Iterator[Owed]:
    """The oldest has the longest bar."""
    oldest = max((seen.now - debt.since for debt in seen.debts), default=timedelta(0)) or timedelta(1)
    for debt in seen.debts:
        yield Owed(
            debt=debt,
            number=debt.incident.number,
            age=lapse(seen.now - debt.since),
            width=max(3, round(_WIDEST * ((seen.now - debt.since) / oldest))),
            owner=seen.called(debt.owner) if debt.owner else "nobody yet",
            missing=_missing(debt),
        )


def _missing(debt: Debt) -> str:
    match debt.state:
        case "in-review":
            return "A review"
        case "reviewed":
            return "To be published"
        case _ if len(debt.lacks) > 1:
            return f"{len(debt.lacks)} things"
        case _:
            return debt.lacks[0] if debt.lacks else "A review"


ROUTES = (get("/", show, "signed-in"),)
