"""What became of wishes about the outside world, as the worker found out or as a person says."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.effects import PublishReport, SendMail, Wish, WishState
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.incident import Incident
from tocsin.core.refused import Refused


def report(incident: Incident, command: c.ReportDelivery, given: Given) -> list[Fact]:
    return [_became(given.wish(command.effect), command.outcome, command.trouble)]


def try_again(incident: Incident, command: c.TryAgain, given: Given) -> list[Fact]:
    """Also what only waits for its next try: somebody may know that the trouble is over."""
    wish = _in(given.wish(command.effect), "waiting", "unknown", "failed", "quarantined", "given-up")
    if wish.state == "waiting" and not wish.tries:
        raise Refused(f"{wish.id} was not tried yet; it goes out by itself when its time has come.")
    return [_became(wish, "again")]


def give_up(incident: Incident, command: c.GiveUp, given: Given) -> list[Fact]:
    wish = _in(given.wish(command.effect), "waiting", "unknown", "failed", "quarantined")
    return [_became(wish, "given-up", command.why)]


def confirm(incident: Incident, command: c.ConfirmArrival, given: Given) -> list[Fact]:
    """Not for a report, whose place the incident has to learn; to publish what stands already is harmless."""
    wish = _in(given.wish(command.effect), "unknown", "failed", "quarantined", "given-up")
    if isinstance(wish.effect, PublishReport):
        raise Refused(f"Have it published again; what stands there already is found: outbox retry {wish.id}.")
    return [_became(wish, "arrived")]


def released_without(wish: Wish) -> Fact:
    """The outbox was held, and is released without what is older than somebody asked."""
    return _became(wish, "given-up", "The outbox was held, and released without it.")


def _became(wish: Wish, outcome: e.Outcome, trouble: str = "") -> Fact:
    effect = wish.effect
    mail = effect if isinstance(effect, SendMail) else None
    event = e.DeliveryReported(
        effect=wish.id,
        wish=type(effect).__name__,
        outcome=outcome,
        to=mail.to if mail else None,
        community=mail.community if mail else None,
        trouble=trouble,
    )
    return Fact(event=event, about=effect.about)


def _in(wish: Wish, *states: WishState) -> Wish:
    if wish.state not in states:
        raise Refused(f"{wish.id} {_IS[wish.state]}")
    return wish


_IS: dict[WishState, str] = {
    "waiting": "waits for its next try. `outbox retry` has it tried now, `outbox give-up` not any more.",
    "doing": "is being tried at this moment. See what comes of it: outbox list.",
    "done": "got through; there is nothing to do.",
    "unknown": "may have arrived or not. Find out, then say `outbox arrived` or `outbox retry`.",
    "failed": "did not get through. `outbox retry` has it tried again, `outbox give-up` lets it be.",
    "given-up": "was given up already. `outbox retry` has it tried again.",
    "quarantined": "is kept back, for it ended the worker. `outbox retry` has it tried again.",
    "dropped": "was not wanted any more when its turn came; there is nothing to do.",
}
