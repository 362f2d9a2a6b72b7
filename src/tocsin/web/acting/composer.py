"""The composer: a line for the log, written in the room, on a page of its own, or sent later by a script of ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.decisions.times import LONG_BEFORE, must_not_be_long_before
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.incident import Incident
from tocsin.core.mentions import mentioned
from tocsin.core.moments import Moment
from tocsin.core.refused import Refused
from tocsin.engine.doing import must_have_passed
from tocsin.engine.door import Answer as Done
from tocsin.language.spoken import spoken
from tocsin.language.verbs import VERBS, number
from tocsin.store import log
from tocsin.store.people import StoredDirectory
from tocsin.web.acting import frame, lines, pasted
from tocsin.web.answers import Answer, Bytes, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post
from tocsin.web.showing import TEMPLATES, refusal

KINDS: dict[e.NoteKind, str] = {
    "note": "Note",
    "finding": "Found",
    "command": "Command",
    "fix": "Tried a fix",
    "decision": "Decision",
    "told-us": "They told us",
}
"""What kinds of line somebody chooses from, as they are called."""
BARE: dict[e.NoteKind, str] = {
    "command": "Say which command it was: what it printed says little without it.",
    "fix": "Say what was tried: what came of it says little without it.",
}
"""What is no line by what came of it alone."""
GIVE_OR_TAKE = (0, 5, 10, 15, 30, 60)
"""Minutes."""


@dataclass(frozen=True, kw_only=True)
class Composing:
    """What the composer shows, wherever it stands."""

    number: IncidentNumber
    kinds: dict[e.NoteKind, str]
    give_or_take: tuple[int, ...]
    answers: lines.Quoted | None
    """The line it answers."""


def composing(asked: Asked) -> Composing:
    """The composer of the incident in the address; `?reply=12` answers a line."""
    given = asked.form.line("thread") if asked.form else asked.query.line("reply")
    answers = None
    if given.isascii() and given.isdigit() and len(given) <= 9:
        with asked.read() as connection:
            answers = lines.quoted(asked, connection, Seq(int(given)))
    return Composing(number=asked.incident, kinds=KINDS, give_or_take=GIVE_OR_TAKE, answers=answers)


TEMPLATES.globals["composing"] = composing


def page(asked: Asked) -> Shown:
    """The composer alone, with the verbs there are."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        return frame.shown(asked, connection, it, "line", verbs=VERBS, groups=tuple({each.group: 0 for each in VERBS}))


def again(asked: Asked) -> Shown | Bytes:
    """What was wrong, for whoever sent it: a page with the text, or the sentences alone."""
    if asked.fragment:
        return frame.as_json({"errors": dict(asked.errors)}, 422)
    return page(asked)


def write(asked: Asked) -> Answer:
    """A line, or what the verb behind its slash asks for."""
    here, text = frame.must_be_there(asked), asked.form.text("text")
    try:
        if text.startswith("/") and not text.startswith("//"):
            return _say(asked, here, text[1:])
        return _write(asked, here, text.removeprefix("/") if text.startswith("//") else text)
    except Refused as no:
        raise Wrong(text=refusal(asked, no)) from None


def _write(asked: Asked, here: IncidentNumber, text: str) -> Answer:
    form, (at, until) = asked.form, happened(asked)
    kind = _kind(form.line("kind"))
    if not text.strip() and kind in BARE:
        raise Wrong(text=BARE[kind])
    found = pasted.parts(text, kind, form.text("output"))
    notes = {
        str(place) if place else "": c.Note(
            incident=here,
            text=part.text,
            kind=part.kind,
            output=part.output,
            outcome=form.text("outcome") if part.kind == "fix" else "",
            link=form.line("link"),
            thread=form.seq("thread"),
            until=until,
        )
        for place, part in enumerate(found)
    }
    return _answer(asked, frame.all_or_none(asked, notes, at)[0], text)


def _kind(told: str) -> e.NoteKind:
    for kind in get_args(e.NoteKind):
        if kind == told or (kind == "note" and not told):
            found: e.NoteKind = kind
            return found
    raise Wrong(kind=f"“{told[:40]}” is no kind of line.")


def happened(asked: Asked) -> tuple[datetime | None, datetime | None]:
    """When it happened, and the end of the range: as somebody says, else when it was written offline, else now.

    Nothing was written offline so long ago that no line could stand there: that device has no clock.
    """
    told, until = _moment(asked, "when"), _moment(asked, "until")
    if told is None and until is not None:
        raise Wrong(until="Say when it began too: a range needs both its times.")
    if told is None:
        written = _moment(asked, "at")
        has_clock = written is not None and asked.now - written < LONG_BEFORE
        return (min(written, asked.now) if written and has_clock else None), None
    about = asked.form.line("about")
    if about in ("", "0"):
        return told, until
    if until is not None:
        raise Wrong(until="Give the end of a range, or give or take some minutes, but not both.")
    give = timedelta(minutes=min(number(about), 24 * 60))
    return told - give, min(told + give, max(asked.now, told))


def _moment(asked: Asked, name: str) -> datetime | None:
    """A time that has passed, and not too long before the incident."""
    try:
        told = asked.form.moment(name, asked.zone)
        if told is not None and name != "at":
            must_have_passed(Moment(at=told), asked.now)
            with asked.read() as connection:
                must_not_be_long_before(log.incident(connection, asked.incident), told)
        return told and Moment(at=told).at
    except Refused as no:
        raise Wrong(**{name: refusal(asked, no)}) from None


def _say(asked: Asked, here: IncidentNumber, said: str) -> Answer:
    if said.split(maxsplit=1)[:1] in ([], ["?"], ["help"]):
        verbs = f"/incidents/{here}/say?verbs#verbs"
        return frame.told(None, to=verbs) if asked.fragment else SentOn(to=verbs)
    meant = spoken(said)
    return _became(asked, asked.do(meant.command(here), at=meant.at or happened(asked)[0]))


def _became(asked: Asked, done: Done) -> Answer:
    """What a verb led to, which need not be a line."""
    if done.lines:
        return frame.back(asked, done)
    said = f"Signal {done.signal} is noted." if done.signal else "Nothing to change: it is like that already."
    return frame.told(None, said=said) if asked.fragment else frame.back(asked, done, said)


def _answer(asked: Asked, done: Done, text: str) -> Answer:
    with asked.read() as connection:
        named = mentioned(text, StoredDirectory(connection))
        it = log.incident(connection, asked.incident)
        late = frame.ended(asked, connection, it) if _faster(asked, it) else ""
    said = " ".join([*([f"{late} Your line is added after it."] if late else []), *_named(asked, named)])
    if asked.fragment:
        return frame.told(done.lines[0], mentioned=list(named), said=said)
    return frame.back(asked, done, said)


def _faster(asked: Asked, it: Incident) -> bool:
    """It was open when the page was, and is not any more."""
    return asked.form.line("state") == "open" and it.state in ("resolved", "cancelled")


def _named(asked: Asked, named: tuple[Handle, ...]) -> list[str]:
    return [f"It names {' and '.join(map(asked.called, named))}."] if named else []


ROUTES = (
    get("/incidents/{number}/say", page, "responder"),
    post("/incidents/{number}/lines", write, "responder", again=again),
)
