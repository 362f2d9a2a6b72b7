"""Word to the communities."""

from __future__ import annotations

from datetime import timezone

import pytest

from tests.core.world import ADA, BOB, MINUTE, NAIVE, NOON, ONE, Story, declared, refusal
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import UpdateKind
from tocsin.core.ids import Slug
from tocsin.core.incident import Told
from tocsin.core.people import TOCSIN


def affecting() -> Story:
    return declared(communities=("utoronto",))


def test_all_that_are_affected_are_told() -> None:
    [line] = affecting().tell(c.PostUpdate(incident=ONE, text="We are on it."), by=BOB)
    assert line.event == e.Updated(
        kind="update",
        text="We are on it.",
        communities=(Slug("utoronto"),),
        drafted_by=BOB.handle,
        approved_by=BOB.handle,
    )


def test_others_can_be_told_by_name() -> None:
    story = affecting()
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("Du Bois",)))
    assert [told.community for told in story.incident.told] == ["dubois"]


def test_who_wrote_and_who_approved_is_kept() -> None:
    story = affecting()
    story.tell(c.PostUpdate(incident=ONE, text="x", drafted_by="Bob Kahn", approved_by="dana"), by=ADA)
    event = story.events[-1]
    assert isinstance(event, e.Updated)
    assert (event.drafted_by, event.approved_by) == ("bob", "dana")


@pytest.mark.parametrize("kind", ["first-response", "update", "resolved", "report"])
def test_each_of_the_messages_can_be_sent(kind: UpdateKind) -> None:
    story = affecting()
    story.tell(c.PostUpdate(incident=ONE, text="x", kind=kind))
    assert story.incident.told != ()


def test_what_each_community_heard_last_is_known() -> None:
    story = declared(communities=("utoronto", "dubois"))
    story.tell(c.PostUpdate(incident=ONE, text="x", next_by=NOON + 60 * MINUTE))
    story.tell(c.PostUpdate(incident=ONE, text="y", communities=("utoronto",)))
    assert story.incident.told == (
        Told(community=Slug("dubois"), at=NOON + 2 * MINUTE, next_by=NOON + 60 * MINUTE),
        Told(community=Slug("utoronto"), at=NOON + 3 * MINUTE, next_by=None),
    )


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_update_without_words_is_refused(text: str) -> None:
    assert refusal(affecting(), c.PostUpdate(incident=ONE, text=text)).startswith("Write what the communities should")


def test_what_is_left_to_fill_in_does_not_go_out() -> None:
    draft = c.PostUpdate(incident=ONE, text="Tried: [… what was tried]. Next: [… what comes next].")
    assert refusal(affecting(), draft) == (
        "Something is left to fill in: what was tried; what comes next. Write it, or take the line out."
    )


def test_what_was_said_outside_stands_on_the_timeline_even_where_no_community_is_known() -> None:
    story = declared()
    [line] = story.tell(c.PostUpdate(incident=ONE, text="x"))
    assert line.event == e.Updated(
        kind="update", text="x", communities=(), drafted_by=ADA.handle, approved_by=ADA.handle
    )
    assert story.incident.told == ()


def test_a_promise_for_the_past_is_refused() -> None:
    command = c.PostUpdate(incident=ONE, text="x", next_by=NOON + 2 * MINUTE)
    assert refusal(affecting(), command) == "The next update cannot be promised for a time that has passed."


def test_somebody_of_a_community_does_not_approve() -> None:
    assert refusal(affecting(), c.PostUpdate(incident=ONE, text="x", approved_by="charlie")).startswith(
        "Charlie Babbage is not on the team."
    )


def test_a_program_says_for_whom_it_speaks() -> None:
    assert refusal(affecting(), c.PostUpdate(incident=ONE, text="x"), by=TOCSIN).startswith(
        "Nobody is known as “tocsin”"
    )


def test_a_promise_without_a_zone_is_refused() -> None:
    refusal(affecting(), c.PostUpdate(incident=ONE, text="x", next_by=NAIVE))


def test_an_earlier_word_told_late_does_not_replace_the_last() -> None:
    story = affecting()
    story.tell(c.PostUpdate(incident=ONE, text="now", next_by=NOON + 90 * MINUTE))
    story.tell(c.PostUpdate(incident=ONE, text="before"), at=NOON - 60 * MINUTE)
    assert story.incident.told[0].at == NOON + 2 * MINUTE


def test_the_time_of_a_promise_is_kept_in_utc() -> None:
    story = affecting()
    promised = (NOON + 60 * MINUTE).astimezone(timezone(5 * 60 * MINUTE))
    story.tell(c.PostUpdate(incident=ONE, text="x", next_by=promised))
    assert str(story.incident.told[0].next_by) == "2026-11-12 13:00:00+00:00"
