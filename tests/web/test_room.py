"""The room: what stands on top, who does what, what is missing, and who may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.engine.office import declared, resolved
from tests.web.house import House, Page
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.store import log
from tocsin.web.asked import Asked
from tocsin.web.room import reading

EVIL = "<script>alert('x')</script> \"quoted\""


@pytest.fixture
def number(home: House) -> IncidentNumber:
    """An open incident that Ada commands."""
    return declared(home.tocsin)


def room(home: House, number: IncidentNumber, who: str = "ada", query: str = "") -> Page:
    page = home.browser(who).get(f"/incidents/{number}{query}")
    assert page.status == 200, page.words
    return page


@contextmanager
def statements() -> Iterator[list[str]]:
    """What databases are asked meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def main_action(page: Page) -> str:
    found = re.search(r'id="lapse".*?btn--main[^>]*href="([^"]*)"', page.text, flags=re.S)
    return found[1] if found else ""


# ── after it came back ──


def came_back(home: House, number: IncidentNumber) -> None:
    """Resolved with an impact of an hour, reopened half an hour ago."""
    now = home.clock()
    home.tocsin.do(c.SetImpact(incident=number, start=now - timedelta(hours=1), end=now), by="ada")
    home.tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="ada")
    home.clock.later(timedelta(minutes=10))
    home.tocsin.do(c.Reopen(incident=number, why="It is back."), by="ada")
    home.clock.later(timedelta(minutes=20))


def test_what_came_back_goes_on_and_its_end_is_what_was_thought(home: House, number: IncidentNumber) -> None:
    came_back(home, number)
    page = room(home, number)
    assert "Impact so far, 1 h 30 min" in page.words and "Impact lasted" not in page.words
    assert "Impact thought to have ended" in page.words and "thought to be over from" in page.text


def test_the_end_of_what_came_back_is_asked_for_anew(home: House, number: IncidentNumber) -> None:
    came_back(home, number)
    home.tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="ada")
    assert "Say when the impact ended" in room(home, number).words


def test_the_playbooks_own_service_goes_by_its_name(home: House, number: IncidentNumber) -> None:
    own = home.tocsin.playbook.service
    home.tocsin.do(c.SetServices(incident=number, services=("utoronto/prod",)), by="ada")
    home.tocsin.do(c.SetServices(incident=number, services=(own.slug,)), by="ada")
    words = room(home, number).words
    assert own.name in words and f"services: {own.slug}" not in words
    line = home.browser("ada").get(f"/incidents/{number}/lines?only=1")
    assert own.name in line.words
    assert own.name in home.browser("ada").get("/incidents").words


# ── who may see it ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_shows_its_number_state_and_title(home: House, number: IncidentNumber) -> None:
    page = room(home, number)
    assert f"INC-{number} Open" in page.words
    assert '<h1 dir="auto" id="title">Nobody can log in</h1>' in page.text


@pytest.mark.parametrize("path", ["", "/lines", "/panels", "/lines?only=1"])
def test_a_representative_may_not_know_of_the_room(home: House, number: IncidentNumber, path: str) -> None:
    assert home.browser("charlie").get(f"/incidents/{number}{path}").status == 404


@pytest.mark.parametrize("told", ["99", "0", "x", "1" * 30])
def test_an_incident_that_is_not_there_has_no_room(home: House, told: str) -> None:
    for path in ("", "/lines", "/panels", "/lines?only=1"):
        assert home.browser("ada").get(f"/incidents/{told}{path}").status == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in(home: House, number: IncidentNumber) -> None:
    page = home.browser().get(f"/incidents/{number}")
    assert page.response.headers["location"] == f"/sign-in?to=%2Fincidents%2F{number}"


def test_an_observer_sees_everything_and_is_offered_nothing_to_do(home: House, number: IncidentNumber) -> None:
    page = room(home, number, "ola")
    assert "You look on." in page.words
    assert "btn--main" not in page.text
    assert '<button class="pin"' not in page.text
    assert re.findall(r'<form[^>]* action="([^"]*)"', page.text) == [f"/incidents/{number}/follow"]


