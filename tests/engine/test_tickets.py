"""Tickets come in and word goes out, with a ticket system beside: looked at, answered in, and nothing said twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from tests.emulators.freshdesk.running import Emulator, running
from tests.engine.office import DIRECTORY, entries
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.events import Noted, Updated
from tocsin.core.ids import IncidentNumber
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Cadence, Tickets
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket, Word
from tocsin.engine.door import Tocsin, now
from tocsin.engine.looking import Looker
from tocsin.engine.worker import Worker
from tocsin.integrations.freshdesk import Config, Freshdesk
from tocsin.ports import Ports
from tocsin.settings import Secret
from tocsin.store import looks, outbox, signals, tickets
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store

ONE = IncidentNumber(1)
DECLARE = c.Declare(title="Nobody can log in", commander="ada", communities=("utoronto",))
CHARLIE = "charlie@toronto.example"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An installation that has a ticket system: the emulator, in a process of its own."""

    tocsin: Tocsin
    system: Emulator
    looker: Looker
    worker: Worker

    def asked(self, subject: str = "Nobody can log in", email: str = CHARLIE, **told: str) -> str:
        """Somebody writes a ticket, and it is looked at; its number there."""
        ticket = {"email": email, "name": "Charlie", "subject": subject, "description": "The login fails.", **told}
        number = str(self.system.tell("ticket", **ticket)["id"])
        self.looker.look()
        return number

    def ticket(self, reference: str) -> Ticket:
        with self.tocsin.store.read() as connection:
            found = tickets.by_reference(connection, "Freshdesk", reference)
        assert found is not None
        return found

    def words(self, reference: str) -> list[Word]:
        number = self.ticket(reference).id
        with self.tocsin.store.read() as connection:
            return list(tickets.words(connection, number))

    def signals(self) -> list[Signal]:
        with self.tocsin.store.read() as connection:
            return signals.every(connection)

    def declared(self, reference: str) -> None:
        """An incident of this ticket's community, by its signal."""
        signal = self.ticket(reference).signal
        assert signal is not None
        self.do(replace(DECLARE, signals=(signal,), why="A class begins."))

    def do(self, command: c.Command, by: str = "ada") -> None:
        """And all that follows from it."""
        self.tocsin.do(command, by=by)
        self.worker.work_off()

    def told_us(self) -> list[str]:
        events = (entry.event for entry in entries(self.tocsin))
        return [event.text for event in events if isinstance(event, Noted) and event.kind == "told-us"]


@pytest.fixture(scope="module")
def system() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def desk(db_url: str, system: Emulator) -> Iterator[Desk]:
    system.tell("reset", limit=1_000_000)
    system.tell("agent", name="Ada Lovelace", email="ada@example.org")
    port = Freshdesk(Config(domain=system.address, key=Secret("KEY"), timeout=5.0, rate=1000.0))
    with open_store(db_url) as store:
        migrate(store)
        playbook = replace(playbooks.default(), cadence=Cadence(every=0), tickets=Tickets())  # at night, too
        tocsin = Tocsin(store, playbook, now, ("clock", "tickets"))
        tocsin.do(DIRECTORY, by=TOCSIN)
        ports = Ports(tickets=port)
        looker = Looker(tocsin, ports)
        looker.look()  # from now on
        yield Desk(tocsin=tocsin, system=system, looker=looker, worker=Worker(tocsin, ports))


# ── what comes in ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_becomes_a_signal_with_its_community_service_and_criterion(desk: Desk) -> None:
    found = desk.ticket(desk.asked())
    (signal,) = desk.signals()
    assert (found.community, found.person, found.signal) == ("utoronto", "charlie", signal.id)
    assert (signal.kind, signal.service, signal.criterion) == ("ticket", "utoronto/prod", "login")
    assert signal.people == ("Charlie",)


def test_what_was_asked_before_anybody_looked_for_the_first_time_is_left_to_who_answered_then(
    system: Emulator, db_url: str
) -> None:
    system.tell("reset", limit=1_000_000)
    system.tell("ticket", email=CHARLIE, subject="Old", description="Old")
    system.tell("forward", seconds=7200)
    port = Freshdesk(Config(domain=system.address, key=Secret("KEY"), timeout=5.0, rate=1000.0))
    with open_store(db_url) as store:
        migrate(store)
        tocsin = Tocsin(store, playbooks.default(), lambda: now() + timedelta(hours=2), ("tickets",))
        looker = Looker(tocsin, Ports(tickets=port))
        looker.look()
        looker.look()
        with store.read() as connection:
            assert signals.every(connection) == []


