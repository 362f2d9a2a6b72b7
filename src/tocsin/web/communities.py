"""Communities: for whom we run services, who speaks for them, and what they were told."""

from __future__ import annotations

from typing import Any

from tocsin.core.ids import IncidentNumber
from tocsin.core.people import Community, Service
from tocsin.store import people as directory
from tocsin.store import places
from tocsin.web.answers import Answer, NotThere, Shown
from tocsin.web.asked import Asked
from tocsin.web.people import hour_in
from tocsin.web.place_forms import COMMUNITIES, routes
from tocsin.web.routes import get
from tocsin.web.services import older, page, touching

MOST_TOLD = 3
"""Updates on the page of a community: what they know now, and what they knew before."""


def community(asked: Asked) -> Answer:
    slug, before = asked.parts["slug"], page(asked)
    with asked.read() as connection:
        it = places.place(connection, Community, slug)
        if it is None:
            raise NotThere
        people = {person.handle: person for person in directory.everybody(connection)}
        services = places.all_of(connection, Service)
        rows = touching(places.open_incidents(connection, asked.sight), "communities", slug)
        past = places.past_incidents(connection, asked.sight, "communities", slug, before)
        numbers = [IncidentNumber(row["number"]) for row in (*rows, *past)]
        told = places.told(connection, numbers, slug, MOST_TOLD)
    given: dict[str, Any] = {
        "it": it,
        "hour": f"It is {hour_in(asked, it.zone)}.",
        "people": [people[handle] for handle in it.representatives if handle in people],
        "services": [each for each in services if slug in each.communities],
        "open": rows,
        "told": told,
        **older(past, before),
    }
    return Shown(template="directory/community.html", given=given)


ROUTES = (*routes(COMMUNITIES), get("/communities/{slug:path}", community, "team"))
