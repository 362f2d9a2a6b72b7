"""Who asks, and who is known."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from types import SimpleNamespace

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


def test_reading_adds_nobody(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("incident", "list")
    assert tocsin.done("people", "list").out == ""


def test_what_was_changed_about_them_later_stays(tocsin: Shell, login: SimpleNamespace) -> None:
    tocsin.done("people", "add", "grace", "--name", "Rear Admiral Hopper")
    tocsin.done("do", "declare", "First")
    assert "Rear Admiral Hopper" in tocsin.done("people", "list").out


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
