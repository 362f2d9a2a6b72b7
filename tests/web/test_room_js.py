"""The open room in a real browser: lines as they come, nothing lost that somebody types, and a calm word when away."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import PATIENCE
from tests.engine.office import declared, entries, note
from tests.web.screens import Screens
from tocsin.core import commands as c
from tocsin.core.events import Noted
from tocsin.core.ids import Handle, IncidentNumber
from tocsin.store import sessions

ONE = IncidentNumber(1)


@pytest.fixture
def room(seen: Screens) -> Page:
    """Ada's, of incident 1; its stream is open."""
    declared(seen.home.tocsin)
    seen.home.clock.later()
    return opened(seen, seen.of("ada"))


def opened(seen: Screens, page: Page) -> Page:
    before = seen.home.site.live.open
    page.goto("/incidents/1")
    until(page, lambda: seen.home.site.live.open > before)
    return page


def until(page: Page, is_so: Callable[[], object]) -> None:
    """Wait for what no page shows."""
    ends = time.monotonic() + PATIENCE / 1000
    while not is_so():
        assert time.monotonic() < ends, "It has not come to that."
        page.wait_for_timeout(20)


def said(page: Page, text: str) -> None:
    """Type it into the composer and send it."""
    page.fill("textarea[name=text]", text)
    page.press("textarea[name=text]", "Control+Enter")


def notes(seen: Screens) -> list[str]:
    return [entry.event.text for entry in entries(seen.home.tocsin) if isinstance(entry.event, Noted)]


def cut(page: Page) -> None:
    """The server cannot be reached from this browser."""
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()


def mended(page: Page) -> None:
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_have_count(0)


# ── lines ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_of_somebody_else_appears_on_top_and_is_told_politely(room: Page, seen: Screens) -> None:
    seen.home.tocsin.do(c.Note(incident=ONE, text="The pods are pending."), by="bob")
    expect(room.locator("#log li.line").first).to_contain_text("The pods are pending.")
    expect(room.locator("#news")).to_have_text("1 new line")
    expect(room.locator("#log li.line").first).to_have_class(re.compile("is-new"))


def test_a_line_is_kept_for_the_report_without_a_reload(room: Page, seen: Screens) -> None:
    line = note(seen.home.tocsin, ONE, "The quota is used up.")
    room.evaluate("window.stayed = true")
    pin = room.locator(f"#L{line} .pin")
    pin.click()
    expect(pin).to_have_attribute("aria-pressed", "true")
    assert room.evaluate("window.stayed")


def test_a_better_title_is_seen_at_once(room: Page, seen: Screens) -> None:
    seen.home.tocsin.do(c.Retitle(incident=ONE, title="Nobody can start a server"), by="bob")
    expect(room.locator("h1")).to_have_text("Nobody can start a server")


def test_now_and_triage_show_what_is_new_without_a_reload(seen: Screens) -> None:
    now, triage = seen.of("ada"), seen.of("bob")
    now.goto("/")
    triage.goto("/triage")
    seen.home.tocsin.do(c.NoteSignal(text="I cannot log in", criterion="login"), by="dana")
    expect(triage.locator("#signals")).to_contain_text("I cannot log in")
    declared(seen.home.tocsin)
    expect(now.locator("#now")).to_contain_text("Nobody can log in")


def test_a_line_that_happened_earlier_takes_its_place(room: Page, seen: Screens) -> None:
    first = note(seen.home.tocsin, ONE, "First")
    seen.home.clock.later(timedelta(minutes=10))
    last = note(seen.home.tocsin, ONE, "Last")
    at = seen.home.clock() - timedelta(minutes=5)
    between = seen.home.tocsin.do(c.Note(incident=ONE, text="Between"), by="bob", at=at).lines[0]
    expect(room.locator(f"#L{between}")).to_be_visible()
    ids = room.eval_on_selector_all("#log li.line", "all => all.map(each => each.id)")
    assert ids[:3] == [f"L{last}", f"L{between}", f"L{first}"]


def test_a_line_of_another_day_gets_its_day(room: Page, seen: Screens) -> None:
    at = seen.home.clock() - timedelta(days=2)
    seen.home.tocsin.do(c.Note(incident=ONE, text="Two days ago"), by="bob", at=at)
    expect(room.locator("#log .day h3")).to_have_count(2)
    drawn = room.locator("#log .day h3").all_inner_texts()
    room.reload()
    assert room.locator("#log .day h3").all_inner_texts() == drawn


