"""One request, as a page sees it: who asks, when, for what, and the ways to read, to do, and to show."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber, SignalId
from tocsin.core.moments import zone
from tocsin.core.people import Person
from tocsin.core.rights import Sight, visible_to
from tocsin.engine.door import Answer as Done
from tocsin.engine.door import Tocsin
from tocsin.store import people
from tocsin.store.sessions import Session
from tocsin.web.answers import NotThere
from tocsin.web.forms import Form

if TYPE_CHECKING:
    from tocsin.web.site import Site

MOST = 9
"""Digits of a number in an address."""
MOST_ADDRESS = 2000
MOST_SAID = 300
"""Characters that one page has another say."""
_OF_THE_SENDING = ("csrf", "once", "at", "state")
"""Fields that may be others when the same is sent again: by a new session, or later, as a line that waited."""


@dataclass(kw_only=True)
class Asked:
    """One request. Handlers are plain functions of it, run in a thread of their own."""

    site: Site
    now: datetime
    method: str
    path: str
    parts: Mapping[str, str] = field(default_factory=dict)
    """The parts of the path that have names."""
    query: Form = field(default_factory=Form)
    form: Form = field(default_factory=Form)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    """The IP address it came from, as far as that can be known."""
    session: Session | None = None
    signed_in: Person | None = None
    secret: str = ""
    """What the browser alone has: the token of its session, or of its form where nobody is signed in."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with what was sent, by field; "" for what is about none. Empty while nothing is."""

    @property
    def tocsin(self) -> Tocsin:
        return self.site.tocsin

    @property
    def me(self) -> Person:
        """Who asks; only for pages that are for those who are signed in."""
        if self.signed_in is None:
            raise NotThere
        return self.signed_in

    @property
    def sight(self) -> Sight:
        """What whoever asks may read: goes into every query for incidents."""
        return visible_to(self.signed_in) if self.signed_in else "nothing"

    @property
    def zone_name(self) -> str:
        """On whose clock times are shown: the reader's own; the playbook's, where they have told none."""
        return (self.signed_in and self.signed_in.zone) or self.tocsin.playbook.zone

    @property
    def zone(self) -> tzinfo:
        return zone(self.zone_name)

    @cached_property
    def wall(self) -> datetime:
        """When it is where people are: what lets them in lasts by it, whatever story is told."""
        return self.tocsin.wall_clock()

    @cached_property
    def csrf(self) -> str:
        """What a form of ours has to bring along; nobody who has not seen the page can know it."""
        return hmac.new(self.secret.encode(), b"form", sha256).hexdigest()

    def once(self) -> str:
        """A name for one sending of a form: sent twice, it is done once. Keeps what the form came with."""
        return self.form.line("once") or token_urlsafe(16)

    @property
    def address(self) -> str:
        """What was asked for, as somebody comes back to it: with its query, unless that is of no sane length."""
        pairs = [(name, value) for name, values in self.query.fields.items() for value in values]
        path = quote(self.path)
        whole = f"{path}?{urlencode(pairs)}" if pairs else path
        return whole if len(whole) <= MOST_ADDRESS else path

    @property
    def fragment(self) -> bool:
        """It is asked for by a script of ours, which puts it into a page that stands already."""
        return self.headers.get("hx-request") == "true"

    @property
    def goes_on(self) -> bool:
        """A script of ours has sent a form for somebody, and goes on by itself once that was taken."""
        return self.headers.get("x-tocsin-goes-on") == "true"

    @property
    def said(self) -> str:
        """What the page before wanted to have said here."""
        return unquote(self.cookies.get(self.site.config.cookie("said"), ""))[:MOST_SAID]

    def typed(self, name: str, default: object = "") -> str:
        """What stands in a field: what was typed, where the form has come back."""
        return self.form.text(name) if self.form else str(default or "")

    def number(self, part: str = "number") -> int:
        """A number in the path; where it cannot be one, there is no such page."""
        told = self.parts[part]
        if not (told.isascii() and told.isdigit() and len(told) <= MOST and int(told)):
            raise NotThere
        return int(told)

    @property
    def incident(self) -> IncidentNumber:
        return IncidentNumber(self.number())

    @property
    def signal(self) -> SignalId:
        return SignalId(self.number())

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """All that is read over it is as of one moment."""
        with self.tocsin.store.read() as connection:
            yield connection

    def do(self, command: c.Command, *, at: datetime | None = None, once: str = "") -> Done:
        """Ask for a command, as whoever is signed in. A form that was sent twice is done once.

        `once`: tells several commands of one form apart.
        """
        return self.tocsin.do(command, by=self.me.handle, at=at, source=self.source(once))

    def source(self, once: str = "") -> str | None:
        """What a command that this form asks for is known by; None where the form has no name.

        Other words under the same name, as whoever went Back sends them, are another sending, and are not lost.
        """
        name = self.form.line("once")
        return f"web:{self._whose}:{name}:{self._words}{once and ':'}{once}" if name else None

    @property
    def _whose(self) -> str:
        """Who sends a form; of nobody in particular, what their browser alone has stands for them."""
        return self.signed_in.handle if self.signed_in else f"-{sha256(self.secret.encode()).hexdigest()[:16]}"

    @cached_property
    def _words(self) -> str:
        """What tells what was typed and chosen in a form from anything else."""
        told = {name: self.form.texts(name) for name in sorted(self.form.fields) if name not in _OF_THE_SENDING}
        return sha256(repr(told).encode()).hexdigest()[:16]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What everybody is called, by handle."""
        with self.read() as connection:
            return people.names(connection)

    def name(self, handle: str) -> str:
        return self.names.get(handle, handle)

    def called(self, handle: Handle) -> str:
        """The same, but “you” for whoever reads."""
        return "you" if self.signed_in and handle == self.signed_in.handle else self.name(handle)
