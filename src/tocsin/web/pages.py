"""Every page of the site: one line for each module that has some."""

from __future__ import annotations

from starlette.routing import BaseRoute

from tocsin.web.routes import Route
from tocsin.web.site import Site

ROUTES: tuple[Route, ...] = ()


def streams(site: Site) -> list[BaseRoute]:
    """What stays open and is written to as things happen."""
    return []
