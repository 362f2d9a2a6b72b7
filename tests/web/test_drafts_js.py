"""What somebody types and has not sent, in a real browser: there again after whatever happens, until it was taken."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PATIENCE
from tests.engine.office import declared, entries, note
from tests.web.procession import installed, serving
from tests.web.screens import Screens
from tests.web.test_room_js import notes, opened, said, until
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.events import PlanSet
from tocsin.core.ids import Handle, IncidentNumber
from tocsin.engine.door import Tocsin
from tocsin.store import sessions
from tocsin.store.writer import open_store

ONE = IncidentNumber(1)
PLAN = "/incidents/1/plan"
KEPT = re.compile(r"^Kept from \d\d:\d\d, not sent\.")
TEXT = "textarea[name=text]"


@pytest.fixture
def ada(seen: Screens) -> Page:
    """Before incident 1, whose line 3 is hers."""
    declared(seen.home.tocsin)
    seen.home.clock.later()
    note(seen.home.tocsin, ONE, "It is slow.")
    return seen.of("ada")


def plans(tocsin: Tocsin) -> list[str | None]:
    return [entry.event.state for entry in entries(tocsin) if isinstance(entry.event, PlanSet)]


def keys(page: Page) -> list[str]:
    found: list[str] = page.evaluate("Object.keys(localStorage).filter(each => each.includes(':draft:'))")
    return found


def field(page: Page, name: str) -> str:
    return page.locator(f"main form[method=post] [name={name}]:not([type=hidden])").first.input_value()


# ── every form ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (PLAN, "cause"),
        ("/incidents/1/resolve", "verified"),
        ("/incidents/1/cancel", "why"),
        ("/incidents/1/help", "what"),
        ("/incidents/1/lines/3/edit", "text"),
        ("/incidents/1/offer?role=commander", "text"),
        ("/incidents/1/hand-over", "text"),
        ("/incidents/1/update", "text"),
        ("/incidents/1/title", "title"),
        ("/incidents/1/tickets", "ticket"),
        ("/incidents/1/links", "title"),
        ("/incidents/1/say", "text"),
        ("/declare", "title"),
        ("/declare", "description"),
        ("/wrong", "text"),
        ("/people/ada/edit", "hours"),
        ("/people/ada/edit", "expertise"),
    ],
)
def test_what_was_typed_is_there_again_and_says_so(path: str, name: str, ada: Page) -> None:
    ada.goto(path)
    box = f"main form[method=post] [name={name}]:not([type=hidden])"
    ada.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    ada.locator(box).first.fill("Half a thought")
    ada.reload()
    expect(ada.locator(box).first).to_have_value("Half a thought")
    expect(ada.locator(box).first).to_be_visible()
    expect(ada.locator(".draft")).to_contain_text(KEPT)


def test_a_time_is_kept_too(ada: Page) -> None:
    ada.goto("/incidents/1/impact")
    ada.fill("[name=start]", "2026-11-12T09:30")
    ada.reload()
    assert field(ada, "start") == "2026-11-12T09:30"


def test_reopening_too(ada: Page, seen: Screens) -> None:
    seen.home.tocsin.do(c.Resolve(incident=ONE, verified="I logged in"), by="ada")
    ada.goto("/incidents/1/reopen")
    ada.fill("[name=why]", "It is back")
    ada.reload()
    assert field(ada, "why") == "It is back"


def test_what_somebody_answers_an_ask_with_is_kept_for_that_answer_alone(ada: Page, seen: Screens) -> None:
    seen.home.tocsin.do(c.Delegate(incident=ONE, to="ada", what="Look at the quota"), by="bob")
    ada.goto("/incidents/1/asks/4")
    ada.fill("[name=outcome]", "It is the disk")
    ada.reload()
    assert (field(ada, "outcome"), field(ada, "why")) == ("It is the disk", "")


def test_a_form_with_a_password_is_not_kept(ada: Page) -> None:
    ada.goto("/people/ada")
    ada.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    for each in ada.locator("[type=password]").all():
        each.fill("a lamp behind the seventh door")
    ada.reload()
    assert "lamp" not in ada.evaluate("JSON.stringify({...localStorage})")


def test_what_was_chosen_beside_it_is_chosen_again(ada: Page) -> None:
    ada.goto("/wrong")
    ada.fill("[name=text]", "The hub is slow")
    ada.check("[name=criterion][value=login]")
    ada.check("[name=who]")
    ada.reload()
    assert ada.is_checked("[name=criterion][value=login]") and ada.is_checked("[name=who]")


def test_it_can_be_thrown_away_and_brought_back(ada: Page) -> None:
    ada.goto(PLAN)
    ada.fill("[name=cause]", "A quota")
    ada.reload()
    ada.get_by_role("button", name="Throw it away").click()
    expect(ada.locator("[name=cause]")).to_have_value("")
    assert keys(ada) == []
    ada.get_by_role("button", name="Bring it back").click()
    expect(ada.locator("[name=cause]")).to_have_value("A quota")
    ada.get_by_role("button", name="Throw it away").click()
    ada.reload()
    assert field(ada, "cause") == ""


def test_it_is_gone_once_it_was_taken(ada: Page, seen: Screens) -> None:
    ada.goto(PLAN)
    ada.fill("[name=state]", "Log-in fails")
    ada.reload()
    ada.get_by_role("button", name="Set the plan").click()
    expect(ada).to_have_url(re.compile(r"/incidents/1#L\d+$"))
    expect(ada.locator("main > .note--good")).to_contain_text("The plan is set.")
    assert (plans(seen.home.tocsin), keys(ada)) == (["Log-in fails"], [])


def test_what_is_sent_from_a_page_to_itself_is_seen_there(ada: Page, seen: Screens) -> None:
    seen.home.tocsin.do(c.NoteSignal(text="I cannot log in", criterion="login"), by="dana")
    ada.goto("/triage/1")
    ada.get_by_text("Add what you know").click()
    ada.fill("[name=text]", "Neither can I")
    ada.get_by_role("button", name="Add it").click()
    expect(ada.locator(".evid").last).to_contain_text("Neither can I")
    expect(ada.locator(".draft")).to_have_count(0)


def test_a_draft_is_its_authors_alone_and_outlasts_a_sign_out(ada: Page, seen: Screens) -> None:
    ada.goto(PLAN)
    ada.fill("[name=cause]", "A quota")
    for handle, there in (("bob", ""), ("ada", "A quota")):
        seen.sign_in(ada.context, handle)
        ada.goto(PLAN)
        assert field(ada, "cause") == there


def test_whoever_was_signed_out_finds_it_after_signing_in(ada: Page, seen: Screens) -> None:
    ada.goto(PLAN)
    ada.fill("[name=cause]", "A quota")
    seen.home.tocsin.store.run(lambda connection: sessions.end_all(connection, Handle("ada")))
    ada.get_by_role("button", name="Set the plan").click()
    expect(ada.locator("h1")).to_have_text("Sign in again.")
    seen.sign_in(ada.context, "ada")
    ada.goto(PLAN)
    assert field(ada, "cause") == "A quota"


def test_a_form_from_before_a_new_sign_in_is_renewed_and_taken(ada: Page, seen: Screens) -> None:
    ada.goto(PLAN)
    ada.fill("[name=state]", "Log-in fails")
    seen.sign_in(ada.context, "ada")
    ada.get_by_role("button", name="Set the plan").click()
    expect(ada).to_have_url(re.compile(r"/incidents/1#L\d+$"))
    assert plans(seen.home.tocsin) == ["Log-in fails"]


# ── refused, or changed by somebody else ───────────────────────────────────────────────────────────────────────────


def test_a_form_that_is_refused_comes_back_with_the_reason_and_is_kept_as_it_is_then(ada: Page) -> None:
    ada.goto("/incidents/1/cancel")
    ada.fill("[name=why]", "Nobody saw it")
    ada.get_by_role("button", name=re.compile("^Cancel")).click()
    expect(ada.locator("#errors")).to_contain_text("Choose which of the three it is.")
    expect(ada.locator(".draft")).to_have_count(0)
    assert field(ada, "why") == "Nobody saw it"
    ada.fill("[name=why]", "Nobody saw it, nobody at all")
    ada.goto("/incidents/1/cancel")
    assert field(ada, "why") == "Nobody saw it, nobody at all"


def test_a_plan_that_somebody_set_meanwhile_is_shown_and_not_overwritten_unseen(ada: Page, seen: Screens) -> None:
    ada.goto(PLAN)
    ada.fill("[name=state]", "Log-in fails")
    ada.goto("/incidents/1")
    seen.home.tocsin.do(c.SetPlan(incident=ONE, state="All is well", next="Sleep"), by="bob")
    ada.goto(PLAN)
    assert (field(ada, "state"), field(ada, "next")) == ("Log-in fails", "Sleep")
    expect(ada.locator(".draft-now")).to_contain_text("All is well")
    ada.get_by_role("button", name="Set the plan").click()
    expect(ada.locator("main")).to_contain_text("while you were writing")
    assert plans(seen.home.tocsin) == ["All is well"]
    ada.get_by_role("button", name="Set it all the same").click()
    expect(ada).to_have_url(re.compile(r"/incidents/1#L\d+$"))
    assert plans(seen.home.tocsin) == ["All is well", "Log-in fails"]


def test_a_line_that_somebody_mended_meanwhile_is_shown(ada: Page, seen: Screens) -> None:
    ada.goto("/incidents/1/lines/3/edit")
    ada.fill("[name=text]", "It is very slow.")
    ada.goto("/")
    seen.home.tocsin.do(c.EditNote(incident=ONE, line=entries(seen.home.tocsin)[2].seq, text="It is down."), by="ada")
    ada.goto("/incidents/1/lines/3/edit")
    assert field(ada, "text") == "It is very slow."
    expect(ada.locator(".draft-now")).to_contain_text("It is down.")


def test_who_insists_on_what_stood_there_before_somebody_changed_it_is_kept_too(ada: Page, seen: Screens) -> None:
    ada.goto("/incidents/1/lines/3/edit")
    ada.fill("[name=text]", "It is very slow.")
    ada.goto("/")
    seen.home.tocsin.do(c.EditNote(incident=ONE, line=entries(seen.home.tocsin)[2].seq, text="It is down."), by="ada")
    ada.goto("/incidents/1/lines/3/edit")
    ada.fill("[name=text]", "It is slow.")
    ada.reload()
    assert field(ada, "text") == "It is slow."


def test_what_a_form_does_not_ask_for_any_more_is_shown_all_the_same(ada: Page) -> None:
    ada.goto(PLAN)
    ada.fill("[name=cause]", "A quota")
    another = "all => all.forEach(key => localStorage[key] = localStorage[key].replaceAll('cause', 'reason'))"
    ada.evaluate(another, keys(ada))
    ada.reload()
    expect(ada.locator(".draft-now")).to_contain_text("A quota")


def test_what_was_taken_though_no_answer_came_is_not_offered_again(ada: Page, seen: Screens) -> None:
    ada.goto(PLAN)
    ada.fill("[name=state]", "Log-in fails")
    ada.route("**" + PLAN, lambda route: (route.fetch(), route.abort()) if route.request.method == "POST" else None)
    ada.get_by_role("button", name="Set the plan").click()
    expect(ada.locator(".not-sent")).to_be_visible()
    ada.unroute_all()
    ada.goto(PLAN)
    expect(ada.locator(".draft")).to_have_count(0)
    assert (plans(seen.home.tocsin), keys(ada)) == (["Log-in fails"], [])


# ── a server that is away ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_sent_to_a_server_that_was_killed_stays_and_is_sent_once_when_it_is_back(
    tmp_path: Path, chromium: Browser
) -> None:
    office = installed(tmp_path)
    name, _, token = office.cookies["ada"].partition("=")
    with serving(tmp_path) as server:
        context = chromium.new_context(base_url=server.address)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": name, "value": token, "url": server.address}])
        page = context.new_page()
        page.goto(PLAN)
        page.fill("[name=state]", "Written while it died")
        server.process.kill()
        server.process.wait()
        page.get_by_role("button", name="Set the plan").click()
        expect(page.locator(".not-sent")).to_have_text(
            "Not sent: the server cannot be reached. What you wrote is kept."
        )
        assert field(page, "state") == "Written while it died"
    with serving(tmp_path, port=urlsplit(server.address).port or 0) as server:
        page.reload()
        assert field(page, "state") == "Written while it died"
        expect(page.locator(".draft")).to_contain_text(KEPT)
        page.get_by_role("button", name="Set the plan").click()
        expect(page).to_have_url(re.compile(r"/incidents/1#L\d+$"))
        context.close()
        server.stop()
    with open_store(office.url) as store:
        assert plans(Tocsin(store, playbooks.default())) == ["Written while it died"]


def test_a_page_that_was_left_while_the_server_was_away_has_it_when_one_comes_back(ada: Page) -> None:
    ada.goto("/wrong")
    ada.fill("[name=text]", "The hub is slow")
    ada.context.set_offline(True)
    ada.get_by_role("button", name=re.compile("Note it")).click()
    expect(ada.locator(".not-sent")).to_be_visible()
    ada.close()
    ada.context.set_offline(False)
    later = ada.context.new_page()
    later.goto("/wrong")
    expect(later.locator("[name=text]")).to_have_value("The hub is slow")


# ── two tabs ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tabs(ada: Page, seen: Screens) -> tuple[Page, Page]:
    """Two of one browser, both in the room."""
    return opened(seen, ada), opened(seen, seen.tab(ada.context))


def test_each_of_two_tabs_keeps_its_own_text_when_the_other_sends(tabs: tuple[Page, Page], seen: Screens) -> None:
    one, other = tabs
    one.fill(TEXT, "From the one")
    other.fill(TEXT, "From the other")
    said(one, "From the one")
    expect(one.locator(TEXT)).to_have_value("")
    other.reload()
    one.reload()
    assert (one.input_value(TEXT), other.input_value(TEXT)) == ("", "From the other")
    other.press(TEXT, "Control+Enter")
    expect(other.locator(TEXT)).to_have_value("")
    assert notes(seen)[1:] == ["From the one", "From the other"]


def test_what_both_left_unsent_a_new_tab_finds_one_after_the_other(tabs: tuple[Page, Page], seen: Screens) -> None:
    texts = ["From the one", "From the other"]
    for tab, text in zip(tabs, texts, strict=True):
        tab.fill(TEXT, text)
    for tab in tabs:
        tab.close()
    later = seen.tab(tabs[0].context)
    later.goto("/incidents/1")
    for _ in texts:
        expect(later.locator(TEXT)).not_to_have_value("")
        later.press(TEXT, "Control+Enter")
        expect(later.locator(TEXT)).to_have_value("")
        later.reload()
    assert sorted(notes(seen)[1:]) == texts


def test_a_tab_that_is_open_keeps_what_it_has_from_a_new_one(tabs: tuple[Page, Page], seen: Screens) -> None:
    tabs[0].fill(TEXT, "Mine")
    later = opened(seen, seen.tab(tabs[0].context))
    later.wait_for_timeout(1000)
    assert later.input_value(TEXT) == ""
    tabs[0].reload()
    assert tabs[0].input_value(TEXT) == "Mine"


def test_what_a_browser_had_that_died_is_found_by_the_next(ada: Page, seen: Screens) -> None:
    room = opened(seen, ada)
    room.fill(TEXT, "Then the battery was empty")
    kept = room.evaluate("({...localStorage})")  # nothing has said that it goes
    later = seen.of("ada")
    later.goto("/keys")
    later.evaluate("kept => Object.entries(kept).forEach(([key, value]) => localStorage.setItem(key, value))", kept)
    opened(seen, later)
    expect(later.locator(TEXT)).to_have_value("Then the battery was empty")


def test_lines_that_two_tabs_wrote_offline_are_all_sent(tabs: tuple[Page, Page], seen: Screens) -> None:
    tabs[0].context.set_offline(True)
    for number in range(3):
        for tab in tabs:
            said(tab, f"{number} of {tabs.index(tab)}")
            expect(tab.locator("#unsent")).to_contain_text(f"{number} of {tabs.index(tab)}")
    tabs[0].context.set_offline(False)
    for tab in tabs:
        expect(tab.locator("#unsent .unsent")).to_have_count(0)
    assert notes(seen)[1:] == [f"{number} of {tab}" for number in range(3) for tab in range(2)]


# ── a line that waited and was refused ─────────────────────────────────────────────────────────────────────────────


def test_a_line_that_waited_and_was_refused_keeps_its_time_when_it_is_changed(ada: Page, seen: Screens) -> None:
    room = opened(seen, ada)
    room.clock.install(time=seen.home.clock())
    room.context.set_offline(True)
    said(room, "/nonsense")
    expect(room.locator("#unsent")).to_contain_text("/nonsense")
    written = room.evaluate("JSON.parse(Object.entries(localStorage).find(([key]) => key.includes(':queue:'))[1]).at")
    room.context.set_offline(False)
    room.get_by_role("button", name="Change it").click()
    expect(room.locator(TEXT)).to_have_value("/nonsense")
    expect(room.locator(".draft")).to_contain_text("it stands in the log at that time")
    room.reload()
    seen.home.clock.later()
    said(room, "Sense")
    until(room, lambda: "Sense" in notes(seen))
    assert entries(seen.home.tocsin)[-1].at.at.isoformat()[:19] == written[:19]


def test_what_is_written_instead_of_it_stands_at_its_own_time(ada: Page, seen: Screens) -> None:
    room = opened(seen, ada)
    room.context.set_offline(True)
    said(room, "/nonsense")
    room.context.set_offline(False)
    room.get_by_role("button", name="Change it").click()
    expect(room.locator(TEXT)).to_have_value("/nonsense")
    room.fill(TEXT, "")
    assert room.input_value("[name=at]") == ""
    said(room, "Something else")
    until(room, lambda: "Something else" in notes(seen))
    assert entries(seen.home.tocsin)[-1].at.at == seen.home.clock()
