"""Wishes about the outside world, as plain data.

An effect carries neither an outside id nor anybody's words: whoever performs it reads both from the incident when its
turn comes, so that a redaction reaches what still waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, Slug, TicketId

Port = Literal["clock", "publisher", "mailer", "chat", "tickets", "pager", "tracker"]
"""Who performs it. `clock` is nobody outside: such a wish only waits for its time, and then wishes for others."""

WishState = Literal["waiting", "doing", "done", "unknown", "failed", "quarantined", "given-up", "dropped"]
"""`doing`: a worker has it. `failed`: Tocsin has given it up, and nobody has seen to that; `given-up`: a person has.
`dropped`: nobody wanted it any more when its turn came."""

URGENT, SOON = 0, 1
"""Somebody is called; all else."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that should happen outside."""

    port: ClassVar[Port]
    incident: IncidentNumber | None
    """None: there is only a ticket so far."""
    about: Seq
    """The line of the log that it follows from; 0 where there is no log."""

    @property
    def destination(self) -> str:
        """Who is told, or what is done."""
        return self.port

    @property
    def lane(self) -> str:
        """Effects in one lane happen in order: those of one incident to one destination."""
        return f"{self.incident}:{self.destination}"

    @property
    def its_incident(self) -> IncidentNumber:
        """Of a wish that is always about an incident. Raises `TypeError` where it is not."""
        if self.incident is None:
            raise TypeError(f"This {type(self).__name__} belongs to no incident.")
        return self.incident

    @property
    def urgency(self) -> int:
        """Of those that are due at one port, the lowest goes first."""
        return SOON

    @property
    def due(self) -> datetime | None:
        """Not before; None: now."""
        return None

    @property
    def key(self) -> str | None:
        """A newer wish with the same key takes the place of an older one of the incident that nobody has begun."""
        return None


@dataclass(frozen=True, kw_only=True)
class PublishReport(Effect):
    """Put the report, at the revision that line `about` names, where everybody can read it."""

    port = "publisher"


@dataclass(frozen=True, kw_only=True)
class SendMail(Effect):
    """Tell one person what line `about` says, or remind them of it."""

    port = "mailer"
    to: Handle | None
    """None: the community has nobody to write to, which somebody has to learn."""
    community: Slug | None = None
    """For whom they are told, where they are told as a representative."""
    reminds: bool = False
    calls: bool = False
    """Somebody is needed now."""

    @property
    def destination(self) -> str:
        return f"mail:{self.to or self.community or 'nobody'}"

    @property
    def urgency(self) -> int:
        return URGENT if self.calls else SOON


@dataclass(frozen=True, kw_only=True)
class Remind(Effect):
    """When its time has come, remind whoever then has to see to what line `about` promised."""

    port = "clock"
    at: datetime
    of: Literal["update", "ask"]
    communities: tuple[Slug, ...] = ()
    """Who was promised word, where it is of an update."""

    @property
    def destination(self) -> str:
        return f"clock:{self.key}"

    @property
    def due(self) -> datetime | None:
        return self.at

    @property
    def key(self) -> str | None:
        """A newer promise to the same communities stands for the older one."""
        return f"ask:{self.about}" if self.of == "ask" else f"update:{','.join(sorted(self.communities))}"


@dataclass(frozen=True, kw_only=True)
class ToTicket(Effect):
    """Something that should be said or done in one ticket, in order with all else there."""

    port: ClassVar[Port] = "tickets"
    ticket: TicketId

    @property
    def destination(self) -> str:
        return f"ticket:{self.ticket}"

    @property
    def lane(self) -> str:
        """What was said there before it belonged to an incident comes first."""
        return self.destination


@dataclass(frozen=True, kw_only=True)
class TellTicket(ToTicket):
    """Tell whoever asked there what line `about` says."""

    community: Slug | None = None


@dataclass(frozen=True, kw_only=True)
class NoteTicket(ToTicket):
    """Tell colleagues there what line `about` says, unseen by whoever asked."""


@dataclass(frozen=True, kw_only=True)
class AssignTicket(ToTicket):
    """Whoever got the role of line `about` answers there from now on."""

    to: Handle


@dataclass(frozen=True, kw_only=True)
class MarkTicket(ToTicket):
    """It is about an incident."""


@dataclass(frozen=True, kw_only=True)
class CloseTicket(ToTicket):
    """It is over."""


@dataclass(frozen=True, kw_only=True)
class AnswerTicket(ToTicket):
    """Tell whoever asked at our own desk what line `about` says: by mail."""

    port = "mailer"
    community: Slug | None = None


@dataclass(frozen=True, kw_only=True)
class Reply(ToTicket):
    """Tell whoever asked there what we wrote in that ticket alone."""

    place: int
    """Which of its messages."""


@dataclass(frozen=True, kw_only=True)
class ReplyByMail(Reply):
    """The same, at our own desk: by mail."""

    port = "mailer"


@dataclass(frozen=True, kw_only=True)
class TellByTicket(Effect):
    """Tell a community that has no ticket what line `about` says, by one that is opened to who speaks for it."""

    port = "tickets"
    community: Slug

    @property
    def destination(self) -> str:
        return f"tickets:{self.community}"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """An effect with what became of it so far."""

    id: EffectId
    mark: str
    """What tells it from every other wish there is, and is the same at every try."""
    effect: Effect
    state: WishState
    since: datetime
    """When it first fell due."""
    due: datetime
    """When it is tried next."""
    tries: int
    fails: int
    deaths: int
    """How often it was taken by a worker that was never heard of again."""
    failing: datetime | None
    """Since when it fails."""
    told: bool
    """Its trouble stands on the timeline."""
    left: bool
    """This try has come to where nobody can call it back."""
    trouble: str
    """What the last try met."""


@dataclass(frozen=True, kw_only=True)
class Unreadable(Effect):
    """What another version or another hand has stored: nobody can perform it, and it must stop nobody else."""

    port = "clock"


_STORED: tuple[type[Effect], ...] = (
    PublishReport, SendMail, Remind, TellTicket, NoteTicket, AssignTicket, MarkTicket, CloseTicket, AnswerTicket,
    TellByTicket, Reply, ReplyByMail,
)  # fmt: skip
EFFECTS: dict[str, type[Effect]] = {cls.__name__: cls for cls in _STORED}
"""Every kind that is stored, by its name."""
