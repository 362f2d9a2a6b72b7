"""Handing a role over: why now, who could take it, and the brief exactly as they will read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.handover import Relief, relief, why_hand_over
from tocsin.core.ids import Handle
from tocsin.core.people import Group, Party, Person
from tocsin.core.playbook import Role
from tocsin.store import places, reads
from tocsin.web.acting import frame, roles, whom
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.room.known import around
from tocsin.web.room.reading import Room, must_be_seen
from tocsin.web.room.reading import room as read_room
from tocsin.web.routes import get, post
from tocsin.web.updating.letters import Reader, letter_to


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Somebody who could take it, as a card."""

    card: whom.Card
    roles: str
    """What they have already."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An offer that nobody has answered."""

    to: str
    by: str
    at: datetime | None
    slug: str
    withdraws: bool


def page(asked: Asked) -> Shown:
    """`?role=` says which, else the one that commands; `?to=` chooses somebody beforehand."""
    with asked.read() as connection:
        room = read_room(asked, connection, must_be_seen(asked))
        role = roles.shown(asked)
        could = _could(room, role, connection) if room.open else []
        groups = places.all_of(connection, Group)
        cards = whom.groups(asked, connection, [each.presence for each in could])
    chosen = asked.form.line("to") if asked.form else asked.query.line("to") or _first(could)
    brief = _brief(room, role, chosen, groups)
    if asked.fragment and asked.method == "POST":
        return Shown(template="handing-over/brief.html", given={"brief": brief, "room": room, "role": role})
    given = {
        "room": room,
        "incident": room.incident,
        "role": role,
        "commands": "commands" in role.duties,
        "holders": [room.called(each) for each in room.incident.holders(role.slug)],
        "mine": role.slug in room.mine,
        "why_now": _why(room, role),
        "waiting": _waiting(room, role),
        "could": [_choice(room, each) for each in could],
        "groups": cards,
        "chosen": chosen,
        "brief": brief,
        "mail": "mailer" in asked.tocsin.serves,
    }
    return Shown(template="handing-over/page.html", given=given)


def answer(asked: Asked) -> Answer:
    """Offered, or given to somebody who has agreed already; every other button only looks."""
    do = asked.form.line("do")
    if do not in ("offer", "assign"):
        return page(asked)
    number, role, to = frame.must_be_there(asked), roles.meant(asked), asked.form.line("to")
    if not to:
        raise Wrong(to="Choose to whom.")
    if do == "assign":
        done = asked.do(c.Assign(incident=number, role=role.slug, person=to), once="assign")
        return frame.back(asked, done, f"{asked.name(to)} is {role.name} now.")
    offer = c.OfferRole(incident=number, role=role.slug, to=to, text=asked.form.text("text"))
    done = asked.do(offer, once="offer")
    return frame.back(asked, done, f"{role.name} is offered. Until somebody accepts, nothing changes hands.")


def _why(room: Room, role: Role) -> str | None:
    """Only of command it is known when handing over is due."""
    if "commands" not in role.duties:
        return None
    return why_hand_over(room.incident, room.now, room.playbook, around(room).team, room.wrote)


def _could(room: Room, role: Role, connection: sa.Connection) -> list[Relief]:
    """Everybody but whoever asks, the one to ask first on top."""
    elsewhere = reads.roles_elsewhere(connection, room.number)
    others = [each for each in around(room).team if each.handle != room.asked.me.handle]
    found = relief(room.incident, role, room.now, room.playbook, others, room.wrote, elsewhere)
    return sorted(found, key=lambda each: not each.first)


def _first(could: Sequence[Relief]) -> str:
    return next((each.presence.person.handle for each in could if each.first), "")


def _choice(room: Room, each: Relief) -> Choice:
    here = [room.playbook.called(role) for role in each.roles]
    elsewhere = [f"{each.elsewhere} {'role' if each.elsewhere == 1 else 'roles'} elsewhere"] if each.elsewhere else []
    return Choice(card=next(iter(whom.cards(room.asked, [each.presence]))), roles=", ".join([*here, *elsewhere]))


def _waiting(room: Room, role: Role) -> list[Waiting]:
    at = {each.seq: each.at.at for each in room.entries if isinstance(each.event, e.RoleOffered)}
    return [
        Waiting(
            to=room.party(each.to),
            by=room.asked.called(each.by),
            at=at.get(each.seq),
            slug=each.to.person or each.to.group or "",
            withdraws=room.commands or each.by == room.asked.me.handle,
        )
        for each in room.incident.offers
        if each.role == role.slug
    ]


def _brief(room: Room, role: Role, chosen: str, groups: Sequence[Group]) -> Reader | None:
    """The letter to whoever is chosen; of a group, to the first who is not the one that asks."""
    group = next((each for each in groups if each.slug == chosen), None)
    members = (room.people.get(each) for each in group.members) if group else (room.people.get(Handle(chosen)),)
    to: Person | None = next((each for each in members if each and each.handle != room.asked.me.handle), None)
    if to is None:
        return None
    party = Party(group=group.slug) if group else Party(person=to.handle)
    offered = e.RoleOffered(role=role.slug, to=party, text=room.asked.form.text("text"))
    return letter_to(room, to, offered, None)


ROUTES = (
    get("/incidents/{number}/hand-over", page, "responder"),
    post("/incidents/{number}/hand-over", answer, "responder", again=page),
)
