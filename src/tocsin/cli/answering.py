"""`tocsin signal draft`: what is answered to whoever told us, where there is no incident yet, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tocsin.cli.times import stamp
from tocsin.core.around import Around
from tocsin.core.cadence import due_by_cadence
from tocsin.core.hours import calendar
from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Occasion
from tocsin.core.signals import Signal
from tocsin.core.verdict import Verdict
from tocsin.language.drafting import addressed, rounded, template, their_zone
from tocsin.language.wording import fill, gaps, values_before

OCCASIONS: tuple[Occasion, ...] = ("first-response", "support-request")


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
    signal: Signal, so_far: Verdict | None, around: Around, wanted: Occasion | None, named: str | None
) -> Answer:
    """The playbook's message for an occasion; where none is wanted by name, for what the signal seems to be."""
    occasion = wanted or _fitting(signal, so_far)
    service = around.directory.service(signal.service or around.playbook.service.slug)
    communities = service.communities if service else ()
    to = addressed(communities, around, named)
    community, zone = to.slug if to else None, their_zone(communities, to, around)
    promise = _promise(signal, around) if occasion == "first-response" else None
    told = values_before(
        signal,
        around.playbook,
        around.directory,
        zone=zone,
        communities=communities,
        community=community,
        promise=promise,
    )
    return Answer(
        signal=signal,
        occasion=occasion,
        community=community,
        communities=communities,
        zone=zone,
        text=fill(template(around.playbook, occasion), told),
        promise=promise,
        so_far=so_far,
    )


def as_data(answer: Answer) -> dict[str, object]:
    """For programs."""
    return {
        "signal": answer.signal.id,
        "occasion": answer.occasion,
        "community": answer.community,
        "zone": answer.zone,
        "promise": stamp(answer.promise),
        "gaps": gaps(answer.text),
        "untrue": [*_untrue(answer)],
        "text": answer.text,
    }


def advice(answer: Answer) -> Iterator[str]:
    """What to see to before it goes out, and what to write down after."""
    number = answer.signal.id
    yield from _untrue(answer)
    if missing := gaps(answer.text):
        yield f"Fill in what stands in brackets: {'; '.join(missing)}."
    if answer.community is None:
        known = f" ({', '.join(answer.communities)})" if answer.communities else ""
        yield f"To have it addressed, and the times on the reader's clock, name a community: --community{known}."
    where = answer.signal.link or "where they told you"
    yield f"Tocsin does not send it. Answer {where}, then write down that you did:"
    yield f"tocsin do add-to-signal 'They have our answer.' --signal {number}"
    if answer.promise is not None:
        yield "Until it is declared, nobody is reminded of what it promises."
    if answer.occasion == "support-request" and answer.so_far is not None:
        why = " --why WHY" if answer.so_far.proposal == "incident" else ""
        yield f"To leave it to the ticket system: tocsin do judge --signal {number} --verdict support-request{why}"


def _fitting(signal: Signal, so_far: Verdict | None) -> Occasion:
    """Of what nobody has judged, what the playbook proposes; nobody answers that all is well who has not said so."""
    judged = signal.verdict or (so_far.proposal if so_far else "")
    return "support-request" if judged == "support-request" else "first-response"


def _promise(signal: Signal, around: Around) -> datetime | None:
    """By the cadence, as if it were declared: in the working time of whoever looks after it."""
    keeper = around.directory.person(signal.acknowledged_by) if signal.acknowledged_by else None
    hours = calendar(keeper, around.playbook)
    nothing = Incident(number=IncidentNumber(0))
    due = due_by_cadence(around.now, nothing, around.playbook, lambda _: hours, lambda _: ())
    return None if due is None else rounded(due.at)


def _untrue(answer: Answer) -> Iterator[str]:
    """A message that says what is not so is still written: whoever asks for it may know more."""
    signal, first = answer.signal, answer.occasion == "first-response"
    if signal.incident is not None:
        belongs = f"Signal {signal.id} belongs to incident {signal.incident}"
        typed = f"tocsin incident draft {signal.incident} first-response"
        yield f"{belongs}, whose own is: {typed}" if first else f"{belongs}; this says that it is none."
    elif first and signal.state == "closed":
        yield f"Signal {signal.id} is closed; this says that somebody looks at it."
    elif first and signal.acknowledged_by is None:
        yield f"Nobody has said yet that they look at it. To say so: tocsin do acknowledge --signal {signal.id}"
    elif not first and answer.so_far is not None and answer.so_far.proposal == "incident":
        yield f"By the playbook it is an incident. {answer.so_far.sentence}"
