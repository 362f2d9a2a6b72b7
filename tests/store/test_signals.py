"""Signals and what was said about them, as they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.core.world import A_TICKET, BOB, NOON, ONE, entry
from tocsin.core import events as e
from tocsin.core.events import REDACTED
from tocsin.core.ids import SignalId, Slug
from tocsin.core.signals import Reported, Said, Signal
from tocsin.store import counters, log, signals
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store

FULL = replace(A_TICKET, key="disk", people=("Zoë",), count=3, criterion=Slug("login"), link="https://help/1")
SAID = Said(at=NOON, by=BOB.handle, kind="finding", text="The disk is full.", via="chat")


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database that holds one open signal, and one line of talk about it."""
    with open_store(db_url) as opened:
        migrate(opened)
        opened.run(lambda c: log.create(c, ONE, None) and None)
        opened.run(lambda c: signals.add(c, FULL))
        opened.run(lambda c: signals.say(c, FULL.id, SAID))
        yield opened


def found(store: Store) -> Reported:
    reported = store.run(lambda c: signals.find(c, FULL.id))
    assert reported is not None
    return reported


def saved(store: Store, signal: Signal) -> None:
    store.run(lambda c: signals.save(c, signal))


def by_key(store: Store) -> Signal | None:
    return store.run(lambda c: signals.open_with_key(c, "disk"))


def test_a_signal_comes_back_as_it_was(store: Store) -> None:
    assert found(store) == Reported(signal=FULL, talk=(SAID,))


def test_talk_comes_back_in_the_order_it_was_said(store: Store) -> None:
    for text in "cab":
        store.run(lambda c, text=text: signals.say(c, FULL.id, replace(SAID, text=text)))  # type: ignore[misc]
    assert [said.text for said in found(store).talk] == ["The disk is full.", "c", "a", "b"]


def test_a_signal_that_is_not_there_is_not_found(store: Store) -> None:
    assert store.run(lambda c: signals.find(c, SignalId(2))) is None
    assert store.run(lambda c: signals.incident_of(c, SignalId(2))) is None


@pytest.mark.parametrize("state", ["open", "candidate"])
def test_a_signal_is_found_by_its_key_while_it_is_open(store: Store, state: str) -> None:
    saved(store, replace(FULL, state=state))  # type: ignore[arg-type]
    assert by_key(store) is not None


def test_a_closed_signal_is_not_found_by_its_key(store: Store) -> None:
    saved(store, replace(FULL, state="closed"))
    assert by_key(store) is None


def test_signals_without_a_key_are_all_their_own(store: Store) -> None:
    for number in (2, 3):
        store.run(lambda c, number=number: signals.add(c, replace(A_TICKET, id=SignalId(number))))  # type: ignore[misc]
    with store.read() as c:
        assert [signal.id for signal in signals.every(c)] == [1, 2, 3]


def test_two_open_signals_cannot_have_one_key(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        store.run(lambda c: signals.add(c, replace(FULL, id=SignalId(2))))


def test_an_attached_signal_names_its_incident(store: Store) -> None:
    saved(store, replace(FULL, state="attached", incident=ONE))
    assert store.run(lambda c: signals.incident_of(c, FULL.id)) == ONE


def test_a_redacted_signal_loses_its_words_and_its_people(store: Store) -> None:
    line = entry(e.SignalReceived(signal=FULL.id, kind="ticket", text=FULL.text, people=FULL.people))
    store.run(lambda c: signals.blank(c, line))
    blank = found(store).signal
    assert (blank.text, blank.people, blank.count) == (REDACTED, (REDACTED,), 3)


def test_why_an_incident_is_one_is_blanked_where_it_was_judged_too(store: Store) -> None:
    for number, why in ((2, " A class begins."), (3, "Something else.")):
        other = replace(A_TICKET, id=SignalId(number), state="attached", incident=ONE, why=why)
        store.run(lambda c, other=other: signals.add(c, other))  # type: ignore[misc]
    line = entry(e.Declared(title="x", why="A class begins."))
    store.run(lambda c: signals.blank(c, line))
    with store.read() as c:
        assert [signal.why for signal in signals.every(c)] == ["", REDACTED, "Something else."]


def test_those_who_only_look_see_the_undecided_and_any_one(store: Store) -> None:
    for number, state in ((2, "candidate"), (3, "closed"), (4, "attached")):
        other = replace(A_TICKET, id=SignalId(number), state=state)  # type: ignore[arg-type]
        store.run(lambda c, other=other: signals.add(c, other))  # type: ignore[misc]
    with store.read() as c:
        assert [signal.id for signal in signals.undecided(c)] == [1, 2]
        assert signals.look(c, SignalId(1)) == FULL
        assert signals.look(c, SignalId(9)) is None
        assert (signals.of_key(c, "disk"), signals.of_key(c, "ghost")) == (1, None)


def test_redacted_talk_loses_its_words_and_no_other(store: Store) -> None:
    saved(store, replace(FULL, state="attached", incident=ONE))
    store.run(lambda c: signals.say(c, FULL.id, replace(SAID, text="Something else.")))
    store.run(lambda c: signals.blank(c, entry(e.Noted(text=SAID.text, signal=FULL.id))))
    assert [said.text for said in found(store).talk] == [REDACTED, "Something else."]


def test_what_a_repeat_would_find_is_not_changed_by_other_lines(store: Store) -> None:
    store.run(lambda c: signals.blank(c, entry(e.Retitled(title=SAID.text))))
    assert found(store) == Reported(signal=FULL, talk=(SAID,))


def test_numbers_are_counted_one_by_one(store: Store) -> None:
    assert [store.run(lambda c: counters.next_number(c, "signal")) for _ in range(3)] == [1, 2, 3]
    assert store.run(lambda c: counters.next_number(c, "incident")) == 1
