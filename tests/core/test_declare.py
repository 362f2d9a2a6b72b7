"""How an incident begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import (
    ADA,
    BOB,
    CHARLIE,
    DANA,
    HUB,
    MINUTE,
    NAIVE,
    NOON,
    ONE,
    PLAYBOOK,
    TORONTO,
    TOWN,
    TRIAGERS,
    TWO,
    Story,
    a_report,
    declared,
    refusal,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Seq, SignalId, Slug
from tocsin.core.incident import Ticket
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Term
from tocsin.core.signals import Said


def test_a_title_is_all_it_needs() -> None:
    incident = declared().incident
    assert (incident.title, incident.state) == ("Nobody can log in", "open")
    assert (incident.declared_by, incident.declared_at) == ("ada", NOON + MINUTE)


def test_without_a_service_it_is_about_the_playbooks_own() -> None:
    assert declared().incident.services == ("hubs",)


def test_whoever_declares_commands() -> None:
    assert declared(by=BOB).incident.holders(Slug("commander")) == ("bob",)


def test_somebody_else_can_be_named_to_command() -> None:
    assert declared(commander="Bob Kahn").incident.holders(Slug("commander")) == ("bob",)


def test_where_a_program_declares_nobody_commands() -> None:
    assert declared(by=TOCSIN).incident.holdings == ()


WITH_TRIAGERS = replace(PLAYBOOK, triagers=TRIAGERS.slug)
NIGHT = NOON.replace(hour=3)
"""Bob and Dana, who triage, work from nine to five like everybody in London."""


def test_the_first_triager_at_work_commands_whoever_declares() -> None:
    story = Story(playbook=WITH_TRIAGERS)
    story.tell(c.Declare(title="x"), by=ADA)
    assert story.incident.holders(Slug("commander")) == ("bob",)


def test_a_triager_who_declares_commands_and_no_other() -> None:
    story = Story(playbook=WITH_TRIAGERS)
    story.tell(c.Declare(title="x"), by=DANA)
    assert story.incident.holders(Slug("commander")) == ("dana",)


def test_a_triager_who_declares_at_night_commands() -> None:
    story = Story(playbook=WITH_TRIAGERS)
    story.tell(c.Declare(title="x"), by=DANA, at=NIGHT)
    assert story.incident.holders(Slug("commander")) == ("dana",)


def test_where_no_triager_is_at_work_whoever_declares_commands() -> None:
    story = Story(playbook=WITH_TRIAGERS)
    story.tell(c.Declare(title="x"), by=ADA, at=NIGHT)
    assert story.incident.holders(Slug("commander")) == ("ada",)


def test_what_a_program_declares_goes_to_the_triager_at_work() -> None:
    story = Story(playbook=WITH_TRIAGERS)
    story.tell(c.Declare(title="x"), by=TOCSIN)
    assert story.incident.holders(Slug("commander")) == ("bob",)


def test_what_a_program_declares_at_night_nobody_commands() -> None:
    story = Story(playbook=WITH_TRIAGERS)
    story.tell(c.Declare(title="x"), by=TOCSIN, at=NIGHT)
    assert story.incident.holdings == ()


def test_a_triager_who_has_left_commands_nothing() -> None:
    town = replace(TOWN, people=(ADA, replace(BOB, active=False), DANA))
    story = Story(playbook=WITH_TRIAGERS, town=town)
    story.tell(c.Declare(title="x"), by=ADA)
    assert story.incident.holders(Slug("commander")) == ("dana",)


def test_a_group_of_triagers_that_the_directory_lacks_is_no_obstacle() -> None:
    story = Story(playbook=replace(PLAYBOOK, triagers=Slug("nobody")))
    story.tell(c.Declare(title="x"), by=ADA)
    assert story.incident.holders(Slug("commander")) == ("ada",)


def test_somebody_of_a_community_cannot_be_named_to_command() -> None:
    assert refusal(Story(), c.Declare(title="x", commander="charlie")) == (
        "Charlie Babbage is not on the team. Name somebody who is."
    )


def test_declaring_acknowledges() -> None:
    assert declared().incident.acknowledged_by == "ada"


def test_everything_said_when_declaring_is_kept() -> None:
    story = declared(
        description="More.", services=("Toronto's hub",), criterion="LOGIN", tickets=("fd:1",),
        communities=("utoronto",), channel=False, drill=True,
    )  # fmt: skip
    incident = story.incident
    assert (incident.description, incident.services, incident.criterion) == ("More.", (HUB.slug,), "login")
    assert (incident.tickets, incident.communities) == ((Ticket(seq=Seq(2), ticket="fd:1"),), (TORONTO.slug,))
    assert (incident.wants_channel, incident.drill) == (False, True)


def test_a_title_is_put_on_one_line() -> None:
    story = Story()
    story.tell(c.Declare(title="  Nobody\n can\tlog in "))
    assert story.incident.title == "Nobody can log in"


@pytest.mark.parametrize("title", ["", "  \n\t"])
def test_an_empty_title_is_refused(title: str) -> None:
    assert refusal(Story(), c.Declare(title=title)) == "Give it a title: what can people not do, in a few words?"


def test_a_title_may_be_as_long_as_a_description() -> None:
    story = Story()
    story.tell(c.Declare(title="x" * 10_000))
    assert story.incident.title == "x" * 10_000


def test_a_playbook_without_severities_takes_none() -> None:
    assert refusal(Story(), c.Declare(title="x", severity="high")) == (
        "This playbook has no severity at all; leave it out."
    )


def test_a_severity_of_the_playbook_is_kept() -> None:
    story = Story(playbook=replace(PLAYBOOK, severities=(Term(slug=Slug("high"), name="High"),)))
    story.tell(c.Declare(title="x", severity="high"))
    assert story.incident.severity == "high"


def test_a_signal_stands_at_its_own_time_before_the_declaration() -> None:
    story = declared(a_report(1), signals=(SignalId(1),))
    first = story.entries[0]
    assert isinstance(first.event, e.SignalReceived)
    assert (first.at.at, first.by, first.source) == (NOON - 30 * MINUTE, "bob", "signal:1")
    assert story.incident.signals == (1,)


def test_what_was_said_about_a_signal_comes_along_at_its_time() -> None:
    said = Said(at=NOON - 20 * MINUTE, by=BOB.handle, kind="finding", text="The database is full.")
    line = declared(a_report(1, said), signals=(SignalId(1),)).entries[1]
    assert line.event == e.Noted(kind="finding", text="The database is full.", signal=SignalId(1))
    assert (line.at.at, line.by) == (NOON - 20 * MINUTE, "bob")


def test_what_was_said_before_stands_in_the_order_it_happened() -> None:
    earlier = c.Earlier(text="Reassigned.", at=Moment(at=NOON - 40 * MINUTE), by=BOB.handle)
    story = declared(a_report(1), signals=(SignalId(1),), earlier=(earlier,))
    kinds = [type(event).__name__ for event in story.events]
    assert kinds == ["Noted", "SignalReceived", "Declared", "RoleAssigned"]


def test_a_signal_named_twice_is_received_once() -> None:
    story = declared(a_report(1), signals=(SignalId(1), SignalId(1)))
    assert [type(event) for event in story.events].count(e.SignalReceived) == 1


def test_a_signal_that_is_not_there_is_refused() -> None:
    assert refusal(Story(), c.Declare(title="x", signals=(SignalId(7),))) == (
        "There is no signal 7. `signal list` shows those there are."
    )


def test_a_signal_of_another_incident_is_refused() -> None:
    story = Story(a_report(1, incident=TWO))
    assert refusal(story, c.Declare(title="x", signals=(SignalId(1),))) == "Signal 1 belongs to incident 2 already."


def test_the_beginning_can_be_said_at_once() -> None:
    story = declared(began=NOON - MINUTE)
    assert story.incident.impact == e.ImpactSet(start=Moment(at=NOON - MINUTE))
    assert story.incident.state == "open"


def test_what_is_over_already_is_declared_and_resolved_at_once() -> None:
    story = declared(began=NOON - 2 * MINUTE, ended=NOON - MINUTE, verified="I logged in.")
    assert (story.incident.state, story.incident.verified) == ("resolved", "I logged in.")
    assert story.incident.impact.end == Moment(at=NOON - MINUTE)


def test_what_is_over_already_may_have_begun_nobody_knows_when() -> None:
    assert declared(ended=NOON, verified="I logged in.").incident.impact == e.ImpactSet(end=Moment(at=NOON))


def test_what_is_over_already_needs_to_be_verified() -> None:
    assert refusal(Story(), c.Declare(title="x", ended=NOON)).startswith("Say how it was verified that it is over")


def test_what_is_over_cannot_end_before_it_began() -> None:
    command = c.Declare(title="x", began=NOON, ended=NOON - MINUTE, verified="y")
    assert refusal(Story(), command) == "The impact cannot end before it begins. Correct the start or the end."


def test_a_time_without_a_zone_is_refused() -> None:
    assert refusal(Story(), c.Declare(title="x", began=NAIVE)).startswith("A time needs its zone")


@pytest.mark.parametrize("field", ["services", "communities", "criterion"])
def test_what_nobody_knows_is_refused(field: str) -> None:
    value = "nowhere" if field == "criterion" else ("nowhere",)
    assert "“nowhere”" in refusal(Story(), c.Declare(title="x", **{field: value}))  # type: ignore[arg-type]


def test_before_it_is_declared_there_is_no_incident() -> None:
    assert refusal(Story(), c.Note(incident=ONE, text="x")) == "Incident 1 does not exist."


def test_an_incident_is_declared_once() -> None:
    assert refusal(declared(), c.Declare(title="again")) == "Incident 1 is declared already; write on it instead."


def test_the_impact_cannot_begin_in_the_future() -> None:
    refusal(Story(), c.Declare(title="x", began=NOON + 60 * MINUTE))


def test_the_impact_cannot_have_ended_in_the_future() -> None:
    refusal(Story(), c.Declare(title="x", ended=NOON + 60 * MINUTE, verified="y"))


def test_an_empty_ticket_is_refused() -> None:
    refusal(Story(), c.Declare(title="x", tickets=(" ",)))


def test_a_ticket_named_twice_is_linked_once() -> None:
    story = declared(tickets=("fd:1", " fd:1"))
    assert story.events.count(e.TicketLinked(ticket="fd:1")) == 1


def test_who_acknowledged_a_signal_stands_in_the_log() -> None:
    report = a_report(1, acknowledged_by=ADA.handle, acknowledged_at=NOON - 25 * MINUTE)
    line = next(entry for entry in declared(report, signals=(SignalId(1),)).entries if entry.event == e.Acknowledged())
    assert (line.by, line.at.at) == ("ada", NOON - 25 * MINUTE)


def test_somebody_of_a_community_is_no_commander_either_when_declaring() -> None:
    assert declared(by=CHARLIE).incident.holdings == ()
