"""What was ever kept can still be read: one JSON of every kind of event that was shipped.

A file is never changed once it is released. Where a kind grows a field, its old file stays as it is and the field's
default fills it; a new kind gets its file by `python -m tests.store.test_golden`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.core.examples import EXAMPLES
from tocsin.core.events import EVENTS
from tocsin.store.codec import decode, encode

GOLDEN = Path(__file__).parents[1] / "core" / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


def _body(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize("kind", EVENTS)
def test_every_kind_has_its_file(kind: str) -> None:
    assert (GOLDEN / f"{kind}.json").is_file(), "Make it: python -m tests.store.test_golden"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_kept_is_read_and_kept_again_without_loss(path: Path) -> None:
    body = _body(path)
    again = encode(decode(path.stem, body))
    assert body == {field: again[field] for field in body}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_field_of_a_newer_version_is_passed_over(path: Path) -> None:
    body = _body(path)
    assert decode(path.stem, {**body, "invented_later": [1]}) == decode(path.stem, body)


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_comes_back_as_it_was(kind: str) -> None:
    event = EXAMPLES[kind]
    assert decode(kind, json.loads(json.dumps(encode(event)))) == event


def _make_missing() -> None:
    """One file for each kind that has none; those there are stay as they are."""
    GOLDEN.mkdir(exist_ok=True)
    for kind, event in EXAMPLES.items():
        path = GOLDEN / f"{kind}.json"
        if not path.exists():
            path.write_text(json.dumps(encode(event), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _make_missing()
