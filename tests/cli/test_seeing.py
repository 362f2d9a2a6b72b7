"""Lists, one incident, its timeline, its report: what stands on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.shell import Shell, reviewed
from tocsin.report.pdf import compiling

AT = "2026-11-12T01:45:00Z"


@pytest.fixture
def told(tocsin: Shell) -> Shell:
    """One incident that is over, and one that is open."""
    tocsin.done("people", "add", "ada", "--name", "Ada Lovelace", "--zone", "Europe/Bucharest")
    tocsin.done("people", "add", "bob")
    tocsin.done("do", "declare", "Logins time out", "--as", "ada", "--at", AT)
    tocsin.done("do", "note", "Restarted\nthe proxy", "--as", "ada", "--at", "2026-11-12T01:50Z", "--kind", "fix")
    tocsin.done("do", "resolve", "Logged in", "--as", "ada", "--at", "2026-11-12T02:00Z")
    tocsin.done("do", "declare", "Disks are full", "--as", "ada")
    return tocsin


def test_a_list_is_lines_of_fields_newest_first(told: Shell) -> None:
    rows = [line.split("\t") for line in told.done("incident", "list").lines]
    assert [row[:2] for row in rows] == [["2", "open"], ["1", "resolved"]]
    assert rows[1][2:] == [AT, "2026-11-12T02:00:00Z", "Logins time out"]


def test_a_list_may_be_of_one_state(told: Shell) -> None:
    assert [row["number"] for row in told.done("incident", "list", "--state", "open", "--json").json] == [2]


def test_an_incident_is_shown_as_named_facts(told: Shell) -> None:
    facts = dict(line.split("\t", 1) for line in told.done("incident", "show", "1").lines)
    assert facts["state"] == "resolved"
    assert facts["Incident Commander"] == "Ada Lovelace, since 2026-11-12T01:45:00Z"


def test_the_commanders_word_stands_on_top_while_it_lasts_and_is_signed(told: Shell) -> None:
    told.done("do", "plan", "--state", "Nobody can log in", "--incident", "2", "--as", "ada", "--at", AT)
    facts = [line.split("\t", 1) for line in told.done("incident", "show", "2").lines]
    assert [fact for fact, _ in facts][2:5] == ["state", "how it stands", "said by"]
    assert dict(facts)["said by"] == "Ada Lovelace, 2026-11-12T01:45:00Z"


def test_all_that_is_known_of_an_incident_is_shown(told: Shell) -> None:
    for does in (
        ("link-ticket", "freshdesk:7"),
        ("link", "https://grafana.example.org/d/1", "--title", "Disks"),
        ("plan", "--cause", "Logs"),
        ("delegate", "Look at the logs", "--to", "bob"),
        ("offer", "--role", "commander", "--to", "bob"),
        ("impact", "--start", AT, "--start-until", "2026-11-12T01:50Z"),
    ):
        told.done("do", *does, "--as", "ada")
    facts = dict(line.split("\t", 1) for line in told.done("incident", "show", "2").lines)
    assert facts["tickets"] == "freshdesk:7"
    assert facts["link"] == "https://grafana.example.org/d/1 Disks"
    assert facts["cause"] == "Logs"
    assert facts["impact began"] == f"{AT} – 2026-11-12T01:50:00Z"
    assert facts["Incident Commander (offered)"] == "bob"
    assert any(fact.startswith("ask ") and said == "Look at the logs" for fact, said in facts.items())


def test_an_incident_is_shown_as_it_was(told: Shell) -> None:
    assert told.done("incident", "show", "1", "--at", "2026-11-12T01:55Z", "--json").json["state"] == "open"


def test_what_a_report_lacks_is_only_known_as_of_now(told: Shell) -> None:
    assert told.done("incident", "show", "1", "--json").json["report"]["missing"]
    then = told.done("incident", "show", "1", "--at", "2026-11-12T02:00Z", "--json").json
    assert (then["state"], then["report"]["missing"]) == ("resolved", [])


def test_before_anything_was_known_there_is_nothing_to_show(told: Shell) -> None:
    assert "Nothing is known of incident 1" in told.refused("incident", "show", "1", "--at", "2026-11-11T00:00Z")


def test_what_there_is_not_is_refused(told: Shell) -> None:
    for command in ("show", "timeline"):
        assert "There is no incident 9." in told.refused("incident", command, "9")


def test_a_timeline_is_one_line_for_each(told: Shell) -> None:
    rows = [line.split("\t") for line in told.done("incident", "timeline", "1").lines]
    assert ["fix", "Ada Lovelace", r"Restarted\nthe proxy"] in [row[2:] for row in rows]


def test_a_timeline_goes_as_far_as_it_is_asked(told: Shell) -> None:
    lines = told.done("incident", "timeline", "1", "--at", "2026-11-12T01:50Z", "--json").json
    assert lines[-1]["text"] == "Restarted\nthe proxy"


@pytest.mark.parametrize(
    ("path", "kind"), [("issues/7", "issue"), ("pull/7", "pull-request"), ("tickets/7", "ticket"), ("wiki", "page")]
)
def test_a_program_sees_what_a_link_points_at(told: Shell, path: str, kind: str) -> None:
    url = f"https://example.org/hubs/{path}"
    told.done("do", "note", f"See {url}.", "--incident", "2")
    assert told.done("incident", "timeline", "2", "--json").json[-1]["links"] == [{"url": url, "kind": kind}]


def test_a_ticket_is_one_without_an_address_too(told: Shell) -> None:
    told.done("do", "link-ticket", "freshdesk:7", "--incident", "2")
    lines = told.done("incident", "timeline", "2", "--json").json
    assert lines[-1]["links"] == [{"url": "freshdesk:7", "kind": "ticket"}]


def test_a_timeline_shows_what_was_done_to_a_line(told: Shell) -> None:
    line = told.done("do", "note", "Seen", "--incident", "2").out.strip()
    told.done("do", "highlight", "--line", line, "--incident", "2")
    assert told.done("incident", "timeline", "2").lines[-1].endswith("\tSeen (highlighted)")


def test_signals_are_listed(told: Shell) -> None:
    told.done("do", "signal", "Slow", "--kind", "alert", "--at", AT)
    assert told.done("signal", "list").out == f"1\topen\talert\t{AT}\t1\t\tsupport request\tSlow\n"
    assert told.done("signal", "list", "--state", "closed").out == ""
    assert told.done("signal", "list", "--json").json[0]["text"] == "Slow"


def test_a_report_is_built_as_markdown_and_as_json(told: Shell) -> None:
    assert told.done("report", "build", "1").out.startswith("---\n")
    schema = told.done("report", "schema").json
    for said in (told.done("report", "build", "1", "--format", "json"), told.done("report", "build", "1", "--json")):
        jsonschema.validate(said.json, schema)


def test_a_report_may_go_into_a_file(told: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert told.done("report", "build", "1", "--format", "json", "--out", str(file)).out == ""
    assert json.loads(file.read_bytes())["number"] == 1


@pytest.mark.parametrize(("ending", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-1.7"), ("json", b"{")])
def test_a_file_holds_what_its_name_says(told: Shell, tmp_path: Path, ending: str, begins: bytes) -> None:
    file = tmp_path / f"report.{ending}"
    told.done("report", "build", "1", "--out", str(file))
    assert file.read_bytes().startswith(begins)


def test_a_file_does_not_hold_what_its_name_denies(told: Shell, tmp_path: Path) -> None:
    out = str(tmp_path / "report.pdf")
    assert "would hold html" in told.refused("report", "build", "1", "--format", "html", "--out", out)


def test_a_pdf_is_for_a_file(told: Shell) -> None:
    assert "Name it: --out report.pdf" in told.refused("report", "build", "1", "--format", "pdf")


def test_a_report_that_is_not_published_is_owed(told: Shell) -> None:
    (owed,) = told.done("report", "owed", "--json").json
    assert (owed["incident"], owed["report"], owed["owner"]) == (1, "draft", "ada")
    assert "“Overview” is empty." in owed["lacks"]
    assert told.done("report", "owed").lines[0].startswith("1\t")


def test_a_pdf_that_cannot_be_made_now_is_one_sentence_and_no_file(
    told: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (broken := tmp_path / "child.py").write_text("import nothing_of_that_name")
    monkeypatch.setattr(compiling, "CHILD", broken)
    assert "There is no PDF yet: " in told.refused("report", "build", "1", "--out", str(tmp_path / "report.pdf"))
    assert not (tmp_path / "report.pdf").exists()


def test_a_file_that_cannot_be_written_is_one_sentence(told: Shell, tmp_path: Path) -> None:
    assert "cannot be written: Is a directory." in told.refused("report", "build", "1", "--out", str(tmp_path))


def test_an_unreviewed_report_is_not_published(told: Shell) -> None:
    assert "Ask for a review first" in told.refused("report", "publish", "1")


def test_publishing_says_where_the_report_stands(told: Shell, data: Path) -> None:
    reviewed(told)
    path = told.done("report", "publish", "1").out.strip()
    assert path == "reports/2026-11-12-logins-time-out"
    assert (data / "published" / f"{path}.md").exists()


@pytest.fixture
def waiting(told: Shell, data: Path) -> Shell:
    """A report that waits to be published, since the first try failed; what was in the way is gone."""
    reviewed(told)
    (data / "published").write_text("no folder")
    sentence = told.refused("report", "publish", "1")
    assert sentence.endswith("is not published. Put right what stands above, then: tocsin report publish 1")
    (data / "published").unlink()
    return told


def test_a_failed_publication_is_tried_again_by_whoever_says_so(waiting: Shell) -> None:
    assert waiting.done("report", "publish", "1").out.startswith("reports/")


def test_what_waits_is_published_by_nobody_unknown(waiting: Shell, data: Path) -> None:
    assert "Nobody is known as “mallory”" in waiting.refused("report", "publish", "1", "--as", "mallory")
    assert not (data / "published").exists()


def test_what_waits_is_published_by_nobody_outside_the_team(waiting: Shell, data: Path) -> None:
    waiting.done("people", "add", "charlie", "--kind", "community")
    assert "charlie is not on the team" in waiting.refused("report", "publish", "1", "--as", "charlie")
    assert not (data / "published").exists()


def test_what_waits_is_published_by_whoever_may(waiting: Shell) -> None:
    assert waiting.done("report", "publish", "1", "--as", "bob").out.startswith("reports/")


def test_the_verb_publishes_into_the_repository_of_the_settings(told: Shell, data: Path) -> None:
    reviewed(told)
    told.done("do", "publish")
    assert (data / "published" / "reports" / "2026-11-12-logins-time-out.json").exists()


def test_rows_are_as_their_logs_say(told: Shell) -> None:
    assert told.done("rebuild", "--check").err == "2 incidents, all as their logs say.\n"


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person looks at standard output."""
    monkeypatch.setattr("tocsin.cli.speaking.on_terminal", lambda: True)
    monkeypatch.setattr("tocsin.cli.times.on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.usefixtures("_terminal")
def test_a_person_sees_a_table_on_their_own_clock(told: Shell) -> None:
    out = told.done("incident", "list", "--as", "ada").out
    assert "declared" in out
    assert "2026-11-12 03:45 EET" in out


@pytest.mark.usefixtures("_terminal")
def test_a_person_sees_facts_in_two_columns(told: Shell) -> None:
    lines = [line.rstrip() for line in told.done("incident", "show", "1").lines]
    assert any(line.startswith("Incident Commander  Ada Lovelace, since") for line in lines)


@pytest.mark.usefixtures("_terminal")
@pytest.mark.parametrize(
    "command", ["incident list", "incident show 3", "incident timeline 3", "report build 3", "incident show 3 --json"]
)
def test_what_somebody_wrote_cannot_steer_a_terminal(told: Shell, command: str) -> None:
    told.done("do", "declare", "\x1b[31mred\x9b0m", "--description", "\x1b]0;title\x07")
    told.done("do", "resolve", "It works.", "--incident", "3")
    out = told.done(*command.split()).out
    assert "red" in out
    assert not set("\x1b\x9b\x07") & set(out)


def test_there_is_no_report_of_what_is_not_over(told: Shell) -> None:
    told.done("do", "declare", "Down")
    assert told.refused("report", "build", "3") == "Only a resolved incident gets a report. Resolve incident 3 first."


def test_nor_can_it_on_standard_error(told: Shell) -> None:
    assert "\x1b" not in told.done("do", "declare", "\x1b[31mred").err
    assert "\x1b" not in told.refused("do", "note", "x")


def test_nor_through_a_pipe(told: Shell) -> None:
    told.done("do", "declare", "\x1b[31mred")
    assert "\x1b" not in told.done("incident", "list").out


def test_what_turns_the_order_of_a_line_goes(told: Shell) -> None:
    told.done("do", "declare", "\u202eemit\u2066 a\u2069 no\u202c")
    assert told.done("incident", "list").lines[0].endswith("\temit a no")
    assert told.done("incident", "show", "3", "--json").json["title"].startswith("\u202e")
