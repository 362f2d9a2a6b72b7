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
    answers: tuple[str, ...] = ()
    """The Message-IDs of letters from outside that it follows, without brackets, the first first."""
    reply_to: str = ""
    """The address alone that answers to it go to; empty: as the settings say."""
    at: datetime
    """The time in its `Date`: when it was wished for, so that every try is the same letter."""


@runtime_checkable
class Mailer(Port, Protocol):
    """Hands letters to whoever carries them."""

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        """Returns once somebody else has taken responsibility for the letter."""
        ...


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """A letter of ours that did not reach somebody."""

    address: str
    """Whom it did not reach; empty where that is not said."""
    letter: str
    """The Message-ID of ours, without its brackets; empty where that is not said."""
    why: str
    for_good: bool = True
    """False: it is still being tried."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter that came in. Nothing of it is proven, least of all who wrote it."""

    reference: str
    """Its Message-ID without brackets; made of what it holds, where it has none."""
    at: datetime
    by: Correspondent
    to: tuple[str, ...]
    """Every address it was sent or delivered to, in lower case."""
    subject: str
    text: str
    """In plain text, whole: with quoted lines and signatures."""
    said: str
    """What is new in it: without quoted lines and signature."""
    follows: tuple[str, ...] = ()
    """The Message-IDs it answers, the nearest first, without brackets."""
    automatic: bool = False
    """No person wrote it: an absence, a mailing list, a program. It is never answered."""
    proven: bool = False
    """Our own mail server says that it comes from where it says."""
    bounces: tuple[Bounce, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Post:
    """Letters since a place in a mailbox, the oldest first, and the place after them."""

    letters: tuple[Letter, ...]
    place: str


@runtime_checkable
class Inbox(Port, Protocol):
    """A mailbox that people outside write to. It is only read: nothing in it is moved, marked or deleted."""

    def since(self, place: str, most: int = 50) -> Post:
        """`place`: as the last answer said; empty: from the beginning of the mailbox on."""
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


@dataclass(frozen=True, kw_only=True)
class Correspondent:
    """Somebody outside who writes to us, or is written to."""

    email: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One message of a ticket, as its system has it."""

    reference: str
    """What that system calls it; the same for ever."""
    at: datetime
    by: Correspondent
    text: str
    """In plain text, whole: with quoted lines and signatures."""
    from_us: bool = False
    private: bool = False
    """Seen by colleagues only."""
    ours: bool = False
    """Tocsin itself wrote it."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Somebody outside asks for help: the first message, and all that followed, the oldest first."""

    reference: str
    subject: str
    by: Correspondent
    at: datetime
    text: str
    """What it began with, in plain text."""
    remarks: tuple[Remark, ...] = ()
    company: str = ""
    """Whom they belong to, as that system calls them."""
    link: str = ""
    """Where colleagues see it."""
    closed: bool = False
    ours: bool = False
    """Tocsin itself began it."""


@runtime_checkable
class Tickets(Port, Protocol):
    """Where people outside ask for help. A ticket is known by the reference that its system gives it."""

    name: str
    """What people call it: `Freshdesk`."""

    def ticket(self, reference: str) -> Ticket:
        """As it stands now. `Failed` for good where there is none."""
        ...

    def changed(self, since: datetime) -> Sequence[str]:
        """The tickets that are new, or in which anything was said or done, since then: those that waited longest first.

        More than once, or one that is old, is harmless: whoever asks looks at each.
        """
        ...

    def open(self, key: str, to: Correspondent, subject: str, text: str, leaving: Leaving = freely) -> str:
        """A ticket that begins with our word to them; its reference. It cannot be called back."""
        ...

    def reply(self, key: str, ticket: str, text: str, leaving: Leaving = freely) -> str:
        """Word to whoever asked, in Markdown; the message's reference. It cannot be called back."""
        ...

    def note(self, key: str, ticket: str, text: str) -> str:
        """Word to colleagues, unseen by whoever asked; the message's reference."""
        ...

    def assign(self, key: str, ticket: str, person: str) -> None:
        """`person`: the mail address of the colleague who talks with them now."""
        ...

    def mark(self, key: str, ticket: str) -> None:
        """It is about an incident: typed, tagged and ranked as the settings say."""
        ...

    def close(self, key: str, ticket: str) -> None:
        """Over. What is closed already stays so."""
        ...


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


ONLY_READ = frozenset({"inbox"})
"""Ports at which nothing is wished: no wish waits for them, and no worker performs one there."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Who performs wishes here; None where nobody does."""

    publisher: Publisher | None = None
    mailer: Mailer | None = None
    chat: Chat | None = None
    tickets: Tickets | None = None
    pager: Pager | None = None
    tracker: Tracker | None = None
    inbox: Inbox | None = None

    def at(self, port: str) -> Port | None:
        found: Port | None = getattr(self, port)
        return found

    @property
    def serves(self) -> tuple[str, ...]:
        """The names of those that wishes can be performed at."""
        there = (each.name for each in fields(self) if getattr(self, each.name) is not None)
        return tuple(name for name in there if name not in ONLY_READ)


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
