"""Declaring: what is proposed, what follows, and that it happens once."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.core.world import DANA
from tests.web.house import Browser, House, Page
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber, SignalId
from tocsin.core.incident import Incident
from tocsin.core.people import TOCSIN
from tocsin.store import log, reads

ONE = IncidentNumber(1)


def incident(home: House, number: int = 1) -> Incident:
    with home.tocsin.store.read() as connection:
        return log.incident(connection, IncidentNumber(number))


def noted(home: House, text: str, *people: str, **more: object) -> SignalId:
    report = {"criterion": "login", "service": "utoronto/prod", **more}
    number = home.tocsin.do(c.NoteSignal(text=text, people=people, **report), by="ada").signal  # type: ignore[arg-type]
    assert number is not None
    return number


def filled(page: Page) -> dict[str, object]:
    """Every field of the form as it stands there, and so as a browser would send it."""
    form = re.search(r'<form class="form" id="declare".*?</form>', page.text, flags=re.S)
    assert form
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (("radio" not in tag and "checkbox" not in tag) or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form[0], flags=re.S):
        found.setdefault(name, []).append(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form[0], flags=re.S):
        taken = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found.setdefault(name, []).append(taken[1] if taken else "")
    return dict(found)


def press(browser: Browser, path: str = "/declare", **typed: object) -> Page:
    return browser.post("/declare", {**filled(browser.get(path)), **typed})


def test_a_title_is_all_it_takes(home: House) -> None:
    ada = home.browser("ada")
    answer = press(ada, title="Nobody can log in")
    assert answer.response.headers["location"] == "/incidents/1"
    it = incident(home)
    assert (it.title, it.services, it.wants_channel, it.drill) == (
        "Nobody can log in",
        ("managed-jupyterhubs",),
        True,
        False,
    )


def test_a_triager_at_work_is_proposed_and_commands(home: House) -> None:
    ada = home.browser("ada")
    page = ada.get("/declare")
    assert "Bob Kahn is on triage and at work." in page.words
    press(ada, title="Nobody can log in")
    assert incident(home).holders(home.tocsin.playbook.with_duty("commands").slug) == ("bob",)


def test_whoever_declares_commands_where_nobody_else_is_at_work(home: House) -> None:
    home.clock.later(timedelta(hours=10))
    ada = home.browser("ada")
    assert "You do, unless you offer it to somebody" in ada.get("/declare").words
    press(ada, title="Nobody can log in")
    assert incident(home).holders(home.tocsin.playbook.with_duty("commands").slug) == ("ada",)


def test_somebody_else_is_offered_command_and_whoever_declares_has_it_until_then(home: House) -> None:
    ada = home.browser("ada")
    answer = press(ada, title="Nobody can log in", commander="other", somebody="dana")
    it = incident(home)
    assert it.holders(home.tocsin.playbook.with_duty("commands").slug) == ("ada",)
    assert [offer.to.person for offer in it.offers] == ["dana"]
    assert "You%20command%20until%20Dana" in answer.response.headers["set-cookie"]


def test_an_offer_that_cannot_be_made_keeps_nothing_from_being_declared(home: House) -> None:
    ada = home.browser("ada")
    form = filled(ada.get("/declare"))
    home.tocsin.do(c.UpdateDirectory(people=(type(DANA)(handle=DANA.handle, name="Dana", active=False),)), by=TOCSIN)
    answer = ada.post("/declare", {**form, "title": "Nobody can log in", "commander": "dana"})
    assert answer.status == 303
    assert incident(home).state == "open"
    assert "command%20was%20not%20offered" in answer.response.headers["set-cookie"]


def test_somebody_else_has_to_be_named(home: House) -> None:
    page = press(home.browser("ada"), title="Nobody can log in", commander="other")
    assert page.status == 422
    assert 'href="#f-somebody"' in page.text
    assert "Nobody can log in</textarea>" in page.text


def test_without_a_title_the_form_comes_back_with_what_was_typed(home: House) -> None:
    page = press(home.browser("ada"), title=" ", description="It is <odd>", tickets="FD-1\nFD-2", criterion="start")
    assert page.status == 422
    assert 'href="#f-title"' in page.text
    assert "It is &lt;odd&gt;</textarea>" in page.text
    assert "FD-1\nFD-2</textarea>" in page.text
    assert 'value="start" checked' in page.text


def test_signals_that_belong_together_come_along_and_fill_in_the_form(home: House) -> None:
    noted(home, "I cannot log in", "Jorun", kind="ticket", link="FD-2292")
    noted(home, "Nor can I", "Sámal")
    ada = home.browser("ada")
    page = ada.get("/declare?signal=1")
    assert "By our rule, this is an incident" in page.words
    assert "2 signals come along" in page.words
    assert "Cannot log in: Toronto&#39;s hub</textarea>" in page.text
    press(ada, "/declare?signal=1")
    it = incident(home)
    assert it.signals == (1, 2)
    assert (it.criterion, it.services, it.communities) == ("login", ("utoronto/prod",), ("utoronto",))
    assert [ticket.ticket for ticket in it.tickets] == ["FD-2292"]


def test_a_signal_that_is_taken_out_stays_behind(home: House) -> None:
    noted(home, "I cannot log in", everyone=True)
    noted(home, "Nor can I", "Sámal")
    ada = home.browser("ada")
    press(ada, "/declare?signal=1", signal=["1"])
    assert incident(home).signals == (1,)
    assert "Nor can I" in ada.get("/triage").words


def test_against_the_rule_it_takes_a_sentence(home: House) -> None:
    noted(home, "I cannot log in", "Jorun")
    ada = home.browser("ada")
    page = press(ada, "/declare?signal=1")
    assert page.status == 422
    assert 'href="#f-why"' in page.text
    assert press(ada, "/declare?signal=1", why="The whole course starts now.").status == 303


def test_the_communities_are_those_of_the_place_unless_somebody_says_otherwise(home: House) -> None:
    ada = home.browser("ada")
    form = filled(ada.get("/declare"))
    del form["own"]
    ada.post("/declare", {**form, "title": "One", "service": "utoronto/prod", "community": ["dubois"]})
    press(ada, title="Two", service="utoronto/prod", community=["dubois"])
    assert incident(home, 1).communities == ("dubois",)
    assert incident(home, 2).communities == ("utoronto", "dubois")


def test_it_may_be_about_several_places(home: House) -> None:
    press(home.browser("ada"), title="All is slow", also=["utoronto/prod"])
    assert incident(home).services == ("managed-jupyterhubs", "utoronto/prod")


def test_when_it_began_is_read_on_the_clock_of_whoever_declares(home: House) -> None:
    home.tocsin.do(
        c.UpdateDirectory(people=(type(DANA)(handle=DANA.handle, name="Dana Scott", zone="Africa/Nairobi"),)), by=TOCSIN
    )
    press(home.browser("dana"), title="No log-in", began="2026-11-12T14:30")
    began = incident(home).impact.start
    assert began
    assert f"{began.at:%H:%M}" == "11:30"


def test_a_time_that_is_none_or_to_come_is_refused_beside_its_field(home: House) -> None:
    ada = home.browser("ada")
    for told in ("nine or so", "2026-11-12T19:00"):
        page = press(ada, title="No log-in", began=told)
        assert page.status == 422
        assert 'href="#f-began"' in page.text
        assert f'value="{told}"' in page.text


def test_an_exercise_says_that_nobody_outside_hears_of_it(home: House) -> None:
    ada = home.browser("ada")
    assert "no community hears of it, and no report is owed" in ada.get("/declare?drill=1").words
    press(ada, "/declare?drill=1", title="An exercise")
    assert incident(home).drill


def test_pressed_twice_it_is_declared_once(home_on_both: House) -> None:
    home = home_on_both
    ada = home.browser("ada")
    form = {**filled(ada.get("/declare")), "title": "No log-in", "commander": "dana"}
    places = {ada.post("/declare", form).response.headers["location"] for _ in range(3)}
    assert places == {"/incidents/1"}
    with home.tocsin.store.read() as connection:
        assert reads.numbers(connection) == [1]
    assert len(incident(home).offers) == 1


def test_an_incident_that_is_open_about_the_same_is_shown(home: House) -> None:
    home.tocsin.do(c.Declare(title="No log-in", services=("utoronto/prod",), criterion="login"), by="ada")
    noted(home, "I cannot log in", "Jorun")
    words = home.browser("ada").get("/declare?signal=1").words
    assert "INC-1 is open about this: No log-in Attach it there instead" in words


def test_what_was_to_keep_it_from_happening_again_and_is_not_done_is_shown(home: House) -> None:
    home.tocsin.do(c.Declare(title="No log-in", services=("utoronto/prod",), criterion="login"), by="ada")
    home.tocsin.do(c.Resolve(incident=ONE, verified="I logged in"), by="ada")
    home.tocsin.do(c.AddAction(incident=ONE, text="Alert before the certificate ends"), by="ada")
    words = home.browser("ada").get("/declare?service=utoronto/prod&criterion=login").words
    assert "is not done yet: Alert before the certificate ends INC-1" in words


def test_the_part_beside_the_form_follows_what_is_chosen(home: House) -> None:
    asked = "/declare?title=No+log-in&service=utoronto/prod&own=1&criterion=login"
    page = home.browser("ada").get(asked)
    assert "University of Toronto hears from us once the first response is sent" in page.words
    assert "no community is named" in home.browser("ada").get("/declare?title=x&service=utoronto/prod").words.lower()


def test_an_address_that_makes_no_sense_proposes_nothing(home: House) -> None:
    page = home.browser("ada").get('/declare?signal=99&signal=x&service="><script>&criterion=nothing')
    assert page.status == 200
    assert "<script>&criterion" not in page.text
    assert "By your word" in page.words


def test_what_the_directory_does_not_know_is_refused_in_a_sentence(home: House) -> None:
    page = press(home.browser("ada"), title="No log-in", service="nowhere")
    assert page.status == 422
    assert "No service is known as “nowhere”." in page.words


def test_whoever_looks_on_declares_nothing(home: House) -> None:
    for handle in ("ola", "charlie"):
        browser = home.browser(handle)
        assert browser.get("/declare").status == 403
        assert browser.post("/declare", {"csrf": home.proof(browser), "title": "x"}).status == 403


def test_a_signal_with_more_digits_than_there_are_signals_is_none(home: House) -> None:
    browser = home.browser("ada")
    assert browser.get(f"/declare?signal={'9' * 5000}").status == 200
    form = {"csrf": home.proof(browser), "title": "Nobody can log in", "signal": "9" * 5000}
    assert browser.post("/declare", form).status == 303
