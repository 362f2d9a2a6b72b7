"""The process is a file: no code asks for something in it by the slug that one team gave it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from tests.house.hosts import ROOT
from tocsin.core.playbook import Gates, Need, Occasion, Playbook
from tocsin.language.wording import BLANKS
from tocsin.playbooks import default

SOURCES = sorted((ROOT / "src").rglob("*.py"))
OURS = {*get_args(Need), *BLANKS, *(each.name for kind in (Playbook, Gates) for each in fields(kind))}
"""Words of the code itself that happen to be slugs, too."""
NAMED = ("role", "criterion", "phase", "section", "severity", "slug", "service")


def chosen() -> set[str]:
    """The slugs that the team behind our playbook chose, and the log keeps."""
    playbook = default()
    terms = (playbook.service, *playbook.roles, *playbook.criteria, *playbook.phases, *playbook.sections)
    return {playbook.slug, *filter(None, [playbook.triagers]), *(term.slug for term in terms)}


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def compared(tree: ast.AST) -> Iterator[int]:
    """Where a slug is compared with a word that stands in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            named = any(isinstance(side, ast.Attribute) and side.attr in NAMED for side in sides)
            if named and any(isinstance(side, ast.Constant) and _is_chosen(side.value) for side in sides):
                yield node.lineno


def _is_chosen(value: object) -> bool:
    """Occasions are ours: every playbook has a message for each."""
    return isinstance(value, str) and value not in get_args(Occasion)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_no_code_knows_a_slug_of_a_playbook(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {Path("tocsin/playbooks/load.py"): {str(default().slug)}}  # the folder in which it is shipped
    allowed = OURS | known.get(path.relative_to(ROOT / "src"), set())
    assert [(line, text) for line, text in literals(tree) if text in chosen() - allowed] == []
    assert list(compared(tree)) == []


def test_code_that_asks_for_a_slug_is_found() -> None:
    tree = ast.parse('if holding.role == "commander":\n    print("overview")')
    assert list(compared(tree)) == [1]
    assert [text for _, text in literals(tree) if text in chosen() - OURS] == ["overview"]
