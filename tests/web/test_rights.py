"""Every address × everybody who may ask × what it is about: made of the table of routes, so that none is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pytest

from tests.engine.office import dump, published
from tests.web.house import PEOPLE, Browser, House, Page
from tocsin.core import commands as c
from tocsin.core.people import Person
from tocsin.web.pages import ROUTES
from tocsin.web.routes import Route, allows

EVERYBODY = {"nobody": "", **PEOPLE}
POSTS = [route for route in ROUTES if route.method == "POST"]
GETS = [route for route in ROUTES if route.method == "GET"]
REPORT = {f"/incidents/{{number}}/report{form}" for form in ("", ".md", ".json", ".html", ".pdf")}
PARTS = {
    "number": "1", "seq": "3", "handle": "dana", "slug": "utoronto/prod", "slug:path": "utoronto/prod",
    "token": "nobody-knows-it", "key": "nobody-has-it", "form": "md",
    "name": "mail",
}  # fmt: skip
"""What there is; a part of a path that nothing is known of here fails every test."""


@pytest.fixture
def there(home: House) -> House:
    """Incident 1 is open and has a note; signal 1 waits for a decision."""
    home.tocsin.do(c.Declare(title="Nobody can log in", commander="ada", communities=("utoronto",)), by="ada")
    home.tocsin.do(c.Note(incident=1, text="We look."), by="ada")  # type: ignore[arg-type]
    home.tocsin.do(c.NoteSignal(text="I cannot log in", criterion="login"), by="ada")
    return home


@pytest.mark.parametrize("part", EVERYBODY)
def test_a_page_is_only_for_those_its_rule_names(part: str, there: House) -> None:
    person = there.person(EVERYBODY[part]) if EVERYBODY[part] else None

    def wrong(route: Route) -> object:
        status = ask(there, there.browser(EVERYBODY[part]), route).status
        return None if status in _expected(route, person, status) else status

    assert whatever(wrong, ROUTES) == {}


def _expected(route: Route, person: Person | None, status: int) -> tuple[int, ...]:
    if allows(route.right, person):
        return () if status in (401, 500) else (status,)
    if person is None:
        return (303,) if route.method == "GET" else (401,)
    return (403, 404)


def test_whoever_has_left_has_no_page_and_sends_no_form(there: House) -> None:
    browser = there.browser("gone")

    def wrong(route: Route) -> object:
        status = ask(there, browser, route).status
        return None if status in ((303,) if route.method == "GET" else (401, 403)) else status

    before = dump(there.tocsin.store)
    assert whatever(wrong, (route for route in ROUTES if route.right != "anyone")) == {}
    assert dump(there.tocsin.store) == before


@pytest.mark.parametrize("part", ["administrator", "responder"])
def test_what_does_not_exist_is_not_there_for_anybody(part: str, there: House) -> None:
    browser = there.browser(PEOPLE[part])

    def wrong(route: Route) -> object:
        found = {ask(there, browser, route, number).status for number in (99, 999999999)}
        return None if found == {404} else found

    assert whatever(wrong, (route for route in ROUTES if "{number}" in route.path)) == {}


def test_whoever_may_not_see_an_incident_cannot_tell_that_there_is_one(there: House) -> None:
    browser = there.browser(PEOPLE["representative"])

    def wrong(route: Route) -> object:
        there_is, there_is_none = (ask(there, browser, route, number) for number in (1, 99))
        alike = (there_is.status, there_is.words) == (there_is_none.status, there_is_none.words)
        return None if alike and there_is.status in (403, 404) else (there_is.status, there_is_none.status)

    assert whatever(wrong, (route for route in ROUTES if "/incidents/{number}" in route.path)) == {}


def test_of_a_published_incident_that_is_open_again_a_representative_reads_the_report_alone(home: House) -> None:
    number = published(home.tocsin)
    home.tocsin.do(c.Reopen(incident=number, why="SECRET"), by="ada")
    home.tocsin.do(c.Retitle(incident=number, title="SECRET"), by="ada")
    browser = home.browser(PEOPLE["representative"])

    def wrong(route: Route) -> object:
        page = ask(home, browser, route)
        right = page.status == 200 if route.path in REPORT else page.status in (403, 404)
        return None if right and b"SECRET" not in page.response.content else page.status

    assert whatever(wrong, (route for route in ROUTES if "{number}" in route.path)) == {}
    assert not any("SECRET" in browser.get(path(route)).text for route in GETS if "{number}" not in route.path)


def test_a_form_that_is_not_ours_changes_nothing(there: House) -> None:
    browser = there.browser(PEOPLE["administrator"])
    proof = there.proof(browser)
    forged: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": proof}, {"Origin": "https://evil.example"}),
        ({"csrf": proof}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": proof}, {"Content-Type": "text/plain"}),
    )

    def wrong(route: Route) -> object:
        found = {browser.post(path(route), fields, headers=headers).status for fields, headers in forged}
        return None if found == {403} else found

    before = dump(there.tocsin.store)
    assert whatever(wrong, POSTS) == {}
    assert dump(there.tocsin.store) == before


def test_looking_at_any_page_changes_nothing(there: House) -> None:
    browsers = [there.browser(handle) for handle in PEOPLE.values()]
    before = dump(there.tocsin.store)
    for browser in browsers:
        for route in GETS:
            browser.get(path(route))
    assert dump(there.tocsin.store) == before


def path(route: Route, number: int = 1) -> str:
    """An address of the route, about things that are there."""
    return re.sub(r"\{([^}]+)\}", lambda found: {**PARTS, "number": str(number)}[found[1]], route.path)


def ask(home: House, browser: Browser, route: Route, number: int = 1) -> Page:
    """Ask for a page, or send its form with nothing filled in."""
    if route.method == "GET":
        return browser.get(path(route, number))
    return browser.post(path(route, number), {"csrf": home.proof(browser)})


def whatever(wrong: Callable[[Route], object], routes: Iterable[Route]) -> dict[str, object]:
    """The routes that something is wrong with, and what."""
    return {route.name: found for route in routes if (found := wrong(route)) is not None}
