"""One command, over one connection, in one transaction: what is decided, and all that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.decisions import decide, deliveries, directory
from tocsin.core.decisions import signals as about_signals
from tocsin.core.effects import Effect, WishState
from tocsin.core.events import Entry, Fact
from tocsin.core.given import Given
from tocsin.core.ids import EffectId, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.incident import Incident, evolve, fold
from tocsin.core.moments import Moment, utc
from tocsin.core.people import TOCSIN
from tocsin.core.reactions import react
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal, attached, freed, repeated
from tocsin.engine.answer import Answer
from tocsin.engine.exchange import Exchange
from tocsin.store import (
    accounts,
    counters,
    follows,
    log,
    news,
    outbox,
    people,
    reads,
    receipts,
    reports,
    signals,
    tickets,
    words,
)
from tocsin.store.codec import adapter, encode
from tocsin.store.log import Locked

AHEAD = timedelta(minutes=1)
"""How far ahead of ours another clock may be before a time counts as still to come."""


class Doing:
    """One command, over one connection, in one transaction."""

    def __init__(self, connection: sa.Connection, given: Given, source: str | None, serves: Collection[str]) -> None:
        self.connection = connection
        self.given = given
        self.source = source
        self.serves = serves
        self.wished: list[EffectId] = []

    def answer(self, command: c.Command) -> Answer:
        match command:
            case c.Declare():
                return self._declare(command)
            case c.CloseSignal():
                return self._once(command, lambda: self._close(command))
            case c.Acknowledge(incident=None, signal=None):
                raise Refused("Say which incident or signal you look after.")
            case c.Follow(incident=number) | c.Unfollow(incident=number):
                return self._once(command, lambda: self._follow(command, number), f"incident:{number}:")
            case c.ToIncident(incident=number) | c.Acknowledge(incident=int(number), signal=None):
                return self._to_incident(command, number)
            case c.Acknowledge(incident=int()):
                raise Refused("Acknowledge an incident or a signal, one at a time.")
            case c.ToEffect(effect=wish):
                return self._to_effect(command, self._incident_of(wish))
            case c.ReleaseOutbox():
                return self._once(command, lambda: self._release(command))
            case c.TakeTicket() | c.TakeWord() | c.AdmitWord() | c.ReplyInTicket() | c.PlaceTicket() | c.EndTicket():
                return self._once(command, lambda: Exchange(self).answer(command))
            case c.Respond() | c.Judge():
                return self._once(command, lambda: Exchange(self).told(command))
            case _:
                return self._once(command, lambda: self._row_change(command))

    # ── incidents: facts in a log ──

    def _declare(self, command: c.Declare) -> Answer:
        if self.source is not None and (number := log.declared_by(self.connection, self.source)):
            return self._again(number, log.recorded(self.connection, number, Seq(1)))
        for signal in sorted(command.signals):
            self.given.signal(signal)  # locked in number order, before the counter
        number = IncidentNumber(counters.next_number(self.connection, "incident"))
        return self._decided(command, log.create(self.connection, number, self.source))

    def _to_incident(self, command: c.Command, number: IncidentNumber) -> Answer:
        locked = log.lock(self.connection, number)
        if locked is None:
            raise Refused(f"There is no incident {number}. `incident list` shows those there are.")
        if isinstance(command, c.WriteReport):
            return self._once(command, lambda: self._write_report(command, locked), f"incident:{number}:")
        again = log.by_source(self.connection, number, self.source) if self.source is not None else None
        if again is not None:
            _must_be_same(again.command, command)
            return self._again(number, again.lines)
        return self._decided(command, locked)

    def _again(self, number: IncidentNumber, lines: tuple[Seq, ...]) -> Answer:
        """What the first answered."""
        return Answer(incident=number, lines=lines, effects=outbox.following(self.connection, number, lines))

    def _decided(self, command: c.Command, locked: Locked) -> Answer:
        number = locked.incident.number
        facts = decide(locked.incident, command, self._given_line(number))
        entries = self.recorded(command, facts, locked)
        return Answer(incident=number, lines=tuple(entry.seq for entry in entries), effects=tuple(self.wished))

    def _given_line(self, number: IncidentNumber) -> Given:
        connection = self.connection
        return replace(
            self.given,
            find_line=lambda seq: log.line(connection, number, seq),
            sections=lambda: reports.sections(connection, number),
            zone=lambda: reports.zone(connection, number),
            revision=lambda: reports.revision(connection, number),
            team=lambda: reads.team(connection, number),
            followers=lambda: follows.of_incident(connection, number),
            tickets=lambda: tickets.of_incident(connection, number),
            entries=lambda: log.entries(connection, number),
            find_wish=lambda wish: outbox.find(connection, wish, lock=True),
        )

    def recorded(self, command: c.Command, facts: Sequence[Fact], locked: Locked) -> list[Entry]:
        """Facts become lines; rows, signals and wishes follow them."""
        if not facts:
            return []
        entries = [self._entry(fact, locked, place) for place, fact in enumerate(facts, start=1)]
        for entry in entries:
            must_have_passed(entry.at, self.given.now)
        log.append(self.connection, entries, type(command).__name__)
        for entry in entries:
            self._kept(entry, locked)
        incident = self._after(locked, entries)
        log.refresh(self.connection, incident, entries[-1].seq)
        words.follow(self.connection, incident, entries)
        news.tell(self.connection, f"incident:{incident.number}")
        if not all(entry.event.informs for entry in entries):
            news.tell(self.connection, "incidents")
        given = self._given_line(incident.number)
        self.wish([effect for entry in entries for effect in react(entry, incident, given)])
        return entries

    def wish(self, effects: Sequence[Effect]) -> None:
        """Keep the wishes that somebody here can perform."""
        served = [effect for effect in effects if effect.port in self.serves]
        self.wished += outbox.wish(self.connection, served, self.given.now)

    def _entry(self, fact: Fact, locked: Locked, place: int) -> Entry:
        return Entry(
            incident=locked.incident.number,
            seq=Seq(locked.last + place),
            event=fact.event,
            at=fact.at or self.given.at,
            recorded_at=self.given.now,
            by=fact.by or self.given.by.handle,
            source=self.source if place == 1 and self.source is not None else fact.source,
            about=fact.about,
        )

    def _after(self, locked: Locked, entries: Sequence[Entry]) -> Incident:
        """Folded on; after a redaction folded anew, since what was folded before has changed."""
        number = locked.incident.number
        if any(isinstance(entry.event, e.Redacted) for entry in entries):
            return fold(number, log.entries(self.connection, number))
        return reduce(evolve, entries, locked.incident)

    def _kept(self, entry: Entry, locked: Locked) -> None:
        """What a line changes outside its log: the signals it takes in or lets go, the words it takes out."""
        match entry.event:
            case e.SignalReceived(signal=signal):
                reported = self.given.signal(signal)
                signals.save(self.connection, attached(reported.signal, entry.incident))
                self._take_along(signal, entry.incident)
            case e.Cancelled():
                for signal in sorted(locked.incident.signals):
                    signals.save(self.connection, freed(self.given.signal(signal).signal))
                    self._take_along(signal, None)
            case e.DeliveryReported() as became:
                self._delivery(became)
            case e.Redacted() if entry.about is not None:
                for blanked in log.redact(self.connection, entry.incident, entry.about):
                    signals.blank(self.connection, blanked)
                    tickets.blank(self.connection, blanked)
            case _:
                pass

    def _take_along(self, signal: SignalId, incident: IncidentNumber | None) -> None:
        """The tickets that a signal stands for go where it goes."""
        for ticket in tickets.of_signals(self.connection, (signal,)):
            tickets.save(self.connection, replace(ticket, incident=incident))

    def _delivery(self, became: e.DeliveryReported) -> None:
        """The outbox follows what its log says; when to try again what is delayed, the worker knows."""
        match became.outcome:
            case "delayed":
                outbox.tell(self.connection, became.effect)
            case "again":
                outbox.again(self.connection, became.effect, self.given.now)
            case "delivered" | "arrived":
                outbox.settle(self.connection, became.effect, "done")
            case "bounced":
                outbox.settle(self.connection, became.effect, "failed", became.trouble)
                outbox.tell(self.connection, became.effect)
            case "given-up":
                state: WishState = "failed" if self.given.by == TOCSIN else "given-up"
                outbox.settle(self.connection, became.effect, state, became.trouble)
                outbox.tell(self.connection, became.effect)
            case "unknown" | "quarantined":
                outbox.settle(self.connection, became.effect, became.outcome, became.trouble)
                outbox.tell(self.connection, became.effect)

    def _to_effect(self, command: c.ToEffect, number: IncidentNumber | None) -> Answer:
        """Of what belongs to no incident there is no log to say what became of it."""
        if number is not None:
            return self._to_incident(command, number)
        return self._once(command, lambda: self._without_log(command))

    def _without_log(self, command: c.ToEffect) -> Answer:
        given = replace(self.given, find_wish=lambda wish: outbox.find(self.connection, wish, lock=True))
        self._delivery(deliveries.became(command, given))
        return Answer(effects=(command.effect,))

    def _incident_of(self, wish: EffectId) -> IncidentNumber | None:
        """Looked up without locking: an incident is always locked before its wishes."""
        found = outbox.find(self.connection, wish)
        if found is None:
            raise Refused(f"The outbox has no {wish}. `outbox list` shows what it has.")
        return found.effect.incident

    def _release(self, command: c.ReleaseOutbox) -> Answer:
        """From the oldest incident on, what is not wanted any more is given up in its log; the rest may go."""
        if outbox.held(self.connection) is None:
            raise Refused("The outbox is not held; it sends as usual.")
        since = utc(command.since)
        late = [wish for wish in outbox.every(self.connection, ("waiting", "doing")) if since and wish.since < since]
        for wish in (wish for wish in late if wish.effect.incident is None):
            self._delivery(deliveries.released_without(wish))
        for number in sorted({wish.effect.incident for wish in late if wish.effect.incident is not None}):
            if (locked := log.lock(self.connection, number)) is not None:
                facts = [
                    Fact(event=deliveries.released_without(wish), about=wish.effect.about)
                    for wish in late
                    if wish.effect.incident == number
                ]
                self.recorded(command, facts, locked)
        outbox.release(self.connection)
        return Answer()

    def _close(self, command: c.CloseSignal) -> Answer:
        """The signal is closed, and the incident it belongs to says so."""
        number = signals.incident_of(self.connection, command.signal)
        locked = None if number is None else log.lock(self.connection, number)
        signal = self.given.signal(command.signal).signal
        if signal.incident != number:  # it was attached, or let go, while we waited for it
            locked = None if signal.incident is None else log.lock(self.connection, signal.incident)
        signals.save(self.connection, about_signals.over(signal, command, self.given))
        if locked is None:
            return Answer(signal=signal.id)
        cleared = Fact(event=e.SignalCleared(signal=signal.id, why=command.why))
        lines = tuple(entry.seq for entry in self.recorded(command, [cleared], locked))
        return Answer(incident=signal.incident, lines=lines, signal=signal.id, effects=tuple(self.wished))

    def _write_report(self, command: c.WriteReport, locked: Locked) -> Answer:
        """The prose goes beside the log; its log only says if that reopened a review."""
        answer = self._decided(command, locked)
        number, given = locked.incident.number, self.given
        texts: dict[str, str] = {
            given.playbook.section(section).slug: text for section, text in command.sections.items()
        }
        revision = reports.save(self.connection, number, texts, command.zone, given.by.handle, given.at.at)
        words.report(self.connection, number)
        return replace(answer, revision=revision)

    # ── rows: signals and the directory ──

    def _once(self, command: c.Command, change: Callable[[], Answer], scope: str = "") -> Answer:
        """Where no log holds the answer, a receipt does; begun first, so that the same at the same time waits here."""
        if self.source is None:
            return change()
        source = scope + self.source
        kept = receipts.find(self.connection, source)
        if kept is not None:
            _must_be_same(kept.command, command)
            return adapter(Answer).validate_python(kept.answer)
        receipts.begin(self.connection, source, type(command).__name__)
        answer = change()
        receipts.keep(self.connection, source, encode(answer))
        return answer

    def _row_change(self, command: c.Command) -> Answer:
        match command:
            case c.UpdateDirectory():
                return self._update_directory(directory.update(command, self.given))
            case c.ChangeDirectory(to=to):
                found = people.held(self.connection, to)
                return self._update_directory(directory.change(command, found, self.given))
            case c.SetProfile():
                return self._set_profile(command)
            case c.LetIn():
                person = directory.let_in(command, self.given)
                accounts.keep_link(self.connection, command.key, command.kind, person.handle, self.given.now)
                return Answer()
            case c.NoteSignal():
                return self.note_signal(command)
            case c.AddToSignal(signal=number):
                said = about_signals.said(self.given.signal(number).signal, command, self.given)
                signals.say(self.connection, number, said)
                return Answer(signal=number)
            case c.Acknowledge(signal=int(number)):
                return self._saved(about_signals.acknowledged(self.given.signal(number).signal, self.given))
            case _:
                raise TypeError(f"{type(command).__name__} is not taught to the door.")

    def _follow(self, command: c.Command, number: IncidentNumber) -> Answer:
        if not log.exists(self.connection, number):
            raise Refused(f"There is no incident {number}. `incident list` shows those there are.")
        follows.set_to(self.connection, number, self.given.by.handle, isinstance(command, c.Follow))
        return Answer(incident=number)

    def _saved(self, signal: Signal) -> Answer:
        signals.save(self.connection, signal)
        return Answer(signal=signal.id)

    def note_signal(self, command: c.NoteSignal) -> Answer:
        """The report; and, where a rule of the playbook says so, the declaration, in the same transaction.

        A crash leaves both or neither, and the same source again is answered what both were.
        """
        declaring = {criterion.slug for criterion in self.given.playbook.criteria if criterion.declares}
        if not declaring:
            return Answer(signal=self._noted(command))
        self._hold(command, declaring)
        return self._declared_by_rule(self._noted(command))

    def _hold(self, command: c.NoteSignal, declaring: Collection[Slug]) -> None:
        """Who may declare what others reported does so one at a time, or two would: the counter keeps the others out.

        Only then the signals, in number order as everywhere; nobody who holds a signal ever asks for that counter.
        """
        counters.hold(self.connection, "signal")
        held = {signal.id for signal in signals.undecided(self.connection) if signal.criterion in declaring}
        again = signals.of_key(self.connection, command.key) if command.key else None
        for number in sorted(held | ({again} if again else set())):
            signals.find(self.connection, number)

    def _declared_by_rule(self, number: SignalId) -> Answer:
        """What cannot be declared stays noted: a report is not lost to a rule. Nor is one incident declared twice."""
        ours = replace(self.given, by=TOCSIN, at=Moment(at=self.given.now))
        try:
            command = about_signals.by_rule(ours.signal(number).signal, ours)
            if command is None or reads.open_about(self.connection, command.services, command.criterion):
                return Answer(signal=number)
            with self.connection.begin_nested():
                return replace(Doing(self.connection, ours, None, self.serves).answer(command), signal=number)
        except Refused:
            return Answer(signal=number)

    def _noted(self, command: c.NoteSignal) -> SignalId:
        before = signals.open_with_key(self.connection, command.key) if command.key else None
        if before is not None:
            again = about_signals.noted(before.id, command, self.given)
            signals.save(self.connection, repeated(before, again))
            return before.id
        number = SignalId(counters.next_number(self.connection, "signal"))
        signals.add(self.connection, about_signals.noted(number, command, self.given))
        return number

    def _set_profile(self, command: c.SetProfile) -> Answer:
        """As they stand now: whoever else changes them waits, or was waited for."""
        me = c.UpdateDirectory(people=(self.given.by,))
        for before in people.held(self.connection, me).people:
            people.save_person(self.connection, directory.profile(command, before))
        return Answer()

    def _update_directory(self, command: c.UpdateDirectory) -> Answer:
        for person in sorted(command.people, key=lambda person: person.handle):  # in one order, so that two can wait
            accounts.follow(self.connection, person)
            people.save_person(self.connection, person)
        places: tuple[people.Place, ...] = (*command.groups, *command.services, *command.communities)
        for place in sorted(places, key=lambda place: (type(place).__name__, place.slug)):
            people.save_place(self.connection, place)
        return Answer()


def must_have_passed(moment: Moment, now: datetime) -> None:
    """Refuses a time that is still to come."""
    last = moment.until or moment.at
    if last > now + AHEAD:
        raise Refused(last, " is still to come. Give a time that has passed.")


def _must_be_same(before: str, command: c.Command) -> None:
    """The same source again is the same command again; another one would be lost without a word."""
    if before != type(command).__name__:
        raise Refused(f"That source stands for a {before} already; give this {type(command).__name__} one of its own.")
