"""Now: what needs whoever reads, and how everything stands."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import sqlalchemy as sa

from tests.web.house import House
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.store import log, people, reads, signals, tables

ONE = IncidentNumber(1)


def read(home: House, handle: str = "ada") -> str:
    """What somebody reads there, without the gaps that markup leaves before a full stop."""
    return re.sub(r" (?=[.,:])", "", home.browser(handle).get("/").words)


def declared(home: House, title: str = "Nobody can log in", commander: str = "ada") -> IncidentNumber:
    command = c.Declare(title=title, commander=commander, communities=("utoronto",), services=("utoronto/prod",))
    number = home.tocsin.do(command, by="ada").incident
    assert number is not None
    return number


def resolved(home: House, title: str = "Nobody can log in") -> IncidentNumber:
    number = declared(home, title)
    home.tocsin.do(c.Resolve(incident=number, verified="Ada logged in"), by="ada")
    return number


def statements(home: House, path: str, handle: str = "ada") -> int:
    """How many a page takes, that of whoever is signed in among them."""
    browser, counted = home.browser(handle), []

    def count(*told: object) -> None:
        counted.append(told[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        assert browser.get(path).status == 200
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    return len([each for each in counted if str(each).lstrip().upper().startswith(("SELECT", "WITH"))])


def test_a_first_run_shows_four_steps_each_with_a_link(home: House) -> None:
    page = home.browser("ada").get("/")
    for path in ("/people", "/services", "/handbook", "/declare?drill=1"):
        assert f'href="{path}"' in page.text
    assert "Nothing needs you now." in page.words


def test_an_empty_page_says_what_is_true_and_what_would_fill_it(home: House) -> None:
    resolved(home)
    page = home.browser("ola").get("/")
    assert "No open incidents" in page.words
    assert "No signal waits for a decision either." in page.words


def test_an_open_incident_stands_with_its_state_its_roles_and_its_picture(home: House) -> None:
    declared(home)
    home.tocsin.do(c.SetPlan(incident=ONE, state="Old sessions still work."), by="ada")
    home.tocsin.do(c.SetImpact(incident=ONE, start=home.clock() - timedelta(hours=1)), by="ada")
    page = home.browser("bob").get("/")
    assert "INC-1 Open Toronto's hub Nobody can log in Old sessions still work." in page.words
    assert "Commander Ada Lovelace" in page.words
    assert "Impact 1 h" in page.words
    assert 'class="strip strip--compact"' in page.text


def test_a_promise_that_falls_due_comes_first_and_says_when(home: House) -> None:
    number = declared(home)
    home.tocsin.do(c.NoteSignal(text="Kernels die", criterion="execute", everyone=True), by="bob")
    promised = home.clock() + timedelta(minutes=18)
    home.tocsin.do(c.PostUpdate(incident=number, text="We look.", next_by=promised), by="ada")
    needs = read(home).partition("Needs you now")[2]
    assert needs.startswith(
        " Tell University of Toronto how INC-1 stands You promised an update by 12:18. That is in 18"
    )
    assert needs.index("Write the update") < needs.index("Decide on a signal: Kernels die")


def test_a_promise_that_was_missed_says_since_when(home: House) -> None:
    number = declared(home)
    promised = home.clock() + timedelta(minutes=18)
    home.tocsin.do(c.PostUpdate(incident=number, text="We look.", next_by=promised), by="ada")
    home.clock.later(timedelta(minutes=20))
    words = read(home)
    assert "That was 2 min ago." in words
    assert "Update was promised by 12:18" in words


def test_what_is_promised_for_later_needs_nobody_now(home: House) -> None:
    number = declared(home)
    promised = home.clock() + timedelta(hours=5)
    home.tocsin.do(c.PostUpdate(incident=number, text="We look.", next_by=promised), by="ada")
    assert "Nothing needs you now." in read(home)


def test_a_first_response_that_is_due_says_so(home: House) -> None:
    home.tocsin.playbook = playbooks.default()
    declared(home)
    assert "They have not heard from us yet. The first response is due by" in read(home)


def test_an_offer_reaches_whoever_it_is_put_to_and_everybody_of_a_group(home: House) -> None:
    declared(home)
    home.tocsin.do(c.OfferRole(incident=ONE, role="commander", to="triagers", text="I should sleep."), by="ada")
    for handle in ("bob", "dana"):
        assert "Ada Lovelace offers Support Triagers a role in INC-1: Incident Commander" in read(home, handle)
        assert "“I should sleep.”" in read(home, handle)
    assert "offers Support Triagers" not in read(home, "root")


def test_an_ask_stands_until_it_is_answered_and_then_until_it_is_done(home: House) -> None:
    declared(home)
    until = home.clock() + timedelta(minutes=30)
    ask = home.tocsin.do(c.Delegate(incident=ONE, what="Look at the proxy", to="bob", until=until), by="ada").lines[0]
    assert "You are asked to: Look at the proxy For INC-1, by 12:30. That is in 30 min." in read(home, "bob")
    home.tocsin.do(c.AcceptAsk(incident=ONE, ask=ask), by="bob")
    assert "You said you would: Look at the proxy" in read(home, "bob")
    home.tocsin.do(c.FinishAsk(incident=ONE, ask=ask, outcome="It was full"), by="bob")
    assert "Look at the proxy" not in read(home, "bob")


def test_word_that_waits_for_approval_needs_whoever_approves(home: House) -> None:
    declared(home)
    home.tocsin.do(c.Assign(incident=ONE, role="liaison", person="bob"), by="ada")
    home.tocsin.do(c.ProposeUpdate(incident=ONE, text="We look into it."), by="bob")
    assert "Approve word to University of Toronto on INC-1 Bob Kahn asked you" in read(home)


def test_an_incident_that_nobody_commands_needs_everybody_who_responds(home: House) -> None:
    declared(home)
    home.tocsin.do(c.Release(incident=ONE, role="commander"), by="ada")
    assert "Nobody commands INC-1" in read(home, "dana")
    assert "You look on: nothing is asked of you here." in read(home, "ola")


def test_signals_about_one_matter_are_one_thing_to_decide(home: House) -> None:
    for who in ("Jorun", "Sámal"):
        home.tocsin.do(c.NoteSignal(text=f"{who} has no kernel", criterion="execute", people=(who,)), by="ada")
    home.tocsin.do(c.NoteSignal(text="A question"), by="ada")
    needs = read(home).partition("Needs you now")[2]
    assert needs.count("Decide on a signal") == 2
    assert needs.index("Jorun has no kernel 2 people") < needs.index("A question")


def test_a_flood_of_signals_is_counted_and_not_listed(home: House) -> None:
    for number in range(12):
        home.tocsin.do(c.NoteSignal(text=f"Alert {number}"), by="ada")
    words = read(home)
    assert words.count("Decide on a signal") == 3
    assert "Decide on 9 more" in words


def test_a_report_that_is_owed_says_how_old_it_is_whose_and_what_is_missing(home: House) -> None:
    resolved(home)
    home.clock.later(timedelta(days=19))
    page = home.browser("ada").get("/")
    assert "Reports we owe 1, the oldest for 19 days" in page.words
    assert "INC-1 Nobody can log in 19 days you" in page.words
    assert "Write the report on INC-1" in page.words


def test_only_the_oldest_reports_are_listed_and_the_others_counted(home: House) -> None:
    for number in range(8):
        resolved(home, f"Outage {number}")
        home.clock.later(timedelta(days=1))
    words = read(home)
    assert "Reports we owe 8, the oldest for 8 days" in words
    assert "2 more are younger." in words


def test_a_drill_owes_no_report(home: House) -> None:
    number = home.tocsin.do(c.Declare(title="An exercise", commander="ada", drill=True), by="ada").incident
    assert number is not None
    home.tocsin.do(c.Resolve(incident=number, verified="It was one"), by="ada")
    assert "Reports we owe none" in read(home)


def test_who_took_part_is_asked_to_read_a_report_under_review(home: House) -> None:
    number = resolved(home)
    home.tocsin.do(c.Note(incident=number, text="I saw it too."), by="bob")
    text = {str(section.slug): "Said." for section in home.tocsin.playbook.sections}
    home.tocsin.do(c.WriteReport(incident=number, sections=text), by="ada")
    now = home.clock()
    home.tocsin.do(c.SetImpact(incident=number, start=now - timedelta(hours=1), end=now), by="ada")
    home.tocsin.do(c.NoAction(incident=number, why="It was the weather"), by="ada")
    home.tocsin.do(c.AskForReview(incident=number), by="ada")
    assert "Review the report on INC-1 Ada Lovelace asks you to read it." in read(home, "bob")
    assert "Review the report" not in read(home, "root")


def test_who_is_at_work_is_drawn_hour_by_hour_without_a_style(home: House) -> None:
    page = home.browser("ada").get("/")
    assert 'aria-label="Bob: at work 12:00 to 17:00, 09:00 to 12:00 UTC"' in page.text
    assert 'width="20.83%"' in page.text
    assert "Ada Lovelace and 3 others stop at 17:00 UTC, in 5 h. Then nobody is at work until" in page.words
    assert "style=" not in page.text


def test_what_people_write_is_shown_as_they_wrote_it_and_does_nothing(home: House) -> None:
    declared(home, '<script>alert("x")</script> & more')
    home.tocsin.do(c.SetPlan(incident=ONE, state="<b onclick=x>It's</b>"), by="ada")
    home.tocsin.do(c.NoteSignal(text="<img src=x onerror=y>"), by="ada")
    page = home.browser("ada").get("/")
    assert "<script>alert" not in page.text
    assert "<b onclick" not in page.text
    assert "<img" not in page.text


def test_whoever_speaks_for_a_community_learns_what_they_can_do_and_nothing_of_incidents(home: House) -> None:
    declared(home, "A secret outage")
    page = home.browser("charlie").get("/")
    assert page.status == 200
    assert 'href="/wrong"' in page.text
    assert "secret" not in page.text


def test_the_page_takes_as_many_statements_with_three_open_incidents_as_it_may(home_on_both: House) -> None:
    home = home_on_both
    for number in range(3):
        declared(home, f"Outage {number}")
        resolved(home, f"Over {number}")
    home.tocsin.do(c.NoteSignal(text="A question"), by="ada")
    assert statements(home, "/") <= 12


def test_no_past_incident_makes_the_page_ask_for_more(home: House) -> None:
    declared(home)
    before = statements(home, "/")
    for number in range(10):
        resolved(home, f"Over {number}")
    assert statements(home, "/") <= before + 1  # what the reports say


def test_what_is_open_and_owed_is_found_by_indexes(home: House) -> None:
    resolved(home)
    asked: list[tuple[str, object]] = []

    def keep(*told: object) -> None:
        asked.append((str(told[2]), told[3]))

    with home.tocsin.store.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", keep)
        reads.owed_first(connection, home.person("ada").handle, 6)
        reads.resolved_lately(connection, datetime.fromisoformat("2026-11-01T00:00:00+00:00"), 5)
        log.folded_open(connection, [ONE])
        sa.event.remove(connection, "before_cursor_execute", keep)
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
            assert not [row for row in plan if row[3].startswith(f"SCAN {tables.incidents.name}")], plan


def test_nothing_is_asked_of_the_talk_of_no_incident(home: House) -> None:
    with home.tocsin.store.read() as connection:
        assert log.talk_of(connection, {}) == {}
        assert people.everybody(connection)
        assert signals.decided(connection, 3) == []
