"""What belongs to an incident from elsewhere: signals, tickets, addresses kept at hand."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core.ids import SignalId
from tocsin.core.people import Service
from tocsin.core.verdict import verdicts
from tocsin.language.verbs import number
from tocsin.store import places, signals
from tocsin.web.acting import frame
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post


def signals_page(asked: Asked) -> Shown:
    """What nobody has decided on, with what the rule says of each; what is about the same service comes first."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        undecided = signals.undecided(connection)
        own = asked.tocsin.playbook.service
        names = {own.slug: own.name, **{each.slug: each.name for each in places.all_of(connection, Service)}}
        near = sorted(undecided, key=lambda each: (each.service not in it.services, each.id))
        chosen = set(asked.form.all("signal"))
        found = verdicts(undecided, asked.tocsin.playbook)
        return frame.shown(
            asked, connection, it, "signals", undecided=near, verdicts=found, services=names, chosen=chosen
        )


def attach(asked: Asked) -> Answer:
    incident, chosen = frame.must_be_there(asked), asked.form.all("signal")
    if not chosen:
        raise Wrong(signal="Choose at least one signal.")
    numbers = sorted({number(each) for each in chosen})  # as whoever declares takes them: nobody waits for the other
    attached = {str(each): c.AttachSignal(incident=incident, signal=SignalId(each)) for each in numbers}
    done = frame.all_or_none(asked, attached)
    which = "It belongs" if len(done) == 1 else f"All {len(done)} belong"
    return frame.back(asked, done[0], f"{which} to this incident now, with what was said about it.")


def tickets_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        return frame.shown(asked, connection, frame.incident(asked, connection), "tickets")


def tickets(asked: Asked) -> Answer:
    """`unlink`: the ticket that is not about it after all."""
    incident, form = frame.must_be_there(asked), asked.form
    if gone := form.text("unlink").strip():
        return frame.back(asked, asked.do(c.UnlinkTicket(incident=incident, ticket=gone)), "The ticket is unlinked.")
    if not form.line("ticket"):
        raise Wrong(ticket="Give the address or the number of the ticket.")
    done = asked.do(c.LinkTicket(incident=incident, ticket=form.line("ticket")))
    return frame.back(asked, done, "The ticket is linked.")


def links_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        return frame.shown(asked, connection, frame.incident(asked, connection), "links")


def links(asked: Asked) -> Answer:
    incident, form = frame.must_be_there(asked), asked.form
    if not form.line("url"):
        raise Wrong(url="Give an address that begins with https:// or http://.")
    done = asked.do(c.AddLink(incident=incident, url=form.line("url"), title=form.line("title")))
    return frame.back(asked, done, "The link is kept.")


ROUTES = (
    get("/incidents/{number}/signals", signals_page, "responder"),
    post("/incidents/{number}/signals", attach, "responder", again=signals_page),
    get("/incidents/{number}/tickets", tickets_page, "responder"),
    post("/incidents/{number}/tickets", tickets, "responder", again=tickets_page),
    get("/incidents/{number}/links", links_page, "responder"),
    post("/incidents/{number}/links", links, "responder", again=links_page),
)
