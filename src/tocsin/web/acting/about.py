"""What an incident is about: its title, services, communities, criterion, phase and tickets; and that it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident
from tocsin.core.people import Community, Service
from tocsin.core.playbook import Criterion, Term
from tocsin.store.places import all_of
from tocsin.web.acting import frame, older
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post


def title_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        seen = older.older(asked, connection, it, e.Retitled, (it.title, f"“{it.title}”"))
        return frame.shown(asked, connection, it, "title", older=seen)


def title(asked: Asked) -> Answer:
    it = _incident(asked)
    new = asked.form.line("title")
    if not new:
        raise Wrong(title="Give it a title: what can people not do, in a few words?")
    if new == it.title:
        return frame.back(asked, said="That is its title already.")
    return frame.back(
        asked, asked.do(c.Retitle(incident=it.number, title=new, seen=older.told(asked))), "It has a new title."
    )


def services_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        own = asked.tocsin.playbook.service
        every = {own.slug: own.name, **{each.slug: each.name for each in all_of(connection, Service)}}
        return _places(asked, connection, it, "services", every, it.services)


def services(asked: Asked) -> Answer:
    it, chosen = _incident(asked), asked.form.all("chosen")
    if set(chosen) == set(it.services):
        return frame.back(asked, said="It is about these already.")
    done = asked.do(c.SetServices(incident=it.number, services=chosen, seen=older.several(asked)))
    return frame.back(asked, done, "The services are set.")


def communities_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        every = {each.slug: each.name for each in all_of(connection, Community)}
        hints = {
            slug: f"uses {each.name}"
            for each in all_of(connection, Service)
            if each.slug in it.services
            for slug in each.communities
        }
        return _places(asked, connection, it, "communities", every, it.communities, hints)


def communities(asked: Asked) -> Answer:
    it, chosen = _incident(asked), asked.form.all("chosen")
    if set(chosen) == set(it.communities):
        return frame.back(asked, said="It touches these already.")
    done = asked.do(c.SetCommunities(incident=it.number, communities=chosen, seen=older.several(asked)))
    return frame.back(asked, done, "The communities are set. They are the ones who get updates.")


def _places(
    asked: Asked,
    connection: sa.Connection,
    it: Incident,
    what: str,
    every: Mapping[Slug, str],
    now: tuple[Slug, ...],
    hints: Mapping[Slug, str] | None = None,
) -> Shown:
    """Boxes to tick: what is chosen now first, then what is likely, then the others by name."""
    hints = hints or {}
    known: dict[Slug, str] = {**{slug: slug for slug in now}, **every}
    chosen = set(asked.form.all("chosen") if asked.form else now)
    order = sorted(known, key=lambda slug: (slug not in now, slug not in hints, known[slug].casefold()))
    kind = e.ServicesSet if what == "services" else e.CommunitiesSet
    words = ", ".join(known[slug] for slug in now) or "none"
    return frame.shown(
        asked,
        connection,
        it,
        what,
        places=[(slug, known[slug], hints.get(slug, "")) for slug in order],
        chosen=chosen,
        older=older.older(asked, connection, it, kind, (" ".join(now), words)),
    )


def criterion_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        words = _term(asked.tocsin.playbook.criteria, it.criterion)
        seen = older.older(asked, connection, it, e.CriterionSet, (it.criterion or "", words))
        return frame.shown(asked, connection, it, "criterion", older=seen)


def criterion(asked: Asked) -> Answer:
    it, new = _incident(asked), asked.form.line("criterion")
    if "criterion" not in asked.form:
        raise Wrong(criterion="Choose what people cannot do.")
    if (new or None) == it.criterion:
        return frame.back(asked, said="It says that already.")
    done = asked.do(c.SetCriterion(incident=it.number, criterion=new, seen=older.told(asked)))
    return frame.back(asked, done, "That is what it is about.")


def phase_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        words = _term(asked.tocsin.playbook.phases, it.phase)
        seen = older.older(asked, connection, it, e.PhaseSet, (it.phase or "", words))
        return frame.shown(asked, connection, it, "phase", older=seen)


def phase(asked: Asked) -> Answer:
    it, new = _incident(asked), asked.form.line("phase")
    if not new:
        raise Wrong(phase="Choose how far you are.")
    if new == it.phase:
        return frame.back(asked, said="It is in that phase already.")
    return frame.back(
        asked, asked.do(c.SetPhase(incident=it.number, phase=new, seen=older.told(asked))), "The phase is set."
    )


def acknowledge_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        return frame.shown(asked, connection, frame.incident(asked, connection), "acknowledge")


def acknowledge(asked: Asked) -> Answer:
    it = _incident(asked)
    done = asked.do(c.Acknowledge(incident=it.number))
    return frame.back(asked, done, "You look after it. The timeline says since when.")


def _term(terms: Sequence[Criterion | Term], slug: Slug | None) -> str:
    """What it is called in the playbook's terms."""
    return next((each.name for each in terms if each.slug == slug), slug or "none of these")


def _incident(asked: Asked) -> Incident:
    with asked.read() as connection:
        return frame.incident(asked, connection)


ROUTES = (
    get("/incidents/{number}/title", title_page, "responder"),
    post("/incidents/{number}/title", title, "responder", again=title_page),
    get("/incidents/{number}/services", services_page, "responder"),
    post("/incidents/{number}/services", services, "responder", again=services_page),
    get("/incidents/{number}/communities", communities_page, "responder"),
    post("/incidents/{number}/communities", communities, "responder", again=communities_page),
    get("/incidents/{number}/criterion", criterion_page, "responder"),
    post("/incidents/{number}/criterion", criterion, "responder", again=criterion_page),
    get("/incidents/{number}/phase", phase_page, "responder"),
    post("/incidents/{number}/phase", phase, "responder", again=phase_page),
    get("/incidents/{number}/acknowledge", acknowledge_page, "responder"),
    post("/incidents/{number}/acknowledge", acknowledge, "responder", again=acknowledge_page),
)
