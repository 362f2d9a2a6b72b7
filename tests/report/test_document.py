"""What stands in a report, from the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.report.documents import (
    ADA,
    BOB,
    COMMANDER,
    DECLARED,
    PLAYBOOK,
    RESOLVED,
    Directory,
    built,
    log,
    minute,
)
from tocsin.core import events as e
from tocsin.core.ids import Handle, Seq, SignalId, Slug
from tocsin.core.moments import Moment
from tocsin.core.refused import Refused
from tocsin.core.timeline import REPORTED
from tocsin.report.document import Noticed, Part, Section, build


def test_services_and_communities_go_by_their_names() -> None:
    document = built()
    assert (document.services, document.communities) == (("Lagoon hub",), ("Coast College",))


def test_the_playbooks_own_service_goes_by_its_name() -> None:
    assert built(e.ServicesSet(services=(PLAYBOOK.service.slug,))).services == ("All hubs",)


def test_what_the_directory_does_not_know_keeps_its_slug() -> None:
    document = built(e.ServicesSet(services=(Slug("gone"),)), e.CommunitiesSet(communities=(Slug("far"),)))
    assert (document.services, document.communities) == (("gone",), ("far",))


def test_whoever_speaks_goes_by_their_name_or_else_their_handle() -> None:
    said = [e.Fact(event=e.Noted(text="x"), by=Handle(by)) for by in ("bob", "zoe")]
    assert [line.by for line in built(*said).timeline[-2:]] == ["Bob Brown", "zoe"]


def test_the_title_is_the_latest() -> None:
    assert built(e.Retitled(title="Better")).title == "Better"


def test_the_commander_owns_the_report_until_somebody_else_has_it() -> None:
    assert built(RESOLVED).owner == "Ada Lovelace"
    assert built(RESOLVED, e.ReportOwned(owner=BOB)).owner == "Bob Brown"


def test_where_nobody_commanded_nobody_owns_it() -> None:
    assert build(log(DECLARED), {}, PLAYBOOK, Directory(), zone="UTC").owner == ""


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((), "None"),
        ((RESOLVED,), "Draft"),
        ((RESOLVED, e.ReviewRequested(revision=1)), "In review"),
        ((RESOLVED, e.ReviewRequested(revision=1), e.ReportApproved(revision=1)), "Reviewed"),
        ((RESOLVED, e.ReportApproved(revision=1), e.PublicationRequested(revision=1)), "Published"),
    ],
)
def test_the_status_is_the_playbooks_name_for_where_the_report_stands(facts: tuple[e.Event, ...], status: str) -> None:
    assert built(*facts).status == status


def test_a_replayed_report_keeps_the_status_it_came_with() -> None:
    document = built(RESOLVED, e.PublicationRequested(revision=1, status="Closed", replayed=True))
    assert (document.status, document.replayed) == ("Closed", True)


def test_a_role_ends_when_it_is_handed_over_and_not_before() -> None:
    document = built(e.RoleAssigned(role=COMMANDER, person=BOB, relieves=(ADA,)))
    first = Part(role=COMMANDER, name="Incident Commander", person="Ada Lovelace", since=minute(1), until=minute(2))
    assert document.roles == (first, replace(first, person="Bob Brown", since=minute(2), until=None))


def test_a_role_that_the_playbook_no_longer_has_keeps_its_slug() -> None:
    assert built(e.RoleAssigned(role=Slug("scribe"), person=BOB)).roles[-1].name == "scribe"


def test_every_section_of_the_playbook_is_there_in_its_order_the_empty_ones_too() -> None:
    document = built(sections={"what-happened": "It stopped.", "elsewhere": "x"})
    assert document.sections == (
        Section(slug=Slug("overview"), title="Overview", text=""),
        Section(slug=Slug("what-happened"), title="What happened", text="It stopped."),
    )


def test_it_says_when_it_was_resolved_and_how_that_was_verified() -> None:
    document = built(RESOLVED)
    assert (document.declared, document.resolved, document.verified) == (minute(0), minute(2), "A server starts.")


def test_an_incident_that_was_reopened_is_not_resolved() -> None:
    document = built(RESOLVED, e.Reopened(why="Again."))
    assert (document.resolved, document.verified) == (None, "")


def test_the_timeline_holds_what_happened_and_not_how_the_work_was_organised() -> None:
    document = built(e.PlanSet(state="x"), e.TicketLinked(ticket="T-1"), e.Noted(text="seen"))
    assert [line.kind for line in document.timeline] == ["declared", "role", "note"]
    assert {line.kind for line in document.timeline} <= REPORTED


def test_a_removed_line_is_gone_and_an_edited_one_says_what_it_says_now() -> None:
    about = [e.Fact(event=e.NoteRemoved(), about=Seq(3)), e.Fact(event=e.NoteEdited(text="b2"), about=Seq(4))]
    document = built(e.Noted(text="a"), e.Noted(text="b"), *about)
    assert [line.text for line in document.timeline if line.kind == "note"] == ["b2"]


def test_a_line_stands_at_the_time_it_happened_not_when_it_was_written_down() -> None:
    earlier = Moment(at=minute(-30), until=minute(-10))
    document = built(e.Fact(event=e.Noted(text="first"), at=earlier))
    assert (document.timeline[0].text, document.timeline[0].at) == ("first", earlier)


def test_the_impact_and_the_actions_are_as_they_were_set_last() -> None:
    start = Moment(at=minute(-9))
    acted = e.ActionAdded(text="Alert on it"), e.Fact(event=e.ActionCompleted(), about=Seq(4))
    document = built(e.ImpactSet(start=start), *acted, e.NoActionNeeded(why=""))
    assert document.impact.start == start
    assert [(action.text, action.done) for action in document.actions] == [("Alert on it", True)]


def test_why_no_action_is_needed_is_kept() -> None:
    assert built(e.NoActionNeeded(why="It was a drill.")).no_action == "It was a drill."


def test_people_are_looked_up_once_each_however_often_they_speak() -> None:
    asked: list[str] = []

    class Counting(Directory):
        def person(self, reference: str) -> None:
            asked.append(reference)

    build(log(DECLARED, *[e.Noted(text="x")] * 50), {}, PLAYBOOK, Counting(), zone="UTC")
    assert asked == ["ada"]


def test_only_a_declared_incident_has_a_report() -> None:
    with pytest.raises(Refused, match="Declare it first"):
        build([], {}, PLAYBOOK, Directory(), zone="UTC")


def test_a_zone_that_is_none_is_refused_with_a_word_on_how_to_write_one() -> None:
    with pytest.raises(Refused, match="Europe/London"):
        built(zone="Mars/Olympus")


def _signal(kind: e.SignalKind, *people: str, before: int, count: int | None = None) -> e.Fact:
    event = e.SignalReceived(signal=SignalId(before), kind=kind, text="x", people=people, count=count)
    return e.Fact(event=event, at=Moment(at=minute(-before)))


def test_a_probe_that_found_nobody_affected_noticed_nothing() -> None:
    fine = _signal("probe", before=300, count=0)
    assert built(fine).noticed is None
    assert built(fine, _signal("ticket", before=60)).noticed == Noticed(at=minute(-60), kind="ticket")
    assert built(_signal("probe", before=300)).noticed == Noticed(at=minute(-300), kind="probe")


def test_whoever_is_named_twice_is_one_person_however_their_name_is_spelled() -> None:
    assert built(_signal("ticket", "José", before=60), _signal("ticket", "Jose\u0301", before=50)).people == 1
    assert built(_signal("probe", "José", before=60)).people is None


def test_signals_from_before_the_declaration_stand_before_it() -> None:
    signal = e.SignalReceived(
        signal=SignalId(1), kind="ticket", text="Cannot start", link="https://t.example/tickets/1"
    )
    document = built(e.Fact(event=signal, at=Moment(at=minute(0) - timedelta(hours=1))))
    assert (document.timeline[0].kind, document.timeline[0].links) == ("signal", ("https://t.example/tickets/1",))
