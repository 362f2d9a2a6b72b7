"""A published report, as a page of the app and as files."""

from __future__ import annotations

import json

import pytest

from tests.engine.office import declared, entries, in_review, note, published
from tests.web.house import House
from tocsin.core import commands as c
from tocsin.core.ids import Seq
from tocsin.core.people import TOCSIN

FORMS = {"md": "text/markdown", "json": "application/json", "html": "text/html", "pdf": "application/pdf"}


def test_the_team_and_representatives_read_a_published_report(home_on_both: House) -> None:
    published(home_on_both.tocsin)
    for handle in ("ada", "ola", "charlie"):
        page = home_on_both.browser(handle).get("/incidents/1/report")
        assert page.status == 200
        assert "The database was full." in page.words and "Declared Ada Lovelace" in page.words


def test_what_is_not_published_is_not_there_for_anybody(home: House) -> None:
    in_review(home.tocsin)
    declared(home.tocsin)
    for handle in ("root", "ada", "charlie"):
        for path in ("/incidents/1/report", "/incidents/2/report", "/incidents/3/report.md", "/incidents/x/report"):
            assert home.browser(handle).get(path).status == 404


def test_whoever_is_not_signed_in_is_asked_to(home: House) -> None:
    published(home.tocsin)
    assert home.browser().get("/incidents/1/report").status == 303


def test_it_stands_as_it_was_published_whatever_was_written_since(home: House) -> None:
    number = published(home.tocsin)
    note(home.tocsin, number, "A later thought")
    home.tocsin.do(c.WriteReport(incident=number, sections={"overview": "The disk was full."}), by="ada")
    words = home.browser("charlie").get("/incidents/1/report").words
    assert "The database was full." in words
    assert "A later thought" not in words and "The disk was full" not in words


def test_what_was_redacted_since_is_gone(home: House) -> None:
    number = published(home.tocsin)
    line = next(entry.seq for entry in entries(home.tocsin) if type(entry.event).__name__ == "Resolved")
    home.tocsin.do(c.Redact(incident=number, line=Seq(line), why="A name."), by="ada")
    assert "Logged in as a guest" not in home.browser("charlie").get("/incidents/1/report").words


@pytest.mark.parametrize("form", FORMS)
def test_it_can_be_taken_along_in_every_form(home: House, form: str) -> None:
    published(home.tocsin)
    headers = home.browser("charlie").get(f"/incidents/1/report.{form}").response.headers
    assert headers["content-type"].startswith(FORMS[form])
    assert headers["content-disposition"] == f'attachment; filename="1-hub.{form}"'


def test_the_page_that_is_taken_along_can_do_nothing_here(home: House) -> None:
    published(home.tocsin)
    policy = home.browser("ada").get("/incidents/1/report.html").response.headers["content-security-policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy


def test_the_data_is_that_of_the_published_revision(home: House) -> None:
    published(home.tocsin)
    told = json.loads(home.browser("ada").get("/incidents/1/report.json").text)
    assert (told["status"], told["sections"]["overview"]) == ("Published", "The database was full.")


def test_a_form_that_is_not_published_is_not_there(home: House) -> None:
    published(home.tocsin)
    assert home.browser("ada").get("/incidents/1/report.exe").status == 404


def test_words_of_a_report_are_words_and_nothing_else(home: House) -> None:
    tocsin = home.tocsin
    number = published(tocsin)
    for command in (
        c.WriteReport(incident=number, sections={"overview": "<script>alert(1)</script> [x](javascript:alert)"}),
        c.AskForReview(incident=number),
    ):
        tocsin.do(command, by="ada")
    tocsin.do(c.Review(incident=number), by="bob")
    tocsin.do(c.Publish(incident=number), by="ada")
    asked = entries(tocsin)[-1].seq
    record = c.RecordPublication(incident=number, request=asked, path="reports/1-hub", commit="2")
    tocsin.do(record, by=TOCSIN)
    text = home.browser("charlie").get("/incidents/1/report").text
    assert "&lt;script&gt;alert(1)" in text and "<script>alert" not in text and 'href="javascript' not in text
