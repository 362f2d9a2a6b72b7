"""`/desk`: what somebody who speaks for communities asked us, what we answered, and what their communities heard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.core.ids import IncidentNumber, TicketId
from tocsin.core.people import Community
from tocsin.core.tickets import Ticket
from tocsin.store import desk, people, places, tickets
from tocsin.store.desk import Became, Last
from tocsin.web.answers import Answer, NotAllowed, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.desk.exchange import Line, Standing, exchange, glimpse, of_log, standing
from tocsin.web.desk.hours import attended
from tocsin.web.desk.limits import later
from tocsin.web.desk.writing import MOST_TEXT, add, ask, must_wait, wrong_choice, wrong_text
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post

MOST = 40
"""Tickets in the list."""
MOST_TOLD = 12
"""Updates of one community that came without a ticket."""
THEIRS = "What is written here is for those who speak for a community. Answer on the ticket’s own page, under Tickets."
NOBODYS = "The directory names you for no community yet. Ask the team to do that; then you can write to us here."


@dataclass(frozen=True, kw_only=True)
class Row:
    """A ticket in the list."""

    ticket: Ticket
    community: str
    last: Last
    text: str
    """How the last word begins."""
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Word to one of their communities that came without a ticket; `report`: where it can be read by now."""

    line: Line
    community: str
    report: IncidentNumber | None


def show(asked: Asked) -> Shown:
    """For whoever speaks for communities; the team chooses one to look at, `?community=`."""
    team = asked.me.kind == "team"
    with asked.read() as connection:
        every = places.all_of(connection, Community)
        mine = _chosen(asked, every) if team else _spoken_for(asked, every)
        given: dict[str, Any] = {
            "hours": attended(people.everybody(connection), asked.tocsin.playbook, asked.now, asked.zone_name)
        }
        if mine or not team:
            given |= {"rows": _rows(asked, connection, mine), "heard": ()}
            given["heard"] = _heard(connection, mine, {row.ticket.incident for row in given["rows"]})
    return Shown(
        template="desk/own.html",
        given={"rows": (), "heard": (), **given, "mine": mine, "every": every if team else (), "nobodys": NOBODYS},
    )


def _rows(asked: Asked, connection: sa.Connection, mine: Sequence[Community]) -> list[Row]:
    """What was said last, first."""
    found = tickets.of_community(connection, [each.slug for each in mine], MOST)
    if asked.me.kind != "team":
        found += tickets.of_person(connection, asked.me.handle, MOST)
    once = {each.id: each for each in found}
    listed = sorted(once.values(), key=lambda each: (each.last_at, each.id), reverse=True)[:MOST]
    last = desk.last_words(connection, [each.id for each in listed])
    became = desk.became(connection, listed)
    names: dict[str, str] = {each.slug: each.name for each in mine}
    return [
        Row(
            ticket=each,
            community=names.get(each.community or "", "") if len(mine) > 1 else "",
            last=last.get(each.id, Last()),
            text=glimpse(last.get(each.id, Last())),
            standing=_standing(each, last.get(each.id, Last()), became, asked.now),
        )
        for each in listed
    ]


def _standing(ticket: Ticket, last: Last, became: Became, now: datetime) -> Standing:
    signal = became.signals.get(ticket.signal) if ticket.signal is not None else None
    row = became.incidents.get(ticket.incident) if ticket.incident is not None else None
    said = [Line(way="out", at=last.at, who="", text="")] if last.answered and last.at else []
    return standing(ticket, signal, row, said, now)


def _heard(connection: sa.Connection, mine: Sequence[Community], but: Collection[IncidentNumber | None]) -> list[Heard]:
    """Word to their communities about incidents that they have no ticket about: it came by mail."""
    rows = desk.touching(connection, [each.slug for each in mine])
    numbers = [number for number in rows if number not in but]
    found = [
        Heard(line=of_log(told), community=each.name, report=_report(rows, told.incident))
        for each in mine
        for told in places.told(connection, numbers, each.slug, MOST_TOLD)
    ]
    return sorted(found, key=lambda each: each.line.at, reverse=True)


def _report(rows: Mapping[IncidentNumber, Mapping[str, Any]], number: IncidentNumber) -> IncidentNumber | None:
    return number if rows[number]["published"] is not None else None


