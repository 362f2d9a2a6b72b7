"""Signals in the shell: whether they are an incident so far, why, and what to type next."""

from __future__ import annotations

import shlex
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
    draft, another, declare, judge = shown(desk, 1)["next"].splitlines()
    about = "--service managed-jupyterhubs --criterion login"
    assert draft == "Tell them that we know: tocsin signal draft 1"
    assert another == f"Somebody else is affected: tocsin do signal WHAT --people WHO {about}"
    assert declare == (
        "It is one, although the rule does not say so: "
        f"tocsin do declare 'Cannot log in' --signal 1 --signal 2 {about} --why WHY"
    )
    assert judge == "It is a question for support: tocsin do judge --signal 1 --verdict support-request"


def test_what_is_an_incident_can_be_declared_as_it_is_said(desk: Shell) -> None:
    desk.done("do", "signal", "Nor can we", "--count", "2", *LOGIN)
    _, declare, judge = shown(desk, 1)["next"].splitlines()
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
    draft, judge, declare = shown(desk, 3)["next"].splitlines()
    assert draft == "Draft the answer: tocsin signal draft 3"
    assert declare.endswith("--criterion WHAT")
    said = desk.done(*judge.split(": tocsin ")[1].split(), "--as", "ada")
    left = "Signal 3 is left to the ticket system. No report is owed."
    assert said.err == f"{left} Draft the answer: tocsin signal draft 3\n"
    facts = shown(desk, 3)
    assert (facts["judged"], facts["link"]) == ("support-request, by Ada Lovelace", "https://desk.example.org/7")
    assert facts["next"].splitlines() == [
        "Draft the answer: tocsin signal draft 3",
        "If it is back, note it anew: tocsin do signal 'How do I install R?'",
    ]
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


# ── draft ──

DIRECTORY = b"""
people:
  - {handle: ada, name: Ada Lovelace, zone: Europe/London, administrator: true}
  - {handle: helena, name: Helena Brandt, kind: community}
communities:
  - {slug: lagoon, name: Lagoon Ecology, zone: America/Santiago, representatives: [helena]}
services:
  - {slug: lagoon, name: Lagoon hub, communities: [lagoon]}
"""
AT = "2026-11-12T12:20Z"
TICKET = "https://desk.example.org/7"


@pytest.fixture
def lagoon(tocsin: Shell) -> Shell:
    """Somebody of Lagoon cannot log in, and somebody asks how to install R; Ada has the first."""
    tocsin.done("directory", "import", "-", given=DIRECTORY)
    told = ("--kind", "ticket", "--link", TICKET, "--service", "lagoon", "--as", "ada")
    tocsin.done("do", "signal", "I cannot log in", "--people", "Eve", "--criterion", "login", *told)
    tocsin.done("do", "signal", "How do I\ninstall R?", *told)
    tocsin.done("do", "acknowledge", "--signal", "1", "--as", "ada")
    return tocsin


def drafted(tocsin: Shell, *arguments: str) -> tuple[str, str]:
    said = tocsin.done("signal", "draft", *arguments, "--at", AT)
    return said.out, said.err


def test_the_first_response_can_be_drafted_before_anything_is_declared(lagoon: Shell) -> None:
    text, _ = drafted(lagoon, "1")
    assert text.startswith("Hello Helena Brandt,\n\nWe have seen that something is wrong: Cannot log in. ")
    assert "We will write again by Thursday, 12 November 2026, 12:20 Santiago time (UTC-03:00)" in text
    assert "incident" not in text


def test_a_support_request_has_an_answer_of_its_own(lagoon: Shell) -> None:
    text, advice = drafted(lagoon, "2")
    assert text.startswith("Hello Helena Brandt,\n\nYou told us: How do I install R?\n\n[… the answer, ")
    assert "a support request and not an incident" in text
    assert advice.startswith("Fill in what stands in brackets: the answer, ")
    assert f"Answer {TICKET}, then write down that you did:\n" in advice


def test_either_can_be_drafted_by_name(lagoon: Shell) -> None:
    assert "We have seen that something is wrong: How do I install R?" in drafted(lagoon, "2", "first-response")[0]
    assert "You told us: I cannot log in" in drafted(lagoon, "1", "support-request")[0]


