"""Triage: signals with their verdict so far, and what a person decides."""

from __future__ import annotations

import pytest

from tests.web.house import House, Page
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber, SignalId
from tocsin.core.signals import Signal
from tocsin.store import signals

ONE = SignalId(1)


def noted(home: House, text: str = "I cannot log in", people: tuple[str, ...] = ("Jorun",), **more: object) -> SignalId:
    report = {"criterion": "login", "service": "utoronto/prod", **more}
    number = home.tocsin.do(c.NoteSignal(text=text, people=people, **report), by="ada").signal  # type: ignore[arg-type]
    assert number is not None
    return number


def signal(home: House, number: SignalId = ONE) -> Signal:
    with home.tocsin.store.read() as connection:
        found = signals.look(connection, number)
    assert found is not None
    return found


def two_people(home: House) -> None:
    """An incident by the rule."""
    noted(home)
    noted(home, "Nor can I", ("Sámal",))


def chosen(page: Page, action: str) -> dict[str, str]:
    return page.hidden(action)


def test_signals_wait_in_the_order_they_came_each_with_its_verdict_so_far(home: House) -> None:
    noted(home)
    noted(home, "A question", (), criterion="", service="")
    words = home.browser("ola").get("/triage").words
    assert "2 signals need a decision." in words
    assert words.index("Cannot log in, 1 person: not yet") < words.index("Support request: fits no criterion")


def test_where_nothing_waits_the_page_says_what_would_stand_here(home: House) -> None:
    words = home.browser("ada").get("/triage").words
    assert "No signal waits for a decision." in words
    assert "a ticket, an alert, a probe that failed, what somebody said" in words


def test_a_signal_stands_with_all_that_belong_to_it_the_count_and_the_rule(home: House) -> None:
    two_people(home)
    page = home.browser("ada").get("/triage/2")
    assert "By our rule, this is an incident" in page.words
    assert "2 of 2 people cannot log in: Jorun and Sámal." in page.words
    assert "“Cannot log in” is an incident from 2 people on." in page.words
    assert "2 counted from the 2 signals below" in page.words
    assert chosen(page, "/declare")["signal"] in ("1", "2")
    assert page.text.count('name="signal"') == 2


def test_whoever_looks_on_reads_what_is_said_and_is_offered_no_choice(home: House) -> None:
    noted(home)
    page = home.browser("ola").get("/triage/1")
    assert "What can people not do? Cannot log in" in page.words
    assert 'type="radio"' not in page.text


def test_a_look_alike_that_is_open_is_named_and_takes_the_signal_at_one_press(home: House) -> None:
    home.tocsin.do(c.Declare(title="No log-in", services=("utoronto/prod",), criterion="login"), by="ada")
    noted(home)
    ada = home.browser("ada")
    assert "Looks like INC-1 , which is open: No log-in" in ada.get("/triage/1").words
    answer = ada.send("/triage/1", "/triage/1/attach")
    assert answer.response.headers["location"] == "/incidents/1"
    assert signal(home).incident == 1


def test_an_attached_signal_says_where_it_belongs_and_cannot_be_decided_again(home: House) -> None:
    home.tocsin.do(c.Declare(title="No log-in"), by="ada")
    noted(home)
    home.tocsin.do(c.AttachSignal(incident=IncidentNumber(1), signal=ONE), by="ada")
    page = home.browser("ada").get("/triage/1")
    assert "It belongs to INC-1" in page.words
    assert 'action="/triage' not in page.text


def test_what_fits_no_criterion_is_a_support_request_at_one_press(home: House) -> None:
    noted(home, "A question", (), criterion="")
    ada = home.browser("ada")
    answer = ada.send("/triage/1", "/triage/1/judge")
    assert "S-1 is a support request. It is closed." in ada.follow(answer).words
    assert signal(home).verdict == "support-request"
    assert "Support request" in ada.get("/triage").words.partition("Decided lately")[2]


@pytest.mark.parametrize("verdict", ["support-request", "noise", "over"])
def test_to_overrule_the_rule_takes_a_sentence_and_the_form_says_so(verdict: str, home: House) -> None:
    noted(home, everyone=True)
    ada = home.browser("ada")
    page = ada.send("/triage/1", "/triage/1/judge", verdict=verdict)
    assert page.status == 422
    assert 'id="f-why" name="why" rows="2" aria-invalid="true"' in page.text
    assert "--why" not in page.text
    assert f'value="{verdict}" checked' in page.text
    again = ada.send("/triage/1", "/triage/1/judge", verdict=verdict, why="The certificate was ours to try.")
    assert again.status == 303
    assert signal(home).state == "closed"


