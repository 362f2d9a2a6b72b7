"""Our own desk: the form of a community, the exchange behind its link, and what whoever speaks for it sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.core.world import NOON, TORONTO
from tests.web.house import Browser, House, Page, house
from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber, SignalId, Slug, TicketId
from tocsin.core.people import TOCSIN, Community
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket, Word
from tocsin.store import signals, tickets
from tocsin.web.config import Config
from tocsin.web.desk.limits import OF_ADDRESS, OF_COMMUNITY, Limits

ONE = TicketId(1)
WRITTEN = {"text": "I get an error page.", "name": "Ngaio", "email": "ngaio@toronto.example", "criterion": "login"}


def ask(home: House, browser: Browser | None = None, **fields: str) -> Page:
    """Fill in the form of Toronto's community, and send it."""
    return send(home, fields, browser)


def send(home: House, fields: Mapping[str, str], browser: Browser | None = None) -> Page:
    return (browser or home.browser()).send("/ask/utoronto", **{**WRITTEN, **fields})


def ticket(home: House, number: TicketId = ONE) -> Ticket:
    with home.tocsin.store.read() as connection:
        found = tickets.find(connection, number)
    assert found is not None
    return found


def said(home: House, number: TicketId = ONE) -> list[Word]:
    with home.tocsin.store.read() as connection:
        return list(tickets.words(connection, number))


def noted(home: House) -> list[Signal]:
    with home.tocsin.store.read() as connection:
        return signals.every(connection)


def stranger(home: House, text: str = "Send me your password", email: str = "eve@evil.example") -> None:
    word = c.TakeWord(ticket=ONE, source=f"mail:{text}", way="in", text=text, name="Eve", email=email, proven=False)
    home.tocsin.do(word, by=TOCSIN)


# ── the form ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_has_no_account_tells_the_team_and_gets_a_link(home_on_both: House) -> None:
    browser = home_on_both.browser()
    page = browser.follow(ask(home_on_both, browser))
    assert "We have it. Thank you for telling us." in page.words
    assert "I get an error page." in page.words
    assert "It waits for somebody of the team" in page.words
    assert page.response.url.path == f"/asked/{ticket(home_on_both).token}"


def test_what_was_asked_is_a_signal_of_that_community_with_what_they_cannot_do(home_on_both: House) -> None:
    ask(home_on_both)
    (signal,) = noted(home_on_both)
    assert (signal.kind, signal.criterion, signal.people) == ("ticket", "login", ("Ngaio",))
    assert (ticket(home_on_both).community, ticket(home_on_both).email) == ("utoronto", "ngaio@toronto.example")


def test_the_same_form_sent_twice_is_one_ticket(home_on_both: House) -> None:
    browser = home_on_both.browser()
    form = {**browser.get("/ask/utoronto").hidden("/ask/utoronto"), **WRITTEN}
    places = {browser.post("/ask/utoronto", form).response.headers["location"] for _ in range(2)}
    assert len(places) == len(noted(home_on_both)) == 1


def test_other_words_in_the_same_form_are_not_lost(home: House) -> None:
    browser = home.browser()
    form = {**browser.get("/ask/utoronto").hidden("/ask/utoronto"), **WRITTEN}
    browser.post("/ask/utoronto", form)
    browser.post("/ask/utoronto", {**form, "text": "And now nothing starts."})
    assert len(noted(home)) == 2


def test_whoever_types_the_address_of_a_representative_is_not_taken_for_them(home_on_both: House) -> None:
    ask(home_on_both, email="charlie@toronto.example", name="Charlie")
    home_on_both.browser().send(link(home_on_both), text="Now it works.")
    assert ticket(home_on_both).person is None
    assert [(word.by, word.quarantined) for word in said(home_on_both)] == [(None, False)] * 2


def test_whoever_is_signed_in_is_known_in_the_public_form_too(home: House) -> None:
    ask(home, home.browser("charlie"), email="Charlie@toronto.example")
    assert ticket(home).person == "charlie"


def test_the_form_names_no_other_community(home: House) -> None:
    home.tocsin.do(c.UpdateDirectory(communities=(Community(slug=Slug("x"), name="Another"),)), by="root")
    page = home.browser().get("/ask/utoronto")
    assert "University of Toronto" in page.words
    assert "Another" not in page.words


def test_an_unknown_community_has_no_form(home: House) -> None:
    assert home.browser().get("/ask/nobody").status == 404


