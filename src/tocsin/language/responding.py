"""What is answered to whoever told us, where there is no incident yet, or none at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core.around import Around
from tocsin.core.cadence import due_by_cadence
from tocsin.core.hours import calendar, next_human_hour
from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Occasion
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket
from tocsin.core.verdict import Verdict
from tocsin.language.drafting import addressed, rounded, template, their_zone
from tocsin.language.wording import fill, values_before

OCCASIONS: tuple[Occasion, ...] = ("first-response", "support-request")
HOUR = timedelta(hours=1)
"""Where the process has no cadence, word is promised so soon after somebody is at work."""
PROMISING: tuple[Occasion, ...] = ("first-response", "unattended")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A message to start from, for whoever told us."""

    signal: Signal
    occasion: Occasion
    community: Slug | None
    communities: tuple[Slug, ...]
    """Whom it may concern, by the service that the signal is about."""
    zone: str
    text: str
    promise: datetime | None
    """By when it says that the next word comes."""
    so_far: Verdict | None
    """What the playbook makes of it; None where it has been decided."""


def answer(
    signal: Signal,
    so_far: Verdict | None,
    around: Around,
    wanted: Occasion | None,
    named: str | None,
    *,
    reader: str = "",
    promise: datetime | None = None,
) -> Answer:
    """The playbook's message for an occasion; where none is wanted by name, for what the signal seems to be.

    `reader`: whom it greets, where that is not whoever speaks for the community. `promise`: by when the next word
    comes, where somebody has decided that; else by the cadence.
    """
    occasion = wanted or _fitting(signal, so_far)
    service = around.directory.service(signal.service or around.playbook.service.slug)
    communities = service.communities if service else ()
    to = addressed(communities, around, named)
    community, zone = to.slug if to else None, their_zone(communities, to, around)
    human = next_human_hour((calendar(each, around.playbook) for each in around.team), around.now)
    promise = (promise or _promise(signal, around, human)) if occasion in PROMISING else None
    told = values_before(
        signal,
        around.playbook,
        around.directory,
        zone=zone,
        communities=communities,
        community=community,
        promise=promise,
        human=human,
    )
    greeted = {**told, "representatives": reader} if reader else told
    return Answer(
        signal=signal,
        occasion=occasion,
        community=community,
        communities=communities,
        zone=zone,
        text=fill(template(around.playbook, occasion), greeted),
        promise=promise,
        so_far=so_far,
    )


def reader_of(tickets: Sequence[Ticket]) -> str:
    """Whom an answer in all of these greets: nobody reads there who else wrote."""
    names = {ticket.name for ticket in tickets}
    return (names.pop() or "there") if len(names) == 1 else "all"


def community_of(tickets: Sequence[Ticket]) -> Slug | None:
    """Whom an answer in all of these is addressed to: the one that every ticket is of."""
    found = {ticket.community for ticket in tickets}
    return found.pop() if len(found) == 1 else None


def _fitting(signal: Signal, so_far: Verdict | None) -> Occasion:
    """Of what nobody has judged, what the playbook proposes; nobody answers that all is well who has not said so."""
    judged = signal.verdict or (so_far.proposal if so_far else "")
    return "support-request" if judged == "support-request" else "first-response"


def _promise(signal: Signal, around: Around, human: datetime | None) -> datetime:
    """By the cadence, as if it were declared: in the working time of whoever has it, else of who begins next."""
    keeper = around.directory.person(signal.acknowledged_by) if signal.acknowledged_by else None
    hours = calendar(keeper, around.playbook)
    nothing = Incident(number=IncidentNumber(0))
    since = around.now if keeper or human is None else max(around.now, human)
    due = due_by_cadence(since, nothing, around.playbook, lambda _: hours, lambda _: ())
    return rounded(due.at if due else since + HOUR)
