"""Whatever people ask, in whatever order: the core answers with facts or with a sentence, and its states make sense."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timezone
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import (
    ADA,
    BOB,
    CHARLIE,
    DANA,
    MINUTE,
    NAIVE,
    NOON,
    ONE,
    TWO,
    Story,
    a_report,
    declared,
    in_review,
    ready,
    resolved,
    reviewed,
)
from tocsin.core import commands as c
from tocsin.core.decisions import DECISIONS
from tocsin.core.duties import owner
from tocsin.core.effects import Remind
from tocsin.core.events import DeliveryReported
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId
from tocsin.core.incident import Incident, fold
from tocsin.core.people import Person
from tocsin.core.reactions import still_wanted
from tocsin.core.refused import Refused
from tocsin.core.report import missing, report_state, waits_for
from tocsin.core.team import team
from tocsin.core.timeline import reported, timeline

PEOPLE = ["ada", "BOB@example.org", "Dana Scott", "charlie", "nobody", ""]
WORDS: dict[str, list[str]] = {
    "role": ["commander", "LIAISON", "Subject Matter Expert", "king", ""],
    "to": [*PEOPLE, "triagers"],
    "person": PEOPLE,
    "commander": PEOPLE,
    "drafted_by": PEOPLE,
    "approved_by": PEOPLE,
    "phase": ["finding", "Watching it", "waiting", ""],
    "criterion": ["login", "sad", ""],
    "severity": ["", "", "high"],
    "ticket": ["fd:7", " fd:7 ", "fd:8", ""],
    "tickets": ["fd:7", "fd:8"],
    "services": ["hubs", "Toronto's hub", "Mars"],
    "communities": ["utoronto", "Du Bois", "Mars"],
    "zone": ["", "Europe/London", "Mars", "../x"],
    "url": ["https://a.org", "a.org", ""],
    "status": ["", "", "", "Closed"],
}
TEXT = st.sampled_from(["", " \n", "The disk is full.", "İSTANBUL ß", "```{eval-rst}", "x" * 301]) | st.text(max_size=9)
EAST, WEST = timezone(14 * 60 * MINUTE), timezone(-12 * 60 * MINUTE)
TIME = st.integers(-90, 90).map(lambda minutes: NOON + minutes * MINUTE) | st.sampled_from(
    [NAIVE, *(NOON.replace(year=year, tzinfo=zone) for year in (1, 2, 9998, 9999) for zone in (UTC, EAST, WEST))]
)


def value(name: str, hint: Any) -> st.SearchStrategy[Any]:
    """What people may give for a field, sensible or not."""
    origin: object = get_origin(hint)
    inner: tuple[Any, ...] = get_args(hint)
    if origin is Annotated:
        return value(name, inner[0])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of([st.none() if each is type(None) else value(name, each) for each in inner])
    if origin is tuple:
        return st.just(()) if inner[0] is c.Earlier else st.lists(value(name, inner[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(st.sampled_from(["overview", "went-well", "moral"]), TEXT, max_size=2)
    return plain(name, hint)


def plain(name: str, hint: Any) -> st.SearchStrategy[Any]:
    if hint is IncidentNumber:
        return st.just(ONE) if name == "incident" else st.sampled_from([ONE, TWO, IncidentNumber(7)])
    if hint is Seq:
        return st.integers(0, 12)
    if hint in (SignalId, EffectId):
        return st.integers(0, 3)
    return {
        Handle: st.sampled_from(PEOPLE),
        str: st.sampled_from(WORDS[name]) if name in WORDS else TEXT,
        bool: st.booleans(),
        int: st.integers(-1, 3),
        datetime: TIME,
    }[hint]


def asking(kind: type[c.Command]) -> st.SearchStrategy[c.Command]:
    hints = get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: value(name, hint) for name, hint in hints.items()})


WHO = st.sampled_from([ADA, ADA, BOB, DANA, CHARLIE])
ASKED = st.tuples(WHO, st.one_of(*(asking(kind) for kind in DECISIONS if kind is not c.Declare)))


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A story that came of commands, what the incident was after each, and every sentence of refusal."""

    story: Story
    states: list[Incident]
    sentences: list[str]


