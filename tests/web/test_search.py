"""Search on the page: what is found, where it leads, and to whom it is shown."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.engine.office import declared, note, published
from tests.web.house import House
from tocsin.core import commands as c
from tocsin.store import search

HOSTILE = (
    "' OR 1=1--",
    '"*',
    "NEAR(",
    "a\0b",
    "x" * 10_000,
    "!!! ()",
    "%",
    "\ud800".encode("utf-8", "replace").decode(),
)


def test_what_is_found_is_marked_and_leads_to_its_line(home_on_both: House) -> None:
    line = note(home_on_both.tocsin, declared(home_on_both.tocsin), "It says QUOTA_EXCEEDED <b>today</b>.")
    page = home_on_both.browser("ada").get("/incidents?q=quota")
    assert "<mark>QUOTA</mark>_EXCEEDED &lt;b&gt;today" in page.text
    assert f'href="/incidents/1?at={line}#L{line}"' in page.text


def test_what_is_found_in_a_title_is_marked_there(home: House) -> None:
    declared(home.tocsin, "The <i>disk</i> is full")
    assert "&lt;i&gt;<mark>disk</mark>&lt;/i&gt;" in home.browser("ada").get("/incidents?q=disk").text


def test_only_commands_are_looked_at_where_that_is_asked(home: House) -> None:
    number = declared(home.tocsin)
    note(home.tocsin, number, "disk note")
    home.tocsin.do(c.Note(incident=number, text="df", kind="command", output="disk 100%"), by="ada")
    words = home.browser("ada").get("/incidents?q=disk&only=commands").words
    assert "a command" in words and "disk note" not in words


def test_a_command_that_is_found_stands_there_as_it_was_typed(home: House) -> None:
    number = declared(home.tocsin)
    home.tocsin.do(c.Note(incident=number, text="df /home | sort", kind="command", output="disk 100%"), by="ada")
    assert ">df /home | sort\n<mark>disk</mark> 100%<" in home.browser("ada").get("/incidents?q=disk").text


def test_a_search_can_be_narrowed_like_the_list(home: House) -> None:
    note(home.tocsin, declared(home.tocsin), "disk")
    assert "mentions “disk”" in home.browser("ada").get("/incidents?q=disk&show=owed").words
    assert "Line 3" in home.browser("ada").get("/incidents?q=disk&show=open&when=30").words


def test_where_nothing_is_found_the_page_says_what_was_asked(home: House) -> None:
    words = home.browser("ada").get("/incidents?q=%3Cb%3E&only=commands").words
    assert "There is no word in that" not in words
    assert "No incident mentions “<b>” in a command or its output" in words


def test_signs_alone_ask_for_nothing(home: House) -> None:
    assert "There is no word in that" in home.browser("ada").get("/incidents?q=%21%21").words


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_gets_an_answer(home_on_both: House, typed: str) -> None:
    note(home_on_both.tocsin, declared(home_on_both.tocsin), "disk")
    assert home_on_both.browser("ada").get(f"/incidents?q={quote(typed)}").status == 200


def test_a_page_that_is_not_there_is_empty(home: House) -> None:
    note(home.tocsin, declared(home.tocsin), "disk")
    for before in ("1", "x", "9" * 30):
        assert home.browser("ada").get(f"/incidents?q=disk&before={before}").status == 200


def test_whoever_types_a_number_may_go_there(home: House) -> None:
    declared(home.tocsin, "The disk is full")
    for typed in ("1", "INC-1", "%231"):
        assert 'class="jump"><a href="/incidents/1">' in home.browser("ada").get(f"/incidents?q={typed}").text


def test_a_representative_finds_published_words_alone(home: House) -> None:
    number = published(home.tocsin)
    note(home.tocsin, number, "disk full")
    declared(home.tocsin, "The disk is full")
    browser = home.browser("charlie")
    assert "No incident mentions “disk”" in browser.get("/incidents?q=disk").words
    assert "No incident mentions “disk”" in browser.get("/incidents?q=disk&only=commands").words
    assert 'href="/incidents/1/report"' in browser.get("/incidents?q=database").text
    assert "jump" not in browser.get("/incidents?q=2").text


def test_a_page_that_could_not_look_at_everything_says_so(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    number = declared(home.tocsin)
    home.tocsin.do(c.Note(incident=number, text="df", kind="command", output="disk 100%"), by="ada")
    for _ in range(3):
        note(home.tocsin, number, "disk")
    monkeypatch.setattr(search, "LOOKED", 3)
    page = home.browser("ada").get("/incidents?q=disk&only=commands")
    assert "in a command or its output so far" in page.words and "we looked at 3 of them" in page.words
    to = re.search(r'href="([^"]+)">Look further back', page.text)
    assert to and "df" in home.browser("ada").get(to[1].replace("&amp;", "&")).words


def test_where_too_many_words_begin_so_the_page_says_what_it_looked_for(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "ENDINGS", 1)
    note(home.tocsin, declared(home.tocsin), "disks diskette")
    words = home.browser("ada").get("/incidents?q=disk").words
    assert "More than 1 words begin with “disk”, so we looked only for the word itself. Type more of it" in words


def test_nobody_searches_without_signing_in(home: House) -> None:
    assert home.browser().get("/incidents?q=disk").status == 303
