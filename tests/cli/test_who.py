"""Who asks, and who is known."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.shell import Shell
from tocsin.cli import whoami

FILE = """\
people:
  - {handle: ada, name: Ada Lovelace, administrator: true}
  - {handle: bob, name: Bob Kahn, zone: Europe/Bucharest}
groups:
  - {slug: triagers, name: Support Triagers, members: [ada, bob]}
communities:
  - {slug: utoronto, name: University of Toronto}
services:
  - {slug: utoronto/prod, name: Toronto's hub, communities: [utoronto]}
"""


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The account the tests run as, to be named as a test likes."""
    account = SimpleNamespace(pw_name="grace", pw_gecos="Grace Hopper,,,")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: account)
    return account


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "directory.yaml"
    path.write_text(FILE)
    return path


def test_whoever_comes_first_is_added_as_administrator(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("do", "declare", "First")
    (person,) = tocsin.done("people", "list", "--json").json
    assert (person["handle"], person["name"], person["administrator"]) == ("grace", "Grace Hopper", True)


def test_somebody_may_look_on_and_be_somebody_elsewhere(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("people", "add", "ada", "--observer", "--account", "github:ada", "--account", "slack:U01")
    (ada,) = (each for each in tocsin.done("people", "list", "--json").json if each["handle"] == "ada")
    assert (ada["observer"], ada["accounts"]) == (True, ["github:ada", "slack:U01"])
    shown = tocsin.done("people", "show", "ada").out
    assert "github:ada, slack:U01" in shown
    assert "looks on" in shown
    assert "Write it as PLACE:NAME" in tocsin.refused("people", "add", "ada", "--account", "github")


def test_everybody_describes_themselves(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("people", "add", "ada", "--name", "Ada", "--observer", "--email", "ada@example.org")
    told = ("--name", "Ada L.", "--zone", "Asia/Tokyo", "--hours", "mon 09:00-17:00", "--hours", "tue 09:00-12:00")
    more = ("--leave", "2026-12-24", "--expertise", "dask", "--account", "github:ada", "--as", "ada")
    assert "Your profile is up to date." in tocsin.done("do", "profile", *told, *more).err
    ada = tocsin.done("people", "show", "ada", "--json").json
    assert (ada["name"], ada["zone"], ada["email"], ada["observer"]) == (
        "Ada L.",
        "Asia/Tokyo",
        "ada@example.org",
        True,
    )
    assert ada["hours"] == ["mon 09:00-17:00", "tue 09:00-12:00"]
    assert (ada["leave"], ada["expertise"], ada["accounts"]) == (["2026-12-24"], ["dask"], ["github:ada"])
    tocsin.done("do", "profile", "--hours", "usual", "--leave", "none", "--expertise", "", "--as", "ada")
    ada = tocsin.done("people", "show", "ada", "--json").json
    assert (ada["hours"], ada["leave"], ada["expertise"], ada["zone"]) == ([], [], [], "Asia/Tokyo")


def test_reading_adds_nobody(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("incident", "list")
    assert tocsin.done("people", "list").out == ""


def test_what_was_changed_about_them_later_stays(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("people", "add", "grace", "--name", "Rear Admiral Hopper")
    tocsin.done("do", "declare", "First")
    (person,) = tocsin.done("people", "list", "--json").json
    assert (person["name"], person["administrator"]) == ("Rear Admiral Hopper", True)


@pytest.mark.parametrize(
    ("account", "handle"),
    [("Grace.Hopper", "grace.hopper"), ("NAVY\\grace", "navy-grace"), ("Zoë", "zoe"), ("tocsin", "tocsin-user")],
)
def test_an_account_becomes_a_handle(login: SimpleNamespace, account: str, handle: str) -> None:
    login.pw_name = account
    assert whoami.handle() == handle


def test_an_account_without_letters_is_known_by_its_number(login: SimpleNamespace) -> None:
    login.pw_name = "…"
    assert whoami.handle() == f"user-{os.getuid()}"


def test_a_process_without_an_account_is_known_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    monkeypatch.setenv("LOGNAME", "ada")
    assert whoami.handle() == "ada"


def test_somebody_else_may_be_named(tocsin: Shell, file: Path) -> None:
    tocsin.done("directory", "import", str(file))
    tocsin.done("do", "declare", "First", "--as", "Bob Kahn")
    assert tocsin.done("incident", "timeline", "1", "--json").json[0]["by"] == "bob"


def test_an_unknown_person_is_refused(tocsin: Shell) -> None:
    assert "Nobody is known as “mallory”" in tocsin.refused("do", "declare", "First", "--as", "mallory")


def test_nobody_speaks_as_the_program_itself(tocsin: Shell) -> None:
    assert "Nobody is known as “Tocsin”" in tocsin.refused("do", "declare", "First", "--as", "Tocsin")


def test_the_options_of_every_command_may_stand_before_the_verb_too(tocsin: Shell, file: Path) -> None:
    tocsin.done("directory", "import", str(file))
    tocsin.done("do", "--as", "bob", "declare", "First")
    assert tocsin.done("incident", "timeline", "1", "--json").json[0]["by"] == "bob"


def test_a_person_is_added_and_said_by_handle(tocsin: Shell) -> None:
    assert tocsin.done("people", "add", "ada", "--name", "Ada Lovelace").out == "ada\n"


def test_a_person_who_is_known_keeps_what_is_left_out(tocsin: Shell) -> None:
    tocsin.done("people", "add", "ada", "--name", "Ada Lovelace", "--expertise", "dask", "--expertise", "hubs")
    tocsin.done("people", "add", "ada", "--email", "ada@example.org")
    (ada,) = (each for each in tocsin.done("people", "list", "--json").json if each["handle"] == "ada")
    assert (ada["name"], ada["email"], ada["expertise"]) == ("Ada Lovelace", "ada@example.org", ["dask", "hubs"])


def test_a_handle_nobody_can_type_is_refused(tocsin: Shell) -> None:
    assert "cannot be a handle" in tocsin.refused("people", "add", "Ada Lovelace")


def test_a_directory_is_brought_in_from_a_file(tocsin: Shell, file: Path) -> None:
    counts = tocsin.done("directory", "import", str(file), "--json").json
    assert counts == {"people": 2, "groups": 1, "services": 1, "communities": 1}
    tocsin.done("do", "declare", "First", "--as", "ada", "--service", "utoronto/prod", "--community", "utoronto")


def test_what_was_brought_in_is_counted(tocsin: Shell, file: Path) -> None:
    said = tocsin.done("directory", "import", str(file)).err
    assert said == "The directory is up to date: 2 people, 1 group, 1 service, 1 community.\n"


def test_a_directory_is_brought_in_whole_or_not_at_all(tocsin: Shell) -> None:
    half = FILE + "  - {slug: other, name: Other, communities: [nowhere]}\n"
    sentence = tocsin.refused("directory", "import", "-", given=half.encode())
    assert sentence.startswith("standard input: No community is known as “nowhere”")
    assert "ada" not in tocsin.done("people", "list").out


def test_a_directory_that_is_no_yaml_is_told_with_its_line(tocsin: Shell) -> None:
    sentence = tocsin.refused("directory", "import", "-", given=b"people:\n  - {handle: ada\n")
    assert sentence.startswith("standard input, line 3: this is not YAML that can be read")


def test_a_directory_file_that_is_not_there_is_one_sentence(tocsin: Shell) -> None:
    assert tocsin.refused("directory", "import", "x.yaml") == "x.yaml cannot be read: No such file or directory."


# ── hours, leave and what people know ───────────────────────────────────────────────────────────────────────────────

TEAM = """\
people:
  - {handle: ada, name: Ada Lovelace, administrator: true, zone: Europe/London, expertise: [Dask, hubs]}
  - {handle: bob, name: Bob Kahn, zone: Asia/Tokyo, expertise: [dask], hours: mon-fri 08:00-24:00}
  - {handle: dana, name: Dana Scott, zone: America/Los_Angeles, expertise: [dask], leave: [2026-11-12..2026-11-13]}
  - {handle: alerts, name: Alerts, kind: bot}
"""
NOON, NIGHT = "2026-11-12T12:00Z", "2026-11-12T19:00Z"
"""At noon Ada and Bob are at work; at seven in the evening nobody is, and Dana is on leave."""


@pytest.fixture
def team(tocsin: Shell, login: SimpleNamespace) -> Shell:
    login.pw_name = "ada"
    tocsin.done("directory", "import", "-", given=TEAM.encode())
    return tocsin


def person(tocsin: Shell, handle: str, *options: str) -> dict[str, Any]:
    return dict(tocsin.done("people", "show", handle, "--json", *options).json)


def test_hours_and_leave_are_said_of_a_person(tocsin: Shell) -> None:
    week = ("--hours", "mon-thu 09:00-17:00", "--hours", "fri 09:00-12:00")
    tocsin.done("people", "add", "ada", *week, "--leave", "2026-12-24..2027-01-02")
    ada = person(tocsin, "ada")
    assert (ada["hours"], ada["leave"]) == (["mon-thu 09:00-17:00", "fri 09:00-12:00"], ["2026-12-24..2027-01-02"])


def test_hours_and_leave_stay_until_they_are_taken_back(tocsin: Shell) -> None:
    tocsin.done("people", "add", "ada", "--hours", "mon 09:00-17:00", "--leave", "2026-12-24")
    tocsin.done("people", "add", "ada", "--zone", "Europe/London")
    assert person(tocsin, "ada")["hours"] == ["mon 09:00-17:00"]
    tocsin.done("people", "add", "ada", "--hours", "usual", "--leave", "none")
    assert (person(tocsin, "ada")["hours"], person(tocsin, "ada")["leave"]) == ([], [])


@pytest.mark.parametrize(("option", "text"), [("--hours", "9 to 5"), ("--leave", "soon"), ("--hours", "")])
def test_hours_and_leave_that_cannot_be_read_are_a_wrong_use(tocsin: Shell, option: str, text: str) -> None:
    assert option in tocsin.refused("people", "add", "ada", option, text, code=2)


def test_everybody_is_listed_with_their_clock_and_their_work(team: Shell) -> None:
    rows = {row.split("\t")[0]: row.split("\t")[-2:] for row in team.done("people", "list", "--at", NOON).lines}
    assert rows == {
        "ada": ["2026-11-12T12:00+00:00", "until 2026-11-12T17:00:00Z"],
        "alerts": ["", ""],
        "bob": ["2026-11-12T21:00+09:00", "until 2026-11-12T15:00:00Z"],
        "dana": ["2026-11-12T04:00-08:00", "back 2026-11-16T17:00:00Z"],
    }


def test_a_program_learns_it_too(team: Shell) -> None:
    ada, bot, _, dana = team.done("people", "list", "--json", "--at", NOON).json
    assert (ada["clock"], ada["at_work"], ada["until"]) == ("Europe/London", True, "2026-11-12T17:00:00Z")
    assert (dana["at_work"], dana["until"], dana["back"]) == (False, None, "2026-11-16T17:00:00Z")
    assert (bot["clock"], bot["now"], bot["at_work"]) == (None, None, None)


def test_a_reader_sees_times_on_the_clock_of_each(team: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.cli.present.on_terminal", lambda: True)
    rows = {row.split("\t")[0]: row.split("\t")[-2:] for row in team.done("people", "list", "--at", NOON).lines}
    assert rows["ada"] == ["Thu 12:00", "until 17:00"]
    assert rows["bob"] == ["Thu 21:00", "until Fri 00:00"]
    assert rows["dana"] == ["Thu 04:00", "back Mon 09:00"]


def test_a_day_that_is_far_away_has_its_date(team: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.cli.present.on_terminal", lambda: True)
    team.done("people", "add", "ada", "--leave", "2026-11-12..2026-12-31")
    assert "back 2027-01-01 09:00" in team.done("people", "show", "ada", "--at", NOON).out


@pytest.mark.parametrize(
    ("option", "text", "shown"),
    [("--hours", "mon-sun 00:00-24:00", "always"), ("--leave", "2026-11-12..2029-01-01", "not within a year")],
)
def test_some_always_work_and_some_do_not_for_a_long_time(team: Shell, option: str, text: str, shown: str) -> None:
    team.done("people", "add", "ada", option, text)
    assert f"at work\t{shown}" in team.done("people", "show", "ada", "--at", NOON).lines


def test_a_person_is_shown_as_named_facts(team: Shell) -> None:
    facts = dict(line.split("\t") for line in team.done("people", "show", "Bob Kahn", "--at", NOON).lines)
    assert (facts["zone"], facts["hours"], facts["expertise"]) == ("Asia/Tokyo", "mon-fri 08:00-24:00", "dask")
    assert "leave" not in facts


def test_nobody_unknown_is_shown(team: Shell) -> None:
    assert team.refused("people", "show", "mallory").startswith("Nobody is known as “mallory”.")


def test_whoever_knows_an_area_and_is_at_work_comes_first(team: Shell) -> None:
    for at, handles in ((NOON, ["ada", "bob", "dana"]), (NIGHT, ["bob", "ada", "dana"])):
        found = team.done("people", "find", "dask", "--at", at).lines
        assert [row.split("\t")[0] for row in found] == handles


def test_experts_are_told_to_programs(team: Shell) -> None:
    (ada,) = team.done("people", "find", "Hubs", "--json", "--at", NOON).json
    assert (ada["handle"], ada["at_work"], ada["expertise"]) == ("ada", True, ["Dask", "hubs"])


def test_an_unknown_area_is_refused_with_those_there_are(team: Shell) -> None:
    assert team.refused("people", "find", "tea") == "Nobody's expertise is “tea”. There is: dask, hubs."


def test_the_first_at_work_is_asked(team: Shell) -> None:
    team.done("do", "declare", "First", "--as", "dana", "--at", NOON)
    said = team.done("people", "find", "dask", "--ask", "Read the log", "--as", "dana", "--at", NOON)
    assert "Ada Lovelace is asked: incident 1, line " in said.err
    asked = team.done("incident", "timeline", "1").lines[-1]
    assert asked.startswith(f"{said.out.strip()}\t") and "Read the log" in asked


def test_nobody_asks_themselves(team: Shell) -> None:
    team.done("do", "declare", "First", "--at", NOON)
    said = team.done("people", "find", "dask", "--ask", "Read the log", "--at", NOON)
    assert said.err.startswith("Bob Kahn is asked: incident 1, line ")


def test_a_program_that_asks_is_told_the_line(team: Shell) -> None:
    team.done("do", "declare", "First", "--at", NOON)
    said = team.done("people", "find", "dask", "--ask", "Read the log", "--at", NOON, "--json").json
    assert (said["incident"], len(said["lines"])) == (1, 1)


def test_where_only_whoever_asks_knows_an_area_they_are_told(team: Shell) -> None:
    team.done("do", "declare", "First", "--at", NOON)
    sentence = team.refused("people", "find", "hubs", "--ask", "Read the log", "--at", NOON)
    assert sentence == "Nobody but you knows hubs. Ask somebody else by name: --to PERSON."


def test_nobody_who_sleeps_is_asked_unless_by_name(team: Shell) -> None:
    team.done("do", "declare", "First", "--as", "dana", "--at", NOON)
    asked = ("people", "find", "dask", "--ask", "Read the log", "--as", "dana", "--at", NIGHT)
    assert team.refused(*asked) == (
        "Nobody else who knows dask is at work. First is Bob Kahn: back 2026-11-12T23:00:00Z. "
        "Ask them all the same: --to bob."
    )
    assert "Bob Kahn is asked: incident 1" in team.done(*asked, "--to", "bob", "--incident", "#1").err


def test_whoever_wrote_in_the_last_hour_is_at_work(team: Shell) -> None:
    team.done("people", "add", "dana", "--leave", "2020-01-01..2099-12-31")
    assert person(team, "dana")["at_work"] is False
    team.done("do", "declare", "First", "--as", "dana")
    assert person(team, "dana")["at_work"] is True


def test_a_group_may_be_asked_as_well(team: Shell) -> None:
    team.done("do", "declare", "First", "--as", "dana")
    team.done("directory", "import", "-", given=b"groups: [{slug: all, name: All, members: [ada, bob]}]")
    assert "All is asked" in team.done("people", "find", "dask", "--ask", "Look", "--to", "all", "--as", "dana").err


@pytest.mark.parametrize("option", [("--to", "ada"), ("--incident", "1")])
def test_to_whom_and_where_belong_to_an_ask(team: Shell, option: tuple[str, str]) -> None:
    assert "--ask TEXT" in team.refused("people", "find", "dask", *option, code=2)


def test_an_incident_that_is_no_number_is_a_wrong_use(team: Shell) -> None:
    sentence = team.refused("people", "find", "dask", "--ask", "Look", "--incident", "x", code=2)
    assert "--incident" in sentence and "is no number" in sentence
