"""Word to the communities as a page: the form, the letters beside it, and what approves or sends them."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.duties import carrying
from tocsin.core.events import Entry
from tocsin.core.incident import Proposal
from tocsin.core.refused import Refused
from tocsin.language.outward import look_over, named
from tocsin.language.wording import listed
from tocsin.web.answers import Answer, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Form, Wrong
from tocsin.web.outgoing import MOVED, PASSED, flaw, says, times
from tocsin.web.room import process
from tocsin.web.room.reading import Room, must_be_seen
from tocsin.web.room.reading import room as read_room
from tocsin.web.showing import place
from tocsin.web.updating.letters import recipients
from tocsin.web.updating.word import KINDS, Word, by_cadence, last_word, own_time, word


def page(asked: Asked) -> Shown:
    """What was typed, or what to begin with; for a script only what stands beside the form."""
    form, query = _fields(asked)
    room = _room(asked)
    it = word(room, form, query)
    template = "updating/preview.html" if asked.fragment and asked.method == "POST" else "updating/page.html"
    return Shown(template=template, given=_given(room, it, form))


def answer(asked: Asked) -> Answer:
    """What the buttons ask for; all but three of them only look."""
    match asked.form.line("do"):
        case "send":
            return _send(asked)
        case "ask":
            return _ask(asked)
        case "turn-down":
            return _turn_down(asked)
        case _:
            return page(asked)


# ── what is done ───────────────────────────────────────────────────────────────────────────────────────────────────


def _send(asked: Asked) -> SentOn:
    room = _room(asked)
    it = word(room, asked.form, asked.query)
    _must_be_right(room, it)
    update = c.PostUpdate(
        incident=room.number,
        text=it.text,
        kind=it.kind,
        communities=it.to,
        next_by=it.next_by,
        proposal=asked.form.seq("proposal"),
    )
    done = asked.do(update, once="send")
    return SentOn(to=f"/incidents/{room.number}{f'#L{done.lines[0]}' if done.lines else ''}", said=_sent(room, it))


def _ask(asked: Asked) -> SentOn:
    room = _room(asked)
    it = word(room, asked.form, asked.query)
    _must_be_right(room, it)
    proposal = c.ProposeUpdate(incident=room.number, text=it.text, kind=it.kind, communities=it.to, next_by=it.next_by)
    asked.do(proposal, once="ask")
    who = listed(map(room.name, carrying(room.incident, room.playbook, "approves")))
    return SentOn(to=f"/incidents/{room.number}", said=f"{who} is asked to approve it. Nothing has gone out yet.")


def _turn_down(asked: Asked) -> SentOn:
    """Its author takes it back with no word of why; whoever approves says one."""
    room, seq = _room(asked), asked.form.seq("proposal")
    found = next((each for each in room.incident.proposals if each.seq == seq), None)
    if seq is None or found is None:
        raise Refused("It does not wait any more: it was sent, or turned down. Nothing was changed.")
    mine = found.by == asked.me.handle
    if not mine and not asked.form.text("why").strip():
        raise Wrong(why=f"Say what should change, so that {room.name(found.by)} can write it.")
    asked.do(c.TurnDownProposal(incident=room.number, proposal=seq, why=asked.form.text("why")), once="no")
    said = "You have taken it back." if mine else f"It was not sent. {room.name(found.by)} reads why."
    return SentOn(to=f"/incidents/{room.number}", said=said)


def _must_be_right(room: Room, it: Word) -> None:
    form, wrong = room.asked.form, dict[str, str]()
    try:
        own_time(room, form)
    except Refused as no:
        wrong["own"] = str(no)
    if why := flaw(it.text, "Write what they should hear: what they can and cannot do, and what comes next."):
        wrong["text"] = why
    elif it.moved:
        wrong["text"] = MOVED
    if room.incident.communities and not it.to:
        wrong["to"] = "Choose who gets it."
    if it.promises is False and "own" not in wrong:
        wrong["own"] = "Say by when they hear from us again."
    elif it.next_by is not None and it.next_by <= room.now:
        wrong["own"] = PASSED
    newer = _newer(room, form)
    if newer is not None and not wrong:
        wrong[""] = _overtaken(room, newer)
    if wrong:
        raise Wrong(**wrong)


def _overtaken(room: Room, newer: Entry) -> str:
    did = "proposed word" if isinstance(newer.event, e.UpdateProposed) else "sent word"
    at = f"{newer.at.at.astimezone(room.asked.zone):%H:%M}"
    if newer.by == room.asked.me.handle:
        return f"You {did} at {at} already. It stands below; send yours if it says more."
    return f"{room.name(newer.by)} {did} at {at}, while you wrote. It stands below; send yours if it says more."


# ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────────


def _given(room: Room, it: Word, form: Form) -> dict[str, object]:
    asked, playbook = room.asked, room.playbook
    colleagues = [each.name for each in room.people.values() if each.kind == "team"]
    approving = carrying(room.incident, playbook, "approves")
    to = recipients(room, it, named(it.text, colleagues))
    cadence, clocks = by_cadence(room), (it.zone, asked.zone_name)
    return {
        "room": room,
        "incident": room.incident,
        "word": it,
        "kinds": KINDS,
        "title": _title(room, it),
        "due": process.word(room),
        "times": times(room.now, clocks, cadence, it.next_by),
        "recipients": to,
        "letters": [(each, reader) for each in to for reader in each.readers],
        "seen": look_over(it.text, playbook, colleagues, own=asked.tocsin.address, promises=it.promises),
        "approves": not approving or asked.me.handle in approving,
        "nobody_approves": not approving,
        "approver": listed(map(room.name, approving)),
        "waiting": [each for each in room.incident.proposals if it.proposal is None or each.seq != it.proposal.seq],
        "mine": it.proposal is not None and it.proposal.by == asked.me.handle,
        "last": last_word(room),
        "newer": _newer(room, form),
        "gone": bool((form or asked.query).line("proposal")) and it.proposal is None,
        "whom": _whom(len(it.to), it),
        "mail": "mailer" in asked.tocsin.serves,
        "cadence": says(cadence, room.now, clocks) if cadence else "",
        "own_named": place(asked.zone_name),
        "whose": _whose(room, it.proposal),
    }


def _fields(asked: Asked) -> tuple[Form, Form]:
    """The small form that turns a proposal down is not the one that the page is filled from."""
    if asked.form.line("do") == "turn-down":
        return Form(), asked.form
    return asked.form, asked.query


def _room(asked: Asked) -> Room:
    with asked.read() as connection:
        return read_room(asked, connection, must_be_seen(asked))


def _title(room: Room, it: Word) -> str:
    match it.kind:
        case "first-response":
            return "Write the first response"
        case "update":
            return f"Write update {_updates(room) + 1}"
        case "resolved":
            return "Tell them that it is over"
        case _:
            return "Tell them where the report is"


def _updates(room: Room) -> int:
    return sum(isinstance(each.event, e.Updated) and each.event.kind == "update" for each in room.entries)


def _whom(count: int, it: Word) -> str:
    if it.kind == "report" and not count:
        return "Keep it on the timeline"
    return f"Send to {count} {'community' if count == 1 else 'communities'}" if count else "Keep it on the timeline"


def _whose(room: Room, proposal: Proposal | None) -> str:
    return room.called(proposal.by) if proposal else ""


def _sent(room: Room, it: Word) -> str:
    names = listed(map(room.community, it.to or room.incident.communities))
    if not names:
        return "It stands on the timeline. No community is named, so nobody got mail."
    if room.incident.drill:
        return "It stands on the timeline. This is an exercise, so nobody gets mail."
    if "mailer" not in room.asked.tocsin.serves:
        return f"It stands on the timeline. No mail is set up here: carry it to {names} yourself."
    return f"Sent to {names}."


def _newer(room: Room, form: Form) -> Entry | None:
    """What was said or proposed since the form was loaded, in another tab too; but not by this very form."""
    told = form.line("seen")
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        return None
    words = (e.Updated, e.UpdateProposed)
    ours = (room.asked.source("ask"), room.asked.source("send"))
    new = [x for x in room.entries if isinstance(x.event, words) and x.seq > int(told)]
    found = [x for x in new if x.source is None or x.source not in ours]
    return found[-1] if found else None
