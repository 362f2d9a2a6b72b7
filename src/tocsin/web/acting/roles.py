"""Who does what: roles taken, offered, accepted, declined, laid down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Holding, Incident, Offer
from tocsin.core.people import Group, Party
from tocsin.core.playbook import Role
from tocsin.core.presence import Presence
from tocsin.core.refused import Refused
from tocsin.store import places
from tocsin.web.acting import frame, whom
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Somebody who holds a role, and where they are in their day."""

    handle: Handle
    name: str
    since: datetime
    where: str = ""
    work: str = ""
    mine: bool = False


@dataclass(frozen=True, kw_only=True)
class Offered:
    """An offer that waits for an answer."""

    to: str
    by: str
    mine: bool
    """Put to whoever reads, by name or as one of a group."""
    group: bool
    slug: str
    """Whom it is put to, as a form says it."""
    withdraws: bool
    """Whoever reads made it, or commands."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A role, who holds it, and to whom it is offered."""

    role: Role
    holders: tuple[Holder, ...]
    offers: tuple[Offered, ...]

    @property
    def mine(self) -> bool:
        return any(each.mine for each in self.holders)

    @property
    def offered_to_me(self) -> Offered | None:
        return next((each for each in self.offers if each.mine), None)


def page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        return frame.shown(asked, connection, it, "roles", parts=parts(asked, connection, it))


def answer(asked: Asked) -> Answer:
    """What one of the page's small forms asks for: take, release, accept, decline, withdraw."""
    number, form = frame.must_be_there(asked), asked.form
    role, me = form.line("role"), asked.me.handle
    called = asked.tocsin.playbook.called(Slug(role))
    match form.line("do"):
        case "take":
            return frame.back(asked, asked.do(c.Assign(incident=number, role=role)), f"You are {called} now.")
        case "release":
            person = form.line("person") or me
            done = asked.do(c.Release(incident=number, role=role, person=person))
            return frame.back(asked, done, f"{_capital(asked.called(Handle(person)))} no longer {called}.")
        case "accept":
            return frame.back(asked, asked.do(c.AcceptRole(incident=number, role=role)), f"You are {called} now.")
        case "decline":
            done = asked.do(c.DeclineRole(incident=number, role=role, why=form.text("why")))
            return frame.back(asked, done, "You said no. Whoever offered it sees that.")
        case "withdraw":
            done = asked.do(c.WithdrawOffer(incident=number, role=role, to=form.line("to")))
            return frame.back(asked, done, "The offer is withdrawn. Nobody has to answer it any more.")
        case _:
            raise Refused("Choose what to do with the role.")


def offer_page(asked: Asked) -> Shown:
    """`?role=` and `?to=` choose beforehand."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        found = whom.people(asked, connection)
        role = shown(asked)
        others = [each for each in found if each.person.handle not in (asked.me.handle, *it.holders(role.slug))]
        return frame.shown(
            asked,
            connection,
            it,
            "offer",
            role=role,
            people=whom.cards(asked, others),
            groups=whom.groups(asked, connection, found),
            chosen=asked.form.line("to") or asked.query.line("to") or _proposed(others),
            holders=[asked.called(each) for each in it.holders(role.slug)],
        )


def offer(asked: Asked) -> Answer:
    """`how` is `assign` where somebody has agreed already."""
    number, form, role = frame.must_be_there(asked), asked.form, meant(asked)
    to = form.line("to")
    if not to:
        raise Wrong(to="Choose to whom.")
    if form.line("how") == "assign":
        done = asked.do(c.Assign(incident=number, role=role.slug, person=to))
        return frame.back(asked, done, f"{_capital(asked.called(Handle(to)))} {role.name} now.")
    done = asked.do(c.OfferRole(incident=number, role=role.slug, to=to, text=form.text("text")))
    return frame.back(asked, done, f"{role.name} is offered. Until somebody accepts, nothing changes hands.")


def parts(asked: Asked, connection: sa.Connection, it: Incident) -> list[Part]:
    """Every role of the playbook, those nobody holds too."""
    seen = {each.person.handle: each for each in whom.people(asked, connection)}
    groups = {each.slug: each for each in places.all_of(connection, Group)}
    return [
        Part(
            role=role,
            holders=tuple(_holder(asked, held, seen) for held in _now(it.holdings, role)),
            offers=tuple(_offered(asked, it, each, groups) for each in it.offers if each.role == role.slug),
        )
        for role in asked.tocsin.playbook.roles
    ]


def _now(holdings: Iterable[Holding], role: Role) -> list[Holding]:
    return [held for held in holdings if held.role == role.slug and held.until is None]


def _holder(asked: Asked, held: Holding, seen: dict[Handle, Presence]) -> Holder:
    there = seen.get(held.person)
    return Holder(
        handle=held.person,
        name=asked.called(held.person),
        since=held.since,
        where=whom.where(there) if there else "",
        work=whom.work(there) if there else "",
        mine=held.person == asked.me.handle,
    )


def _offered(asked: Asked, it: Incident, each: Offer, groups: dict[Slug, Group]) -> Offered:
    return Offered(
        to=party(asked, each.to, groups),
        by=asked.called(each.by),
        mine=for_me(asked, each.to, groups),
        group=each.to.group is not None,
        slug=each.to.person or each.to.group or "",
        withdraws=asked.me.handle in (each.by, *it.holders(asked.tocsin.playbook.with_duty("commands").slug)),
    )


def party(asked: Asked, to: Party, groups: dict[Slug, Group]) -> str:
    """What a person or a group is called."""
    if to.person is not None:
        return asked.called(to.person)
    group = groups.get(to.group) if to.group else None
    return group.name if group else to.group or ""


def for_me(asked: Asked, to: Party, groups: dict[Slug, Group]) -> bool:
    """Whether something is put to whoever reads, by name or as one of a group."""
    group = groups.get(to.group) if to.group else None
    return to.person == asked.me.handle or (group is not None and asked.me.handle in group.members)


def shown(asked: Asked) -> Role:
    """The role that a page is about; where it names none there is, the one that commands."""
    told = asked.form.line("role") or asked.query.line("role")
    playbook = asked.tocsin.playbook
    return next((each for each in playbook.roles if each.slug == told), playbook.with_duty("commands"))


def meant(asked: Asked) -> Role:
    """The role that a form is about. No other is taken for it: refuses what is none."""
    told = asked.form.line("role")
    if not told:
        raise Refused("Say which role it is about. There is no role without a name.")
    return asked.tocsin.playbook.role(told)


def _proposed(others: list[Presence]) -> str:
    """Whoever is at work for longest; nobody, where nobody is."""
    return next((each.person.handle for each in others if each.at_work), "")


def _capital(name: str) -> str:
    return "You are" if name == "you" else f"{name} is"


ROUTES = (
    get("/incidents/{number}/roles", page, "responder"),
    post("/incidents/{number}/roles", answer, "responder", again=page),
    get("/incidents/{number}/offer", offer_page, "responder"),
    post("/incidents/{number}/offer", offer, "responder", again=offer_page),
)
