"""What the playbook declares by itself, on both databases: in one transaction, by Tocsin, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.core.world import MINUTE, NOON
from tests.engine.office import Clock, answered, at_once, declared, entries, kinds, mismatches, office, refusal, signal
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import IncidentNumber, SignalId, Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Term
from tocsin.core.signals import Signal
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import log, reads, signals

ONE = IncidentNumber(1)
HUB = "utoronto/prod"


@pytest.fixture
def ruled(db_url: str) -> Iterator[Tocsin]:
    """An office whose playbook declares by itself whatever reaches its number."""
    with office(db_url, Clock()) as tocsin:
        criteria = tuple(replace(each, declares=True) for each in tocsin.playbook.criteria)
        tocsin.playbook = replace(tocsin.playbook, criteria=criteria)
        yield tocsin


def noted(tocsin: Tocsin, *people: str, source: str | None = None, **fields: object) -> Answer:
    told = {"text": "I cannot log in.", "criterion": "login", "service": HUB, "people": people, **fields}
    return tocsin.do(c.NoteSignal(**told), by="bob", source=source)  # type: ignore[arg-type]


def incidents(tocsin: Tocsin) -> list[IncidentNumber]:
    with tocsin.store.read() as connection:
        return reads.numbers(connection)


def first(tocsin: Tocsin) -> Incident:
    with tocsin.store.read() as connection:
        return log.incident(connection, ONE)


def every(tocsin: Tocsin) -> list[Signal]:
    with tocsin.store.read() as connection:
        return signals.every(connection)


def test_the_second_person_makes_it_an_incident(ruled: Tocsin) -> None:
    assert noted(ruled, "Eve") == Answer(signal=SignalId(1))
    answer = noted(ruled, "Mallory")
    assert (answer.signal, answer.incident) == (2, 1)
    assert answer.lines == tuple(entry.seq for entry in entries(ruled))
    it = first(ruled)
    assert (it.title, it.services, it.criterion) == ("Cannot log in: Toronto's hub", (HUB,), "login")
    assert (it.signals, it.declared_by, it.acknowledged_by) == ((1, 2), "tocsin", None)
    assert mismatches(ruled) == []


def test_the_report_and_the_declaration_are_one_transaction(ruled: Tocsin) -> None:
    noted(ruled, "Eve")
    before = ruled.store.commits
    noted(ruled, "Mallory")
    assert ruled.store.commits == before + 1


def test_no_name_of_anybody_affected_stands_in_the_declaration(ruled: Tocsin) -> None:
    noted(ruled, "Eve", "Mallory")
    (event,) = [entry.event for entry in entries(ruled) if isinstance(entry.event, e.Declared)]
    assert "Eve" not in repr(event)


def test_it_is_declared_now_even_where_it_was_reported_earlier(ruled: Tocsin) -> None:
    told = c.NoteSignal(text="x", criterion="login", people=("Eve", "Mallory"))
    ruled.do(told, by="bob", at=NOON - 30 * MINUTE)
    assert first(ruled).declared_at == NOON


def test_the_same_source_again_declares_nothing_twice(ruled: Tocsin) -> None:
    answers = [noted(ruled, "Eve", "Mallory", source="mail:1") for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert (answers[0].incident, incidents(ruled)) == (1, [1])


def test_a_repeat_of_a_key_may_bring_the_second_person(ruled: Tocsin) -> None:
    assert noted(ruled, "Eve", key="login").incident is None
    assert noted(ruled, "Mallory", key="login").incident == 1
    assert noted(ruled, "Trudy", key="login").incident is None
    assert incidents(ruled) == [1]


def test_whoever_reports_what_is_an_incident_already_does_not_make_another(ruled: Tocsin) -> None:
    noted(ruled, "Eve", "Mallory")
    assert noted(ruled, "Trudy", "Victor").incident is None
    assert noted(ruled, "Trudy", "Victor", service="").incident == 2
    assert noted(ruled, "Trudy", "Victor", criterion="start").incident == 3


def test_an_exercise_does_not_stand_in_the_way(ruled: Tocsin) -> None:
    ruled.do(c.Declare(title="x", services=(HUB,), criterion="login", drill=True), by="ada")
    assert noted(ruled, "Eve", "Mallory").incident == 2


def test_once_it_is_over_it_may_be_declared_again(ruled: Tocsin) -> None:
    noted(ruled, "Eve", "Mallory")
    ruled.do(c.Resolve(incident=ONE, verified="Logged in."), by="ada")
    assert noted(ruled, "Trudy", "Victor").incident == 2


def test_what_a_person_decided_does_not_count(ruled: Tocsin) -> None:
    noted(ruled, "Eve")
    ruled.do(c.Judge(signal=SignalId(1), verdict="support-request"), by="ada")
    assert noted(ruled, "Mallory").incident is None


def test_a_rule_that_cannot_declare_does_not_lose_the_report(ruled: Tocsin) -> None:
    noted(ruled, "Eve", service="", key="login")
    signal_of_then = replace(every(ruled)[0], service=Slug("a-hub-of-then"))
    ruled.store.run(lambda connection: signals.save(connection, signal_of_then))
    assert noted(ruled, "Mallory", key="login") == Answer(signal=SignalId(1))
    assert (every(ruled)[0].people, incidents(ruled)) == (("Eve", "Mallory"), [])


def test_a_playbook_that_asks_people_declares_nothing(tocsin: Tocsin) -> None:
    tocsin.playbook = replace(
        tocsin.playbook, criteria=tuple(replace(each, declares=False) for each in tocsin.playbook.criteria)
    )
    assert noted(tocsin, "Eve", "Mallory").incident is None


def test_many_who_report_at_once_make_one_incident(ruled: Tocsin) -> None:
    answers = at_once(8, lambda place: noted(ruled, f"Person {place}"))
    assert sorted(filter(None, (answer.signal for answer in answers))) == list(range(1, 9))
    assert [answer.incident for answer in answers if answer.incident] == [1]
    assert incidents(ruled) == [1]
    assert len(first(ruled).signals) == 2
    assert mismatches(ruled) == []


def test_the_same_report_from_many_at_once_makes_one_incident(ruled: Tocsin) -> None:
    answers = at_once(8, lambda _: noted(ruled, "Eve", "Mallory", source="mail:1"))
    assert all(answer == answers[0] for answer in answers)
    assert incidents(ruled) == [1]


def test_repeats_of_one_key_at_once_make_one_incident(ruled: Tocsin) -> None:
    at_once(8, lambda place: noted(ruled, f"Person {place}", key="login"))
    assert (incidents(ruled), len(every(ruled))) == ([1], 1)


def test_nobody_meets_a_deadlock_where_people_and_the_rule_take_the_same_signals(ruled: Tocsin) -> None:
    declared(ruled)
    for place in range(4):
        noted(ruled, criterion="start", key=f"key {place}")

    def work(caller: int) -> None:
        for step in range(4):
            place = step if caller % 2 else 3 - step
            answered(lambda place=place: _either(ruled, caller, place))  # type: ignore[misc]

    at_once(6, work)
    assert mismatches(ruled) == []
    taken = [number for each in incidents(ruled) for number in _signals_of(ruled, each)]
    assert len(taken) == len(set(taken))


def _either(tocsin: Tocsin, caller: int, place: int) -> Answer:
    match caller % 3:
        case 0:
            return noted(tocsin, f"Person {caller}", criterion="start", key=f"key {place}")
        case 1:
            numbers = (SignalId(place + 1), SignalId((place + 2) % 4 + 1))
            return tocsin.do(c.Declare(title="x", signals=numbers, why="A class begins."), by="ada")
        case _:
            return tocsin.do(c.AttachSignal(incident=ONE, signal=SignalId(place + 1)), by="ada")


def _signals_of(tocsin: Tocsin, number: IncidentNumber) -> list[SignalId]:
    return [entry.event.signal for entry in entries(tocsin, number) if isinstance(entry.event, e.SignalReceived)]


# ── overruling at the door ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_signal_that_makes_no_incident_is_declared_with_a_sentence_only(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    assert "say why" in refusal(tocsin, c.Declare(title="x", signals=(number,)))
    assert "say why" in refusal(tocsin, c.Judge(signal=number, verdict="incident"))
    declared(tocsin, "x", number)
    (event,) = [entry.event for entry in entries(tocsin) if isinstance(entry.event, e.Declared)]
    assert event.why == "A class begins."
    assert kinds(tocsin)[0] == "SignalReceived"


def test_all_that_belong_together_count_although_one_is_named(tocsin: Tocsin) -> None:
    noted(tocsin, "Eve")
    noted(tocsin, "Mallory")
    assert tocsin.do(c.Declare(title="x", signals=(SignalId(2),)), by="ada").incident == 1


def test_what_is_declared_by_itself_touches_the_communities_of_its_service(ruled: Tocsin) -> None:
    noted(ruled, "Eve")
    noted(ruled, "Mallory")
    assert first(ruled).communities == ("utoronto",)


def test_an_open_incident_without_a_criterion_may_be_the_same(ruled: Tocsin) -> None:
    ruled.do(c.Declare(title="Nobody can log in", services=(HUB,)), by="ada")
    noted(ruled, "Eve")
    noted(ruled, "Mallory")
    assert incidents(ruled) == [ONE]


def test_closing_what_makes_it_an_incident_takes_a_sentence(tocsin: Tocsin) -> None:
    noted(tocsin, "Eve")
    noted(tocsin, "Mallory")
    assert refusal(tocsin, c.CloseSignal(signal=SignalId(2))).endswith("Say why it is over all the same: --why")
    tocsin.do(c.CloseSignal(signal=SignalId(2), why="Mallory had mistyped her password."), by="bob")


def test_closing_what_changes_nothing_takes_none(tocsin: Tocsin) -> None:
    noted(tocsin, "Eve", "Mallory")
    noted(tocsin, kind="alert")
    tocsin.do(c.CloseSignal(signal=SignalId(2)), by="bob")
    assert every(tocsin)[1].state == "closed"


def test_the_playbooks_own_service_is_meant_where_none_is_named(ruled: Tocsin) -> None:
    ruled.playbook = replace(ruled.playbook, service=Term(slug=Slug("hubs"), name="All hubs"))
    noted(ruled, "Eve", service="hubs")
    noted(ruled, "Mallory", service="")
    assert first(ruled).services == ("hubs",)
