"""`/incidents`: the list, by month, from the rows alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.counting import statements
from tests.engine.office import declared, entries, in_review, published, resolved
from tests.web.house import House
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import IncidentNumber, Seq, SignalId
from tocsin.core.people import TOCSIN
from tocsin.store import listing


def test_before_anything_happened_the_list_says_what_will_stand_there(home: House) -> None:
    assert "No incidents yet" in home.browser("ada").get("/incidents").words


def test_incidents_stand_by_month_with_how_long_people_were_affected(home_on_both: House) -> None:
    published(home_on_both.tocsin)
    declared(home_on_both.tocsin, "The disk is full")
    words = home_on_both.browser("ada").get("/incidents").words
    assert "2 since November 2026. 1 is open." in words
    assert "November 2026 2 incidents, 1 h of impact" in words
    assert "INC-1 Nobody can log in" in words and "Report: published" in words
    assert words.index("The disk is full") < words.index("Nobody can log in")


def test_the_picture_of_a_row_says_itself_in_words(home: House) -> None:
    published(home.tocsin)
    text = home.browser("ada").get("/incidents").text
    assert 'aria-label="1 h; noticed after 1 h; the communities were not told"' in text
    assert '<rect class="harm" x="0" y="4" width="25.00%" height="8"/>' in text


def test_where_nobody_knows_when_it_began_the_row_says_so(home: House) -> None:
    declared(home.tocsin)
    page = home.browser("ada").get("/incidents")
    assert "not known" in page.words and "When its impact began is not known" in page.text


def test_an_open_incident_is_counted_from_its_first_sign_on_here_and_on_the_first_page(home: House) -> None:
    tocsin, ada = home.tocsin, home.browser("ada")
    tocsin.do(c.NoteSignal(text="No login"), by="ada", at=tocsin.clock() - timedelta(minutes=90))
    tocsin.do(c.Declare(title="One", commander="ada", signals=(SignalId(1),), why="So."), by="ada")
    page = ada.get("/incidents")
    assert "about 1 h 30" in page.words and "1 incident INC-1" in page.words
    assert "About 1 h 30 min so far; when it began nobody has said" in page.text
    assert "about 1 h 30 min" in ada.get("/").words


def test_an_impact_known_by_ranges_is_as_long_from_middle_to_middle_everywhere(home: House) -> None:
    declared(home.tocsin)
    start, later = home.tocsin.clock() - timedelta(hours=3), timedelta(minutes=40)
    home.tocsin.do(c.SetImpact(incident=IncidentNumber(1), start=start, start_until=start + later), by="ada")
    ada = home.browser("ada")
    assert "2 h 40" in ada.get("/incidents").words and "about 2 h 40 min" in ada.get("/").words


@pytest.mark.parametrize(
    ("asked", "there", "missing"),
    [("show=open", "One", "Two"), ("show=owed", "Two", "One"), ("service=utoronto/prod", "One", "Two"),
     ("criterion=login", "Two", "One"), ("when=30&show=owed", "Two", "One"), ("show=nonsense", "One", "Three")],
)  # fmt: skip
def test_filters_narrow_the_list(home: House, asked: str, there: str, missing: str) -> None:
    do = home.tocsin.do
    do(c.Declare(title="One", commander="ada", services=("utoronto/prod",)), by="ada")
    do(c.Declare(title="Two", commander="ada", criterion="login"), by="ada")
    do(c.Resolve(incident=IncidentNumber(2), verified="Logged in."), by="ada")
    words = home.browser("ada").get(f"/incidents?{asked}").words
    assert there in words.partition("Where it stands")[2]
    assert missing not in words.partition("Where it stands")[2]


def test_where_a_filter_leaves_nothing_the_page_says_what_was_asked(home: House) -> None:
    declared(home.tocsin)
    words = home.browser("ada").get("/incidents?show=owed&service=utoronto/prod&when=90").words
    assert "No incident that is owed a report about Toronto's hub in the last 90 days is here" in words


def test_older_ones_are_on_the_next_page_and_none_is_lost(home_on_both: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    for count in range(5):
        declared(home_on_both.tocsin, f"Title {count}")
        home_on_both.clock.later(timedelta(minutes=count % 2))
    browser, path, seen = home_on_both.browser("ada"), "/incidents", []
    for _ in range(3):
        page = browser.get(path)
        seen += [count for count in range(4, -1, -1) if f"Title {count}" in page.words]
        path = page.text.partition('class="keyset"><a class="btn" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == [4, 3, 2, 1, 0]


def test_older_than_what_is_not_there_is_nothing(home: House) -> None:
    declared(home.tocsin)
    for before in ("99", "0", "x", "9" * 30):
        assert home.browser("ada").get(f"/incidents?before={before}").status == 200


def test_a_representative_sees_published_reports_and_no_count_of_others(home: House) -> None:
    published(home.tocsin)
    in_review(home.tocsin)
    declared(home.tocsin, "Secret")
    page = home.browser("charlie").get("/incidents")
    assert "1 with a published report" in page.words and "Secret" not in page.words
    assert '<a href="/incidents/1/report">' in page.text and "Report owed" not in page.words
    assert "Declare an incident" not in page.words


def test_one_that_is_read_again_after_it_was_published_is_still_public(home: House) -> None:
    number = published(home.tocsin)
    home.tocsin.do(c.WriteReport(incident=number, sections={"overview": "Better."}), by="ada")
    home.tocsin.do(c.AskForReview(incident=number), by="ada")
    assert "1 with a published report" in home.browser("charlie").get("/incidents").words


def reopened(home: House) -> IncidentNumber:
    """One whose report is published, and that has another title and is worked on again since."""
    number = published(home.tocsin)
    home.tocsin.do(c.Reopen(incident=number, why="It is back."), by="ada")
    home.tocsin.do(c.Retitle(incident=number, title="SECRET: Ada broke it"), by="ada")
    return number


@pytest.mark.parametrize("path", ["/incidents", "/incidents?q=1", "/incidents?q=database", "/incidents?q=secret"])
def test_a_representative_reads_nothing_that_was_written_since(home_on_both: House, path: str) -> None:
    reopened(home_on_both)
    words = home_on_both.browser("charlie").get(path).words
    assert "SECRET" not in words and "Open" not in words
    assert ("Nobody can log in" in words) is (path != "/incidents?q=secret")


@pytest.mark.parametrize("path", ["/incidents", "/incidents?q=1", "/incidents?criterion=login", "/people/charlie"])
def test_what_a_published_report_does_not_say_is_not_told_to_its_readers(home_on_both: House, path: str) -> None:
    """Neither places, nor times, nor the kind, nor who was told: before it is published again, all is as it was."""
    home, reader = home_on_both, home_on_both.browser("charlie")
    number = published(home.tocsin)
    before = reader.get(path).text
    changed(home, number)
    assert _but_for_forms(reader.get(path).text) == _but_for_forms(before)
    assert "Toronto's hub" in home.browser("ada").get("/incidents").words


def test_what_changed_is_told_once_it_is_published_again(home: House) -> None:
    number = published(home.tocsin)
    changed(home, number)
    home.clock.later()
    home.tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="ada")
    home.tocsin.do(c.SetImpact(incident=number, end=home.clock()), by="ada")
    republished(home, number)
    words = home.browser("charlie").get("/incidents").words
    assert "Toronto's hub" in words and "Managed JupyterHubs" not in words


def test_readers_of_reports_find_by_when_it_began_as_published(home: House) -> None:
    number = published(home.tocsin)
    changed(home, number)
    home.clock.at += timedelta(days=40)
    home.tocsin.do(c.SetImpact(incident=number, start=home.clock()), by="ada")
    assert "Nobody can log in" not in home.browser("charlie").get("/incidents?when=30").words
    assert "Nobody can log in" in home.browser("charlie").get("/incidents?when=90").words


def changed(home: House, number: IncidentNumber) -> None:
    """Open again, with everything that a list shows of it another."""
    for command in (
        c.Reopen(incident=number, why="It is back."),
        c.SetImpact(incident=number, start=home.clock() - timedelta(days=20)),
        c.SetServices(incident=number, services=("utoronto/prod",)),
        c.SetCommunities(incident=number, communities=("dubois",)),
        c.SetCriterion(incident=number, criterion="login"),
        c.PostUpdate(incident=number, text="It is back.", communities=("dubois",)),
    ):
        home.tocsin.do(command, by="ada")


def republished(home: House, number: IncidentNumber) -> None:
    for command, who in (
        (c.AskForReview(incident=number), "ada"),
        (c.Review(incident=number), "bob"),
        (c.Publish(incident=number), "ada"),
    ):
        home.tocsin.do(command, by=who)
    request = max(each.seq for each in entries(home.tocsin, number) if isinstance(each.event, e.PublicationRequested))
    home.tocsin.do(c.RecordPublication(incident=number, request=request, path="reports/1-hub", commit="c1"), by=TOCSIN)


def _but_for_forms(page: str) -> str:
    return re.sub(r'name="once" value="[^"]*"', "", page)


def test_the_team_reads_the_title_of_now(home: House) -> None:
    reopened(home)
    words = home.browser("ada").get("/incidents").words
    assert "SECRET: Ada broke it" in words and "Open" in words


def test_a_published_title_that_is_redacted_is_gone_for_everybody(home: House) -> None:
    number = reopened(home)
    home.tocsin.do(c.Redact(incident=number, line=Seq(1), why="A name."), by="root")
    assert "Nobody can log in" not in home.browser("charlie").get("/incidents").words


def test_an_observer_is_not_asked_to_declare(home: House) -> None:
    assert "Declare an incident" not in home.browser("ola").get("/incidents").words


def test_titles_are_words_and_nothing_else(home: House) -> None:
    declared(home.tocsin, '<script>alert("1")</script>')
    text = home.browser("ada").get("/incidents").text
    assert "&lt;script&gt;" in text and "<script>alert" not in text


def test_the_list_reads_as_little_of_many_as_of_few(home: House) -> None:
    browser = home.browser("ada")
    counts = []
    for many in (1, 30):
        for _ in range(many):
            resolved(home.tocsin)
        with statements() as sent:
            assert browser.get("/incidents").status == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 6
