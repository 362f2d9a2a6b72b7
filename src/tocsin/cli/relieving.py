"""`tocsin incident relief`: who could take a role over, and how to offer it to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.cli import present
from tocsin.core.around import Around
from tocsin.core.events import Entry
from tocsin.core.handover import Relief, relief
from tocsin.core.ids import Handle
from tocsin.core.incident import Incident, Offer, fold
from tocsin.core.people import Directory, called
from tocsin.core.playbook import Playbook, Role

COLUMNS = ("handle", "name", "their time", "at work", "roles", "ask")


@dataclass(frozen=True, kw_only=True)
class Relieving:
    """A role, and who could take it over."""

    incident: Incident
    role: Role
    could: Sequence[Relief]

    @property
    def first(self) -> Relief | None:
        return next((each for each in self.could if each.first), None)

    @property
    def offers(self) -> Sequence[Offer]:
        """To whom it is offered, and who have not answered."""
        return [offer for offer in self.incident.offers if offer.role == self.role.slug]


def relieving(entries: Sequence[Entry], around: Around, role: str | None, elsewhere: Mapping[Handle, int]) -> Relieving:
    """Of the role that is named, else of the one that commands."""
    incident, playbook = fold(entries[0].incident, entries), around.playbook
    wanted = playbook.role(role) if role is not None else playbook.with_duty("commands")
    could = relief(incident, wanted, around.now, playbook, around.team, around.wrote, elsewhere)
    return Relieving(incident=incident, role=wanted, could=could)


def as_data(it: Relieving) -> dict[str, object]:
    """For programs."""
    return {
        "incident": it.incident.number,
        "role": it.role.slug,
        "holders": it.incident.holders(it.role.slug),
        "offered": [offer.to.person or offer.to.group for offer in it.offers],
        "people": [
            {
                **present.as_data(each.presence),
                "roles": each.roles,
                "roles_elsewhere": each.elsewhere,
                "ask_first": each.first,
            }
            for each in it.could
        ],
        "offer": _typed(it, it.first) if it.first else None,
    }


def as_rows(it: Relieving, playbook: Playbook) -> list[tuple[str, ...]]:
    """Each on their own clock, with the roles they have already."""
    return [
        (
            each.presence.person.handle,
            each.presence.person.name,
            present.local_time(each.presence),
            present.work(each.presence),
            _roles(each, playbook),
            "first" if each.first else "",
        )
        for each in it.could
    ]


def advice(it: Relieving, directory: Directory) -> Iterator[str]:
    """Whom to ask, and how."""
    for offer in it.offers:
        yield f"It is offered to {_whom(offer, directory)} already, and changes hands when they accept."
    if not it.could:
        yield "There is nobody else on the team. Add people: tocsin people add HANDLE."
        return
    first = it.first
    if first is None:
        soonest = it.could[0]
        back = present.work(soonest.presence)
        yield f"Nobody else is at work. First is {soonest.presence.person.name}: {back}. To ask them all the same:"
    elif first.load:
        yield f"Everybody else at work has a role already; {first.presence.person.name} has the fewest. To offer it:"
    else:
        yield f"To offer it to {first.presence.person.name}:"
    yield _typed(it, first or it.could[0])


def _roles(each: Relief, playbook: Playbook) -> str:
    here = [playbook.called(role) for role in each.roles]
    return ", ".join([*here, *([f"{each.elsewhere} elsewhere"] if each.elsewhere else [])])


def _typed(it: Relieving, to: Relief) -> str:
    return f"tocsin do offer --role {it.role.slug} --to {to.presence.person.handle} --incident {it.incident.number}"


def _whom(offer: Offer, directory: Directory) -> str:
    if offer.to.person is not None:
        return called(directory, offer.to.person)
    group = directory.group(offer.to.group or "")
    return group.name if group else offer.to.group or ""
