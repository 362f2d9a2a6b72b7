"""Short names made from what people write."""

from __future__ import annotations

import pytest

from tocsin.core.slugs import free_slug, slug


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Nobody can log in!", "nobody-can-log-in"),
        ("[dubois:ephemeral] Unable to start", "dubois-ephemeral-unable-to-start"),
        ("  Ångström & Çelik  ", "angstrom-celik"),
        ("日本語", ""),
        ("../../etc/passwd", "etc-passwd"),
        ("", ""),
    ],
)
def test_a_slug_keeps_small_letters_digits_and_hyphens(text: str, made: str) -> None:
    assert slug(text) == made


def test_a_slug_does_not_end_in_a_hyphen_where_it_is_cut() -> None:
    assert slug("abc def", most=4) == "abc"


def test_more_signs_can_be_kept_inside() -> None:
    assert slug("/UToronto/Prod/", keep="/") == "utoronto/prod"


def test_a_taken_slug_gets_a_number() -> None:
    taken = {"ada", "ada-2"}
    assert free_slug("Ada", "person", taken.__contains__) == "ada-3"


def test_where_the_text_gives_none_another_word_stands_in() -> None:
    assert free_slug("日本語", "report", {"report"}.__contains__) == "report-2"
