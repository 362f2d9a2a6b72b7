"""Tickets: whose they are, what they report, who is heard in them, and what is done in them as an incident goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.core.world import ADA, BOB, CHARLIE, DUBOIS, HUB, MINUTE, NOON, ONE, PLAYBOOK, TORONTO, Story, Town
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.decisions import tickets as about
from tocsin.core.effects import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    Effect,
    MarkTicket,
    NoteTicket,
    SendMail,
    TellByTicket,
    TellTicket,
)
from tocsin.core.events import Entry, Noted
from tocsin.core.ids import Handle, Seq, SignalId, Slug, TicketId
from tocsin.core.incident import Incident
from tocsin.core.moments import Moment
from tocsin.core.people import Person
from tocsin.core.reactions import react, still_wanted
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal
from tocsin.core.tickets import LONGEST_REPORT, Ticket, Word, community_of, criterion_of, is_known

HELENA = replace(CHARLIE, handle=Handle("helena"), name="Helena Alves", email="helena@utoronto.example")
SPEAKS = replace(TORONTO, representatives=(HELENA.handle,))
CRITERIA = tuple(
    replace(each, words=words)
    for each, words in zip(PLAYBOOK.criteria, (("log in", "login"), ("server", "does not start")), strict=True)
)
WORDY = replace(PLAYBOOK, criteria=CRITERIA)
STORY = Story(playbook=WORDY, town=replace(Story().town, people=(ADA, BOB, HELENA), communities=(SPEAKS, DUBOIS)))
GIVEN = replace(
    STORY.given(by=ADA),
    communities_of=lambda person: (SPEAKS,) if person == HELENA.handle else (),
    services_of=lambda community: (HUB,) if community == SPEAKS.slug else (),
)
TOKEN = "5eve2"  # noqa: S105 — of a ticket that nobody has
CAME = c.TakeTicket(
    subject="Nobody gets in", text="We cannot log in.", name="Helena A.", email="helena@utoronto.example",
    system="Freshdesk", reference="57", token=TOKEN, link="https://desk.example/57",
)  # fmt: skip
TICKET = replace(about.taken(TicketId(1), CAME, GIVEN), signal=SignalId(4))
SAID = c.TakeWord(ticket=TicketId(1), source="901", way="in", text="It is still so.", email="helena@utoronto.example")


def said(**other: Any) -> c.TakeWord:
    return replace(SAID, **other)


# ── what a ticket is ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_is_of_the_community_that_who_wrote_it_speaks_for() -> None:
    assert (TICKET.person, TICKET.community) == (HELENA.handle, TORONTO.slug)


def test_what_a_ticket_says_of_its_community_goes_before_who_wrote_it() -> None:
    assert about.taken(TicketId(1), replace(CAME, company="Du Bois"), GIVEN).community == DUBOIS.slug


def test_who_speaks_for_several_communities_is_asked_for_which() -> None:
    assert community_of(None, (SPEAKS, DUBOIS)) is None


def test_nobody_is_known_by_an_address_that_is_none_or_that_several_have() -> None:
    class Crowd(Town):
        def person(self, reference: str) -> Person | None:
            raise Refused(f"Several are known as {reference}.")

    assert about.taken(TicketId(1), replace(CAME, email="helena"), GIVEN).person is None
    assert about.taken(TicketId(1), CAME, replace(GIVEN, directory=Crowd())).person is None


def test_under_an_address_that_anybody_could_type_nobody_of_the_directory_has_asked() -> None:
    ticket = about.taken(TicketId(1), replace(CAME, proven=False), GIVEN)
    assert (ticket.person, ticket.email) == (None, CAME.email)
    word = about.word(ticket, SAID, GIVEN)
    assert (word.by, word.quarantined) == (None, False)


def test_who_asks_is_called_by_their_name_or_else_by_their_address() -> None:
    assert [replace(TICKET, name=name, email=email).who for name, email in (("H", "h@x"), ("", "h@x"), ("", ""))] == [
        "H", "h@x", "Somebody",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I cannot LOG IN, the login fails", "login"),
        ("My server does not start", "start"),
        ("Loginsight", None),
        ("I cannot login to my server", None),
        ("Please raise our quota", None),
    ],
)
def test_a_criterion_is_guessed_by_the_words_the_playbook_lists(text: str, found: str | None) -> None:
    assert criterion_of(text, WORDY) == found


def test_a_ticket_reports_its_subject_and_text_with_service_and_criterion_as_guesses() -> None:
    signal = about.reported(TICKET, CAME, GIVEN)
    assert signal.text == "Nobody gets in\n\nWe cannot log in."
    assert (signal.service, signal.criterion, signal.people, signal.key) == (
        HUB.slug, "login", ("Helena A.",), "ticket:1",
    )  # fmt: skip


def test_what_they_chose_themselves_that_they_cannot_do_is_not_guessed() -> None:
    assert about.reported(TICKET, replace(CAME, criterion="start"), GIVEN).criterion == "start"


@pytest.mark.parametrize("text", ["Nobody gets in", "Nobody gets in since noon."])
def test_a_subject_that_only_repeats_how_the_text_begins_is_not_said_twice(text: str) -> None:
    assert about.reported(TICKET, replace(CAME, text=text), GIVEN).text == text


def test_of_a_long_ticket_the_signal_shows_the_beginning() -> None:
    assert len(about.reported(TICKET, replace(CAME, text="x" * 9999), GIVEN).text) < LONGEST_REPORT + 50


def test_of_a_community_that_nobody_knows_no_service_is_guessed() -> None:
    assert about.reported(replace(TICKET, community=None), CAME, GIVEN).service == ""


def test_a_ticket_without_a_subject_says_so() -> None:
    assert about.taken(TicketId(1), replace(CAME, subject=" "), GIVEN).subject == "Without a subject"


# ── who is heard ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_asked_and_who_speaks_for_the_community_are_taken_at_their_word() -> None:
    assert not about.word(TICKET, SAID, GIVEN).quarantined
    assert not about.word(replace(TICKET, email="student@utoronto.example"), SAID, GIVEN).quarantined


def test_a_stranger_and_whoever_cannot_prove_who_they_are_are_kept_apart() -> None:
    assert about.word(TICKET, said(email="eve@example.net"), GIVEN).quarantined
    assert about.word(TICKET, said(proven=False), GIVEN).quarantined
    assert not is_known(TICKET, "", SPEAKS, None)


def test_what_is_kept_apart_stands_on_no_timeline_until_somebody_has_looked() -> None:
    found = about.word(TICKET, said(email="eve@example.net"), GIVEN)
    assert about.spoken(TICKET, found) == []
    assert about.spoken(TICKET, about.admitted(TICKET, found))


def test_what_is_not_kept_apart_cannot_be_let_in() -> None:
    with pytest.raises(Refused, match="with the rest of ticket 1 already"):
        about.admitted(TICKET, about.word(TICKET, SAID, GIVEN))


def test_their_word_is_a_line_of_what_they_told_us_at_its_own_time() -> None:
    (fact,) = about.spoken(TICKET, about.word(TICKET, SAID, GIVEN))
    assert isinstance(fact.event, Noted)
    assert (fact.event.kind, fact.event.text, fact.event.via, fact.by) == (
        "told-us", "It is still so.", "Freshdesk", HELENA.handle,
    )  # fmt: skip
    assert fact.at == Moment(at=GIVEN.at.at)


def test_whoever_the_directory_does_not_know_is_named_by_the_line() -> None:
    found = about.word(replace(TICKET, email="sam@x.example"), said(email="sam@x.example", name="Sam"), GIVEN)
    (fact,) = about.spoken(TICKET, found)
    assert isinstance(fact.event, Noted)
    assert (fact.event.who, fact.by) == ("Sam", None)


def test_what_our_own_people_answer_in_the_ticket_is_a_note_and_what_they_note_there_stays_there() -> None:
    out, note = (about.word(TICKET, said(way=way, email="bob@example.org"), GIVEN) for way in ("out", "note"))
    (fact,) = about.spoken(TICKET, out)
    assert isinstance(fact.event, Noted)
    assert fact.event.kind == "note"
    assert about.spoken(TICKET, note) == []


def test_a_word_that_the_log_has_already_makes_no_second_line() -> None:
    assert about.spoken(TICKET, about.word(TICKET, said(way="out", line=Seq(5)), GIVEN)) == []


def test_until_there_is_an_incident_a_word_is_talk_about_the_signal() -> None:
    talk = about.talk(TICKET, about.word(TICKET, SAID, GIVEN))
    assert talk is not None
    assert (talk.by, talk.kind, talk.ticket) == (HELENA.handle, "told-us", TICKET.id)
    assert about.talk(replace(TICKET, signal=None), about.word(TICKET, SAID, GIVEN)) is None


def test_whoever_else_reports_in_a_ticket_counts_for_its_signal() -> None:
    signal = Signal(
        id=SignalId(4), kind="ticket", text="x", people=("Helena A.",), by=ADA.handle, at=NOON, last_at=NOON
    )
    other = about.word(replace(TICKET, email="sam@x.example"), said(name="Helena Alves"), GIVEN)
    again = about.word(TICKET, SAID, GIVEN)
    assert about.joined(signal, replace(TICKET, email="sam@x.example"), other).people == ("Helena A.", "Helena Alves")
    assert about.joined(signal, TICKET, again) == signal


def test_what_is_quoted_is_kept_where_it_is_more_than_what_is_new() -> None:
    assert about.word(TICKET, said(whole="It is still so.\n> What is?"), GIVEN).whole
    assert about.word(TICKET, said(whole=SAID.text), GIVEN).whole == ""
    assert about.first_word(TICKET, replace(CAME, whole="We cannot log in.\n-- \nHelena")).whole


def test_a_ticket_that_was_opened_to_tell_them_begins_with_our_word() -> None:
    theirs = about.first_word(replace(TICKET, system="", reference="mail:1@x"), replace(CAME, reference="mail:1@x"))
    ours = about.first_word(TICKET, replace(CAME, incident=ONE, line=Seq(5)))
    assert (theirs.way, theirs.source, theirs.by) == ("in", "mail:1@x", HELENA.handle)
    assert (ours.way, ours.source, ours.line, ours.by) == ("out", f"first:{TOKEN}", Seq(5), None)


def test_a_ticket_can_be_placed_and_knows_when_something_was_said_last() -> None:
    assert about.placed(TICKET, c.PlaceTicket(ticket=TICKET.id, community="Du Bois"), GIVEN).community == DUBOIS.slug
    later = replace(about.word(TICKET, SAID, GIVEN), at=TICKET.at + MINUTE)
    assert about.after(replace(TICKET, reference=""), later, said(reference="58")).reference == "58"
    assert about.after(TICKET, later, SAID).last_at == TICKET.at + MINUTE


# ── what is done in tickets ────────────────────────────────────────────────────────────────────────────────────────

HERE = replace(TICKET, incident=ONE)
AT_DESK = replace(HERE, id=TicketId(2), system="", reference="")


def reaction(event: e.Event, *tickets: Ticket, served: bool = True, incident: Incident | None = None) -> list[Effect]:
    given = replace(GIVEN, in_tickets=served, tickets=lambda: tickets)
    at = Moment(at=given.now)
    entry = Entry(incident=ONE, seq=Seq(9), event=event, at=at, recorded_at=given.now, by=Handle("tocsin"))
    return react(entry, incident or Incident(number=ONE, state="open", communities=(SPEAKS.slug,)), given)


def kinds(
    event: e.Event, *tickets: Ticket, served: bool = True, incident: Incident | None = None
) -> list[type[Effect]]:
    return [type(each) for each in reaction(event, *tickets, served=served, incident=incident)]


def update(kind: e.UpdateKind = "update", *communities: str) -> e.Updated:
    whom = tuple(Slug(each) for each in communities or (SPEAKS.slug,))
    return e.Updated(kind=kind, text="x", communities=whom, drafted_by=ADA.handle, approved_by=ADA.handle)


def told(*tickets: Ticket, served: bool = True) -> list[type[Effect]]:
    mine = (TellTicket, TellByTicket, AnswerTicket, SendMail)
    return [kind for kind in kinds(update(), *tickets, served=served) if kind in mine]


def test_word_goes_out_through_every_ticket_of_the_community_it_came_by() -> None:
    assert told(HERE, replace(HERE, id=TicketId(3))) == [TellTicket, TellTicket]
    assert told(HERE, AT_DESK) == [TellTicket, AnswerTicket]


def test_a_community_without_a_ticket_gets_one_so_that_answers_come_back() -> None:
    assert told() == [TellByTicket]
    assert told(replace(HERE, community=DUBOIS.slug)) == [TellByTicket]


def test_without_a_ticket_system_word_goes_by_mail_to_whoever_asked_and_to_who_else_speaks_for_them() -> None:
    assert told(served=False) == [SendMail]
    assert told(AT_DESK, served=False) == [AnswerTicket]
    assert told(replace(AT_DESK, person=None), served=False) == [AnswerTicket, SendMail]
    assert told(HERE, served=False) == [SendMail]


def test_a_community_that_nobody_speaks_for_fails_in_sight() -> None:
    wishes = reaction(update("update", DUBOIS.slug), served=False)
    assert [each.to for each in wishes if isinstance(each, SendMail)] == [None]


def test_a_ticket_that_belongs_to_an_incident_is_marked_noted_and_given_to_who_answers() -> None:
    signal = e.SignalReceived(signal=SignalId(4), kind="ticket", text="x")
    assert kinds(signal, HERE) == [MarkTicket, NoteTicket]
    assert kinds(signal, replace(HERE, signal=SignalId(5))) == []
    assert kinds(replace(signal, kind="alert"), HERE) == []
    held = Story()
    held.tell(c.Declare(title="x"), c.Assign(incident=ONE, role="liaison", person="bob"))
    assert kinds(signal, HERE, incident=held.incident) == [MarkTicket, NoteTicket, AssignTicket]


def test_the_ticket_follows_the_liaison_and_until_there_is_one_the_commander() -> None:
    story = Story()
    story.tell(c.Declare(title="x"))
    commander = e.RoleAssigned(role=Slug("commander"), person=ADA.handle)
    expert = e.RoleAssigned(role=Slug("expert"), person=ADA.handle)
    assert {AssignTicket, NoteTicket} <= set(kinds(commander, HERE, incident=story.incident))
    assert AssignTicket not in kinds(expert, HERE, incident=story.incident)
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"))
    assert AssignTicket not in kinds(commander, HERE, incident=story.incident)


def test_the_end_is_noted_and_the_ticket_closed_once_they_were_told() -> None:
    assert NoteTicket in kinds(e.Resolved(verified="x", text=""), HERE)
    closing = kinds(update("resolved"), HERE, replace(HERE, id=TicketId(3), community=DUBOIS.slug))
    assert closing == [TellTicket, CloseTicket]


def test_in_an_exercise_and_where_nobody_serves_tickets_nothing_is_done_in_them() -> None:
    drill = Incident(number=ONE, state="open", drill=True)
    signal = e.SignalReceived(signal=SignalId(4), kind="ticket", text="x")
    assert kinds(signal, HERE, incident=drill) == []
    assert kinds(signal, HERE, served=False) == []


def test_a_ticket_is_closed_only_while_it_is_over_and_marked_only_while_it_is_one() -> None:
    entry = Entry(
        incident=ONE, seq=Seq(9), event=update("resolved"), at=Moment(at=NOON), recorded_at=NOON, by=ADA.handle
    )
    close = CloseTicket(incident=ONE, about=Seq(9), ticket=TICKET.id)
    assert still_wanted(close, Incident(number=ONE, state="resolved"), entry)
    assert not still_wanted(close, Incident(number=ONE, state="open"), entry)
    taken_in = replace(entry, event=e.SignalReceived(signal=SignalId(4), kind="ticket", text="x"))
    mark = MarkTicket(incident=ONE, about=Seq(9), ticket=TICKET.id)
    assert not still_wanted(mark, Incident(number=ONE, state="cancelled"), taken_in)


def test_words_without_a_place_of_their_own_are_not_empty_lines() -> None:
    empty = Word(source="1", way="in", at=NOON, text=" ")
    assert about.spoken(TICKET, empty) == []
