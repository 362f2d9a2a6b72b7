"""A declaration as it is being filled in: what was typed or is proposed, and what would follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from tocsin.core.decisions.life import commander_by_default
from tocsin.core.ids import Handle, IncidentNumber, SignalId
from tocsin.core.incident import Action
from tocsin.core.people import Community, Service
from tocsin.core.signals import Signal
from tocsin.core.verdict import Verdict, of_declaration, verdicts
from tocsin.store import log, reads, signals
from tocsin.store.places import all_of
from tocsin.web.acting import whom
from tocsin.web.acting.whom import Card
from tocsin.web.asked import MOST, Asked
from tocsin.web.evidence import criterion_name
from tocsin.web.forms import Form

AT_WORK = 3
"""Others who are at work that have a card of their own."""
AMONG, MOST_ALIKE = 200, 3
"""Of so many that are over, so many that were alike are looked at for what is still to do."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the form holds. Nobody has sent it until `sent`: then what it holds was proposed by us."""

    asked: Asked
    form: Form
    undecided: Sequence[Signal]
    services: Sequence[Service]
    communities: Sequence[Community]

    @property
    def sent(self) -> bool:
        return "title" in self.form

    @cached_property
    def offered(self) -> list[Signal]:
        """The signals that may come along: those it came from, and what belongs with them."""
        named = set(signal_numbers(self.form.all("from") or self.form.all("signal")))
        found = verdicts(self.undecided, self.asked.tocsin.playbook)
        with_them = {other for number in named if (it := found.get(number)) for other in it.signals}
        return [each for each in self.undecided if each.id in named | with_them]

    @cached_property
    def chosen(self) -> list[Signal]:
        """All of those, until somebody takes one out."""
        kept = set(self.form.all("signal"))
        return [each for each in self.offered if not self.sent or str(each.id) in kept]

    @property
    def criterion(self) -> str:
        first = next((each.criterion for each in self.chosen if each.criterion), "")
        return self.form.line("criterion") if "criterion" in self.form else first or ""

    @property
    def where(self) -> tuple[str, ...]:
        """The services, the one that is named first first."""
        own = self.asked.tocsin.playbook.service.slug
        if "service" in self.form:
            named = (self.form.line("service"), *self.form.all("also"))
        else:
            named = tuple(each.service for each in self.chosen if each.service)
        return tuple(dict.fromkeys(each for each in named if each)) or (own,)

    @property
    def own(self) -> bool:
        """The communities of those services are meant."""
        return self.form.ticked("own") if self.sent else True

    @property
    def whom(self) -> tuple[str, ...]:
        """The communities that would be touched by it."""
        theirs = (slug for each in self.services if self.own and each.slug in self.where for slug in each.communities)
        return tuple(dict.fromkeys((*theirs, *self.form.all("community"))))

    @property
    def drill(self) -> bool:
        return self.form.ticked("drill")

    @property
    def channel(self) -> bool:
        return self.form.ticked("channel") if self.sent else True

    @property
    def title(self) -> str:
        """In the words of the rule, where there is nothing else; never in those of a signal, which may name people."""
        if self.sent or not self.criterion:
            return self.form.text("title")
        return f"{criterion_name(self.asked.tocsin.playbook, self.criterion)}: {self.service(self.where[0])}"

    @property
    def tickets(self) -> str:
        """One in a line."""
        found = (each.link for each in self.chosen if each.kind == "ticket" and each.link)
        return self.form.text("tickets") if self.sent else "\n".join(dict.fromkeys(found))

    @cached_property
    def verdict(self) -> Verdict | None:
        """What its signals come to; None, where none comes along."""
        if not self.chosen:
            return None
        playbook = self.asked.tocsin.playbook
        known = next((each.slug for each in playbook.criteria if each.slug == self.criterion), None)
        return of_declaration(self.chosen, self.undecided, playbook, known)

    @property
    def needs_why(self) -> bool:
        """The rule does not say so by itself, nor has anybody who judged a signal."""
        judged = any(each.verdict == "incident" and each.why.strip() for each in self.chosen)
        return self.verdict is not None and self.verdict.proposal != "incident" and not judged

    def service(self, slug: str) -> str:
        own = self.asked.tocsin.playbook.service
        return own.name if slug == own.slug else _name(self.services, slug)

    def community(self, slug: str) -> str:
        return _name(self.communities, slug)

    @property
    def places(self) -> list[tuple[str, str]]:
        """Every service with those it is for; the playbook's own first."""
        own = self.asked.tocsin.playbook.service
        others = [each for each in self.services if each.slug != own.slug]
        return [(own.slug, own.name), *((each.slug, _with(each, self.communities)) for each in others)]


def signal_numbers(told: Iterable[str]) -> tuple[SignalId, ...]:
    """Those of them that can be the number of a signal."""
    return tuple(SignalId(int(each)) for each in told if each.isascii() and each.isdigit() and len(each) <= MOST)


def draft(asked: Asked, c: sa.Connection) -> Draft:
    """What was typed, where the form has come back; else what its address proposes."""
    return Draft(
        asked=asked,
        form=asked.form or asked.query,
        undecided=signals.undecided(c),
        services=all_of(c, Service),
        communities=all_of(c, Community),
    )


@dataclass(frozen=True, kw_only=True)
class Commander:
    """Who would command if nobody says otherwise, and who else could."""

    default: Card
    others: tuple[Card, ...]
    """With a card of their own: whoever declares, and those at work."""
    everybody: tuple[Card, ...]
    is_me: bool


def commander(asked: Asked, c: sa.Connection) -> Commander:
    """As the core decides it: a triager who is at work, else whoever declares."""
    handle = commander_by_default(replace(asked.tocsin.given(c), by=asked.me)) or asked.me.handle
    cards = {card.value: card for card in whom.cards(asked, whom.people(asked, c))}
    me = asked.me.handle
    first = [cards[me]] if me in cards and me != handle else []
    at_work = [card for card in cards.values() if card.at_work and card.value not in (handle, me)]
    return Commander(
        default=cards.get(handle) or Card(value=handle, name=asked.name(handle), where=""),
        others=(*first, *at_work[:AT_WORK]),
        everybody=tuple(card for card in cards.values() if card.value not in (handle, me)),
        is_me=handle == Handle(me),
    )


def alike_open(c: sa.Connection, it: Draft) -> list[Mapping[str, Any]]:
    """The open incidents that may be the same, exercises aside."""
    if it.drill or not (it.criterion or it.chosen):
        return []
    rows = (row for row in reads.incidents(c, "open") if row["criterion"] in (it.criterion or None, None))
    return [row for row in rows if not row["drill"] and not set(it.where).isdisjoint(row["services"])]


def still_to_do(c: sa.Connection, it: Draft) -> list[tuple[IncidentNumber, Action]]:
    """What was to keep it from happening again, and is not done yet."""
    if not it.criterion:
        return []
    numbers = reads.alike(c, it.where, it.criterion, AMONG)[:MOST_ALIKE]
    return [(number, action) for number in numbers for action in log.incident(c, number).actions if not action.done]


def _name(places: Iterable[Service | Community], slug: str) -> str:
    return next((each.name for each in places if each.slug == slug), slug)


def _with(service: Service, communities: Sequence[Community]) -> str:
    names = ", ".join(_name(communities, slug) for slug in service.communities)
    return f"{service.name} ({names})" if names else service.name
