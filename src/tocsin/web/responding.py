"""What whoever reported a signal is told from triage: the first response, or the answer to a support request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.around import Around
from tocsin.core.hours import HOUR
from tocsin.core.ids import SignalId
from tocsin.core.moments import utc
from tocsin.core.moments import zone as zone_named
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket
from tocsin.core.verdict import Verdict
from tocsin.language.drafting import rounded
from tocsin.language.responding import Answer, answer, community_of, reader_of
from tocsin.language.wording import gaps, spoken
from tocsin.store import desk, people, tickets
from tocsin.web.answers import NotThere, SentOn
from tocsin.web.asked import Asked
from tocsin.web.desk.exchange import KINDS
from tocsin.web.desk.tickets import Delivery, how_it_goes, reply_became
from tocsin.web.forms import Wrong
from tocsin.web.showing import place

AHEAD = (30, 60, 120, 240)
"""Minutes after which word may be promised, besides what the cadence says."""
MOST = 20
"""Tickets that are shown one by one."""


@dataclass(frozen=True, kw_only=True)
class InTicket:
    """One ticket that reports a signal: whose it is, what was answered there last, and how an answer would go."""

    ticket: Ticket
    community: str
    way: str
    answered: datetime | None = None
    kind: str = ""
    fate: Delivery | None = None


@dataclass(frozen=True, kw_only=True)
class Time:
    """By when word may be promised."""

    value: str
    says: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Responding:
    """What triage shows of the tickets of a signal, and of those that belong to it."""

    tickets: Sequence[InTicket] = ()
    many: int = 0
    """How many there are; of very many, not all are shown."""
    first: Answer | None = None
    """What to begin with; None where nobody could be answered, or there is nothing to decide any more."""
    support: Answer | None = None
    times: Sequence[Time] = field(default=())

    @property
    def answered(self) -> bool:
        """Whether everybody who wrote was told something."""
        return bool(self.tickets) and all(each.answered for each in self.tickets)


def responding(
    asked: Asked, connection: sa.Connection, belonging: Sequence[Signal], signal: Signal, verdict: Verdict | None
) -> Responding:
    """`belonging`: all that come along with the signal; it is one of them."""
    found = tickets.of_signals(connection, [each.id for each in belonging])
    if not found:
        return Responding()
    shown = tuple(_in_ticket(asked, connection, each) for each in found[:MOST])
    if verdict is None:
        return Responding(tickets=shown, many=len(found))
    around, named, reader = _around(asked, connection), community_of(found), reader_of(found)
    first = answer(signal, verdict, around, "first-response", named, reader=reader, promise=_chosen(asked))
    return Responding(
        tickets=shown,
        many=len(found),
        first=first,
        support=answer(signal, verdict, around, "support-request", named, reader=reader),
        times=_times(asked, first),
    )


def respond(asked: Asked) -> SentOn:
    """The first response, in every ticket of the signals that are named."""
    text, next_by = mended(asked), _chosen(asked)
    wrong = dict[str, str]()
    if not text.strip():
        wrong["response"] = "Write what they should read: that somebody looks, and when they hear from you again."
    elif left := gaps(text):
        wrong["response"] = f"Something is left to fill in: {'; '.join(left)}. Write it, or take the line out."
    elif text != asked.form.text("response"):
        wrong["response"] = "The text spoke of another time than you chose. It is mended; read it once more."
    if next_by is not None and next_by <= asked.now:
        wrong["next"] = "That time has passed. Choose one that is to come."
    if wrong:
        raise Wrong(**wrong)
    for number in _signals(asked):
        asked.do(c.Respond(signal=number, text=text, next_by=next_by), once=f"respond:{number}")
    return SentOn(to=f"/triage/{asked.signal}#tickets", said="Answered. Each of them reads it where they wrote.")


def _signals(asked: Asked) -> list[SignalId]:
    """Those that were shown, as far as somebody wrote a ticket about them."""
    numbers = [SignalId(int(each)) for each in asked.form.all("signal") if each.isascii() and each.isdigit()]
    with asked.read() as connection:
        there = {ticket.signal for ticket in tickets.of_signals(connection, numbers or [asked.signal])}
    if not there:
        raise NotThere
    return sorted(each for each in there if each is not None)


def _in_ticket(asked: Asked, connection: sa.Connection, ticket: Ticket) -> InTicket:
    community = people.StoredDirectory(connection).community(ticket.community or "")
    shown = InTicket(ticket=ticket, community=community.name if community else "", way=how_it_goes(asked, ticket))
    said = enumerate(tickets.words(connection, ticket.id), start=1)
    mine = [(number, word) for number, word in said if word.way == "out"]
    if not mine:
        return shown
    number, word = mine[-1]
    return replace(
        shown,
        answered=word.at,
        kind=KINDS.get(word.kind, ""),
        fate=reply_became(number, ticket, desk.in_ticket(connection, ticket.id)),
    )


def _around(asked: Asked, connection: sa.Connection) -> Around:
    return Around(
        playbook=asked.tocsin.playbook,
        directory=people.StoredDirectory(connection),
        people=people.everybody(connection),
        now=asked.now,
        wrote=people.wrote(connection, asked.now - HOUR, asked.now),
    )


def _times(asked: Asked, first: Answer) -> list[Time]:
    usual = {rounded(asked.now + timedelta(minutes=minutes)) for minutes in AHEAD}
    return [
        Time(
            value=at.isoformat(timespec="minutes"),
            says=_says(at, asked.now, first.zone),
            chosen=at == first.promise,
        )
        for at in sorted({*usual, *([first.promise] if first.promise else [])})
        if at > asked.now
    ]


def _says(at: datetime, now: datetime, zone: str) -> str:
    """`Fri 09:30 in Santiago`: on the clock of whoever waits."""
    there = at.astimezone(zone_named(zone))
    day = "" if there.date() == now.astimezone(zone_named(zone)).date() else f"{there:%a} "
    return f"{day}{there:%H:%M} {'UTC' if zone == 'UTC' else f'in {place(zone)}'}"


def _chosen(asked: Asked) -> datetime | None:
    return _time(asked.form.line("next"))


def _time(told: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(told)
        return utc(at) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def mended(asked: Asked) -> str:
    """The response as it stands in the form: where it spoke of the time chosen before, of the one chosen now."""
    text, before, now = asked.form.text("response"), _time(asked.form.line("promised")), _chosen(asked)
    if before is None or now is None or before == now:
        return text
    try:
        return text.replace(spoken(before, asked.form.line("zone")), spoken(now, asked.form.line("zone")))
    except Refused:
        return text
