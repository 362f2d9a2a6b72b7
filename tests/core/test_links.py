"""Addresses in what people write."""

from __future__ import annotations

import time

import pytest

from tocsin.core.links import address_at, addresses, is_address, link_kind


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing here", ()),
        ("see https://a.org/x.", ("https://a.org/x",)),
        ("see <https://a.org>, then HTTP://B.org!", ("https://a.org", "HTTP://B.org")),
        ("[the page](https://a.org/x_(y))", ("https://a.org/x_(y)",)),
        ("(https://a.org/x)", ("https://a.org/x",)),
        ("[https://a.org/x]", ("https://a.org/x",)),
        ("https://a.org and https://a.org", ("https://a.org",)),
        ("**https://a.org/x**", ("https://a.org/x",)),
        ("<https://a.org|the page>", ("https://a.org",)),
        ("`curl https://a.org/x`", ("https://a.org/x",)),
    ],
)
def test_addresses_are_found_without_the_sentence_around_them(text: str, found: tuple[str, ...]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://github.com/2i2c-org/infrastructure/issues/7637", "issue"),
        ("https://github.com/HigherEdData/Du-Bois-STEM/pull/4", "pull-request"),
        ("https://gitlab.com/a/b/-/merge_requests/7", "pull-request"),
        ("https://2i2c.freshdesk.com/a/tickets/1021", "ticket"),
        ("https://2i2c.org/issues/", "page"),
        ("https://a.org", "page"),
    ],
)
def test_what_an_address_points_at_is_told_by_its_form(address: str, kind: str) -> None:
    assert link_kind(address) == kind


def test_a_markdown_link_whose_text_is_an_address_gives_addresses_that_work() -> None:
    assert addresses("[https://a.org](https://b.org)") == ("https://a.org", "https://b.org")


@pytest.mark.parametrize("text", ["[https://a.org](b)", "https://](https://a.org)", "http:///https://a.org"])
def test_what_is_no_address_does_not_hide_the_one_that_follows(text: str) -> None:
    assert addresses(text) == ("https://a.org",)


@pytest.mark.parametrize(
    ("at", "found"), [(0, ""), (4, "https://a.org/x"), (5, ""), (22, "http://b.org"), (36, ""), (len("see") * 100, "")]
)
def test_an_address_is_looked_for_where_it_is_to_begin(at: int, found: str) -> None:
    assert address_at("see https://a.org/x. (http://b.org) http://_ ", at) == found


def test_a_typographic_quote_ends_an_address() -> None:
    assert addresses("“https://a.org/x”") == ("https://a.org/x",)


@pytest.mark.parametrize("text", ["https://.", "(http://)"])
def test_a_scheme_without_a_place_is_no_address(text: str) -> None:
    assert addresses(text) == ()


@pytest.mark.parametrize("text", ["https://a.org", "HTTP://a.org/x?y=z#w", "http://localhost:8000"])
def test_one_web_address_is_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["", "a.org", "https://", "https://.", "https:///x", "ftp://a.org", "see https://a.org", "https://a.org b"]
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_address(text)


def test_a_line_of_nothing_but_brackets_is_read_in_no_time() -> None:
    start = time.perf_counter()
    addresses("https://a.org/" + ")" * 100_000)
    assert time.perf_counter() - start < 1