# ── one ticket ─────────────────────────────────────────────────────────────────────────────────────────────────────


def show_ticket(asked: Asked) -> Shown:
    ticket, community = _ticket(asked)
    with asked.read() as connection:
        found = exchange(connection, ticket, asked.now)
        team = people.everybody(connection)
    given = {
        "it": found,
        "ticket": ticket,
        "community": community.name if community else "",
        "writes": asked.me.kind != "team" and not ticket.system,
        "mine": asked.me.handle == ticket.person,
        "hours": attended(team, asked.tocsin.playbook, asked.now, asked.zone_name),
        "most": MOST_TEXT,
    }
    return Shown(template="desk/own-ticket.html", given=given)


def reply(asked: Asked) -> Answer:
    ticket, _ = _ticket(asked)
    if asked.me.kind == "team":
        raise NotAllowed(THEIRS)
    if ticket.system:
        raise Wrong(text=f"This ticket is kept in {ticket.system}. Answer the mail you got from there.")
    if not asked.me.email:
        raise Wrong(text="The directory has no mail address of you, so nobody could tell that it is you. Ask the team.")
    if wrong := wrong_text(asked):
        raise Wrong(**wrong)
    if wait := must_wait(asked, f"ticket {ticket.id}"):
        return later(show_ticket(asked), wait)
    add(asked, ticket, asked.me.name, asked.me.email, by="page")
    return SentOn(to=f"/desk/{ticket.id}#said", said="We have it. It stands with the rest.")


def _ticket(asked: Asked) -> tuple[Ticket, Community | None]:
    """One of their communities, or that they wrote themselves; the team may see each."""
    with asked.read() as connection:
        found = tickets.find(connection, TicketId(asked.number()))
        community = places.place(connection, Community, found.community) if found and found.community else None
    if found is None:
        raise NotThere
    speaks = community is not None and asked.me.handle in community.representatives
    if not (speaks or found.person == asked.me.handle or asked.sight == "everything"):
        raise NotThere
    return found, community


# ── a new one ──────────────────────────────────────────────────────────────────────────────────────────────────────


def new_page(asked: Asked) -> Shown:
    _must_speak_for_some(asked)
    with asked.read() as connection:
        mine = _spoken_for(asked, places.all_of(connection, Community))
        team = people.everybody(connection)
    given = {
        "mine": mine,
        "community": asked.form.line("community") or (mine[0].slug if len(mine) == 1 else ""),
        "criterion": asked.form.line("criterion"),
        "hours": attended(team, asked.tocsin.playbook, asked.now, asked.zone_name),
        "nobodys": NOBODYS,
        "most": MOST_TEXT,
    }
    return Shown(template="desk/new.html", given=given)


def new(asked: Asked) -> Answer:
    _must_speak_for_some(asked)
    with asked.read() as connection:
        mine = {each.slug: each for each in _spoken_for(asked, places.all_of(connection, Community))}
    chosen = mine.get(asked.form.line("community"))  # type: ignore[call-overload]
    wrong = {**({} if chosen else {"community": "Choose the community you write for."}), **wrong_choice(asked)}
    wrong |= wrong_text(asked)
    if chosen is None or wrong:
        raise Wrong(**wrong)
    if wait := must_wait(asked, chosen.slug):
        return later(new_page(asked), wait)
    ticket = ask(asked, chosen.slug, asked.me.name, asked.me.email, by="page")
    return SentOn(to=f"/desk/{ticket.id}", said="We have it. Thank you for telling us.")


def _must_speak_for_some(asked: Asked) -> None:
    if asked.me.kind == "team":
        raise NotAllowed("You are of the team: say that something is wrong under Triage.")


def _spoken_for(asked: Asked, every: Sequence[Community]) -> list[Community]:
    return [each for each in every if asked.me.handle in each.representatives]


def _chosen(asked: Asked, every: Sequence[Community]) -> list[Community]:
    return [each for each in every if each.slug == asked.query.line("community")]


ROUTES = (
    get("/desk", show, "signed-in"),
    get("/desk/new", new_page, "signed-in"),
    post("/desk/new", new, "signed-in", again=new_page),
    get("/desk/{number}", show_ticket, "signed-in"),
    post("/desk/{number}", reply, "signed-in", again=show_ticket),
)
