"""What Tocsin needs of the world, in neutral words; an integration serves one or more of these.

Every call does it or raises `Failed`; it neither retries nor sleeps. `key` tells one wish from every other, also from
those of another installation, and is the same at every try: a receiver that knows keys does a thing once, however often
it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable


class Failed(Exception):
    """The world said no.

    `permanent`: trying again cannot help. `after`: not before this long. `unsure`: it may have happened all the same,
    as when the line was cut before the answer came. `receiver`: whoever we asked is well, and only will not serve this
    one receiver.
    """

    def __init__(
        self,
        sentence: str,
        *,
        permanent: bool = False,
        after: timedelta | None = None,
        unsure: bool = False,
        receiver: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.after = after
        self.unsure = unsure
        self.receiver = receiver


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast a destination likes to be asked: `rate` calls a second, after a first `burst`."""

    rate: float
    burst: int = 1


Leaving = Callable[[], None]
"""Called right before something can no longer be called back, by who may not do it twice. Until then, it has not
happened; from then on, nobody knows before the answer. Raises `Failed` where it must not happen any more: let that
through."""


def freely() -> None:
    """For whoever asks by hand, and minds nothing."""


class Port(Protocol):
    """What every integration says of itself."""

    repeatable: bool
    """The same call with the same key again is harmless. Where it is not, a try whose outcome nobody knows is left to a
    person."""
    pace: Pace | None
    """None: as fast as we can."""


@runtime_checkable
class Checkable(Protocol):
    """An integration that can say whether it would work, without doing anything."""

    def check(self) -> None:
        """Returns where it would; else raises `Failed`."""
        ...


# ── the report, where everybody can read it ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A report as files, ready to be published. The same publication twice is one publication."""

    identity: str
    """What tells this report from every other (it stays the same over revisions), to know a taken name for its own."""
    path: str | None
    """Where it was published before, without ending (`reports/2026-11-12-lagoon`); None the first time."""
    stem: str
    """The wished name without folder or ending (`2026-11-12-lagoon`); a taken one gets `-2`, `-3`, …"""
    files: Mapping[str, bytes]
    """Ending → content: `{"md": …, "json": …}`."""
    message: str
    author: str
    at: datetime
    """The time the publication carries everywhere: nothing published comes from the wall clock."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """Where a publication went: `path` without ending, and the `commit` that holds it."""

    path: str
    commit: str


@runtime_checkable
class Publisher(Port, Protocol):
    """Puts a report where everybody can read it, and knows it again."""

    def publish(self, publication: Publication) -> Published:
        """Safe to repeat: what already stands there is not published again."""
        ...


# ── mail ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A letter to one person, in plain text."""

    key: str
    """Letters, digits, hyphens and dots: what its Message-ID is made of."""
    to: str
    """The address alone: `ada@example.org`."""
    name: str
    """What the receiver is called."""
    subject: str
    text: str
    thread: tuple[str, ...] = ()
    """The keys of the letters it follows, the first of the thread first."""
    at: datetime
    """The time in its `Date`: when it was wished for, so that every try is the same letter."""


@runtime_checkable
class Mailer(Port, Protocol):
    """Hands letters to whoever carries them."""

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        """Returns once somebody else has taken responsibility for the letter."""
        ...


# ── chat ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something said, in words that every chat can show."""

    title: str
    lines: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    """What can be answered with one touch, as commands are typed: `accept liaison`."""


@runtime_checkable
class Chat(Port, Protocol):
    """Where the team talks. Channels and messages are known by the references the chat itself gives them."""

    def open_channel(self, key: str, name: str, topic: str) -> str:
        """The channel's reference; the one that stands there already, where this key opened it before."""
        ...

    def invite(self, key: str, channel: str, people: Sequence[str]) -> None:
        """`people`: mail addresses."""
        ...

    def post(self, key: str, channel: str, message: Message, thread: str = "") -> str:
        """The message's reference; `thread`: that of the message it answers."""
        ...

    def archive(self, key: str, channel: str) -> None: ...


# ── tickets ────────────────────────────────────────────────────────────────────────────────────────────────────────


@runtime_checkable
class Tickets(Port, Protocol):
    """Where people outside ask for help."""

    def reply(self, key: str, ticket: str, text: str) -> None:
        """Word to whoever asked; it cannot be called back."""
        ...

    def note(self, key: str, ticket: str, text: str) -> None:
        """Word to colleagues, unseen by whoever asked."""
        ...

    def close(self, key: str, ticket: str) -> None: ...


# ── paging ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@runtime_checkable
class Pager(Port, Protocol):
    """Wakes people."""

    def page(self, key: str, people: Sequence[str], summary: str) -> str:
        """The page's reference. `people`: mail addresses; none: whoever is on call."""
        ...

    def resolve(self, key: str, page: str) -> None: ...


# ── work to be done later ──────────────────────────────────────────────────────────────────────────────────────────


@runtime_checkable
class Tracker(Port, Protocol):
    """Where work that outlives an incident is tracked."""

    def open_issue(self, key: str, title: str, text: str) -> str:
        """The issue's web address; that of the one this key opened before, where there is one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Who performs wishes here; None where nobody does."""

    publisher: Publisher | None = None
    mailer: Mailer | None = None
    chat: Chat | None = None
    tickets: Tickets | None = None
    pager: Pager | None = None
    tracker: Tracker | None = None

    def at(self, port: str) -> Port | None:
        found: Port | None = getattr(self, port)
        return found

    @property
    def serves(self) -> tuple[str, ...]:
        """The names of those there are."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) is not None)


# ── what comes in ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What somebody outside sent us, as it arrived. Names of headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Received:
    """One thing a delivery says; the same thing again has the same `source`."""

    source: str
    text: str
    by: str = ""
    """A mail address, where the sender is known by one."""


@runtime_checkable
class Inbound(Protocol):
    """Reads what comes in. It answers fast, and does nothing."""

    def receive(self, delivery: Delivery) -> Sequence[Received]:
        """Raises `Refused` where the delivery is not proven to come from who it says, or is too old."""
        ...
