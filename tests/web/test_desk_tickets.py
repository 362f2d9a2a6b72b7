"""Tickets as colleagues see them, and the whole way: a form, a signal, an answer by mail, and a word back."""

from __future__ import annotations

import pytest

from tests.counting import statements
from tests.integrations.smtp import mail_server
from tests.web.house import House
from tests.web.test_desk import ONE, ask, link, noted, said, stranger, ticket
from tocsin.core import commands as c
from tocsin.core.ids import SignalId
from tocsin.core.people import TOCSIN
from tocsin.engine.worker import Worker
from tocsin.integrations.mail import Config, Smtp
from tocsin.ports import Ports
from tocsin.store import signals
from tocsin.web.desk.waiting import Waiting, waiting


def wait(home: House) -> Waiting:
    with home.tocsin.store.read() as connection:
        return waiting(connection)


def mailed(home: House, subject: str = "It is slow") -> None:
    """Somebody whom nobody knows has written a mail."""
    told = c.TakeTicket(
        subject=subject,
        text="Since noon.",
        email="who@nowhere.example",
        reference=f"mail:{subject}",
        token=f"token{subject}",
    )
    home.tocsin.do(told, by=TOCSIN)


def declared(home: House) -> None:
    home.tocsin.do(
        c.Declare(title="Nobody logs in", commander="ada", communities=("utoronto",), signals=(SignalId(1),), why="x"),
        by="ada",
    )


# ── the list ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_waits_for_us_stands_first(home_on_both: House) -> None:
    ask(home_on_both)
    ask(home_on_both, text="Nothing starts", criterion="start")
    home_on_both.clock.later()
    home_on_both.tocsin.do(c.ReplyInTicket(ticket=ONE, text="Which hub is it?"), by="ada")
    words = home_on_both.browser("ada").get("/tickets").words
    assert words.index("T-2") < words.index("T-1")
    assert "1 waits for us." in words


def test_what_is_over_is_not_listed(home_on_both: House) -> None:
    ask(home_on_both)
    home_on_both.tocsin.do(c.Judge(signal=SignalId(1), verdict="noise"), by="ada")
    assert "None is open." in home_on_both.browser("ada").get("/tickets").words


def test_without_tickets_it_is_said_what_would_stand_there(home: House) -> None:
    assert "What people outside write stands here" in home.browser("ada").get("/tickets").words


def test_what_waits_for_a_decision_is_counted(home_on_both: House) -> None:
    assert not wait(home_on_both)
    ask(home_on_both)
    mailed(home_on_both)
    stranger(home_on_both)
    assert wait(home_on_both) == Waiting(unplaced=1, quarantined=1)
    assert wait(home_on_both).sentence == "1 ticket of no known community, and a stranger’s word in 1 ticket"
    home_on_both.tocsin.do(c.PlaceTicket(ticket=ticket(home_on_both).id, community="utoronto"), by="ada")
    home_on_both.tocsin.do(c.AdmitWord(ticket=ONE, place=2), by="ada")
    assert wait(home_on_both) == Waiting(unplaced=1, quarantined=0)


def test_a_stranger_is_found_where_the_ticket_is_over_too(home_on_both: House) -> None:
    ask(home_on_both)
    home_on_both.tocsin.do(c.Judge(signal=SignalId(1), verdict="noise"), by="ada")
    stranger(home_on_both)
    assert wait(home_on_both).quarantined == 1
    assert "A stranger wrote" in home_on_both.browser("ada").get("/tickets").words


# ── one ticket ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_stranger_wrote_stands_apart_until_somebody_lets_it_stand(home_on_both: House) -> None:
    ask(home_on_both)
    stranger(home_on_both, "I see it, too")
    ada = home_on_both.browser("ada")
    assert "Somebody else wrote into this: look before it counts" in ada.get("/tickets/1").words
    page = ada.follow(ada.send("/tickets/1", "/tickets/1/admit"))
    assert "Somebody else wrote" not in page.words
    assert "I see it, too" in page.words
    assert not said(home_on_both)[-1].quarantined


def test_a_message_that_stands_already_is_not_let_in_again(home: House) -> None:
    ask(home)
    ada = home.browser("ada")
    page = ada.post("/tickets/1/admit", {"csrf": home.proof(ada), "place": "1"})
    assert page.status == 422
    assert "stands with the rest of ticket 1 already" in page.words


def test_a_ticket_of_nobody_knows_which_community_is_given_one(home: House) -> None:
    mailed(home)
    ada = home.browser("ada")
    assert "Nobody knows yet which community this comes from" in ada.get("/tickets/1").words
    ada.send("/tickets/1", "/tickets/1/place", community="utoronto")
    assert ticket(home).community == "utoronto"
    assert ada.post("/tickets/1/place", {"csrf": home.proof(ada)}).status == 422


def test_before_anybody_answers_it_is_said_what_becomes_of_it(home: House) -> None:
    ask(home)
    ada = home.browser("ada")
    assert "goes to ngaio@toronto.example by mail" in ada.get("/tickets/1").words
    home.tocsin.serves = ("clock",)
    assert "No mail goes out: nothing here is set up to send any." in ada.get("/tickets/1").words


