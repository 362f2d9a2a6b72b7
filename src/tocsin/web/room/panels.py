"""Everything of a room but its log and its composer: each part stands alone, and can be shown anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from tocsin.core import events as e
from tocsin.core.checklist import Checked
from tocsin.core.effects import SendMail
from tocsin.core.incident import Plan
from tocsin.core.links import is_address
from tocsin.core.playbook import Role
from tocsin.core.report import ReportState, report_state
from tocsin.report import strip
from tocsin.web.pills import Pill, opened
from tocsin.web.room import parts, process
from tocsin.web.room.action import Action, actions
from tocsin.web.room.process import Gate, Word
from tocsin.web.room.reading import Room
from tocsin.web.room.telling import Telling


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Something that did not get out."""

    what: str
    words: str
    when: datetime
    trouble: str


@dataclass(frozen=True, kw_only=True)
class Panels:
    """All of them."""

    pill: Pill
    criterion: str
    plan: Plan | None
    over: e.Entry | None
    """That it was resolved, with a word on it: how things stand since."""
    earlier: tuple[e.Entry, ...]
    signed: str
    """As what whoever set the plan said so."""
    impact: tuple[str, timedelta | None]
    word: Word | None
    main: Action | None
    others: tuple[Action, ...]
    held: tuple[parts.Held, ...]
    empty: tuple[Role, ...]
    offers: tuple[parts.Offered, ...]
    asks: tuple[parts.Wanted, ...]
    also: tuple[str, ...]
    hand_over: str | None
    gates: tuple[Gate, ...]
    steps: tuple[Checked, ...]
    signals: tuple[e.Entry, ...]
    failing: tuple[Failing, ...]
    picture: Markup
    report: ReportState
    owner: str
    readers: tuple[str, ...]
    word_line: str


def panels(room: Room, telling: Telling) -> Panels:
    """What they show."""
    it, word = room.incident, process.word(room)
    gates = tuple(process.gates(room))
    offers = tuple(parts.offered(room))
    hand_over = process.hand_over(room)
    main, others = actions(room, word, gates, any(each.mine for each in offers), hand_over)
    plans = [entry for entry in room.entries if isinstance(entry.event, e.PlanSet)]
    owner, over = it.report.owner, _over(room)
    return Panels(
        pill=_pill(room),
        criterion=_criterion(room),
        plan=it.plan,
        over=over,
        earlier=tuple(reversed(plans if over else plans[:-1]))[:20],
        signed=_signed(room),
        impact=_impact(room),
        word=word,
        main=main,
        others=others,
        held=tuple(parts.held(room)),
        empty=tuple(parts.empty(room)),
        offers=offers,
        asks=tuple(parts.asks(room)),
        also=tuple(parts.also(room)),
        hand_over=hand_over,
        gates=gates,
        steps=process.steps(room, word),
        signals=tuple(entry for entry in room.entries if isinstance(entry.event, e.SignalReceived)),
        failing=tuple(_failing(room)),
        picture=_picture(room),
        report=report_state(it),
        owner=room.called(owner) if owner else "",
        readers=tuple(process.readers(room)),
        word_line=telling.at(over.seq if over else plans[-1].seq) if over or plans else "",
    )


# ── what it is ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _pill(room: Room) -> Pill:
    match room.incident.state:
        case "resolved":
            return Pill(kind="good", icon="check", word="Resolved")
        case "cancelled":
            return Pill(kind="", icon="dash", word="Cancelled")
    return opened(room.playbook, room.incident.phase)


def _over(room: Room) -> e.Entry | None:
    """How it was resolved, in words; None as long as it is open, or where nobody said."""
    if room.incident.state != "resolved":
        return None
    last = next((each for each in reversed(room.entries) if isinstance(each.event, e.Resolved)), None)
    return last if last and isinstance(last.event, e.Resolved) and last.event.text else None


def _criterion(room: Room) -> str:
    found = next((each for each in room.playbook.criteria if each.slug == room.incident.criterion), None)
    if found is None:
        return ""
    return f"{found.name} · {found.people} or more people" if found.people > 1 else found.name


def _signed(room: Room) -> str:
    plan = room.incident.plan
    if plan is None:
        return ""
    commander = plan.by in room.incident.holders(room.playbook.with_duty("commands").slug)
    return f"the commander, {room.name(plan.by)}" if commander else room.name(plan.by)


def _impact(room: Room) -> tuple[str, timedelta | None]:
    """What the number is, and the number."""
    it, impact = room.incident, room.incident.impact
    start = impact.start.middle if impact.start else None
    end = impact.end.middle if impact.end else it.resolved_at
    about = " about" if (impact.start and impact.start.until) or (impact.end and impact.end.until) else ""
    if start is not None:
        over = end is not None
        return f"Impact {'lasted' if over else 'so far,'}{about}", max((end or room.now) - start, timedelta(0))
    if it.state == "open" and it.declared_at:
        return "Open for", room.now - it.declared_at
    if it.resolved_at and it.declared_at:
        return "Was open for", it.resolved_at - it.declared_at
    return "Impact", None


def _picture(room: Room) -> Markup:
    now = room.now if room.open else None
    picture = strip.strip(room.entries, room.playbook, room.name, zone=room.asked.zone_name, now=now)
    return Markup(strip.as_figure(picture)) if picture else Markup("")  # noqa: S704 — it escapes every word


def _failing(room: Room) -> Iterator[Failing]:
    for wish in room.wishes:
        if wish.state in ("failed", "unknown", "quarantined") or (wish.state == "waiting" and wish.fails):
            mail = wish.effect if isinstance(wish.effect, SendMail) else None
            whom = room.name(mail.to) if mail and mail.to else room.community(mail.community or "") if mail else ""
            yield Failing(
                what=f"The mail to {whom or 'nobody'}" if mail else "The report",
                words=_WORDS.get(wish.state, "has not got through yet. We try again"),
                when=wish.due,
                trouble=wish.trouble,
            )


_WORDS: Mapping[str, str] = {
    "failed": "did not get through, and is not tried any more",
    "unknown": "may have got through or not",
    "quarantined": "ended whoever tried it, and is not tried any more",
}


def link_of(text: str) -> str:
    """The address in a ticket or a link, where it is one that a browser may follow."""
    return text if is_address(text) else ""
