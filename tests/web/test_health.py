"""`/health`: what fails, and what a person can do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.counting import statements
from tests.engine.office import declared, kinds
from tests.web.house import House
from tocsin.core import commands as c
from tocsin.core.effects import WishState
from tocsin.core.ids import EffectId
from tocsin.core.people import TOCSIN
from tocsin.core.refused import Refused
from tocsin.ports import Failed
from tocsin.store import outbox


def letter(home: House) -> EffectId:
    """The number of a letter about an incident that Ada has declared; it waits."""
    number = declared(home.tocsin)
    return home.tocsin.do(c.PostUpdate(incident=number, text="We look into it."), by="ada").effects[0]


def settled(home: House, state: WishState, trouble: str = "It refused us.") -> EffectId:
    """One that a worker could not deliver."""
    found = letter(home)
    home.tocsin.store.run(lambda connection: outbox.settle(connection, found, state, trouble))
    return found


def put_off(home: House) -> None:
    def work(connection: sa.Connection) -> None:
        wish, now = outbox.find(connection, letter_), home.clock()
        assert wish is not None
        outbox.put_off(connection, wish, now + timedelta(minutes=3), now, "It is busy.")

    letter_ = letter(home)
    home.tocsin.store.run(work)


def held(home: House) -> None:
    home.tocsin.store.run(lambda connection: outbox.hold(connection, "Restored from a backup."))


def state(home: House, wish: EffectId) -> str:
    with home.tocsin.store.read() as connection:
        found = outbox.find(connection, wish)
    assert found is not None
    return found.state


def test_an_answer_that_belongs_to_no_incident_leads_to_its_ticket(home: House) -> None:
    told = c.TakeTicket(subject="x", text="y", email="a@toronto.example", community="utoronto", token="5eve2")  # noqa: S106
    ticket = home.tocsin.do(told, by=TOCSIN).ticket
    assert ticket is not None
    home.tocsin.do(c.ReplyInTicket(ticket=ticket, text="Which hub?"), by="ada")
    fail = "UPDATE effects SET state = 'failed', trouble = 'The server said 550.'"
    home.tocsin.store.run(lambda connection: connection.execute(sa.text(fail)))
    page = home.browser("ada").get("/health")
    assert "The answer in ticket 1 did not get through" in page.words
    assert f'href="/tickets/{ticket}"' in page.text and "None" not in page.words


def test_where_nobody_takes_what_is_due_the_page_says_what_to_run(home: House) -> None:
    letter(home)
    home.clock.at += timedelta(hours=1)
    text = home.browser("ada").get("/health").text
    assert "as <code>tocsin serve</code> or <code>tocsin worker</code>" in text


def test_where_nothing_fails_the_page_says_so(home_on_both: House) -> None:
    words = home_on_both.browser("ola").get("/health").words
    assert "Nothing fails." in words and "Nothing waits." in words
    assert "SQLite" in words or "PostgreSQL" in words


def test_what_fails_comes_first_with_what_we_do_meanwhile(home: House) -> None:
    settled(home, "failed")
    put_off(home)
    words = home.browser("ada").get("/health").words
    assert "One thing needs somebody. 1 more fail, and are tried again." in words
    assert "did not get through. It refused us. We do not try it any more." in words
    assert words.index("It refused us.") < words.index("It is busy.")


def test_what_is_due_and_taken_by_nobody_is_said(home: House) -> None:
    letter(home)
    assert "Nothing fails." in home.browser("ada").get("/health").words
    home.clock.later(timedelta(minutes=6))
    assert "See that a worker runs" in home.browser("ada").get("/health").words


@pytest.mark.parametrize(
    ("before", "action", "after", "said"),
    [("failed", "again", "waiting", "tried again"), ("unknown", "arrived", "done", "arrived"),
     ("unknown", "again", "waiting", "tried again"), ("failed", "give-up", "given-up", "not tried any more")],
)  # fmt: skip
def test_a_person_can_help(home: House, before: WishState, action: str, after: str, said: str) -> None:
    wish = settled(home, before)
    browser = home.browser("ada")
    page = browser.send(
        "/health", f"/health/outbox/{wish}/{action}", **({"why": "Told by phone."} if after == "given-up" else {})
    )
    assert said in browser.follow(page).words
    assert state(home, wish) == after
    assert kinds(home.tocsin)[-1] == "DeliveryReported"


def test_a_form_that_was_sent_twice_is_done_once(home: House) -> None:
    wish = settled(home, "failed")
    browser = home.browser("ada")
    fields = browser.get("/health").hidden(f"/health/outbox/{wish}/give-up")
    for _ in range(2):
        assert browser.post(f"/health/outbox/{wish}/give-up", fields).status == 303
    assert kinds(home.tocsin).count("DeliveryReported") == 1


def test_what_cannot_be_done_is_said_on_the_page(home: House) -> None:
    wish = letter(home)
    browser = home.browser("ada")
    fields = {"csrf": home.proof(browser), "once": "x"}
    page = browser.post(f"/health/outbox/{wish}/arrived", fields)
    assert page.status == 422 and "This was not done yet" in page.words and "Waiting to go out" in page.words
    assert browser.post("/health/outbox/99/again", fields).status == 404


def test_an_observer_looks_and_touches_nothing(home: House) -> None:
    wish = settled(home, "failed")
    browser = home.browser("ola")
    assert "Try again" not in browser.get("/health").words
    page = browser.post(f"/health/outbox/{wish}/again", {"csrf": home.proof(browser)})
    assert (page.status, state(home, wish)) == (403, "failed")


def test_representatives_have_no_business_here(home: House) -> None:
    assert home.browser("charlie").get("/health").status == 403


def test_an_administrator_releases_a_held_outbox(home: House) -> None:
    wish = letter(home)
    held(home)
    assert "An administrator can release" in home.browser("ada").get("/health").words
    browser = home.browser("root")
    assert "Nothing is sent" in browser.get("/health").words
    assert browser.send("/health", "/health/release", since="").status == 303
    assert (state(home, wish), "Nothing fails." in browser.get("/health").words) == ("waiting", True)


def test_what_was_wished_before_a_time_can_be_left_out(home: House) -> None:
    wish = letter(home)
    held(home)
    home.clock.later(timedelta(hours=1))
    home.browser("root").send("/health", "/health/release", since="2026-11-12T12:30")
    assert state(home, wish) == "given-up"


def test_a_time_that_is_none_comes_back_as_it_was_typed(home: House) -> None:
    held(home)
    page = home.browser("root").send("/health", "/health/release", since="soonish <b>")
    assert page.status == 422 and 'value="soonish &lt;b&gt;"' in page.text


def test_secrets_are_shown_to_nobody_and_settings_to_administrators_alone(home: House) -> None:
    mail = {"host": "smtp.example.org", "sender": "t@example.org", "user": "tocsin", "password": "env:SECRET_PLACE"}
    repository = {"repository": "https://me:hunter2@example.org/r.git"}
    home.site.settings = replace(home.site.settings, integrations={"mail": mail, "gitrepo": repository})
    text = home.browser("root").get("/health").text
    assert "smtp.example.org" in text and "hunter2" not in text and "SECRET_PLACE" not in text
    assert "smtp.example.org" not in home.browser("ada").get("/health").text


def test_an_integration_can_be_tried(home: House) -> None:
    home.site.checks = {"gitrepo": lambda: None}
    browser = home.browser("root")
    page = browser.send("/health", "/health/test/gitrepo")
    assert "“gitrepo” works" in browser.follow(page).words


@pytest.mark.parametrize("trouble", [Failed("The disk is full."), Refused("The disk is full.")])
def test_one_that_does_not_work_says_why(home: House, trouble: Exception) -> None:
    def check() -> None:
        raise trouble

    home.site.checks = {"gitrepo": check}
    page = home.browser("root").send("/health", "/health/test/gitrepo")
    assert page.status == 422 and "The disk is full." in page.words


def test_what_cannot_be_tried_is_not_there(home: House) -> None:
    browser = home.browser("root")
    assert browser.post("/health/test/nothing", {"csrf": home.proof(browser)}).status == 404


def test_the_page_reads_as_little_of_much_as_of_little(home: House) -> None:
    counts = []
    for many in (1, 8):
        for _ in range(many):
            settled(home, "failed", "<script>alert(1)</script>")
        with statements() as sent:
            page = home.browser("ada").get("/health")
        assert "<script>alert" not in page.text
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 9
