"""Something is wrong: anybody who is signed in says what people cannot do, and sees what became of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.people import Community, Service
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal
from tocsin.store import signals
from tocsin.store.places import all_of
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.evidence import criterion_name
from tocsin.web.forms import Form, Wrong
from tocsin.web.routes import get, post

MOST_NAMES = 50


def page(asked: Asked) -> Shown:
    """`?service=`, `?criterion=`: chosen beforehand."""
    with asked.read() as connection:
        places = _places(asked, connection)
    form = asked.form or asked.query
    given: dict[str, Any] = {"places": places, "service": _where(form, places), "criterion": form.line("criterion")}
    return Shown(template="wrong.html", given={**given, "team": asked.sight == "everything"})


def report(asked: Asked) -> Answer:
    form = asked.form
    if not form.text("text").strip():
        raise Wrong(text="Say what happens, in your own words.")
    with asked.read() as connection:
        known = {slug for slug, _ in _places(asked, connection)}
    service = form.line("service")
    if service and service not in {*known, asked.tocsin.playbook.service.slug}:
        raise Wrong(service="Choose one of the services in the list.")
    command = c.NoteSignal(
        text=form.text("text"),
        service=service,
        criterion=form.line("criterion"),
        people=_names(asked, form),
        count=_count(form),
        everyone=form.line("who") == "everyone",
        link=form.line("link"),
    )
    number = asked.do(command).signal
    team = asked.sight == "everything"
    said = f"Thank you. It stands in triage as S-{number}." if team else ""
    return SentOn(to=f"/triage/{number}" if team else f"/wrong/{number}", said=said)


def reported(asked: Asked) -> Answer:
    """One's own report, and what became of it; whoever may see every signal is sent to triage."""
    with asked.read() as connection:
        signal = signals.look(connection, asked.signal)
        mine = signal is not None and signal.by == asked.me.handle
        if signal is None or not (mine or asked.sight == "everything"):
            raise NotThere
        if asked.sight == "everything":
            return SentOn(to=f"/triage/{signal.id}")
        service = dict(_places(asked, connection)).get(signal.service or "", "")
    given = {"signal": signal, "service": service, "became": _became(signal)}
    criterion = criterion_name(asked.tocsin.playbook, signal.criterion)
    return Shown(template="reported.html", given={**given, "criterion": criterion})


def _became(signal: Signal) -> tuple[str, str, str]:
    """In a word, with a sign; no more of an incident than that there is one."""
    if signal.incident is not None:
        return "harm", "flag", "We respond to it as an incident"
    match signal.state, signal.verdict:
        case ("closed", "support-request"):
            return "", "ticket", "It is answered as a support request"
        case ("closed", _):
            return "good", "check", "It is over"
        case _ if signal.acknowledged_by:
            return "wait", "half", "Somebody looks after it"
        case _:
            return "wait", "clock", "It waits for somebody of the team"


def _places(asked: Asked, connection: sa.Connection) -> list[tuple[str, str]]:
    """The services; for whoever speaks for a community, only theirs."""
    services, own = all_of(connection, Service), asked.tocsin.playbook.service.slug
    if asked.sight != "everything":
        mine = {each.slug for each in all_of(connection, Community) if asked.me.handle in each.representatives}
        services = [each for each in services if mine.intersection(each.communities)]
    return [(each.slug, each.name) for each in services if each.slug != own]


def _where(form: Form, places: list[tuple[str, str]]) -> str:
    """Where there is but one place, it is that."""
    return form.line("service") if "service" in form or len(places) != 1 else places[0][0]


def _names(asked: Asked, form: Form) -> tuple[str, ...]:
    """Who is affected, by name: one in a line or with commas between; and whoever writes, if they are."""
    told = tuple(each.strip() for line in form.text("people").splitlines() for each in line.split(",") if each.strip())
    if len(told) > MOST_NAMES:
        raise Wrong(people=f"Name at most {MOST_NAMES} people, and say how many there are in all.")
    return (*((asked.me.name,) if form.ticked("me") else ()), *told)


def _count(form: Form) -> int | None:
    try:
        return form.number("count")
    except Refused as no:
        raise Wrong(count=str(no)) from None


ROUTES = (
    get("/wrong", page, "signed-in"),
    post("/wrong", report, "signed-in", again=page),
    get("/wrong/{number}", reported, "signed-in"),
)
