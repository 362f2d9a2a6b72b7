"""The verdict, by set arithmetic: what was accepted, what the database holds, and what the world really did."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.load import EVERYBODY, Accepted, Letter
from tests.faults.rig import Installation
from tocsin.core.events import DeliveryReported, Entry, RoleOffered
from tocsin.core.ids import Handle, IncidentNumber
from tocsin.store import signals

Done = Mapping[str, Any]
"""A line of the fake world's ledger; of any other, its `port`, and the `message` of the publication."""
Place = tuple[IncidentNumber, int] | int
"""A line of a log, or a signal."""
_TOKEN = re.compile(r"\bk\d{7}\b")
_REPORT = re.compile(r"Report of incident (\d+),")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What there is to be said of one run. All but the first two and `unknown` have to be empty."""

    accepted: int
    wished: int
    unknown: set[Letter]
    """What nobody can tell of: it may have gone out, or not."""
    untold: set[Letter]
    """Unknown, without a word on the timeline."""
    lost: set[str]
    """Accepted, and does not stand where the answer says."""
    doubled: set[str]
    """Stands twice."""
    unsent: set[Letter]
    """Ought to have gone out, did not, and is not unknown either."""
    repeated: set[Letter]
    """Went out twice."""
    unasked: set[Letter]
    """Went out, and nobody had asked for it."""
    overtaken: list[Letter]
    """Went out after what should have followed it."""
    mismatches: list[str]

    @property
    def faults(self) -> dict[str, object]:
        """What has to be empty, and is not."""
        names = ("untold", "lost", "doubled", "unsent", "repeated", "unasked", "overtaken", "mismatches")
        return {name: found for name in names if (found := getattr(self, name))}

    def __str__(self) -> str:
        return (
            f"{self.accepted} accepted, {len(self.lost)} lost, {len(self.doubled)} doubled; {self.wished} effects, "
            f"{len(self.unsent)} lost, {len(self.repeated)} repeated, {len(self.overtaken)} out of order, "
            f"{len(self.unknown)} unknown"
        )


def judged(installation: Installation, done: Iterable[Done], ledger: Collection[Accepted]) -> Verdict:
    """Of a load that was all answered, after its outbox was worked off and the last server ended.

    `done`: what the world says that it did, in order.
    """
    entries = installation.entries()
    stands = _places(installation, entries)
    token = {place: token for token, places in stands.items() for place in places}
    unknown = {
        (token[wish.effect.its_incident, wish.effect.about], _address(getattr(wish.effect, "to", None)))
        for wish in installation.wishes()
        if wish.state == "unknown"
    }
    sent = [_letter(each, stands) for each in done]
    wished = {letter for each in ledger for letter in each.letters}
    return Verdict(
        accepted=len(ledger),
        wished=len(wished),
        unknown=unknown,
        untold=unknown - {(token[e.incident, e.about or 0], _address(t.to)) for e, t in _told(entries, "unknown")},
        lost={each.token for each in ledger if _place(each) not in stands.get(each.token, [])},
        doubled={token for token, places in stands.items() if len(places) > 1},
        unsent=wished - set(sent) - unknown - _replaced(entries),
        repeated={letter for letter, times in Counter(sent).items() if times > 1},
        unasked=set(sent) - wished,
        overtaken=_overtaken(sent, ledger, {token[e.incident, e.about or 0] for e, _ in _told(entries, "again")}),
        mismatches=installation.mismatches(),
    )


def _letter(done: Done, stands: Mapping[str, Sequence[Place]]) -> Letter:
    """What one line of the world's ledger is about."""
    payload = done["payload"]
    if done["port"] == "mailer":
        return _TOKEN.findall(payload["text"])[0], payload["to"]
    incident = int(_REPORT.findall(payload["message"])[0])
    return next(token for token, places in stands.items() if _incident(places[0]) == incident), EVERYBODY


def _incident(place: Place) -> int | None:
    return place[0] if isinstance(place, tuple) else None


def _places(installation: Installation, entries: Iterable[Entry]) -> dict[str, list[Place]]:
    """Where each token stands."""
    found: dict[str, list[Place]] = defaultdict(list)
    for entry in entries:
        for token in _tokens(entry):
            found[token].append((entry.incident, entry.seq))
    with installation.opened() as tocsin, tocsin.store.read() as connection:
        for signal in signals.every(connection):
            found[_TOKEN.findall(signal.text)[0]].append(signal.id)
    return found


def _replaced(entries: Sequence[Entry]) -> set[Letter]:
    """Letters about an offer that a newer one took the place of: nobody is owed those any more."""
    latest: dict[tuple[IncidentNumber, str, Handle | None], RoleOffered] = {}
    found: set[Letter] = set()
    for entry in entries:
        if isinstance(offer := entry.event, RoleOffered):
            older = latest.get(lane := (entry.incident, offer.role, offer.to.person))
            found |= {(token, _address(offer.to.person)) for token in _TOKEN.findall(older.text if older else "")}
            latest[lane] = offer
    return found


def _tokens(entry: Entry) -> set[str]:
    return set(_TOKEN.findall(f"{entry.event} {entry.source}"))


def _place(each: Accepted) -> Place | None:
    """Where the answer says that it stands."""
    if each.answer.incident is None:
        return each.answer.signal
    return each.answer.incident, each.answer.lines[0]


def _told(entries: Iterable[Entry], outcome: str) -> list[tuple[Entry, DeliveryReported]]:
    return [(e, e.event) for e in entries if isinstance(e.event, DeliveryReported) and e.event.outcome == outcome]


def _overtaken(sent: Sequence[Letter], ledger: Iterable[Accepted], again: set[str]) -> list[Letter]:
    """Within a lane, each comes after those of earlier lines; what a person had sent again has left its place."""
    line = {each.token: _place(each) for each in ledger}
    last: dict[tuple[object, str], int] = {}
    found = []
    for token, to in sent:
        place = line.get(token)
        if not isinstance(place, tuple) or token in again:
            continue
        incident, seq = place
        if last.get((incident, to), 0) > seq:
            found.append((token, to))
        last[incident, to] = max(seq, last.get((incident, to), 0))
    return found


def _address(person: object) -> str:
    return EVERYBODY if person is None else f"{person}@example.org"
