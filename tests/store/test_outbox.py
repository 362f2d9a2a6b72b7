"""Wishes, from the moment they are saved until they have come true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.world import NOON, ONE, TWO
from tocsin.core.effects import Effect, PublishReport
from tocsin.core.ids import Seq
from tocsin.store import log, outbox
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store

FIRST, SECOND = PublishReport(incident=ONE, request=Seq(3)), PublishReport(incident=ONE, request=Seq(9))


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database with two incidents; the first has two wishes, the second one."""
    with open_store(db_url) as opened:
        migrate(opened)
        for number in (ONE, TWO):
            opened.run(lambda c, number=number: log.create(c, number, None) and None)  # type: ignore[misc]
        for wishes in ([FIRST, SECOND], [PublishReport(incident=TWO, request=Seq(1))], []):
            opened.run(lambda c, wishes=wishes: outbox.wish(c, wishes, NOON))  # type: ignore[misc]
        yield opened


def waiting(store: Store) -> list[outbox.Waiting]:
    with store.read() as c:
        return outbox.waiting(c, ONE)


def wished(store: Store) -> list[Effect]:
    return [each.effect for each in waiting(store)]


def test_wishes_wait_in_the_order_they_were_wished(store: Store) -> None:
    assert wished(store) == [FIRST, SECOND]


def test_what_came_true_waits_no_longer(store: Store) -> None:
    first = waiting(store)[0].id
    store.run(lambda c: outbox.done(c, first))
    assert wished(store) == [SECOND]


def test_what_failed_waits_on_with_its_trouble(store: Store) -> None:
    first = waiting(store)[0].id
    for trouble in ("The disk is full.", "The server is away."):
        store.run(lambda c, trouble=trouble: outbox.failed(c, first, trouble))  # type: ignore[misc]
    assert [(each.effect, each.trouble) for each in waiting(store)] == [(FIRST, "The server is away."), (SECOND, "")]
