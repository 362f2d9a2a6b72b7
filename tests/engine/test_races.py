"""Many at once, on both databases: nothing is lost, nothing counted twice, nobody meets a deadlock."""

from __future__ import annotations

import pytest

from tests.engine.office import (
    answered,
    at_once,
    declared,
    dump,
    entries,
    kinds,
    mismatches,
    note,
    resolved,
    signal,
    to_be_published,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import NoteKind
from tocsin.core.ids import Handle, IncidentNumber, SignalId
from tocsin.core.people import Person
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import reads, signals

ONE = IncidentNumber(1)


def test_six_writers_on_one_incident_lose_nothing(tocsin: Tocsin) -> None:
    declared(tocsin)

    def write(writer: int) -> list[int]:
        return [note(tocsin, ONE, f"{writer}:{number}") for number in range(100)]

    lines = sorted(line for written in at_once(6, write) for line in written)
    assert lines == list(range(3, 603))
    assert [entry.seq for entry in entries(tocsin)] == list(range(1, 603))
    texts = {entry.event.text for entry in entries(tocsin) if isinstance(entry.event, e.Noted)}
    assert texts == {f"{writer}:{number}" for writer in range(6) for number in range(100)}
    assert mismatches(tocsin) == []


def test_six_writers_of_state_leave_the_row_as_the_log_has_it(tocsin: Tocsin) -> None:
    declared(tocsin)

    def plan(writer: int) -> None:
        for number in range(10):
            tocsin.do(c.SetPlan(incident=ONE, next=f"{writer}:{number}"), by="ada")
            tocsin.do(c.Retitle(incident=ONE, title=f"{writer}:{number}"), by="bob")

    at_once(6, plan)
    assert len(entries(tocsin)) == 122
    assert mismatches(tocsin) == []


def test_fifty_declarations_at_once_have_fifty_numbers(tocsin: Tocsin) -> None:
    numbers = at_once(50, lambda place: tocsin.do(c.Declare(title=f"Incident {place}"), by="ada").incident)
    assert sorted(filter(None, numbers)) == list(range(1, 51))
    assert mismatches(tocsin) == []


def test_declarations_that_are_refused_meanwhile_leave_no_gap(tocsin: Tocsin) -> None:
    def declare(place: int) -> Answer | None:
        return answered(lambda: tocsin.do(c.Declare(title="" if place % 3 == 0 else f"Incident {place}"), by="ada"))

    numbers = [answer.incident for answer in at_once(30, declare) if answer]
    assert sorted(filter(None, numbers)) == list(range(1, 21))


def test_of_two_acknowledgements_of_a_signal_at_once_one_counts(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    people = ("ada", "bob")
    answers = at_once(2, lambda who: answered(lambda: tocsin.do(c.Acknowledge(signal=number), by=people[who])))
    assert sum(answer is not None for answer in answers) == 1


def test_two_acknowledgements_of_an_incident_at_once_both_stand(tocsin: Tocsin) -> None:
    declared(tocsin)
    people = ("bob", "dana")
    at_once(2, lambda who: tocsin.do(c.Acknowledge(incident=ONE), by=people[who]))
    assert kinds(tocsin).count("Acknowledged") == 2
    assert mismatches(tocsin) == []


def test_of_two_of_a_group_who_accept_at_once_exactly_one_has_the_role(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.OfferRole(incident=ONE, role="liaison", to="triagers"), by="ada")
    people = ("bob", "dana")
    answers = at_once(2, lambda who: answered(lambda: tocsin.do(c.AcceptRole(incident=ONE), by=people[who])))
    assert sum(answer is not None for answer in answers) == 1
    assert kinds(tocsin).count("RoleAssigned") == 2
    assert mismatches(tocsin) == []


def test_of_two_who_resolve_at_once_one_is_told_that_it_is_resolved(tocsin: Tocsin) -> None:
    declared(tocsin)
    resolve = c.Resolve(incident=ONE, verified="Logged in.")
    answers = at_once(4, lambda _: answered(lambda: tocsin.do(resolve, by="ada")))
    assert sum(answer is not None for answer in answers) == 1


@pytest.mark.parametrize("command", [c.Note(incident=ONE, text="Hello"), c.Retitle(incident=ONE, title="Better")])
def test_the_same_source_eight_times_at_once_is_one_line(tocsin: Tocsin, command: c.Command) -> None:
    declared(tocsin)
    answers = at_once(8, lambda _: tocsin.do(command, by="bob", source="chat:1"))
    assert {answer.lines for answer in answers} == {(3,)}
    assert len(entries(tocsin)) == 3


def test_the_same_declaration_eight_times_at_once_is_one_incident(tocsin: Tocsin) -> None:
    answers = at_once(8, lambda _: tocsin.do(c.Declare(title="Help"), by="bob", source="chat:1"))
    assert {answer.incident for answer in answers} == {1}
    with tocsin.store.read() as connection:
        assert reads.numbers(connection) == [1]


def test_the_same_signal_key_from_eight_at_once_is_one_signal(tocsin: Tocsin) -> None:
    assert set(at_once(8, lambda _: signal(tocsin, key="disk"))) == {1}
    with tocsin.store.read() as connection:
        (only,) = signals.every(connection)
    assert only.times == 8


def test_the_same_signal_source_from_eight_at_once_counts_once(tocsin: Tocsin) -> None:
    told = c.NoteSignal(text="The disk is full.", key="disk")
    answers = at_once(8, lambda _: tocsin.do(told, by="bob", source="alert:1"))
    assert {answer.signal for answer in answers} == {1}
    with tocsin.store.read() as connection:
        (only,) = signals.every(connection)
    assert only.times == 1


def test_talk_about_one_signal_from_six_at_once_is_all_kept(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    at_once(6, lambda place: tocsin.do(c.AddToSignal(signal=number, text=f"{place}"), by="bob"))
    with tocsin.store.read() as connection:
        reported = signals.find(connection, number) if connection.dialect.name == "sqlite" else None
    found = tocsin.store.run(lambda connection: signals.find(connection, number)) if reported is None else reported
    assert found is not None
    assert sorted(said.text for said in found.talk) == ["0", "1", "2", "3", "4", "5"]


def test_the_directory_can_be_brought_up_to_date_by_several_at_once(tocsin: Tocsin) -> None:
    everybody = tuple(Person(handle=Handle(f"p{place}"), name=f"P {place}") for place in range(20))

    def update(caller: int) -> None:
        people = everybody if caller % 2 else everybody[::-1]
        tocsin.do(c.UpdateDirectory(people=people), by="ada")

    at_once(4, update)
    assert len(dump(tocsin.store)["people"]) == 24


def test_nobody_meets_a_deadlock_where_signals_and_incidents_are_touched_in_any_order(tocsin: Tocsin) -> None:
    for place in range(3):
        declared(tocsin, f"Incident {place}")
    found = [signal(tocsin, key=f"key {place}") for place in range(8)]

    def work(caller: int) -> None:
        for step in range(len(found)):
            number = found[step if caller % 2 else -1 - step]
            answered(lambda number=number: tocsin.do(_touching(caller, number, found), by="ada"))  # type: ignore[misc]

    at_once(9, work)
    assert mismatches(tocsin) == []
    assert _unsaid(tocsin) == []


def _touching(caller: int, number: SignalId, found: list[SignalId]) -> c.Command:
    beside = found[(found.index(number) + 3) % len(found)]
    match caller % 5:
        case 0:
            return c.AttachSignal(incident=IncidentNumber(1 + caller % 3), signal=number)
        case 1:
            return c.CloseSignal(signal=number, why="It cleared.")
        case 2:
            return c.Declare(title="Again", signals=(number, beside), why="A class begins.")
        case 3:
            return c.NoteSignal(text="Again.", key=f"key {number - 1}")
        case _:
            return c.AddToSignal(signal=number, text="Still.")


def _unsaid(tocsin: Tocsin) -> list[SignalId]:
    """Signals that were closed while they belonged to an incident whose log does not say so, or says so twice."""
    with tocsin.store.read() as connection:
        every = signals.every(connection)
    wrong = []
    for one in every:
        if one.incident is not None:
            said = [entry.event for entry in entries(tocsin, one.incident)]
            cleared = sum(isinstance(event, e.SignalCleared) and event.signal == one.id for event in said)
            received = sum(isinstance(event, e.SignalReceived) and event.signal == one.id for event in said)
            wrong += [one.id] if received != 1 or cleared > 1 or (cleared and one.state != "closed") else []
    return wrong


def test_closing_and_attaching_at_once_never_loses_the_line_that_says_so(tocsin: Tocsin) -> None:
    declared(tocsin)
    for _ in range(10):
        number = signal(tocsin)
        at_once(2, lambda caller, number=number: tocsin.do(_either(caller, number), by="ada"))  # type: ignore[misc]
        cleared = [entry.event for entry in entries(tocsin) if isinstance(entry.event, e.SignalCleared)]
        with tocsin.store.read() as connection:
            one = next(each for each in signals.every(connection) if each.id == number)
        received_after = not any(event.signal == number for event in cleared)
        assert (one.incident, one.state) == (1, "closed") or received_after


def _either(caller: int, number: SignalId) -> c.Command:
    if caller:
        return c.AttachSignal(incident=ONE, signal=number)
    return c.CloseSignal(signal=number, why="It cleared.")


def test_notes_of_every_kind_from_several_at_once_keep_the_team_whole(tocsin: Tocsin) -> None:
    declared(tocsin)
    people = ("ada", "bob", "dana")
    said: tuple[NoteKind, ...] = ("note", "finding", "decision")

    def write(caller: int) -> None:
        for kind in said:
            tocsin.do(c.Note(incident=ONE, text="Hm.", kind=kind), by=people[caller])

    at_once(3, write)
    with tocsin.store.read() as connection:
        assert list(reads.team(connection, ONE)) == sorted(people)


def test_two_publications_asked_for_at_once_are_two_wishes(tocsin: Tocsin) -> None:
    number = to_be_published(tocsin)
    at_once(2, lambda _: tocsin.do(c.Publish(incident=number), by="ada"))
    assert len(dump(tocsin.store)["effects"]) == kinds(tocsin).count("PublicationRequested")


def test_six_writers_of_one_report_make_six_revisions(tocsin: Tocsin) -> None:
    number = resolved(tocsin)

    def write(caller: int) -> int | None:
        written = c.WriteReport(incident=number, sections={"overview": f"As {caller} sees it."})
        return tocsin.do(written, by="ada").revision

    assert sorted(filter(None, at_once(6, write))) == [1, 2, 3, 4, 5, 6]