def test_where_the_forms_are_closed_there_are_none(sqlite_url: str, tmp_path: Path) -> None:
    with house(sqlite_url, tmp_path, Config(desk=False)) as closed:
        assert closed.browser().get("/ask/utoronto").status == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("text", " "),
        ("text", "x" * 10_001),
        ("name", ""),
        ("name", "x" * 121),
        ("email", ""),
        ("email", "ngaio"),
        ("email", "ngaio@x.example, eve@evil.example"),
        ("criterion", "no-such"),
        ("website", "https://spam.example"),
    ],
)
def test_what_will_not_do_comes_back_with_what_was_typed(home: House, field: str, typed: str) -> None:
    page = send(home, {"name": 'A "B" <C>', field: typed})
    assert page.status == 422
    assert f'href="#f-{field}"' in page.text
    assert field == "name" or "A &#34;B&#34; &lt;C&gt;" in page.text
    assert noted(home) == []


def test_without_mail_nobody_needs_an_address(home: House) -> None:
    home.tocsin.serves = ("clock",)
    assert ask(home, email="").status == 303


def test_a_form_from_another_site_is_not_taken(home: House) -> None:
    browser = home.browser()
    form = {**browser.get("/ask/utoronto").hidden("/ask/utoronto"), **WRITTEN}
    assert browser.post("/ask/utoronto", form, headers={"Origin": "https://evil.example"}).status == 403
    assert noted(home) == []


def test_who_writes_too_much_waits_and_loses_nothing(home: House) -> None:
    browser = home.browser()
    answers = [ask(home, browser, text=f"Number {number}") for number in range(16)]
    assert [page.status for page in answers] == [303] * 15 + [429]
    assert "Number 15" in answers[-1].text
    assert "send it again in" in answers[-1].words
    assert int(answers[-1].response.headers["retry-after"]) > 0
    home.clock.later(timedelta(minutes=16))
    assert ask(home, browser).status == 303


def test_nobody_floods_one_community_from_everywhere_nor_all_of_them_from_one_place() -> None:
    limits = Limits()
    from_everywhere = [limits.begin(f"10.0.{n // 200}.{n % 200}", "utoronto", NOON) for n in range(OF_COMMUNITY + 1)]
    from_one_place = [limits.begin("10.1.1.1", f"place-{n}", NOON) for n in range(OF_ADDRESS + 1)]
    for waits in (from_everywhere, from_one_place):
        assert not any(waits[:-1])
        assert waits[-1]


def test_the_form_says_when_somebody_is_at_work(home: House) -> None:
    home.clock.later(timedelta(days=(5 - home.clock().weekday()) % 7))  # Saturday
    words = home.browser().get("/ask/utoronto").words
    assert "Nobody of the team is at work now. Somebody is from Monday" in words


# ── behind the link ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def asked(home: House) -> Iterator[House]:
    ask(home)
    yield home


def link(home: House) -> str:
    return f"/asked/{ticket(home).token}"


def test_the_page_behind_the_link_is_for_nobody_else(asked: House) -> None:
    page = asked.browser().get(link(asked))
    assert page.response.headers["x-robots-tag"].startswith("noindex")
    assert page.response.headers["cache-control"] == "no-store"
    assert page.response.headers["referrer-policy"] == "same-origin"
    assert asked.browser().get("/asked/nobody-knows-it").status == 404


def test_a_ticket_of_another_system_has_no_such_page(asked: House) -> None:
    told = c.TakeTicket(subject="x", text="y", system="Freshdesk", reference="7", token="tokentoken")  # noqa: S106
    asked.tocsin.do(told, by=TOCSIN)
    assert asked.browser().get("/asked/tokentoken").status == 404


def test_our_answer_stands_there_and_notes_do_not(asked: House) -> None:
    asked.tocsin.do(c.ReplyInTicket(ticket=ONE, text="Which *hub* is it?"), by="ada")
    note = c.TakeWord(ticket=ONE, source="n", way="note", text="A secret note", name="Ada", email="ada@example.org")
    asked.tocsin.do(note, by=TOCSIN)
    page = asked.browser().get(link(asked))
    assert "Which <em>hub</em> is it?" in page.text
    assert "We look into it" in page.words
    assert "secret" not in page.text


