"""The playbook we ship says what it should: the whole process it was made for, and nothing that cannot be kept."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from tocsin.core import blameless
from tocsin.core.playbook import Evidence, Gate, Playbook
from tocsin.core.timeline import LineKind
from tocsin.language.wording import BLANKS
from tocsin.playbooks import default

TERMS = (
    "Incident", "Support ticket", "Incident Response Team", "Incident Commander", "External Liaison",
    "Subject Matter Expert", "Support Triager", "Community Representative", "Incident Report",
    "Owner of the Review Process", "Change and Guidance request", "Support Budget",
)  # fmt: skip


def bodies(playbook: Playbook) -> dict[str, str]:
    return {message.slug: message.body for message in playbook.messages}


def test_the_default_is_for_community_hubs_and_in_beta() -> None:
    assert (default().slug, default().state, default().zone) == ("community-hubs", "beta", "UTC")
    assert default().version
    assert default().sources


def test_the_default_is_read_once() -> None:
    assert default() is default()


def test_an_incident_is_about_the_managed_hubs_when_nobody_says_otherwise() -> None:
    assert (default().service.slug, default().service.name) == ("managed-jupyterhubs", "Managed JupyterHubs")


def test_the_commander_commands_and_approves_and_the_liaison_tells_outside() -> None:
    assert default().with_duty("commands").slug == "commander"
    assert default().with_duty("approves").slug == "commander"
    assert default().with_duty("tells-outside").slug == "liaison"


def test_there_may_be_many_experts_but_one_of_the_others() -> None:
    assert {role.slug: role.many for role in default().roles} == {"commander": False, "liaison": False, "expert": True}


def test_two_people_who_cannot_work_make_an_incident() -> None:
    assert {criterion.slug: criterion.people for criterion in default().criteria} == {
        "login": 2,
        "start": 2,
        "execute": 2,
        "dask": 2,
    }


def test_the_default_has_phases_and_no_severities() -> None:
    assert [phase.slug for phase in default().phases] == ["investigating", "identified", "watching"]
    assert default().severities == ()


def test_the_report_has_the_sections_the_field_knows_and_only_the_overview_is_required() -> None:
    assert {section.name: section.required for section in default().sections} == {
        "Overview": True,
        "What happened": False,
        "Resolution": False,
        "Where we got lucky": False,
        "What went well": False,
        "What did not go so well": False,
        "Additional notes": False,
    }


def test_every_section_asks_a_question() -> None:
    assert all(section.text.endswith("?") for section in default().sections)


def test_every_role_says_what_it_is_in_one_paragraph() -> None:
    assert all(role.text and "\n" not in role.text.strip() for role in default().roles)


def test_a_report_is_reviewed_by_one_reader_and_the_commander() -> None:
    assert (default().review.readers, default().review.commander) == (1, True)
    assert ("in-review", "In review") in {(state.slug, state.name) for state in default().report_states}


def test_every_role_says_what_nobody_expects_of_it() -> None:
    assert all(role.spared for role in default().roles)
    assert "To act themselves" in default().role("commander").spared


def test_every_step_says_what_counts_as_done_and_is_seen_in_the_log() -> None:
    assert all(step.text and step.done and step.evidence for step in default().steps)
    assert {evidence for step in default().steps for evidence in step.evidence} == set(get_args(Evidence))


def test_only_how_it_was_verified_stops_anybody_while_it_lasts() -> None:
    gates = default().gates
    assert gates.start == Gate(warns=("declared", "commander", "told", "channel"))
    assert gates.resolve == Gate(blocks=("verified",))
    assert gates.review.blocks == ("title", "owner", "impact", "sections", "verified", "action")
    assert gates.review.warns == ()


def test_an_update_is_due_every_three_hours_of_work() -> None:
    assert (default().cadence.first, default().cadence.every) == (30, 180)
    assert (default().hand_over.after, default().hand_over.before_end) == (240, 30)


def test_who_writes_while_nobody_is_at_work_is_told_so() -> None:
    assert default().tickets.unattended


def test_a_triager_commands_first() -> None:
    assert default().triagers == "triagers"


def test_the_timeline_has_eight_elements_and_the_second_needs_a_link() -> None:
    elements = default().elements
    assert [element.slug for element in elements if element.link] == [elements[1].slug]
    assert [element.slug for element in elements if element.marked] == [elements[7].slug]
    assert len(elements) == 8
    assert {kind for element in elements for kind in element.kinds} <= set(get_args(LineKind))


def test_one_issue_is_opened_for_every_incident_and_one_for_every_report() -> None:
    assert [(each.slug, each.when) for each in default().follow_ups] == [
        ("incident", "declared"),
        ("incident-report", "resolved"),
    ]


@pytest.mark.parametrize("term", TERMS)
def test_the_glossary_explains_every_word_of_the_process(term: str) -> None:
    assert next(each.text for each in default().glossary if each.name == term)


def test_incidents_have_no_limit_and_requests_have_a_budget() -> None:
    assert "There is no limit on the support" in default().definition
    assert "Support Budget" in default().definition


def test_whoever_comes_to_help_is_told_to_write_everything() -> None:
    welcome = bodies(default())["welcome"]
    assert "Write everything here" in welcome
    assert "Notes to yourself, too." in welcome
    assert "not expected to act themselves" in welcome


@pytest.mark.parametrize("blank", ["state", "cause", "tried", "next", "promise"])
def test_an_update_says_how_things_stand_and_when_the_next_one_comes(blank: str) -> None:
    assert f"{{{{ {blank} }}}}" in bodies(default())["update"]
    assert blank in BLANKS


def test_every_letter_to_a_community_greets_who_speaks_for_it() -> None:
    letters = [body for slug, body in bodies(default()).items() if slug not in ("welcome", "brief")]
    assert all(letter.startswith("Hello {{ representatives }},") for letter in letters)


def test_there_are_hints_for_a_dozen_ways_to_point_at_somebody() -> None:
    assert len(default().hints) >= 12
    (hint,) = blameless.hints("The on-call engineer forgot to raise the limit.", default())
    assert hint.words == "forgot to"


def test_nothing_we_write_points_at_anybody() -> None:
    """But for the hints themselves, and the word by which we say that we do not."""
    playbook = default()
    ours = [
        playbook.text, playbook.definition, *bodies(playbook).values(),
        *(each.text for kind in (playbook.roles, playbook.steps, playbook.sections) for each in kind),
    ]  # fmt: skip
    assert [found.words for text in ours for found in blameless.hints(text, playbook)] == []


def test_every_way_to_suggest_a_change_is_an_address() -> None:
    assert re.match("mailto:|https://", default().suggest)