def test_focus_stays_where_it_is_and_what_is_open_stays_open(room: Page, seen: Screens) -> None:
    room.focus("textarea[name=text]")
    room.evaluate("document.querySelector('#links').open = false")
    note(seen.home.tocsin, ONE, "Hello")
    seen.home.tocsin.do(c.Retitle(incident=ONE, title="Nobody can start a server"), by="ada")
    seen.home.tocsin.do(c.LinkTicket(incident=ONE, ticket="FD-2291"), by="ada")
    expect(room.locator("#links")).to_contain_text("FD-2291")
    assert room.evaluate("document.activeElement.name") == "text"
    assert room.evaluate("document.querySelector('#links').open") is False


def test_an_edit_changes_the_line_in_its_place(room: Page, seen: Screens) -> None:
    seq = note(seen.home.tocsin, ONE, "Wrnog")
    expect(room.locator(f"#L{seq}")).to_contain_text("Wrnog")
    seen.home.tocsin.do(c.EditNote(incident=ONE, line=seq, text="Wrong"), by="ada")
    expect(room.locator(f"#L{seq}")).to_contain_text("Wrong")
    expect(room.locator(f"#L{seq}")).to_have_count(1)


def test_a_tab_that_nobody_sees_closes_its_stream_and_catches_up_when_shown(room: Page, seen: Screens) -> None:
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += " document.dispatchEvent(new Event('visibilitychange')) }"
    room.evaluate(hide, True)
    until(room, lambda: seen.home.site.live.open == 0)
    seqs = [note(seen.home.tocsin, ONE, f"Meanwhile {number}") for number in range(3)]
    room.evaluate(hide, False)
    for seq in seqs:
        expect(room.locator(f"#L{seq}")).to_have_count(1)


# ── away, and back ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_is_offline_is_told_since_when_and_catches_up_without_gaps_or_doubles(
    room: Page, seen: Screens
) -> None:
    seen.home.site.live.close()  # the line is cut, as by a proxy that gives up
    seen.home.site.live.closed = False
    room.context.set_offline(True)
    expect(room.locator("#offline")).to_have_text(
        re.compile(r"^Offline since \d\d:\d\d\. You see what was here then\.$")
    )
    seqs = [note(seen.home.tocsin, ONE, f"Meanwhile {number}") for number in range(3)]
    mended(room)
    for seq in seqs:
        expect(room.locator(f"#L{seq}")).to_have_count(1)


def test_lines_written_offline_wait_and_are_sent_in_order_once_and_at_their_own_time(room: Page, seen: Screens) -> None:
    cut(room)
    for text in ("One", "Two", "Three"):
        said(room, text)
        expect(room.locator("#unsent")).to_contain_text(text)
    expect(room.locator("#unsent .unsent").first).to_contain_text("not sent yet")
    room.wait_for_timeout(1000)
    expect(room.locator("#offline")).to_be_visible()
    assert notes(seen) == []
    mended(room)
    expect(room.locator("#unsent .unsent")).to_have_count(0)
    assert notes(seen) == ["One", "Two", "Three"]


def test_a_line_whose_answer_was_lost_is_there_once(room: Page, seen: Screens) -> None:
    """The second sending waits until it was seen that the line waits: on a fast day that is a moment only."""
    lost: list[str] = []
    again: list[Route] = []

    def lose(route: Route) -> None:
        if lost:
            again.append(route)
        else:
            lost.append(route.fetch().text())  # the server has it
            route.abort()

    room.route("**/incidents/1/lines", lose)
    said(room, "Only once")
    expect(room.locator("#unsent")).to_contain_text("Only once")
    until(room, lambda: again)
    again[0].continue_()
    expect(room.locator("#unsent .unsent")).to_have_count(0)
    assert (notes(seen), len(lost)) == (["Only once"], 1)
    expect(room.locator("#composer-errors")).to_have_count(0)


def test_what_is_typed_while_a_line_is_on_its_way_stays_and_is_a_line_of_its_own(room: Page, seen: Screens) -> None:
    held: list[Route] = []
    room.route("**/incidents/1/lines", lambda route: held.append(route), times=1)
    said(room, "The first")
    room.press("textarea[name=text]", "Enter")
    room.locator("textarea[name=text]").press_sequentially("The second")
    until(room, lambda: held)
    held[0].continue_()
    expect(room.locator("textarea[name=text]")).to_have_value("The second")
    room.press("textarea[name=text]", "Control+Enter")
    expect(room.locator("textarea[name=text]")).to_have_value("")
    assert notes(seen) == ["The first", "The second"]


