"""What follows outside from what happened inside, and whether it is wanted still when its turn comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.core.examples import EXAMPLES
from tests.core.world import (
    ADA,
    BOB,
    CHARLIE,
    DANA,
    DUBOIS,
    MINUTE,
    NOON,
    ONE,
    TORONTO,
    TRIAGERS,
    Story,
    Town,
    a_report,
    declared,
    entry,
    in_review,
    ready,
    resolved,
    reviewed,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.cadence import word_due
from tocsin.core.effects import Effect, PublishReport, Remind, SendMail
from tocsin.core.events import Entry
from tocsin.core.given import Given
from tocsin.core.hours import calendar
from tocsin.core.ids import Handle, Seq, SignalId, Slug
from tocsin.core.incident import Incident, Told
from tocsin.core.people import TOCSIN, Party, Person
from tocsin.core.playbook import Cadence
from tocsin.core.reactions import react, still_wanted, whom_to_remind, whom_to_write_to

EMMA = Handle("emma")
TWO_SPEAK = replace(TORONTO, representatives=(CHARLIE.handle, EMMA))
GIVEN = replace(
    Story(town=Town(communities=(TWO_SPEAK, DUBOIS))).given(),
    team=lambda: (ADA.handle, BOB.handle, CHARLIE.handle, Handle("gone")),
)
OPEN, DRILL = Incident(number=ONE, state="open"), Incident(number=ONE, state="open", drill=True)
LOUD = {"PublicationRequested", "RoleAssigned", "RoleOffered", "AskMade", "Updated", "ReportOffered", "ReviewRequested",
        "UpdateProposed", "OfferWithdrawn"}  # fmt: skip
SOON, LATER = NOON + 20 * MINUTE, NOON + 60 * MINUTE
OFFER = e.RoleOffered(role=Slug("liaison"), to=Party(person=BOB.handle))
TO_TRIAGERS = Party(group=TRIAGERS.slug)


def reaction(
    event: e.Event, incident: Incident = OPEN, given: Given = GIVEN, *, by: Person = ADA, at: datetime = NOON
) -> list[Effect]:
    line = entry(event, 3, by=by, at=at)
    return react(line, having_told(line, incident), given)


def having_told(line: Entry, incident: Incident) -> Incident:
    """The incident as it stands after the line, where that is word to the communities."""
    match line.event:
        case e.Updated(communities=communities, next_by=next_by):
            told = (Told(community=each, at=line.at.at, next_by=next_by) for each in communities)
            return replace(incident, told=tuple(told))
        case _:
            return incident


def mailed(event: e.Event, **how: Any) -> list[tuple[str | None, str | None]]:
    """To whom a mail goes, and as whose representative."""
    return [(wish.to, wish.community) for wish in reaction(event, **how) if isinstance(wish, SendMail)]


def reminders(event: e.Event, **how: Any) -> list[Effect]:
    return [wish for wish in reaction(event, **how) if isinstance(wish, Remind)]


def update(*communities: str, next_by: datetime | None = None) -> e.Updated:
    told = tuple(map(Slug, communities))
    ada = ADA.handle
    return e.Updated(
        kind="update", text="We are on it.", communities=told, next_by=next_by, drafted_by=ada, approved_by=ada
    )


def asked(to: Party = TO_TRIAGERS, until: datetime | None = None) -> e.AskMade:
    return e.AskMade(what="Look.", to=to, until=until)


# ── what is wished for ──


def test_a_request_to_publish_wishes_for_the_publisher() -> None:
    assert reaction(e.PublicationRequested(revision=4)) == [PublishReport(incident=ONE, about=Seq(3))]


@pytest.mark.parametrize("kind", sorted(set(EXAMPLES) - LOUD))
def test_all_else_wishes_for_nothing(kind: str) -> None:
    assert reaction(EXAMPLES[kind]) == []


@pytest.mark.parametrize("kind", sorted(LOUD))
def test_every_wish_names_the_line_it_follows_from(kind: str) -> None:
    wishes = reaction(EXAMPLES[kind])
    assert wishes
    assert {(wish.incident, wish.about) for wish in wishes} == {(ONE, 3)}


def test_who_is_offered_a_role_is_written_to() -> None:
    assert mailed(OFFER) == [("bob", None)]


def test_who_is_given_a_role_by_somebody_else_is_written_to() -> None:
    given = e.RoleAssigned(role=Slug("liaison"), person=BOB.handle)
    assert (mailed(given), mailed(given, by=BOB)) == ([("bob", None)], [])


WITH_TRIAGERS = replace(GIVEN, playbook=replace(GIVEN.playbook, triagers=TRIAGERS.slug))
NIGHT = e.Declared(title="Nobody can log in")


def test_what_nobody_commands_its_triagers_are_called_to() -> None:
    alone = replace(OPEN, holdings=())
    wishes = reaction(NIGHT, incident=alone, given=WITH_TRIAGERS, by=TOCSIN)
    assert [(wish.to, wish.calls) for wish in wishes if isinstance(wish, SendMail)] == [("bob", True), ("dana", True)]
    assert mailed(NIGHT, incident=alone, by=TOCSIN) == []


def test_who_are_called_because_nobody_commands_are_those_who_triage_then() -> None:
    call = SendMail(incident=ONE, about=Seq(3), to=None, calls=True)
    found = whom_to_write_to(call, entry(NIGHT, 3), WITH_TRIAGERS)
    assert [wish.to for wish in found if isinstance(wish, SendMail)] == ["bob", "dana"]
    assert whom_to_write_to(call, entry(NIGHT, 3), GIVEN) == []


def test_triagers_are_called_only_until_somebody_commands() -> None:
    call = SendMail(incident=ONE, about=Seq(3), to=BOB.handle, calls=True)
    assert still_wanted(call, replace(OPEN, holdings=()), entry(NIGHT, 3))
    assert not still_wanted(call, declared().incident, entry(NIGHT, 3))


def test_what_is_offered_to_a_group_is_offered_to_each() -> None:
    assert mailed(replace(OFFER, to=TO_TRIAGERS)) == [("bob", None), ("dana", None)]


@pytest.mark.parametrize("event", [OFFER, asked(Party(person=BOB.handle)), e.ReportOffered(to=BOB.handle)])
def test_nobody_is_written_to_about_what_they_wrote(event: e.Event) -> None:
    assert mailed(event, by=BOB) == []


def test_whoever_asks_their_own_group_is_left_out() -> None:
    assert mailed(asked(), by=BOB) == [("dana", None)]


EMPTY = Party(group=Slug("gone"))


@pytest.mark.parametrize("event", [asked(EMPTY), replace(OFFER, to=EMPTY)])
def test_a_group_that_is_gone_or_empty_gets_a_mail_to_nobody_that_fails_in_sight(event: e.Event) -> None:
    assert reaction(event) == [SendMail(incident=ONE, about=Seq(3), to=None, calls=True)]


def test_only_who_is_offered_a_role_or_asked_for_something_is_called() -> None:
    loud = [OFFER, asked(), update("utoronto"), e.ReportOffered(to=BOB.handle), e.ReviewRequested(revision=1)]
    called = [{wish.calls for wish in reaction(each) if isinstance(wish, SendMail)} for each in loud]
    assert called == [{True}, {True}, {False}, {False}, {False}]


def test_a_drill_is_practised_with_mail_among_the_team() -> None:
    assert mailed(OFFER, incident=DRILL) == [("bob", None)]


def test_who_is_asked_is_written_to_and_reminded_when_it_is_due() -> None:
    wishes = reaction(asked(Party(person=BOB.handle), LATER))
    assert wishes == [
        SendMail(incident=ONE, about=Seq(3), to=BOB.handle, calls=True),
        Remind(incident=ONE, about=Seq(3), at=LATER, of="ask"),
    ]


@pytest.mark.parametrize("until", [None, NOON - MINUTE, NOON])
def test_of_an_ask_without_a_time_to_come_nobody_is_reminded(until: datetime | None) -> None:
    assert reminders(asked(until=until)) == []


@pytest.mark.parametrize("next_by", [NOON - MINUTE, NOON])
def test_of_a_promise_whose_time_has_passed_when_it_is_written_down_nobody_is_reminded(next_by: datetime) -> None:
    assert reminders(update("utoronto", next_by=next_by)) == []


def test_who_is_to_own_the_report_is_written_to() -> None:
    assert mailed(e.ReportOffered(to=BOB.handle)) == [("bob", None)]


def test_a_review_is_asked_of_those_of_the_team_who_took_part() -> None:
    assert mailed(e.ReviewRequested(revision=1)) == [("bob", None)]
    assert mailed(e.ReviewRequested(revision=1), by=DANA) == [("ada", None), ("bob", None)]


def test_programs_are_asked_for_no_review() -> None:
    bot = Person(handle=Handle("prober"), name="Prober", kind="bot")
    given = replace(GIVEN, directory=Town(people=(ADA, bot)), team=lambda: (bot.handle, TOCSIN.handle))
    assert mailed(e.ReviewRequested(revision=1), given=given) == []


# ── word to the communities ──


def test_everyone_who_speaks_for_a_community_is_written_to() -> None:
    assert mailed(update("utoronto")) == [("charlie", "utoronto"), ("emma", "utoronto")]


@pytest.mark.parametrize("community", ["dubois", "mars"])
def test_a_community_for_which_nobody_speaks_gets_a_mail_to_nobody_that_fails_in_sight(community: str) -> None:
    assert mailed(update(community)) == [(None, community)]


def test_each_community_is_told_by_itself() -> None:
    told = mailed(update("utoronto", "dubois"))
    assert told == [("charlie", "utoronto"), ("emma", "utoronto"), (None, "dubois")]


def test_who_wrote_it_gets_it_too_where_they_speak_for_the_community() -> None:
    assert ("charlie", "utoronto") in mailed(update("utoronto"), by=CHARLIE)


def test_in_a_drill_no_community_hears_of_it_but_the_team_is_reminded() -> None:
    event = update("utoronto", "dubois", next_by=LATER)
    assert mailed(event, incident=DRILL) == []
    assert len(reminders(event, incident=DRILL)) == 1


def test_an_update_that_nobody_is_told_of_wishes_for_nothing() -> None:
    assert reaction(update()) == []


@pytest.mark.parametrize(
    ("next_by", "at"),
    [
        (NOON + 60 * MINUTE, NOON + 45 * MINUTE),
        (NOON + 30 * MINUTE, NOON + 15 * MINUTE),
        (NOON + 20 * MINUTE, NOON + 10 * MINUTE),
        (NOON + MINUTE, NOON + timedelta(seconds=30)),
    ],
)
def test_the_next_word_is_reminded_of_a_quarter_of_an_hour_ahead_or_half_way(next_by: datetime, at: datetime) -> None:
    [reminder] = reminders(update("utoronto", next_by=next_by))
    assert reminder == Remind(incident=ONE, about=Seq(3), at=at, of="update", communities=(TORONTO.slug,))


def test_a_newer_promise_takes_the_place_of_an_older_one() -> None:
    story = affecting("utoronto")
    for minutes in (30, 90):
        story.tell(c.PostUpdate(incident=ONE, text="x", next_by=NOON + minutes * MINUTE))
    assert reminder_states(story) == ["dropped", "waiting"]


def test_a_newer_promise_to_another_community_takes_the_place_of_none() -> None:
    story = declared()
    for community in ("utoronto", "dubois"):
        story.tell(c.PostUpdate(incident=ONE, text="x", communities=(community,), next_by=LATER))
    assert reminder_states(story) == ["waiting", "waiting"]


def test_a_promise_of_earlier_that_is_written_down_late_reminds_nobody_once_newer_word_went_out() -> None:
    story = affecting("utoronto")
    story.tell(c.PostUpdate(incident=ONE, text="Now.", next_by=NOON + 90 * MINUTE))
    story.tell(c.PostUpdate(incident=ONE, text="Before.", next_by=LATER), at=NOON - 30 * MINUTE)
    assert [reminder.about for reminder in story.wishes_of(Remind)] == [3]
    assert reminder_states(story) == ["waiting"]


def reminder_states(story: Story) -> list[str]:
    return [wish.state for wish in story.wishes.values() if isinstance(wish.effect, Remind)]


# ── word that is due by the cadence ──

# It is a Thursday in London, where people work from nine to five: first word within 30 minutes, then every three hours.


def due(story: Story) -> list[tuple[int, datetime]]:
    """The reminders that wait: of which line, and when."""
    waiting = [wish.effect for wish in story.wishes.values() if wish.state == "waiting"]
    return [(effect.about, effect.at) for effect in waiting if isinstance(effect, Remind)]


def test_once_it_is_declared_the_first_word_is_reminded_of() -> None:
    story = declared(communities=("utoronto",))
    assert due(story) == [(1, story.entries[0].at.at + 15 * MINUTE)]


def test_while_nobody_is_known_to_wait_for_word_nobody_is_reminded_of_it() -> None:
    assert declared().wishes_of(Remind) == []


def test_once_it_is_known_who_waits_for_word_it_is_reminded_of() -> None:
    story = declared()
    story.tell(c.SetCommunities(incident=ONE, communities=("utoronto",)))
    assert due(story) == [(3, NOON + 16 * MINUTE)]  # a quarter of an hour after it was declared


# Ada talks with them from a place where it is evening; what she writes shows that she works on.
AWAY = replace(ADA, zone="Asia/Tokyo")


def evening(*people: Person, **fields: Any) -> Story:
    story = Story(town=Town(people=people or (AWAY, BOB, DANA, CHARLIE)))
    story.tell(c.Declare(title="x", communities=("utoronto",), **fields), c.PostUpdate(incident=ONE, text="x"))
    return story


def shown_as_due(story: Story) -> datetime:
    given = story.given()
    due = word_due(
        story.incident,
        story.entries,
        story.playbook,
        lambda who: calendar(given.directory.person(who) if who else None, story.playbook),
    )
    assert due is not None
    return due.remind


def test_whoever_works_on_is_reminded_sooner() -> None:
    story = evening()
    tomorrow = due(story)
    for _ in range(3):
        story.clock += 50 * MINUTE
        story.tell(c.Note(incident=ONE, text="Still on it."))
    [(about, at)] = due(story)
    assert (about, at) == (3, shown_as_due(story))
    assert at < tomorrow[0][1]


def test_whoever_writes_in_their_hours_moves_nothing() -> None:
    story = evening(ADA, BOB)
    before = story.wishes_of(Remind)
    story.tell(c.Note(incident=ONE, text="Still on it."))
    assert story.wishes_of(Remind) == before


def test_what_others_write_moves_nothing() -> None:
    story = evening(AWAY, replace(BOB, zone="Asia/Tokyo"))
    before = story.wishes_of(Remind)
    story.tell(c.Note(incident=ONE, text="Is anybody there?"), by=replace(BOB, zone="Asia/Tokyo"))
    assert story.wishes_of(Remind) == before


def test_a_signal_moves_nothing() -> None:
    story = evening()
    story.reports[SignalId(1)] = a_report(1)
    before = story.wishes_of(Remind)
    story.tell(c.AttachSignal(incident=ONE, signal=SignalId(1)))
    assert story.wishes_of(Remind) == before


def test_whoever_takes_over_is_reminded_by_their_own_hours() -> None:
    story = evening()
    before = due(story)
    story.clock += 15 * MINUTE
    story.tell(c.Assign(incident=ONE, role="commander", person="bob"))
    assert due(story) == [(3, shown_as_due(story))]
    assert due(story) != before


def test_another_part_that_changes_hands_moves_nothing() -> None:
    story = evening(ADA, BOB)
    before = story.wishes_of(Remind)
    story.tell(c.Assign(incident=ONE, role="expert", person="bob"))
    assert story.wishes_of(Remind) == before


def test_who_was_reminded_already_is_not_reminded_again() -> None:
    story = evening(ADA, replace(BOB, zone="Asia/Tokyo"))
    story.clock += 170 * MINUTE
    before = story.wishes_of(Remind)
    story.tell(c.Assign(incident=ONE, role="commander", person="bob"))
    assert story.wishes_of(Remind) == before


def test_a_promise_stays_by_the_clock_whoever_works() -> None:
    story = evening()
    story.tell(c.PostUpdate(incident=ONE, text="x", next_by=NOON + 600 * MINUTE))
    before = due(story)
    story.tell(c.Note(incident=ONE, text="Still on it."), c.Assign(incident=ONE, role="commander", person="bob"))
    assert due(story) == before


def test_what_was_told_before_it_came_back_sets_no_clock_going_again() -> None:
    story = evening()
    story.tell(c.Resolve(incident=ONE, verified="y"), c.Reopen(incident=ONE, why="It is back."))
    story.clock += 40 * MINUTE
    story.tell(c.Note(incident=ONE, text="Still on it."))
    assert len(due(story)) == 1


def test_who_is_told_already_is_not_reminded_of_as_waiting() -> None:
    story = declared()
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("utoronto",)))
    story.tell(c.SetCommunities(incident=ONE, communities=("utoronto",)))
    assert [about for about, _ in due(story)] == [3]


def test_after_word_without_a_promise_the_next_is_reminded_of_by_the_cadence() -> None:
    story = told(next_by=None)
    assert due(story) == [(3, story.clock + 165 * MINUTE)]


def test_the_next_word_counts_working_time_of_whoever_talks_with_them() -> None:
    story = affecting("utoronto")
    story.tell(c.PostUpdate(incident=ONE, text="x"), at=NOON + 180 * MINUTE, by=BOB)
    [(about, at)] = due(story)
    assert (about, at) == (3, NOON + 1260 * MINUTE + 45 * MINUTE)  # from 15:00 to 17:00, then from 09:00


def test_without_a_cadence_only_promises_are_reminded_of() -> None:
    free = replace(GIVEN, playbook=replace(GIVEN.playbook, cadence=Cadence(every=0)))
    assert reminders(update("utoronto"), given=free) == []
    assert len(reminders(update("utoronto", next_by=LATER), given=free)) == 1


def test_whoever_wrote_in_the_last_hour_is_at_work() -> None:
    night = NOON + 480 * MINUTE
    line = entry(update("utoronto"), 3, at=night)
    line = replace(line, recorded_at=night)
    incident = having_told(line, replace(declared().incident, communities=(TORONTO.slug,)))
    awake_then = replace(GIVEN, entries=lambda: [line])
    asleep, awake = (react(line, incident, given)[-1] for given in (GIVEN, awake_then))
    assert isinstance(asleep, Remind)
    assert isinstance(awake, Remind)
    assert asleep.at - awake.at == 60 * MINUTE


def test_word_that_it_is_over_asks_for_no_more() -> None:
    for kind in ("resolved", "report"):
        assert reminders(replace(update("utoronto"), kind=kind)) == []


def test_what_was_declared_or_told_long_ago_sets_no_clock_going() -> None:
    long_ago = NOON - MINUTE - timedelta(microseconds=1)
    affected = replace(OPEN, communities=(TORONTO.slug,))
    for event in (e.Declared(title="x", communities=(TORONTO.slug,)), update("utoronto")):
        assert len(reminders(event, incident=affected)) == 1
        assert reminders(event, incident=affected, at=long_ago) == []


def test_what_is_over_when_it_is_declared_is_reminded_of_by_nobody() -> None:
    over = declared(communities=("utoronto",), began=NOON, ended=NOON, verified="y")
    assert over.incident.state == "resolved"
    assert over.wishes_of(Remind) == []


def test_what_comes_back_is_to_be_told_anew() -> None:
    story = resolved(communities=("utoronto",))
    story.tell(c.PostUpdate(incident=ONE, text="It is over.", kind="resolved"))
    story.wishes.clear()
    story.tell(c.Reopen(incident=ONE, why="It is back."))
    assert due(story) == [(5, story.clock + 15 * MINUTE)]
    assert wanted(story)
    story.tell(c.PostUpdate(incident=ONE, text="It is back."))
    assert not still_wanted(story.wishes_of(Remind)[0], story.incident, story.entries[4])


def test_first_word_is_wanted_until_every_community_has_heard() -> None:
    story = declared(communities=("utoronto", "dubois"))
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("utoronto",)))
    assert wanted(story)
    story.tell(c.PostUpdate(incident=ONE, text="x", communities=("dubois",)))
    assert not wanted(story)


def test_who_turned_out_not_to_be_affected_waits_for_nothing() -> None:
    story = declared(communities=("utoronto",))
    story.tell(c.SetCommunities(incident=ONE, communities=("dubois",)))
    assert not wanted(story)


def test_word_by_the_cadence_is_wanted_until_newer_word_went_out() -> None:
    story = told(next_by=None)
    assert wanted(story, 2)
    story.tell(c.PostUpdate(incident=ONE, text="Still on it."))
    assert not wanted(story, 2)


@pytest.mark.parametrize("over", [c.Resolve(incident=ONE, verified="y"), c.Cancel(incident=ONE, reason="false-alarm")])
def test_once_it_is_over_no_word_is_due(over: c.Command) -> None:
    story = declared(communities=("utoronto",))
    story.tell(over)
    assert not wanted(story)


def test_a_drill_is_practised_with_reminders_of_word() -> None:
    assert len(declared(communities=("utoronto",), drill=True).wishes_of(Remind)) == 1


# ── history ──


HISTORY = [OFFER, asked(until=LATER), update("utoronto", next_by=LATER), e.ReportOffered(to=BOB.handle)]


@pytest.mark.parametrize("event", [*HISTORY, e.ReviewRequested(revision=1)], ids=lambda event: type(event).__name__)
def test_nobody_is_written_to_about_what_happened_long_ago(event: e.Event) -> None:
    assert mailed(event, at=NOON - MINUTE)
    assert mailed(event, at=NOON - MINUTE - timedelta(microseconds=1)) == []


@pytest.mark.parametrize("event", [asked(until=LATER), update("utoronto", next_by=LATER)])
def test_what_was_promised_long_ago_and_is_still_to_come_is_reminded_of(event: e.Event) -> None:
    assert len(reaction(event, at=NOON - 600 * MINUTE)) == 1


def test_history_is_published_all_the_same() -> None:
    assert reaction(e.PublicationRequested(revision=4), at=NOON - 600 * MINUTE)


# ── whether it is wanted still ──


def wanted(story: Story, number: int = 1) -> bool:
    """Whether the wish of that number of a story is wanted, as the story stands."""
    effect = list(story.wishes.values())[number - 1].effect
    return still_wanted(effect, story.incident, story.entries[effect.about - 1])


def published(story: Story) -> None:
    request = story.entries[-1].seq
    story.tell(c.RecordPublication(incident=ONE, request=request, path="x", commit="y"), by=TOCSIN)


def test_a_publication_is_wanted_until_it_came_true() -> None:
    story = reviewed()
    story.wishes.clear()
    story.tell(c.Publish(incident=ONE))
    assert wanted(story)
    published(story)
    assert not wanted(story)


def test_of_two_requests_to_publish_only_the_last_is_wanted() -> None:
    story = reviewed()
    story.wishes.clear()
    story.tell(c.Publish(incident=ONE), c.Publish(incident=ONE))
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def test_the_report_of_what_is_not_over_is_not_published() -> None:
    story = reviewed()
    story.wishes.clear()
    story.tell(c.Publish(incident=ONE), c.Reopen(incident=ONE, why="It is back."))
    assert not wanted(story)


def affecting(*communities: str) -> Story:
    """A story that communities wait for word about; that they do was reminded of already."""
    story = declared(communities=communities)
    story.wishes.clear()
    return story


def told(next_by: datetime | None = LATER) -> Story:
    """A story in which Toronto was told something: wish 1 is the mail, wish 2 the reminder."""
    story = affecting("utoronto")
    story.tell(c.PostUpdate(incident=ONE, text="We are on it.", next_by=next_by))
    return story


def test_word_to_a_community_is_wanted_even_when_it_is_over() -> None:
    story = told()
    story.tell(c.Resolve(incident=ONE, verified="y"))
    assert wanted(story)


def test_word_that_was_redacted_is_not_wanted() -> None:
    story = told()
    blank = replace(story.entries[2], event=e.blanked(story.entries[2].event))
    assert not still_wanted(story.wishes_of(SendMail)[0], story.incident, blank)


def test_a_reminder_of_the_next_word_is_wanted_while_it_is_owed() -> None:
    story = told()
    assert wanted(story, 2)
    story.tell(c.PostUpdate(incident=ONE, text="Still on it."))
    assert not wanted(story, 2)


def test_a_reminder_is_wanted_although_the_words_before_were_redacted() -> None:
    story = told()
    blank = replace(story.entries[2], event=e.blanked(story.entries[2].event))
    assert still_wanted(story.wishes_of(Remind)[0], story.incident, blank)


@pytest.mark.parametrize("over", [c.Resolve(incident=ONE, verified="y"), c.Cancel(incident=ONE, reason="false-alarm")])
def test_once_it_is_over_nobody_is_reminded_of_the_next_word(over: c.Command) -> None:
    story = told()
    story.tell(over)
    mail = SendMail(incident=ONE, about=Seq(3), to=ADA.handle, reminds=True)
    assert not wanted(story, 2)
    assert not still_wanted(mail, story.incident, story.entries[2])


def test_the_mail_that_reminds_is_wanted_as_long_as_the_reminder_is() -> None:
    story = told()
    mail = SendMail(incident=ONE, about=Seq(3), to=ADA.handle, reminds=True)
    assert still_wanted(mail, story.incident, story.entries[2])
    story.tell(c.PostUpdate(incident=ONE, text="Still on it."))
    assert not still_wanted(mail, story.incident, story.entries[2])


@pytest.mark.parametrize("next_by", [None, LATER, NOON + 90 * MINUTE])
def test_a_promise_to_one_community_stands_when_another_is_told_more(next_by: datetime | None) -> None:
    story = affecting("utoronto", "dubois")
    story.tell(c.PostUpdate(incident=ONE, text="x", next_by=LATER))
    reminder = story.wishes_of(Remind)[0]
    story.tell(c.PostUpdate(incident=ONE, text="y", communities=("dubois",), next_by=next_by))
    assert still_wanted(reminder, story.incident, story.entries[2])


def test_a_promise_that_a_newer_one_put_off_does_not_stand() -> None:
    story = told()
    mail = SendMail(incident=ONE, about=Seq(3), to=ADA.handle, reminds=True)
    story.tell(c.PostUpdate(incident=ONE, text="Still on it.", next_by=NOON + 90 * MINUTE))
    assert not wanted(story, 2)
    assert not still_wanted(mail, story.incident, story.entries[2])
    assert wanted(story, 4)


def test_a_promise_to_two_does_not_stand_once_each_was_told_more() -> None:
    story = affecting("utoronto", "dubois")
    story.tell(c.PostUpdate(incident=ONE, text="x", next_by=LATER))
    reminder = story.wishes_of(Remind)[0]
    for community in ("dubois", "utoronto"):
        story.tell(c.PostUpdate(incident=ONE, text="y", communities=(community,), next_by=NOON + 90 * MINUTE))
    assert not still_wanted(reminder, story.incident, story.entries[2])


def offered() -> Story:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="bob"))
    return story


def test_an_offer_is_wanted_until_it_is_answered() -> None:
    story = offered()
    assert wanted(story)
    story.tell(c.AcceptRole(incident=ONE), by=BOB)
    assert not wanted(story)


def test_whoever_holds_a_role_no_more_need_not_hear_of_it() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"))
    assert wanted(story)
    story.tell(c.Assign(incident=ONE, role="liaison", person="dana"))
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def test_an_offer_that_went_to_somebody_else_is_not_wanted() -> None:
    story = offered()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="dana"))
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def test_an_offer_that_was_taken_back_is_not_wanted_and_whoever_had_it_hears() -> None:
    story = offered()
    story.tell(c.WithdrawOffer(incident=ONE))
    assert [wish.to for wish in story.wishes_of(SendMail) if isinstance(wish, SendMail)] == ["bob", "bob"]
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def test_each_of_a_group_hears_that_an_offer_was_taken_back_but_whoever_did_it() -> None:
    withdrawn = e.OfferWithdrawn(role=Slug("liaison"), to=TO_TRIAGERS)
    assert [wish.to for wish in reaction(withdrawn, by=BOB) if isinstance(wish, SendMail)] == ["dana"]


def test_of_what_was_offered_twice_only_the_last_letter_is_wanted() -> None:
    story = offered()
    story.tell(c.WithdrawOffer(incident=ONE), c.OfferRole(incident=ONE, role="liaison", to="bob"))
    assert [wanted(story, each) for each in (1, 2, 3)] == [False, False, True]


def test_in_what_was_no_incident_nobody_is_offered_a_role_any_more() -> None:
    story = offered()
    story.tell(c.Cancel(incident=ONE, reason="false-alarm"))
    assert story.incident.offers
    assert not wanted(story)


def test_once_it_is_over_an_offer_is_wanted_still_for_the_report_is_to_come() -> None:
    story = offered()
    story.tell(c.Resolve(incident=ONE, verified="y"))
    assert wanted(story)


def asked_for(until: datetime | None = LATER) -> Story:
    """A story in which Bob was asked: wish 1 is the mail, wish 2 the reminder."""
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look.", to="bob", until=until))
    return story


def test_an_ask_is_wanted_until_it_is_done() -> None:
    story = asked_for()
    assert (wanted(story, 1), wanted(story, 2)) == (True, True)
    story.tell(c.AcceptAsk(incident=ONE), by=BOB)
    assert (wanted(story, 1), wanted(story, 2)) == (True, True)
    story.tell(c.FinishAsk(incident=ONE, outcome="It is full."), by=BOB)
    assert (wanted(story, 1), wanted(story, 2)) == (False, False)


def test_an_ask_that_was_declined_is_not_wanted() -> None:
    story = asked_for()
    story.tell(c.DeclineAsk(incident=ONE), by=BOB)
    assert (wanted(story, 1), wanted(story, 2)) == (False, False)


@pytest.mark.parametrize("over", [c.Resolve(incident=ONE, verified="y"), c.Cancel(incident=ONE, reason="false-alarm")])
def test_once_it_is_over_nobody_is_asked_or_reminded_of_an_ask(over: c.Command) -> None:
    story = asked_for()
    story.tell(over)
    mail = SendMail(incident=ONE, about=Seq(3), to=BOB.handle, reminds=True)
    assert (wanted(story, 1), wanted(story, 2)) == (False, False)
    assert not still_wanted(mail, story.incident, story.entries[2])


def test_every_ask_is_looked_at_by_itself() -> None:
    story = asked_for(until=None)
    story.tell(c.FinishAsk(incident=ONE, outcome="It is full."), by=BOB)
    story.tell(c.Delegate(incident=ONE, what="Look again.", to="bob"))
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def test_an_offer_of_the_report_is_wanted_until_somebody_owns_it() -> None:
    story = resolved()
    story.tell(c.OwnReport(incident=ONE, person="bob"))
    assert wanted(story)
    story.tell(c.OwnReport(incident=ONE), by=BOB)
    assert not wanted(story)


def test_an_offer_of_the_report_to_another_takes_the_first_back() -> None:
    story = resolved()
    story.tell(c.OwnReport(incident=ONE, person="bob"), c.OwnReport(incident=ONE, person="dana"))
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def reviewing() -> Story:
    """A story in which Bob took part and is asked to read the report: wish 1 is the mail to him."""
    story = ready()
    story.tell(c.Note(incident=ONE, text="x"), by=BOB)
    story.tell(c.AskForReview(incident=ONE))
    return story


def test_a_review_is_wanted_until_the_report_is_approved() -> None:
    story = reviewing()
    assert wanted(story)
    story.tell(c.Review(incident=ONE), by=BOB)
    assert not wanted(story)


def test_nobody_reads_what_has_changed_since() -> None:
    story = reviewing()
    story.tell(c.WriteReport(incident=ONE, sections={"overview": "Another text."}))
    assert not wanted(story)
    story.tell(c.AskForReview(incident=ONE))
    assert (wanted(story, 1), wanted(story, 2)) == (False, True)


def test_a_wish_of_another_version_about_something_else_is_wanted() -> None:
    mail = SendMail(incident=ONE, about=Seq(1), to=ADA.handle)
    assert still_wanted(mail, OPEN, entry(e.Noted(text="x")))


# ── whom to remind ──


def reminded(story: Story) -> list[Effect]:
    [reminder] = story.wishes_of(Remind)
    assert isinstance(reminder, Remind)
    return whom_to_remind(reminder, story.incident, story.entries[reminder.about - 1], story.given())


def of_it(*people: Person) -> list[Effect]:
    return [SendMail(incident=ONE, about=Seq(3), to=person.handle, reminds=True) for person in people]


def test_whoever_tells_the_outside_by_then_is_reminded_of_the_next_word() -> None:
    story = told()
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"))
    assert reminded(story) == of_it(BOB)
    story.tell(c.Assign(incident=ONE, role="liaison", person="dana"))
    assert reminded(story) == of_it(DANA)


def test_where_nobody_tells_the_outside_whoever_commands_is_reminded() -> None:
    story = told()
    assert reminded(story) == of_it(ADA)
    story.tell(c.Assign(incident=ONE, role="commander", person="bob"))
    assert reminded(story) == of_it(BOB)


def test_of_word_in_an_unattended_incident_those_are_reminded_who_command_by_default() -> None:
    story = told()
    story.tell(c.Release(incident=ONE, role="commander"))
    assert reminded(story) == []
    story.playbook = replace(story.playbook, triagers=TRIAGERS.slug)
    assert reminded(story) == of_it(BOB, DANA)


def test_who_was_asked_is_reminded_of_it() -> None:
    assert reminded(asked_for()) == of_it(BOB)


def asked_of_triagers() -> Story:
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look.", to="triagers", until=LATER))
    return story


def test_a_group_of_which_nobody_has_it_is_reminded_each() -> None:
    assert reminded(asked_of_triagers()) == of_it(BOB, DANA)


def test_once_one_of_a_group_has_it_only_they_are_reminded() -> None:
    story = asked_of_triagers()
    story.tell(c.AcceptAsk(incident=ONE), by=DANA)
    assert reminded(story) == of_it(DANA)


def test_of_an_ask_that_is_not_there_nobody_is_reminded() -> None:
    reminder = Remind(incident=ONE, about=Seq(9), at=LATER, of="ask")
    assert whom_to_remind(reminder, OPEN, entry(asked(), 9), GIVEN) == []


def test_nobody_gets_two_reminders_of_one_thing() -> None:
    story = asked_of_triagers()
    story.town = Town(groups=(replace(TRIAGERS, members=(BOB.handle, BOB.handle)),))
    assert reminded(story) == of_it(BOB)


# ── who is there by now ──


def instead(community: str | None) -> list[Effect]:
    slug = None if community is None else Slug(community)
    about = entry(update(*filter(None, [community])), 3)
    return whom_to_write_to(SendMail(incident=ONE, about=Seq(3), to=None, community=slug), about, GIVEN)


@pytest.mark.parametrize("event", [asked(), replace(OFFER, to=TO_TRIAGERS)])
def test_those_who_are_in_a_group_by_now_are_called(event: e.Event) -> None:
    nobody = SendMail(incident=ONE, about=Seq(3), to=None, calls=True)
    assert whom_to_write_to(nobody, entry(event, 3), GIVEN) == [
        replace(nobody, to=BOB.handle), replace(nobody, to=DANA.handle),
    ]  # fmt: skip


def test_where_a_group_is_still_empty_nobody_is_called() -> None:
    nobody = SendMail(incident=ONE, about=Seq(3), to=None, calls=True)
    assert whom_to_write_to(nobody, entry(asked(EMPTY), 3), GIVEN) == []


def test_those_who_speak_for_a_community_by_now_are_written_to() -> None:
    assert instead("utoronto") == [
        SendMail(incident=ONE, about=Seq(3), to=each, community=TORONTO.slug) for each in (CHARLIE.handle, EMMA)
    ]


@pytest.mark.parametrize("community", ["dubois", "mars", None])
def test_where_still_nobody_speaks_nobody_is_written_to(community: str | None) -> None:
    assert instead(community) == []


def test_asking_for_a_review_where_nobody_else_took_part_writes_to_nobody() -> None:
    assert in_review().wishes_of(SendMail) == []