def test_in_a_system_that_nobody_answers_in_there_is_no_form(home: House) -> None:
    told = c.TakeTicket(subject="x", text="y", system="Freshdesk", reference="7", token="t" * 12)
    home.tocsin.do(told, by=TOCSIN)
    page = home.browser("ada").get("/tickets/1")
    assert "Nothing here is set up to answer in Freshdesk." in page.words
    assert "/tickets/1/reply" not in page.text


def test_an_empty_answer_comes_back(home: House) -> None:
    ask(home)
    assert home.browser("ada").send("/tickets/1", "/tickets/1/reply", text=" ").status == 422


def test_an_answer_with_a_hole_in_it_is_not_sent(home: House) -> None:
    ask(home)
    page = home.browser("ada").send("/tickets/1", "/tickets/1/reply", text="By [… when] it works.")
    assert page.status == 422
    assert "By [… when] it works." in page.words


def test_an_observer_reads_and_answers_nothing(home: House) -> None:
    ask(home)
    ola = home.browser("ola")
    assert "Answer Ngaio" not in ola.get("/tickets/1").words
    assert ola.post("/tickets/1/reply", {"csrf": home.proof(ola), "text": "x"}).status == 403


def test_that_nobody_checked_the_name_in_the_public_form_is_said(home: House) -> None:
    ask(home)
    assert "nobody has checked name and address" in home.browser("ada").get("/tickets/1").words


def test_what_they_told_us_leads_from_the_room_to_its_ticket(home: House) -> None:
    ask(home)
    declared(home)
    home.browser().send(link(home), text="It works again for me.")
    home.tocsin.do(c.ReplyInTicket(ticket=ONE, text="Good to hear."), by="ada")
    page = home.browser("ada").get("/incidents/1")
    assert '<a href="/tickets/1">at our desk</a>' in page.text
    assert "answered them at our desk" in page.words


def test_a_line_of_the_log_is_reached_from_the_ticket(home: House) -> None:
    ask(home)
    declared(home)
    home.browser().send(link(home), text="It works again for me.")
    assert f"#L{said(home)[-1].line}" in home.browser("ada").get("/tickets/1").text


# ── the whole way ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fails", [False, True])
def test_from_the_form_to_the_signal_to_an_answer_by_mail_and_back(home_on_both: House, fails: bool) -> None:
    home, browser = home_on_both, home_on_both.browser()
    page = browser.follow(ask(home, browser))
    (signal,) = noted(home)
    assert signal.criterion == "login"
    ada = home.browser("ada")
    answered = ada.follow(ada.send("/tickets/1", "/tickets/1/reply", text="Which hub is it?"))
    assert "on its way" in answered.words
    assert "Which hub is it?" in browser.get(link(home)).words
    with mail_server() as server:
        port = Smtp(_mail(1 if fails else server.port))
        Worker(home.tocsin, Ports(mailer=port)).work_off()
        assert len(server.letters) == (0 if fails else 1)
        assert fails or (server.letters[0].rcpt_tos == ["ngaio@toronto.example"] and b"Which hub" in server.raw())
    words = ada.get("/tickets/1").words
    assert ("we keep trying" if fails else "sent") in words
    browser.send(str(page.response.url.path), text="The one in Toronto.")
    with home.tocsin.store.read() as connection:
        talk = signals.talk(connection, signal.id)
    assert [(each.kind, each.text) for each in talk] == [
        ("note", "Which hub is it?"),
        ("told-us", "The one in Toronto."),
    ]


def _mail(port: int) -> Config:
    sender = "Openshore <incidents@example.org>"
    return Config(host="127.0.0.1", port=port, sender=sender, encryption="none", timeout=5.0, rate=100.0)


def test_nothing_of_an_open_incident_is_told_by_its_ticket(home: House) -> None:
    ask(home)
    declared(home)
    page = home.browser("charlie").get("/desk/1")
    assert "We respond to it as an incident" in page.words
    assert "Nobody logs in" not in page.text


# ── how often the database is asked ────────────────────────────────────────────────────────────────────────────────

AT_MOST = {
    ("", "/ask/utoronto"): 2,
    ("", "/asked/{token}"): 8,
    ("charlie", "/desk"): 10,
    ("charlie", "/desk/1"): 10,
    ("charlie", "/desk/new"): 5,
    ("ada", "/tickets"): 10,
    ("ada", "/tickets/1"): 12,
}


@pytest.mark.parametrize(("who", "page"), AT_MOST)
def test_a_page_asks_no_more_often_however_many_tickets_and_words_there_are(who: str, page: str, home: House) -> None:
    ask(home)
    browser = home.browser(who)
    path = page.format(token=ticket(home).token)

    def asks() -> int:
        browser.get(path)
        with statements() as sent:
            assert browser.get(path).status == 200
        return len(sent)

    few = asks()
    for number in range(12):
        mailed(home, f"Another {number}")
        stranger(home, f"Another {number}")
        home.tocsin.do(c.ReplyInTicket(ticket=ONE, text=f"Answer {number}"), by="ada")
    assert few == asks() <= AT_MOST[who, page]