def tried(begin: Callable[[], Story], asked: list[tuple[Person, c.Command]]) -> Tried:
    story = begin()
    story.reports = {report.signal.id: report for report in (a_report(1), a_report(2, incident=TWO))}
    states, sentences = [story.incident], []
    for by, command in asked:
        try:
            story.tell(command, by=by)
        except Refused as refused:
            sentences.append(str(refused))
        states.append(story.incident)
    return Tried(story=story, states=states, sentences=sentences)


BEGINNINGS = st.sampled_from([declared, resolved, ready, in_review, reviewed])
STORIES = st.builds(tried, BEGINNINGS, st.lists(ASKED, max_size=30))


@given(STORIES)
def test_every_refusal_is_a_sentence(tale: Tried) -> None:
    for sentence in tale.sentences:
        assert sentence[0].isupper() or not sentence[0].isalpha() or sentence.startswith("fd:")
        assert sentence[-1] in ".?!…"


@given(STORIES)
def test_what_only_informs_does_not_matter(tale: Tried) -> None:
    assert fold(ONE, [entry for entry in tale.story.entries if not entry.event.informs]) == tale.story.incident


@given(STORIES)
def test_the_states_follow_each_other_as_they_should(tale: Tried) -> None:
    allowed = {("open", "resolved"), ("resolved", "open"), ("open", "cancelled")}
    for before, after in zip(tale.states, tale.states[1:], strict=False):
        assert before.state == after.state or (before.state, after.state) in allowed


@given(STORIES)
def test_what_is_resolved_was_verified_and_what_is_open_is_not_resolved(tale: Tried) -> None:
    for incident in tale.states:
        assert (incident.state == "resolved") == (incident.resolved_at is not None) == bool(incident.verified.strip())
        assert (incident.state == "cancelled") == (incident.cancelled is not None)


@given(STORIES)
def test_one_person_at_most_commands(tale: Tried) -> None:
    assert all(len(incident.holders(tale.story.playbook.with_duty("commands").slug)) <= 1 for incident in tale.states)


@given(STORIES)
def test_whatever_the_log_holds_can_be_read(tale: Tried) -> None:
    lines = timeline(tale.story.entries, tale.story.playbook, tale.story.given().name)
    assert [(line.at.at, line.seq) for line in lines] == sorted((line.at.at, line.seq) for line in lines)
    assert set(map(id, reported(lines))) <= set(map(id, lines))
    assert team(tale.story.entries) >= {"ada"}


@given(STORIES)
def test_every_wish_follows_from_a_line_and_it_is_always_known_whether_it_is_wanted(tale: Tried) -> None:
    story = tale.story
    for wish in story.wishes.values():
        assert still_wanted(wish.effect, story.incident, story.entries[wish.effect.about - 1]) in (True, False)


@given(STORIES)
def test_of_untouched_reminders_of_the_same_only_the_newest_waits(tale: Tried) -> None:
    touched = {event.effect for event in tale.story.events if isinstance(event, DeliveryReported)}
    untouched = [wish for wish in tale.story.wishes.values() if wish.id not in touched]
    for key in {wish.effect.key for wish in untouched} - {None}:
        *older, newest = [wish.state for wish in untouched if wish.effect.key == key]
        assert (older, newest) == (["dropped"] * len(older), "waiting")


@given(STORIES)
def test_whoever_waits_for_promised_word_is_among_those_of_a_reminder_that_was_not_dropped(tale: Tried) -> None:
    story = tale.story
    reminders = [wish.effect for wish in story.wishes.values() if wish.state != "dropped"]
    reminded = {each for effect in reminders if isinstance(effect, Remind) for each in effect.communities}
    waiting = {told.community for told in story.incident.told if told.next_by and told.next_by > story.clock}
    assert waiting <= reminded


@given(STORIES)
def test_what_became_of_a_wish_is_told_about_the_line_it_follows_from(tale: Tried) -> None:
    for line in tale.story.entries:
        if isinstance(line.event, DeliveryReported):
            assert line.about == tale.story.wishes[line.event.effect].effect.about


@given(STORIES)
def test_the_report_always_knows_where_it_stands(tale: Tried) -> None:
    incident, playbook = tale.story.incident, tale.story.playbook
    assert owner(incident, playbook) is not None
    for each in tale.states:
        assert report_state(each) in ("none", "draft", "in-review", "reviewed", "published")
    gaps = missing(incident, tale.story.sections, playbook) + waits_for(incident, playbook, str)
    assert all(sentence.endswith((".", "?")) for sentence in gaps)
