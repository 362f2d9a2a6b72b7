"""What needs whoever reads, the most urgent first: incidents, then what waits for a decision, then reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from tocsin.core.cadence import Due
from tocsin.core.duties import carrying
from tocsin.core.ids import IncidentNumber
from tocsin.core.incident import Ask, Offer
from tocsin.core.moments import zone as known_zone
from tocsin.core.playbook import Duty
from tocsin.core.verdict import Verdict, verdicts
from tocsin.web.overview import Case, Debt, Overview, offered_at
from tocsin.web.showing import lapse, place, when

SOON = timedelta(hours=1)
"""Word that is due within that needs somebody now."""
MOST_SIGNALS = 3
LONGEST = 90
"""Characters of what somebody wrote, in a heading."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing to do: where it is done, why now, and what the button says."""

    icon: str
    title: Markup
    path: str
    says: Markup
    button: str


def needs(seen: Overview) -> list[Need]:
    """Whoever only looks on is needed for nothing."""
    if seen.asked.me.part not in ("responder", "administrator"):
        return []
    parts = (_words, _proposals, _offers, _asks, _nobody, _signals, _reports)
    return [need for part in parts for need in part(seen)]


def ref(number: IncidentNumber) -> Markup:
    return Markup('<span class="ref">INC-{}</span>').format(number)


def in_time(at: datetime, now: datetime) -> str:
    """`That is in 18 min.`"""
    return f"That is in {lapse(at - now)}." if at > now else f"That was {lapse(now - at)} ago."


