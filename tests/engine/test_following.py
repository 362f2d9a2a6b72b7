"""Following an incident, through the door, on both databases."""

from __future__ import annotations

import pytest

from tests.core.world import ONE
from tests.engine.office import declared
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import follows, outbox


def followers(tocsin: Tocsin) -> tuple[str, ...]:
    with tocsin.store.read() as connection:
        return follows.of_incident(connection, ONE)


def letters(tocsin: Tocsin, about: int) -> set[str]:
    with tocsin.store.read() as connection:
        wishes = outbox.every(connection, incident=ONE)
    return {getattr(wish.effect, "to", "") for wish in wishes if wish.effect.about == about}


def test_whoever_follows_is_written_to_when_it_changes(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.Follow(incident=ONE), by="dana")
    line = tocsin.do(c.SetPhase(incident=ONE, phase="identified"), by="ada").lines[0]
    assert letters(tocsin, line) == {"dana"}


def test_following_twice_is_following_once_and_can_be_ended(tocsin: Tocsin) -> None:
    declared(tocsin)
    for _ in range(2):
        tocsin.do(c.Follow(incident=ONE), by="dana")
    assert followers(tocsin) == ("dana",)
    tocsin.do(c.Unfollow(incident=ONE), by="dana")
    assert followers(tocsin) == ()


def test_what_does_not_exist_cannot_be_followed(tocsin: Tocsin) -> None:
    with pytest.raises(Refused, match="There is no incident 9"):
        tocsin.do(c.Follow(incident=IncidentNumber(9)), by="dana")
