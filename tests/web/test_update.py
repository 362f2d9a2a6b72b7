"""Word to the communities: written beside its letters, approved, sent; and nothing that was typed is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.core.world import BOB, DUBOIS, NOON, TORONTO
from tests.engine.office import entries
from tests.web.house import House, Page
from tests.web.screens import Screens
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.people import TOCSIN, Person

ONE = IncidentNumber(1)
PATH = "/incidents/1/update"
HOSTILE = '"><script>alert(1)</script>'
DIANE = Person(handle=Handle("diane"), name="Diane Du Bois", kind="community", email="diane@dubois.example")
LATER = (NOON + timedelta(hours=2)).isoformat(timespec="minutes")
WORD = "You can log in again."


@pytest.fixture
def opened(home: House) -> House:
    """Incident 1 is open for two communities on clocks of their own; Ada commands, Bob talks with them."""
    places = (
        replace(TORONTO, zone="America/Toronto"),
        replace(DUBOIS, zone="Asia/Tokyo", representatives=(DIANE.handle,)),
    )
    home.tocsin.do(c.UpdateDirectory(people=(DIANE,), communities=places), by=TOCSIN)
    declare = c.Declare(title="Nobody can log in", commander="ada", communities=("utoronto", "dubois"))
    home.tocsin.do(declare, by="ada")
    home.tocsin.do(c.Assign(incident=ONE, role="liaison", person="bob"), by="ada")
    home.clock.later()
    return home


def send(home: House, handle: str = "ada", query: str = "", **fields: object) -> Page:
    """What the page holds, with what is typed."""
    typed = {"kind": "update", "text": WORD, "to": ["utoronto", "dubois"], "next": LATER, "do": "send", **fields}
    browser = home.browser(handle)
    hidden = browser.get(PATH + query).hidden(PATH)
    return browser.post(PATH, {**hidden, **typed})


def words(home: House) -> list[Any]:
    found = (each.event for each in entries(home.tocsin))
    return [each for each in found if isinstance(each, e.Updated | e.UpdateProposed | e.ProposalTurnedDown)]


def proposed(home: House, text: str = WORD, communities: tuple[str, ...] = ()) -> Seq:
    command = c.ProposeUpdate(incident=ONE, text=text, communities=communities, next_by=NOON + timedelta(hours=2))
    return home.tocsin.do(command, by="bob").lines[0]


def letters(page: Page) -> list[str]:
    return re.findall(r'<article class="mail".*?</article>', page.text, flags=re.S)


# ── what one begins with ──


def test_the_page_begins_with_the_message_that_is_next(opened: House) -> None:
    page = opened.browser("ada").get(PATH)
    assert page.status == 200
    assert "Write the first response" in page.words
    assert "We have seen that something is wrong: Nobody can log in." in page.words
    opened.tocsin.do(c.PostUpdate(incident=ONE, text="We are on it."), by="ada")
    assert "Write update 2" in opened.browser("ada").get(PATH).words


def test_who_heard_before_it_came_back_gets_an_update(opened: House) -> None:
    opened.tocsin.do(c.PostUpdate(incident=ONE, text="We are on it.", kind="first-response"), by="ada")
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Logged in."), by="ada")
    opened.clock.later()
    opened.tocsin.do(c.Reopen(incident=ONE, why="It is back."), by="ada")
    page = opened.browser("ada").get(PATH)
    assert "Write update 1" in page.words and "Write the first response" not in page.words


def test_one_community_is_addressed_and_several_are_not(opened: House) -> None:
    assert "Hello" not in opened.browser("ada").get(PATH).words
    page = opened.browser("ada").get(f"{PATH}?community=dubois")
    assert "Hello Diane Du Bois," in page.words
    assert len(letters(page)) == 1


def test_what_is_over_is_told_first_and_promises_nothing(opened: House) -> None:
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Logged in as a guest."), by="ada")
    page = opened.browser("ada").get(PATH)
    assert "Tell them that it is over" in page.words
    assert '<option value="none" selected>' in page.text


def test_everybody_gets_a_letter_with_times_on_their_own_clock(opened: House) -> None:
    page = send(opened, do="preview")
    assert page.status == 200
    toronto, tokyo = letters(page)
    assert "charlie@toronto.example" in toronto and "09:00 Toronto time (UTC-05:00)" in toronto
    assert "Diane Du Bois" in tokyo and "23:00 Tokyo time (UTC+09:00)" in tokyo
    assert words(opened) == []


def test_the_preview_is_the_letter_that_is_sent(opened: House) -> None:
    preview = letters(send(opened, do="preview", to="utoronto"))[0]
    send(opened, to="utoronto")
    update = words(opened)[-1]
    assert update.text in re.sub(r"<[^>]+>", "", preview)
    assert "You get this because you speak for University of Toronto." in preview


def test_the_promise_is_shown_on_their_clock_and_the_readers(opened: House) -> None:
    assert "08:35 in Toronto (13:35 UTC)" not in opened.browser("ada").get(PATH).words
    assert "09:00 in Toronto (14:00 UTC)" in send(opened, do="preview").words


# ── while one writes ──


def test_a_preview_keeps_all_that_was_typed(opened: House) -> None:
    page = send(opened, do="preview", text="It is & stays < down", to="dubois", own="2026-11-12T18:30")
    assert "It is &amp; stays &lt; down</textarea>" in page.text
    assert 'value="2026-11-12T18:30"' in page.text
    assert len(letters(page)) == 1
    assert "18:30 UTC" in page.words


def test_another_kind_begins_from_another_message_while_nobody_has_typed(opened: House) -> None:
    browser = opened.browser("ada")
    page = browser.get(PATH)
    hidden, text = page.hidden(PATH), re.search(r"<textarea.*?>\n(.*?)</textarea>", page.text, re.S)
    assert text
    fields = {**hidden, "kind": "update", "to": ["utoronto", "dubois"], "do": "preview"}
    from_browser = text[1].replace("&#34;", '"').replace("&#39;", "'").replace("\n", "\r\n")
    assert "Here is how things stand" in browser.post(PATH, {**fields, "text": from_browser}).words
    assert "Here is how things stand" not in browser.post(PATH, {**fields, "text": "My own."}).words


def test_the_message_can_be_had_again(opened: House) -> None:
    assert "Here is how things stand" in send(opened, do="template").words


def test_a_name_is_changed_by_one_press(opened: House) -> None:
    page = send(opened, text="You can wait. Bob mends it.", do="preview")
    assert "It names Bob. Say “an engineer”?" in page.words
    assert "<mark>Bob</mark>" in page.text
    changed = send(opened, text="You can wait. Bob mends it.", change="Bob", do="")
    assert "You can wait. An engineer mends it.</textarea>" in changed.text


def test_a_text_that_spoke_of_another_time_is_mended_and_read_again(opened: House) -> None:
    before = NOON + timedelta(hours=1)
    text = "You can wait. We write by Thursday, 12 November 2026, 08:00 Toronto time (UTC-05:00)."
    fields = {"text": text, "promised": before.isoformat(), "zone": "America/Toronto"}
    page = send(opened, **fields)
    assert page.status == 422
    assert "It is mended; read it once more." in page.words
    assert "09:00 Toronto time (UTC-05:00).</textarea>" in page.text


def test_a_script_gets_only_what_stands_beside_the_form(opened: House) -> None:
    browser = opened.browser("ada")
    hidden = browser.get(PATH).hidden(PATH)
    fields = {**hidden, "kind": "update", "text": WORD, "to": "dubois", "next": LATER, "do": "preview"}
    page = browser.post(PATH, fields, headers={"HX-Request": "true"})
    assert "<html" not in page.text and len(letters(page)) == 1
    assert '<template id="typed"' in page.text


# ── sending ──


def test_whoever_approves_sends(opened: House) -> None:
    page = send(opened)
    assert page.status == 303 and "#L" in page.response.headers["location"]
    assert words(opened) == [
        e.Updated(
            kind="update",
            text=WORD,
            communities=(TORONTO.slug, DUBOIS.slug),
            drafted_by=Handle("ada"),
            approved_by=Handle("ada"),
            next_by=NOON + timedelta(hours=2),
        )
    ]


def test_what_was_done_is_said_in_the_room(opened: House) -> None:
    browser = opened.browser("ada")
    hidden = browser.get(PATH).hidden(PATH)
    fields = {**hidden, "kind": "update", "text": WORD, "to": "dubois", "next": LATER, "do": "send"}
    assert "Sent to Du Bois." in browser.follow(browser.post(PATH, fields)).words


def test_a_sending_that_comes_twice_is_done_once(opened: House) -> None:
    browser = opened.browser("ada")
    hidden = browser.get(PATH).hidden(PATH)
    fields = {**hidden, "kind": "update", "text": WORD, "to": "dubois", "next": LATER, "do": "send"}
    assert [browser.post(PATH, fields).status for _ in range(2)] == [303, 303]
    assert len(words(opened)) == 1


def test_a_time_of_ones_own_counts_before_the_one_chosen(opened: House) -> None:
    send(opened, own="2026-11-12T18:30")
    assert words(opened)[0].next_by == NOON.replace(hour=18, minute=30)


def test_that_it_is_over_may_be_told_without_a_promise(opened: House) -> None:
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Logged in."), by="ada")
    send(opened, kind="resolved", next="none", was="resolved")
    assert (words(opened)[0].kind, words(opened)[0].next_by) == ("resolved", None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " "}, "Write what they should hear"),
        ({"text": "You can wait. [… what was tried]"}, "Something is left to fill in: what was tried."),
        ({"to": ""}, "Choose who gets it."),
        ({"next": "none", "was": "update"}, "Say by when they hear from us again."),
        ({"own": "2026-11-12T11:00"}, "That time has passed."),
        ({"own": "soon"}, "“soon” is no time."),
        ({"next": "9999-99-99"}, "Say by when they hear from us again."),
    ],
)
def test_what_will_not_do_comes_back_as_it_was_typed(fields: dict[str, Any], sentence: str, opened: House) -> None:
    page = send(opened, **fields)
    assert page.status == 422
    assert sentence in page.text
    assert (str(fields.get("text", WORD)).strip() + "</textarea>") in page.text or "text" in fields
    assert words(opened) == []


def test_a_community_that_nobody_knows_is_refused(opened: House) -> None:
    page = send(opened, to="mars")
    assert page.status == 422 and f"{WORD}</textarea>" in page.text


def test_what_somebody_else_sent_meanwhile_is_shown_and_nothing_is_lost(opened: House) -> None:
    browser = opened.browser("ada")
    hidden = browser.get(PATH).hidden(PATH)
    opened.tocsin.do(c.PostUpdate(incident=ONE, text="Bob was first."), by="bob")
    fields = {"kind": "update", "text": WORD, "to": "dubois", "next": LATER, "do": "send"}
    page = browser.post(PATH, {**hidden, **fields})
    assert page.status == 422
    assert "Bob Kahn sent word at 12:01, while you wrote." in page.words and "Bob was first." in page.words
    assert f"{WORD}</textarea>" in page.text
    assert browser.post(PATH, {**page.hidden(PATH), **fields}).status == 303


def test_what_one_proposed_in_another_tab_is_shown_before_it_is_proposed_twice(opened: House) -> None:
    browser = opened.browser("bob")
    fields = {"kind": "update", "text": WORD, "to": "dubois", "next": LATER, "do": "ask"}
    first, second = browser.get(PATH).hidden(PATH), browser.get(PATH).hidden(PATH)
    assert browser.post(PATH, {**first, **fields}).status == 303
    page = browser.post(PATH, {**second, **fields, "text": "You can log in, slowly."})
    assert page.status == 422 and len(words(opened)) == 1
    assert "You proposed word at 12:01 already" in page.words and "You can log in, slowly.</textarea>" in page.text
    assert f"/update?proposal={entries(opened.tocsin)[-1].seq}" in page.text


def test_word_sent_in_another_tab_is_shown_before_it_is_sent_twice(opened: House) -> None:
    browser = opened.browser("ada")
    fields = {"kind": "update", "text": WORD, "to": "dubois", "next": LATER, "do": "send"}
    first, second = browser.get(PATH).hidden(PATH), browser.get(PATH).hidden(PATH)
    assert browser.post(PATH, {**first, **fields}).status == 303
    page = browser.post(PATH, {**second, **fields})
    assert page.status == 422 and "You sent word at 12:01 already" in page.words
    assert browser.post(PATH, {**first, **fields}).status == 303 and len(words(opened)) == 1


def test_an_incident_without_communities_keeps_word_on_the_timeline(home: House) -> None:
    home.tocsin.do(c.Declare(title="Slow", commander="ada"), by="ada")
    assert "No community is named yet" in home.browser("ada").get(PATH).words
    assert send(home, to="").status == 303
    assert words(home)[0].communities == ()


def test_an_exercise_says_that_no_letter_leaves(home: House) -> None:
    home.tocsin.do(c.Declare(title="Slow", commander="ada", communities=("utoronto",), drill=True), by="ada")
    assert "This is an exercise: no letter leaves." in home.browser("ada").get(PATH).words


def test_a_community_that_nobody_speaks_for_is_told_of(home: House) -> None:
    home.tocsin.do(c.Declare(title="Slow", commander="ada", communities=("dubois",)), by="ada")
    page = home.browser("ada").get(PATH)
    assert "Nobody speaks for it yet" in page.words and 'href="/communities/dubois"' in page.text


# ── approval ──


def test_whoever_does_not_approve_asks_who_does(opened: House) -> None:
    page = opened.browser("bob").get(PATH)
    assert "Ask Ada Lovelace to approve and send" in page.words
    assert "shows it as approved by yourself" in page.words
    assert send(opened, "bob", do="ask").status == 303
    assert words(opened)[0] == e.UpdateProposed(
        kind="update",
        text=WORD,
        communities=(TORONTO.slug, DUBOIS.slug),
        next_by=NOON + timedelta(hours=2),
    )


def test_one_may_send_without_waiting(opened: House) -> None:
    send(opened, "bob")
    assert words(opened)[0].approved_by == "bob"


def test_where_nobody_commands_word_goes_out_without_approval(opened: House) -> None:
    opened.tocsin.do(c.Release(incident=ONE, role="commander"), by="ada")
    page = opened.browser("dana").get(PATH)
    assert "Nobody commands who could approve it." in page.words and "Send to 2 communities" in page.words


def test_a_proposal_is_read_changed_and_sent_as_its_authors(opened: House) -> None:
    seq = proposed(opened)
    page = opened.browser("ada").get(f"{PATH}?proposal={seq}")
    assert "Bob Kahn wrote this" in page.words and f"{WORD}</textarea>" in page.text
    send(opened, query=f"?proposal={seq}", text="You can log in. Slowly.")
    sent = words(opened)[-1]
    assert (sent.text, sent.drafted_by, sent.approved_by) == ("You can log in. Slowly.", "bob", "ada")


def test_a_proposal_is_turned_down_with_a_word_of_why(opened: House) -> None:
    seq = proposed(opened)
    fields = {"do": "turn-down", "proposal": seq}
    page = opened.browser("ada").send(f"{PATH}?proposal={seq}", PATH, **fields)
    assert page.status == 422 and "Say what should change, so that Bob Kahn can write it." in page.words
    assert f"{WORD}</textarea>" in page.text
    opened.browser("ada").send(f"{PATH}?proposal={seq}", PATH, **fields, why="Say since when.")
    assert words(opened)[-1] == e.ProposalTurnedDown(why="Say since when.")


def test_its_author_takes_it_back(opened: House) -> None:
    seq = proposed(opened)
    assert "Take it back" in opened.browser("bob").get(f"{PATH}?proposal={seq}").words
    opened.browser("bob").send(f"{PATH}?proposal={seq}", PATH, do="turn-down", proposal=seq)
    assert words(opened)[-1] == e.ProposalTurnedDown()
    again = opened.browser("bob").send(PATH, do="turn-down", proposal=seq)
    assert again.status == 422 and "It does not wait any more" in again.words


def test_a_proposal_that_went_out_meanwhile_is_said_and_what_was_typed_stays(opened: House) -> None:
    seq = proposed(opened)
    browser = opened.browser("ada")
    hidden = browser.get(f"{PATH}?proposal={seq}").hidden(PATH)
    opened.tocsin.do(c.TurnDownProposal(incident=ONE, proposal=seq), by="bob")
    fields = {"kind": "update", "text": "Mine: you can wait.", "to": "dubois", "next": LATER, "do": "send"}
    page = browser.post(PATH, {**hidden, **fields})
    assert page.status == 422
    assert "does not wait any more" in page.words and "Mine: you can wait.</textarea>" in page.text
    assert 'name="proposal"' not in page.text
    assert browser.post(PATH, {**page.hidden(PATH), **fields}).status == 303


def test_the_room_and_the_page_show_what_waits(opened: House) -> None:
    seq = proposed(opened, communities=("dubois",))
    room = opened.browser("ada").get("/incidents/1")
    assert f'href="/incidents/1/update?proposal={seq}"' in room.text
    assert "Bob Kahn proposed word to Du Bois" in room.words and "Not sent yet: it waits for approval" in room.words
    assert "Read it and send it" in opened.browser("ada").get(PATH).words
    send(opened, query=f"?proposal={seq}")
    after = opened.browser("ada").get("/incidents/1").words
    assert "proposed word" not in after and "Bob Kahn asked to send this" in after


def test_now_leads_whoever_approves_to_the_proposal(opened: House) -> None:
    seq = proposed(opened)
    assert f'href="/incidents/1/update?proposal={seq}"' in opened.browser("ada").get("/").text


# ── guards ──


@pytest.mark.parametrize(("handle", "status"), [("ola", 403), ("charlie", 403), ("", 303)])
def test_only_whoever_responds_writes_to_the_outside(handle: str, status: int, opened: House) -> None:
    browser = opened.browser(handle)
    assert browser.get(PATH).status == status
    page = browser.post(PATH, {"csrf": opened.proof(browser), "do": "send", "text": WORD, "to": "dubois"})
    assert page.status in (401, 403)
    assert words(opened) == []


@pytest.mark.parametrize("number", ["2", "0", "x"])
def test_there_is_no_page_for_what_is_not_there(number: str, opened: House) -> None:
    assert opened.browser("ada").get(f"/incidents/{number}/update").status == 404


def test_hostile_words_stay_words(opened: House) -> None:
    opened.tocsin.do(c.Retitle(incident=ONE, title=HOSTILE), by="ada")
    proposed(opened, HOSTILE)
    bob = replace(BOB, name=HOSTILE)
    opened.tocsin.do(c.UpdateDirectory(people=(bob,)), by=TOCSIN)
    for query in ("", "?proposal=4", f"?proposal={HOSTILE}&community={HOSTILE}"):
        page = opened.browser("ada").get(PATH + query)
        assert page.status == 200 and "<script>alert" not in page.text
    page = send(
        opened, do="preview", text=HOSTILE, to=HOSTILE, own=HOSTILE, promised=HOSTILE, zone=HOSTILE, seen="9" * 20
    )
    assert page.status == 200 and "<script>alert" not in page.text


# ── with a script ──


def test_the_letter_follows_what_is_typed_and_a_reload_loses_nothing(seen: Screens) -> None:
    seen.home.tocsin.do(c.Declare(title="Slow", commander="ada", communities=("utoronto",)), by="ada")
    page = seen.of("ada")
    page.goto(PATH)
    page.fill("#f-text", "You can wait for Bob.")
    page.locator(".mail mark", has_text="Bob").wait_for()
    assert page.locator("#next").input_value() != "none"
    page.reload()
    assert page.input_value("#f-text") == "You can wait for Bob."
    page.get_by_role("button", name="Change Bob").click()
    expect(page.locator("#f-text")).to_have_value("You can wait for an engineer.")


@pytest.mark.parametrize("time", ["9999-12-31T23:59+00:00", "0001-01-01T00:00+00:00"])
@pytest.mark.parametrize("field", ["promised", "next", "own"])
def test_a_time_at_the_end_of_the_calendar_is_as_if_it_were_not_there(field: str, time: str, opened: House) -> None:
    for zone in ("Asia/Tokyo", "America/Toronto"):
        page = send(opened, do="look", zone=zone, was="update", begun="", **{field: time})
        assert page.status in (200, 422)
