"""Whether a bundle makes sense by itself: every row is what its table wants, and they fit together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from tocsin.core.commands import must_be_legible
from tocsin.core.events import EVENTS, Declared, Event, SignalReceived
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.core.refused import Refused
from tocsin.core.signals import Said, Signal
from tocsin.store.bundle import TABLES, Head, Reading, Record
from tocsin.store.codec import adapter
from tocsin.store.rows import Row, key

_SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}\Z")
_PLACES: Mapping[str, type[Any]] = {"groups": Group, "services": Service, "communities": Community}
_NO_PLACE = (-1, ())


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A bundle that makes sense."""

    head: Head
    end: bytes
    signal: int
    """The highest number of a signal that it holds or mentions."""
    mentioned: Mapping[int, SignalReceived]
    """The signals that its incidents had, and that are not in it: an incident that is cancelled lets them go."""


def examine(reading: Reading) -> Examined:
    """Read all of a bundle; refuse it, with the number of the line, where something in it cannot be."""
    sense = _Sense()
    for record in reading.records():
        try:
            sense.take(record)
        except (ValueError, Refused) as mistake:
            raise reading.refused(str(mistake), record.line) from None
    try:
        sense.end(reading.head)
    except ValueError as mistake:
        raise reading.refused(str(mistake)) from None
    return sense.examined(reading)


class _Sense:
    """What the lines so far have told."""

    def __init__(self) -> None:
        self._signals = 0
        self._received: dict[int, SignalReceived] = {}
        self._place: tuple[int, tuple[Any, ...]] = _NO_PLACE
        self._counts: Counter[str] = Counter()
        self._incidents: dict[int, str | None] = {}
        self._lines: Counter[int] = Counter()
        self._declared: set[int] = set()
        self._talk: dict[int, int] = {}

    def take(self, record: Record) -> None:
        """A `ValueError` or a refusal says what is wrong with the row, or with its standing where it does."""
        row, name = record.row, record.table.name
        must_be_legible(row)
        place = (TABLES.index(record.table), key(record.table, row))
        if place <= self._place:
            raise ValueError(f"this row of {name} stands twice, or out of order.")
        self._place = place
        self._counts[name] += 1
        self._check(name, row)

    def end(self, head: Head) -> None:
        """What only shows when all of it is there."""
        if tuple(self._incidents) != head.incidents:
            raise ValueError("these are not the incidents that line 1 names.")
        if {name: count for name, count in head.counts.items() if count} != self._counts:
            raise ValueError("these are not as many rows of each table as line 1 says.")
        for number in self._incidents:
            if number not in self._declared:
                raise ValueError(f"nobody declares incident {number} in its log.")

    def examined(self, reading: Reading) -> Examined:
        mentioned = {number: event for number, event in self._received.items() if number not in self._talk}
        return Examined(head=reading.head, end=reading.end, signal=self._signals, mentioned=mentioned)

    def _check(self, name: str, row: Row) -> None:
        match name:
            case "people":
                self._person(row)
            case "groups" | "services" | "communities":
                _must_be_called(row, "slug", _read(_PLACES[name], row["body"]).slug)
            case "incidents":
                self._incident(row)
            case "log":
                self._line(row)
            case "team" | "report_sections":
                self._must_have(row["incident"])
            case "signals":
                self._signal(row)
            case "signal_talk":
                self._said(row)
            case "counters" if row["name"] not in ("incident", "signal", "ticket"):
                raise ValueError(f"there is no counter “{row['name']}”. A newer Tocsin may know it.")
            case _:
                pass

    def _person(self, row: Row) -> None:
        _must_be_called(row, "handle", _read(Person, row["body"]).handle)
        if row["handle"] == TOCSIN.handle:
            raise ValueError("the handle “tocsin” is Tocsin's own.")

    def _incident(self, row: Row) -> None:
        if row["number"] < 1:
            raise ValueError("incidents are numbered from 1 on.")
        self._incidents[row["number"]] = row["source"]

    def _line(self, row: Row) -> None:
        number, seq = row["incident"], row["seq"]
        self._must_have(number)
        self._lines[number] += 1
        if seq != self._lines[number]:
            raise ValueError(f"line {self._lines[number]} of the log of incident {number} is missing.")
        if seq == 1 and self._incidents[number] not in (None, row["source"]):
            raise ValueError(f"incident {number} and the first line of its log name different sources.")
        if not 1 <= row["first"] <= seq or not (row["about"] is None or 1 <= row["about"] < seq):
            raise ValueError("it points at a line of the log that it cannot be about.")
        Moment(at=row["at"], until=row["until"])
        self._event(row)

    def _event(self, row: Row) -> None:
        kind = EVENTS.get(row["kind"])
        if kind is None:
            raise ValueError(f"there is no event “{row['kind']}”. A newer Tocsin may know it.")
        event = _read(kind, row["body"])
        must_be_legible(event)
        if row["informs"] != kind.informs:
            raise ValueError(f"{row['kind']} is marked as what it is not.")
        self._remember(event, row["incident"])

    def _remember(self, event: Event, number: int) -> None:
        match event:
            case Declared():
                self._declared.add(number)
            case SignalReceived(signal=signal):
                self._received[signal] = event
        self._signals = max(self._signals, getattr(event, "signal", None) or 0)

    def _signal(self, row: Row) -> None:
        signal = _read(Signal, row["body"])
        must_be_legible(signal)
        if signal.id != row["id"] or signal.id < 1 or signal.incident != row["incident"]:
            raise ValueError("this signal has one number or incident inside, and another outside.")
        if signal.incident is not None:
            self._must_have(signal.incident)
        self._talk[signal.id] = 0
        self._signals = max(self._signals, signal.id)

    def _said(self, row: Row) -> None:
        must_be_legible(_read(Said, row["body"]))
        before = self._talk.get(row["signal"])
        if before is None or row["place"] != before + 1:
            raise ValueError(f"its signal {row['signal']}, or what was said of it before, is missing.")
        self._talk[row["signal"]] = row["place"]

    def _must_have(self, number: int) -> None:
        if number not in self._incidents:
            raise ValueError(f"it belongs to incident {number}, which is not in this bundle.")


def _must_be_called(row: Row, column: str, inside: str) -> None:
    if row[column] != inside:
        raise ValueError(f"its {column} is “{row[column]}” outside, and “{inside}” inside.")
    if not _SHORT_NAME.match(inside):
        raise ValueError(f"“{inside}” cannot be a {column}.")


def _read(kind: type[Any], body: object) -> Any:
    try:
        return adapter(kind).validate_python(body)
    except ValidationError as trouble:
        mistake = trouble.errors(include_url=False)[0]
        where = ".".join(map(str, mistake["loc"]))
        raise ValueError(f"its body is no {kind.__name__}: {where}: {mistake['msg']}.") from None