def test_what_they_add_is_theirs_and_stands_in_the_talk_about_the_signal(home_on_both: House) -> None:
    ask(home_on_both)
    browser = home_on_both.browser()
    page = browser.follow(browser.send(link(home_on_both), text="Now it works."))
    assert "Now it works." in page.words
    word = said(home_on_both)[-1]
    assert (word.way, word.quarantined, word.name) == ("in", False, "Ngaio")
    with home_on_both.tocsin.store.read() as connection:
        assert [each.text for each in signals.talk(connection, SignalId(1))] == ["Now it works."]


def test_a_word_sent_twice_stands_there_once(asked: House) -> None:
    browser = asked.browser()
    form = {**browser.get(link(asked)).hidden(link(asked)), "text": "Now it works."}
    for _ in range(2):
        browser.post(link(asked), form)
    assert [word.text for word in said(asked)] == ["I get an error page.", "Now it works."]


def test_an_empty_word_comes_back(asked: House) -> None:
    page = asked.browser().send(link(asked), text=" ")
    assert page.status == 422
    assert "Say what happens" in page.words


def test_who_adds_too_much_waits(asked: House) -> None:
    browser = asked.browser()
    assert [browser.send(link(asked), text=f"{number}").status for number in range(16)] == [303] * 15 + [429]


def test_what_a_stranger_writes_is_not_shown_to_them(asked: House) -> None:
    stranger(asked)
    assert "password" not in asked.browser().get(link(asked)).text


def test_what_may_be_their_own_waits_to_be_looked_at(asked: House) -> None:
    stranger(asked, "It is me", "NGAIO@toronto.example")
    assert "It waits until one of us has looked at it" in asked.browser().get(link(asked)).words


def declared(home: House) -> None:
    command = c.Declare(title="A secret title", commander="ada", communities=("utoronto",), signals=(SignalId(1),))
    home.tocsin.do(replace(command, why="A class begins."), by="ada")


def test_as_an_incident_they_read_what_their_community_is_told_at_once(asked: House) -> None:
    declared(asked)
    until = asked.clock() + timedelta(hours=2)
    told = c.PostUpdate(
        incident=IncidentNumber(1), text="We found it.", kind="update", communities=("utoronto",), next_by=until
    )
    asked.tocsin.do(told, by="ada")
    page = asked.browser().get(link(asked))
    for words in ("We respond to it as an incident", "We found it.", "You hear from us by"):
        assert words in page.words
    assert "secret" not in page.text


def test_the_first_response_stands_there_once(asked: House) -> None:
    asked.tocsin.do(c.Respond(signal=SignalId(1), text="We look into it, all of us."), by="ada")
    declared(asked)
    assert asked.browser().get(link(asked)).words.count("We look into it, all of us.") == 1


def test_that_we_are_late_is_said(asked: House) -> None:
    until = asked.clock() + timedelta(hours=1)
    asked.tocsin.do(c.Respond(signal=SignalId(1), text="We look.", next_by=until), by="ada")
    asked.clock.later(timedelta(hours=2))
    assert "and we are late" in asked.browser().get(link(asked)).words


def test_how_it_ends_is_said(asked: House) -> None:
    declared(asked)
    asked.tocsin.do(c.Resolve(incident=IncidentNumber(1), verified="Ada logged in."), by="ada")
    assert "It is over" in asked.browser().get(link(asked)).words


def test_a_support_request_is_called_one(asked: House) -> None:
    asked.tocsin.do(c.Judge(signal=SignalId(1), verdict="support-request", answer="You have it now."), by="ada")
    words = asked.browser().get(link(asked)).words
    assert "We answer it as a support request" in words
    assert "You have it now." in words


def test_times_are_on_the_clock_of_the_community(asked: House) -> None:
    asked.tocsin.do(c.UpdateDirectory(communities=(replace(TORONTO, zone="America/Toronto"),)), by="root")
    assert "All times are Toronto time." in asked.browser().get(link(asked)).words


def test_nothing_that_is_typed_does_anything(home: House) -> None:
    browser = home.browser()
    bad = '<script>alert(1)</script> "x" <img src=x>'
    page = browser.follow(ask(home, browser, text=bad, name=bad[:50], criterion=""))
    home.tocsin.do(c.ReplyInTicket(ticket=ONE, text=bad), by="ada")
    pages = [page, browser.get(link(home)), home.browser("ada").get("/tickets/1"), home.browser("ada").get("/tickets")]
    pages += [home.browser("charlie").get("/desk"), home.browser("charlie").get("/desk/1")]
    for each in pages:
        assert each.status == 200
        assert "<script>alert" not in each.text
        assert "<img" not in each.text