def test_two_tickets_of_two_people_make_an_incident_by_the_rule(desk: Desk) -> None:
    desk.asked()
    desk.asked(email="sam@toronto.example", name="Sam", company="University of Toronto")
    assert [signal.people for signal in desk.signals()] == [("Charlie",), ("Sam",)]
    assert {signal.service for signal in desk.signals()} == {"utoronto/prod"}


def test_looking_again_changes_nothing(desk: Desk) -> None:
    number = desk.asked()
    desk.system.tell("customer_reply", ticket=int(number), body="Still so.")
    for _ in range(3):
        desk.looker.look()
    assert [word.text for word in desk.words(number)] == ["The login fails.", "Still so."]
    assert len(desk.signals()) == 1


def test_what_they_add_before_there_is_an_incident_comes_along_when_one_is_declared(desk: Desk) -> None:
    number = desk.asked()
    desk.system.tell("customer_reply", ticket=int(number), body="The whole class is waiting.")
    desk.looker.look()
    desk.declared(number)
    assert desk.told_us() == ["The whole class is waiting."]


def test_their_answers_stand_on_the_timeline_as_what_they_told_us(desk: Desk) -> None:
    number = desk.asked()
    desk.declared(number)
    desk.system.tell("customer_reply", ticket=int(number), body="It works again for me.")
    desk.looker.look()
    assert desk.told_us() == ["It works again for me."]


def test_a_ticket_that_is_closed_in_its_system_is_closed_here(desk: Desk) -> None:
    number = desk.asked()
    desk.system.tell("change", ticket=int(number), status=5)
    desk.looker.look()
    assert desk.ticket(number).closed


def test_a_system_that_cannot_be_reached_is_said_and_nothing_of_what_came_is_passed_over(desk: Desk) -> None:
    number = desk.asked()
    desk.system.tell("trouble", do="refuse", status=503, times=1)
    desk.system.tell("customer_reply", ticket=int(number), body="Still so.")
    desk.looker.look()
    with desk.tocsin.store.read() as connection:
        assert looks.find(connection, "tickets").trouble
    desk.looker.look()
    with desk.tocsin.store.read() as connection:
        assert looks.find(connection, "tickets").trouble == ""
    assert [word.text for word in desk.words(number)] == ["The login fails.", "Still so."]


