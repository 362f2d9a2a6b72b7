"""The page about playbooks names every key, and its examples are playbooks."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from tests.playbooks.written import written
from tocsin.core import playbook as p
from tocsin.language.wording import BLANKS
from tocsin.playbooks import load

REFERENCE = (Path(__file__).parents[2] / "docs/reference/playbook.md").read_text(encoding="utf-8")
KINDS = (
    p.Playbook, p.Term, p.Role, p.Criterion, p.Step, p.Gates, p.Gate, p.Hours, p.Cadence, p.HandOver, p.Message,
    p.Section, p.Element, p.ReportState, p.Review, p.FollowUp, p.Hint,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_names_every_key(kind: type) -> None:
    assert [field.name for field in fields(kind) if f"`{field.name}`" not in REFERENCE] == []


@pytest.mark.parametrize("words", [p.Duty, p.Need, p.Evidence, p.Occasion])
def test_the_reference_names_every_word_that_a_key_can_hold(words: object) -> None:
    assert [word for word in get_args(words) if f"`{word}`" not in REFERENCE] == []


def test_the_reference_names_every_blank() -> None:
    assert [blank for blank in BLANKS if f"`{blank}`" not in REFERENCE] == []


def test_the_example_of_the_reference_is_a_playbook(tmp_path: Path) -> None:
    example = REFERENCE.partition("```toml\n")[2].partition("```")[0]
    assert load(written(tmp_path, example)).with_duty("commands").many is False
