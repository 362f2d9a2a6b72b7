"""The room, walked through as people do: two in two browsers, one without scripts, one with nothing but keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser import PATIENCE
from tests.web.procession import Served, serving
from tests.web.scene import served_scene
from tocsin.core.ids import Handle
from tocsin.store import accounts
from tocsin.web import passwords
from tocsin.web.site import Site

DESK, PHONE = (1440, 900), (390, 844)
PASSWORD = "a lamp behind the seventh door"  # noqa: S105 — of a database that is gone with the test
SHOWN = """here => [here, here.parentElement].some(each => {
  const style = getComputedStyle(each);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
})"""
"""Whether something that has focus looks as if it had."""
HERE = re.compile(r"/incidents/1(#.*)?$")


@dataclass(kw_only=True)
class Somebody:
    """A person before a screen of their own."""

    page: Page
    said: list[str] = field(default_factory=list)
    """What the console said."""

    def goes(self, path: str) -> None:
        self.page.goto(path)

    def fills(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f"main [name={name}]:not([type=radio]), .door [name={name}]").last.fill(text)

    def picks(self, name: str, value: str) -> None:
        self.page.locator(f"input[name={name}][value='{value}']").last.check()

    def presses(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).and_(self.page.locator(":visible")).first.click()
        expect(self.page.locator("form[aria-busy]")).to_have_count(0)

    def follows(self, link: str) -> None:
        self.page.get_by_role("link", name=link).and_(self.page.locator(":visible")).first.click()

    def opens(self, summary: str) -> None:
        """What is folded, unless it is open or not there."""
        for each in self.page.locator("main details:not([open]) > summary").filter(has_text=summary).all():
            each.click()

    def sees(self, text: str | re.Pattern[str], where: str = "main") -> None:
        expect(self.page.locator(where)).to_contain_text(text)

    def writes(self, text: str, kind: str = "", **more: str) -> None:
        """One line in the composer of the room that stands open."""
        if kind:
            self.page.get_by_role("radio", name=kind, exact=True).check()
        for name, what in {**more, "text": text}.items():
            self.page.locator(f".composer [name={name}]").fill(what)
        self.page.locator(".composer [name=text]").press("Control+Enter")
        expect(self.page.locator(".composer [name=text]")).to_have_value("")

    def keys(self, *keys: str) -> None:
        self.page.wait_for_load_state("load")  # a page listens for its keys from then on
        for key in keys:
            self.page.keyboard.press(key)

    def reaches(self, what: str) -> Page:
        """By Tab alone, and one sees where one is at each step."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            here = self.page.locator(":focus")
            assert not here.count() or here.evaluate(SHOWN), here.evaluate("here => here.outerHTML")
            if self.page.locator(f"{what}:focus").count():
                return self.page
        raise AssertionError(f"Tab does not lead to {what}.")

    @property
    def newest(self) -> Locator:
        return self.page.locator("#log li.line").first


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """As somebody finds it who has just installed it."""
    with serving(tmp_path) as server:
        yield server


