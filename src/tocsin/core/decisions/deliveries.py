"""What became of wishes about the outside world, as the worker found out or as a person says."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.effects import PublishReport, SendMail, Wish, WishState
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.incident import Incident
from tocsin.core.refused import Refused


def in_log(incident: Incident, command: c.ToEffect, given: Given) -> list[Fact]:
    """The line that says so."""
    return [Fact(event=became(command, given), about=given.wish(command.effect).effect.about)]


def became(command: c.ToEffect, given: Given) -> e.DeliveryReported:
    """What a person, or the worker, says of it: also where it belongs to no incident, whose log could keep it."""
    wish = given.wish(command.effect)
    match command:
        case c.ReportDelivery(outcome=outcome, trouble=trouble):
            return _reported(wish, outcome, trouble)
        case c.TryAgain():
            return _tried_again(wish)
        case c.GiveUp(why=why):
            return _reported(_in(wish, "waiting", "unknown", "failed", "quarantined"), "given-up", why)
        case c.ConfirmArrival():
            return _confirmed(wish)
        case _:
            raise TypeError(f"{type(command).__name__} says nothing of a delivery.")


def released_without(wish: Wish) -> e.DeliveryReported:
    """The outbox was held, and is released without what is older than somebody asked."""
    return _reported(wish, "given-up", "The outbox was held, and released without it.")


def _tried_again(wish: Wish) -> e.DeliveryReported:
    """Also what only waits for its next try: somebody may know that the trouble is over."""
    _in(wish, "waiting", "unknown", "failed", "quarantined", "given-up")
    if wish.state == "waiting" and not wish.tries:
        raise Refused(f"{wish.id} was not tried yet; it goes out by itself when its time has come.")
    return _reported(wish, "again")


def _confirmed(wish: Wish) -> e.DeliveryReported:
    """Not for a report, whose place the incident has to learn; to publish what stands already is harmless."""
    _in(wish, "unknown", "failed", "quarantined", "given-up")
    if isinstance(wish.effect, PublishReport):
        raise Refused(f"Have it published again; what stands there already is found: outbox retry {wish.id}.")
    return _reported(wish, "arrived")


def _reported(wish: Wish, outcome: e.Outcome, trouble: str = "") -> e.DeliveryReported:
    effect = wish.effect
    mail = effect if isinstance(effect, SendMail) else None
    return e.DeliveryReported(
        effect=wish.id,
        wish=type(effect).__name__,
        outcome=outcome,
        to=mail.to if mail else None,
        community=getattr(effect, "community", None),
        trouble=trouble,
    )


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
