"""When handing over command is suggested, who could take over, and what they must know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.core.cadence import open_promise
from tocsin.core.decisions.life import must_be_open
from tocsin.core.hours import HOUR, Calendar, at_work, calendar, day_ends
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Ask, Incident, Plan
from tocsin.core.people import Person
from tocsin.core.playbook import Playbook, Role
from tocsin.core.presence import Presence, presence, rank


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What whoever takes over must know."""

    plan: Plan | None
    """How things stand, in the words of whoever commanded."""
    asks: tuple[Ask, ...]
    """What somebody was asked for and has not finished."""
    promise: datetime | None
    """Until when the communities were promised word."""


def brief(incident: Incident) -> Brief:
    """Read off the incident as it stands."""
    return Brief(
        plan=incident.plan,
        asks=tuple(ask for ask in incident.asks if ask.state in ("asked", "accepted")),
        promise=open_promise(incident),
    )


def why_hand_over(
    incident: Incident,
    now: datetime,
    playbook: Playbook,
    team: Sequence[Person],
    wrote: Mapping[Handle, datetime],
) -> str | None:
    """Why whoever commands should think of handing over, with who else is at work; None: no reason, or one is asked.

    Time in which it was over does not count.

    `team`: everybody who could take it; `wrote`: when each wrote last, since whoever did in the last hour is at work.
    """
    role = playbook.with_duty("commands").slug
    held = next((each for each in incident.holdings if each.role == role and each.until is None), None)
    asked = any(offer.role == role for offer in incident.offers)
    if incident.state != "open" or held is None or asked:
        return None
    commander = next((person for person in team if person.handle == held.person), None)
    since = max(held.since, incident.reopened_at or held.since)
    reasons = list(_reasons(now - since, now, playbook, calendar(commander, playbook)))
    if not reasons:
        return None
    who = commander.name if commander else held.person
    others = [
        person.name
        for person in team
        if person.handle != held.person and at_work(calendar(person, playbook), now, wrote.get(person.handle))
    ]
    at_hand = f"At work now: {', '.join(others)}." if others else "Nobody else is at work now."
    return f"{who} {' and '.join(reasons)}. {at_hand}"


@dataclass(frozen=True, kw_only=True)
class Relief:
    """Somebody who could take over."""

    presence: Presence
    roles: tuple[Slug, ...]
    """What they have in this incident already."""
    elsewhere: int = 0
    """How many roles they have in others that are open."""
    first: bool = False
    """Whom to ask first."""

    @property
    def load(self) -> int:
        return len(self.roles) + self.elsewhere


def relief(
    incident: Incident,
    role: Role,
    now: datetime,
    playbook: Playbook,
    team: Sequence[Person],
    wrote: Mapping[Handle, datetime],
    elsewhere: Mapping[Handle, int],
) -> list[Relief]:
    """Who could take over a role: all of the team but whoever has it, those at work first.

    Of those at work, whoever has the fewest roles is to be asked first, and of them whoever stays longest. Nobody is
    where nobody is at work.

    `elsewhere`: how many roles people have in other incidents that are open.
    """
    must_be_open(incident)
    others = (person for person in team if person.handle not in incident.holders(role.slug))
    seen = sorted((presence(each, playbook, now, wrote.get(each.handle)) for each in others), key=rank)
    could = [
        Relief(
            presence=each,
            roles=_held_by(each.person.handle, incident),
            elsewhere=elsewhere.get(each.person.handle, 0),
        )
        for each in seen
    ]
    first = min((each for each in could if each.presence.at_work), key=lambda each: each.load, default=None)
    return [replace(each, first=each is first) for each in could]


def _held_by(person: Handle, incident: Incident) -> tuple[Slug, ...]:
    return tuple(held.role for held in incident.holdings if held.person == person and held.until is None)


def _reasons(held_for: timedelta, now: datetime, playbook: Playbook, calendar: Calendar) -> Iterator[str]:
    rule = playbook.hand_over
    if held_for >= timedelta(minutes=rule.after):
        yield f"has commanded for {_length(held_for)}"
    ends = day_ends(calendar, now)
    if not at_work(calendar, now):
        if held_for >= HOUR:  # whoever takes it at night knows that it is night
            yield "is outside their working hours"
    elif ends is not None and ends - now <= timedelta(minutes=rule.before_end):
        yield f"ends their day in {_length(ends - now)}"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(-(-length // timedelta(minutes=1)), 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"
