"""Groups: people who can be asked together."""

from __future__ import annotations

from tocsin.core.hours import HOUR
from tocsin.core.people import Group
from tocsin.core.presence import rank
from tocsin.store import people as directory
from tocsin.store import places
from tocsin.web.answers import Answer, NotThere, Shown
from tocsin.web.asked import Asked
from tocsin.web.people import seen
from tocsin.web.place_forms import GROUPS, routes
from tocsin.web.routes import get


def group(asked: Asked) -> Answer:
    """A group, with what hour it is for each member."""
    with asked.read() as connection:
        it = places.place(connection, Group, asked.parts["slug"])
        if it is None:
            raise NotThere
        members = [person for person in directory.everybody(connection) if person.handle in it.members]
        wrote = directory.wrote(connection, asked.now - HOUR, asked.now)
        rows = places.open_incidents(connection, asked.sight)
    here = [seen(asked, person, rows, wrote) for person in members if person.active]
    given = {
        "it": it,
        "members": sorted(here, key=lambda each: rank(each.presence)),
        "gone": [person for person in members if not person.active],
    }
    return Shown(template="directory/group.html", given=given)


ROUTES = (*routes(GROUPS), get("/groups/{slug:path}", group, "team"))
