"""What opens a report, and the sections after it."""

from __future__ import annotations

import pytest

from tocsin.core.ids import Slug
from tocsin.language.markup import tree
from tocsin.report.document import Section
from tocsin.report.sections import Written, written


def sections(*texts: str) -> list[Section]:
    return [Section(slug=Slug(f"s{number}"), title=f"S{number}", text=text) for number, text in enumerate(texts)]


def read(title: str, text: str) -> Written:
    return Written(title=title, blocks=tree(text))


def test_a_short_first_paragraph_opens_it_and_the_rest_follows() -> None:
    opening, rest = written(sections("It stopped.\n\nThe disk was full.", "", "Ada came."), tree)
    assert opening == read("S0", "It stopped.")
    assert rest == [read("S0", "The disk was full."), read("S2", "Ada came.")]


def test_a_first_section_of_one_paragraph_is_no_section_any_more() -> None:
    assert written(sections("It stopped.", "Ada came."), tree) == (read("S0", "It stopped."), [read("S1", "Ada came.")])


@pytest.mark.parametrize("text", ["x" * 601, "- a list", "```\ncode\n```", "# A heading\n\nText"])
def test_what_is_no_short_paragraph_opens_nothing(text: str) -> None:
    assert written(sections(text), tree) == (None, [read("S0", text)])


def test_only_the_first_section_can_open_it() -> None:
    assert written(sections(" ", "It stopped."), tree) == (None, [read("S1", "It stopped.")])


def test_where_nobody_wrote_anything_there_is_nothing() -> None:
    assert written(sections("", "\n"), tree) == written([], tree) == (None, [])
