"""What programs ask for: whether the server lives, whether it can serve, and what it counts."""

from __future__ import annotations

import hmac

from tocsin.store import schema
from tocsin.store.figures import figures
from tocsin.store.works import Unavailable
from tocsin.web.answers import Answer, Bytes, NotThere
from tocsin.web.asked import Asked
from tocsin.web.routes import Route, get

_PLAIN = "text/plain; charset=utf-8"


def alive(asked: Asked) -> Answer:
    """The process answers. It asks nobody else, so that a database that is away does not have us restarted."""
    return _plain("alive")


def ready(asked: Asked) -> Answer:
    """Whoever asks for a page now gets one: the database answers, and its tables are ours."""
    try:
        found = schema.state(asked.tocsin.store)
    except Unavailable:
        return _plain("the database does not answer", 503)
    return _plain("ready") if found == "current" else _plain("the database has to be migrated", 503)


def metrics(asked: Asked) -> Answer:
    """For whoever brings the secret of the settings; where there is none, there is no such page."""
    secret = asked.site.config.metrics
    if secret is None:
        raise NotThere
    told = asked.headers.get("authorization", "")
    if not hmac.compare_digest(told.encode(), f"Bearer {secret.reveal()}".encode()):
        return Bytes(
            body=b"Bring the secret: Authorization: Bearer ...\n",
            media=_PLAIN,
            status=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
    with asked.read() as connection:
        found = figures(connection, asked.now)
    oldest = (asked.now - found.oldest).total_seconds() if found.oldest else 0.0
    site, store = asked.site, asked.tocsin.store
    text = site.measures.text(found, streams=site.live.open, queue=store.waiting, oldest=max(oldest, 0.0))
    return Bytes(body=text, media="text/plain; version=0.0.4; charset=utf-8")


def _plain(word: str, status: int = 200) -> Bytes:
    return Bytes(body=f"{word}\n".encode(), media=_PLAIN, status=status)


ROUTES: tuple[Route, ...] = (
    get("/healthz", alive, "anyone"),
    get("/readyz", ready, "anyone"),
    get("/metrics", metrics, "anyone"),
)
