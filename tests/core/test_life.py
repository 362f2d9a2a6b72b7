"""What an incident is about, how far it is, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.core.world import ADA, BOB, DANA, MINUTE, NAIVE, NOON, ONE, TWO, a_report, declared, refusal, resolved
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import IncidentNumber, Seq, SignalId
from tocsin.core.incident import Link, Plan, Ticket
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN

RESOLVED = "Incident 1 is resolved. Reopen it first if it is not over."
CANCELLED = "Incident 1 was cancelled. Declare a new one if there is something after all."


def test_acknowledging_says_who_looks_after_it() -> None:
    story = declared()
    story.tell(c.Acknowledge(incident=ONE), by=BOB)
    assert (story.incident.acknowledged_by, story.incident.acknowledged_at) == ("bob", NOON + 2 * MINUTE)


def test_a_line_long_before_all_that_is_known_is_a_slip() -> None:
    sentence = refusal(declared(), c.Note(incident=ONE, text="It began."), at=NOON.replace(year=1970))
    assert sentence.startswith("1970-11-12 12:00 UTC is more than 90 days before anything that is known of")
    assert "Check the date" in sentence


def test_once_it_is_known_to_have_begun_long_ago_lines_may_be_as_old() -> None:
    story, long_ago = declared(), NOON - timedelta(days=200)
    story.tell(c.SetImpact(incident=ONE, start=long_ago))
    story.tell(c.Note(incident=ONE, text="Files were lost."), at=long_ago - timedelta(days=90))
    assert story.entries[-1].at.at == long_ago - timedelta(days=90)


def test_when_it_comes_back_the_impact_has_no_end_any_more() -> None:
    story = declared()
    story.tell(c.SetImpact(incident=ONE, start=NOON - MINUTE, end=NOON))
    story.tell(c.Resolve(incident=ONE, verified="Logged in."))
    story.tell(c.Reopen(incident=ONE, why="It is back."), by=BOB)
    assert (story.incident.impact.start, story.incident.impact.end) == (Moment(at=NOON - MINUTE), None)


def test_whoever_declared_has_acknowledged_already() -> None:
    assert refusal(declared(), c.Acknowledge(incident=ONE)) == "You have acknowledged it already."


def test_what_a_rule_declared_nobody_has_acknowledged_yet() -> None:
    story = declared(by=TOCSIN)
    assert (story.incident.acknowledged_by, story.incident.acknowledged_at) == (None, None)
    story.tell(c.Acknowledge(incident=ONE), by=BOB)
    assert story.incident.acknowledged_by == "bob"


def test_what_was_reopened_can_be_acknowledged_by_whoever_had_it_before() -> None:
    story = resolved()
    story.tell(c.Reopen(incident=ONE, why="It is back."), by=BOB)
    story.tell(c.Acknowledge(incident=ONE))
    assert story.incident.acknowledged_by == "ada"


def test_a_signal_attached_later_does_not_take_the_incident_back_to_who_saw_the_signal() -> None:
    seen = a_report(1, acknowledged_by=DANA.handle, acknowledged_at=NOON - 25 * MINUTE)
    story = declared(seen)
    story.tell(c.AttachSignal(incident=ONE, signal=SignalId(1)))
    assert (story.incident.acknowledged_by, story.incident.acknowledged_at) == ("ada", NOON + MINUTE)


def test_it_can_be_given_a_better_title_any_time() -> None:
    story = resolved()
    story.tell(c.Retitle(incident=ONE, title=" No logins \n on the hub "))
    assert story.incident.title == "No logins on the hub"


def test_an_empty_new_title_is_refused() -> None:
    assert refusal(declared(), c.Retitle(incident=ONE, title=" ")).startswith("Give it a title")


def test_services_are_found_by_name_and_kept_once() -> None:
    story = declared()
    story.tell(c.SetServices(incident=ONE, services=("utoronto/prod", "TORONTO'S HUB", "Managed JupyterHubs")))
    assert story.incident.services == ("utoronto/prod", "hubs")


def test_an_incident_is_about_at_least_one_service() -> None:
    assert refusal(declared(), c.SetServices(incident=ONE, services=())).startswith("Name at least one service")


def test_communities_are_found_by_name_and_kept_once() -> None:
    story = declared()
    story.tell(c.SetCommunities(incident=ONE, communities=("dubois", "Du Bois")))
    assert story.incident.communities == ("dubois",)


def test_a_criterion_can_be_set_and_taken_away() -> None:
    story = declared()
    story.tell(c.SetCriterion(incident=ONE, criterion="Nobody can log in"))
    assert story.incident.criterion == "login"
    story.tell(c.SetCriterion(incident=ONE))
    assert story.incident.criterion is None


def test_a_signal_can_be_attached_later() -> None:
    story = declared(a_report(1))
    [line] = story.tell(c.AttachSignal(incident=ONE, signal=SignalId(1)))
    assert (line.at.at, line.by) == (NOON - 30 * MINUTE, "bob")
    assert story.incident.signals == (1,)


def test_a_signal_of_another_incident_cannot_be_attached() -> None:
    story = declared(a_report(1, incident=TWO))
    assert refusal(story, c.AttachSignal(incident=ONE, signal=SignalId(1))) == "Signal 1 belongs to incident 2 already."


def test_tickets_are_linked_and_unlinked() -> None:
    story = declared()
    story.tell(c.LinkTicket(incident=ONE, ticket=" fd:7 "), c.LinkTicket(incident=ONE, ticket="fd:8"))
    assert story.incident.tickets == (Ticket(seq=Seq(3), ticket="fd:7"), Ticket(seq=Seq(4), ticket="fd:8"))
    story.tell(c.UnlinkTicket(incident=ONE, ticket="fd:7 "))
    assert [linked.ticket for linked in story.incident.tickets] == ["fd:8"]


def test_unlinking_a_ticket_points_at_the_line_that_linked_it() -> None:
    story = declared(tickets=("fd:7",))
    [line] = story.tell(c.UnlinkTicket(incident=ONE, ticket="fd:7"))
    assert (line.event, line.about) == (e.TicketUnlinked(ticket="fd:7"), 2)


def test_a_ticket_can_be_linked_again() -> None:
    story = declared(tickets=("fd:7",))
    story.tell(c.UnlinkTicket(incident=ONE, ticket="fd:7"), c.LinkTicket(incident=ONE, ticket="fd:7"))
    assert [linked.ticket for linked in story.incident.tickets] == ["fd:7"]


def test_a_ticket_is_linked_once() -> None:
    story = declared(tickets=("fd:7",))
    assert refusal(story, c.LinkTicket(incident=ONE, ticket="fd:7")) == "fd:7 is linked already."


def test_an_empty_ticket_cannot_be_linked() -> None:
    assert refusal(declared(), c.LinkTicket(incident=ONE, ticket=" ")) == (
        "Give the address or the number of the ticket."
    )


@pytest.mark.parametrize(("ticket", "called"), [("fd:9", "fd:9"), (" ", "That")])
def test_only_what_is_linked_can_be_unlinked(ticket: str, called: str) -> None:
    story = declared(tickets=("fd:7",))
    assert refusal(story, c.UnlinkTicket(incident=ONE, ticket=ticket)) == (
        f"{called} is not linked. Linked tickets: fd:7."
    )


def test_where_nothing_is_linked_unlinking_says_so() -> None:
    assert refusal(declared(), c.UnlinkTicket(incident=ONE, ticket="x")).endswith("Linked tickets: none.")


def test_an_address_is_kept_at_hand() -> None:
    story = declared()
    story.tell(c.AddLink(incident=ONE, url=" https://grafana.example.org ", title="Dashboard"))
    assert story.incident.links == (Link(url="https://grafana.example.org", title="Dashboard"),)


@pytest.mark.parametrize(
    "url",
    ["", "grafana.example.org", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://a.org and more"],
)
def test_a_link_is_an_address_of_the_web(url: str) -> None:
    assert refusal(declared(), c.AddLink(incident=ONE, url=url)) == (
        "A link is an address that begins with https:// or http://."
    )


def test_the_phase_is_one_of_the_playbooks() -> None:
    story = declared()
    story.tell(c.SetPhase(incident=ONE, phase="Watching it"))
    assert story.incident.phase == "watching"


def test_a_phase_the_playbook_does_not_have_is_refused_with_those_it_has() -> None:
    assert refusal(declared(), c.SetPhase(incident=ONE, phase="waiting")) == (
        "This playbook has no phase “waiting”. It has: finding, watching."
    )


def test_the_plan_is_signed_and_timed() -> None:
    story = declared()
    story.tell(c.SetPlan(incident=ONE, state="No logins.", next="Restart."), by=BOB)
    signed = Plan(state="No logins.", next="Restart.", by=BOB.handle, at=NOON + 2 * MINUTE, seq=Seq(3))
    assert story.incident.plan == signed


def test_what_a_plan_leaves_out_stays_and_what_it_empties_goes() -> None:
    story = declared()
    story.tell(c.SetPlan(incident=ONE, state="No logins.", next="Restart."))
    story.tell(c.SetPlan(incident=ONE, next="", cause="The disk."))
    signed = Plan(state="No logins.", cause="The disk.", by=ADA.handle, at=NOON + 3 * MINUTE, seq=Seq(4))
    assert story.incident.plan == signed


def test_a_plan_written_against_one_that_somebody_has_changed_meanwhile_is_refused() -> None:
    story = declared()
    story.tell(c.SetPlan(incident=ONE, next="Restart.", seen=Seq(0)), by=BOB)
    said = "Bob Kahn has set the plan meanwhile. Read theirs, then send yours again."
    assert refusal(story, c.SetPlan(incident=ONE, next="Wait.", seen=Seq(0))) == said
    story.tell(c.SetPlan(incident=ONE, next="Wait.", seen=Seq(3)))
    assert story.incident.plan and story.incident.plan.next == "Wait."


def test_a_plan_that_says_nothing_is_refused() -> None:
    story = declared()
    assert refusal(story, c.SetPlan(incident=ONE)).startswith("Say at least one of")
    assert refusal(story, c.SetPlan(incident=ONE, state=" ")).startswith("Say at least one of")


def test_a_plan_is_not_emptied_of_all_that_it_says() -> None:
    story = declared()
    story.tell(c.SetPlan(incident=ONE, state="No logins.", next="Restart."))
    assert refusal(story, c.SetPlan(incident=ONE, state="", next="")).startswith("Say at least one of")
    story.tell(c.SetPlan(incident=ONE, state=""))


def test_the_impact_may_be_a_range_at_both_ends() -> None:
    story = declared()
    command = c.SetImpact(
        incident=ONE, start=NOON - 9 * MINUTE, start_until=NOON - 8 * MINUTE, end=NOON, end_until=NOON + MINUTE
    )
    story.tell(command)
    assert story.incident.impact == e.ImpactSet(
        start=Moment(at=NOON - 9 * MINUTE, until=NOON - 8 * MINUTE), end=Moment(at=NOON, until=NOON + MINUTE)
    )


SECOND = [
    (c.Retitle(incident=ONE, title="Before"), c.Retitle(incident=ONE, title="After", seen="Before")),
    (
        c.SetServices(incident=ONE, services=("utoronto/prod",)),
        c.SetServices(incident=ONE, services=("Managed JupyterHubs",), seen=("utoronto/prod",)),
    ),
    (
        c.SetCommunities(incident=ONE, communities=("utoronto",)),
        c.SetCommunities(incident=ONE, communities=("dubois",), seen=("utoronto",)),
    ),
    (c.SetCriterion(incident=ONE, criterion="login"), c.SetCriterion(incident=ONE, criterion="", seen="login")),
    (c.SetPhase(incident=ONE, phase="finding"), c.SetPhase(incident=ONE, phase="watching", seen="finding")),
    (
        c.SetImpact(incident=ONE, start=NOON - MINUTE),
        c.SetImpact(incident=ONE, end=NOON, seen=(NOON - MINUTE, None, None, None)),
    ),
]
"""What one person sets, and what another sets who has seen that."""


@pytest.mark.parametrize(("first", "second"), SECOND)
def test_what_was_written_against_something_that_is_another_by_now_is_refused(
    first: c.Command, second: c.Command
) -> None:
    said = "Somebody has changed this meanwhile. Read what it is now, then send yours again."
    assert refusal(declared(), second) == said


@pytest.mark.parametrize(("first", "second"), SECOND)
def test_whoever_has_seen_what_it_is_now_may_change_it(first: c.Command, second: c.Command) -> None:
    story = declared()
    story.tell(first)
    before = len(story.entries)
    story.tell(second, by=BOB)
    assert len(story.entries) == before + 1


def test_what_is_left_out_of_the_impact_stays() -> None:
    story = declared(began=NOON)
    story.tell(c.SetImpact(incident=ONE, end=NOON + MINUTE))
    assert story.incident.impact == e.ImpactSet(start=Moment(at=NOON), end=Moment(at=NOON + MINUTE))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Say when the impact began, when it ended, or both."),
        ({"start_until": NOON}, "A range needs both its times: give the start too."),
        ({"end_until": NOON}, "A range needs both its times: give the end too."),
        (
            {"start": NOON, "end": NOON - MINUTE},
            "The impact cannot end before it begins. Correct the start or the end.",
        ),
        ({"start": NOON + 9 * MINUTE}, "The impact cannot begin or end in the future."),
        ({"end": NOON + 9 * MINUTE}, "The impact cannot begin or end in the future."),
        ({"start": NOON, "start_until": NOON - MINUTE}, "That range ends before it begins. Swap its two times."),
        ({"start": NAIVE}, "A time needs its zone: write 2026-11-12T01:45Z or 2026-11-12T03:45+02:00."),
    ],
)
def test_an_impact_that_cannot_be_is_refused(fields: dict[str, Any], says: str) -> None:
    assert refusal(declared(), c.SetImpact(incident=ONE, **fields)) == says


def test_a_vague_end_may_reach_back_to_before_the_start() -> None:
    story = declared(began=NOON)
    story.tell(c.SetImpact(incident=ONE, end=NOON - MINUTE, end_until=NOON + MINUTE))
    assert story.incident.impact.end == Moment(at=NOON - MINUTE, until=NOON + MINUTE)


def test_the_impact_cannot_reach_into_the_future() -> None:
    refusal(declared(), c.SetImpact(incident=ONE, start=NOON, end=NOON, end_until=NOON + 60 * MINUTE))


def test_resolving_says_how_it_was_verified() -> None:
    incident = resolved().incident
    assert (incident.state, incident.verified, incident.resolved_at) == (
        "resolved", "Logged in as a guest.", NOON + 2 * MINUTE,
    )  # fmt: skip


@pytest.mark.parametrize("verified", ["", " \n"])
def test_resolving_without_having_verified_is_refused(verified: str) -> None:
    assert refusal(declared(), c.Resolve(incident=ONE, verified=verified, text="Fixed.")) == (
        "Say how it was verified that it is over: what did you try, and did it work?"
    )


def test_it_cannot_be_resolved_before_it_was_declared() -> None:
    command = c.Resolve(incident=ONE, verified="x")
    assert refusal(declared(), command, at=NOON).startswith("It cannot be resolved before it was declared, 20")


def test_a_resolved_incident_cannot_be_resolved_again() -> None:
    assert refusal(resolved(), c.Resolve(incident=ONE, verified="x")) == RESOLVED


def test_reopening_says_why_and_takes_the_resolution_back() -> None:
    story = resolved()
    story.tell(c.Reopen(incident=ONE, why="It is back."))
    incident = story.incident
    assert (incident.state, incident.resolved_at, incident.verified) == ("open", None, "")


def test_reopening_without_a_reason_is_refused() -> None:
    assert refusal(resolved(), c.Reopen(incident=ONE, why=" ")) == "Say why it is not over: what happened?"


def test_an_open_incident_cannot_be_reopened() -> None:
    assert refusal(declared(), c.Reopen(incident=ONE, why="x")) == (
        "Incident 1 is still open; there is nothing to reopen."
    )


def test_it_cannot_be_reopened_before_it_was_resolved() -> None:
    refusal(resolved(), c.Reopen(incident=ONE, why="x"), at=NOON)


@pytest.mark.parametrize("reason", ["false-alarm", "external"])
def test_what_was_no_incident_of_ours_is_cancelled(reason: e.CancelReason) -> None:
    story = declared()
    story.tell(c.Cancel(incident=ONE, reason=reason, why="The provider's."))
    assert story.incident.cancelled == e.Cancelled(reason=reason, why="The provider's.")


def test_a_duplicate_names_the_incident_it_repeats() -> None:
    story = declared()
    story.tell(c.Cancel(incident=ONE, reason="duplicate", duplicate_of=TWO))
    assert story.incident.state == "cancelled"


@pytest.mark.parametrize(("reason", "other"), [("duplicate", None), ("external", TWO)])
def test_a_duplicate_and_only_a_duplicate_has_a_number(reason: e.CancelReason, other: IncidentNumber | None) -> None:
    command = c.Cancel(incident=ONE, reason=reason, duplicate_of=other)
    assert refusal(declared(), command).startswith("A duplicate needs the number of the incident it repeats")


@pytest.mark.parametrize("other", [ONE, IncidentNumber(7)])
def test_a_duplicate_is_of_another_incident_that_exists(other: IncidentNumber) -> None:
    command = c.Cancel(incident=ONE, reason="duplicate", duplicate_of=other)
    assert refusal(declared(), command).startswith(f"There is no other incident {other}")


@pytest.mark.parametrize(
    "command",
    [
        c.Acknowledge(incident=ONE),
        c.SetPhase(incident=ONE, phase="finding"),
        c.SetPlan(incident=ONE, next="x"),
        c.Cancel(incident=ONE, reason="external"),
        c.Delegate(incident=ONE, what="x", to="bob"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_needs_an_open_incident_is_refused_once_it_is_resolved(command: c.Command) -> None:
    assert refusal(resolved(), command) == RESOLVED


@pytest.mark.parametrize(
    "command",
    [
        c.Acknowledge(incident=ONE),
        c.AttachSignal(incident=ONE, signal=SignalId(1)),
        c.Resolve(incident=ONE, verified="x"),
        c.Reopen(incident=ONE, why="x"),
        c.Assign(incident=ONE, role="commander"),
        c.OfferRole(incident=ONE, role="commander", to="bob"),
        c.AcceptRole(incident=ONE),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_cancelled_incident_stays_cancelled(command: c.Command) -> None:
    story = declared(a_report(1))
    story.tell(c.Cancel(incident=ONE, reason="false-alarm"))
    assert refusal(story, command) == CANCELLED


def test_it_cannot_be_resolved_again_before_it_was_reopened() -> None:
    story = resolved()
    story.tell(c.Reopen(incident=ONE, why="It is back."), at=NOON + 60 * MINUTE)
    assert refusal(story, c.Resolve(incident=ONE, verified="x"), at=NOON + 30 * MINUTE).startswith(
        "It cannot be resolved before it was reopened, 2026-11-12 13:00 UTC."
    )


def test_what_was_reopened_can_be_resolved_again() -> None:
    story = resolved()
    story.tell(c.Reopen(incident=ONE, why="It is back."), c.Resolve(incident=ONE, verified="Restarted it."))
    assert (story.incident.state, story.incident.resolved_at) == ("resolved", NOON + 4 * MINUTE)


def test_who_saw_a_signal_before_it_was_reopened_does_not_look_after_it_now() -> None:
    story = resolved(a_report(1, acknowledged_by=DANA.handle, acknowledged_at=NOON - 25 * MINUTE))
    story.tell(c.Reopen(incident=ONE, why="It is back."), c.AttachSignal(incident=ONE, signal=SignalId(1)))
    assert (story.incident.acknowledged_by, story.incident.acknowledged_at) == (None, None)
