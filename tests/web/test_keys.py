"""The keyboard in a real browser: single letters, the switch for them, and what follows a choice in a form."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.engine.office import declared
from tests.web.screens import Screens
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber

ONE = IncidentNumber(1)


def typed(page: Page, keys: str) -> None:
    """One after the other, into nothing in particular."""
    for key in keys.split():
        page.keyboard.press(key)


def test_g_and_a_letter_lead_to_the_pages_of_the_header(seen: Screens) -> None:
    page = seen.of("ada")
    page.goto("/keys")
    for keys, path in (("g t", "/triage"), ("g i", "/incidents"), ("g p", "/people"), ("g n", "/"), ("?", "/keys")):
        typed(page, keys)
        page.wait_for_url(f"**{path}")


def test_a_letter_in_a_field_is_a_letter(seen: Screens) -> None:
    page = seen.of("ada")
    page.goto("/declare")
    page.locator("#f-title").press_sequentially("g nobody /?")
    expect(page.locator("#f-title")).to_have_value("g nobody /?")
    page.keyboard.press("Escape")
    expect(page.locator("#f-title")).not_to_be_focused()
    expect(page.locator("#f-title")).to_have_value("g nobody /?")


def test_letters_that_are_switched_off_do_nothing_on_any_page(seen: Screens) -> None:
    page = seen.of("ada")
    page.goto("/keys")
    page.get_by_label("Use single letters as shortcuts").uncheck()
    page.goto("/handbook")
    typed(page, "d")
    page.wait_for_timeout(200)
    assert page.url.endswith("/handbook")
    page.goto("/keys")
    expect(page.get_by_label("Use single letters as shortcuts")).not_to_be_checked()
    page.get_by_label("Use single letters as shortcuts").check()
    page.locator("h1").click()
    typed(page, "d")
    page.wait_for_url("**/declare")


def test_whoever_looks_on_is_not_led_to_declare(seen: Screens) -> None:
    page = seen.of("ola")
    page.goto("/keys")
    typed(page, "d")
    page.wait_for_timeout(200)
    assert page.url.endswith("/keys")


def test_a_slash_is_for_searching(seen: Screens) -> None:
    page = seen.of("ada")
    page.goto("/incidents")
    typed(page, "/")
    expect(page.locator("main input[type=search]")).to_be_focused()
    page.goto("/")
    typed(page, "/")
    page.wait_for_url("**/incidents**")


def test_a_number_chooses_what_people_cannot_do(seen: Screens) -> None:
    seen.home.tocsin.do(c.NoteSignal(text="Slow"), by="ada")
    page = seen.of("ada")
    for path in ("/triage/1", "/declare", "/wrong"):
        page.goto(path)
        typed(page, "3")
        expect(page.locator("input[name=criterion]").nth(2)).to_be_checked()


def test_the_log_is_walked_and_marked_by_keys(seen: Screens) -> None:
    declared(seen.home.tocsin)
    for text in ("First", "Second"):
        seen.home.clock.later()
        seen.home.tocsin.do(c.Note(incident=ONE, text=text), by="ada")
    page = seen.of("ada")
    page.goto("/incidents/1")
    lines = page.locator("#log .line")
    typed(page, "j")
    expect(lines.nth(0).locator(".line__t")).to_be_focused()
    typed(page, "j")
    expect(lines.nth(1).locator(".line__t")).to_be_focused()
    typed(page, "k k")
    expect(lines.nth(0).locator(".line__t")).to_be_focused()
    typed(page, "n")
    expect(page.locator(".composer textarea[name=text]")).to_be_focused()
    page.keyboard.press("Escape")
    page.route("**/update", lambda route: route.fulfill(body="An update"))
    typed(page, "u")
    page.wait_for_url("**/incidents/1/update")


def test_what_closes_gives_focus_back_to_what_opened_it(seen: Screens) -> None:
    page = seen.of("ada", (390, 844))
    page.goto("/triage")
    page.locator(".menu summary").press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".menu nav a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).not_to_have_attribute("open", "")
    expect(page.locator(".menu summary")).to_be_focused()


def test_control_and_enter_sends_the_form_one_is_in(seen: Screens) -> None:
    page = seen.of("ada")
    page.goto("/wrong")
    page.locator("#f-text").fill("Nothing starts")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/triage/1")


def test_what_would_follow_changes_with_what_is_chosen(seen: Screens) -> None:
    page = seen.of("ada")
    page.goto("/declare")
    expect(page.locator("#before")).to_contain_text("No community is named.")
    page.locator("#f-service").select_option("utoronto/prod")
    expect(page.locator("#before")).to_contain_text("University of Toronto hears from us")
    page.locator("#f-title").fill("Nobody can log in")
    page.get_by_role("button", name="Declare the incident").click()
    page.wait_for_url("**/incidents/1")