def test_what_is_changed_after_an_answer_that_was_lost_is_a_line_of_its_own(room: Page, seen: Screens) -> None:
    def lose(route: Route) -> None:
        route.fetch()  # the server has it; something in between says otherwise
        route.fulfill(status=422, body="")

    room.route("**/incidents/1/lines", lose, times=1)
    said(room, "It is down")
    expect(room.locator("#composer-errors")).to_contain_text("It is kept here")
    said(room, "It is down, and slow")
    expect(room.locator("textarea[name=text]")).to_have_value("")
    assert notes(seen) == ["It is down", "It is down, and slow"]


@pytest.mark.parametrize(("then", "there"), [("Sent", ["Sent"]), ("Sent, and more", ["Sent", "Sent, and more"])])
def test_a_page_that_was_left_before_the_answer_tells_the_same_words_from_others(
    room: Page, seen: Screens, then: str, there: list[str]
) -> None:
    lost: list[int] = []
    room.route("**/incidents/1/lines", lambda route: lost.append(route.fetch().status))  # and no answer
    room.fill("textarea[name=text]", "Sent")
    room.press("textarea[name=text]", "Control+Enter")
    until(room, lambda: lost)
    later = seen.tab(room.context)
    room.close()
    later.goto("/incidents/1")
    expect(later.locator("textarea[name=text]")).to_have_value("Sent")
    said(later, then)
    expect(later.locator("textarea[name=text]")).to_have_value("")
    assert notes(seen) == there


def test_what_is_refused_stays_with_the_reason(room: Page, seen: Screens) -> None:
    said(room, "/assign nobody-there commander")
    expect(room.locator("#composer-errors")).to_be_visible()
    assert room.input_value("textarea[name=text]") == "/assign nobody-there commander"


# ── drafts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_survives_a_reload_and_is_gone_once_it_was_sent(room: Page, seen: Screens) -> None:
    room.check("input[value=finding]")
    room.fill("textarea[name=text]", "Half a thought")
    room.reload()
    assert room.input_value("textarea[name=text]") == "Half a thought"
    assert room.is_checked("input[value=finding]")
    room.press("textarea[name=text]", "Control+Enter")
    expect(room.locator("#log li.line").first).to_contain_text("Half a thought")
    expect(room.locator("textarea[name=text]")).to_have_value("")  # the line may come by the stream before the answer
    room.reload()
    assert (room.input_value("textarea[name=text]"), notes(seen)) == ("", ["Half a thought"])


def test_a_draft_is_its_authors_alone(room: Page, seen: Screens) -> None:
    room.fill("textarea[name=text]", "Mine")
    seen.sign_in(room.context, "bob")
    room.reload()
    assert room.input_value("textarea[name=text]") == ""
    seen.sign_in(room.context, "ada")
    room.reload()
    assert room.input_value("textarea[name=text]") == "Mine"


def test_whoever_was_signed_out_keeps_what_they_wrote_and_it_is_sent_when_they_are_back(
    room: Page, seen: Screens
) -> None:
    seen.home.tocsin.store.run(lambda connection: sessions.end_all(connection, Handle("ada")))
    expect(room.locator("#signed-out")).to_contain_text("Sign in again")
    said(room, "Kept")
    assert notes(seen) == []
    seen.sign_in(room.context, "ada")
    room.reload()
    if room.input_value("textarea[name=text]"):
        room.press("textarea[name=text]", "Control+Enter")
    expect(room.locator("#log li.line").first).to_contain_text("Kept")
    assert notes(seen) == ["Kept"]


def test_a_form_from_before_a_new_sign_in_is_renewed_and_sent(room: Page, seen: Screens) -> None:
    seen.sign_in(room.context, "ada")
    said(room, "With an old form")
    expect(room.locator("#log li.line").first).to_contain_text("With an old form")
    assert notes(seen) == ["With an old form"]


def test_on_a_phone_too_nothing_scrolls_sideways_with_lines_that_wait(seen: Screens) -> None:
    declared(seen.home.tocsin)
    room = opened(seen, seen.of("ada", (390, 844)))
    cut(room)
    said(room, "kubectl " + "get-pods-in-every-namespace-there-is " * 20)
    expect(room.locator("#unsent .unsent")).to_have_count(1)
    assert room.evaluate("document.documentElement.scrollWidth <= innerWidth")
    mended(room)


def test_what_is_too_long_to_be_sent_stays_and_says_so(room: Page, seen: Screens) -> None:
    room.evaluate("document.querySelector('textarea[name=text]').value = 'x'.repeat(600000)")
    room.press("textarea[name=text]", "Control+Enter")
    expect(room.locator("#composer-errors")).to_contain_text("more than one line can hold")
    assert len(room.input_value("textarea[name=text]")) == 600_000
    assert notes(seen) == []
