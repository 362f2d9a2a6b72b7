"""The steps of the process, and what the log shows of each."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given

from tests.core.test_any_sequence import STORIES, Tried
from tests.core.world import (
    BOB,
    ONE,
    PLAYBOOK,
    TORONTO,
    TWO,
    Story,
    a_report,
    declared,
    entry,
    in_review,
    resolved,
    reviewed,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.checklist import Checked, checklist
from tocsin.core.ids import Seq, Slug
from tocsin.core.incident import fold
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Evidence, Playbook, Step

TO_NOBODY = e.Updated(kind="resolved", text="x", communities=(), drafted_by=BOB.handle, approved_by=BOB.handle)
EVERYTHING: tuple[Evidence, ...] = get_args(Evidence)


def step(*evidence: Evidence) -> Playbook:
    """A process of one step."""
    return replace(PLAYBOOK, steps=(Step(slug=Slug("it"), name="Do it", evidence=evidence),))


def checked(story: Story, *evidence: Evidence) -> Checked:
    [found] = checklist(story.incident, story.entries, step(*evidence))
    return found


def shown(story: Story) -> set[Evidence]:
    """Everything there is evidence of."""
    return {proof.evidence for proof in checked(story, *EVERYTHING).proofs}


def test_what_was_done_names_who_when_and_the_line() -> None:
    story = declared()
    [line] = story.tell(c.PostUpdate(incident=ONE, text="x"), by=BOB)
    [proof] = checked(story, "told").proofs
    assert (proof.evidence, proof.by, proof.at, proof.seq) == ("told", "bob", line.at, line.seq)


def test_declaring_shows_that_somebody_took_it_declared_it_and_commands() -> None:
    assert shown(declared()) == {"acknowledged", "declared", "commander"}


def test_what_a_rule_declares_nobody_has_taken_yet() -> None:
    entries = [entry(e.Declared(title="x"), by=TOCSIN)]
    playbook = step("acknowledged", "declared")
    [found] = checklist(fold(ONE, entries), entries, playbook)
    assert found.lacks == ("acknowledged",)
    entries.append(entry(e.Acknowledged(), 2))
    assert checklist(fold(ONE, entries), entries, playbook)[0].done


def test_a_step_is_done_once_everything_of_it_shows() -> None:
    story = declared()
    assert not checked(story, "declared", "told").done
    assert checked(story, "declared", "told").lacks == ("told",)
    story.tell(c.PostUpdate(incident=ONE, text="x"))
    assert checked(story, "declared", "told").done


def test_of_a_step_that_no_log_can_show_nobody_knows_that_it_is_done() -> None:
    found = checked(declared())
    assert (found.done, found.proofs, found.lacks) == (False, (), ())


def test_the_first_line_that_shows_it_is_named() -> None:
    story = declared()
    first, _ = story.tell(
        c.Delegate(incident=ONE, what="Look.", to="bob"), c.Delegate(incident=ONE, what="x", to="bob")
    )
    assert [proof.seq for proof in checked(story, "asked").proofs] == [first.seq]


@pytest.mark.parametrize(
    ("command", "evidence"),
    [
        (c.Note(incident=ONE, kind="command", text="df -h"), "worked"),
        (c.Note(incident=ONE, text="Looking."), "worked"),
        (c.Delegate(incident=ONE, what="Look.", to="bob"), "asked"),
        (c.PostUpdate(incident=ONE, text="x", kind="first-response"), "told"),
        (c.Resolve(incident=ONE, verified="y"), "resolved"),
    ],
)
def test_each_kind_of_evidence_is_seen(command: c.Command, evidence: Evidence) -> None:
    story = declared()
    story.tell(command)
    assert shown(story) - shown(declared()) == {evidence}


def test_what_is_said_in_a_channel_shows_that_there_is_one() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="x", via="chat"))
    assert {"channel", "worked"} <= shown(story)


@pytest.mark.parametrize(("kind", "evidence"), [("update", "updated"), ("resolved", "told-resolved"),
                                                ("report", "told-report")])  # fmt: skip
def test_each_kind_of_word_is_told_from_the_others(kind: e.UpdateKind, evidence: Evidence) -> None:
    story = declared()
    story.tell(c.PostUpdate(incident=ONE, text="x", kind=kind))
    assert shown(story) - shown(declared()) == {"told", evidence}


def test_what_a_community_told_us_is_no_work_of_ours() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, kind="told-us", text="It is slow."))
    assert "worked" not in shown(story)


def test_another_role_than_command_is_no_command() -> None:
    entries = [entry(e.RoleAssigned(role=Slug("liaison"), person=BOB.handle))]
    [found] = checklist(fold(ONE, entries), entries, step("commander"))
    assert not found.done


def test_the_life_of_a_report_shows() -> None:
    assert "report" in shown(in_review())
    assert "reviewed" not in shown(in_review())
    story = reviewed()
    [request] = story.tell(c.Publish(incident=ONE))
    assert {"report", "reviewed"} <= shown(story)
    story.tell(c.RecordPublication(incident=ONE, request=request.seq, path="x", commit="y"), by=TOCSIN)
    assert "published" in shown(story)


@pytest.mark.parametrize(
    "command",
    [
        c.WriteReport(incident=ONE, sections={"overview": "Another text."}),
        c.Review(incident=ONE, verdict="ask-for-changes", text="The end is missing."),
    ],
)
def test_what_has_to_be_read_again_was_not_read(command: c.Command) -> None:
    story = reviewed()
    story.tell(command, by=BOB)
    assert "reviewed" not in shown(story)


def test_what_is_reopened_has_to_be_resolved_and_told_again() -> None:
    story = resolved()
    story.tell(c.PostUpdate(incident=ONE, text="It is over.", kind="resolved"))
    before = shown(story)
    story.tell(c.Reopen(incident=ONE, why="It is back."))
    assert before - shown(story) == {"told", "resolved", "told-resolved"}
    story.tell(c.Resolve(incident=ONE, verified="y"))
    [proof] = checked(story, "resolved").proofs
    assert proof.at.at == story.clock


def test_whoever_reopens_it_has_it() -> None:
    story = resolved()
    [line] = story.tell(c.Reopen(incident=ONE, why="It is back."), by=BOB)
    [proof] = checked(story, "acknowledged").proofs
    assert (proof.by, proof.seq) == ("bob", line.seq)


def word(story: Story, kind: e.UpdateKind, *communities: str) -> Seq:
    [line] = story.tell(c.PostUpdate(incident=ONE, text="x", kind=kind, communities=communities))
    return line.seq


def test_communities_are_told_once_every_one_of_them_was() -> None:
    story = declared(communities=("utoronto", "dubois"))
    word(story, "first-response", "utoronto")
    assert not checked(story, "told").done
    last = word(story, "first-response", "dubois")
    assert [proof.seq for proof in checked(story, "told").proofs] == [last]


def test_a_community_that_joins_was_not_told_yet() -> None:
    story = declared(communities=("utoronto",))
    word(story, "first-response", "utoronto")
    story.tell(c.SetCommunities(incident=ONE, communities=("utoronto", "dubois")))
    assert not checked(story, "told").done


def test_word_to_no_community_by_name_is_none_to_those_there_are() -> None:
    entries = [entry(e.Declared(title="x", communities=(TORONTO.slug,))), entry(TO_NOBODY, 2)]
    [found] = checklist(fold(ONE, entries), entries, step("told", "told-resolved"))
    assert found.lacks == ("told", "told-resolved")


@pytest.mark.parametrize(("kind", "evidence"), [("resolved", "told-resolved"), ("report", "told-report")])
def test_everybody_who_was_told_of_it_is_told_how_it_ends(kind: e.UpdateKind, evidence: Evidence) -> None:
    story = declared(communities=("utoronto", "dubois"))
    word(story, "first-response", "utoronto", "dubois")
    story.tell(c.SetCommunities(incident=ONE, communities=("utoronto",)))
    word(story, kind, "utoronto")
    assert not checked(story, evidence).done
    word(story, kind, "dubois")
    assert checked(story, evidence).done


def test_while_word_is_overdue_nobody_is_kept_up_to_date() -> None:
    story = declared()
    word(story, "update")
    [late] = checklist(story.incident, story.entries, step("updated"), overdue=True)
    assert (late.done, late.lacks) == (False, ("updated",))
    assert checked(story, "updated").done


def test_where_no_channel_is_wanted_a_step_waits_for_none() -> None:
    assert checked(declared(channel=False), "declared", "channel").done
    assert not checked(declared(), "declared", "channel").done


def test_steps_come_in_the_order_of_the_playbook() -> None:
    steps = tuple(Step(slug=Slug(name), name=name, evidence=("declared",)) for name in ("b", "a"))
    story = declared()
    found = checklist(story.incident, story.entries, replace(PLAYBOOK, steps=steps))
    assert [each.step.slug for each in found] == ["b", "a"]


UNDOES = (e.Reopened, e.ReviewReopened, e.ReviewRequested, e.ReportReviewed, e.CommunitiesSet, e.Updated)
"""Among them another community, and the first word to one."""


@given(STORIES)
def test_what_was_shown_once_stays_shown_until_it_is_reopened(tale: Tried) -> None:
    entries, playbook, before = tale.story.entries, step(*EVERYTHING), set[Evidence]()
    for length in range(1, len(entries) + 1):
        [found] = checklist(fold(ONE, entries[:length]), entries[:length], playbook)
        now = {proof.evidence for proof in found.proofs}
        assert before <= now or isinstance(entries[length - 1].event, UNDOES)
        assert not now & set(found.lacks)
        before = now


def test_the_story_of_another_incident_is_no_evidence() -> None:
    story = Story(a_report(), others=(TWO,))
    assert checklist(story.incident, [], step("declared"))[0].lacks == ("declared",)