def test_a_mistake_of_ours_is_kept_for_people_to_see_and_ends_no_looking(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.asked()
    desk.system.tell("customer_reply", ticket=int(number), body="Still so.")
    with monkeypatch.context() as broken:
        broken.setattr(Freshdesk, "changed", lambda *_: 1 / 0)
        desk.looker.look()
    with desk.tocsin.store.read() as connection:
        assert "Tocsin made a mistake (ZeroDivisionError)" in looks.find(connection, "tickets").trouble
    desk.looker.look()
    assert [word.text for word in desk.words(number)] == ["The login fails.", "Still so."]


def test_while_somebody_else_looks_nobody_looks_beside(desk: Desk) -> None:
    until = timedelta(minutes=5)
    desk.tocsin.store.run(lambda k: looks.begin(k, "tickets", "somebody else", now(), until))
    desk.system.tell("ticket", email=CHARLIE, subject="x", description="y")
    desk.looker.look()
    assert desk.signals() == []


# ── before there is an incident ────────────────────────────────────────────────────────────────────────────────────


def mailed(desk: Desk, words: str) -> int:
    """How often the system mailed that."""
    return sum(words in each["body"] for each in desk.system.tell("mailed"))


def test_the_first_response_goes_out_before_anything_is_declared_and_is_not_said_again(desk: Desk) -> None:
    number = desk.asked()
    signal = desk.ticket(number).signal
    assert signal is not None
    desk.do(c.Respond(signal=signal, text="We look into it."))
    assert mailed(desk, "We look into it.") == 1
    desk.declared(number)
    desk.looker.look()
    assert mailed(desk, "We look into it.") == 1
    assert [word.way for word in desk.words(number)] == ["in", "out"]
    told = [entry.event for entry in entries(desk.tocsin) if isinstance(entry.event, Updated)]
    assert [(each.kind, each.communities) for each in told] == [("first-response", ("utoronto",))]


def test_a_support_request_is_answered_and_left_to_the_ticket_system(desk: Desk) -> None:
    number = desk.asked(subject="More disk, please")
    signal = desk.ticket(number).signal
    assert signal is not None
    desk.do(c.Judge(signal=signal, verdict="support-request", answer="You have it now."))
    assert mailed(desk, "You have it now.") == 1
    assert desk.system.ticket(number)["status"] != 5
    assert [each.state for each in desk.signals()] == ["closed"]


def test_a_reply_in_a_ticket_of_an_incident_stands_on_its_timeline_too(desk: Desk) -> None:
    number = desk.asked()
    desk.declared(number)
    desk.do(c.ReplyInTicket(ticket=desk.ticket(number).id, text="Which hub is it?"))
    assert mailed(desk, "Which hub is it?") == 1
    assert [entry.event.text for entry in entries(desk.tocsin) if isinstance(entry.event, Noted)] == [
        "Which hub is it?"
    ]


def test_what_was_redacted_before_its_turn_came_does_not_go_out(desk: Desk) -> None:
    number = desk.asked()
    desk.declared(number)
    line = desk.tocsin.do(c.ReplyInTicket(ticket=desk.ticket(number).id, text="The password is x."), by="ada").lines[0]
    desk.do(c.Redact(incident=ONE, line=line, why="A secret."))
    assert [
        each for each in desk.system.messages(number) if "password" in each["body"] or "edacted" in each["body"]
    ] == []


def test_what_cannot_be_answered_now_waits_without_an_incident_and_a_person_can_see_to_it(desk: Desk) -> None:
    number = desk.asked()
    desk.system.tell("trouble", do="refuse", path="reply", status=422, times=1)
    desk.do(c.ReplyInTicket(ticket=desk.ticket(number).id, text="Which hub is it?"))
    with desk.tocsin.store.read() as connection:
        (wish,) = [each for each in outbox.every(connection) if each.state == "failed"]
    assert wish.effect.incident is None
    desk.do(c.TryAgain(effect=wish.id))
    assert mailed(desk, "Which hub is it?") == 1


# ── word out ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ticket_is_marked_given_to_whoever_answers_and_says_where_the_work_is_done(desk: Desk) -> None:
    number = desk.asked()
    desk.declared(number)
    there = desk.system.ticket(number)
    assert there["type"] == "Incident"
    assert there["responder_id"] is not None
    notes = [each["body"] for each in desk.system.messages(number) if each["private"]]
    assert any("belongs to incident 1" in note for note in notes)


def test_word_goes_out_through_the_ticket_once_and_stands_in_it_here(desk: Desk) -> None:
    number = desk.asked()
    desk.declared(number)
    desk.do(c.PostUpdate(incident=ONE, text="We look into **it**.", communities=("utoronto",)))
    desk.looker.look()
    (mail,) = [each for each in desk.system.tell("mailed") if "We look into" in each["body"]]
    assert "<strong>it</strong>" in mail["body"]
    assert [word.way for word in desk.words(number)] == ["in", "out"]
    assert desk.told_us() == []


def test_a_community_without_a_ticket_gets_one_and_its_answer_comes_back(desk: Desk) -> None:
    desk.do(DECLARE)
    desk.do(c.PostUpdate(incident=ONE, text="We look into it.", communities=("utoronto",)))
    desk.do(c.PostUpdate(incident=ONE, text="We found it.", communities=("utoronto",)))
    (opened,) = desk.system.tell("tickets")
    desk.system.tell("customer_reply", ticket=opened["id"], body="Thank you.")
    desk.looker.look()
    assert [word.text.split("\n")[0] for word in desk.words(str(opened["id"]))] == [
        "We look into it.", "We found it.", "Thank you.",
    ]  # fmt: skip
    assert desk.told_us() == ["Thank you."]
    assert desk.signals() == []


def test_at_the_end_the_ticket_is_told_and_closed(desk: Desk) -> None:
    number = desk.asked()
    desk.declared(number)
    desk.do(c.PostUpdate(incident=ONE, text="We look into it.", kind="first-response", communities=("utoronto",)))
    desk.do(c.Resolve(incident=ONE, verified="Ada logged in."))
    desk.do(c.PostUpdate(incident=ONE, text="It works again.", kind="resolved", communities=("utoronto",)))
    assert desk.system.ticket(number)["status"] == 5
    assert any("It works again." in each["body"] for each in desk.system.tell("mailed"))


@pytest.mark.long  # whether it was said is looked for only after a minute, when it must have arrived if it ever does
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_was_cut_off_is_looked_for_and_said_once(desk: Desk, when: str) -> None:
    number = desk.asked()
    desk.declared(number)
    desk.system.tell("trouble", do=f"cut-{when}", path="reply", times=1)
    desk.tocsin.do(c.PostUpdate(incident=ONE, text="We look into it.", communities=("utoronto",)), by="ada")
    until = now() + timedelta(minutes=2)
    while now() < until and not any(word.way == "out" for word in desk.words(number)):
        desk.worker.work_off(timedelta(seconds=2))
        _hasten(desk)
    assert sum("We look into it." in each["body"] for each in desk.system.tell("mailed")) == 1


def _hasten(desk: Desk) -> None:
    """Nobody waits here until it is tried again by itself."""
    at: datetime = now()
    desk.tocsin.store.run(lambda k: outbox.hasten(k, at))
