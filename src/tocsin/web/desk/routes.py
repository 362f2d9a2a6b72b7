"""Every page of the desk."""

from __future__ import annotations

from tocsin.web.desk import form, link, own, tickets
from tocsin.web.routes import Route

ROUTES: tuple[Route, ...] = (*form.ROUTES, *link.ROUTES, *own.ROUTES, *tickets.ROUTES)
