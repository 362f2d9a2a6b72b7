"""Web addresses in plain words."""

from __future__ import annotations

from hypothesis import given

from tests.report.documents import texts
from tocsin.core.links import addresses
from tocsin.report.links import parts, unsaid

A, AB = "https://example.org/a", "https://example.org/ab"


def test_a_text_is_taken_apart_at_its_addresses() -> None:
    assert list(parts(f"See {AB}, then {A}.")) == [
        ("See ", False),
        (AB, True),
        (", then ", False),
        (A, True),
        (".", False),
    ]


def test_a_text_without_an_address_is_one_part() -> None:
    assert list(parts("See (here).")) == [("See (here).", False)]
    assert list(parts("")) == []


@given(texts)
def test_nothing_is_lost_between_the_parts(text: str) -> None:
    found = list(parts(text))
    assert "".join(part for part, _ in found) == text
    assert {part for part, is_address in found if is_address} == set(addresses(text))


def test_a_link_that_the_text_shows_is_not_shown_again() -> None:
    assert unsaid((AB, A, "alert:7"), f"See {AB}.") == (A, "alert:7")