# ── what stands on top ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_without_a_state_says_who_would_set_it(home: House, number: IncidentNumber) -> None:
    assert "Nobody has said yet how things stand." in room(home, number).words


def test_the_state_stands_on_top_signed_and_timed(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.SetPlan(incident=number, state="The hub is back. It is slow.", next="Wait."), by="ada")
    page = room(home, number)
    assert "<b>The hub is back.</b> It is slow." in page.text
    assert "Said by the commander, Ada Lovelace, at 12:00" in page.words


def test_earlier_states_are_kept(home: House, number: IncidentNumber) -> None:
    for state in ("We look.", "We found it."):
        home.tocsin.do(c.SetPlan(incident=number, state=state), by="ada")
    found = re.search(r"Earlier states.*?</details>", room(home, number).text, flags=re.S)
    assert found is not None
    assert "We look." in found[0]


def test_words_of_people_do_nothing_wherever_they_stand(home: House) -> None:
    number = home.tocsin.do(c.Declare(title=EVIL, description=EVIL, commander="ada"), by="ada").incident
    assert number is not None
    home.tocsin.do(c.SetPlan(incident=number, state=EVIL, cause=EVIL, next=EVIL), by="ada")
    home.tocsin.do(c.Note(incident=number, text=EVIL, output=EVIL, kind="command"), by="ada")
    home.tocsin.do(c.AddLink(incident=number, url="https://example.org/?a=%22", title=EVIL), by="ada")
    home.tocsin.do(c.LinkTicket(incident=number, ticket="javascript:alert(1)"), by="ada")
    page = room(home, number)
    assert "<script>alert" not in page.text
    assert 'href="javascript:' not in page.text


def test_the_impact_is_counted_from_its_beginning(home: House, number: IncidentNumber) -> None:
    began = home.clock() - timedelta(minutes=90)
    home.tocsin.do(c.SetImpact(incident=number, start=began), by="ada")
    assert "Impact so far, 1 h 30 min" in re.sub(r"\s+", " ", room(home, number).words)


def test_an_open_room_draws_where_we_are(home: House, number: IncidentNumber) -> None:
    assert ">now</text>" in room(home, number).text
    assert " style=" not in room(home, number).text


# ── the main action ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_promise_that_falls_due_beats_everything(home: House, number: IncidentNumber) -> None:
    soon = home.clock() + timedelta(minutes=18)
    home.tocsin.do(c.PostUpdate(incident=number, kind="first-response", text="We look.", next_by=soon), by="ada")
    home.tocsin.do(c.OfferRole(incident=number, role="commander", to="bob"), by="ada")
    page = room(home, number, "bob")
    assert main_action(page) == f"/incidents/{number}/update"
    assert "Promised by 12:18" in page.words and "in 18 min" in page.words


def test_a_promise_that_was_broken_says_since_when(home: House, number: IncidentNumber) -> None:
    soon = home.clock() + timedelta(minutes=18)
    home.tocsin.do(c.PostUpdate(incident=number, kind="first-response", text="We look.", next_by=soon), by="ada")
    home.clock.later(timedelta(minutes=30))
    assert "Was promised by 12:18 UTC, 12 min ago" in room(home, number).words


def test_then_comes_an_offer_to_whoever_reads(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.OfferRole(incident=number, role="commander", to="bob"), by="ada")
    page = room(home, number, "bob")
    assert main_action(page) == f"/incidents/{number}/roles"
    assert "is offered to you by Ada Lovelace" in page.words
    assert main_action(room(home, number, "dana")) == f"/incidents/{number}/update"


def test_an_offer_to_a_group_is_one_to_each_of_its_members(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.OfferRole(incident=number, role="commander", to="triagers"), by="ada")
    assert "is offered to Support Triagers" in room(home, number, "bob").words
    assert main_action(room(home, number, "bob")) == f"/incidents/{number}/roles"


