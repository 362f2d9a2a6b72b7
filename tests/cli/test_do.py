"""`tocsin do`: verbs, their one text, their options, and which incident they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.playbooks.written import SMALL, written

AT = ("--at", "2026-11-12T01:45Z")


def test_a_declaration_says_its_number_and_nothing_else_on_standard_output(tocsin: Shell) -> None:
    said = tocsin.done("do", "declare", "The hub is down")
    assert said.out == "1\n"
    declared, commanding = said.err.splitlines()
    assert (declared, commanding.endswith(" commands it.")) == ("Incident 1 is declared: The hub is down", True)


def test_a_note_says_the_line_it_recorded(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "The hub is down")
    last = tocsin.done("incident", "timeline", "1").lines[-1].split("\t")[0]
    assert tocsin.done("do", "note", "Looking at it").lines == [str(int(last) + 1)]


def test_a_signal_says_its_number(tocsin: Shell) -> None:
    assert tocsin.done("do", "signal", "Logins time out", "--kind", "ticket").out == "1\n"


def test_json_is_one_document(tocsin: Shell) -> None:
    answer = tocsin.done("do", "declare", "The hub is down", "--json").json
    assert answer == {"incident": 1, "lines": [1, 2], "signal": None, "ticket": None, "revision": None, "effects": []}


def test_the_commands_own_name_always_works_too(tocsin: Shell) -> None:
    tocsin.done("do", "note-signal", "Logins time out")
    tocsin.done("do", "declare", "The hub is down")
    tocsin.done("do", "set-plan", "--next", "Restart it")
    assert tocsin.done("incident", "show", "1", "--json").json["plan"]["next"] == "Restart it"


def test_without_a_number_the_only_open_incident_is_meant(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "cancel", "--reason", "false-alarm")
    tocsin.done("do", "declare", "Second")
    tocsin.done("do", "note", "For the second")
    assert "For the second" in tocsin.done("incident", "timeline", "2").out


def test_where_several_are_open_they_are_listed_with_their_titles(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "declare", "Second")
    sentence = tocsin.refused("do", "note", "For which?")
    assert "2 incidents are open" in sentence
    assert "1  First" in sentence and "2  Second" in sentence


def test_where_none_is_open_those_there_are_are_listed(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "resolve", "It works")
    assert "No incident is open" in (sentence := tocsin.refused("do", "note", "For which?"))
    assert "1  First (resolved)" in sentence


def test_without_any_incident_the_refusal_says_how_to_declare_one(tocsin: Shell) -> None:
    assert tocsin.refused("do", "note", "x") == "No incident is open. Declare one: tocsin do declare TITLE."


def test_reopening_means_the_only_resolved_incident(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "resolve", "It works")
    tocsin.done("do", "reopen", "It does not")
    assert tocsin.done("incident", "list", "--state", "open").out.endswith("\tFirst\n")


def test_a_number_may_be_written_with_its_hash(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "note", "x", "--incident", "#1")


@pytest.mark.parametrize("number", ["0", "-1", "one", "#", "1.5", "٣"])
def test_what_is_no_number_is_told_with_its_option(tocsin: Shell, number: str) -> None:
    assert "Invalid value for --incident" in tocsin.refused("do", "note", "x", f"--incident={number}", code=2)


def gates(folder: Path, data: Path, lines: str) -> None:
    data.mkdir()
    written(folder, f"{SMALL}{lines}")
    (data / "tocsin.toml").write_text(f'playbook = "{folder}"\n', encoding="utf-8")


def test_what_is_only_warned_of_is_said_once_it_is_resolved(tocsin: Shell, data: Path, tmp_path: Path) -> None:
    gates(tmp_path, data, '[gates.resolve]\nblocks = []\nwarns = ["impact", "verified"]\n')
    tocsin.done("do", "declare", "First")
    assert tocsin.done("do", "resolve").err.splitlines()[1:] == [
        "Not yet: Say when the impact began; a best guess will do.",
        "Not yet: Say when the impact ended; a best guess will do.",
        "Not yet: Say how it was verified that it is over: what did you try, and did it work?",
    ]


def test_what_is_over_already_is_warned_of_too(tocsin: Shell, data: Path, tmp_path: Path) -> None:
    gates(tmp_path, data, '[gates.resolve]\nblocks = []\nwarns = ["impact"]\n')
    said = tocsin.done("do", "declare", "First", "--ended", "2026-11-12T01:45Z", "--at", "2026-11-12T02:00Z")
    assert "Not yet: Say when the impact began; a best guess will do." in said.err


def test_a_review_says_which_communities_were_not_told(tocsin: Shell, data: Path, tmp_path: Path) -> None:
    gates(tmp_path, data, '[gates.review]\nblocks = []\nwarns = ["told"]\n')
    tocsin.done("directory", "import", str(_town(tmp_path)))
    tocsin.done("do", "declare", "First", "--communities", "dubois")
    tocsin.done("do", "resolve", "Logged in")
    assert "Not yet: Du Bois has not been told yet." in tocsin.done("do", "ask-for-review").err


def _town(folder: Path) -> Path:
    file = folder / "town.yaml"
    file.write_text("communities:\n  - slug: dubois\n    name: Du Bois\n", encoding="utf-8")
    return file


def test_the_text_of_resolve_is_how_it_was_verified(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "resolve", "Logged in")
    assert tocsin.done("incident", "show", "1", "--json").json["verified"] == "Logged in"


def test_beside_verified_the_text_of_resolve_is_its_text(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "resolve", "Restarted it", "--verified", "Logged in")
    lines = tocsin.done("incident", "timeline", "1", "--json").json
    assert [(line["kind"], line["text"]) for line in lines[-2:]] == [
        ("resolved", "Restarted it"),
        ("verified", "Logged in"),
    ]


def test_a_hyphen_reads_the_text_from_standard_input(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "note", "-", given="Zwei Zeilen:\nund ü\n".encode())
    assert tocsin.done("incident", "timeline", "1", "--json").json[-1]["text"] == "Zwei Zeilen:\nund ü"


def test_options_with_several_values_are_given_once_for_each(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First", "--ticket", "freshdesk:1", "--tickets", "freshdesk:2")
    assert tocsin.done("incident", "show", "1", "--json").json["tickets"] == ["freshdesk:1", "freshdesk:2"]


def test_a_switch_has_its_opposite(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First", "--drill", "--no-channel")
    assert tocsin.done("incident", "show", "1", "--json").json["drill"] is True


def test_sections_of_the_report_may_come_from_files(tocsin: Shell, data: object) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "resolve", "It works")
    told = tocsin.done("do", "write-report", "--section", "overview=@-", given=b"All *fell*.\n")
    assert told.out == "1\n"
    assert "All *fell*." in tocsin.done("report", "build", "1").out


def test_what_happened_earlier_is_told_at_its_time(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First", *AT)
    assert "2026-11-12T01:45:00Z" in tocsin.done("incident", "timeline", "1").lines[0]


def test_an_unknown_verb_is_a_wrong_use_that_suggests_another(tocsin: Shell) -> None:
    assert "No such command 'nots'. Did you mean 'note'?" in tocsin.refused("do", "nots", "x", code=2)


def test_a_missing_text_is_a_wrong_use_and_no_database_is_made(tocsin: Shell) -> None:
    assert "“note” needs --text" in tocsin.refused("do", "note", code=2)


def test_a_missing_option_is_a_wrong_use(tocsin: Shell) -> None:
    assert "--reason" in tocsin.refused("do", "cancel", code=2)


def test_a_text_given_twice_is_a_wrong_use(tocsin: Shell) -> None:
    assert "has its text twice" in tocsin.refused("do", "note", "x", "--text", "y", code=2)


def test_a_choice_that_is_none_is_told_with_those_there_are(tocsin: Shell) -> None:
    assert "“rant” is none of note, finding" in tocsin.refused("do", "note", "x", "--kind", "rant", code=2)


def test_a_section_without_its_text_is_a_wrong_use(tocsin: Shell) -> None:
    assert "Write it as overview=TEXT" in tocsin.refused("do", "write-report", "--section", "overview", code=2)


@pytest.mark.parametrize("time", ["2026-11-12 01:45", "2026-11-12T01:45", "2026-02-30T01:45Z", "yesterday", "25:00Z"])
def test_an_impossible_or_naive_time_is_one_sentence(tocsin: Shell, time: str) -> None:
    sentence = tocsin.refused("do", "declare", "x", "--at", time, code=2)
    assert f"Invalid value for --at: “{time}”" in sentence


def test_a_time_still_to_come_is_refused(tocsin: Shell) -> None:
    assert "2999-01-01 00:00 UTC is still to come" in tocsin.refused("do", "declare", "x", "--at", "2999-01-01T00:00Z")


def test_a_refused_time_is_told_as_whoever_asks_may_type_it(tocsin: Shell) -> None:
    tocsin.done("people", "add", "ada", "--name", "Ada", "--zone", "Asia/Kathmandu")
    sentence = tocsin.refused("do", "declare", "x", "--at", "2999-01-01T00:00Z", "--as", "ada")
    assert "2999-01-01 05:45 Asia/Kathmandu is still to come" in sentence


def test_a_note_that_is_too_long_is_refused(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    assert "200,001 characters" in tocsin.refused("do", "note", "-", given=b"a" * 200_001)


def test_a_nul_byte_is_refused(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "First")
    assert "NUL byte" in tocsin.refused("do", "note", "-", given=b"a\0b")


def test_broken_utf8_on_standard_input_is_refused(tocsin: Shell) -> None:
    assert "Standard input is not valid UTF-8 (byte 4)" in tocsin.refused("do", "declare", "-", given=b"abc\xff")


def test_broken_utf8_on_the_command_line_is_refused(tocsin: Shell) -> None:
    assert "not valid UTF-8" in tocsin.refused("do", "declare", "abc\udcff")


def test_a_file_that_is_not_there_is_one_sentence(tocsin: Shell) -> None:
    sentence = tocsin.refused("do", "write-report", "--section", "overview=@nowhere.md", code=2)
    assert "nowhere.md cannot be read: No such file or directory." in sentence


@pytest.mark.parametrize("twice", [("note", "-", "--output", "-"), ("note", "--text", "-", "--output", "-")])
def test_standard_input_is_read_only_once(tocsin: Shell, twice: tuple[str, ...]) -> None:
    assert "standard input can be read only once" in tocsin.refused("do", *twice, given=b"x", code=2)


def test_two_sections_cannot_both_come_from_standard_input(tocsin: Shell) -> None:
    sections = ("--section", "overview=@-", "--section", "what-happened=@-")
    assert "standard input can be read only once" in tocsin.refused("do", "write-report", *sections, code=2)


@pytest.mark.parametrize("option", ["--data", "--db", "--as"])
def test_an_empty_option_is_a_wrong_use(tocsin: Shell, option: str) -> None:
    nowhere = Shell(monkeypatch=tocsin.monkeypatch, where=())
    assert f"Invalid value for {option}: it is empty" in nowhere.refused("incident", "list", option, "", code=2)


def test_nor_is_a_report_put_into_a_place_without_a_name(tocsin: Shell) -> None:
    assert "Invalid value for --out: it is empty" in tocsin.refused("report", "build", "1", "--out", "", code=2)


@pytest.mark.parametrize("option", ["--kind", "--at", "--incident"])
def test_what_is_typed_wrong_cannot_steer_a_terminal(tocsin: Shell, option: str) -> None:
    sentence = tocsin.refused("do", "note", "x", option, "\x1b]0;title\x07\u202e", code=2)
    assert "title" in sentence
    assert not set("\x1b\x07\u202e") & set(sentence)


def test_nor_can_an_argument_too_many(tocsin: Shell) -> None:
    assert "\u202e" not in tocsin.refused("incident", "list", "\u202ex", code=2)