def shortened(text: str) -> str:
    """One line of it, in as many words as a heading holds."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rsplit(' ', 1)[0]}…"


# ── incidents ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _words(seen: Overview) -> Iterator[Need]:
    """Word that is due, to whoever talks with the communities."""
    mine = [(case.due, case) for case in seen.cases if case.due and _carries(seen, case, "tells-outside")]
    for due, case in sorted(mine, key=lambda each: each[0].at):
        if due.at - seen.now <= SOON:
            yield _word(seen, due, case)


def _word(seen: Overview, due: Due, case: Case) -> Need:
    it = case.incident
    names = [seen.community(slug) for slug in it.communities]
    whom = names[0] if len(names) == 1 else f"{len(names)} communities" if names else "the communities"
    by = when(seen.asked, due.at)
    says = Markup("You promised an update by {}.") if due.promised else Markup("By our cadence it is due by {}.")
    if not it.told and not due.promised:
        says = Markup("They have not heard from us yet. The first response is due by {}.")
    return Need(
        icon="send",
        title=Markup("Tell {} how {} stands").format(whom, ref(it.number)),
        path=f"/incidents/{it.number}/update",
        says=says.format(by) + f" {in_time(due.at, seen.now)}",
        button="Write the update",
    )


def _proposals(seen: Overview) -> Iterator[Need]:
    for case in seen.cases:
        for each in case.incident.proposals if _carries(seen, case, "approves") else ():
            names = " and ".join(seen.community(slug) for slug in each.communities)
            yield Need(
                icon="check",
                title=Markup("Approve word to {} on {}").format(names, ref(case.incident.number)),
                path=f"/incidents/{case.incident.number}/update?proposal={each.seq}",
                says=Markup("{} asked you at {}.").format(seen.called(each.by), when(seen.asked, each.at)),
                button="Read it",
            )


def _offers(seen: Overview) -> Iterator[Need]:
    for case in seen.cases:
        for offer in case.incident.offers:
            if seen.for_me(offer.to):
                yield _offer(seen, case, offer)


def _offer(seen: Overview, case: Case, offer: Offer) -> Need:
    it, role = case.incident, seen.playbook.called(offer.role)
    whom = seen.group(offer.to.group) if offer.to.group else "you"
    by = seen.called(offer.by)
    found = offered_at(case, offer.role, offer.to)
    word = Markup("“{}” ").format(shortened(found[1])) if found and found[1].strip() else Markup("")
    there = seen.calendar(offer.by).zone
    return Need(
        icon="swap",
        title=Markup("{} offers {} a role in {}: {}").format(_began(by), whom, ref(it.number), role),
        path=f"/incidents/{it.number}/roles",
        says=word + f"It is {_clock(seen.now, there)} in {place(there)}. Until you answer, it stays as it is.",
        button="Answer",
    )


def _asks(seen: Overview) -> Iterator[Need]:
    """What one is asked for, then what one has said one would do."""
    mine = [(case, ask) for case in seen.cases for ask in case.incident.asks if _is_mine(seen, ask)]
    for case, ask in sorted(mine, key=lambda each: (each[1].state != "asked", each[1].until or seen.now + _FAR)):
        until = Markup(", by {}").format(when(seen.asked, ask.until)) if ask.until else Markup("")
        late = f" {in_time(ask.until, seen.now)}" if ask.until else ""
        asked = ask.state == "asked"
        yield Need(
            icon="user",
            title=Markup("{}: {}").format("You are asked to" if asked else "You said you would", shortened(ask.what)),
            path=f"/incidents/{case.incident.number}/asks/{ask.seq}",
            says=Markup("For {}{}.").format(ref(case.incident.number), until) + late,
            button="Answer" if asked else "It is done",
        )


def _is_mine(seen: Overview, ask: Ask) -> bool:
    match ask.state:
        case "asked":
            return seen.for_me(ask.to)
        case "accepted":
            return ask.person == seen.asked.me.handle
        case _:
            return False


def _nobody(seen: Overview) -> Iterator[Need]:
    for case in seen.cases:
        it = case.incident
        if not it.holders(seen.playbook.with_duty("commands").slug) and it.declared_at:
            yield Need(
                icon="user",
                title=Markup("Nobody commands {}").format(ref(it.number)),
                path=f"/incidents/{it.number}/roles",
                says=Markup("{} It is open for {}.").format(_ended(it.title), lapse(seen.now - it.declared_at)),
                button="Take command",
            )


def _carries(seen: Overview, case: Case, duty: Duty) -> bool:
    return seen.asked.me.handle in carrying(case.incident, seen.playbook, duty)


_FAR = timedelta(days=365)


# ── signals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _signals(seen: Overview) -> Iterator[Need]:
    """One for each matter: what is an incident by the rule first, then whatever waits longest."""
    found = verdicts(seen.signals, seen.playbook)
    matters = {verdict.signals: verdict for verdict in found.values()}
    order = sorted(matters.values(), key=lambda each: (each.proposal != "incident", each.signals[0]))
    for each in order[:MOST_SIGNALS]:
        yield _signal(seen, each)
    if len(order) > MOST_SIGNALS:
        yield Need(
            icon="bell",
            title=Markup("Decide on {} more").format(len(order) - MOST_SIGNALS),
            path="/triage",
            says=Markup("They wait in Triage."),
            button="Open triage",
        )


def _signal(seen: Overview, verdict: Verdict) -> Need:
    first = next(each for each in seen.signals if each.id == verdict.signals[0])
    return Need(
        icon="bell",
        title=Markup("Decide on a signal: {}").format(shortened(first.text)),
        path=f"/triage/{first.id}",
        says=Markup("{}, {} ago. {}").format(people(verdict), lapse(seen.now - first.at), by_rule(verdict)),
        button="Decide",
    )


def people(verdict: Verdict) -> str:
    """`2 people`, as a beginning."""
    match verdict:
        case Verdict(everyone=True):
            return "Everyone"
        case Verdict(people=0):
            return "Nobody named"
        case _:
            return "1 person" if verdict.people == 1 else f"{verdict.people} people"


def by_rule(verdict: Verdict) -> str:
    """What the rule makes of it, in a short sentence."""
    match verdict.proposal:
        case "incident":
            return "By our rule this is an incident."
        case "not-yet":
            return "By our rule not an incident yet."
        case "support-request":
            return "By our rule a support request."


# ── reports ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _reports(seen: Overview) -> Iterator[Need]:
    for debt in seen.debts:
        says = _report(seen, debt)
        if says:
            verb, sentence = says
            yield Need(
                icon="book",
                title=Markup("{} the report on {}").format(verb, ref(debt.incident.number)),
                path=f"/incidents/{debt.incident.number}",
                says=Markup("{} It waits for {}.").format(sentence, lapse(seen.now - debt.since)),
                button="Open it",
            )


def _report(seen: Overview, debt: Debt) -> tuple[str, str] | None:
    me, report = seen.asked.me.handle, debt.incident.report
    match debt.state:
        case _ if report.offered == me:
            return "Take over", "You are offered it."
        case "draft" if debt.owner == me:
            return "Write", _count(debt.lacks)
        case "reviewed" if debt.owner == me:
            return "Publish", "It is reviewed."
        case "in-review" if debt.took_part and debt.owner != me and me not in report.approvals:
            return "Review", f"{_began(seen.called(debt.owner))} asks you to read it." if debt.owner else ""
        case _:
            return None


def _count(lacks: Sequence[str]) -> str:
    if not lacks:
        return "Nothing is missing."
    return f"{lacks[0]}" if len(lacks) == 1 else f"{len(lacks)} things are missing."


def _began(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _ended(title: str) -> str:
    return title if title.endswith((".", "!", "?", "…")) else f"{title}."


def _clock(now: datetime, zone: str) -> str:
    return f"{now.astimezone(known_zone(zone)):%H:%M}"
