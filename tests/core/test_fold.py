"""What an incident's log makes of it."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields

import pytest

from tests.core.examples import EXAMPLES
from tests.core.world import ADA, BOB, MINUTE, NOON, ONE, PLAYBOOK, declared, entry, in_review
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import EVENTS
from tocsin.core.ids import Seq, Slug
from tocsin.core.incident import Incident, Link, Ticket, evolve, fold
from tocsin.core.people import Party
from tocsin.core.timeline import timeline

ANSWERS = (
    "AskAccepted", "AskDeclined", "AskFinished", "RoleDeclined", "OfferWithdrawn", "RoleReleased", "TicketUnlinked",
    "ActionLinked", "ActionCompleted", "ReviewReopened", "ReportReviewed", "ProposalTurnedDown",
)  # fmt: skip
"""Kinds that change only what another made."""
KINDS = pytest.mark.parametrize("kind", EVENTS)


def unnamed() -> Incident:
    return Incident(number=ONE)


@KINDS
def test_there_is_an_example_of_every_kind(kind: str) -> None:
    event = EXAMPLES[kind]
    assert all(getattr(event, field.name) != field.default for field in fields(event) if field.default is not MISSING)


def test_there_are_no_examples_of_anything_else() -> None:
    assert set(EXAMPLES) == set(EVENTS)


@KINDS
def test_the_fold_knows_every_kind(kind: str) -> None:
    before = unnamed()
    after = evolve(before, entry(EXAMPLES[kind], about=1))
    assert after.number == ONE
    if EVENTS[kind].informs:
        assert after is before


@KINDS
def test_every_kind_that_matters_is_seen_in_what_the_incident_is(kind: str) -> None:
    changed = evolve(unnamed(), entry(EXAMPLES[kind], about=1)) != unnamed()
    assert changed == (not EVENTS[kind].informs and kind not in ANSWERS)


@KINDS
def test_every_kind_can_stand_on_a_timeline(kind: str) -> None:
    lines = timeline([entry(EXAMPLES[kind], 2, about=1)], PLAYBOOK, str)
    assert all(line.at.at >= NOON for line in lines)


@KINDS
def test_the_words_of_every_kind_are_fields_it_has(kind: str) -> None:
    assert set(EVENTS[kind].words) <= {field.name for field in fields(EVENTS[kind])}


@KINDS
def test_what_is_blanked_says_nothing_any_more(kind: str) -> None:
    event = EXAMPLES[kind]
    said = [text for name in event.words for text in _texts(getattr(event, name))]
    assert not any(text in repr(e.blanked(event)) for text in said)


@KINDS
def test_blanking_leaves_the_incident_where_it_was(kind: str) -> None:
    event = EXAMPLES[kind]
    before, after = (evolve(unnamed(), entry(each, about=1)) for each in (event, e.blanked(event)))
    assert (before.state, before.holdings, before.impact, before.report) == (
        after.state, after.holdings, after.impact, after.report,
    )  # fmt: skip


def test_a_kind_that_nobody_taught_the_fold_is_a_bug() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Surprised(e.Event):
        """Not in the table of events."""

    with pytest.raises(TypeError, match="Surprised is not taught to the fold"):
        evolve(unnamed(), entry(Surprised()))


def test_talk_may_be_left_out() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="x"), c.EditNote(incident=ONE, line=Seq(3), text="y"))
    story.tell(c.Highlight(incident=ONE, line=Seq(3)), c.SetPhase(incident=ONE, phase="finding"))
    assert fold(ONE, (line for line in story.entries if not line.event.informs)) == story.incident


def test_a_link_and_a_signal_are_kept_once() -> None:
    link, signal = e.LinkAdded(url="https://a.org", title="A"), EXAMPLES["SignalReceived"]
    incident = fold(ONE, [entry(link), entry(link, 2), entry(signal, 3), entry(signal, 4)])
    assert (incident.links, incident.signals) == ((Link(url="https://a.org", title="A"),), (7,))


def test_a_ticket_goes_with_the_line_that_linked_it_even_when_its_words_were_taken_out() -> None:
    linked = [entry(e.TicketLinked(ticket=e.REDACTED), seq) for seq in (1, 2)]
    incident = fold(ONE, [*linked, entry(e.TicketUnlinked(ticket=e.REDACTED), 3, about=1)])
    assert incident.tickets == (Ticket(seq=Seq(2), ticket=e.REDACTED),)


def test_an_answer_goes_to_its_own_ask() -> None:
    ask = e.AskMade(what="x", to=Party(person=BOB.handle))
    incident = fold(ONE, [entry(ask, 1), entry(ask, 2), entry(e.AskAccepted(), 3, by=BOB, about=2)])
    assert [each.state for each in incident.asks] == ["asked", "accepted"]


def test_laying_a_role_down_leaves_the_other_roles_and_holders() -> None:
    expert, commander = Slug("expert"), Slug("commander")
    taken = [e.RoleAssigned(role=expert, person=each.handle) for each in (ADA, BOB)]
    others = [e.RoleAssigned(role=commander, person=ADA.handle), e.RoleReleased(role=expert, person=ADA.handle)]
    incident = fold(ONE, [entry(event, seq) for seq, event in enumerate([*taken, *others], start=1)])
    assert (incident.holders(expert), incident.holders(commander)) == (("bob",), ("ada",))


def test_a_role_taken_twice_keeps_both_times() -> None:
    role = Slug("commander")
    taken, left = e.RoleAssigned(role=role, person=ADA.handle), e.RoleReleased(role=role, person=ADA.handle)
    log = [entry(event, n, at=NOON + n * MINUTE) for n, event in enumerate([taken, left, taken, left])]
    assert [held.until for held in fold(ONE, log).holdings] == [NOON + MINUTE, NOON + 3 * MINUTE]


def test_asking_for_a_review_again_forgets_who_approved_before() -> None:
    story = in_review()
    story.tell(c.Review(incident=ONE), by=ADA)
    incident = evolve(story.incident, entry(e.ReviewRequested(revision=9)))
    assert (incident.report.asked, incident.report.approvals) == (9, ())


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
