"""Services: what we run and for whom, what is wrong with each now, and what was."""

from __future__ import annotations

from functools import partial
from typing import Any

from tocsin.core.ids import IncidentNumber
from tocsin.core.people import Community, Service
from tocsin.core.playbook import Playbook
from tocsin.store import places, signals
from tocsin.web.answers import Answer, NotThere, Shown
from tocsin.web.asked import Asked
from tocsin.web.people import hour_in
from tocsin.web.place_forms import SERVICES, routes
from tocsin.web.routes import get


def services(asked: Asked) -> Answer:
    """Every service and every community, with what is wrong now."""
    with asked.read() as connection:
        known, communities = places.all_of(connection, Service), places.all_of(connection, Community)
        rows = places.open_incidents(connection, asked.sight)
        undecided = signals.undecided(connection)
    default = _default(asked.tocsin.playbook)
    listed = known if any(each.slug == default.slug for each in known) else [*known, default]
    given: dict[str, Any] = {
        "services": [
            (each, touching(rows, "services", each.slug), [s for s in undecided if s.service == each.slug])
            for each in listed
        ],
        "communities": [(each, [s for s in listed if each.slug in s.communities]) for each in communities],
        "by_slug": {each.slug: each for each in communities},
        "hour_in": partial(hour_in, asked),
    }
    return Shown(template="directory/services.html", given=given)


def service(asked: Asked) -> Answer:
    """One service: open incidents, signals nobody has decided on, and what was."""
    slug, before = asked.parts["slug"], page(asked)
    with asked.read() as connection:
        it = places.place(connection, Service, slug)
        communities = places.all_of(connection, Community)
        rows = places.open_incidents(connection, asked.sight)
        past = places.past_incidents(connection, asked.sight, "services", slug, before)
        undecided = signals.undecided(connection)
    known = it
    if it is None and slug == asked.tocsin.playbook.service.slug:
        it = _default(asked.tocsin.playbook)
    if it is None:
        raise NotThere
    given: dict[str, Any] = {
        "it": it,
        "known": known is not None,
        "communities": [each for each in communities if each.slug in it.communities],
        "open": touching(rows, "services", slug),
        "signals": [each for each in undecided if each.service == slug],
        **older(past, before),
    }
    return Shown(template="directory/service.html", given=given)


def touching(rows: list[dict[str, Any]], kind: str, slug: str) -> list[dict[str, Any]]:
    """Those of the rows that are about a place."""
    return [row for row in rows if slug in row[kind]]


def page(asked: Asked) -> IncidentNumber | None:
    """Before which incident the page of past ones ends; None: the newest."""
    number = asked.query.number("before")
    return None if number is None else IncidentNumber(number)


def older(past: list[dict[str, Any]], before: IncidentNumber | None) -> dict[str, Any]:
    """A page of past incidents, and where the next begins."""
    return {
        "rows_past": past[: places.MOST],
        "older": past[places.MOST - 1]["number"] if len(past) > places.MOST else None,
        "newest": before is None,
    }


def _default(playbook: Playbook) -> Service:
    """The playbook's own service: always known, whatever the directory holds."""
    return Service(slug=playbook.service.slug, name=playbook.service.name)


ROUTES = (*routes(SERVICES), get("/services", services, "team"), get("/services/{slug:path}", service, "team"))
