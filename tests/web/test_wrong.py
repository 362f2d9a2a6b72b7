"""Something is wrong: said by anybody who is signed in, and shown to them again."""

from __future__ import annotations

from tests.web.house import House
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber, SignalId, Slug
from tocsin.core.people import Service
from tocsin.core.signals import Signal
from tocsin.store import signals

ONE = SignalId(1)


def signal(home: House) -> Signal:
    with home.tocsin.store.read() as connection:
        found = signals.look(connection, ONE)
    assert found is not None
    return found


def test_a_representative_says_what_they_cannot_do_and_is_thanked(home: House) -> None:
    charlie = home.browser("charlie")
    answer = charlie.send("/wrong", text="I get an error page", criterion="login", service="utoronto/prod", me="1")
    page = charlie.follow(answer)
    assert "Thank you. We have your report." in page.words
    assert "It waits for somebody of the team" in page.words
    assert "I get an error page" in page.words
    found = signal(home)
    assert (found.kind, found.by, found.people, found.criterion) == ("person", "charlie", ("Charlie Babbage",), "login")


def test_one_of_the_team_is_led_to_triage(home: House) -> None:
    ada = home.browser("ada")
    answer = ada.send("/wrong", text="Told by phone", people="Jorun, Sámal\nNgaio", count="20", link="FD-12")
    assert answer.response.headers["location"] == "/triage/1"
    assert "Thank you. It stands in triage as S-1." in ada.follow(answer).words
    found = signal(home)
    assert (found.people, found.count, found.link) == (("Jorun", "Sámal", "Ngaio"), 20, "FD-12")


def test_an_observer_may_say_so_too(home: House) -> None:
    assert home.browser("ola").send("/wrong", text="All is slow", who="everyone").status == 303
    assert signal(home).everyone


def test_everyone_is_more_than_any_count(home: House) -> None:
    ada = home.browser("ada")
    ada.send("/wrong", text="Nothing starts", criterion="start", who="everyone")
    assert "By our rule, this is an incident" in ada.get("/triage/1").words


def test_what_will_not_do_comes_back_with_what_was_typed(home: House) -> None:
    charlie = home.browser("charlie")
    for typed, field in (
        ({"text": " ", "people": 'A "B" <C>'}, "text"),
        ({"text": "Slow", "people": 'A "B" <C>', "count": "many"}, "count"),
        ({"text": "Slow", "people": 'A "B" <C>', "service": "elsewhere"}, "service"),
        ({"text": "Slow", "people": 'A "B" <C>' + "\nx" * 60}, "people"),
    ):
        page = charlie.send("/wrong", **typed)
        assert page.status == 422
        assert f'href="#f-{field}"' in page.text
        assert "A &#34;B&#34; &lt;C&gt;" in page.text


def test_sent_twice_it_is_noted_once(home: House) -> None:
    charlie = home.browser("charlie")
    form = {**charlie.get("/wrong").hidden("/wrong"), "text": "It is slow"}
    assert {charlie.post("/wrong", form).response.headers["location"] for _ in range(2)} == {"/wrong/1"}
    with home.tocsin.store.read() as connection:
        assert len(signals.every(connection)) == 1


def test_a_representative_sees_only_the_services_of_their_communities(home: House) -> None:
    another = Service(slug=Slug("dubois/prod"), name="Hub of another")
    home.tocsin.do(c.UpdateDirectory(services=(another,)), by="root")
    text = home.browser("charlie").get("/wrong").text
    assert "Toronto&#39;s hub" in text
    assert "Hub of another" not in text
    assert "Hub of another" in home.browser("ada").get("/wrong").text


def test_nobody_sees_what_somebody_else_reported(home: House) -> None:
    home.browser("ada").send("/wrong", text="A secret")
    charlie = home.browser("charlie")
    assert charlie.get("/wrong/1").words == charlie.get("/wrong/99").words
    assert charlie.get("/wrong/1").status == 404
    assert home.browser("ada").get("/wrong/1").response.headers["location"] == "/triage/1"


def test_what_became_of_it_is_said_and_no_more(home: House) -> None:
    charlie = home.browser("charlie")
    charlie.send("/wrong", text="I get an error page", criterion="login")
    home.tocsin.do(c.Acknowledge(signal=ONE), by="ada")
    assert "Somebody looks after it" in charlie.get("/wrong/1").words
    home.tocsin.do(c.Declare(title="A secret title"), by="ada")
    home.tocsin.do(c.AttachSignal(incident=IncidentNumber(1), signal=ONE), by="ada")
    page = charlie.get("/wrong/1")
    assert "We respond to it as an incident" in page.words
    assert "secret" not in page.text
    assert "INC-1" not in page.text


def test_a_report_that_is_closed_says_how(home: House) -> None:
    charlie = home.browser("charlie")
    charlie.send("/wrong", text="A question")
    home.tocsin.do(c.Judge(signal=ONE, verdict="support-request"), by="ada")
    assert "It is answered as a support request" in charlie.get("/wrong/1").words


def test_nothing_that_is_typed_does_anything(home: House) -> None:
    charlie = home.browser("charlie")
    page = charlie.follow(charlie.send("/wrong", text='<script>alert(1)</script> "x"', people="<img src=x>"))
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


def test_what_to_report_may_be_chosen_beforehand(home: House) -> None:
    text = home.browser("ada").get("/wrong?service=utoronto/prod&criterion=start").text
    assert 'value="utoronto/prod" selected' in text
    assert 'value="start" checked' in text


def test_the_shortcuts_are_listed_for_whoever_is_signed_in(home: House) -> None:
    page = home.browser("charlie").get("/keys")
    assert "Declare an incident" in page.words
    assert "Use single letters as shortcuts" in page.words
    assert home.browser().get("/keys").response.headers["location"] == "/sign-in?to=%2Fkeys"
