"""Handing a role over: why, to whom, with which brief; it changes hands when they accept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.world import DANA
from tests.engine.office import declared, entries
from tests.web.house import House, Page
from tests.web.screens import Screens
from tests.web.test_room import statements
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.people import TOCSIN, Party

ONE = IncidentNumber(1)
PATH = "/incidents/1/hand-over"
COMMANDER, BOB = Slug("commander"), Handle("bob")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def opened(home: House) -> House:
    """Incident 1 is open, and Ada commands; Bob is at work, Dana of Tokyo is not."""
    home.tocsin.do(c.UpdateDirectory(people=(replace(DANA, zone="Asia/Tokyo"),)), by=TOCSIN)
    declared(home.tocsin)
    home.clock.later()
    return home


def look(home: House, query: str = "", handle: str = "ada") -> Page:
    return home.browser(handle).get(PATH + query)


def send(home: House, handle: str = "ada", **fields: object) -> Page:
    return home.browser(handle).send(PATH, **fields)


def last(home: House) -> e.Event:
    return entries(home.tocsin)[-1].event


def test_whoever_is_at_work_is_proposed_and_whoever_asks_is_no_choice(opened: House) -> None:
    page = look(opened)
    assert "Hand over command" in page.words and "You hold it until somebody accepts." in page.words
    assert 'value="bob" checked' in page.text and 'value="ada"' not in page.text
    assert "Bob Kahn UTC, 12:01 · at work until 17:00 proposed" in page.words
    assert "1 outside their hours" in page.words and "Tokyo, 21:01" in page.words


def test_it_says_why_when_handing_over_is_due(opened: House) -> None:
    assert "Handing over is expected of everybody." not in look(opened).words
    opened.clock.later(timedelta(hours=4, minutes=45))
    assert "Ada Lovelace has commanded for 4 h 46 min" in look(opened).words


def test_the_brief_stands_there_as_they_will_read_it(opened: House) -> None:
    opened.tocsin.do(c.SetPlan(incident=ONE, state="Nobody can log in.", next="Restart."), by="ada")
    page = send(opened, to="dana", text="It is late.", do="preview")
    assert "In their words: It is late." in page.words and "What comes next: Restart." in page.words
    assert "To Dana Scott" in page.words and "No mail address of Dana Scott is known" in page.words
    assert isinstance(last(opened), e.PlanSet)


def test_a_group_is_shown_the_letter_of_one_of_it(opened: House) -> None:
    assert "To Bob Kahn" in look(opened, "?to=triagers").words
    assert "Choose somebody, and their letter stands here" in look(opened, "?to=mars").words


def test_it_is_offered_and_stays_until_they_accept(opened: House) -> None:
    page = send(opened, to="bob", text="It is late.", do="offer")
    assert page.status == 303
    assert last(opened) == e.RoleOffered(role=COMMANDER, to=Party(person=BOB), text="It is late.")
    assert "It is offered to Bob Kahn by you, since 12:01 . Until they answer, you stay." in look(opened).words


def test_an_offer_to_somebody_else_takes_the_place_of_the_first(opened: House) -> None:
    send(opened, to="bob", do="offer")
    send(opened, to="triagers", do="offer")
    words = look(opened).words
    assert "It is offered to Support Triagers" in words and "It is offered to Bob Kahn" not in words


def test_whoever_has_agreed_already_has_it_at_once(opened: House) -> None:
    send(opened, to="bob", do="assign")
    assert isinstance(last(opened), e.RoleAssigned)
    assert "Bob Kahn holds it until somebody accepts." in look(opened).words


def test_another_role_than_command_may_be_named(opened: House) -> None:
    page = look(opened, "?role=liaison")
    assert "Hand over the role of External Liaison" in page.words and "Nobody holds it now." in page.words
    opened.browser("ada").send(f"{PATH}?role=liaison", PATH, to="bob", do="offer")
    assert last(opened) == e.RoleOffered(role=Slug("liaison"), to=Party(person=BOB))


def test_whom_has_to_be_chosen_and_the_word_stays(opened: House) -> None:
    page = send(opened, to="", text="It is & late.", do="offer")
    assert page.status == 422 and "Choose to whom." in page.words and "It is &amp; late.</textarea>" in page.text


def test_who_must_stop_is_told_how(opened: House) -> None:
    page = look(opened)
    assert "I need to stop now." in page.words and 'href="/incidents/1/roles"' in page.text


def test_of_what_is_over_nothing_is_handed_over(opened: House) -> None:
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Tried."), by="ada")
    assert "It is over, so there is nothing to hand over." in look(opened).words


def test_where_nobody_is_at_work_it_says_so(opened: House) -> None:
    opened.clock.later(timedelta(hours=8))
    page = look(opened)
    assert "Nobody else is at work now." in page.words and "checked" not in page.text


@pytest.mark.parametrize(("handle", "status"), [("ola", 403), ("charlie", 403), ("", 303)])
def test_only_whoever_responds_hands_over(handle: str, status: int, opened: House) -> None:
    browser = opened.browser(handle)
    assert browser.get(PATH).status == status
    fields = {"csrf": opened.proof(browser), "do": "assign", "to": "bob"}
    assert browser.post(PATH, fields).status in (401, 403)
    assert isinstance(last(opened), e.RoleAssigned) and len(entries(opened.tocsin)) == 2


def test_there_is_no_page_for_what_is_not_there(opened: House) -> None:
    assert opened.browser("ada").get("/incidents/2/hand-over").status == 404


def test_hostile_words_stay_words(opened: House) -> None:
    opened.tocsin.do(c.Retitle(incident=ONE, title=HOSTILE), by="ada")
    opened.tocsin.do(c.UpdateDirectory(people=(replace(DANA, name=HOSTILE),)), by=TOCSIN)
    page = send(opened, to="dana", text=HOSTILE, do="preview")
    assert page.status == 200 and "<script>alert" not in page.text
    assert "<script>alert" not in look(opened, f"?role={HOSTILE}&to={HOSTILE}").text


def test_more_people_cost_no_more_questions(home_on_both: House) -> None:
    home, counts = home_on_both, []
    declared(home.tocsin)
    for more in (0, 20):
        people = tuple(replace(DANA, handle=Handle(f"p{each}"), name=f"P {each}", email="") for each in range(more))
        home.tocsin.do(c.UpdateDirectory(people=people), by=TOCSIN)
        browser = home.browser("ada")
        for path in (PATH, "/incidents/1/update"):
            browser.get(path)
            with statements() as seen:
                browser.get(path)
            counts.append(len([each for each in seen if not each.startswith("BEGIN")]))
    assert counts[:2] == counts[2:] and max(counts) <= 14


def test_the_brief_follows_whom_one_chooses(seen: Screens) -> None:
    declared(seen.home.tocsin)
    page = seen.of("ada")
    page.goto(PATH)
    page.get_by_role("radio", name="Support Triagers").check()
    page.locator(".mail__b", has_text="somebody of Support Triagers").or_(
        page.locator(".mail__h", has_text="Bob Kahn")
    ).first.wait_for()
    page.get_by_role("button", name="Offer it").first.click()
    page.wait_for_url("**/incidents/1#L*")


@pytest.mark.parametrize("do", ["assign", "offer"])
def test_a_role_that_does_not_exist_is_not_taken_for_command(do: str, opened: House) -> None:
    before = len(entries(opened.tocsin))
    page = send(opened, role="scribee", do=do, to="bob", text="Can you?")
    assert (page.status, len(entries(opened.tocsin))) == (422, before)
    assert "has no role “scribee”" in page.words
    assert "Can you?</textarea>" in page.text


def test_what_was_written_to_whoever_takes_over_is_there_still_once_it_is_over(opened: House) -> None:
    browser = opened.browser("ada")
    form = browser.get(PATH).hidden(PATH)
    opened.tocsin.do(c.Cancel(incident=ONE, reason="false-alarm"), by="bob")
    page = browser.post(PATH, {**form, "to": "bob", "text": "The disk is <full>.", "do": "offer"})
    assert (page.status, "Incident 1 was cancelled." in page.words) == (422, True)
    assert "The disk is &lt;full&gt;.</textarea>" in page.text
