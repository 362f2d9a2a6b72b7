"""Signals and what was said about them."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from tocsin.core.events import REDACTED, Declared, Entry, Event, Noted, SignalCleared, SignalReceived
from tocsin.core.ids import IncidentNumber, SignalId
from tocsin.core.signals import Reported, Said, Signal
from tocsin.store import news
from tocsin.store import tables as t
from tocsin.store.codec import adapter, encode

_TALK = sa.select(t.signal_talk.c.body).where(t.signal_talk.c.signal == sa.bindparam("s")).order_by("place")


def find(c: sa.Connection, signal: SignalId) -> Reported | None:
    """A signal with its talk; nobody else can change it until this transaction ends."""
    body = c.scalar(sa.select(t.signals.c.body).where(t.signals.c.id == signal).with_for_update())
    if body is None:
        return None
    talk = tuple(adapter(Said).validate_python(said) for said in c.scalars(_TALK, {"s": signal}))
    return Reported(signal=adapter(Signal).validate_python(body), talk=talk)


def look(c: sa.Connection, signal: SignalId) -> Signal | None:
    """A signal, for whoever only looks."""
    body = c.scalar(sa.select(t.signals.c.body).where(t.signals.c.id == signal))
    return None if body is None else adapter(Signal).validate_python(body)


def incident_of(c: sa.Connection, signal: SignalId) -> IncidentNumber | None:
    """The incident it belongs to, looked up without locking: an incident is always locked before its signals."""
    number = c.scalar(sa.select(t.signals.c.incident).where(t.signals.c.id == signal))
    return None if number is None else IncidentNumber(number)


def open_with_key(c: sa.Connection, key: str) -> Signal | None:
    """The open signal of that key."""
    body = c.scalar(sa.select(t.signals.c.body).where(t.signals.c.open_key == key).with_for_update())
    return None if body is None else adapter(Signal).validate_python(body)


def of_key(c: sa.Connection, key: str) -> SignalId | None:
    """The number of the signal of that key which is not closed, looked up without locking."""
    number = c.scalar(sa.select(t.signals.c.id).where(t.signals.c.open_key == key))
    return None if number is None else SignalId(number)


def undecided(c: sa.Connection) -> list[Signal]:
    """The signals that nobody has closed, and that belong to no incident; looked up without locking."""
    bodies = sa.select(t.signals.c.body).where(t.signals.c.state.in_(("open", "candidate"))).order_by(t.signals.c.id)
    return [adapter(Signal).validate_python(body) for body in c.scalars(bodies)]


def talk(c: sa.Connection, signal: SignalId) -> tuple[Said, ...]:
    """What was said about it, in order, for whoever only looks."""
    return tuple(adapter(Said).validate_python(said) for said in c.scalars(_TALK, {"s": signal}))


def decided(c: sa.Connection, most: int, before: SignalId | None = None) -> list[Signal]:
    """The last so many that somebody decided on, or the last before one of them; newest first."""
    bodies = sa.select(t.signals.c.body).where(t.signals.c.state.in_(("attached", "closed")))
    older = bodies if before is None else bodies.where(t.signals.c.id < before)
    found = c.scalars(older.order_by(t.signals.c.id.desc()).limit(most))
    return [adapter(Signal).validate_python(body) for body in found]


def add(c: sa.Connection, signal: Signal) -> None:
    c.execute(t.signals.insert(), {"id": signal.id, **_row(signal)})
    news.tell(c, "signals")


def save(c: sa.Connection, signal: Signal) -> None:
    c.execute(t.signals.update().where(t.signals.c.id == signal.id), _row(signal))
    news.tell(c, "signals")


def say(c: sa.Connection, signal: SignalId, said: Said) -> None:
    """One more line of talk; the signal is locked by `find`."""
    place = c.scalar(sa.select(sa.func.count()).where(t.signal_talk.c.signal == signal)) or 0
    c.execute(t.signal_talk.insert(), {"signal": signal, "place": place + 1, "body": encode(said)})
    news.tell(c, "signals")


def blank(c: sa.Connection, entry: Entry) -> None:
    """Take the words of a redacted line out of where the incident got them: a signal, or the talk about one."""
    match entry.event:
        case SignalReceived(signal=signal) | SignalCleared(signal=signal):
            _blank_signal(c, signal, entry.event)
        case Declared(why=why) if why:
            _blank_judged(c, entry.incident, why)
        case Noted(text=text, signal=int(signal)):
            _blank_talk(c, SignalId(signal), text)
        case _:
            pass


def every(c: sa.Connection, state: str = "") -> list[Signal]:
    """All signals, or those in one state, in the order they were noted."""
    bodies = sa.select(t.signals.c.body).order_by(t.signals.c.id)
    if state:
        bodies = bodies.where(t.signals.c.state == state)
    return [adapter(Signal).validate_python(body) for body in c.scalars(bodies)]


def _row(signal: Signal) -> dict[str, object]:
    is_open = signal.state != "closed" and signal.key
    return {
        "open_key": signal.key if is_open else None,
        "state": signal.state,
        "incident": signal.incident,
        "body": encode(signal),
    }


def _blank_signal(c: sa.Connection, signal: SignalId, event: Event) -> None:
    reported = find(c, signal)
    if reported is None:
        return
    was = reported.signal
    if isinstance(event, SignalCleared):
        save(c, replace(was, closed_why=REDACTED if was.closed_why else ""))
    else:
        people = tuple(REDACTED for _ in was.people)
        save(c, replace(was, text=REDACTED, people=people, link=REDACTED if was.link else "", key=""))


def _blank_judged(c: sa.Connection, incident: IncidentNumber, why: str) -> None:
    """Why it is one may have been said first when a signal of it was judged."""
    for signal in c.scalars(sa.select(t.signals.c.id).where(t.signals.c.incident == incident).order_by("id")).all():
        reported = find(c, SignalId(signal))
        if reported is not None and reported.signal.why.strip() == why:
            save(c, replace(reported.signal, why=REDACTED))


def _blank_talk(c: sa.Connection, signal: SignalId, text: str) -> None:
    reported = find(c, signal)
    talk = reported.talk if reported else ()
    for place, said in enumerate(talk, start=1):
        if said.text == text:
            where = (t.signal_talk.c.signal == signal) & (t.signal_talk.c.place == place)
            c.execute(t.signal_talk.update().where(where), {"body": encode(_blanked(said))})


def _blanked(said: Said) -> Said:
    return replace(
        said,
        text=said.text and REDACTED,
        output=said.output and REDACTED,
        outcome=said.outcome and REDACTED,
        link=said.link and REDACTED,
        via=said.via and REDACTED,
    )
