"""Tickets: people outside write to us, and read what we answer; each with its whole exchange, wherever it is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tocsin.core.events import UpdateKind
from tocsin.core.ids import Handle, IncidentNumber, Seq, SignalId, Slug, TicketId
from tocsin.core.people import Community, Person
from tocsin.core.playbook import Playbook

Way = Literal["in", "out", "note"]
"""They told us; we told them; we told each other, unseen by them."""
LONGEST_REPORT = 2000
"""Characters of a ticket's first message that its signal shows; the ticket has it whole."""


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Somebody outside asks for help, in a ticket system or at our own desk."""

    id: TicketId
    system: str = ""
    """The integration that has it: `freshdesk`; empty: our own desk."""
    reference: str = ""
    """What its system calls it; empty at our own desk, and until it is opened there."""
    token: str
    """What nobody can guess: in the address that answers come to."""
    link: str = ""
    """Where colleagues see it in its system."""
    subject: str
    name: str = ""
    email: str = ""
    """Of whoever asks, as they are known there."""
    person: Handle | None = None
    """Who that is, where the directory knows them by their address."""
    community: Slug | None = None
    """None: nobody can say yet."""
    signal: SignalId | None = None
    incident: IncidentNumber | None = None
    closed: bool = False
    at: datetime
    last_at: datetime

    @property
    def who(self) -> str:
        """Whoever asks, as one may call them."""
        return self.name or self.email or "Somebody"


@dataclass(frozen=True, kw_only=True)
class Word:
    """One message of a ticket."""

    source: str
    """What its system calls it: the same again is not kept twice."""
    way: Way
    at: datetime
    by: Handle | None = None
    name: str = ""
    email: str = ""
    text: str
    """What is new in it."""
    whole: str = ""
    """With what it quotes and signs, where that is more."""
    kind: UpdateKind | Literal["", "support-request"] = ""
    """What we answered with it; empty: it is talk."""
    next_by: datetime | None = None
    """By when we promised to write again."""
    quarantined: bool = False
    """A stranger wrote it: it stands on no timeline until one of us has looked."""
    line: Seq | None = None
    """The line of the incident's log that says so."""


def community_of(named: Community | None, spoken_for: Sequence[Community]) -> Slug | None:
    """Whose ticket it is: the one it names, or else the one that who wrote it speaks for.

    Who speaks for several is a person's question to answer: None.
    """
    if named is not None:
        return named.slug
    return spoken_for[0].slug if len(spoken_for) == 1 else None


def criterion_of(text: str, playbook: Playbook) -> Slug | None:
    """What people cannot do, by the words the playbook lists: the one most of whose words stand in a text.

    A guess, for a person to confirm: where two fit alike, or none does, there is none.
    """
    said = " ".join(re.findall(r"\w+", text.casefold()))
    found = [(sum(f" {_plain(word)} " in f" {said} " for word in each.words), each.slug) for each in playbook.criteria]
    most = max((count for count, _ in found), default=0)
    best = [slug for count, slug in found if count == most]
    return best[0] if most and len(best) == 1 else None


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def is_known(ticket: Ticket, email: str, community: Community | None, person: Person | None) -> bool:
    """Whether who writes is who asked, or speaks for the community: their word is taken as theirs."""
    if not email:
        return False
    speaks = community is not None and person is not None and person.handle in community.representatives
    return speaks or email.casefold() == ticket.email.casefold()


def heard(ticket: Ticket, at: datetime) -> Ticket:
    """The ticket, in which something was said just then."""
    return replace(ticket, last_at=max(ticket.last_at, at))
