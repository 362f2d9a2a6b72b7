"""The report's prose, in revisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.core.world import ADA, NOON, ONE
from tocsin.store import log, reports
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database with one incident, about which nobody has written yet."""
    with open_store(db_url) as opened:
        migrate(opened)
        opened.run(lambda c: log.create(c, ONE, None) and None)
        yield opened


def save(store: Store, texts: Mapping[str, str], zone: str = "") -> int:
    return store.run(lambda c: reports.save(c, ONE, texts, zone, ADA.handle, NOON))


def test_before_anybody_writes_there_is_nothing(store: Store) -> None:
    with store.read() as c:
        assert (reports.revision(c, ONE), reports.zone(c, ONE), reports.sections(c, ONE)) == (0, "", {})


def test_every_change_is_a_revision(store: Store) -> None:
    assert [save(store, {"overview": text}) for text in ("a", "b", "b", "a")] == [1, 2, 2, 3]


def test_any_revision_can_be_read_again(store: Store) -> None:
    for texts in ({"overview": "a", "resolution": "r"}, {"overview": "b"}, {"resolution": ""}):
        save(store, texts)
    with store.read() as c:
        found = [reports.sections(c, ONE, revision) for revision in range(4)]
    assert found[:2] == [{}, {"overview": "a", "resolution": "r"}]
    assert found[2:] == [{"overview": "b", "resolution": "r"}, {"overview": "b", "resolution": ""}]


def test_what_is_empty_and_stays_empty_is_no_change(store: Store) -> None:
    assert save(store, {"overview": ""}) == 0


def test_a_zone_has_revisions_like_any_text(store: Store) -> None:
    save(store, {"overview": "a"})
    assert save(store, {}, "Europe/London") == 2
    assert save(store, {}, "Europe/London") == 2
    assert save(store, {"overview": "b"}) == 3
    with store.read() as c:
        assert (reports.zone(c, ONE), reports.zone(c, ONE, 1)) == ("Europe/London", "")
        assert set(reports.sections(c, ONE)) == {"overview"}
