"""What is looked at before word goes out."""

from __future__ import annotations

import pytest

from tests.core.world import PLAYBOOK
from tocsin import playbooks
from tocsin.language.outward import Seen, look_over, named, without

PEOPLE = ("Mei Sato", "Amara Okoye")
WELL = "You can start your server again."


def troubles(text: str, own: str = "", promises: bool | None = None) -> list[str]:
    return [each.says for each in look_over(text, PLAYBOOK, PEOPLE, own=own, promises=promises) if not each.well]


def test_word_with_nothing_to_say_against_it_is_well() -> None:
    assert troubles(WELL, promises=True) == []


def test_what_is_left_to_fill_in_stands_first_and_stops_it() -> None:
    seen = look_over(f"Mei knows. {WELL} [… what was tried]", PLAYBOOK, PEOPLE)
    assert seen[0] == Seen(well=False, stops=True, says="Left to fill in, or to take out: what was tried")


def test_nothing_at_all_stops_it() -> None:
    assert "Nothing is written yet." in troubles("  ")


def test_word_that_has_to_promise_says_so() -> None:
    assert troubles(WELL, promises=False) == ["It does not say by when they hear from us again."]


@pytest.mark.parametrize("text", ["Mei can.", "We asked Mei; you can wait.", "Mei's fix can help.", "Mei Sato can."])
def test_a_colleague_is_named_by_the_first_name_too(text: str) -> None:
    assert troubles(text)[0].startswith("It names Mei")


@pytest.mark.parametrize("text", ["Meissen", "mei", "a@Mei", "Amaranth"])
def test_a_word_that_only_looks_like_a_name_names_nobody(text: str) -> None:
    assert named(text, PEOPLE) == []


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("We think that Mei is right.", "We think that an engineer is right."),
        ("It broke. Mei mends it. (Mei!)", "It broke. An engineer mends it. (an engineer!)"),
        ("Mei mends it.\n\nMei does.", "An engineer mends it.\n\nAn engineer does."),
        ("Mei's fix, Mei.", "An engineer's fix, an engineer."),
        ("Meissen", "Meissen"),
    ],
)
def test_somebody_stands_in_the_place_of_a_name(text: str, better: str) -> None:
    assert without(text, "Mei") == better


def test_no_name_changes_nothing() -> None:
    assert without(WELL, "") == WELL


def test_words_that_point_at_a_person_say_what_to_write_instead() -> None:
    found = look_over("You can log in. It was human error.", playbooks.default(), ())
    assert any(each.says.startswith("“human error” points at a person. Say") for each in found)


def test_word_says_what_people_can_do() -> None:
    assert troubles("We look into it.") == ["It does not say what people can and cannot do now."]


@pytest.mark.parametrize(
    "link", ["http://wiki/x", "https://10.0.0.4/a", "http://localhost:80", "https://grafana.internal/d"]
)
def test_a_link_that_only_we_can_open_is_told(link: str) -> None:
    assert troubles(f"{WELL} See {link}.") == [f"Only we can open this: {link}"]


def test_our_own_pages_are_such_links_and_public_ones_are_not() -> None:
    own = "https://incidents.example.org"
    assert troubles(f"{WELL} {own}/incidents/1", own=own) == [f"Only we can open this: {own}/incidents/1"]
    assert troubles(f"{WELL} https://status.example.org/x http://[", own=own) == []


@pytest.mark.parametrize("time", ["14:00", "until 9:30"])
def test_a_time_without_a_place_is_nobodys(time: str) -> None:
    assert "on whose clock?" in troubles(f"{WELL} We look {time}.")[0]


@pytest.mark.parametrize("time", ["14:00 Santiago time", "14:00 UTC", "14:00 (CET)", "14:00 in Nairobi"])
def test_a_time_with_its_place_is_well(time: str) -> None:
    assert troubles(f"{WELL} We look at {time}.") == []
