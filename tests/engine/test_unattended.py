"""Whoever writes a ticket while nobody is at work is told so at once: people we know, once, and whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.core.world import CHARLIE, NOON, TORONTO
from tests.engine.office import Clock, entries, office
from tocsin.core import commands as c
from tocsin.core.effects import ReplyByMail
from tocsin.core.events import Updated
from tocsin.core.ids import SignalId, TicketId
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Tickets
from tocsin.core.tickets import Word
from tocsin.engine.door import Tocsin
from tocsin.store import outbox, tickets

NIGHT = timedelta(hours=9)
"""Later than noon: everybody in London has gone home."""
CAME = c.TakeTicket(
    subject="Nobody gets in",
    text="We cannot log in.",
    email="charlie@example.org",
    token="5eve2",  # noqa: S106
    reference="form:1",
)


@pytest.fixture
def clock() -> Clock:
    found = Clock()
    found.later(NIGHT)
    return found


@pytest.fixture
def tocsin(db_url: str, clock: Clock) -> Iterator[Tocsin]:
    with office(db_url, clock) as found:
        found.playbook = replace(found.playbook, tickets=Tickets(unattended=True))
        speaks = replace(CHARLIE, email="charlie@example.org")
        theirs = replace(TORONTO, representatives=(CHARLIE.handle,), zone="America/Toronto")
        found.do(c.UpdateDirectory(people=(speaks,), communities=(theirs,)), by=TOCSIN)
        yield found


def came(tocsin: Tocsin, number: int = 1, **other: Any) -> list[Word]:
    """What stands in a ticket that has just come in."""
    command = replace(CAME, token=f"{number}eve2", reference=f"form:{number}", **other)
    ticket = tocsin.do(command, by=TOCSIN).ticket
    assert ticket is not None
    with tocsin.store.read() as connection:
        return list(tickets.words(connection, ticket))


def test_they_are_told_when_somebody_is_at_work_and_when_they_hear_from_us(tocsin: Tocsin) -> None:
    _, told = came(tocsin)
    assert (told.way, told.by, told.kind) == ("out", TOCSIN.handle, "first-response")
    assert "Nobody on our team is at work at this moment." in told.text
    assert "Toronto time" in told.text
    assert told.next_by is not None and told.next_by > NOON + NIGHT


def test_it_goes_out_by_mail_from_our_desk(tocsin: Tocsin) -> None:
    came(tocsin)
    with tocsin.store.read() as connection:
        assert [each.effect for each in outbox.every(connection)] == [
            ReplyByMail(incident=None, about=0, ticket=TicketId(1), place=2)  # type: ignore[arg-type]
        ]


def test_it_comes_along_when_an_incident_is_declared_and_goes_out_no_second_time(tocsin: Tocsin) -> None:
    came(tocsin)
    tocsin.do(c.Declare(title="No login", commander="ada", signals=(SignalId(1),), why="So."), by="ada")
    (word,) = [entry.event for entry in entries(tocsin) if isinstance(entry.event, Updated)]
    assert (word.kind, word.communities, word.drafted_by) == ("first-response", (TORONTO.slug,), TOCSIN.handle)
    with tocsin.store.read() as connection:
        assert sum(isinstance(each.effect, ReplyByMail) for each in outbox.every(connection)) == 1


def test_while_somebody_is_at_work_nobody_is_told_so(tocsin: Tocsin, clock: Clock) -> None:
    clock.at = NOON
    assert len(came(tocsin)) == 1


def test_who_wrote_in_the_last_hour_is_at_work(tocsin: Tocsin) -> None:
    tocsin.do(c.Declare(title="Another", commander="ada"), by="ada")
    assert len(came(tocsin)) == 1


def test_who_writes_again_within_four_hours_knows_already(tocsin: Tocsin, clock: Clock) -> None:
    came(tocsin)
    clock.later(timedelta(hours=3))
    assert len(came(tocsin, 2)) == 1
    clock.later(timedelta(hours=2))
    assert len(came(tocsin, 3)) == 2


@pytest.mark.parametrize(
    "other",
    [{"email": "stranger@example.net"}, {"proven": False}],
    ids=["a-stranger", "somebody-who-only-says-that-they-are-charlie"],
)
def test_nobody_is_answered_whom_we_do_not_know(tocsin: Tocsin, other: dict[str, Any]) -> None:
    assert len(came(tocsin, community="utoronto", **other)) == 1


def test_a_ticket_that_was_found_late_is_left_to_whoever_is_there(tocsin: Tocsin, clock: Clock) -> None:
    at = clock.at - timedelta(hours=5)
    found = tocsin.do(CAME, by=TOCSIN, at=at).ticket
    assert found is not None
    with tocsin.store.read() as connection:
        assert len(tickets.words(connection, found)) == 1


def test_a_playbook_that_does_not_say_so_answers_nobody_by_itself(tocsin: Tocsin) -> None:
    tocsin.playbook = replace(tocsin.playbook, tickets=Tickets())
    assert len(came(tocsin)) == 1
