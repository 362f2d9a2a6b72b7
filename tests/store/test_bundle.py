"""Bundles: the same after every journey, whole or refused with the number of the line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.core.world import ADA, BOB, CHARLIE, DANA, NOON
from tests.engine.office import Clock, declared, dump, mismatches, note, office, signal, to_be_published
from tests.engine.test_properties import STEPS, Step
from tests.servers import Postgres
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.events import EVENTS
from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.people import TOCSIN, Group, Party, Person
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal
from tocsin.engine.door import Tocsin
from tocsin.language.calendars import read_hours, read_leave
from tocsin.store.bundle import LEFT_OUT, LONGEST_LINE, TABLES
from tocsin.store.exporting import export
from tocsin.store.importing import Imported, bring_in, opened
from tocsin.store.mentions import PLACES, mention, nobody
from tocsin.store.people import StoredDirectory
from tocsin.store.schema import migrate
from tocsin.store.tables import metadata
from tocsin.store.works import Store
from tocsin.store.writer import open_store

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "bundle.md"
Line = dict[str, Any]
SEALED = len(',"sha256":""}') + 64
"""The end of a line that its hash does not cover."""


def page(kind: str) -> str:
    """What stands in the only block of that kind."""
    (block,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(block)


def exported(store: Store, *numbers: int) -> bytes:
    with TemporaryDirectory() as folder, store.read() as connection:
        export(connection, Path(folder) / "bundle", [IncidentNumber(number) for number in numbers], NOON)
        return (Path(folder) / "bundle").read_bytes()


def imported(store: Store, content: bytes) -> Imported:
    with TemporaryDirectory() as folder:
        (Path(folder) / "bundle").write_bytes(content)
        with opened(Path(folder) / "bundle") as bundle:
            return store.run(lambda connection: bring_in(connection, bundle))


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as no:
        work()
    return str(no.value)


def refused(store: Store, content: bytes) -> str:
    """The sentence, without the name of the file; nothing is written."""
    before = dump(store)
    sentence = refusal(lambda: imported(store, content))
    assert dump(store) == before
    return sentence.partition("/bundle")[2]


def parted(content: bytes) -> list[Line]:
    """Each line without its seal."""
    return [json.loads(line[:-SEALED] + b"}") for line in content.splitlines()]


def sealed(lines: Sequence[Line | bytes]) -> bytes:
    """As the page about the format says: each line's hash is over the hash of the line before, and its own words."""
    content, before = b"", b""
    for line in lines:
        words = (
            line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()
        )
        before = sha256(before + words[:-1]).hexdigest().encode()
        content += words[:-1] + b',"sha256":"%s"}\n' % before
    return content


def closed(records: Sequence[Line | bytes], **head: Any) -> bytes:
    """A bundle of these records, with the head and the end that belong to them."""
    rows = [record for record in records if isinstance(record, dict)]
    names = [record.get("table") for record in rows]
    first = {
        "format": "tocsin-bundle",
        "version": 1,
        "tocsin": "0.1.0",
        "made_at": "2026-11-12T12:00:00Z",
        "whole": False,
        "incidents": [record["row"]["number"] for record in rows if record.get("table") == "incidents"],
        "counts": {table.name: names.count(table.name) for table in TABLES},
        **head,
    }
    before = sealed([first, *records])
    return before + sealed_after(before, {"end": seal_of(before), "records": len(records)})


def seal_of(content: bytes) -> str:
    return content[-len('"}\n') - 64 : -len('"}\n')].decode()


def sealed_after(before: bytes, line: Line) -> bytes:
    words = json.dumps(line, separators=(",", ":")).encode()[:-1]
    return words + b',"sha256":"%s"}\n' % sha256(seal_of(before).encode() + words).hexdigest().encode()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    """Another database, where nobody is known."""
    with _another(tmp_path / "empty.db") as store:
        yield store