# ── the desk of whoever speaks for a community ─────────────────────────────────────────────────────────────────────


def test_a_representative_sees_what_their_community_asked_and_was_answered(asked: House) -> None:
    asked.tocsin.do(c.ReplyInTicket(ticket=ONE, text="Which hub is it?"), by="ada")
    charlie = asked.browser("charlie")
    assert "Cannot log in" in charlie.get("/desk").words
    page = charlie.get("/desk/1")
    assert "I get an error page." in page.words
    assert "Which hub is it?" in page.words


def test_a_stranger_is_not_heard_on_the_desk(asked: House) -> None:
    stranger(asked)
    charlie = asked.browser("charlie")
    assert "password" not in charlie.get("/desk").text + charlie.get("/desk/1").text


def test_nobody_sees_what_another_community_asked(asked: House) -> None:
    dubois = Community(slug=Slug("dubois"), name="Dubois", representatives=())
    asked.tocsin.do(c.UpdateDirectory(communities=(dubois,)), by="root")
    asked.tocsin.do(c.PlaceTicket(ticket=ONE, community="dubois"), by="ada")
    charlie = asked.browser("charlie")
    assert "Cannot log in" not in charlie.get("/desk").words
    assert charlie.get("/desk/1").words == charlie.get("/desk/99").words
    assert charlie.get("/desk/1").status == 404
    assert charlie.post("/desk/1", {"csrf": asked.proof(charlie), "text": "x"}).status == 404


def test_a_representative_asks_and_goes_on_there(home_on_both: House) -> None:
    charlie = home_on_both.browser("charlie")
    page = charlie.follow(charlie.send("/desk/new", text="Nothing starts", criterion="start"))
    assert "We have it." in page.words
    assert (ticket(home_on_both).person, ticket(home_on_both).community) == ("charlie", "utoronto")
    page = charlie.follow(charlie.send("/desk/1", text="Still so"))
    assert "Still so" in page.words
    assert [(word.by, word.quarantined) for word in said(home_on_both)] == [("charlie", False)] * 2


def test_who_speaks_for_several_says_for_which(home: House) -> None:
    dubois = Community(slug=Slug("dubois"), name="Dubois", representatives=(Handle("charlie"),))
    home.tocsin.do(c.UpdateDirectory(communities=(dubois,)), by="root")
    charlie = home.browser("charlie")
    assert 'href="#f-community"' in charlie.send("/desk/new", text="Nothing starts").text
    charlie.send("/desk/new", text="Nothing starts", community="dubois")
    assert ticket(home).community == "dubois"


def test_nobody_asks_for_a_community_they_do_not_speak_for(home: House) -> None:
    home.tocsin.do(c.UpdateDirectory(communities=(Community(slug=Slug("x"), name="X"),)), by="root")
    assert home.browser("charlie").send("/desk/new", text="Nothing starts", community="x").status == 422


def test_word_that_came_without_a_ticket_stands_on_the_desk_without_the_incidents_title(home: House) -> None:
    home.tocsin.do(c.Declare(title="A secret title", commander="ada", communities=("utoronto",)), by="ada")
    told = c.PostUpdate(incident=IncidentNumber(1), text="We found it.", kind="update", communities=("utoronto",))
    home.tocsin.do(told, by="ada")
    page = home.browser("charlie").get("/desk")
    assert "We found it." in page.words
    assert "secret" not in page.text


def test_the_team_may_look_and_answers_elsewhere(asked: House) -> None:
    ada = asked.browser("ada")
    assert "/ask/utoronto" in ada.get("/desk").text
    assert "Cannot log in" in ada.get("/desk?community=utoronto").words
    assert "You answer on the page for colleagues" in ada.get("/desk/1").words
    assert ada.post("/desk/1", {"csrf": asked.proof(ada), "text": "x"}).status == 403


def test_what_is_kept_in_a_ticket_system_is_answered_there(home: House) -> None:
    theirs = "charlie@toronto.example"
    told = c.TakeTicket(subject="x", text="y", email=theirs, system="Freshdesk", reference="7", token="t" * 12)
    home.tocsin.do(told, by=TOCSIN)
    charlie = home.browser("charlie")
    assert "answer the mail that you got from there" in charlie.get("/desk/1").words
    assert charlie.post("/desk/1", {"csrf": home.proof(charlie), "text": "z"}).status == 422
