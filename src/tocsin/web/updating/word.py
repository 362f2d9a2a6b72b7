"""What is being written, as it stands in the form: begun from the playbook's message, and kept as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tocsin.core import events as e
from tocsin.core.events import UpdateKind
from tocsin.core.ids import Seq, Slug
from tocsin.core.incident import Proposal
from tocsin.core.moments import utc
from tocsin.core.playbook import Occasion
from tocsin.core.presence import presence
from tocsin.core.refused import Refused
from tocsin.language import drafting
from tocsin.language.outward import without
from tocsin.web.forms import Form
from tocsin.web.outgoing import mended, on_any_clock, time_of
from tocsin.web.room.known import around
from tocsin.web.room.reading import Room

KINDS: Mapping[UpdateKind, str] = {
    "first-response": "First response",
    "update": "Update",
    "resolved": "It is over",
    "report": "The report is public",
}
PROMISING = ("first-response", "update")
"""What says by when the next word comes."""
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Word:
    """All of the form."""

    kind: UpdateKind
    text: str
    to: tuple[Slug, ...]
    next_by: datetime | None
    zone: str
    """On whose clock the times of the text are."""
    begun: str
    """The message it began from, as a number: as long as it is the text, nobody has typed."""
    proposal: Proposal | None
    moved: bool = False
    """The text promised word for another time than what is chosen, and has been mended."""

    @property
    def promises(self) -> bool | None:
        return self.next_by is not None if self.kind in PROMISING else None


def word(room: Room, form: Form, query: Form) -> Word:
    """What was typed; at first, what to begin with. Whatever cannot be read is as if it were not there."""
    proposal = _proposal(room, form, query)
    kind = _kind(form.line("kind") or (proposal.kind if proposal else ""), room)
    to = _to(room, form, query, proposal)
    next_by = _next(room, form, kind, proposal)
    zone = their_zone(room, to)
    if proposal is not None and not form:
        text, begun = proposal.text, ""
    elif not form or form.line("do") == "template" or number_of(form.text("text")) == form.line("begun"):
        text = draft(room, kind, to, next_by)
        begun = number_of(text)
    else:
        text, begun = form.text("text"), form.line("begun")
    text = without(text, form.line("change"))
    right = mended(text, form, next_by)
    return Word(
        kind=kind,
        text=right,
        to=to,
        next_by=next_by,
        zone=zone,
        begun=begun,
        proposal=proposal,
        moved=right != text,
    )


def draft(room: Room, kind: UpdateKind, to: tuple[Slug, ...], next_by: datetime | None) -> str:
    """The playbook's message; several communities are not addressed by anybody's name."""
    one = to[0] if len(to) == 1 else None
    occasion = _occasion(room, kind)
    if all(each.slug != occasion for each in room.playbook.messages):
        return ""
    it, held = room.incident, around(room)
    if one is not None and held.directory.community(one) is None:
        one = None
    return drafting.draft(it, room.entries, held, occasion, one, room.asked.zone_name, promise=next_by).text


def by_cadence(room: Room) -> datetime | None:
    """When the next word would be due after this one; None where the playbook has no cadence, or it is over."""
    return drafting.promise_of(room.incident, room.entries, around(room), "update") if room.open else None


def number_of(text: str) -> str:
    return sha256("\n".join(text.split("\r\n")).strip().encode(errors="replace")).hexdigest()[:16]


def their_zone(room: Room, to: tuple[Slug, ...]) -> str:
    return drafting.their_zone(to or room.incident.communities, None, around(room))


def own_time(room: Room, form: Form) -> datetime | None:
    """The time that was typed; refuses what is none."""
    try:
        return on_any_clock(utc(form.moment("own", room.asked.zone)))
    except (ValueError, OverflowError):
        raise Refused("That is no time. Write it as 2026-11-12 22:30.") from None


# ── field by field ─────────────────────────────────────────────────────────────────────────────────────────────────


def _proposal(room: Room, form: Form, query: Form) -> Proposal | None:
    told = form.line("proposal") if form else query.line("proposal")
    seq = Seq(int(told)) if told.isascii() and told.isdigit() and len(told) < 10 else None
    return next((each for each in room.incident.proposals if each.seq == seq), None)


def _kind(told: str, room: Room) -> UpdateKind:
    return next((kind for kind in KINDS if kind == told), None) or _fitting(room)


def _fitting(room: Room) -> UpdateKind:
    """What is to be said next. Whoever heard of it before it came back had their first response then."""
    it = room.incident
    if it.state == "open":
        return "update" if it.heard else "first-response"
    over = it.resolved_at
    told = over is not None and any(each >= over for each in it.heard)
    return "report" if told and it.report.published is not None else "resolved"


def _to(room: Room, form: Form, query: Form, proposal: Proposal | None) -> tuple[Slug, ...]:
    if form:
        return tuple(Slug(each) for each in dict.fromkeys(form.all("to")))
    if proposal is not None:
        return proposal.communities
    named = [each for each in room.incident.communities if each in query.all("community")]
    return tuple(named) or room.incident.communities


def _next(room: Room, form: Form, kind: UpdateKind, proposal: Proposal | None) -> datetime | None:
    """A time of one's own counts before one that is proposed; another kind of message begins anew."""
    if form:
        try:
            own = own_time(room, form)
        except Refused:
            own = None
        if own is not None:
            return own
        told = form.line("next")
        if told == NONE and form.line("was") == kind:
            return None
        if told and told != NONE and (form.line("was") == kind or kind in PROMISING):
            return time_of(told)
    elif proposal is not None:
        return proposal.next_by
    return by_cadence(room) or _in_an_hour(room) if kind in PROMISING else None


def _in_an_hour(room: Room) -> datetime:
    return drafting.rounded(room.now + drafting.HOUR)


def _occasion(room: Room, kind: UpdateKind) -> Occasion:
    match kind:
        case "first-response" if _unattended(room):
            return "unattended"
        case "report":
            return "report-ready"
        case _:
            return kind


def _unattended(room: Room) -> bool:
    held, it = around(room), room.incident
    if it.holders(room.playbook.with_duty("commands").slug):
        return False
    seen = (presence(each, room.playbook, room.now, room.wrote.get(each.handle)) for each in held.team)
    return not any(each.at_work for each in seen)


def last_word(room: Room) -> Seq:
    """The line that last spoke to the outside or proposed to; 0 where none did."""
    words = (each.seq for each in room.entries if isinstance(each.event, e.Updated | e.UpdateProposed))
    return max(words, default=Seq(0))