def test_taking_an_offer_works_from_the_room(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.OfferRole(incident=number, role="commander", to="bob"), by="ada")
    browser = home.browser("bob")
    sent = browser.send(f"/incidents/{number}", f"/incidents/{number}/roles", do="accept")
    assert sent.status == 303
    assert "You command" in room(home, number, "bob").words


def test_then_the_gate_that_is_nearest(home: House) -> None:
    number = declared(home.tocsin)
    home.tocsin.do(c.Release(incident=number, role="commander"), by="ada")
    page = room(home, number, "bob")
    assert "Nobody commands" in page.words
    assert main_action(page) == f"/incidents/{number}/roles"


def test_there_is_one_main_action_on_the_desk_and_the_same_on_a_phone(home: House, number: IncidentNumber) -> None:
    page = room(home, number)
    hrefs = re.findall(r'btn--main[^"]*" href="([^"]*)"', page.text)
    assert len(hrefs) == 2 and len(set(hrefs)) == 1


# ── who does what, and what is missing ─────────────────────────────────────────────────────────────────────────────


def test_a_role_shows_who_has_it_where_and_for_how_long(home: House, number: IncidentNumber) -> None:
    home.clock.later(timedelta(minutes=47))
    page = room(home, number, "bob")
    assert "Incident Commander Ada Lovelace" in page.words
    assert "for 47 min" in page.words


def test_an_empty_role_can_be_taken(home: House, number: IncidentNumber) -> None:
    assert "External Liaison Nobody yet Take it" in room(home, number).words


def test_what_somebody_was_asked_for_stands_there_with_what_came_of_it(home: House, number: IncidentNumber) -> None:
    ask = home.tocsin.do(c.Delegate(incident=number, what="Look at the quota", to="bob"), by="ada").lines[0]
    assert "Bob Kahn , not answered yet" in room(home, number).words
    home.tocsin.do(c.AcceptAsk(incident=number, ask=ask), by="bob")
    home.tocsin.do(c.FinishAsk(incident=number, ask=ask, outcome="It is used up."), by="bob")
    assert "It is used up." in room(home, number).words


def test_what_is_missing_stands_there_with_its_remedy(home: House, number: IncidentNumber) -> None:
    page = room(home, number)
    assert "Before you can resolve" in page.words
    assert f'<a href="/incidents/{number}/resolve">Write one sentence</a>' in page.text
    assert "University of Toronto has not been told yet." in page.words


def test_a_step_links_to_the_line_that_shows_it(home: House, number: IncidentNumber) -> None:
    process = room(home, number).text.split('id="process"')[1]
    assert f'href="/incidents/{number}?at=1#L1"' in process


def test_after_hours_in_the_role_handing_over_is_suggested(home: House, number: IncidentNumber) -> None:
    home.clock.later(timedelta(hours=4, minutes=5))
    page = room(home, number)
    assert "Hand over? Ada Lovelace has commanded for 4 h 5 min" in page.words
    assert f"/incidents/{number}/hand-over" in page.text


def test_whoever_is_offered_a_role_is_asked_above_all_else(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.OfferRole(incident=number, role="commander", to="bob"), by="ada")
    said = "Ada Lovelace offers you the role of Incident Commander. Until you answer, it stays as it is. Answer"
    assert said in room(home, number, "bob").words
    assert said not in room(home, number).words


def test_mail_that_does_not_get_through_is_said(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.PostUpdate(incident=number, kind="first-response", text="We look."), by="ada")
    fail = "UPDATE effects SET state = 'failed', trouble = 'The server said 550.' WHERE kind = 'SendMail'"
    home.tocsin.store.run(lambda connection: connection.execute(sa.text(fail)))
    page = room(home, number)
    assert "did not get through, and is not tried any more" in page.words
    assert "The server said 550." in page.words
    assert "University of Toronto: did not get through" in page.words


# ── other states ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_resolved_room_says_how_it_ended_and_not_what_was_true_before(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.SetPlan(incident=number, state="Nobody can log in.", cause="The disk."), by="ada")
    home.tocsin.do(c.Resolve(incident=number, verified="Logged in.", text="Logins work again."), by="ada")
    top = room(home, number).text.split('id="truth"')[1].split("</dl>")[0]
    assert "Logins work again." in top and "The disk." in top and "Resolved by Ada Lovelace, at" in top
    assert "Nobody can log in." in top.split("Earlier states")[1]
    assert "Nobody can log in." not in top.split("Earlier states")[0]


