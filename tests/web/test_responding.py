"""Triage with tickets: who wrote, what they are told before anything is declared, and that it is told once."""

from __future__ import annotations

import pytest

from tests.counting import statements
from tests.engine.office import entries
from tests.web.house import House, Page
from tests.web.test_desk import ONE, ask, said
from tocsin.core import commands as c
from tocsin.core.effects import ReplyByMail
from tocsin.core.events import Updated
from tocsin.core.ids import SignalId
from tocsin.core.people import TOCSIN
from tocsin.store import outbox, signals, tickets

RESPOND, JUDGE = "/triage/1/respond", "/triage/1/judge"


def another(home: House, name: str = "Jorun Vik", email: str = "jorun@toronto.example") -> None:
    """A second person, in a ticket of their own."""
    told = c.TakeTicket(
        subject="It fails", text="I cannot log in either.", name=name, email=email, community="utoronto",
        criterion="login", reference=f"mail:{email}", token=f"token{email}",
    )  # fmt: skip
    home.tocsin.do(told, by=TOCSIN)


def drafted(page: Page, field: str) -> str:
    """What stands in a field of the page to begin with."""
    return page.text.split(f'name="{field}"')[1].partition(">")[2].partition("</textarea>")[0]


def mails(home: House) -> int:
    with home.tocsin.store.read() as connection:
        return sum(isinstance(each.effect, ReplyByMail) for each in outbox.every(connection))


def test_two_people_in_two_tickets_are_an_incident_by_the_rule(home_on_both: House) -> None:
    ask(home_on_both, criterion="login")
    another(home_on_both)
    words = home_on_both.browser("ada").get("/triage/1").words
    assert "By our rule, this is an incident" in words
    assert "T-1" in words and "T-2" in words
    assert "Not answered yet" in words


def test_the_first_response_is_begun_from_the_message_and_says_how_it_goes(home: House) -> None:
    ask(home)
    page = home.browser("ada").get("/triage/1")
    assert "One of us is looking at it now." in drafted(page, "response")
    assert "It stands on their page at once, and goes to" in page.words


def test_it_greets_whoever_wrote_and_names_nobody_to_anybody_else(home: House) -> None:
    ask(home, criterion="login", name="Sam Wu")
    ada = home.browser("ada")
    assert "Hello Sam Wu," in drafted(ada.get("/triage/1"), "response")
    another(home)
    assert "Hello all," in drafted(ada.get("/triage/1"), "response")


def test_it_reaches_everybody_who_wrote_about_it_and_nobody_twice(home_on_both: House) -> None:
    ask(home_on_both, criterion="login")
    another(home_on_both)
    ada = home_on_both.browser("ada")
    page = ada.get("/triage/1")
    told = {**page.hidden(RESPOND), "signal": ["1", "2"], "response": "We look into it.", "next": ""}
    assert ada.post(RESPOND, told).status == 303
    assert ada.post(RESPOND, told).status == 303  # the same form, sent again
    assert mails(home_on_both) == 2
    words = ada.get("/triage/1").words
    assert "First response at" in words and "on its way" in words


def test_it_counts_as_said_when_the_incident_is_declared(home: House) -> None:
    ask(home, criterion="login")
    ada = home.browser("ada")
    ada.send("/triage/1", RESPOND, response="We look into it.")
    do = home.tocsin.do
    do(c.Declare(title="No login", communities=("utoronto",), signals=(SignalId(1),), why="x"), by="ada")
    assert [e.event.kind for e in entries(home.tocsin) if isinstance(e.event, Updated)] == ["first-response"]
    assert mails(home) == 1
    assert "has not been told yet" not in ada.get("/incidents/1").words


@pytest.mark.parametrize(
    ("text", "why"),
    [(" ", "Write what they should read"), ("We [… do what].", "Something is left to fill in: do what")],
)
def test_what_is_empty_or_has_a_hole_is_given_back(home: House, text: str, why: str) -> None:
    ask(home)
    page = home.browser("ada").send("/triage/1", RESPOND, response=text)
    assert page.status == 422
    assert why in page.words and mails(home) == 0


def test_another_time_than_the_text_speaks_of_is_put_into_the_text_to_be_read_once_more(home: House) -> None:
    ask(home)
    ada = home.browser("ada")
    first = ada.get("/triage/1")
    other = next(each for each in _options(first) if each != first.hidden(RESPOND)["promised"][: len(each)])
    page = ada.send("/triage/1", RESPOND, response=drafted(first, "response"), next=other)
    assert "It is mended; read it once more." in page.words
    assert (
        ada.post(RESPOND, {**page.hidden(RESPOND), "response": drafted(page, "response"), "next": other}).status == 303
    )


@pytest.mark.parametrize("time", ["9999-12-31T23:59+00:00", "0001-01-01T00:00+00:00", "yesterday", "2026-11-12T23:00"])
def test_a_time_that_no_clock_shows_is_refused(home: House, time: str) -> None:
    ask(home)
    page = home.browser("ada").send("/triage/1", RESPOND, response="We look into it.", next=time)
    assert page.status == 422 and "That is no time. Choose one of these." in page.words
    assert mails(home) == 0


def test_many_tickets_take_no_more_questions_than_one(home: House) -> None:
    ask(home, criterion="login")
    ada = home.browser("ada")
    with statements() as one:
        ada.get("/triage/1")
    for number in range(6):
        another(home, f"Person {number}", f"p{number}@toronto.example")
    with statements() as many:
        ada.get("/triage/1")
    assert len(many) == len(one)


def _options(page: Page) -> list[str]:
    select = page.text.split('name="next"')[1].partition("</select>")[0]
    return [each.partition('"')[0] for each in select.split('value="')[1:]]


def test_a_support_request_is_answered_in_its_ticket(home_on_both: House) -> None:
    ask(home_on_both)
    ada = home_on_both.browser("ada")
    assert "the answer, or what you do next" in drafted(ada.get("/triage/1?support=yes"), "answer")
    ada.send("/triage/1", JUDGE, verdict="support-request", answer="You have more disk now.", why="")
    assert said(home_on_both)[-1].kind == "support-request"
    assert mails(home_on_both) == 1


def test_with_its_hole_the_answer_to_a_support_request_does_not_go_out(home: House) -> None:
    ask(home)
    ada = home.browser("ada")
    page = ada.send("/triage/1", JUDGE, verdict="support-request", answer="[… the answer]", why="")
    assert "Something is left to fill in: the answer" in page.words
    with home.tocsin.store.read() as connection:
        found = signals.look(connection, SignalId(1))
    assert found is not None and found.is_undecided


def test_noise_is_answered_by_nobody_whatever_stands_in_the_field(home: House) -> None:
    ask(home)
    home.browser("ada").send("/triage/1", JUDGE, verdict="noise", answer="[… the answer]", why="x")
    assert mails(home) == 0


def test_who_looks_on_sees_the_tickets_and_cannot_answer(home: House) -> None:
    ask(home)
    page = home.browser("ola").get("/triage/1")
    assert "T-1" in page.words and 'name="response"' not in page.text
    with home.tocsin.store.read() as connection:
        assert tickets.find(connection, ONE) is not None
