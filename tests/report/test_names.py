"""What published reports are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from tests.report.documents import SMALL, documents, texts
from tocsin.core.events import ImpactSet
from tocsin.core.moments import Moment
from tocsin.core.slugs import slug
from tocsin.report.document import Document
from tocsin.report.names import stem


def began(title: str, at: str, zone: str) -> Document:
    start = Moment(at=datetime.fromisoformat(at))
    return replace(SMALL, title=title, impact=ImpactSet(start=start), zone=zone)


@pytest.mark.parametrize(
    ("title", "at", "zone", "expected"),
    [
        (
            "UToronto Hub Login failing with 500 errors",
            "2022-11-01T01:27:00Z",
            "America/Los_Angeles",
            "2022-10-31-utoronto-hub-login-failing-with-500-errors",
        ),
        ("LIS hub cannot scale", "2022-11-14T10:00:00Z", "America/Los_Angeles", "2022-11-14-lis-hub-cannot-scale"),
        (
            "[dubois:ephemeral] Unable to start servers",
            "2026-02-11T06:46:00Z",
            "Europe/Bucharest",
            "2026-02-11-dubois-ephemeral-unable-to-start-servers",
        ),
    ],
)
def test_a_report_is_called_by_the_day_its_impact_began_there_and_its_title(
    title: str, at: str, zone: str, expected: str
) -> None:
    assert stem(began(title, at, zone)) == expected


def test_a_vague_beginning_counts_from_its_earliest_time() -> None:
    start = Moment(at=datetime(2026, 3, 1, 23, 0, tzinfo=UTC), until=datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    assert stem(replace(SMALL, title="x", impact=ImpactSet(start=start))) == "2026-03-01-x"


def test_without_a_known_beginning_the_day_of_the_declaration_counts() -> None:
    assert stem(replace(SMALL, title="x", zone="Pacific/Kiritimati")) == "2026-11-13-x"


@pytest.mark.parametrize("title", ["", "   ", "—", "停止", "🔥"])
def test_a_title_without_a_usable_letter_is_replaced_by_the_number(title: str) -> None:
    assert stem(replace(SMALL, title=title)) == "2026-11-12-incident-7"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Déjà vu à Malmö", "deja-vu-a-malmo"),
        ("Straße gesperrt", "strasse-gesperrt"),
        ("down—again", "down-again"),
        ("../../etc/passwd", "etc-passwd"),
        ("ﬁle ℡ Ⅳ", "file-tel-iv"),
    ],
)
def test_accents_are_folded_and_all_else_becomes_a_hyphen(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_a_long_title_is_cut_without_a_hyphen_at_its_end() -> None:
    assert slug("a" * 59 + " bcd") == "a" * 59


@given(texts)
def test_a_slug_is_never_anything_but_letters_digits_and_single_hyphens_inside(title: str) -> None:
    parts = slug(title).split("-")
    assert len(slug(title)) <= 60
    assert parts == [""] or all(part.isascii() and part.isalnum() and part == part.lower() for part in parts)


@given(documents)
def test_any_report_has_a_name(document: Document) -> None:
    assert stem(document)[10:11] == "-"
