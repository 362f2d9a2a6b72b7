"""What another version of a playbook would change, in sentences, and what it means for an incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.core.world import HUB, NOON, ONE, PLAYBOOK, Story
from tocsin.core import commands as c
from tocsin.core.ids import Slug
from tocsin.core.playbook import (
    Cadence,
    Criterion,
    Gate,
    Gates,
    HandOver,
    Playbook,
    Review,
    Role,
    Section,
    Term,
    Tickets,
)
from tocsin.playbooks import default, load
from tocsin.playbooks.changes import changes, is_touched, meaning

PRACTISED = Path(__file__).parent / "practised"


def changed(**new: Any) -> list[str]:
    return changes(PLAYBOOK, replace(PLAYBOOK, **new))


def means(story: Story, **new: Any) -> list[str]:
    """What the small process with something else in it would mean for the incident of a story."""
    after = replace(PLAYBOOK, **new)
    return meaning(story.incident, PLAYBOOK, after, story.sections, str.title)


def declared() -> Story:
    """An incident that Ada commands."""
    story = Story()
    story.tell(c.Declare(title="Nobody can log in", services=(HUB.slug,), criterion="login", communities=("utoronto",)))
    return story


def resolved() -> Story:
    story = declared()
    story.tell(c.Resolve(incident=ONE, verified="Logged in."))
    return story


def without(terms: tuple[Any, ...], slug: str) -> tuple[Any, ...]:
    return tuple(term for term in terms if term.slug != slug)


# ── the playbook ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("playbook", [default(), load(PRACTISED), PLAYBOOK])
def test_the_same_playbook_changes_nothing(playbook: Playbook) -> None:
    assert changes(playbook, playbook) == []


def test_another_process_altogether_is_told_kind_by_kind() -> None:
    found = changes(default(), load(PRACTISED))
    assert "The role “Incident Commander” (commander) is gone." in found
    assert "There is a new role: “Incident Responder” (responder)." in found
    assert "The communities hear from us every 4 hours; it was every 3 hours." in found
    assert "The group that commands first is not given; it was “triagers”." in found


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"version": "2"}, "The version is “2”; it was “1”."),
        ({"definition": "All of it."}, "The definition of an incident: what is said there changes."),
        ({"cadence": Cadence(every=60)}, "The communities hear from us every 1 hour; it was every 3 hours."),
        ({"cadence": Cadence(first=90)}, "The first word goes out within 1 hour 30 minutes; it was 30 minutes."),
        (
            {"cadence": Cadence(every=0)},
            "The communities hear from us as was promised, and by no cadence; it was every 3 hours.",
        ),
        ({"hand_over": HandOver(after=60)}, "Handing over is suggested after 1 hour; it was after 4 hours."),
        (
            {"hand_over": HandOver(before_end=0)},
            "Handing over is suggested 0 minutes before the end of the day; it was 30 minutes.",
        ),
        (
            {"tickets": Tickets(unattended=True)},
            "Who writes a ticket while nobody is at work is told so by Tocsin.",
        ),
        ({"review": Review(readers=2)}, "Readers that a report needs besides its owner: 2; it was 1."),
        (
            {"review": Review(commander=False)},
            "A report no longer needs the word of whoever commanded that it is complete.",
        ),
        (
            {"gates": Gates(resolve=Gate(blocks=("verified", "impact")))},
            "New, and stops resolving while it is missing: there is a best guess of when the impact began and ended.",
        ),
        (
            {"gates": Gates(resolve=Gate(warns=("verified",)))},
            "New, and only said of resolving while it is missing: somebody has said how it was",
        ),
        (
            {"gates": Gates(resolve=Gate())},
            "Not looked for any more at resolving: somebody has said how it was verified",
        ),
        ({"phases": PLAYBOOK.phases[:1]}, "The phase “Watching it” (watching) is gone."),
        ({"phases": PLAYBOOK.phases[::-1]}, "The order changes: phases."),
        (
            {"service": Term(slug=Slug("hubs"), name="Hubs")},
            "The service it is about when nobody names one: what is said there changes.",
        ),
    ],
)
def test_a_change_is_told_in_a_sentence(new: dict[str, Any], said: str) -> None:
    (found, *_) = changed(**new)
    assert found.startswith(said)


def test_a_term_that_changes_is_told_with_what_of_it() -> None:
    login = Criterion(slug=Slug("login"), name="No login", people=3)
    assert changed(criteria=(login, PLAYBOOK.criteria[1])) == [
        "The criterion “Nobody can log in” (login) is now called “No login” and changes in “people”."
    ]


# ── an incident ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_phase_that_would_be_gone_is_told() -> None:
    story = declared()
    story.tell(c.SetPhase(incident=ONE, phase="watching"))
    (said,) = means(story, phases=without(PLAYBOOK.phases, "watching"))
    assert said == "It is in the phase “Watching it” (watching), which is gone. The log keeps it. Set another phase."


def test_a_criterion_that_would_be_gone_is_told() -> None:
    (said,) = means(declared(), criteria=without(PLAYBOOK.criteria, "login"))
    assert said.startswith("Its criterion “Nobody can log in” (login) is gone.")


def test_a_severity_that_would_be_gone_is_told() -> None:
    before = replace(PLAYBOOK, severities=(Term(slug=Slug("bad"), name="Bad"),))
    story = Story(playbook=before)
    story.tell(c.Declare(title="Nobody can log in", severity="bad"))
    assert meaning(story.incident, before, PLAYBOOK, {}, str) == ["Its severity “Bad” (bad) is gone. The log keeps it."]


def test_a_role_that_would_be_gone_is_told_with_who_has_it() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="expert", person="bob"))
    story.tell(c.OfferRole(incident=ONE, role="expert", to="dana"))
    assert means(story, roles=without(PLAYBOOK.roles, "expert")) == [
        "Bob is “Subject Matter Expert” (expert), a role that is gone. The log keeps it. Assign another.",
        "“Subject Matter Expert” (expert) is offered to somebody, and is gone. They cannot accept it.",
    ]


def test_it_is_told_when_nobody_would_command_any_more() -> None:
    lead = Role(slug=Slug("lead"), name="Lead", duties=("commands", "approves"))
    said = means(declared(), roles=(lead, *PLAYBOOK.roles[1:]))
    assert said[1] == "Nobody commands it any more: that takes the role “Lead” (lead). Assign it."


def test_a_role_that_is_only_called_something_else_means_nothing() -> None:
    lead = replace(PLAYBOOK.roles[0], name="Lead")
    assert means(declared(), roles=(lead, *PLAYBOOK.roles[1:])) == []


def test_another_cadence_is_told_as_it_counts_for_the_incident() -> None:
    story = declared()
    assert means(story, cadence=Cadence(every=60)) == []
    assert means(story, cadence=Cadence(first=20)) == [
        "The first word to its communities is due after 20 minutes of work. What was promised stays promised."
    ]
    story.tell(c.PostUpdate(incident=ONE, text="We know.", next_by=NOON + timedelta(days=1)))
    (said,) = means(story, cadence=Cadence(every=60))
    assert said.startswith("The next word to its communities is due after 1 hour of work.")


def test_a_cadence_that_goes_and_one_that_comes_are_told() -> None:
    free = replace(PLAYBOOK, cadence=Cadence(every=0))
    assert changes(free, PLAYBOOK) == [
        "The communities hear from us within 30 minutes, then every 3 hours; it was as was promised, by no cadence."
    ]
    assert changes(free, replace(free, cadence=Cadence(first=10, every=0))) == []
    assert means(declared(), cadence=Cadence(every=0)) == [
        "The first word to its communities is due only as it was promised. What was promised stays promised."
    ]


def test_what_newly_stands_in_the_way_of_resolving_is_told() -> None:
    assert means(declared(), gates=Gates(resolve=Gate(blocks=("verified", "impact")))) == [
        "It can be resolved only then: Say when the impact began; a best guess will do.",
        "It can be resolved only then: Say when the impact ended; a best guess will do.",
    ]


def test_what_newly_stands_in_the_way_of_the_report_is_told() -> None:
    required = tuple(replace(section, required=True) for section in PLAYBOOK.sections)
    assert means(resolved(), sections=required) == ["Its report can be reviewed only then: “What went well” is empty."]


def test_a_text_of_the_report_that_would_not_be_shown_is_told() -> None:
    story = resolved()
    story.tell(c.WriteReport(incident=ONE, sections={"went-well": "We met."}))
    (said,) = means(story, sections=(Section(slug=Slug("overview"), name="Overview", required=True),))
    assert said == "Its report has a text under “What went well” (went-well), which would not be shown any more."


def test_a_report_in_review_is_reviewed_by_the_new_rule() -> None:
    story = resolved()
    story.tell(
        c.SetImpact(incident=ONE, start=NOON, end=NOON),
        c.WriteReport(incident=ONE, sections={"overview": "Full."}),
        c.NoAction(incident=ONE, why="None."),
        c.AskForReview(incident=ONE),
    )
    assert means(story, review=Review(readers=2)) == ["Its report is in review, and is reviewed by the new rule."]


def test_an_incident_that_was_none_is_not_touched() -> None:
    story = declared()
    assert is_touched(story.incident)
    story.tell(c.Cancel(incident=ONE, reason="false-alarm"))
    assert not is_touched(story.incident)
    assert is_touched(resolved().incident)
