"""How each kind of line is told: its mark, what it says of whom, and whose words it holds."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.timeline import timeline
from tocsin.web.room import turns
from tocsin.web.room.commands import read
from tocsin.web.room.said import Letter, Said, Tag, fact, link
from tocsin.web.room.telling import Telling, sent

NO_EFFECT = ("no effect", "no change", "did not help", "nothing changed", "without effect")


def said(entry: Entry, telling: Telling) -> Said | None:
    """A line in words; None where it only marks another."""
    match entry.event:
        case e.Noted() as note:
            return _note(entry, note, telling)
        case e.SignalReceived() | e.SignalCleared():
            return _signal(entry, telling)
        case e.Updated() as update:
            return _update(entry, update, telling)
        case e.UpdateProposed() as proposal:
            return _proposal(entry, proposal, telling)
        case e.RoleAssigned() | e.RoleOffered() | e.RoleDeclined() | e.OfferWithdrawn() | e.RoleReleased():
            return turns.role(entry, telling)
        case e.AskMade() | e.AskAccepted() | e.AskDeclined() | e.AskFinished():
            return turns.ask(entry, telling)
        case e.Declared() | e.Acknowledged() | e.Resolved() | e.Reopened() | e.Cancelled():
            return turns.turn(entry, telling)
        case e.PlanSet() | e.PhaseSet() | e.ImpactSet():
            return turns.thought(entry, telling)
        case e.DeliveryReported() as delivery:
            return _delivery(entry, delivery, telling)
        case e.NoteEdited() | e.NoteRemoved() | e.Highlighted() | e.Redacted():
            return None
        case _:
            return turns.other(entry, telling)


# ── what is said and done ──────────────────────────────────────────────────────────────────────────────────────────

_DID: Mapping[e.NoteKind, tuple[str, str, str]] = {
    "note": ("note", "pen", ""),
    "finding": ("note", "search", "found"),
    "command": ("cmd", "cmd", "ran a command"),
    "fix": ("try", "step", "tried a fix"),
    "decision": ("chat", "flag", "decided"),
}


def _note(entry: Entry, note: e.Noted, telling: Telling) -> Said:
    command, text = read(note)
    who = telling.bold(entry.by)
    match note.kind:
        case "told-us":
            head = Markup("<b>They told us</b>")
            aside = _in_ticket(note, telling.person(entry.by)) if note.ticket else _noted_by(entry, telling)
            return Said(css="ticket", icon="chat", head=head, aside=aside, text=text, command=command)
        case "impact-began":
            head = Markup("<b>Impact began</b>")
            return Said(css="signal", icon="half", head=head, aside=_noted_by(entry, telling), text=text)
        case kind:
            css, icon, did = _DID[kind]
    if note.via == "chat" and note.kind == "note":
        css, icon, did = "chat", "chat", "in chat"
    if note.ticket:
        head = Markup("<b>{}</b> answered them {}").format(note.who or telling.person(entry.by), _where(note))
        return Said(css="ticket", icon="chat", head=head, text=text)
    head = Markup("{} {}").format(who, did) if did else who
    tags, outcome = _tried(note) if note.kind == "fix" else ((), note.outcome)
    return Said(
        css=css, icon=icon, head=head, aside=link(note.link), tags=tags, text=text, command=command, outcome=outcome
    )


def _tried(note: e.Noted) -> tuple[tuple[Tag, ...], str]:
    outcome = note.outcome.strip()
    if not outcome:
        return (("wait", "Outcome not written yet"),), ""
    return ((("", "No effect"),) if outcome.casefold().startswith(NO_EFFECT) else ()), note.outcome


def _in_ticket(note: e.Noted, name: str) -> Markup:
    """Whose word it is, and where it was said."""
    return Markup("{}, {}").format(note.who or name, _where(note))


def _where(note: e.Noted) -> Markup:
    """The ticket, with the way to it."""
    words = "at our desk" if note.via == "desk" else f"in {note.via}"
    return Markup('<a href="/tickets/{}">{}</a>').format(note.ticket, words)


def _noted_by(entry: Entry, telling: Telling) -> str:
    return f"noted by {telling.person(entry.by)}"


_SIGNS: Mapping[e.SignalKind, tuple[str, str, str]] = {
    "alert": ("signal", "bell", "Alert"),
    "probe": ("signal", "pulse", "Probe"),
    "ticket": ("ticket", "ticket", "Ticket"),
    "person": ("signal", "user", "Somebody said"),
}


def _signal(entry: Entry, telling: Telling) -> Said:
    match entry.event:
        case e.SignalReceived() as signal:
            css, icon, word = _SIGNS[signal.kind]
            tags = (("harm", "First sign"),) if entry.seq == telling.first_sign else ()
            who = ", ".join(signal.people)
            told = who and signal.kind == "ticket"
            head = Markup("<b>{}</b>{}").format(who if told else word, " by ticket" if told else "")
            aside = link(signal.link) or (telling.service(signal.service) if signal.service else "")
            return Said(css=css, icon=icon, head=head, aside=aside, tags=tags, text=signal.text)
        case e.SignalCleared(why=why):
            quiet = "This does not close the incident; a person does."
            return Said(css="clear", icon="bell", head=Markup("<b>Signal cleared</b>"), text=why, quiet=quiet)
        case _:
            raise TypeError(type(entry.event).__name__)


_WORDS: Mapping[e.UpdateKind, str] = {
    "first-response": "sent the <b>first response</b>",
    "update": "told",
    "resolved": "said that <b>it is over</b>",
    "report": "sent the <b>report</b>",
}


def _update(entry: Entry, update: e.Updated, telling: Telling) -> Said:
    who, count = telling.bold(entry.by), len(update.communities)
    did = Markup(_WORDS[update.kind])  # noqa: S704 — ours
    if update.kind == "update":
        whom = (
            telling.community(update.communities[0]) if count == 1 else f"{count} communities" if count else "outside"
        )
        did = Markup("told <b>{}</b>").format(whom)
    approved = update.approved_by != update.drafted_by
    letter = Letter(
        text=update.text,
        sent=sent(update, telling.wishes.get(entry.seq, ()), telling),
        approved=f"Approved by {telling.person(update.approved_by)}" if approved else "",
        next=Markup("Next word by {}").format(telling.time(update.next_by)) if update.next_by else "",
    )
    return Said(css="out", icon="send", head=Markup("{} {}").format(who, did), letter=letter)


def _proposal(entry: Entry, proposal: e.UpdateProposed, telling: Telling) -> Said:
    to = ", ".join(map(telling.community, proposal.communities))
    waits = entry.seq in telling.waits
    head = Markup("{} {}").format(telling.bold(entry.by), "asks to send this" if waits else "asked to send this")
    letter = Letter(text=proposal.text, sent=(), approved="Not sent yet: it waits for approval" if waits else "")
    return Said(css="note", icon="send", head=head, aside=f"to {to}" if to else "", letter=letter)


def _delivery(entry: Entry, delivery: e.DeliveryReported, telling: Telling) -> Said:
    words = timeline([entry], telling.playbook, telling.person)[0].text
    if delivery.outcome in ("delivered", "again", "arrived"):
        return fact("send", Markup("{}").format(words))
    return Said(css="fail", icon="warn", head=Markup("<b>{}</b>").format(words))
