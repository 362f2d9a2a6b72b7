"""The handbook: the process on one page, for whoever may sign in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.web.house import House
from tocsin import playbooks
from tocsin.core.playbook import Term
from tocsin.web.handbook import parts


@pytest.mark.parametrize("handle", ["ada", "ola", "charlie"])
def test_whoever_may_sign_in_reads_it(home: House, handle: str) -> None:
    page = home.browser(handle).get("/handbook")
    assert page.status == 200
    for words in ("What counts as an incident", "Incident Commander", "When we write", "Where this comes from"):
        assert words in page.words


def test_nobody_else_does(home: House) -> None:
    assert home.browser().get("/handbook").status == 303


def test_it_says_which_version_it_is_how_settled_and_where_to_suggest_a_change(home: House) -> None:
    page, playbook = home.browser("ada").get("/handbook"), playbooks.default()
    assert f"{playbook.slug} , version {playbook.version}" in page.words
    assert "Beta" in page.words and playbook.suggest in page.text


def test_each_part_can_be_linked_to_and_the_contents_do(home: House) -> None:
    text = home.browser("ada").get("/handbook").text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    contents = text.partition('class="outline"')[2].partition("</nav>")[0]
    links = re.findall(r'href="#([^"]+)"', contents)
    assert "what-counts-as-an-incident" in links and set(links) <= set(ids)


def test_parts_of_one_name_are_told_apart() -> None:
    named = replace(playbooks.default(), phases=(), severities=(Term(slug="a", name="A"),))  # type: ignore[arg-type]
    ids = re.findall(r'id="([^"]+)"', "".join(part.html for part in parts(named)))
    assert len(ids) == len(set(ids))


def test_the_blanks_of_messages_stand_out(home: House) -> None:
    text = home.browser("ada").get("/handbook").text
    assert '<span class="blank">' in text and "‹" not in text.partition("<h3")[2].partition("</section>")[0]


def test_what_a_playbook_says_is_words_and_nothing_else() -> None:
    hostile = replace(playbooks.default(), definition="<script>alert(1)</script> ‹<b>x</b>›")
    html = "".join(part.html for part in parts(hostile))
    assert "<script>" not in html and "<b>x" not in html