def somebody(
    chromium: Browser,
    at: str,
    size: tuple[int, int] = DESK,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> Somebody:
    width, height = size
    context = chromium.new_context(
        base_url=at,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        java_script_enabled=scripts,
        timezone_id="Europe/London",
    )
    context.set_default_timeout(PATIENCE)
    found = Somebody(page=context.new_page())
    found.page.on("console", partial(_heard, found.said))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    return found


def _heard(said: list[str], message: ConsoleMessage) -> None:
    if message.type in ("error", "warning") and "status of 422" not in message.text:  # as a form that will not do is
        said.append(message.text)


# ── two people, two browsers ───────────────────────────────────────────────────────────────────────────────────────


def test_two_people_go_from_the_first_link_to_the_report_in_two_browsers(served: Served, chromium: Browser) -> None:
    ada = somebody(chromium, served.address)
    bob = somebody(chromium, served.address, PHONE, "dark")
    the_first_is_let_in(ada, served)
    ada_adds_a_place(ada)
    ada_invites_bob(ada, bob)
    both_sign_in(ada, bob)
    bob_says_twice_that_something_is_wrong(bob)
    ada_looks_at_it_and_declares(ada)
    bob.goes("/incidents/1")
    they_write_and_see_each_other_write(ada, bob)
    ada_hands_over_and_bob_takes_it(ada, bob)
    bob_asks_for_help_and_ada_does_it(ada, bob)
    bob_says_how_things_stand(ada, bob)
    ada_writes_to_the_community_and_bob_approves(ada, bob)
    bob_resolves_it(ada, bob)
    assert (ada.said, bob.said) == ([], [])


def the_first_is_let_in(ada: Somebody, served: Served) -> None:
    link = re.search(r"http://\S+/first/\S+", served.told)
    assert link, served.told
    ada.goes(link[0])
    ada.fills(name="Ada Lovelace", email="ada@example.org", new=PASSWORD)
    ada.page.select_option("#f-zone", "Europe/London")
    ada.presses("Set up Tocsin")
    ada.sees("Incidents", ".nav")
    assert httpx.get(link[0]).status_code == 404


def ada_adds_a_place(ada: Somebody) -> None:
    ada.goes("/people/new")
    ada.fills(handle="helena", name="Helena Ruiz", email="helena@ecology.example")
    ada.picks("part", "representative")
    ada.presses("Add them")
    ada.goes("/communities-new")
    ada.fills(name="Lagoon Ecology", slug="lagoon-ecology")
    ada.picks("representatives", "helena")
    ada.presses("Add it")
    ada.sees("Lagoon Ecology is added.")
    ada.goes("/services-new")
    ada.fills(name="Lagoon hub", slug="lagoon")
    ada.picks("communities", "lagoon-ecology")
    ada.presses("Add it")
    ada.sees("Lagoon hub is added.")


def ada_invites_bob(ada: Somebody, bob: Somebody) -> None:
    ada.goes("/people/new")
    ada.fills(handle="bob", name="Bob Kahn", email="bob@example.org")
    ada.presses("Add them")
    ada.presses("Invite Bob Kahn")
    bob.goes(ada.page.locator("#f-link").inner_text())
    bob.fills(new=PASSWORD)
    bob.presses("Sign in")
    expect(bob.page.locator(".menu")).to_be_visible()


def both_sign_in(ada: Somebody, bob: Somebody) -> None:
    for who, name in ((ada, "ada"), (bob, "bob")):
        who.goes(f"/people/{name}")
        who.presses("Sign out")
        who.sees("You are signed out.")
        who.fills(who=f"{name}@example.org", password=PASSWORD)
        who.presses("Sign in")
        expect(who.page).to_have_url(re.compile(r"/$"))


def bob_says_twice_that_something_is_wrong(bob: Somebody) -> None:
    for what, who in (("My server stays pending", "Ngaio"), ("I cannot start a server either", "Marama")):
        bob.goes("/triage")
        bob.follows("Something else is wrong")
        bob.fills(text=what, people=who)
        bob.picks("criterion", "start")
        bob.page.select_option("#f-service", "lagoon")
        bob.presses("Note it")
        bob.sees(what)


def ada_looks_at_it_and_declares(ada: Somebody) -> None:
    ada.goes("/triage")
    ada.sees("2 signals need a decision.")
    ada.sees("Marama")
    ada.presses("Declare the incident")
    ada.sees("Lagoon Ecology hears from us", "#before")
    ada.fills(title="Nobody can start a server on the Lagoon hub")
    ada.presses("Declare the incident")
    expect(ada.page).to_have_url(HERE)
    ada.sees("Nobody can start a server", "h1")
    expect(ada.page.locator("#links")).to_contain_text("I cannot start a server either")


def they_write_and_see_each_other_write(ada: Somebody, bob: Somebody) -> None:
    ada.writes("I look at the nodes first.")
    expect(bob.newest).to_contain_text("I look at the nodes first.")
    ada.writes("kubectl get events | tail -1", "Command", output="scale-up failed: QUOTA_EXCEEDED")
    expect(bob.newest).to_contain_text("QUOTA_EXCEEDED")
    bob.writes("The **quota** is used up", "Found")
    expect(ada.newest.locator("strong")).to_have_text("quota")


def ada_hands_over_and_bob_takes_it(ada: Somebody, bob: Somebody) -> None:
    ada.follows("Hand over")
    ada.opens("outside their hours")
    ada.picks("to", "bob")
    ada.fills(text="It is late here.")
    ada.sees("It is late here.", ".mail")
    ada.presses("Offer it")
    expect(ada.page).to_have_url(HERE)
    expect(bob.page.locator("#roles .offer")).to_contain_text("offered to you by Ada Lovelace")
    bob.opens("Who does what")
    bob.presses("Take it")
    expect(ada.page.locator("#roles > summary")).to_contain_text("Bob Kahn commands")


def bob_asks_for_help_and_ada_does_it(ada: Somebody, bob: Somebody) -> None:
    bob.opens("Who does what")
    bob.follows("Ask for help")
    bob.fills(what="Find out which quota it is")
    bob.opens("outside their hours")
    bob.picks("to", "ada")
    bob.presses("Ask them")
    expect(ada.page.locator("#roles .asks")).to_contain_text("Find out which quota it is")
    ada.follows("Answer")
    ada.presses("I do it")
    ada.goes("/incidents/1")
    ada.follows("It is done")
    ada.fills(outcome="It is the disk: a workshop's machines hold 1.2 TB")
    ada.presses("It is done")
    expect(bob.page.locator("#roles .asks")).to_contain_text("1.2 TB")


def bob_says_how_things_stand(ada: Somebody, bob: Somebody) -> None:
    bob.follows("Set the state")
    bob.fills(state="New servers do not start", cause="A quota of disk is used up", next="Shrink the workshop's pool")
    bob.presses("Set the plan")
    expect(ada.page.locator("#truth")).to_contain_text("A quota of disk is used up")
    bob.writes("Shrunk the workshop's pool to two machines", "Tried a fix", outcome="1 TB is free again")
    expect(ada.newest).to_contain_text("1 TB is free again")


def ada_writes_to_the_community_and_bob_approves(ada: Somebody, bob: Somebody) -> None:
    ada.follows("Write the first response")
    ada.fills(text="New servers do not start. Open ones are safe. We make room for new ones.")
    ada.sees("Open ones are safe.", ".mail")
    ada.sees("Helena Ruiz", ".mail")
    ada.presses("Ask Bob Kahn to approve and send")
    expect(bob.page.locator("#suggested")).to_contain_text("Ada Lovelace proposed word")
    bob.follows("Read it")
    bob.sees("approved by you")
    bob.presses("Send to 1 community")
    bob.sees("carry it to Lagoon Ecology yourself")
    expect(ada.newest).to_contain_text("Approved by Bob Kahn")


def bob_resolves_it(ada: Somebody, bob: Somebody) -> None:
    bob.follows("Resolve…")
    bob.fills(verified="Logged in, started a server, ran 6*7: 42")
    if bob.page.locator("[name=tell]").count():
        bob.page.uncheck("[name=tell]")
    bob.presses("Resolve it")
    expect(ada.page.locator("#eyebrow")).to_contain_text("Resolved")
    expect(ada.page.locator("#truth")).to_contain_text("ran 6*7: 42")
    ada.sees("draft", "#report")


# ── without scripts ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_essentials_are_done_without_scripts(tmp_path: Path, chromium: Browser) -> None:
    with served_scene(tmp_path) as (site, at):
        let_in(site, "mei", "tomasz")
        mei, tomasz = (somebody(chromium, at, PHONE, scripts=False) for _ in range(2))
        signs_in(mei, "mei")
        mei.goes("/declare")
        mei.fills(title="Notebooks do not open")
        mei.presses("Declare the incident")
        mei.page.locator(".composer [name=text]").fill("The proxy answers 502.")
        mei.presses("Add line")
        expect(mei.newest).to_contain_text("The proxy answers 502.")
        mei.follows("Hand over")
        mei.opens("outside their hours")
        mei.picks("to", "tomasz")
        mei.presses("Offer it")
        mei.sees("is offered")
        signs_in(tomasz, "tomasz")
        tomasz.goes("/incidents/3")
        tomasz.presses("Take it")
        tomasz.sees("You command", "#roles > summary")
        tomasz.goes("/incidents/3/update")
        tomasz.fills(text="Notebooks do not open. What is open stays so.")
        tomasz.page.locator("button[value=send]:visible").first.click()
        expect(tomasz.newest).to_contain_text("What is open stays so.")
        tomasz.goes("/incidents/3/resolve")
        tomasz.presses("Resolve it")
        tomasz.sees("This was not done yet", "#errors")
        tomasz.fills(verified="Opened a notebook of my own.")
        tomasz.presses("Resolve it")
        tomasz.sees("Resolved", "#eyebrow")


def let_in(site: Site, *handles: str) -> None:
    """They have a password."""
    hashed = passwords.hashed(PASSWORD)
    for handle in handles:
        site.tocsin.store.run(lambda c, handle=handle: accounts.set_password(c, Handle(handle), hashed, site.clock()))  # type: ignore[misc]


def signs_in(who: Somebody, name: str) -> None:
    who.goes("/sign-in")
    who.fills(who=name, password=PASSWORD)
    who.presses("Sign in")
    expect(who.page).to_have_url(re.compile(r"/$"))


# ── nothing but keys ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_keyboard_is_enough_from_signing_in_to_resolving(tmp_path: Path, chromium: Browser) -> None:
    with served_scene(tmp_path) as (site, at):
        let_in(site, "mei")
        mei = somebody(chromium, at)
        mei.goes("/sign-in")
        mei.reaches("#f-who").keyboard.type("mei")
        mei.reaches("#f-password").keyboard.type("not it")
        mei.keys("Enter")
        expect(mei.page.locator("#errors")).to_be_focused()
        mei.reaches("#f-password").keyboard.type(PASSWORD)
        mei.keys("Enter")
        expect(mei.page.locator(".nav")).to_be_visible()
        mei.keys("d")
        mei.reaches("#f-title").keyboard.type("Notebooks do not open")
        mei.keys("Control+Enter")
        expect(mei.page).to_have_url(re.compile(r"/incidents/3(#.*)?$"))
        the_room_is_gone_through_by_keys(mei)
        mei.reaches("a[href='/incidents/3/resolve']")
        mei.keys("Enter")
        mei.reaches("#f-verified")
        mei.keys("Control+Enter")
        expect(mei.page.locator("#errors")).to_be_focused()
        mei.keys("Tab", "Enter")
        expect(mei.page.locator("#f-verified")).to_be_focused()
        mei.page.keyboard.type("Opened a notebook of my own.")
        mei.keys("Control+Enter")
        mei.sees("Resolved", "#eyebrow")
        assert mei.said == []


def the_room_is_gone_through_by_keys(mei: Somebody) -> None:
    mei.keys("n")
    expect(mei.page.locator(".composer [name=text]")).to_be_focused()
    mei.page.keyboard.type("The proxy answers 502.")
    mei.keys("Control+Enter")
    expect(mei.newest).to_contain_text("The proxy answers 502.")
    mei.keys("Escape", "j")
    expect(mei.newest.locator(".line__t")).to_be_focused()
    mei.keys("p")
    expect(mei.newest).to_contain_text("Key moment")
    mei.page.locator("#links > summary").focus()
    mei.keys("Escape")
    expect(mei.page.locator("#links > summary")).to_be_focused()
