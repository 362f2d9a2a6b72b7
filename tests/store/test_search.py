"""Search: what is written can be found by whoever may read it, and what is taken out cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.office import declared, in_review, mismatches, note, published
from tocsin.core import commands as c
from tocsin.core.ids import Seq
from tocsin.core.rights import Sight
from tocsin.engine.door import Tocsin
from tocsin.store import backup, search, words
from tocsin.store import tables as t
from tocsin.store.search import Found, asked, marked


def found(tocsin: Tocsin, typed: str, sight: Sight = "everything", *, commands: bool = False) -> Found:
    with tocsin.store.read() as connection:
        return search.find(connection, asked(typed), sight, commands=commands)


def places(tocsin: Tocsin, typed: str, sight: Sight = "everything", *, commands: bool = False) -> list[str]:
    """What was found, as `1 line`, `1 title`."""
    return [f"{hit.incident} {hit.kind}" for hit in found(tocsin, typed, sight, commands=commands).hits]


# ── what is found ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_title_a_line_and_a_report_are_found(tocsin: Tocsin) -> None:
    number = in_review(tocsin)
    note(tocsin, number, "The pool has no connections left.")
    assert places(tocsin, "nobody") == ["1 title"]
    assert places(tocsin, "pool") == ["1 line"]
    assert places(tocsin, "database full") == ["1 report"]


def test_what_a_command_printed_is_found_and_may_be_all_that_is_looked_at(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    note(tocsin, number, "It says QUOTA_EXCEEDED.")
    command = c.Note(incident=number, text="kubectl get events", kind="command", output="Warning QUOTA_EXCEEDED")
    tocsin.do(command, by="ada")
    assert places(tocsin, "quota_exceeded") == ["1 command", "1 line"]
    assert places(tocsin, "quota_exceeded", commands=True) == ["1 command"]


def test_the_last_word_need_not_be_typed_to_its_end(tocsin: Tocsin) -> None:
    note(tocsin, declared(tocsin), "Postgres restarted")
    assert places(tocsin, "postgres rest") == ["1 line"]
    assert places(tocsin, "post restarted") == []
    assert places(tocsin, '"postgres rest"') == []


def test_a_phrase_in_quotes_is_found_in_its_order(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    note(tocsin, number, "disk full")
    note(tocsin, number, "full disk")
    assert len(places(tocsin, "full disk")) == 2
    assert [hit.text for hit in found(tocsin, '"full disk"').hits] == ["full disk"]


def test_signs_between_words_do_not_matter(tocsin: Tocsin) -> None:
    note(tocsin, declared(tocsin), "See charts/hub-values_prod.yaml: “pending”, 3.5 GB (SSD_TOTAL_GB).")
    for typed in ("hub-values_prod.yaml", "values prod", "charts/hub", "ssd_total_gb", "pending", "3.5", "total"):
        assert places(tocsin, typed) == ["1 line"], typed


def test_the_newest_incident_comes_first_and_its_newest_line(tocsin: Tocsin) -> None:
    first, second = declared(tocsin), declared(tocsin)
    lines = [note(tocsin, second, "proxy"), note(tocsin, second, "proxy"), note(tocsin, first, "proxy")]
    hits = found(tocsin, "proxy").hits
    assert [(hit.incident, hit.seq) for hit in hits] == [(second, lines[1]), (second, lines[0]), (first, lines[2])]


def test_the_next_page_goes_on_where_the_last_ended(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    number = declared(tocsin)
    lines = [note(tocsin, number, "proxy") for _ in range(5)]
    seen, before = [], None
    with tocsin.store.read() as connection:
        while True:
            page = search.find(connection, asked("proxy"), "everything", before=before)
            seen += [hit.seq for hit in page.hits]
            if (before := page.older) is None:
                break
    assert seen == lines[::-1]


def test_a_page_looks_at_so_many_places_and_the_next_goes_on_from_there(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = declared(tocsin)
    tocsin.do(c.Note(incident=number, text="proxy get", kind="command", output="none"), by="ada")
    lines = [note(tocsin, number, "proxy") for _ in range(3)]
    monkeypatch.setattr(search, "LOOKED", 3)
    first = found(tocsin, "proxy", commands=True)
    assert (first.hits, first.partly, first.older) == ((), True, number * words.ROOM + lines[0])
    with tocsin.store.read() as connection:
        then = search.find(connection, asked("proxy"), "everything", commands=True, before=first.older)
    assert ([hit.text for hit in then.hits], then.partly, then.older) == (["proxy get\nnone"], False, None)


def test_what_is_long_ago_is_found_after_what_is_new(tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_BLOCKS", (1, 2))
    numbers = []
    for before in (0, 70, 200, 500):
        _count_on(tocsin, before)
        numbers.append(declared(tocsin, "Zanzibar"))
    assert places(tocsin, "zanz") == [f"{number} title" for number in reversed(numbers)]
    assert places(tocsin, '"zanzibar"') == places(tocsin, "zanz")


def test_where_too_many_words_begin_so_the_word_itself_is_looked_for(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch, db_url: str
) -> None:
    if not db_url.startswith("sqlite"):
        pytest.skip("PostgreSQL finds words by how they begin")
    number = declared(tocsin)
    for word in ("post", "posted", "postgres"):
        note(tocsin, number, f"see {word}")
    assert (len(found(tocsin, "post").hits), found(tocsin, "post").whole) == (3, False)
    monkeypatch.setattr(search, "ENDINGS", 2)
    assert ([hit.text for hit in found(tocsin, "see post").hits], found(tocsin, "post").whole) == (["see post"], True)


def test_letters_of_any_kind_may_go_on(tocsin: Tocsin) -> None:
    note(tocsin, declared(tocsin), "Über-Ärgernisse in Straßenbahnen, ΔΙΚΤΥΟ δίκτυο")
    for typed in ("ärger", "ÄRGERN", "in straßen", "δίκτ", "über-ärger"):
        assert places(tocsin, typed) == ["1 line"], typed


def _count_on(tocsin: Tocsin, last: int) -> None:
    counted = t.counters.update().where(t.counters.c.name == "incident")
    tocsin.store.run(lambda connection: connection.execute(counted, {"value": last}) and None)


# ── what is not ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_takes_the_place_of_what_stood_there(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    line = note(tocsin, number, "The proxy is down")
    tocsin.do(c.EditNote(incident=number, line=line, text="The router is down"), by="ada")
    assert (places(tocsin, "proxy"), places(tocsin, "router")) == ([], ["1 line"])
    assert mismatches(tocsin) == []


def test_an_edit_leaves_what_the_command_printed(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    command = c.Note(incident=number, text="get pods", kind="command", output="CrashLoopBackOff")
    line = tocsin.do(command, by="ada").lines[0]
    tocsin.do(c.EditNote(incident=number, line=line, text="get all pods"), by="ada")
    assert places(tocsin, "crashloopbackoff", commands=True) == ["1 command"]


def test_what_was_removed_is_not_found(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    line = note(tocsin, number, "proxy")
    tocsin.do(c.RemoveNote(incident=number, line=line, why="Wrong room."), by="ada")
    assert (places(tocsin, "proxy"), places(tocsin, "wrong room")) == ([], [])
    assert mismatches(tocsin) == []


def test_what_was_redacted_is_not_found_nor_what_it_said_before_an_edit(tocsin: Tocsin) -> None:
    number = declared(tocsin)
    line = note(tocsin, number, "hunter2")
    tocsin.do(c.EditNote(incident=number, line=line, text="hunter3"), by="ada")
    tocsin.do(c.Redact(incident=number, line=line, why="A password."), by="ada")
    assert [places(tocsin, word) for word in ("hunter2", "hunter3", "redacted")] == [[], [], []]
    assert mismatches(tocsin) == []


def test_a_redacted_title_is_not_found(tocsin: Tocsin) -> None:
    number = declared(tocsin, "Zanzibar is down")
    tocsin.do(c.Redact(incident=number, line=Seq(1), why="A name."), by="ada")
    assert places(tocsin, "zanzibar") == []


def test_nothing_of_what_was_redacted_stays_in_the_files(tocsin: Tocsin, tmp_path: Path, db_url: str) -> None:
    if not db_url.startswith("sqlite"):
        pytest.skip("PostgreSQL's files are not ours")
    number = declared(tocsin)
    line = note(tocsin, number, "the word is xyzzyplugh")
    for count in range(40):
        note(tocsin, number, f"and more {count}")
    tocsin.do(c.Redact(incident=number, line=line, why="A password."), by="ada")
    backup.backup(tocsin.store, tmp_path / "kept.db")
    assert b"plugh" not in (tmp_path / "kept.db").read_bytes()


def test_an_old_title_makes_way_for_the_new(tocsin: Tocsin) -> None:
    number = declared(tocsin, "Zanzibar is down")
    tocsin.do(c.Retitle(incident=number, title="Pemba is down"), by="ada")
    assert (places(tocsin, "zanzibar"), places(tocsin, "pemba")) == ([], ["1 title"])


# ── who may find it ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_representative_finds_reports_as_published_and_nothing_else(tocsin: Tocsin) -> None:
    number = published(tocsin)
    note(tocsin, number, "secret proxy")
    tocsin.do(c.WriteReport(incident=number, sections={"overview": "The proxy was full."}), by="ada")
    assert places(tocsin, "database", "published") == ["1 published"]
    assert places(tocsin, "log in", "published") == ["1 published"]
    assert (places(tocsin, "proxy", "published"), places(tocsin, "proxy", "published", commands=True)) == ([], [])
    assert places(tocsin, "database") == []
    assert mismatches(tocsin) == []


def test_a_report_that_is_not_published_is_found_by_the_team_alone(tocsin: Tocsin) -> None:
    in_review(tocsin)
    assert (places(tocsin, "database"), places(tocsin, "database", "published")) == (["1 report"], [])


def test_who_may_see_nothing_finds_nothing(tocsin: Tocsin) -> None:
    published(tocsin)
    assert places(tocsin, "database", "nothing") == []


# ── what people type ───────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = (
    "' OR 1=1--", '"*', "NEAR(", "NEAR(a b, 2)", "a\0b", "*", "()", '""', '"', "-", "a AND", "OR NOT", "text:proxy",
    "^pro xy", "{a b}", "\\", "a:*", "a & b", "!a", "<->", "%s", ":p", "x" * 10_000, "a " * 5_000, '"' * 999,
    "é😀\u202e",
)  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_only_words(tocsin: Tocsin, typed: str) -> None:
    note(tocsin, declared(tocsin), "proxy")
    assert places(tocsin, typed) == []


def test_nothing_but_signs_asks_for_nothing() -> None:
    assert not asked('!! "--" * ()')


def test_what_was_searched_for_is_marked_where_it_stands() -> None:
    text = "word " * 200 + "the Proxy-Pod died, " + "word " * 200
    pieces = marked(asked('"proxy pod" die'), text)
    assert [piece for piece, is_it in pieces if is_it] == ["Proxy-Pod", "died"]
    assert len("".join(piece for piece, _ in pieces)) < 500


def test_of_a_short_text_nothing_is_left_out() -> None:
    assert marked(asked("b"), "a b c") == [("a ", False), ("b", True), (" c", False)]


# ── keeping ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_text_without_end_is_found_by_its_beginning(tocsin: Tocsin) -> None:
    output = " ".join(f"w{number}" for number in range(30_000))
    command = c.Note(incident=declared(tocsin), text="cat log", kind="command", output=output)
    tocsin.do(command, by="ada")
    assert places(tocsin, "w77") == ["1 command"]


def test_what_was_lost_is_noticed_and_made_anew(tocsin: Tocsin) -> None:
    number = published(tocsin)
    tocsin.store.run(lambda connection: connection.execute(t.words.delete()) and None)
    assert mismatches(tocsin) == ["Incident 1: what search finds of it is not what its log says."]
    tocsin.store.run(lambda connection: words.rebuild(connection, number))
    assert (mismatches(tocsin), places(tocsin, "nobody")) == ([], ["1 title"])
