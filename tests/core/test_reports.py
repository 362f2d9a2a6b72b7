"""The report's life, and the actions that come out of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import (
    ADA,
    BOB,
    DANA,
    MINUTE,
    NOON,
    ONE,
    PLAYBOOK,
    Story,
    declared,
    in_review,
    ready,
    refusal,
    resolved,
    reviewed,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.duties import owner
from tocsin.core.events import Improves
from tocsin.core.ids import Handle, Seq
from tocsin.core.incident import Action
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Review
from tocsin.core.report import missing, report_state, waits_for

CANCELLED = "Incident 1 was cancelled; no report is owed."
STILL_OPEN = "Only a resolved incident gets a report. Resolve incident 1 first."
ABOUT_THE_REPORT = [
    c.OwnReport(incident=ONE),
    c.WriteReport(incident=ONE, sections={"overview": "x"}),
    c.AskForReview(incident=ONE),
    c.Publish(incident=ONE),
    c.PublishReplayed(incident=ONE, status="Closed", publisher=BOB.handle),
]


def named(command: c.Command) -> str:
    return type(command).__name__


def without_readers(story: Story) -> Story:
    story.playbook = replace(PLAYBOOK, review=Review(readers=0, commander=False))
    return story


@pytest.mark.parametrize("command", ABOUT_THE_REPORT, ids=named)
def test_only_a_resolved_incident_gets_a_report(command: c.Command) -> None:
    assert refusal(declared(), command) == STILL_OPEN


@pytest.mark.parametrize("command", ABOUT_THE_REPORT, ids=named)
def test_a_cancelled_incident_owes_no_report(command: c.Command) -> None:
    story = declared()
    story.tell(c.Cancel(incident=ONE, reason="external"))
    assert refusal(story, command) == CANCELLED


# ── owned ──


def test_the_commander_owns_it_until_somebody_takes_it() -> None:
    assert owner(resolved().incident, PLAYBOOK) == "ada"


def test_whoever_commanded_last_owns_it_still_after_laying_command_down() -> None:
    story = resolved()
    story.tell(c.Release(incident=ONE, role="commander"))
    assert owner(story.incident, PLAYBOOK) == "ada"


def test_where_nobody_ever_commanded_nobody_owns_it() -> None:
    assert owner(declared(by=TOCSIN).incident, PLAYBOOK) is None


def test_who_takes_it_owns_it() -> None:
    story = resolved()
    story.tell(c.OwnReport(incident=ONE), by=BOB)
    assert owner(story.incident, PLAYBOOK) == "bob"


def test_it_is_offered_and_becomes_theirs_when_they_take_it() -> None:
    story = resolved()
    story.tell(c.OwnReport(incident=ONE, person="bob"))
    assert (story.incident.report.offered, owner(story.incident, PLAYBOOK)) == ("bob", "ada")
    story.tell(c.OwnReport(incident=ONE), by=BOB)
    assert (story.incident.report.offered, owner(story.incident, PLAYBOOK)) == (None, "bob")


def test_it_is_not_taken_twice() -> None:
    story = resolved()
    story.tell(c.OwnReport(incident=ONE))
    assert refusal(story, c.OwnReport(incident=ONE, person="ada")) == "Ada Lovelace owns this report already."


def test_somebody_of_a_community_cannot_own_it() -> None:
    assert refusal(resolved(), c.OwnReport(incident=ONE, person="charlie")).startswith("Charlie Babbage is not on")


# ── written ──


def test_writing_leaves_the_log_alone() -> None:
    assert resolved().tell(c.WriteReport(incident=ONE, sections={"overview": "x"})) == []


def test_writing_while_it_is_read_takes_the_review_back() -> None:
    story = reviewed()
    [line] = story.tell(c.WriteReport(incident=ONE, sections={"overview": "y"}))
    assert line.event == e.ReviewReopened(revision=2)
    assert report_state(story.incident) == "draft"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (c.WriteReport(incident=ONE, sections={}), "Give at least one section to write"),
        (c.WriteReport(incident=ONE, sections={"moral": "x"}), "This playbook has no section “moral”."),
        (c.WriteReport(incident=ONE, sections={}, zone="Mars"), "“Mars” is no time zone."),
        (c.WriteReport(incident=ONE, sections={}, zone="../../etc/passwd"), "“../../etc/passwd” is no time zone."),
        (c.WriteReport(incident=ONE, sections={}, zone="Europe"), "“Europe” is no time zone."),
    ],
)
def test_what_cannot_be_written_is_refused(command: c.Command, says: str) -> None:
    assert refusal(resolved(), command).startswith(says)


def test_a_section_given_twice_is_refused() -> None:
    twice = c.WriteReport(incident=ONE, sections={"overview": "One.", "Overview": "Two."})
    assert refusal(resolved(), twice) == "The section “overview” is given twice. Put its texts together."


def test_another_zone_under_review_reopens_it() -> None:
    story = in_review()
    [line] = story.tell(c.WriteReport(incident=ONE, sections={}, zone="Asia/Tokyo"))
    assert isinstance(line.event, e.ReviewReopened)


def test_the_zone_alone_can_be_written() -> None:
    assert resolved().tell(c.WriteReport(incident=ONE, sections={}, zone="Europe/Bucharest")) == []


# ── reviewed ──


def test_everything_that_is_missing_is_said_at_once() -> None:
    story = declared(by=TOCSIN)
    assert missing(story.incident, {"overview": " \n"}, PLAYBOOK) == [
        "Say who owns the report.",
        "Say when the impact began; a best guess will do.",
        "Say when the impact ended; a best guess will do.",
        "“Overview” is empty.",
        "Say how it was verified that it is over: what did you try, and did it work?",
        "Add an action, or say that none is needed.",
    ]


def test_nothing_is_missing_from_a_report_that_is_ready() -> None:
    story = ready()
    assert missing(story.incident, story.sections, PLAYBOOK) == []


def test_an_action_is_as_good_as_none_needed() -> None:
    story = resolved(began=NOON)
    story.tell(c.SetImpact(incident=ONE, end=NOON), c.AddAction(incident=ONE, text="Add an alert."))
    assert missing(story.incident, {"overview": "x"}, PLAYBOOK) == []


def test_a_review_is_refused_with_what_is_missing() -> None:
    assert refusal(resolved(began=NOON), c.AskForReview(incident=ONE)) == (
        "Not yet: Say when the impact ended; a best guess will do. “Overview” is empty. "
        "Add an action, or say that none is needed."
    )


def test_a_review_pins_the_revision() -> None:
    assert in_review().incident.report.asked == 1


def test_it_is_not_put_under_review_twice() -> None:
    assert refusal(in_review(), c.AskForReview(incident=ONE)) == "This report is under review already."


def test_what_nobody_asked_to_read_is_not_reviewed() -> None:
    assert refusal(ready(), c.Review(incident=ONE), by=BOB).startswith("Nobody has asked for a review")


def test_one_reader_besides_the_owner_is_enough_where_the_owner_commands() -> None:
    story = in_review()
    story.tell(c.Review(incident=ONE), by=BOB)
    assert story.incident.report.approved == 1


def test_the_owners_own_word_is_not_a_reader() -> None:
    story = in_review()
    story.tell(c.Review(incident=ONE), by=ADA)
    assert story.incident.report.approved is None


def test_where_somebody_else_owns_it_the_commander_has_to_find_it_complete() -> None:
    story = in_review()
    story.tell(c.OwnReport(incident=ONE), by=DANA)
    story.tell(c.Review(incident=ONE), by=BOB)
    assert waits_for(story.incident, PLAYBOOK, story.given().name) == [
        "Ada Lovelace, who commands, has not said that it is complete."
    ]
    story.tell(c.Review(incident=ONE), by=ADA)
    assert story.incident.report.approved == 1


def test_how_many_readers_are_still_needed_is_said() -> None:
    several = replace(PLAYBOOK, review=Review(readers=2))
    incident = in_review().incident
    assert waits_for(incident, several, str) == ["2 more readers have to approve it, besides its owner."]
    assert waits_for(incident, several, str, also=(BOB.handle,)) == [
        "1 more reader has to approve it, besides its owner."
    ]


def test_changes_asked_for_take_the_review_back() -> None:
    story = in_review()
    story.tell(c.Review(incident=ONE, verdict="ask-for-changes", text="When did it end?"), by=BOB)
    assert report_state(story.incident) == "draft"


def test_changes_have_to_be_named() -> None:
    command = c.Review(incident=ONE, verdict="ask-for-changes", text=" ")
    assert refusal(in_review(), command, by=BOB) == "Say what should change."


def test_reopening_takes_the_review_back() -> None:
    story = reviewed()
    story.tell(c.Reopen(incident=ONE, why="It is back."))
    assert (story.incident.report.approved, story.incident.report.approvals) == (None, ())


def test_the_state_follows_the_report() -> None:
    assert [report_state(make().incident) for make in (declared, resolved, in_review, reviewed, published)] == [
        "none", "draft", "in-review", "reviewed", "published",
    ]  # fmt: skip


# ── published ──


def published() -> Story:
    story = reviewed()
    [request] = story.tell(c.Publish(incident=ONE))
    story.tell(c.RecordPublication(incident=ONE, request=request.seq, path="reports/x.md", commit="abc"), by=TOCSIN)
    return story


def test_the_reviewed_revision_is_published() -> None:
    story = reviewed()
    [line] = story.tell(c.Publish(incident=ONE))
    assert line.event == e.PublicationRequested(revision=1)
    assert story.incident.report.requested == line.seq


def test_where_it_was_published_is_known() -> None:
    report = published().incident.report
    assert (report.published, report.path, report.commit) == (1, "reports/x.md", "abc")


def test_a_publication_nobody_asked_for_is_not_recorded() -> None:
    command = c.RecordPublication(incident=ONE, request=Seq(1), path="x", commit="y")
    assert refusal(reviewed(), command, by=TOCSIN) == "Line 1 asks for no publication."


def test_a_report_nobody_was_asked_to_read_is_not_published() -> None:
    assert refusal(resolved(began=NOON), c.Publish(incident=ONE)) == (
        "Ask for a review first: tocsin do ask-for-review --incident 1. Say when the impact ended; a best guess will "
        "do. “Overview” is empty. Add an action, or say that none is needed."
    )


def test_a_report_that_is_still_read_is_not_published() -> None:
    assert refusal(in_review(), c.Publish(incident=ONE)) == (
        "Not yet: 1 more reader has to approve it, besides its owner."
    )


def test_a_replayed_report_keeps_its_own_word_for_where_it_stands_and_skips_the_review() -> None:
    story = resolved()
    [line] = story.tell(c.PublishReplayed(incident=ONE, status="Closed", publisher=BOB.handle), by=TOCSIN)
    assert line.event == e.PublicationRequested(revision=0, status="Closed", replayed=True)
    assert (story.incident.report.status, story.incident.report.replayed, line.by) == ("Closed", True, "bob")


# ── actions ──


@pytest.mark.parametrize("improves", [None, "process", "technology", "team"])
def test_an_action_says_what_it_improves(improves: Improves | None) -> None:
    story = declared()
    story.tell(c.AddAction(incident=ONE, text="Add an alert.", url=" https://a.org/issues/1 ", improves=improves))
    assert story.incident.actions == (
        Action(seq=Seq(3), text="Add an alert.", url="https://a.org/issues/1", improves=improves),
    )


def test_an_action_without_words_is_refused() -> None:
    assert refusal(declared(), c.AddAction(incident=ONE, text=" ")) == "Say what should be done."


def two_actions() -> Story:
    story = declared()
    story.tell(c.AddAction(incident=ONE, text="Add an alert."), c.AddAction(incident=ONE, text="Grow the disk."))
    return story


def test_an_action_gets_its_issue() -> None:
    story = two_actions()
    story.tell(c.LinkAction(incident=ONE, action=Seq(4), url="https://a.org/issues/1"))
    assert [action.url for action in story.incident.actions] == ["", "https://a.org/issues/1"]


def test_an_action_is_linked_to_something() -> None:
    assert refusal(two_actions(), c.LinkAction(incident=ONE, action=Seq(3), url=" ")).startswith("Give the address")


def test_an_action_is_completed_once() -> None:
    story = two_actions()
    story.tell(c.CompleteAction(incident=ONE, action=Seq(3)))
    assert [action.done for action in story.incident.actions] == [True, False]
    assert refusal(story, c.CompleteAction(incident=ONE, action=Seq(3))) == "That action is done already."


def test_a_line_that_is_no_action_is_refused_with_those_there_are() -> None:
    assert refusal(two_actions(), c.CompleteAction(incident=ONE, action=Seq(1))) == (
        "Line 1 is no action. Actions: 3 (Add an alert.), 4 (Grow the disk.)."
    )
    assert refusal(declared(), c.CompleteAction(incident=ONE, action=Seq(1))).endswith("Actions: none.")


def test_that_nothing_needs_doing_is_said_with_a_reason() -> None:
    story = declared()
    assert refusal(story, c.NoAction(incident=ONE, why="")) == "Say why nothing needs doing."
    story.tell(c.NoAction(incident=ONE, why="The provider's fault."))
    assert story.incident.no_action == "The provider's fault."


def test_an_action_takes_back_that_nothing_needs_doing() -> None:
    story = declared()
    story.tell(c.NoAction(incident=ONE, why="x"), c.AddAction(incident=ONE, text="Add an alert."))
    assert story.incident.no_action == ""


def test_where_there_are_actions_something_needs_doing() -> None:
    assert refusal(two_actions(), c.NoAction(incident=ONE, why="x")).startswith("There are actions already:")


# ── the ends ──


def test_the_sentence_about_a_review_nobody_asked_for_ends_where_it_ends() -> None:
    assert refusal(ready(), c.Publish(incident=ONE)) == (
        "Ask for a review first: tocsin do ask-for-review --incident 1."
    )


def test_where_nobody_is_wanted_any_more_it_can_be_published() -> None:
    story = in_review()
    story.tell(c.OwnReport(incident=ONE), by=DANA)
    story.tell(c.Review(incident=ONE), by=BOB)
    story.tell(c.Release(incident=ONE, role="commander"))
    story.tell(c.Publish(incident=ONE))
    assert isinstance(story.events[-1], e.PublicationRequested)


def test_a_playbook_that_wants_no_readers_needs_none() -> None:
    story = without_readers(in_review())
    story.tell(c.Publish(incident=ONE))
    assert isinstance(story.events[-1], e.PublicationRequested)


def test_it_is_approved_once() -> None:
    story = reviewed()
    story.tell(c.Review(incident=ONE), by=DANA)
    assert story.events.count(e.ReportApproved(revision=1)) == 1


def test_a_published_report_under_review_again_is_in_review() -> None:
    story = published()
    story.tell(c.WriteReport(incident=ONE, sections={"overview": "better"}), c.AskForReview(incident=ONE))
    assert report_state(story.incident) == "in-review"


@pytest.mark.parametrize(
    "command",
    [
        c.AddAction(incident=ONE, text="x", url="javascript:x"),
        c.LinkAction(incident=ONE, action=Seq(3), url="javascript:x"),
    ],
    ids=named,
)
def test_an_action_is_tracked_at_an_address_of_the_web(command: c.Command) -> None:
    refusal(two_actions(), command)


def test_an_approval_stands_with_its_revision_and_reader() -> None:
    report = reviewed().incident.report
    assert (report.asked, report.approvals) == (1, (Handle("bob"),))


def test_times_of_the_impact_do_not_hang_on_the_report() -> None:
    story = reviewed()
    story.tell(c.SetImpact(incident=ONE, end=NOON + MINUTE), by=ADA)
    assert report_state(story.incident) == "reviewed"
