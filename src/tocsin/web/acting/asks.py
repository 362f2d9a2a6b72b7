"""Asks: help found by what people know, put to them, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core import commands as c
from tocsin.core.duties import carrying
from tocsin.core.ids import Seq, Slug
from tocsin.core.incident import Ask, AskState, Incident
from tocsin.core.people import Group
from tocsin.core.presence import Presence
from tocsin.store import places
from tocsin.web.acting import frame, whom
from tocsin.web.acting.roles import for_me, party
from tocsin.web.answers import Answer, NotThere, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post

WITHIN = (15, 30, 60, 120, 240)
"""Minutes somebody may be given."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """An ask as the page shows it, and what whoever reads may do about it."""

    seq: Seq
    what: str
    to: str
    person: str
    until: datetime | None
    late: bool
    state: AskState
    outcome: str
    accept: bool
    decline: bool
    finish: bool


def page(asked: Asked) -> Shown:
    """What runs, and what came of the rest."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        groups = {each.slug: each for each in places.all_of(connection, Group)}
        asks = [_shown(asked, it, each, groups) for each in it.asks]
        running = [each for each in asks if each.state in ("asked", "accepted")]
        over = [each for each in reversed(asks) if each not in running]
        return frame.shown(asked, connection, it, "asks", running=running, finished=over)


def one_page(asked: Asked) -> Shown:
    """One ask, and what whoever reads may answer."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        groups = {each.slug: each for each in places.all_of(connection, Group)}
        seq = asked.number("seq")
        found = next((_shown(asked, it, each, groups) for each in it.asks if each.seq == seq), None)
        if found is None:
            raise NotThere
        return frame.shown(asked, connection, it, "ask", ask=found)


def answer(asked: Asked) -> Answer:
    """`do`: accept, decline, done."""
    number, form = frame.must_be_there(asked), asked.form
    ask = Seq(asked.number("seq"))
    match form.line("do"):
        case "accept":
            return frame.back(asked, asked.do(c.AcceptAsk(incident=number, ask=ask)), "It is yours.")
        case "decline":
            done = asked.do(c.DeclineAsk(incident=number, ask=ask, why=form.text("why")))
            return frame.back(asked, done, "You said no. Whoever asked sees that.")
        case _:
            if not form.text("outcome").strip():
                raise Wrong(outcome="Say what came of it, so that nobody has to ask.")
            done = asked.do(c.FinishAsk(incident=number, ask=ask, outcome=form.text("outcome")))
            return frame.back(asked, done, "It is done.")


def help_page(asked: Asked) -> Shown:
    """Whom to ask: everybody, or those who know an area; whoever is at work first."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        found = whom.people(asked, connection)
        area = asked.form.line("area") if asked.form else asked.query.line("area")
        experts = [each for each in found if not area or _key(area) in map(_key, each.person.expertise)]
        others = [each for each in experts if each.person.handle != asked.me.handle]
        return frame.shown(
            asked,
            connection,
            it,
            "help",
            knowing=area,
            areas=_areas(found),
            people=whom.cards(asked, others),
            groups=[] if area else whom.groups(asked, connection, found),
            chosen=asked.form.line("to") or asked.query.line("to") or _first(others, area),
            within=[(minutes, asked.now + timedelta(minutes=minutes)) for minutes in WITHIN],
        )


def ask(asked: Asked) -> Answer:
    """A button of an area only shows who knows it; nothing typed is lost."""
    number, form = frame.must_be_there(asked), asked.form
    if "send" not in form:
        return help_page(asked)
    wrong = {
        **({} if form.text("what").strip() else {"what": "Say what they should do."}),
        **({} if form.line("to") else {"to": "Choose whom to ask."}),
    }
    if wrong:
        raise Wrong(**wrong)
    minutes = form.number("within")
    until = asked.now + timedelta(minutes=min(minutes, 7 * 24 * 60)) if minutes else None
    done = asked.do(c.Delegate(incident=number, what=form.text("what"), to=form.line("to"), until=until))
    return frame.back(asked, done, "They are asked. What they answer stands on the timeline.")


def _shown(asked: Asked, it: Incident, ask: Ask, groups: dict[Slug, Group]) -> Asking:
    """The same that `core.decisions.asks` allows; it decides again."""
    me = asked.me.handle
    taken = ask.person is not None and ask.state != "declined"
    mine = ask.person == me if taken else for_me(asked, ask.to, groups)
    commands = me in carrying(it, asked.tocsin.playbook, "commands")
    return Asking(
        seq=ask.seq,
        what=ask.what,
        to=party(asked, ask.to, groups),
        person=asked.called(ask.person) if ask.person else "",
        until=ask.until,
        late=ask.until is not None and ask.until < asked.now and ask.state in ("asked", "accepted"),
        state=ask.state,
        outcome=ask.outcome,
        accept=mine and ask.state in ("asked", "declined"),
        decline=mine and ask.state in ("asked", "accepted"),
        finish=(mine or commands) and ask.state != "done",
    )


def _areas(found: list[Presence]) -> list[str]:
    known = {_key(area): area for each in found for area in each.person.expertise}
    return [known[key] for key in sorted(known)]


def _first(others: list[Presence], area: str) -> str:
    """Of those who know an area, whoever is at work for longest is proposed."""
    return next((each.person.handle for each in others if each.at_work), "") if area else ""


def _key(area: str) -> str:
    return " ".join(area.casefold().split())


ROUTES = (
    get("/incidents/{number}/asks", page, "responder"),
    get("/incidents/{number}/asks/{seq}", one_page, "responder"),
    post("/incidents/{number}/asks/{seq}", answer, "responder", again=one_page),
    get("/incidents/{number}/help", help_page, "responder"),
    post("/incidents/{number}/help", ask, "responder", again=help_page),
)
