"""What readers see of each kind of line."""

from __future__ import annotations

from typing import get_args

from tocsin.core.timeline import REPORTED, LineKind
from tocsin.report.lines import MILESTONES, WORDS


def test_every_kind_that_a_report_holds_has_its_words() -> None:
    assert list(WORDS) == [kind for kind in get_args(LineKind) if kind in REPORTED]


def test_milestones_are_kinds_that_a_report_holds() -> None:
    assert set(WORDS) > MILESTONES
