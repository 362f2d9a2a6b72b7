"""What pages ask of the database: so many statements at most, as many beside much that is over, and by its indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.counting import statements, steps
from tests.engine.office import declared, published, resolved, signal
from tests.web.house import House, house
from tocsin.core.ids import IncidentNumber
from tocsin.store import tables as t
from tocsin.store import words

FEW, MANY = 3, 300
AT_MOST = {
    "/": 13,
    "/triage": 9,
    "/triage/{signal}": 14,
    "/incidents": 6,
    "/incidents?q=login": 6,
    "/incidents/{room}": 14,
    "/incidents/{over}": 14,
    "/incidents/{room}/panels": 14,
    "/incidents/{room}/update": 16,
    "/incidents/{over}/report": 10,
    "/declare": 17,
    "/people": 13,
    "/people/bob": 13,
    "/services": 12,
    "/services/utoronto/prod": 13,
    "/communities/utoronto": 13,
    "/groups/triagers": 12,
    "/health": 12,
    "/handbook": 5,
    "/tickets": 10,
    "/desk": 7,
    "/desk?community=utoronto": 12,
}
"""For each page: how often the database is asked, that of whoever is signed in and that of the navigation included."""
GROWING = ("incidents", "touched", "log", "words", "team", "report_sections", "effects")
"""Tables that grow for ever: nobody may look through one of them for a page."""
NARROW = (
    "/services/utoronto/prod",
    "/communities/dubois",
    "/incidents?service=utoronto/prod",
    "/incidents?service=utoronto/prod&when=30",
    "/incidents?criterion=no-such",
    "/incidents?q=login&service=utoronto/prod",
)
"""Pages about what hardly anything was about: beside much else they are as little work."""
NOTHING_LISTED = "/incidents?before=999999"
"""What the list costs without its rows: how many are owed a report is counted, and here nearly all are."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """A house with so much behind it, an open room, a signal, and a published report."""

    home: House
    places: dict[str, object]

    def asks(self, page: str) -> list[str]:
        """What the page asks, once it was asked for before."""
        browser, path = self.home.browser("ada"), page.format(**self.places)
        assert browser.get(path).status == 200, path
        with statements() as sent:
            browser.get(path)
        return sent

    def works(self, page: str) -> int:
        """How much work the database has with the page."""
        browser = self.home.browser("ada")
        assert browser.get(page).status == 200
        with steps() as made:
            browser.get(page)
        return sum(made)

    def scans(self, page: str, who: str = "ada") -> list[str]:
        """Where the page looks at every row of what grows for ever."""
        browser, path = self.home.browser(who), page.format(**self.places)
        asked: list[tuple[str, Any]] = []

        def keep(*told: Any) -> None:
            if told[2].startswith(("SELECT", "WITH")):
                asked.append((told[2], told[3]))

        sa.event.listen(sa.Engine, "before_cursor_execute", keep)
        try:
            assert browser.get(path).status == 200, path
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", keep)
        return [each for statement, values in asked for each in scanned(self, statement, values)]


def past(home: House, many: int) -> Past:
    over = published(home.tocsin)
    copied(home, resolved(home.tocsin), many)
    waiting = signal(home.tocsin)
    return Past(home=home, places={"over": over, "room": declared(home.tocsin), "signal": waiting})


def copied(home: House, template: IncidentNumber, many: int) -> None:
    """More incidents that went the same way, one an hour; made by their rows, for it is only to be much."""

    def copy(connection: sa.Connection) -> None:
        first = template + 1
        row = connection.execute(sa.select(t.incidents).where(t.incidents.c.number == template)).one()._asdict()
        new = range(first, first + many)
        connection.execute(t.incidents.insert(), [moved(row, number, number - template) for number in new])
        for table in (t.log, t.team, t.words, t.touched):
            rows = [each._asdict() for each in connection.execute(sa.select(table).where(table.c.incident == template))]
            copies = [moved(each, number, number - template) for number in new for each in rows]
            if table is t.words:
                copies = [{**each, "id": each["incident"] * words.ROOM + each["id"] % words.ROOM} for each in copies]
            connection.execute(table.insert(), copies)
        counted = t.counters.update().where(t.counters.c.name == "incident")
        connection.execute(counted, {"value": template + many})

    home.tocsin.store.run(copy)


def moved(row: dict[str, Any], number: int, hours: int) -> dict[str, Any]:
    times = {name: at - timedelta(hours=hours) for name, at in row.items() if isinstance(at, datetime)}
    own = {"number": number, "incident": number, "source": None}
    return {**row, **times, **{name: value for name, value in own.items() if name in row}}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Past]]:
    """One house with little behind it, one with much; asked alone, so that all tests may share them."""
    with_few, with_many = (tmp_path_factory.mktemp("past") for _ in range(2))
    with (
        house(f"sqlite:///{with_few}/tocsin.db", with_few) as few,
        house(f"sqlite:///{with_many}/tocsin.db", with_many) as many,
    ):
        yield {FEW: past(few, FEW), MANY: past(many, MANY)}


@pytest.mark.parametrize("page", AT_MOST)
def test_a_page_asks_no_more_often_than_it_may_and_as_often_beside_much(page: str, homes: dict[int, Past]) -> None:
    few, many = (len(homes[number].asks(page)) for number in (FEW, MANY))
    assert few == many <= AT_MOST[page]


@pytest.mark.parametrize("page", NARROW)
def test_a_page_about_one_place_is_as_little_work_beside_much_else(page: str, homes: dict[int, Past]) -> None:
    alone = NOTHING_LISTED if page.startswith("/incidents") else ""
    few, many = (homes[number].works(page) - (homes[number].works(alone) if alone else 0) for number in (FEW, MANY))
    assert many < few + 100


@pytest.mark.parametrize("page", ["/incidents", "/incidents?q=database"])
def test_readers_of_published_reports_do_not_look_through_it_either(page: str, homes: dict[int, Past]) -> None:
    assert homes[MANY].scans(page, "charlie") == []


@pytest.mark.parametrize("page", AT_MOST)
def test_no_page_looks_through_what_grows_for_ever(page: str, homes: dict[int, Past]) -> None:
    assert homes[MANY].scans(page) == []


def scanned(of: Past, statement: str, values: Any) -> list[str]:
    """Where it looks at every row of such a table; one that reads along an index stops at its limit."""
    with of.home.tocsin.store.read() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    return [f"{step}: {statement}" for step in plan if re.fullmatch(rf"SCAN ({'|'.join(GROWING)})( AS \w+)?", step)]


def test_every_page_without_a_form_is_counted(homes: dict[int, Past]) -> None:
    """A page that is new stands here, or takes less than ten statements."""
    paths = {route.path for route in homes[FEW].home.site.routes if route.method == "GET" and "{" not in route.path}
    for path in sorted(paths - AT_MOST.keys() - {"/metrics", "/readyz", "/healthz"}):
        browser = homes[FEW].home.browser("ada")
        with statements() as sent:
            browser.get(path)
        assert len(sent) <= 12, (path, len(sent))