def test_a_decision_needs_a_choice_and_keeps_the_sentence(home: House) -> None:
    noted(home)
    page = home.browser("ada").post("/triage/1/judge", {"csrf": home.proof(home.browser("ada"))})
    assert page.status == 403  # another browser's proof
    ada = home.browser("ada")
    page = ada.post("/triage/1/judge", {"csrf": home.proof(ada), "why": 'It is "fine" <here>'})
    assert page.status == 422
    assert "Choose what it is instead." in page.words
    assert "It is &#34;fine&#34; &lt;here&gt;</textarea>" in page.text


def test_where_somebody_else_was_faster_nothing_typed_is_lost(home: House) -> None:
    noted(home)
    ada = home.browser("ada")
    form = chosen(ada.get("/triage/1"), "/triage/1/add")
    home.tocsin.do(c.CloseSignal(signal=ONE, why="It cleared"), by="bob")
    page = ada.post("/triage/1/add", {**form, "text": "The proxy restarts"})
    assert page.status == 422
    assert "Signal 1 is closed." in page.words
    assert "The proxy restarts</textarea>" in page.text


def test_somebody_looks_after_it_and_the_others_see_that(home: House) -> None:
    noted(home)
    ada = home.browser("ada")
    answer = ada.send("/triage/1", "/triage/1/acknowledge")
    assert "You look after it" in ada.follow(answer).words
    assert "Ada Lovelace looks after it" in home.browser("bob").get("/triage").words


def test_what_is_added_stands_with_the_signal_and_an_observer_may_add_too(home: House) -> None:
    noted(home)
    ola = home.browser("ola")
    answer = ola.send("/triage/1", "/triage/1/add", text="It began at **nine**.")
    assert answer.status == 303
    assert "Ola Observer It began at nine ." in ola.get("/triage/1").words
    assert ola.send("/triage/1", "/triage/1/add", text=" ").status == 422


def test_an_observer_sees_everything_and_decides_nothing(home: House) -> None:
    two_people(home)
    ola = home.browser("ola")
    page = ola.get("/triage/1")
    assert "By our rule, this is an incident" in page.words
    assert "/judge" not in page.text
    for action in ("judge", "attach", "acknowledge"):
        assert ola.post(f"/triage/1/{action}", {"csrf": home.proof(ola)}).status == 403


def test_a_form_sent_twice_is_done_once(home: House) -> None:
    noted(home)
    ada = home.browser("ada")
    form = {**chosen(ada.get("/triage/1"), "/triage/1/add"), "text": "Once"}
    assert [ada.post("/triage/1/add", form).status for _ in range(2)] == [303, 303]
    with home.tocsin.store.read() as connection:
        assert len(signals.talk(connection, ONE)) == 1


def test_an_attachment_needs_an_incident_that_is_there(home: House) -> None:
    home.tocsin.do(c.Declare(title="Something"), by="ada")
    noted(home)
    ada = home.browser("ada")
    sent = {"csrf": home.proof(ada), "incident": ""}
    assert "Choose the incident that it belongs to." in ada.post("/triage/1/attach", sent).words
    assert ada.post("/triage/1/attach", {**sent, "incident": "77"}).status == 422


def test_a_signal_that_is_not_there_is_nowhere(home: House) -> None:
    ada = home.browser("ada")
    assert ada.get("/triage/9").status == 404
    for action in ("judge", "attach", "acknowledge", "add"):
        assert ada.post(f"/triage/9/{action}", {"csrf": home.proof(ada), "text": "x"}).status == 404


def test_nothing_that_is_reported_does_anything(home: House) -> None:
    noted(home, '<script>alert(1)</script>"', ("<b>Jorun</b>",), link='https://x.example/"onclick="y')
    noted(home, "More", (), link="javascript:alert(1)")
    for path in ("/triage", "/triage/1", "/triage/2"):
        text = home.browser("ada").get(path).text
        assert "<script>alert" not in text
        assert "<b>Jorun" not in text
        assert 'href="javascript' not in text
        assert '"onclick=' not in text


def test_what_was_decided_long_ago_is_a_page_further(home: House) -> None:
    for number in range(15):
        home.tocsin.do(c.CloseSignal(signal=noted(home, f"Alert {number}.", criterion="")), by="ada")
    ada = home.browser("ada")
    page = ada.get("/triage")
    assert "Older than S-4" in page.words
    assert "Alert 0." not in page.words
    assert "Alert 0." in ada.get("/triage?before=4").words


def test_a_flood_is_listed_as_far_as_anybody_reads(home: House) -> None:
    for number in range(65):
        noted(home, f"Alert {number}", (), criterion="")
    assert "5 more wait behind these." in home.browser("ada").get("/triage").words
