"""The site: every address there is, and how a request becomes an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.settings import Settings
from tocsin.store import sessions
from tocsin.store.sessions import Session
from tocsin.store.works import Unavailable
from tocsin.web.answers import Answer, Bytes, NotAllowed, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.config import Config
from tocsin.web.desk.limits import Limits
from tocsin.web.forms import Wrong
from tocsin.web.live import Live
from tocsin.web.measures import Measures
from tocsin.web.routes import Route, allows
from tocsin.web.showing import refusal
from tocsin.web.tries import Tries

_log = logging.getLogger("tocsin")


@dataclass(kw_only=True)
class Site:
    """What pages share."""

    tocsin: Tocsin
    settings: Settings
    config: Config = field(default_factory=Config)
    clock: Callable[[], datetime]
    live: Live
    tries: Tries = field(default_factory=Tries)
    desk: Limits = field(default_factory=Limits)
    measures: Measures = field(default_factory=Measures)
    checks: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """For each integration that can be tried without doing anything: how. Raises `Failed`, or `Refused`."""
    routes: tuple[Route, ...] = ()
    notes_sessions: bool = True
    """When a session was last used could be kept, the last time."""

    def answer(self, route: Route, asked: Asked) -> Answer:
        """What a page answers, or why it cannot; a bug of ours is let out."""
        try:
            return self._answer(route, asked)
        except NotThere:
            return trouble(404, "There is no such page.", "It may have moved, or not be yours to see.")
        except NotAllowed as no:
            return trouble(403, "This page is not for you.", str(no))
        except Unavailable as no:
            return away(no)
        except (Refused, Wrong) as no:
            return trouble(422, "This was not done.", refusal(asked, no))

    def _answer(self, route: Route, asked: Asked) -> Answer:
        if not allows(route.right, asked.signed_in):
            return _turned_away(asked)
        try:
            return route.handler(asked)
        except (Refused, Wrong) as no:
            if route.again is None:
                raise
            asked.errors = no.fields if isinstance(no, Wrong) else {"": refusal(asked, no)}
            again = route.again(asked)
            return replace(again, status=422) if isinstance(again, Shown) else again

    def identify(self, asked: Asked) -> None:
        """See who asks, and keep, now and then, that they did."""
        token = asked.cookies.get(self.config.cookie("session"), "")
        if not token:
            return
        with asked.read() as connection:
            found = sessions.found(connection, token, asked.wall)
        if found is None:
            return
        asked.session, asked.signed_in = found
        asked.secret = token
        session = found[0]
        if asked.wall - session.seen >= sessions.SEEN_EVERY:
            self._note(session, asked.wall)

    def _note(self, session: Session, now: datetime) -> None:
        """Whoever reads is not kept from it because nothing can be written; the log says so once."""
        try:
            self.tocsin.store.run(lambda connection: sessions.seen(connection, session.key, now))
            self.notes_sessions = True
        except Unavailable as no:
            if self.notes_sessions:
                _log.warning("When people were last here cannot be kept: %s", no)
            self.notes_sessions = False


def trouble(status: int, title: str, text: str) -> Shown:
    """A page that says what went wrong, and what to do about it."""
    given = {"status": status, "title": title, "text": text, "typed_here": (), "to": ""}
    return Shown(template="trouble.html", given=given, status=status)


def with_what_was_typed(shown: Shown, asked: Asked) -> Shown:
    """A form that cannot be taken now is not lost: what was typed into it stands on the page that says so."""
    typed = [
        value.strip()
        for name, values in asked.form.fields.items()
        if name not in _NOT_TYPED and "password" not in name
        for value in values
        if len(value.strip()) > SHORTEST
    ]
    return replace(shown, given={**shown.given, "typed_here": typed})


SHORTEST = 12
"""Characters: what is longer was written by hand, and not chosen."""
_NOT_TYPED = ("csrf", "once", "was", "seen")


def away(no: Unavailable) -> Shown:
    """The database is away; nothing that is shown asks for it."""
    return replace(trouble(503, "The database does not answer.", str(no)), headers={"Retry-After": "5"})


SIGNED_OUT = "Your session has ended, so nothing was done. Sign in, and send it once more."


def _turned_away(asked: Asked) -> Answer:
    """Whoever is not signed in may do so, and comes back; whoever is learns no more than that it is not theirs."""
    if asked.signed_in is not None:
        raise NotAllowed("Ask an administrator if you need it.")
    if asked.fragment:
        return Bytes(body=b"Sign in again.", media="text/plain; charset=utf-8", status=401)
    if asked.method != "GET":
        shown = with_what_was_typed(trouble(401, "Sign in again.", SIGNED_OUT), asked)
        return replace(shown, given={**shown.given, "to": asked.address})
    return SentOn(to=f"/sign-in?to={quote(asked.address, safe='')}")


def check(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The routes, if no two are the same."""
    found = tuple(routes)
    names = [route.name for route in found]
    if len(set(names)) != len(names):
        raise ValueError(f"Two handlers for one address: {sorted(name for name in names if names.count(name) > 1)}")
    return found
