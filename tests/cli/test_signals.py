"""Signals in the shell: whether they are an incident so far, why, and what to type next."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.core.world import A_TICKET, PLAYBOOK
from tocsin import playbooks
from tocsin.cli.judging import evidence
from tocsin.core.ids import Slug
from tocsin.core.verdict import verdict

LOGIN = ("--criterion", "login", "--service", "managed-jupyterhubs")


@pytest.fixture
def desk(tocsin: Shell) -> Shell:
    """Ada is at the desk; one person has written, and a probe agrees."""
    tocsin.done("people", "add", "ada", "--name", "Ada Lovelace")
    tocsin.done("do", "signal", "I cannot log in", "--kind", "ticket", "--people", "Eve", *LOGIN)
    tocsin.done("do", "signal", "No answer in 120 s", "--kind", "probe", "--criterion", "login")
    return tocsin


def shown(desk: Shell, number: int) -> dict[str, str]:
    """The facts by name; of those that bear one name, all lines."""
    facts: dict[str, str] = {}
    for line in desk.done("signal", "show", str(number)).lines:
        name, fact = line.split("\t", 1)
        facts[name] = f"{facts[name]}\n{fact}" if name in facts else fact
    return facts


def listed(desk: Shell) -> list[str]:
    return [line.split("\t")[6] for line in desk.done("signal", "list").lines]


def test_a_list_says_how_far_from_an_incident_each_is(desk: Shell) -> None:
    desk.done("do", "signal", "How do I install R?", "--kind", "ticket")
    desk.done("do", "signal", "Down", "--criterion", "start", "--everyone")
    assert listed(desk) == ["not yet, 1 of 2", "not yet, 1 of 2", "support request", "incident, everyone"]


def test_a_list_says_what_people_decided(desk: Shell) -> None:
    desk.done("do", "judge", "--signal", "1", "--verdict", "incident", "--why", "A class begins", "--as", "ada")
    desk.done("do", "close-signal", "--signal", "2")
    assert listed(desk) == ["incident", ""]


def test_a_signal_is_shown_with_its_verdict_its_rule_and_its_evidence(desk: Shell) -> None:
    facts = shown(desk, 1)
    assert facts["so far"] == (
        "not yet. One person so far: Eve. The probe agrees. We ask again when a second reports it."
    )
    assert facts["rule"] == "“Cannot log in” is an incident from 2 people on."
    assert (facts["signal 1"], facts["signal 2"]) == ("ticket: 1 person: Eve", "probe: agrees; it is no person")
    assert (facts["service"], facts["criterion"]) == ("Managed JupyterHubs", "login")


def test_what_may_be_done_about_one_person_is_said_as_it_is_typed(desk: Shell) -> None:
    another, declare, judge = shown(desk, 1)["next"].splitlines()
    about = "--service managed-jupyterhubs --criterion login"
    assert another == f"Somebody else is affected: tocsin do signal WHAT --people WHO {about}"
    assert declare == (
        "It is one, although the rule does not say so: "
        f"tocsin do declare 'Cannot log in' --signal 1 --signal 2 {about} --why WHY"
    )
    assert judge == "It is a question for support: tocsin do judge --signal 1 --verdict support-request"


def test_what_is_an_incident_can_be_declared_as_it_is_said(desk: Shell) -> None:
    desk.done("do", "signal", "Nor can we", "--count", "2", *LOGIN)
    declare, judge = shown(desk, 1)["next"].splitlines()
    assert judge.endswith("--verdict support-request --why WHY")
    words = declare.removeprefix("It is one: tocsin ").replace("'Cannot log in'", "x").split()
    assert desk.done(*words, "--as", "ada").out == "1\n"
    assert shown(desk, 3)["next"] == "tocsin incident show 1"


def test_what_an_open_incident_is_about_already_can_be_attached_as_it_is_said(desk: Shell) -> None:
    desk.done("do", "declare", "No logins", *LOGIN, "--as", "ada")
    attach = shown(desk, 1)["next"].splitlines()[0]
    assert attach.startswith("It belongs to incident 1: tocsin do attach")
    desk.done(*attach.split(": tocsin ")[1].split())
    assert shown(desk, 1)["incident"] == "1"


def test_a_support_request_is_left_to_the_ticket_system(desk: Shell) -> None:
    desk.done("do", "signal", "How do I install R?", "--kind", "ticket", "--link", "https://desk.example.org/7")
    judge, declare = shown(desk, 3)["next"].splitlines()
    assert declare.endswith("--criterion WHAT")
    said = desk.done(*judge.split(": tocsin ")[1].split(), "--as", "ada")
    assert said.err == "Signal 3 is answered, and left to the ticket system. No report is owed.\n"
    facts = shown(desk, 3)
    assert (facts["judged"], facts["link"]) == ("support-request, by Ada Lovelace", "https://desk.example.org/7")
    assert facts["next"] == "If it is back, note it anew: tocsin do signal 'How do I install R?'"
    assert desk.done("incident", "list").out == ""


def test_evidence_of_every_kind_is_told(desk: Shell) -> None:
    desk.done("do", "signal", "Down", "--kind", "alert", "--everyone", "--criterion", "login")
    desk.done("do", "signal", "Hm", "--criterion", "login")
    facts = shown(desk, 1)
    assert facts["signal 3"] == "alert: everyone"
    assert facts["signal 4"] == "person: names and counts nobody"


def test_a_probe_that_found_nobody_affected_disagrees() -> None:
    probe = replace(A_TICKET, kind="probe", count=0, criterion=Slug("login"))
    assert evidence(verdict([probe], PLAYBOOK))[-1] == ("signal 1", "probe: disagrees; it is no person")


def test_a_probe_may_be_noted_to_have_found_nobody_affected(desk: Shell) -> None:
    desk.done("do", "signal", "Logged in", "--kind", "probe", "--count", "0", *LOGIN)
    assert shown(desk, 1)["signal 3"] == "probe: disagrees; it is no person"
    assert "“-1” is fewer than none." in desk.refused("do", "signal", "x", "--count", "-1", code=2)


def test_everything_known_of_a_signal_is_shown(desk: Shell) -> None:
    desk.done("directory", "import", "-", given=b"services: [{slug: lagoon, name: Lagoon hub}]\n")
    desk.done("do", "signal", "Slow", "--service", "lagoon", "--everyone", "--count", "3", "--criterion", "start")
    desk.done("do", "acknowledge", "--signal", "3", "--as", "ada")
    facts = shown(desk, 3)
    assert (facts["service"], facts["acknowledged by"], facts["count"]) == ("Lagoon hub", "Ada Lovelace", "3")
    assert facts["everyone"] == "yes"


def test_a_program_is_told_the_same(desk: Shell) -> None:
    one = desk.done("signal", "show", "1", "--json").json
    assert (one["so_far"]["proposal"], one["so_far"]["people"], one["so_far"]["needed"]) == ("not-yet", 1, 2)
    assert [each["signal"] for each in one["so_far"]["evidence"]] == [1, 2]
    assert one["open_incidents"] == []
    desk.done("do", "close-signal", "--signal", "2")
    assert [each["so_far"] is None for each in desk.done("signal", "list", "--json").json] == [False, True]


def test_a_signal_that_is_not_there_is_refused(desk: Shell) -> None:
    assert desk.refused("signal", "show", "9") == "There is no signal 9. `tocsin signal list` shows those there are."


def test_against_the_rule_a_sentence_is_asked_for(desk: Shell) -> None:
    declare = ("do", "declare", "x", "--signal", "1", "--as", "ada")
    assert "say why" in desk.refused(*declare)
    assert desk.done(*declare, "--why", "A class begins").out == "1\n"
    assert desk.done("incident", "timeline", "1", "--json").json[1]["text"] == "A class begins"


def test_what_the_playbook_declares_is_said_where_it_was_noted(desk: Shell, data: Path) -> None:
    ours = shutil.copytree(Path(playbooks.__file__).parent / "community-hubs", data / "ours")
    process = ours / "playbook.toml"
    process.write_text(process.read_text().replace("people = 2\n", "people = 2\ndeclares = true\n"))
    (data / "tocsin.toml").write_text(f'playbook = "{ours}"\n', encoding="utf-8")
    said = desk.done("do", "signal", "Nor can I", "--people", "Mallory", *LOGIN)
    noted, commanding = said.err.splitlines()
    assert (said.out, noted) == ("3\n", "Signal 3 is noted, and by the playbook incident 1 is declared.")
    assert commanding.endswith("commands it.") or commanding.startswith("Nobody commands it.")  # as the hour may be
