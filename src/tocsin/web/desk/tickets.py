"""`/tickets`: what people outside wrote and what they were answered, as colleagues see it; and what is done there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tocsin.core import commands as c
from tocsin.core.effects import AnswerTicket, Reply, TellTicket, Wish, WishState
from tocsin.core.ids import TicketId
from tocsin.core.people import Community
from tocsin.core.tickets import Ticket
from tocsin.store import desk, people, places, tickets
from tocsin.store.desk import Last
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.desk.exchange import Line, glimpse, map_words
from tocsin.web.desk.waiting import waiting
from tocsin.web.evidence import criterion_name
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post

MOST = 100
"""Tickets in the list."""
MAIL_IS_NOT_SET_UP = "Nothing here is set up to send mail, so they do not read it. See to the settings first."
_CAME = {"mail": "by mail", "form": "on the form of their community", "page": "on their page, signed in"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A ticket in the list; `ours`: it is our turn."""

    ticket: Ticket
    community: str
    last: Last
    text: str
    """How the last word begins."""
    ours: bool


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of one of our words; `state` as its sign: ok, no, waits, or nothing."""

    state: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """A line of the exchange, with what became of it where it is ours."""

    line: Line
    delivery: Delivery | None = None


# ── the list ───────────────────────────────────────────────────────────────────────────────────────────────────────


def show(asked: Asked) -> Shown:
    """The open ones: those that wait for us first, then what was said last."""
    with asked.read() as connection:
        found = {each.id: each for each in desk.strangers(connection, MOST)}
        for each in desk.open_tickets(connection, MOST + 1):
            found[each.id] = each
        last = desk.last_words(connection, list(found))
        names = {each.slug: each.name for each in places.all_of(connection, Community)}
        wait = waiting(connection)
    rows = [_row(each, last.get(each.id, Last()), names) for each in found.values()]
    rows.sort(key=lambda row: (not row.ours, -row.ticket.last_at.timestamp(), -row.ticket.id))
    given = {"rows": rows[:MOST], "more": len(rows) > MOST, "waiting": wait, "ours": sum(row.ours for row in rows)}
    return Shown(template="desk/tickets.html", given=given)


def _row(ticket: Ticket, last: Last, names: dict[Any, str]) -> Row:
    ours = last.way == "in" or bool(last.apart) or ticket.community is None
    return Row(
        ticket=ticket,
        community=names.get(ticket.community, ticket.community or ""),
        last=last,
        text=glimpse(last),
        ours=ours,
    )


# ── one ticket ─────────────────────────────────────────────────────────────────────────────────────────────────────


def show_ticket(asked: Asked) -> Shown:
    with asked.read() as connection:
        ticket = tickets.find(connection, TicketId(asked.number()))
        if ticket is None:
            raise NotThere
        said = tickets.words(connection, ticket.id)
        wishes = desk.in_tickets(connection, [ticket.id])[ticket.id]
        became = desk.became(connection, [ticket])
        communities = places.all_of(connection, Community)
        lines = map_words(said, people.names(connection))
    signal = became.signals.get(ticket.signal) if ticket.signal is not None else None
    messages = [Message(line=each, delivery=_delivery(each, ticket, wishes)) for each in lines]
    community = next((each for each in communities if each.slug == ticket.community), None)
    given: dict[str, Any] = {
        "ticket": ticket,
        "came": _came(ticket, lines),
        "unproven": lines[0].source.startswith("form:") if lines else False,
        "messages": [each for each in messages if not each.line.apart],
        "apart": [each for each in messages if each.line.apart],
        "under_way": _under_way(wishes, lines),
        "community": community,
        "communities": communities,
        "signal": signal,
        "criterion": criterion_name(asked.tocsin.playbook, signal.criterion) if signal else "",
        "incident": became.incidents.get(ticket.incident) if ticket.incident is not None else None,
        "way": how_it_goes(asked, ticket),
        "can": _can_answer(asked, ticket),
        "acts": asked.me.part in ("responder", "administrator"),
        "fields": set(asked.form.fields),
    }
    return Shown(template="desk/ticket.html", given=given)


def how_it_goes(asked: Asked, ticket: Ticket) -> str:
    """What will become of an answer, before anybody writes one."""
    if ticket.system:
        if not _can_answer(asked, ticket):
            return f"Nothing here is set up to answer in {ticket.system}. Answer there, or see to the settings."
        return f"It goes out through {ticket.system}, as an answer to {ticket.who}, and stands here."
    if ticket.reference.startswith("mail:"):
        if _can_answer(asked, ticket):
            return f"It goes to {ticket.email} by mail, into the thread they wrote in."
        return MAIL_IS_NOT_SET_UP
    page = "It stands on their page at once"
    if not ticket.email:
        return f"{page}. No mail goes out: nobody knows an address of {ticket.who}."
    if "mailer" not in asked.tocsin.serves:
        return f"{page}. No mail goes out: nothing here is set up to send any."
    return f"{page}, and goes to {ticket.email} by mail."


def _can_answer(asked: Asked, ticket: Ticket) -> bool:
    if ticket.reference.startswith("mail:"):
        return "mailer" in asked.tocsin.serves
    return not ticket.system or "tickets" in asked.tocsin.serves


def _came(ticket: Ticket, lines: Sequence[Line]) -> str:
    """How it came, as its first word says."""
    if ticket.system:
        return f"in {ticket.system}"
    return _CAME.get(lines[0].source.partition(":")[0], "at our desk") if lines else "at our desk"


def _delivery(line: Line, ticket: Ticket, wishes: Sequence[Wish]) -> Delivery | None:
    if line.way != "out":
        return None
    mine = next((each for each in reversed(wishes) if _is_of(each, line)), None)
    if mine is not None:
        return delivery(mine.state, failing=bool(mine.fails))
    if ticket.system:
        return Delivery(state="ok", words=f"stands in {ticket.system}")
    told = "no mail was sent" if ticket.reference.startswith("mail:") else "stands on their page; no mail was sent"
    return Delivery(state="", words=told)


def reply_became(place: int, wishes: Sequence[Wish]) -> Delivery | None:
    """The same of a message by its place, where it went out by a wish of its own."""
    mine = (each for each in reversed(wishes) if isinstance(each.effect, Reply) and each.effect.place == place)
    found = next(mine, None)
    return delivery(found.state, failing=bool(found.fails)) if found else None


def _is_of(wish: Wish, line: Line) -> bool:
    """Whether it carries this very word."""
    match wish.effect:
        case Reply(place=place):
            return place == line.place
        case TellTicket() | AnswerTicket():
            return line.line is not None and wish.effect.about == line.line
        case _:
            return False


def delivery(state: WishState, *, failing: bool) -> Delivery:
    """In words for somebody who only wants to know whether they have it."""
    match state:
        case "done":
            return Delivery(state="ok", words="sent")
        case "unknown":
            return Delivery(state="no", words="nobody can tell whether it went out")
        case "failed" | "quarantined" | "given-up":
            return Delivery(state="no", words="did not get through")
        case "dropped":
            return Delivery(state="", words="was not sent")
        case _ if failing:
            return Delivery(state="no", words="has not got through yet; we keep trying")
        case _:
            return Delivery(state="waits", words="on its way")


def _under_way(wishes: Sequence[Wish], lines: Sequence[Line]) -> list[tuple[str, Delivery]]:
    """What should happen in the ticket and is not done, but for what stands in the exchange with its own state."""
    open_ = (each for each in wishes if each.state not in ("done", "dropped", "given-up"))
    shown = {each.id for each in wishes for line in lines if line.way == "out" and _is_of(each, line)}
    return [
        (_what(each.effect), delivery(each.state, failing=bool(each.fails))) for each in open_ if each.id not in shown
    ]


_WHAT = {
    "TellTicket": "An update to them",
    "AnswerTicket": "An update to them",
    "Reply": "An answer to them",
    "ReplyByMail": "An answer to them",
    "NoteTicket": "A note for colleagues there",
    "AssignTicket": "Whoever answers is named there",
    "MarkTicket": "It is marked as an incident there",
    "CloseTicket": "It is closed there",
}


def _what(effect: object) -> str:
    return _WHAT.get(type(effect).__name__, "Something for this ticket")


# ── what is done there ─────────────────────────────────────────────────────────────────────────────────────────────


def reply(asked: Asked) -> Answer:
    ticket = _there(asked)
    if not asked.form.text("text").strip():
        raise Wrong(text="Write what they should read.")
    asked.do(c.ReplyInTicket(ticket=ticket.id, text=asked.form.text("text")))
    return SentOn(to=f"/tickets/{ticket.id}#said", said=f"Answered. {how_it_goes(asked, ticket)}")


def admit(asked: Asked) -> Answer:
    ticket, place = _there(asked), asked.form.number("place")
    if place is None:
        raise Wrong(place="Choose the message that may stand.")
    asked.do(c.AdmitWord(ticket=ticket.id, place=place))
    return SentOn(to=f"/tickets/{ticket.id}#said", said="It stands with the rest.")


def place(asked: Asked) -> Answer:
    ticket, community = _there(asked), asked.form.line("community")
    if not community:
        raise Wrong(community="Choose the community it comes from.")
    asked.do(c.PlaceTicket(ticket=ticket.id, community=community))
    return SentOn(to=f"/tickets/{ticket.id}", said=f"{ticket.who} writes for that community now.")


def _there(asked: Asked) -> Ticket:
    with asked.read() as connection:
        found = tickets.find(connection, TicketId(asked.number()))
    if found is None:
        raise NotThere
    return found


ROUTES = (
    get("/tickets", show, "team"),
    get("/tickets/{number}", show_ticket, "team"),
    post("/tickets/{number}/reply", reply, "responder", again=show_ticket),
    post("/tickets/{number}/admit", admit, "responder", again=show_ticket),
    post("/tickets/{number}/place", place, "responder", again=show_ticket),
)