@contextmanager
def _another(file: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{file}") as store:
        migrate(store)
        yield store


@pytest.fixture
def small(tmp_path: Path) -> list[Line]:
    """The records of one incident: Ada declared it, and wrote a line."""
    with office(f"sqlite:///{tmp_path}/small.db") as tocsin:
        note(tocsin, declared(tocsin), "It is slow.")
        return parted(exported(tocsin.store, 1))[1:-1]


def row(records: Sequence[Line], table: str, place: int = 0) -> Line:
    """One of its rows, to be changed."""
    found: Line = [record for record in records if record["table"] == table][place]["row"]
    return found


# ── what goes in ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_is_in_a_bundle_or_left_out_on_purpose() -> None:
    assert {*TABLES, *LEFT_OUT} == set(metadata.sorted_tables)


def test_no_row_stands_before_what_it_refers_to() -> None:
    for place, table in enumerate(TABLES):
        assert {key.column.table for key in table.foreign_keys} <= set(TABLES[:place])


def test_every_slug_of_an_event_is_known_to_be_of_the_directory_or_of_the_playbook() -> None:
    kinds = (*EVENTS.values(), Signal, Party)
    named = {each.name for kind in kinds for each in fields(kind) if "Slug" in str(each.type)}
    assert named - set(PLACES) == {"criterion", "severity", "phase", "role"}


def test_who_and_what_an_event_names_is_found_by_its_types() -> None:
    found = nobody()
    offer = EVENTS["RoleOffered"](role=Slug("triagers"), to=Party(person=ADA.handle), settles=(Party(group=Slug("g")),))  # type: ignore[call-arg]
    mention(offer, found)
    assert found == {"people": {"ada"}, "groups": {"g"}, "services": set(), "communities": set()}


def test_some_incidents_take_along_whom_they_mention_and_nobody_else(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    tocsin.do(c.OfferRole(incident=number, role="liaison", to="triagers"), by="ada")
    lines = parted(exported(tocsin.store, number))
    taken: dict[str, list[Line]] = {line["table"]: [] for line in lines if "table" in line}
    for line in lines[1:-1]:
        taken[line["table"]].append(line["row"])
    assert [row["handle"] for row in taken["people"]] == ["ada", "bob", "charlie", "dana"]
    assert [row["slug"] for row in taken["groups"] + taken["communities"]] == ["triagers", "utoronto"]
    assert "services" not in taken and "counters" not in taken


def test_of_ten_incidents_only_what_belongs_to_the_one_is_taken(tocsin: Tocsin) -> None:
    for title in map(str, range(1, 11)):
        number = declared(tocsin, title, signal(tocsin, f"signal {title}"))
        tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="ada")
        tocsin.do(c.WriteReport(incident=number, sections={"overview": title}), by="ada", source=f"source {title}")
    text = exported(tocsin.store, 1).decode()
    assert "signal 1" in text and "signal 10" not in text
    assert "incident:1:source 1" in text and "incident:10:" not in text


def test_hours_and_leave_travel_along(tocsin: Tocsin, empty: Store) -> None:
    dana = replace(DANA, hours=read_hours("mon-thu 22:00-06:00"), leave=(read_leave("2026-12-24..2027-01-02"),))
    tocsin.do(c.UpdateDirectory(people=(dana,)), by=TOCSIN)
    imported(empty, exported(tocsin.store))
    with empty.read() as connection:
        assert StoredDirectory(connection).person("dana") == dana


def test_hours_that_nobody_can_work_are_refused(tocsin: Tocsin, empty: Store) -> None:
    tocsin.do(c.UpdateDirectory(people=(replace(DANA, hours=read_hours("sun 22:00-06:00")),)), by=TOCSIN)
    whole = exported(tocsin.store).replace(b'"hours":[{"day":6', b'"hours":[{"day":7')
    assert refused(empty, sealed(parted(whole)[:-1])).endswith(
        " There is no day 7 of the week. Monday is 0, Sunday is 6."
    )


def test_what_was_promised_stays_where_it_was_promised(tocsin: Tocsin, empty: Store) -> None:
    to_be_published(tocsin)
    imported(empty, exported(tocsin.store))
    assert dump(tocsin.store)["effects"]
    assert dump(empty)["effects"] == []


def test_an_incident_that_is_not_there_is_told(tocsin: Tocsin) -> None:
    assert refusal(lambda: exported(tocsin.store, 7)) == (
        "There is no incident 7. `tocsin incident list` shows those there are."
    )


def test_the_same_content_is_the_same_bytes(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    assert exported(tocsin.store) == exported(tocsin.store)


def test_an_incident_that_cannot_be_read_is_told(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    tocsin.store.run(lambda c: c.execute(sa.text("UPDATE log SET kind = 'Gone' WHERE seq = 2")))
    assert "tocsin rebuild --check" in refusal(lambda: exported(tocsin.store, number))


def test_nothing_is_written_over(tocsin: Tocsin, tmp_path: Path) -> None:
    (tmp_path / "bundle").write_text("Mine.")
    with tocsin.store.read() as connection:
        assert "is there already." in refusal(lambda: export(connection, tmp_path / "bundle", [], NOON))
    assert (tmp_path / "bundle").read_text() == "Mine."


def test_the_example_of_the_page_is_one(empty: Store) -> None:
    example = page("json").encode()
    assert sealed(parted(example)) == example
    assert imported(empty, example) == Imported(incidents=1, lines=2, new=2)
    assert [line["table"] for line in parted(example)[1:-1]] == ["people", "incidents", "log", "log", "team"]


def test_the_program_of_the_page_reads_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "incident.jsonl").write_text(page("json"), encoding="utf-8")
    read = [sys.executable, "-c", page("python")]
    assert subprocess.run(read, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "incident.jsonl").write_text(page("json").replace("ada", "eve", 1), encoding="utf-8")
    assert b"AssertionError" in subprocess.run(read, cwd=tmp_path, check=False, capture_output=True).stderr


def test_the_page_names_every_table_in_its_order() -> None:
    named = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8").partition("## The tables")[2], re.MULTILINE)
    assert named == [table.name for table in TABLES]


def test_the_seals_are_as_the_page_says(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    content = exported(tocsin.store)
    assert sealed(parted(content)) == content


# ── there and back ─────────────────────────────────────────────────────────────────────────────────────────────────


_FILES = count()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def _play(tocsin: Tocsin, steps: Sequence[Step]) -> None:
    for place, step in enumerate(steps):
        step.do(tocsin, f"source:{place}")


def _travels(content: bytes, numbers: Sequence[int], *stores: Store) -> None:
    """Every database that it is imported into gives the same bytes, and holds what its logs say."""
    for store in stores:
        imported(store, content)
        assert exported(store, *numbers) == content
        assert mismatches(Tocsin(store, playbooks.default())) == []
        assert imported(store, content).new == 0
        assert dump(store)["effects"] == []


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happened_a_bundle_of_it_is_the_same_after_a_journey(folder: Path, steps: list[Step]) -> None:
    with office(f"sqlite:///{folder}/{next(_FILES)}.db", Clock()) as tocsin:
        _play(tocsin, steps)
        for numbers in ((), (1,)):
            with _another(folder / f"{next(_FILES)}.db") as there:
                _travels(exported(tocsin.store, *numbers), numbers, there)


@pytest.mark.postgres
@settings(
    max_examples=5,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_it_is_so_by_way_of_postgresql_too(folder: Path, postgres: Postgres, steps: list[Step]) -> None:
    with (
        office(f"sqlite:///{folder}/{next(_FILES)}.db", Clock()) as tocsin,
        postgres.database() as url,
        open_store(url) as between,
        _another(folder / f"{next(_FILES)}.db") as there,
    ):
        migrate(between)
        _play(tocsin, steps)
        _travels(exported(tocsin.store), (), between, there)


def test_rows_are_in_the_same_order_whatever_language_the_server_speaks(tocsin: Tocsin) -> None:
    names = ["b-1", "b.1", "b1", "a", "a-z", "a.z", "az"]
    people = tuple(Person(handle=name, name=name) for name in names)  # type: ignore[arg-type]
    tocsin.do(c.UpdateDirectory(people=people), by=TOCSIN)
    found = [line["row"]["handle"] for line in parted(exported(tocsin.store)) if line.get("table") == "people"]
    assert found == sorted([*names, "ada", "bob", "charlie", "dana"])


# ── what is here already ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_bundle_is_taken_in_beside_what_is_here(tocsin: Tocsin, small: list[Line]) -> None:
    for record in small:
        record["row"].update({name: 7 for name in ("number", "incident") if name in record["row"]})
    assert imported(tocsin.store, closed(small)) == Imported(incidents=1, lines=3, new=3)
    assert mismatches(tocsin) == []
    assert declared(tocsin) == 8


def test_what_an_incident_went_on_with_is_added(tocsin: Tocsin, empty: Store) -> None:
    number = declared(tocsin)
    imported(empty, exported(tocsin.store))
    tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="bob")
    assert imported(empty, exported(tocsin.store)) == Imported(incidents=1, lines=3, new=1)
    assert exported(empty) == exported(tocsin.store)


def test_an_older_bundle_takes_nothing_back(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    before = exported(tocsin.store, number)
    note(tocsin, number, "More.")
    assert imported(tocsin.store, before).new == 0


def test_another_incident_of_that_number_is_told(tocsin: Tocsin, small: list[Line]) -> None:
    declared(tocsin, "Another")
    assert refused(tocsin.store, closed(small)).splitlines() == [
        " was imported.",
        "Incident 1 here is another one, or went on differently.",
    ]


def test_everybody_who_differs_is_named(tocsin: Tocsin, small: list[Line]) -> None:
    for person in (ADA, CHARLIE):
        tocsin.do(c.UpdateDirectory(people=(Person(handle=person.handle, name="Else", administrator=True),)), by=TOCSIN)
    assert refused(tocsin.store, closed(small)).splitlines()[1:] == [
        "The person ada here is somebody else, or was changed.",
        "The person charlie here is somebody else, or was changed.",
    ]


def test_a_group_that_differs_is_named(tocsin: Tocsin, empty: Store) -> None:
    content = exported(tocsin.store)
    imported(empty, content)
    group = Group(slug=Slug("triagers"), name="Triagers")
    Tocsin(empty, playbooks.default()).do(c.UpdateDirectory(groups=(group,)), by=TOCSIN)
    assert refused(empty, content).endswith("The group triagers here is another one, or was changed.")


def test_a_signal_that_bears_the_number_of_another_is_told(tocsin: Tocsin, empty: Store) -> None:
    number = declared(tocsin, "Slow", signal(tocsin))
    content = exported(tocsin.store, number)
    there = Tocsin(empty, playbooks.default(), tocsin.clock)
    there.do(c.UpdateDirectory(people=(ADA, BOB)), by=TOCSIN)
    signal(there, "Something else.")
    assert "Signal 1 here is another one, or was changed." in refused(empty, content)


def test_so_is_one_that_an_incident_let_go(tocsin: Tocsin, empty: Store) -> None:
    number = declared(tocsin, "Slow", signal(tocsin))
    tocsin.do(c.Cancel(incident=number, reason="false-alarm"), by="ada")
    content = exported(tocsin.store, number)
    there = Tocsin(empty, playbooks.default(), tocsin.clock)
    there.do(c.UpdateDirectory(people=(ADA, BOB)), by=TOCSIN)
    signal(there, "Something else.")
    assert "Signal 1 here is another one, or was changed." in refused(empty, content)


def test_the_number_of_a_signal_that_was_let_go_is_given_to_no_other(tocsin: Tocsin, empty: Store) -> None:
    number = declared(tocsin, "Slow", signal(tocsin))
    tocsin.do(c.Cancel(incident=number, reason="false-alarm"), by="ada")
    imported(empty, exported(tocsin.store, number))
    assert signal(Tocsin(empty, playbooks.default(), tocsin.clock)) == 2


def test_a_source_that_declared_another_incident_here_is_told(tocsin: Tocsin, small: list[Line]) -> None:
    tocsin.do(c.Declare(title="Here"), by="ada", source="chat:1")
    for record in small:
        record["row"].update({name: 7 for name in ("number", "incident") if name in record["row"]})
    row(small, "incidents")["source"] = row(small, "log")["source"] = "chat:1"
    assert "a row of incidents (lines 5 to 5) has a key that something else has" in refused(tocsin.store, closed(small))


# ── rows that follow from others are made, not believed ────────────────────────────────────────────────────────────


def test_the_row_and_the_team_of_an_incident_are_made_from_its_log(empty: Store, small: list[Line]) -> None:
    row(small, "incidents")["title"] = "All is well"
    row(small, "team")["person"] = "zoe"
    row(small, "people")["name_key"] = "somebody else"
    imported(empty, closed(small))
    assert mismatches(Tocsin(empty, playbooks.default())) == []
    assert "All is well" not in str(dump(empty)) and "zoe" not in str(dump(empty))
    assert "somebody else" not in str(dump(empty))


def test_an_incident_that_only_the_program_took_part_in_has_no_team(tocsin: Tocsin, empty: Store) -> None:
    tocsin.do(c.Declare(title="Alone"), by=TOCSIN)
    imported(empty, exported(tocsin.store))
    assert exported(empty) == exported(tocsin.store)


def test_counting_goes_on_above_what_has_come(empty: Store, tocsin: Tocsin) -> None:
    declared(tocsin, "Slow", signal(tocsin))
    imported(empty, exported(tocsin.store))
    there = Tocsin(empty, playbooks.default(), tocsin.clock)
    assert (declared(there), signal(there)) == (2, 2)


# ── lines that were changed, lost or moved ─────────────────────────────────────────────────────────────────────────


def test_a_changed_line_is_found(empty: Store, small: list[Line]) -> None:
    lines = closed(small).splitlines(keepends=True)
    for place in range(1, len(lines)):
        changed = lines[place].replace(b"a", b"e", 1)
        sentence = refused(empty, b"".join([*lines[:place], changed, *lines[place + 1 :]]))
        assert sentence.startswith(f", line {place + 1}: it was changed, or the line before it is missing.")


def test_a_lost_line_is_found(empty: Store, small: list[Line]) -> None:
    lines = closed(small).splitlines(keepends=True)
    for place in range(1, len(lines) - 1):
        sentence = refused(empty, b"".join([*lines[:place], *lines[place + 1 :]]))
        assert sentence.startswith(f", line {place + 1}: it was changed, or the line before it is missing.")


def test_lines_that_changed_places_are_found(empty: Store, small: list[Line]) -> None:
    lines = closed(small).splitlines(keepends=True)
    lines[2], lines[3] = lines[3], lines[2]
    assert refused(empty, b"".join(lines)).startswith(", line 3: it was changed")


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_a_bundle_that_was_cut_off_is_found_wherever(empty: Store, small: list[Line], data: st.DataObject) -> None:
    content = closed(small)
    assert refused(empty, content[: data.draw(st.integers(0, len(content) - 1))])


def test_a_bundle_without_its_end_says_so(empty: Store, small: list[Line]) -> None:
    lines = closed(small).splitlines(keepends=True)
    assert refused(empty, b"".join(lines[:-1])) == (
        f" ends after line {len(lines) - 1}; the rest is missing. Fetch all of it."
    )


def test_what_stands_behind_the_end_is_refused(empty: Store, small: list[Line]) -> None:
    assert "something stands after it, which is its end." in refused(empty, closed(small) + b"\n")


def test_a_bundle_that_changes_while_it_is_imported_is_refused(empty: Store, small: list[Line], tmp_path: Path) -> None:
    (tmp_path / "bundle").write_bytes(closed(small))
    row(small, "people")["body"]["name"] = "Ida"
    with opened(tmp_path / "bundle") as bundle:
        (tmp_path / "bundle").write_bytes(closed(small))
        assert "was changed while it was read" in refusal(lambda: empty.run(lambda c: bring_in(c, bundle)))


# ── what nobody honest writes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b'{"table":"people","row":{"handle":"\xff"}}', "it is not valid UTF-8."),
        (b'{"table":"people","table":"people","row":{}}', "a key stands in it twice."),
        (b'{"table":"people"!}', "it is not valid JSON, or lies too deep."),
        (b"[" * 100_000 + b"}", "it is not valid JSON, or lies too deep."),
        (b"[1]}", "it is not valid JSON, or lies too deep."),
        (b'{"table":"people","row":1e999}', "it holds what is no number."),
        (b'{"table":"people","row":NaN}', "it holds what is no number."),
        (b'{"table":"people","row":' + b"1" * 5000 + b"}", "a number in it is too long."),
        (b'{"table":"people","row":"' + b"x" * LONGEST_LINE + b'"}', "it is longer than a line may be"),
        ({"table": "people"}, "it is neither a record nor the end."),
        ({"attachment": {}}, "it is an attachment, which only a newer Tocsin can keep."),
        ({"table": "recipes", "row": {}}, "there is no table “recipes”. A newer Tocsin may know it."),
        ({"table": "effects", "row": {}}, "there is no table “effects”. A newer Tocsin may know it."),
        ({"table": ["people"], "row": {}}, "there is no table “['people']”. A newer Tocsin may know it."),
        ({"table": "people", "row": []}, "its row is no object."),
        ({"table": "people", "row": {"x": 1}}, "there is no column “x” in people. A newer Tocsin may know it."),
        ({"end": "", "records": 0}, "its end does not fit what stands before it."),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_refused(empty: Store, line: Line | bytes, sentence: str) -> None:
    assert refused(empty, closed([line])).startswith(f", line 2: {sentence}")


DEEP: list[Any] = []
for _ in range(40):
    DEEP = [DEEP]

CHANGES: list[tuple[str, Line, str]] = [
    ("people", {"handle": None}, "its handle is missing."),
    ("people", {"handle": 7}, "its handle is not what it has to be."),
    ("people", {"handle": "zoe"}, "its handle is “zoe” outside, and “ada” inside."),
    ("people", {"name_key": "a\0"}, "The text contains a NUL byte"),
    ("people", {"name_key": "x" * 200_001}, "one line holds 200,000"),
    ("people", {"body": 1}, "its body is not what it has to be."),
    ("people", {"body": {"handle": "ada"}}, "its body is no Person: name: Field required."),
    ("people", {"body": DEEP}, "lie too deep."),
    ("people", {"handle": "../ada", "body": {"handle": "../ada", "name": "x"}}, "“../ada” cannot be a handle."),
    ("people", {"handle": "tocsin", "body": {"handle": "tocsin", "name": "x"}}, "“tocsin” is Tocsin's own."),
    ("communities", {"slug": "A B", "body": {"slug": "A B", "name": "x"}}, "“A B” cannot be a slug."),
    ("incidents", {"number": 0}, "incidents are numbered from 1 on."),
    ("incidents", {"number": True}, "its number is not what it has to be."),
    ("incidents", {"number": 2**31}, "the largest is 2,147,483,647"),
    ("incidents", {"source": "chat:1"}, "incident 1 and the first line of its log name different sources."),
    ("incidents", {"declared_at": "yesterday"}, "its declared_at is no time in UTC"),
    ("incidents", {"declared_at": "2026-11-12T12:00:00"}, "its declared_at is no time in UTC"),
    ("incidents", {"declared_at": "2026-11-12T12:00:00.000Z"}, "its declared_at is no time in UTC"),
    ("incidents", {"declared_at": "0001-01-01T00:00:00Z"}, "That time lies outside the calendar."),
    ("log", {"incident": 2}, "it belongs to incident 2, which is not in this bundle."),
    ("log", {"seq": 9}, "line 1 of the log of incident 1 is missing."),
    ("log", {"seq": 0}, "line 1 of the log of incident 1 is missing."),
    ("log", {"kind": "Fired"}, "there is no event “Fired”. A newer Tocsin may know it."),
    ("log", {"kind": "Acknowledged"}, "nobody declares incident 1 in its log."),
    ("log", {"informs": True}, "Declared is marked as what it is not."),
    ("log", {"informs": 0}, "its informs is not what it has to be."),
    ("log", {"until": "2020-01-01T00:00:00Z"}, "That range ends before it begins."),
    ("log", {"about": 1}, "it points at a line of the log that it cannot be about."),
    ("log", {"first": 2}, "it points at a line of the log that it cannot be about."),
    ("log", {"body": {}}, "its body is no Declared: title: Field required."),
    ("log", {"body": {"title": "x", "more": "\0"}}, "The text contains a NUL byte"),
    ("log", {"kind": "AskMade", "body": {"what": "x", "to": {}, "until": "2026-01-01T00:00"}}, "A time needs its zone"),
    ("team", {"incident": 2}, "it belongs to incident 2, which is not in this bundle."),
]  # fmt: skip


@pytest.mark.parametrize(("table", "change", "sentence"), CHANGES)
def test_a_row_that_cannot_be_is_refused(
    empty: Store, small: list[Line], table: str, change: Line, sentence: str
) -> None:
    row(small, table).update(change)
    told = refused(empty, closed(small))
    assert told.startswith(", line ") and sentence in told


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"table": "signal_talk", "row": {"signal": 1, "place": 1, "body": {}}}, "its body is no Said"),
        (
            {"table": "report_sections", "row": {"incident": 3, "section": "x", "revision": 1, "text": "", "by": "ada",
                                                 "at": "2026-11-12T12:00:00Z"}},
            "it belongs to incident 3, which is not in this bundle.",
        ),
        ({"table": "counters", "row": {"name": "sheep", "value": 1}}, "there is no counter “sheep”."),
    ],
)  # fmt: skip
def test_a_row_that_belongs_to_nothing_is_refused(empty: Store, record: Line, sentence: str) -> None:
    assert sentence in refused(empty, closed([record]))


