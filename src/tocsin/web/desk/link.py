"""`/asked/{token}`: the whole exchange, for whoever has the link that the form gave them."""

from __future__ import annotations

from functools import partial

from tocsin.core.moments import zone
from tocsin.core.people import Community
from tocsin.core.tickets import Ticket
from tocsin.store import people, places, tickets
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.desk.exchange import exchange
from tocsin.web.desk.hours import attended
from tocsin.web.desk.limits import later
from tocsin.web.desk.writing import MOST_TEXT, add, must_wait, wrong_text
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post
from tocsin.web.showing import place, when

UNSEEN = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "same-origin"}
"""The address is a secret: no other site is told of it, and no cache keeps the page, as none does ours. Ours is told,
or else browsers would not say that the form on it is sent from here."""


def page(asked: Asked) -> Shown:
    """Times are on the clock of the community."""
    ticket = _ticket(asked)
    with asked.read() as connection:
        found = exchange(connection, ticket, asked.now)
        community = places.place(connection, Community, ticket.community) if ticket.community else None
        team = people.everybody(connection)
    clock = (community.zone if community else "") or asked.tocsin.playbook.zone
    given = {
        "it": found,
        "ticket": ticket,
        "community": community.name if community else "",
        "hours": attended(team, asked.tocsin.playbook, asked.now, clock),
        "mailed": "mailer" in asked.tocsin.serves and bool(ticket.email),
        "read": bool(asked.tocsin.mailbox),
        "whole": f"{asked.tocsin.address or asked.site.config.address}/asked/{ticket.token}",
        "most": MOST_TEXT,
        "zone": place(clock),
        "when": partial(when, asked, clock=zone(clock)),
        "mine": True,
    }
    return Shown(template="desk/asked.html", given=given, headers=UNSEEN)


def send(asked: Asked) -> Answer:
    ticket = _ticket(asked)
    if wrong := wrong_text(asked):
        raise Wrong(**wrong)
    if wait := must_wait(asked, f"ticket {ticket.id}"):
        return later(page(asked), wait)
    add(asked, ticket, ticket.name, ticket.email, by="page")
    return SentOn(to=f"/asked/{ticket.token}#said", said="We have it. It stands with the rest.")


def _ticket(asked: Asked) -> Ticket:
    """Only of our own desk: what is kept in a ticket system is answered there."""
    with asked.read() as connection:
        found = tickets.by_token(connection, asked.parts["token"])
    if found is None or found.system:
        raise NotThere
    return found


ROUTES = (
    get("/asked/{token}", page, "anyone"),
    post("/asked/{token}", send, "anyone", again=page),
)
