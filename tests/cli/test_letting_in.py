"""Who is let in from the shell, and who has left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Shell


@pytest.fixture
def team(tocsin: Shell) -> Shell:
    """Whoever runs the tests is an administrator; Bob is known."""
    tocsin.done("people", "add", "bob", "--name", "Bob Kahn", "--email", "bob@example.org")
    return tocsin


def test_a_link_stands_alone_on_standard_output(team: Shell) -> None:
    said = team.done("people", "invite", "bob")
    assert said.out.startswith("http://127.0.0.1:8080/welcome/")
    assert len(said.lines) == 1
    assert "Hand this link to Bob Kahn, and to nobody else. It works once, until " in said.err
    assert "Set web.address" in said.err


def test_a_link_for_a_new_password_is_of_another_kind(team: Shell) -> None:
    assert "/reset/" in team.done("people", "link", "bob@example.org", "--json").json["link"]


def test_a_link_leads_to_where_people_reach_tocsin(team: Shell, data: Path) -> None:
    (data / "tocsin.toml").write_text('[web]\naddress = "https://incidents.example.org"\n')
    said = team.done("people", "link", "bob")
    assert said.out.startswith("https://incidents.example.org/reset/")
    assert "web.address" not in said.err


def test_only_administrators_make_links(team: Shell) -> None:
    assert "Bob Kahn is no administrator" in team.refused("people", "link", "bob", "--as", "bob")
    assert "Bob Kahn is no administrator" in team.refused("people", "deactivate", "bob", "--as", "bob")


def test_whom_nobody_knows_gets_no_link(team: Shell) -> None:
    assert team.refused("people", "invite", "eve").startswith("Nobody is known as “eve”.")


def test_somebody_leaves_and_comes_back(team: Shell) -> None:
    assert team.done("people", "deactivate", "bob").lines == ["bob"]
    assert team.refused("people", "link", "bob") == "Bob Kahn has left. Bring them back first."
    assert "Bob Kahn has left" in team.refused("do", "declare", "First", "--as", "bob")
    assert "Bob Kahn has left" in team.refused("do", "declare", "First", "--commander", "bob")
    assert team.done("people", "reactivate", "bob", "--json").json == {"person": "bob", "active": True}
    team.done("do", "declare", "First", "--as", "bob")


def test_the_last_administrator_stays(team: Shell) -> None:
    (last,) = (each["handle"] for each in team.done("people", "list", "--json").json if each["administrator"])
    sentence = "That leaves nobody who may change the directory. Make somebody else an administrator first."
    assert team.refused("people", "deactivate", last) == sentence
    assert team.refused("people", "add", last, "--no-administrator") == sentence