def test_a_signal_and_its_talk_have_to_fit(tocsin: Tocsin, empty: Store) -> None:
    number = signal(tocsin)
    for text in ("One.", "Two."):
        tocsin.do(c.AddToSignal(signal=number, text=text), by="ada")
    records = parted(exported(tocsin.store))[1:-1]
    without = [record for record in records if record["table"] != "signal_talk" or record["row"]["place"] == 2]
    assert "its signal 1, or what was said of it before, is missing." in refused(empty, closed(without))
    row(records, "signals")["incident"] = 9
    assert "one number or incident inside, and another outside." in refused(empty, closed(records))


def test_the_same_row_twice_is_refused(empty: Store, small: list[Line]) -> None:
    assert "stands twice, or out of order." in refused(empty, closed([small[0], *small]))


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ({"format": "zip"}, " is no bundle of Tocsin's."),
        ({"version": 2, "tocsin": "9.0"}, " was made by a newer Tocsin (9.0). Import it with that one."),
        ({"version": 0}, ", line 1: its version is not what it has to be."),
        ({"more": 1}, ", line 1: its more is not what it has to be."),
        ({"incidents": [1, 2]}, "these are not the incidents that line 1 names."),
        ({"counts": {"log": 3}}, "these are not as many rows of each table as line 1 says."),
    ],
)
def test_a_head_that_cannot_be_is_refused(empty: Store, small: list[Line], head: Line, sentence: str) -> None:
    assert sentence in refused(empty, closed(small, **head))


@pytest.mark.parametrize("content", [b"", b"\n", b"Dear diary", b"\xff\xfe", b"{}\n", b'{"format":"tocsin-bundle"'])
def test_what_is_no_bundle_is_told(empty: Store, content: bytes) -> None:
    assert refused(empty, content) == " is no bundle of Tocsin's."


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    assert "is no file. Write the bundle to one first" in refusal(lambda: opened(tmp_path).__enter__())
    assert "cannot be read: No such file" in refusal(lambda: opened(tmp_path / "x").__enter__())


@pytest.mark.postgres
def test_what_a_server_cannot_keep_is_a_sentence_too(postgres_url: str, small: list[Line]) -> None:
    row(small, "log")["source"] = row(small, "incidents")["source"] = "é" * 150_000
    with open_store(postgres_url) as store:
        migrate(store)
        assert "Nothing of" in refusal(lambda: imported(store, closed(small)))