def test_what_was_sent_is_written_down_and_left_to_the_ticket_system_as_it_is_said(lagoon: Shell) -> None:
    typed = [line.partition("tocsin ")[2] for line in drafted(lagoon, "2")[1].splitlines() if "tocsin do" in line]
    for line in typed:
        lagoon.done(*shlex.split(line), "--as", "ada")
    assert shown(lagoon, 2)["judged"] == "support-request, by Ada Lovelace"
    assert "--verdict" not in drafted(lagoon, "2")[1]


def test_what_was_judged_a_support_request_is_answered_as_one(lagoon: Shell) -> None:
    lagoon.done("do", "judge", "--signal", "1", "--verdict", "support-request", "--as", "ada")
    assert drafted(lagoon, "1")[0].partition("\n\n")[2].startswith("You told us: I cannot log in\n")


def test_a_promise_is_nobodys_reminder_until_it_is_declared(lagoon: Shell) -> None:
    assert "Until it is declared, nobody is reminded of what it promises.\n" in drafted(lagoon, "1")[1]
    assert "reminded" not in drafted(lagoon, "2")[1]


def test_it_goes_by_the_hours_of_whoever_looks_after_it(lagoon: Shell) -> None:
    lagoon.done("people", "add", "ada", "--hours", "mon-fri 13:00-17:00")
    assert "by Thursday, 12 November 2026, 13:00 Santiago time" in drafted(lagoon, "1")[0]


@pytest.mark.parametrize(
    ("does", "arguments", "sentence"),
    [
        ("", ("2", "first-response"), "Nobody has said yet that they look at it. To say so: tocsin do acknowledge "),
        ("close-signal --signal 1", ("1", "first-response"), "Signal 1 is closed; this says that somebody looks"),
        ("signal Down --service lagoon --criterion login --everyone", ("1", "support-request"), "By the playbook it "),
        ("declare No --signal 1 --why x", ("1", "support-request"), "Signal 1 belongs to incident 1; this says that "),
        ("declare No --signal 1 --why x", ("1",), "Signal 1 belongs to incident 1, whose own is: tocsin incident "),
    ],
)
def test_what_an_answer_says_and_is_not_so_is_said(
    lagoon: Shell, does: str, arguments: tuple[str, ...], sentence: str
) -> None:
    if does:
        lagoon.done("do", *does.split(), "--as", "ada")
    assert drafted(lagoon, *arguments)[1].startswith(sentence)


def test_against_the_rule_leaving_it_to_the_ticket_system_takes_a_sentence(lagoon: Shell) -> None:
    lagoon.done("do", "signal", "Down", "--service", "lagoon", "--criterion", "login", "--everyone", "--as", "ada")
    assert drafted(lagoon, "1", "support-request")[1].endswith("--signal 1 --verdict support-request --why WHY\n")


def test_what_is_about_no_known_community_is_addressed_to_whom_one_names(lagoon: Shell) -> None:
    lagoon.done("do", "signal", "Slow", "--as", "ada")
    text, advice = drafted(lagoon, "3")
    assert "Hello" not in text
    assert "name a community: --community.\n" in advice
    assert "Answer where they told you, then" in advice
    assert drafted(lagoon, "3", "--community", "Lagoon Ecology")[0].startswith("Hello Helena Brandt,")


def test_a_program_sees_the_answer_with_its_gaps(lagoon: Shell) -> None:
    data = lagoon.done("signal", "draft", "2", "--json", "--at", AT).json
    assert (data["signal"], data["occasion"], data["community"]) == (2, "support-request", "lagoon")
    assert (data["zone"], data["promise"], data["untrue"], len(data["gaps"])) == ("America/Santiago", None, [], 1)
    first = lagoon.done("signal", "draft", "1", "--json", "--at", AT).json
    assert first["promise"] == "2026-11-12T15:20:00Z"


def test_only_what_fits_before_an_incident_is_drafted_from_a_signal(lagoon: Shell) -> None:
    sentence = lagoon.refused("signal", "draft", "1", "resolved", code=2)
    assert "there is no message “resolved”. Draft one of first-response, support-request." in sentence
    lagoon.done("do", "declare", "No logins", "--as", "ada")
    assert "no message “support-request”" in lagoon.refused("incident", "draft", "1", "support-request", code=2)
