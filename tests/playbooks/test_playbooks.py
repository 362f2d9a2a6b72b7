"""Playbooks: the one we ship says what it should, and a mistake in one is told with its line and its remedy."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from tocsin.core.playbook import Criterion, Playbook, Review, Role, Section, Term
from tocsin.core.refused import Refused
from tocsin.playbooks import PlaybookError, default, load

SMALL = """\
slug = "small"
name = "Small"
version = "1"
zone = "UTC"
phases = []

[service]
slug = "hubs/all"
name = "Hubs"

[[roles]]
slug = "lead"
name = "Lead"
duties = ["commands", "tells-outside", "approves"]

[[criteria]]
slug = "down"
name = "Down"
people = 3

[[sections]]
slug = "overview"
name = "Overview"

[[report_states]]
slug = "draft"
name = "Draft"

[[report_states]]
slug = "in-review"
name = "In review"

[[report_states]]
slug = "reviewed"
name = "Reviewed"

[[report_states]]
slug = "published"
name = "Published"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "playbook.toml").write_text(text, encoding="utf-8")
    return folder


def mistakes(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the small playbook when something in it is replaced, without the file's name."""
    assert old in SMALL
    with pytest.raises(PlaybookError) as caught:
        load(written(folder, SMALL.replace(old, new, 1)))
    return [line.removeprefix(f"{folder / 'playbook.toml'}") for line in str(caught.value).splitlines()]


# ── the default ────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── loading ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_playbook_is_loaded_from_its_folder_or_its_file(tmp_path: Path) -> None:
    folder = written(tmp_path, SMALL)
    assert load(folder) == load(folder / "playbook.toml")


def test_what_may_be_left_out_has_its_default(tmp_path: Path) -> None:
    playbook = load(written(tmp_path, SMALL))
    assert (playbook.severities, playbook.review.readers, playbook.state, playbook.sources) == ((), 1, "", ())


def test_line_ends_and_byte_order_marks_of_windows_are_fine(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(tmp_path).slug == "small"


def test_a_playbook_error_is_a_refusal() -> None:
    assert issubclass(PlaybookError, Refused)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="there is no such file; name a folder that holds"):
        load(tmp_path / "nowhere")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").mkdir()
    with pytest.raises(PlaybookError, match="it cannot be read"):
        load(tmp_path)


def test_what_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_bytes(b'slug = "x"\nname = "Caf\xe9"\n')
    with pytest.raises(PlaybookError, match="line 2: this is not UTF-8"):
        load(tmp_path)


def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "(at line 2, column" in mistakes(tmp_path, 'name = "Small"', "name = Small")[0]


@pytest.mark.parametrize("value", ["[" * 100_000, "[" * 300 + "]" * 300, "9" * 5000, "nan", "1e999"])
def test_a_monstrous_value_is_refused_like_any_other(tmp_path: Path, value: str) -> None:
    assert len(mistakes(tmp_path, "people = 3", f"people = {value}")) == 1


# ── form ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("people = 3", 'people = "3"', ", line 19: “people” has to be a whole number; write people = 2, for instance."),
        (
            "people = 3",
            "people = true",
            ", line 19: “people” has to be a whole number; write people = 2, for instance.",
        ),
        ('name = "Down"\n', "", ', line 16: [[criteria]] has no “name”; write name = "…".'),
        ('name = "Down"', "name = 3", ', line 18: “name” has to be text; write name = "…", for instance.'),
        ('"Lead"', '"Lead"\nmany = 1', ", line 14: “many” has to be true or false; write many = true, for instance."),
        (
            '"Lead"',
            '"Lead"\ntown = 1',
            ", line 14: [[roles]] knows no key “town”; it knows slug, name, text, duties, many.",
        ),
        ('"Hubs"', '"Hubs"\ntown = 1', ", line 10: [service] knows no key “town”; it knows slug, name, text."),
        (
            '"approves"',
            '"cooks"',
            ", line 14: “cooks” is none of the duties; they are commands, tells-outside, approves.",
        ),
        ("phases = []", "phases = 3", ", line 5: “phases” has to be a list; write [[phases]], for instance."),
        ("phases = []", "phases = [3]", ", line 5: “phases” has to be a table; write [[phases]], for instance."),
        ("[[criteria]]", "[criteria]", ", line 16: “criteria” has to be a list; write [[criteria]], for instance."),
        ("[service]", "[[service]]", ", line 7: “service” has to be a table; write [service], for instance."),
        ("phases = []", "", ": The playbook has no “phases”; write [[phases]]."),
        ('zone = "UTC"\n', "", ': The playbook has no “zone”; write zone = "…".'),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert mistakes(tmp_path, old, new) == [said]


def test_a_source_that_is_no_text_is_told(tmp_path: Path) -> None:
    said = ', line 6: “sources” has to be text; write sources = ["…"], for instance.'
    assert mistakes(tmp_path, "phases = []", "phases = []\nsources = [1]") == [said]


def test_an_unknown_key_of_the_playbook_itself_is_told_with_those_it_knows(tmp_path: Path) -> None:
    (said,) = mistakes(tmp_path, "phases = []", "phases = []\ntown = 1")
    assert said.startswith(", line 6: The playbook knows no key “town”; it knows slug, name, version, zone, service,")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    said = mistakes(tmp_path, 'people = 3\n\n[[sections]]\nslug = "overview"', "people = 1.5\n\n[[sections]]\nslug = 1")
    assert [line.split(":")[0] for line in said] == [", line 19", ", line 22"]


def test_what_looks_like_a_key_in_a_long_text_does_not_move_the_line(tmp_path: Path) -> None:
    text = 'text = """\npeople = none\n[[criteria]]\n"""\npeople = 0'
    assert mistakes(tmp_path, "people = 3", text)[0].startswith(", line 23: ")


# ── sense ──────────────────────────────────────────────────────────────────────────────────────────────────────────

COMMANDER = 'slug = "boss"\nname = "Boss"\nduties = ["commands"]\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"small"',
            '"Small One"',
            ", line 1: “Small One” is no slug; write lower-case letters, digits and single hyphens:",
        ),
        ('"hubs/all"', '"hubs//all"', ", line 8: “hubs//all” is no slug; write"),
        ('"down"', '"-down"', ", line 17: “-down” is no slug; write"),
        ('"down"', '"down\\n"', ", line 17: “down ” is no slug; write"),
        ('name = "Down"', 'name = " "', ", line 18: “name” has to be one line that people can read; write"),
        ('name = "Down"', 'name = "D\\u0000n"', ", line 18: “name” has to be one line that people can read; write"),
        ('"published"', '"publi/shed"', ", line 25: The report state “published” has no name; write [[report_states]]"),
        (
            "[[criteria]]",
            f"[[roles]]\n{COMMANDER}\n[[criteria]]",
            ", line 19: “lead” commands already; leave “commands”",
        ),
        ('"Lead"', '"Lead"\nmany = true', ", line 14: One person commands at a time; write many = false."),
        ('"tells-outside", ', "", ', line 11: No role has the duty “tells-outside”; write duties = ["tells-outside"]'),
        (', "approves"', "", ", line 11: No role has the duty “approves”; write"),
        ('"commands", ', "", ", line 11: No role has the duty “commands”; write"),
        ('"UTC"', '"Atlantis"', ", line 4: There is no time zone “Atlantis”; write one such as Europe/Berlin, or UTC."),
        ('"UTC"', '"../UTC"', ", line 4: There is no time zone “../UTC”; write"),
        ('"UTC"', '""', ", line 4: There is no time zone “”; write"),
        ('"UTC"', '"Europe"', ", line 4: There is no time zone “Europe”; write"),
        ("people = 3", "people = 0", ", line 19: An incident affects somebody; write people = 1, or more."),
        ("phases = []", "phases = []\nreview = {readers = -1}", ", line 6: There cannot be fewer readers than none;"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert mistakes(tmp_path, old, new)[0].startswith(said)


def test_two_terms_of_one_kind_may_not_answer_to_the_same_word(tmp_path: Path) -> None:
    twin = '[[criteria]]\nslug = "other"\nname = "DOWN"\n\n[[criteria]]'
    said = mistakes(tmp_path, "[[criteria]]", twin)
    assert said == [", line 20: “down” already stands for another of the criteria; write something else."]


def test_a_report_has_a_section(tmp_path: Path) -> None:
    said = mistakes(tmp_path, '[[sections]]\nslug = "overview"\nname = "Overview"', "")
    assert said == [": The playbook has no “sections”; write [[sections]]."]


def test_an_empty_list_of_sections_is_none(tmp_path: Path) -> None:
    text = SMALL.replace('[[sections]]\nslug = "overview"\nname = "Overview"', "").replace("[]", "[]\nsections = []")
    with pytest.raises(PlaybookError, match=r", line 6: A report has to have a section; write at least one"):
        load(written(tmp_path, text))


def test_terms_of_different_kinds_may_share_a_word(tmp_path: Path) -> None:
    assert (
        load(written(tmp_path, SMALL.replace('slug = "down"', 'slug = "overview"'))).criterion("overview").people == 3
    )


def test_a_report_state_the_code_relies_on_may_not_be_left_out(tmp_path: Path) -> None:
    said = mistakes(tmp_path, '[[report_states]]\nslug = "in-review"\nname = "In review"\n', "")
    assert said[0].startswith(
        ", line 25: The report state “in-review” has no name; write [[report_states]] with slug ="
    )


# ── the reference ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [Playbook, Term, Role, Criterion, Section, Review])
def test_the_reference_names_every_key(kind: type[Playbook | Term | Review]) -> None:
    reference = (Path(__file__).parents[2] / "docs/reference/playbook.md").read_text(encoding="utf-8")
    assert [field.name for field in fields(kind) if f"`{field.name}`" not in reference] == []


def test_the_example_of_the_reference_is_a_playbook(tmp_path: Path) -> None:
    reference = (Path(__file__).parents[2] / "docs/reference/playbook.md").read_text(encoding="utf-8")
    example = reference.partition("```toml\n")[2].partition("```")[0]
    assert load(written(tmp_path, example)).with_duty("commands").many is False
