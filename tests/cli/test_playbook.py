"""`tocsin playbook`: checked, shown, compared; and the one in use is the one the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.playbooks.written import SMALL, written
from tocsin.language.handbook import as_handbook
from tocsin.playbooks import default, load

SHIPPED = Path(__file__).parents[2] / "src/tocsin/playbooks/community-hubs"
PRACTISED = Path(__file__).parents[1] / "playbooks" / "practised"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A playbook with two mistakes."""
    folder = tmp_path / "broken"
    folder.mkdir()
    return written(folder, SMALL.replace("people = 3", "people = 0").replace('"UTC"', '"Atlantis"'))


def use(data: Path, playbook: Path) -> None:
    data.mkdir()
    (data / "tocsin.toml").write_text(f'playbook = "{playbook}"\n', encoding="utf-8")


def test_a_good_playbook_is_told_to_be_one(tocsin: Shell) -> None:
    said = tocsin.done("playbook", "check", str(SHIPPED))
    assert said.err == (
        "“How we respond to incidents on community hubs”, community-hubs 0.2.0 (beta): "
        "3 roles, 14 steps, 8 messages, 7 sections. No mistakes.\n"
    )


def test_without_a_path_the_one_in_use_is_checked(tocsin: Shell, data: Path) -> None:
    use(data, PRACTISED)
    assert tocsin.done("playbook", "check", "--json").json == {
        "slug": "practised", "name": "Outages", "version": "2026-11", "state": ""
    }  # fmt: skip


def test_a_playbook_that_is_not_there_is_told_with_the_file_that_names_it(tocsin: Shell, data: Path) -> None:
    use(data, Path("../nope"))
    sentence = tocsin.refused("incident", "list")
    assert sentence.startswith(f"{data}/tocsin.toml: “playbook”: ")
    assert sentence.endswith("nope: there is no such file; name a folder that holds a playbook.toml.")


def test_every_mistake_is_a_line_of_its_own(tocsin: Shell, broken: Path) -> None:
    assert tocsin.refused("playbook", "check", str(broken)).splitlines() == [
        f"{broken}/playbook.toml:4: There is no time zone “Atlantis”; write one such as Europe/Berlin, or UTC.",
        f"{broken}/playbook.toml:19: An incident affects somebody; write people = 1, or more.",
    ]


def test_a_playbook_is_shown_as_the_handbook(tocsin: Shell) -> None:
    assert tocsin.done("playbook", "show").out == as_handbook(default())
    assert tocsin.done("playbook", "show", str(PRACTISED)).out == as_handbook(load(PRACTISED))
    assert tocsin.done("playbook", "show", "--json").json["slug"] == "community-hubs"


def test_to_check_and_to_show_makes_no_database(tocsin: Shell, data: Path) -> None:
    tocsin.done("playbook", "check")
    tocsin.done("playbook", "show")
    assert not data.exists()


def test_the_same_playbook_changes_nothing(tocsin: Shell) -> None:
    said = tocsin.done("playbook", "diff", str(SHIPPED))
    assert (said.out, said.err) == ("", "It changes nothing.\n")


def test_another_playbook_is_told_with_what_it_means_for_each_incident(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "Nobody can log in", "--criterion", "login")
    tocsin.done("do", "phase", "watching")
    said = tocsin.done("playbook", "diff", str(PRACTISED))
    assert "The communities hear from us every 4 hours; it was every 3 hours." in said.lines
    assert (
        "Incident 1: It is in the phase “Watching” (watching), which is gone. The log keeps it. Set another phase."
        in (said.lines)
    )
    assert sum(line.startswith("Incident 1: Nobody commands it any more") for line in said.lines) == 1


def test_what_it_means_is_told_to_programs_too(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "Nobody can log in")
    told = tocsin.done("playbook", "diff", str(PRACTISED), "--json").json
    assert [each["incident"] for each in told["incidents"]] == [1]
    assert told["changes"][0] == "Its slug is “practised”; it was “community-hubs”."


def test_where_no_incident_is_touched_that_is_said(tocsin: Shell) -> None:
    said = tocsin.done("playbook", "diff", str(PRACTISED))
    assert said.err == "For the incidents in which there is still something to do, it means nothing.\n"


def test_a_playbook_with_mistakes_is_not_compared(tocsin: Shell, broken: Path) -> None:
    assert "playbook.toml:4: " in tocsin.refused("playbook", "diff", str(broken))


def test_the_process_of_the_settings_is_worked_by(tocsin: Shell, data: Path) -> None:
    use(data, PRACTISED)
    tocsin.done("do", "declare", "Nobody can log in", "--criterion", "no-login")
    assert "Incident Responder" in tocsin.done("incident", "timeline", "1").out
    assert "This playbook has no phase “watching”. It has: unconfirmed, confirmed." in tocsin.refused(
        "do", "phase", "watching"
    )


def test_nothing_is_done_by_a_process_with_mistakes(tocsin: Shell, data: Path, broken: Path) -> None:
    use(data, broken)
    assert len(tocsin.refused("do", "declare", "Nobody can log in").splitlines()) == 2
    assert not (data / "tocsin.db").exists()
