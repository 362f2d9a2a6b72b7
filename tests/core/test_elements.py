"""What a timeline should tell, and what is said where it does not; and a guess at when the impact began."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.core.world import MINUTE, NOON, ONE, PLAYBOOK, Story, a_report, declared
from tocsin.core import commands as c
from tocsin.core.elements import Found, earliest_evidence, elements, impact_since, propose_start
from tocsin.core.events import NoteKind
from tocsin.core.ids import SignalId, Slug
from tocsin.core.moments import Moment
from tocsin.core.playbook import Element
from tocsin.core.timeline import timeline

BEGAN = Element(slug=Slug("began"), name="When the impact began", kinds=("impact-began",))
NOTICED = Element(slug=Slug("noticed"), name="When it was brought to our attention", kinds=("signal",), link=True)
HELPFUL = Element(slug=Slug("more"), name="Anything that helps later", marked=True)


def found(story: Story, element: Element) -> Found:
    lines = timeline(story.entries, story.playbook, str)
    [it] = elements(lines, replace(PLAYBOOK, elements=(element,)))
    return it


def test_what_no_line_tells_is_missed_in_a_sentence() -> None:
    it = found(declared(), BEGAN)
    assert (it.lines, it.lacks) == ((), "Nothing on the timeline says when the impact began.")


def test_a_name_that_is_no_question_is_quoted_as_it_is() -> None:
    it = found(declared(), replace(BEGAN, name="The beginning"))
    assert it.lacks == "Nothing on the timeline tells this: The beginning."


def test_an_element_without_a_name_is_missed_all_the_same() -> None:
    assert found(declared(), replace(BEGAN, name="")).lacks.endswith(".")


def test_what_a_line_tells_is_met_by_it() -> None:
    story = declared()
    story.tell(c.SetImpact(incident=ONE, start=NOON))
    assert found(story, BEGAN) == Found(element=BEGAN, lines=(story.entries[-1].seq,))


def test_every_line_that_tells_it_is_named_once() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, kind="fix", text="a"), c.Note(incident=ONE, kind="fix", text="b"))
    assert found(story, Element(slug=Slug("x"), name="X", kinds=("fix",))).lines == (3, 4)
    story.tell(c.Resolve(incident=ONE, verified="y", text="x"))
    assert found(story, Element(slug=Slug("x"), name="X", kinds=("resolved", "verified"))).lines == (5,)


def test_a_line_without_the_link_it_needs_does_not_do() -> None:
    it = found(declared(a_report(), signals=(SignalId(1),)), NOTICED)
    assert it.lines == ()
    assert it.lacks == (
        "“When it was brought to our attention” needs a line with a link to where it stands; line 1 has none."
    )


def test_of_several_lines_without_a_link_a_few_are_named() -> None:
    signals = tuple(map(SignalId, range(1, 5)))
    it = found(declared(*(a_report(number) for number in signals), signals=signals), NOTICED)
    assert it.lacks.endswith("; lines 1, 2, 3 have none.")


def test_a_line_with_a_link_does() -> None:
    linked = a_report(link="https://example.org/tickets/7")
    assert found(declared(linked, signals=(SignalId(1),)), NOTICED).lines == (1,)


def test_a_key_moment_does_where_one_will() -> None:
    story = declared()
    [line] = story.tell(c.Note(incident=ONE, text="The map of all disks."))
    assert found(story, HELPFUL).lines == ()
    story.tell(c.Highlight(incident=ONE, line=line.seq))
    assert found(story, HELPFUL).lines == (line.seq,)
    assert found(story, replace(HELPFUL, marked=False)).lines == ()


def test_a_line_that_was_removed_tells_nothing() -> None:
    story = declared()
    [line] = story.tell(c.Note(incident=ONE, kind="fix", text="a"))
    story.tell(c.RemoveNote(incident=ONE, line=line.seq))
    assert found(story, Element(slug=Slug("x"), name="What was tried", kinds=("fix",))).lacks


# ── a guess ──


def test_the_earliest_evidence_is_proposed_as_the_beginning() -> None:
    early, late = a_report(1, at=NOON - 50 * MINUTE), a_report(2, at=NOON - 20 * MINUTE)
    story = declared(early, late, signals=(SignalId(1), SignalId(2)))
    guess = propose_start(story.entries)
    assert guess is not None
    assert guess.at == NOON - 50 * MINUTE


@pytest.mark.parametrize("kind", ["impact-began", "told-us", "finding"])
def test_what_was_seen_of_it_is_evidence(kind: NoteKind) -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, kind=kind, text="x"), at=NOON - timedelta(hours=3))
    guess = propose_start(story.entries)
    assert guess is not None
    assert guess.at == NOON - timedelta(hours=3)


def test_when_it_was_declared_and_what_we_did_is_no_evidence() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, kind="command", text="df -h"), c.Note(incident=ONE, text="Looking."))
    assert propose_start(story.entries) is None
    assert earliest_evidence(story.entries) is None


def test_a_probe_that_found_nobody_affected_is_no_evidence() -> None:
    fine = a_report(1, kind="probe", count=0, at=NOON - timedelta(hours=5))
    failed = a_report(2, kind="probe", at=NOON - 20 * MINUTE)
    assert propose_start(declared(fine, signals=(SignalId(1),)).entries) is None
    guess = propose_start(declared(fine, failed, signals=(SignalId(1), SignalId(2))).entries)
    assert guess is not None
    assert guess.at == NOON - 20 * MINUTE


def test_what_was_removed_is_no_evidence() -> None:
    story = declared()
    [line] = story.tell(c.Note(incident=ONE, kind="finding", text="x"))
    assert propose_start(story.entries) == line.at
    story.tell(c.RemoveNote(incident=ONE, line=line.seq))
    assert propose_start(story.entries) is None


# ── since when it lasts ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_impact_lasts_since_when_was_said_by_the_middle_of_what_is_known() -> None:
    said = Moment(at=NOON, until=NOON + 40 * MINUTE)
    assert impact_since(said, NOON - MINUTE, NOON + 60 * MINUTE) == NOON + 20 * MINUTE


def test_where_nobody_said_it_lasts_since_the_first_sign_before_it_was_declared() -> None:
    assert impact_since(None, NOON, NOON + MINUTE) == NOON
    assert impact_since(None, NOON, NOON) is None
    assert impact_since(None, None, NOON) is None
