"""Wishes as data: who performs them, in which order, and that they are kept without loss."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest

from tests.core.world import BOB, DUBOIS, MINUTE, NOON, ONE, TORONTO
from tocsin.core.effects import (
    EFFECTS,
    SOON,
    URGENT,
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    Effect,
    MarkTicket,
    NoteTicket,
    Port,
    PublishReport,
    Remind,
    Reply,
    ReplyByMail,
    SendMail,
    TellByTicket,
    TellTicket,
)
from tocsin.core.ids import Seq, Slug, TicketId
from tocsin.store.codec import decode_effect, encode

LINE = Seq(3)
TO_BOB = SendMail(incident=ONE, about=LINE, to=BOB.handle)
CALL = SendMail(incident=ONE, about=LINE, to=BOB.handle, calls=True)
CALL_TO_NOBODY = SendMail(incident=ONE, about=LINE, to=None, calls=True)
TO_DUBOIS = SendMail(incident=ONE, about=LINE, to=BOB.handle, community=DUBOIS.slug)
TO_NOBODY = SendMail(incident=ONE, about=LINE, to=None, community=DUBOIS.slug)
REMINDER = SendMail(incident=ONE, about=LINE, to=BOB.handle, reminds=True)
PUBLISH = PublishReport(incident=ONE, about=LINE)
BOTH = (TORONTO.slug, DUBOIS.slug)
OF_AN_UPDATE = Remind(incident=ONE, about=LINE, at=NOON + MINUTE, of="update", communities=BOTH)
OF_AN_ASK = Remind(incident=ONE, about=LINE, at=NOON + MINUTE, of="ask")
TICKET = TicketId(7)
IN_TICKETS: tuple[Effect, ...] = (
    TellTicket(incident=ONE, about=LINE, ticket=TICKET, community=DUBOIS.slug),
    NoteTicket(incident=ONE, about=LINE, ticket=TICKET),
    AssignTicket(incident=ONE, about=LINE, ticket=TICKET, to=BOB.handle),
    MarkTicket(incident=ONE, about=LINE, ticket=TICKET),
    CloseTicket(incident=ONE, about=LINE, ticket=TICKET),
    AnswerTicket(incident=ONE, about=LINE, ticket=TICKET, community=DUBOIS.slug),
    Reply(incident=None, about=Seq(0), ticket=TICKET, place=2),
    ReplyByMail(incident=ONE, about=LINE, ticket=TICKET, place=2),
)
BY_TICKET = TellByTicket(incident=ONE, about=LINE, community=DUBOIS.slug)
EXAMPLES = (
    TO_BOB, CALL, CALL_TO_NOBODY, TO_DUBOIS, TO_NOBODY, REMINDER, PUBLISH, OF_AN_UPDATE, OF_AN_ASK, *IN_TICKETS,
    BY_TICKET,
)  # fmt: skip


def test_there_is_an_example_of_every_kind() -> None:
    assert {type(effect).__name__ for effect in EXAMPLES} == set(EFFECTS)


@pytest.mark.parametrize("effect", EXAMPLES, ids=repr)
def test_every_wish_has_its_port_its_lane_and_its_urgency(effect: Effect) -> None:
    assert effect.port in get_args(Port)
    assert effect.destination
    assert effect.urgency in (URGENT, SOON)


@pytest.mark.parametrize("effect", EXAMPLES, ids=repr)
def test_every_wish_comes_back_as_it_was_kept(effect: Effect) -> None:
    assert decode_effect(type(effect).__name__, json.loads(json.dumps(encode(effect)))) == effect


@pytest.mark.parametrize("effect", EXAMPLES, ids=repr)
def test_a_field_of_a_newer_version_is_passed_over(effect: Effect) -> None:
    assert decode_effect(type(effect).__name__, {**encode(effect), "invented_later": 1}) == effect


def test_the_first_wish_ever_kept_has_no_more_than_it_had() -> None:
    assert decode_effect("SendMail", {"incident": 1, "about": 3, "to": "bob"}) == TO_BOB


@pytest.mark.parametrize(
    ("effect", "destination"),
    [
        (TO_BOB, "mail:bob"),
        (CALL, "mail:bob"),
        (CALL_TO_NOBODY, "mail:nobody"),
        (REMINDER, "mail:bob"),
        (TO_DUBOIS, "mail:bob"),
        (TO_NOBODY, "mail:dubois"),
        (PUBLISH, "publisher"),
        (OF_AN_UPDATE, "clock:update:dubois,utoronto"),
        (OF_AN_ASK, "clock:ask:3"),
    ],
)
def test_what_goes_to_one_place_goes_in_one_lane(effect: Effect, destination: str) -> None:
    assert effect.destination == destination


def test_who_is_called_goes_before_who_is_told() -> None:
    assert [each.urgency for each in (CALL, CALL_TO_NOBODY)] == [URGENT, URGENT]
    assert {each.urgency for each in EXAMPLES if each not in (CALL, CALL_TO_NOBODY)} == {SOON}
    assert URGENT < SOON


def test_only_a_reminder_waits_for_its_time() -> None:
    assert (OF_AN_UPDATE.due, TO_BOB.due, PUBLISH.due) == (NOON + MINUTE, None, None)


def test_only_a_reminder_of_the_same_takes_the_place_of_another() -> None:
    assert OF_AN_UPDATE.key == replace(OF_AN_UPDATE, about=Seq(9)).key == "update:dubois,utoronto"
    assert OF_AN_ASK.key != replace(OF_AN_ASK, about=Seq(9)).key
    assert (TO_BOB.key, PUBLISH.key) == (None, None)


def test_in_which_order_communities_are_named_does_not_matter() -> None:
    assert replace(OF_AN_UPDATE, communities=BOTH[::-1]).key == OF_AN_UPDATE.key


@pytest.mark.parametrize("fewer", [(), BOTH[:1], BOTH[1:]])
def test_a_promise_to_others_takes_the_place_of_none(fewer: tuple[Slug, ...]) -> None:
    other = replace(OF_AN_UPDATE, communities=fewer)
    assert other.key != OF_AN_UPDATE.key
    assert other.destination != OF_AN_UPDATE.destination


def test_what_is_said_and_done_in_one_ticket_happens_in_order() -> None:
    assert {effect.destination for effect in IN_TICKETS} == {"ticket:7"}
