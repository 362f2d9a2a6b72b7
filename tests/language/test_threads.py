"""Which exchange a letter belongs to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.language.threads import Belongs, address_of, belongs, token_in
from tocsin.ports import Correspondent, Letter

OURS = "Incidents@Example.org"
TOKEN = "4k7xq2m9"  # noqa: S105
TOKENS = {TOKEN: 1}
LETTERS = {"i7.effect-12@example.org": 2}


def letter(**more: Any) -> Letter:
    usual: dict[str, Any] = {"reference": "r", "at": datetime(2026, 11, 12, tzinfo=UTC), "subject": "", "to": ()}
    return Letter(**{**usual, "by": Correspondent(email="ada@example.net"), "text": "", "said": "", **more})


def found(of: Letter) -> Belongs[int] | None:
    return belongs(of, OURS, by_token=TOKENS.get, by_letter=LETTERS.get)


def test_an_address_carries_its_token() -> None:
    assert address_of("incidents@example.org", TOKEN) == "incidents+4k7xq2m9@example.org"


@given(st.from_regex(r"[a-z0-9]{8,40}", fullmatch=True))
def test_every_token_comes_back_however_it_is_written(token: str) -> None:
    assert token_in(["bob@example.net", address_of(OURS, token).upper()], OURS) == token


def test_a_mailbox_may_have_a_plus_of_its_own() -> None:
    assert token_in([address_of("a+b@example.org", TOKEN)], "a+b@example.org") == TOKEN


@pytest.mark.parametrize(
    "address",
    [
        "incidents@example.org",
        "incidents+4k7xq2m9@example.net",
        "other+4k7xq2m9@example.org",
        "incidents+@example.org",
        "incidents+short@example.org",
        "incidents+with-signs-in-it@example.org",
        "4k7xq2m9@example.org",
        "",
    ],
)
def test_other_addresses_carry_none(address: str) -> None:
    assert token_in([address], OURS) == ""


@pytest.mark.parametrize(("mailbox", "token"), [("incidents", TOKEN), ("i@example.org", "Upper+case"), ("@x", TOKEN)])
def test_of_what_will_not_do_no_address_is_made(mailbox: str, token: str) -> None:
    with pytest.raises(ValueError, match="No address is made"):
        address_of(mailbox, token)


def test_a_token_counts_most() -> None:
    came = letter(to=(address_of(OURS, TOKEN),), follows=tuple(LETTERS))
    assert found(came) == Belongs(to=1, by="token")


def test_then_what_it_answers() -> None:
    came = letter(to=(address_of(OURS, "unknown1"),), follows=("x@y", *LETTERS))
    assert found(came) == Belongs(to=2, by="answer")


def test_a_subject_lets_nobody_in() -> None:
    assert found(letter(subject="Re: [INC-42]")) is None


def test_a_letter_may_belong_nowhere() -> None:
    assert found(letter(subject="Hello")) is None
