"""Who may ask for what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import ADA, BOB, CHARLIE, ONE
from tocsin.core import commands as c
from tocsin.core.ids import EffectId, Handle, Seq, SignalId
from tocsin.core.people import TOCSIN, Person
from tocsin.core.refused import Refused
from tocsin.core.rights import may, visible_to

BOT = Person(handle=Handle("prober"), name="Prober", kind="bot")
NOTE = c.Note(incident=ONE, text="x")
RECORD = c.RecordPublication(incident=ONE, request=Seq(1), path="x", commit="y")
MAIL = EffectId(1)


@pytest.mark.parametrize("command", [NOTE, c.Declare(title="x"), c.NoteSignal(text="x"), c.Acknowledge(incident=ONE)])
def test_the_team_may_ask_for_anything(command: c.Command) -> None:
    may(BOB, command)


@pytest.mark.parametrize("actor", [CHARLIE, BOT])
@pytest.mark.parametrize("command", [c.NoteSignal(text="x"), c.AddToSignal(signal=SignalId(1), text="x")])
def test_everybody_may_say_that_something_is_wrong(actor: Person, command: c.Command) -> None:
    may(actor, command)


@pytest.mark.parametrize("command", [NOTE, c.Declare(title="x"), c.Judge(signal=SignalId(1), verdict="noise")])
def test_charlie_may_not(command: c.Command) -> None:
    with pytest.raises(Refused, match=r"^Charlie Babbage is not on the team"):
        may(CHARLIE, command)


def test_only_an_administrator_changes_the_directory() -> None:
    may(ADA, c.UpdateDirectory())
    with pytest.raises(Refused, match=r"^Bob Kahn is no administrator"):
        may(BOB, c.UpdateDirectory())


def test_only_an_administrator_lets_people_in() -> None:
    command = c.LetIn(person="bob", kind="invite", key="0" * 64)
    may(ADA, command)
    with pytest.raises(Refused, match=r"^Bob Kahn is no administrator. Ask one to let somebody in"):
        may(BOB, command)


def test_only_an_administrator_releases_the_outbox() -> None:
    may(ADA, c.ReleaseOutbox())
    with pytest.raises(Refused, match=r"^Bob Kahn is no administrator. Ask one to release the outbox"):
        may(BOB, c.ReleaseOutbox())


SEEING_TO = [c.TryAgain(effect=MAIL), c.GiveUp(effect=MAIL), c.ConfirmArrival(effect=MAIL)]


@pytest.mark.parametrize("command", SEEING_TO, ids=lambda command: type(command).__name__)
def test_the_team_sees_to_what_did_not_arrive(command: c.Command) -> None:
    may(BOB, command)
    with pytest.raises(Refused, match=r"^Charlie Babbage is not on the team"):
        may(CHARLIE, command)


@pytest.mark.parametrize("command", [RECORD, c.ReportDelivery(effect=MAIL, outcome="delivered")])
def test_only_tocsin_records_what_came_back(command: c.Command) -> None:
    may(TOCSIN, command)
    with pytest.raises(Refused, match=r"^Only Tocsin itself records what comes from elsewhere"):
        may(ADA, command)


def test_nobody_of_the_team_skips_the_review() -> None:
    with pytest.raises(Refused, match=r"^Only Tocsin itself"):
        may(BOB, c.PublishReplayed(incident=ONE, status="Closed", publisher=BOB.handle))


def test_whoever_has_left_asks_for_nothing() -> None:
    with pytest.raises(Refused, match=r"^Ada Lovelace has left"):
        may(replace(ADA, active=False), NOTE)


def test_whoever_looks_on_follows_and_says_that_something_is_wrong_and_no_more() -> None:
    observer = replace(BOB, observer=True)
    for command in (c.Follow(incident=ONE), c.Unfollow(incident=ONE), c.NoteSignal(text="x"), c.SetProfile()):
        may(observer, command)
    with pytest.raises(Refused, match=r"^Bob Kahn looks on"):
        may(observer, NOTE)


def test_whoever_is_of_a_community_follows_nothing() -> None:
    with pytest.raises(Refused, match=r"^Charlie Babbage is not on the team"):
        may(CHARLIE, c.Follow(incident=ONE))


@pytest.mark.parametrize(
    ("actor", "sight"),
    [
        (ADA, "everything"),
        (replace(BOB, observer=True), "everything"),
        (TOCSIN, "everything"),
        (CHARLIE, "published"),
        (BOT, "published"),
        (replace(ADA, active=False), "nothing"),
    ],
)
def test_the_team_sees_everything_and_others_what_is_published(actor: Person, sight: str) -> None:
    assert visible_to(actor) == sight
