"""Every page of the site: one line for each module that has some."""

from __future__ import annotations

from starlette.routing import BaseRoute

from tocsin.web import (
    accounts,
    acting,
    communities,
    declaring,
    followers,
    groups,
    handbook,
    handing_over,
    health,
    incidents,
    keys,
    login,
    machines,
    now,
    people,
    person,
    reports,
    services,
    triage,
    updating,
    welcome,
    wrong,
)
from tocsin.web import streams as live
from tocsin.web.desk import routes as desk
from tocsin.web.room import page as room
from tocsin.web.routes import Route
from tocsin.web.site import Site

ROUTES: tuple[Route, ...] = (
    *acting.ROUTES,
    *updating.ROUTES,
    *handing_over.ROUTES,
    *followers.ROUTES,
    *login.ROUTES,
    *welcome.ROUTES,
    *accounts.ROUTES,
    *people.ROUTES,
    *person.ROUTES,
    *groups.ROUTES,
    *services.ROUTES,
    *communities.ROUTES,
    *machines.ROUTES,
    *room.ROUTES,
    *incidents.ROUTES,
    *handbook.ROUTES,
    *health.ROUTES,
    *reports.ROUTES,
    *now.ROUTES,
    *triage.ROUTES,
    *declaring.ROUTES,
    *wrong.ROUTES,
    *desk.ROUTES,
    *keys.ROUTES,
)


def streams(site: Site) -> list[BaseRoute]:
    """What stays open and is written to as things happen."""
    return [*live.routes(site)]
