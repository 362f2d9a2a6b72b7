from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tocsin.store.instant import Instant
from tocsin.store.writer import Store, open_store

MOMENTS = sa.Table("moments", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", Instant))
ZONES = st.sampled_from([UTC, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia"), timezone(timedelta(hours=-12))])
TIMES = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    with open_store(db_url) as store:
        store.run(MOMENTS.metadata.create_all)
        yield store


def kept(store: Store, *times: datetime | None) -> list[datetime | None]:
    """The times as the database gives them back, in its order."""

    def work(connection: sa.Connection) -> list[datetime | None]:
        connection.execute(MOMENTS.delete())
        connection.execute(MOMENTS.insert(), [{"at": time} for time in times])
        return list(connection.scalars(sa.select(MOMENTS.c.at).order_by(MOMENTS.c.at)))

    return store.run(work)


def test_a_moment_comes_back_as_the_same_moment_in_utc(store: Store) -> None:
    summer = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=ZoneInfo("Europe/Berlin"))
    (back,) = kept(store, summer)
    assert (back, back and back.tzinfo) == (datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC), UTC)


def test_no_moment_comes_back_as_no_moment(store: Store) -> None:
    assert kept(store, None) == [None]


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(sa.exc.StatementError, match="has no time zone"):
        kept(store, datetime(2026, 7, 1, 12))  # noqa: DTZ001


def test_a_whole_second_sorts_before_its_microseconds(store: Store) -> None:
    second = datetime(2026, 7, 1, tzinfo=UTC)
    times = [second - timedelta(microseconds=1), second, second + timedelta(microseconds=1)]
    assert kept(store, *reversed(times)) == times


def test_the_two_hours_of_a_clock_set_back_are_two_moments(store: Store) -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert kept(store, first, first.replace(fold=1)) == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


def test_moments_are_compared_with_moments_of_any_zone(store: Store) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    kept(store, noon)
    in_apia = (noon - timedelta(microseconds=1)).astimezone(ZoneInfo("Pacific/Apia"))
    with store.read() as connection:
        assert connection.scalar(sa.select(MOMENTS.c.at).where(MOMENTS.c.at > in_apia)) == noon


def test_the_latest_of_moments_is_a_moment(store: Store) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    kept(store, noon, noon - timedelta(days=1))
    with store.read() as connection:
        assert connection.scalar(sa.select(sa.func.max(MOMENTS.c.at))) == noon


@pytest.mark.parametrize("url", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def test_any_moments_come_back_in_order(url: str, request: pytest.FixtureRequest) -> None:
    with open_store(request.getfixturevalue(url)) as store:
        store.run(MOMENTS.metadata.create_all)

        @given(st.lists(TIMES, min_size=1))
        def check(times: list[datetime]) -> None:
            assert kept(store, *times) == sorted(time.astimezone(UTC) for time in times)

        check()
