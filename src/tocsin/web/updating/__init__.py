"""Word to the communities: written beside the letters it becomes, approved, sent."""

from __future__ import annotations

from tocsin.web.routes import get, post
from tocsin.web.updating.page import answer, page

ROUTES = (
    get("/incidents/{number}/update", page, "responder"),
    post("/incidents/{number}/update", answer, "responder", again=page),
)
