"""The report as data, and its schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from tests.report.documents import BOB, COMMANDER, NOON, RESOLVED, SMALL, built, documents, line, minute, saying
from tocsin.core import events as e
from tocsin.core.ids import Seq
from tocsin.core.incident import Action
from tocsin.core.moments import Moment
from tocsin.core.timeline import REPORTED, LineKind
from tocsin.report.data import SCHEMA, as_data, as_json
from tocsin.report.document import Document

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
checker = FormatChecker(())
checker.checks("date-time", raises=ValueError)(lambda text: text is None or bool(datetime.fromisoformat(text)))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=checker)


def data(document: Document) -> Any:
    return json.loads(as_json(document))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_names_no_host() -> None:
    assert SCHEMA["$id"] == "urn:tocsin:report:1"


@given(documents)
def test_any_report_is_what_the_schema_says(document: Document) -> None:
    VALIDATOR.validate(data(document))


@given(documents)
def test_the_fields_stand_in_the_documented_order(document: Document) -> None:
    assert list(data(document)) == list(SCHEMA["properties"])  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "wrong",
    [
        {"extra": 1},
        {"declared": "2026-11-12T12:00:00+01:00"},
        {"declared": "2026-13-12T12:00:00Z"},
        {"timeline": [as_data(saying("x"))["timeline"][0] | {"kind": "plan"}]},  # type: ignore[index]
        {"impact": {"start": None}},
        {"actions": [{"text": "x", "done": False}]},
    ],
)
def test_the_schema_refuses_what_is_no_report(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(as_data(SMALL) | wrong)


def test_the_file_is_readable_and_ends_with_a_newline() -> None:
    written = as_json(replace(SMALL, title="Malmö 🔥"))
    assert '\n  "title": "Malmö 🔥",\n'.encode() in written
    assert written.endswith(b"}\n")


def test_the_same_document_gives_the_same_bytes() -> None:
    assert as_json(built(RESOLVED)) == as_json(built(RESOLVED))


def test_times_are_in_utc_and_to_the_second() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert data(replace(SMALL, declared=there))["declared"] == "2026-11-12T12:00:00Z"


def test_a_time_with_microseconds_keeps_them() -> None:
    assert data(replace(SMALL, declared=NOON.replace(microsecond=70)))["declared"] == "2026-11-12T12:00:00.000070Z"


def test_what_is_not_known_or_has_not_happened_is_null() -> None:
    small = data(SMALL)
    assert (small["resolved"], small["impact"]) == (None, {"start": None, "end": None})


def test_an_impact_known_to_the_minute_has_no_ranges() -> None:
    impact = e.ImpactSet(start=Moment(at=minute(0)), end=Moment(at=minute(9)))
    expected = {"start": "2026-11-12T12:00:00Z", "end": "2026-11-12T12:09:00Z"}
    assert data(replace(SMALL, impact=impact))["impact"] == expected


def test_a_vague_impact_counts_at_its_widest_and_says_its_ranges() -> None:
    start, end = Moment(at=minute(0), until=minute(1)), Moment(at=minute(8), until=minute(9))
    assert data(replace(SMALL, impact=e.ImpactSet(start=start, end=end)))["impact"] == {
        "start": "2026-11-12T12:00:00Z",
        "end": "2026-11-12T12:09:00Z",
        "start_range": {"from": "2026-11-12T12:00:00Z", "to": "2026-11-12T12:01:00Z"},
        "end_range": {"from": "2026-11-12T12:08:00Z", "to": "2026-11-12T12:09:00Z"},
    }


def test_a_role_held_to_the_end_has_no_end() -> None:
    roles = data(built(e.RoleAssigned(role=COMMANDER, person=BOB)))["roles"]
    assert roles[-1] == {"role": "commander", "person": "Bob Brown", "from": "2026-11-12T12:02:00Z", "to": None}


def test_an_empty_section_is_an_empty_text() -> None:
    sections = data(built(sections={"overview": "# As *given*"}))["sections"]
    assert sections == {"overview": "# As *given*", "what-happened": ""}


def test_a_line_has_one_instant_and_its_text_as_given() -> None:
    text = "Look:\r\n```{note}\nhttps://a.example/1"
    ranged = replace(line(text, links=("https://a.example/1",)), at=Moment(at=NOON, until=minute(5)))
    assert data(replace(SMALL, timeline=(ranged,)))["timeline"] == [
        {
            "at": "2026-11-12T12:00:00Z",
            "kind": "note",
            "by": "Ada Lovelace",
            "text": text,
            "links": ["https://a.example/1"],
        }
    ]


def test_an_action_always_says_all_four() -> None:
    action = Action(seq=Seq(1), text="Alert on it")
    better = replace(action, url="https://git.example/1", improves="technology", done=True)
    assert data(replace(SMALL, actions=(action, better)))["actions"] == [
        {"text": "Alert on it", "url": None, "improves": None, "done": False},
        {"text": "Alert on it", "url": "https://git.example/1", "improves": "technology", "done": True},
    ]


# ── the reference ──────────────────────────────────────────────────────────────────────────────────────────────────


def rows(schema: Any, path: str = "") -> Iterator[str]:
    """A row of the reference for every field: its name, what it holds, what it says."""
    for name, field in schema.get("properties", {}).items():
        yield f"| `{path}{name}` | {_holds(field)} | {field['description']} |"
        items = field.get("items", {})
        yield from rows(items, f"{path}{name}[].") if items.get("properties") else rows(field, f"{path}{name}.")


def _holds(field: Any) -> str:
    kinds: list[str] = field["type"] if isinstance(field["type"], list) else [field["type"]]
    words = {"array": "list", "string": "time" if "format" in field else "text", "boolean": "true or false"}
    return " or ".join(words.get(kind, kind) for kind in kinds)


@pytest.mark.parametrize("row", list(rows(SCHEMA)))
def test_the_reference_has_every_field_in_the_words_of_the_schema(row: str) -> None:
    assert row in (REFERENCE / "report.md").read_text().splitlines()


def test_the_reference_says_of_every_kind_of_line_whether_a_report_holds_it() -> None:
    table = re.findall(r"^\| `([a-z-]+)` \| .+ \| (yes|no) \|$", (REFERENCE / "timeline.md").read_text(), re.MULTILINE)
    assert table == [(kind, "yes" if kind in REPORTED else "no") for kind in get_args(LineKind)]