def test_a_state_that_nobody_followed_up_is_shown_as_the_last_one(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.SetPlan(incident=number, state="Nobody can log in."), by="ada")
    home.tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="ada")
    assert "<dt>Last state</dt><dd>Nobody can log in." in re.sub("</?b>", "", room(home, number).text)


def test_who_has_just_taken_a_role_has_had_it_since_just_now(home: House, number: IncidentNumber) -> None:
    assert "since just now" in room(home, number).words


def test_a_resolved_room_says_how_it_was_verified_and_what_the_report_lacks(home: House) -> None:
    page = room(home, resolved(home.tocsin))
    assert "Resolved" in page.words
    assert "Before the report can be reviewed" in page.words
    assert ">now</text>" not in page.text


def test_a_cancelled_room_says_why_and_offers_nothing_more(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.Cancel(incident=number, reason="false-alarm", why="It was a test."), by="ada")
    page = room(home, number)
    assert "A false alarm. It was a test." in page.words
    assert "btn--main" not in page.text


def test_an_exercise_says_that_it_is_one(home: House) -> None:
    number = home.tocsin.do(c.Declare(title="Only a drill", commander="ada", drill=True), by="ada").incident
    assert number is not None
    assert "Exercise" in room(home, number).words


# ── parts, for open pages ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_part_can_be_put_in_the_place_of_the_one_that_stands_there(home: House, number: IncidentNumber) -> None:
    page, parts = room(home, number), home.browser("ada").get(f"/incidents/{number}/panels")
    ids = re.findall(r'id="([a-z]+)" hx-swap-oob="true"|id="([a-z]+)"[^>]* hx-swap-oob="true"', parts.text)
    found = {one or other for one, other in ids}
    assert {"eyebrow", "truth", "lapse", "strip", "roles", "gate", "process", "links", "bar"} <= found
    assert all(f'id="{each}"' in page.text for each in found)
    assert "<html" not in parts.text


def test_the_page_says_which_line_was_its_last(home: House, number: IncidentNumber) -> None:
    last = home.tocsin.do(c.Note(incident=number, text="More."), by="ada").lines[0]
    assert f'data-incident="{number}" data-last="{last}"' in room(home, number).text


# ── what it costs ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_long_room_asks_no_more_of_the_database_than_a_short_one(home_on_both: House) -> None:
    home, counts = home_on_both, []
    for lines in (5, 150):
        number = declared(home.tocsin)
        for each in range(lines):
            home.tocsin.do(c.Note(incident=number, text=f"Line {each}."), by="bob")
        browser = home.browser("ada")
        browser.get(f"/incidents/{number}")
        with statements() as seen:
            browser.get(f"/incidents/{number}")
        counts.append(len([each for each in seen if not each.startswith("BEGIN")]))
    assert counts[0] == counts[1] <= 12


def test_no_talk_is_read_twice_but_what_stands_on_the_page(home: House, number: IncidentNumber) -> None:
    for each in range(300):
        home.tocsin.do(c.Note(incident=number, text=f"Line {each}."), by="bob")
    first = room(home, number)
    assert "Line 299." in first.words and "Line 150." not in first.words
    assert first.text.count('<li class="line ') == 100


def test_a_page_knows_of_no_line_that_another_has_read_meanwhile(home: House, number: IncidentNumber) -> None:
    """Else the stream would begin behind a line that the page does not hold."""
    asked = Asked(site=home.site, now=home.clock(), method="GET", path="/", signed_in=home.person("ada"))
    with asked.read() as connection:
        assert log.exists(connection, number)
        later = home.tocsin.do(c.Note(incident=number, text="Meanwhile."), by="bob").lines[0]
        assert f'data-last="{later}"' in room(home, number, "bob").text
        assert reading.room(asked, connection, number).last == later - 1
