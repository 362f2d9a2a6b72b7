"""Declaring: a short title is all it takes; what follows from it stands beside the form."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.web.answers import Answer, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.declaration import Draft, alike_open, commander, draft, signal_numbers, still_to_do
from tocsin.web.evidence import evidence, heading
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post
from tocsin.web.showing import refusal

SOMEBODY = "other"
"""Who commands is chosen from the list of everybody."""


def page(asked: Asked) -> Shown:
    """`?signal=`: what it comes from, with all that belongs to it; `?criterion=`, `?drill=`: chosen beforehand."""
    with asked.read() as connection:
        it = draft(asked, connection)
        given = {
            "it": it,
            "signals": [evidence(each, it.verdict) for each in it.offered],
            "chosen": {each.id for each in it.chosen},
            "heading": heading(it.verdict) if it.verdict else "",
            "commander": commander(asked, connection),
            "commands": it.form.line("commander"),
            "somebody": SOMEBODY,
            "alike": alike_open(connection, it),
            "actions": still_to_do(connection, it),
            "told": [it.community(slug) for slug in it.whom],
            "value": it.form.text,
        }
    return Shown(template="declare.html", given=given)


def declare(asked: Asked) -> Answer:
    """Declared first; an offer of command that cannot be made keeps nothing from being declared."""
    with asked.read() as connection:
        it = draft(asked, connection)
    offered = _offered(asked)
    command = _command(asked, it, asked.me.handle if offered else asked.form.line("commander"))
    try:
        done = asked.do(command)
    except Refused as no:
        raise _beside(no, asked) from None
    number = IncidentNumber(done.incident or 0)
    said = f"INC-{number} is declared."
    if offered:
        said = f"{said} {_offer(asked, number, offered)}"
    return SentOn(to=f"/incidents/{number}", said=said)


def _offered(asked: Asked) -> str:
    """Who is asked to command; nobody, where it is whoever declares, or as the process has it."""
    who = asked.form.line("commander")
    if who == SOMEBODY:
        who = asked.form.line("somebody")
        if not who:
            raise Wrong(somebody="Choose who should command.")
    return "" if who == asked.me.handle else who


def _offer(asked: Asked, number: IncidentNumber, to: str) -> str:
    role = asked.tocsin.playbook.with_duty("commands").slug
    try:
        asked.do(c.OfferRole(incident=number, role=role, to=to), once="offer")
    except Refused as no:
        return f"You command; command was not offered: {refusal(asked, no)}"
    return f"You command until {asked.name(to)} takes it."


def _command(asked: Asked, it: Draft, who: str) -> c.Declare:
    form = asked.form
    if not form.line("title"):
        raise Wrong(title="Give it a title: what can people not do, in a few words?")
    try:
        began = form.moment("began", asked.zone)
    except Refused as no:
        raise Wrong(began=str(no)) from None
    return c.Declare(
        title=form.line("title"),
        description=form.text("description"),
        services=it.where,
        criterion=it.criterion,
        commander=who,
        signals=signal_numbers(form.all("signal")),
        why=form.text("why"),
        tickets=tuple(dict.fromkeys(each.strip() for each in form.text("tickets").splitlines() if each.strip())),
        communities=it.whom,
        severity=form.line("severity"),
        channel=it.channel,
        drill=it.drill,
        began=began,
    )


def _beside(no: Refused, asked: Asked) -> Exception:
    """A refusal beside the field it is about, where that can be told."""
    said = str(no)
    if "say why" in said.casefold() and not asked.form.line("why"):
        return Wrong(why=said)
    return Wrong(began=said) if said.startswith("The impact cannot") else no


ROUTES = (
    get("/declare", page, "responder"),
    post("/declare", declare, "responder", again=page),
)
