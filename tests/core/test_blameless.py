"""Words that point at a person are found wherever they stand, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import PLAYBOOK
from tocsin.core.blameless import Pointing, hints
from tocsin.core.playbook import Hint

SYSTEM = "Say what the system let happen."
WISE = replace(
    PLAYBOOK,
    hints=(
        Hint(words=("human error", "forgot", "Human"), instead=SYSTEM),
        Hint(words=("should have", "shouldn't have", "fat-fingered", "STRAßE", "—"), instead="Say what was known."),
    ),
)


def words(text: str) -> list[str]:
    return [hint.words for hint in hints(text, WISE)]


def test_a_hint_says_where_which_words_and_what_instead() -> None:
    text = "It was human error, again."
    assert hints(text, WISE) == [Pointing(start=7, end=18, words="human error", instead=SYSTEM)]
    assert text[7:18] == "human error"


@pytest.mark.parametrize("text", ["Human Error", "HUMAN  ERROR", "human\nerror", "human \r\n error", "(human error)"])
def test_words_are_found_in_any_case_and_over_the_end_of_a_line(text: str) -> None:
    assert [word.casefold() for word in words(text)] == ["human error"]


@pytest.mark.parametrize("text", ["inhuman errors", "forgotten", "shouldhave", "", "unforgot", "fat fingered"])
def test_only_whole_words_are_found(text: str) -> None:
    assert words(text) == []


def test_words_that_are_parted_by_more_than_space_are_not_one_phrase() -> None:
    assert words("They should. Have a look.") == []
    assert words("should\n\nhave") == []


def test_of_two_that_overlap_the_longer_is_found() -> None:
    assert words("human error") == ["human error"]
    assert words("human") == ["human"]


def test_either_apostrophe_will_do() -> None:
    assert words("We shouldn’t have; we shouldn't have.") == ["shouldn’t have", "shouldn't have"]


def test_letters_that_become_two_in_another_case_are_found_where_they_are() -> None:
    [hint] = hints("In der Straße.", WISE)
    assert (hint.start, hint.end, hint.words) == (7, 13, "Straße")


def test_every_place_is_found_in_order() -> None:
    assert words("He forgot. She forgot what she should have known, fat-fingered.") == [
        "forgot", "forgot", "should have", "fat-fingered",
    ]  # fmt: skip


def test_without_hints_nothing_is_found() -> None:
    assert hints("human error", PLAYBOOK) == []


@given(st.text(alphabet="human error forgot\n.’'-ßS", max_size=60))
def test_whatever_is_written_hints_stand_where_they_say_and_never_overlap(text: str) -> None:
    found = hints(text, WISE)
    for hint in found:
        assert " ".join(text[hint.start : hint.end].split()) == hint.words
    assert all(one.end <= other.start for one, other in pairwise(found))
