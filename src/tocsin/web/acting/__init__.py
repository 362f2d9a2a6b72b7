"""Whatever people do in an incident's room: the composer, and each other action as a small page with a form."""

from __future__ import annotations

from tocsin.web.acting import about, asks, composer, ending, evidence, impact, lines, plan, roles

ROUTES = (
    *composer.ROUTES,
    *lines.ROUTES,
    *plan.ROUTES,
    *about.ROUTES,
    *impact.ROUTES,
    *ending.ROUTES,
    *evidence.ROUTES,
    *roles.ROUTES,
    *asks.ROUTES,
)
