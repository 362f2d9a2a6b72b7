"""`/health`: what fails, what we do about it meanwhile, and what a person can; what this installation runs on."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.core import commands as c
from tocsin.core.effects import SendMail, Wish
from tocsin.core.ids import EffectId
from tocsin.core.refused import Refused
from tocsin.language.wishes import thing
from tocsin.ports import Failed
from tocsin.store import outbox, unsafe
from tocsin.store.health import machine, unsettled
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.integrated import connected
from tocsin.web.routes import Route, get, post

NEEDS = ("unknown", "failed", "quarantined")
"""States in which only a person can help."""
PATIENCE = timedelta(minutes=5)
"""How long something that is due may wait until somebody should look whether a worker runs."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Something that was promised and has not come true."""

    wish: Wish
    what: str
    needs: bool
    """A person has to see to it."""
    late: bool
    """It failed, and is tried again."""


@dataclass(frozen=True, kw_only=True)
class Saying:
    """Something that fails, and what we do meanwhile."""

    kind: str
    icon: str
    what: str
    meanwhile: str
    to: str = ""


def health(asked: Asked) -> Answer:
    """Everything that may need somebody, the worst first."""
    with asked.read() as connection:
        wishes, more = unsettled(connection)
        held, runs_on = outbox.held(connection), machine(connection)
    deliveries = [_delivery(asked, wish) for wish in wishes]
    deliveries.sort(key=lambda each: (not each.needs, not each.late, each.wish.id))
    stuck = [] if held else [each for each in deliveries if _is_overdue(each.wish, asked.now)]
    given = {
        "sayings": _sayings(deliveries, held, stuck),
        "warnings": unsafe.warnings(asked.tocsin.store),
        "deliveries": deliveries,
        "more": more,
        "held": held,
        "connected": connected(asked, wishes),
        "machine": runs_on,
        "python": platform.python_version(),
        "path": asked.site.settings.playbook,
        "acts": asked.me.part in ("responder", "administrator"),
        "administers": asked.me.part == "administrator",
        "said_of_all": _in_a_sentence(deliveries, held, stuck),
    }
    return Shown(template="health.html", given=given)


# ── the outbox ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _to_wish(command: Callable[[Asked, EffectId], c.Command], said: str) -> Callable[[Asked], Answer]:
    def act(asked: Asked) -> Answer:
        wish = EffectId(asked.number())
        with asked.read() as connection:
            if outbox.find(connection, wish) is None:
                raise NotThere
        asked.do(command(asked, wish))
        return SentOn(to="/health#outbox", said=said)

    return act


def _again(_: Asked, wish: EffectId) -> c.Command:
    return c.TryAgain(effect=wish)


def _arrived(_: Asked, wish: EffectId) -> c.Command:
    return c.ConfirmArrival(effect=wish)


def _give_up(asked: Asked, wish: EffectId) -> c.Command:
    return c.GiveUp(effect=wish, why=asked.form.text("why"))


def release(asked: Asked) -> Answer:
    """Let a held outbox send again; what was wished before a time that is given is not wanted any more."""
    asked.do(c.ReleaseOutbox(since=asked.form.moment("since", asked.zone)))
    return SentOn(to="/health#outbox", said="The outbox sends again.")


# ── what we are connected with ─────────────────────────────────────────────────────────────────────────────────────


def test(asked: Asked) -> Answer:
    """Try an integration without doing anything."""
    name = asked.parts["name"]
    check = asked.site.checks.get(name)
    if check is None:
        raise NotThere
    began = time.monotonic()
    try:
        check()
    except Failed as no:
        raise Refused(f"“{name}” does not work: {no}") from None
    took = time.monotonic() - began
    return SentOn(to="/health#connected", said=f"“{name}” works: it answered in {took:.1f} s.")


ROUTES: tuple[Route, ...] = (
    get("/health", health, "team"),
    post("/health/outbox/{number}/again", _to_wish(_again, "It is tried again now."), "responder", again=health),
    post("/health/outbox/{number}/arrived", _to_wish(_arrived, "Noted: it arrived."), "responder", again=health),
    post("/health/outbox/{number}/give-up", _to_wish(_give_up, "It is not tried any more."), "responder", again=health),
    post("/health/release", release, "administrator", again=health),
    post("/health/test/{name}", test, "administrator", again=health),
)


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _delivery(asked: Asked, wish: Wish) -> Delivery:
    to = wish.effect.to if isinstance(wish.effect, SendMail) else None
    what = thing(wish.effect, asked.name(to) if to else "")
    return Delivery(wish=wish, what=what, needs=wish.state in NEEDS, late=wish.state == "waiting" and wish.fails > 0)


_BECAME = {
    "unknown": ("may have arrived or not", "We do not send it twice by ourselves. Ask whoever it is for, then say."),
    "failed": ("did not get through", "We do not try it any more. Mend what stopped it, then try again."),
    "quarantined": ("ended whoever tried it", "We leave it alone, so that the rest goes out."),
}


def _sayings(deliveries: list[Delivery], held: str | None, stuck: list[Delivery]) -> list[Saying]:
    """One for each kind of trouble at each port: a hundred letters that one server refuses are one trouble."""
    found = []
    if held is not None:
        what = f"Nothing is sent: the outbox is held. {held}"
        found.append(Saying(kind="is-bad", icon="pause", what=what, meanwhile="What is promised is kept, in order."))
    for (port, state), those in _alike([each for each in deliveries if each.needs]).items():
        became, meanwhile = _BECAME[state]
        found.append(_saying("is-bad", "warn", port, those, became, meanwhile))
    for (port, _), those in _alike([each for each in deliveries if each.late]).items():
        soon = "We try again by ourselves, less and less often."
        found.append(_saying("late", "clock", port, those, "has not got through yet", soon))
    if stuck:
        what = f"Nobody takes what is due: {len(stuck)} {'wait' if len(stuck) > 1 else 'waits'} that nothing stops."
        remedy = "See that a worker runs, as `tocsin serve` or `tocsin worker`, and that it has what is set up here."
        found.append(Saying(kind="is-bad", icon="clock", what=what, meanwhile=remedy, to=f"#wish-{stuck[0].wish.id}"))
    return found


def _is_overdue(wish: Wish, now: datetime) -> bool:
    """It has been due for longer than any worker needs, and was never tried."""
    return wish.state == "waiting" and not wish.tries and max(wish.due, wish.since) < now - PATIENCE


def _alike(deliveries: list[Delivery]) -> dict[tuple[str, str], list[Delivery]]:
    groups: dict[tuple[str, str], list[Delivery]] = {}
    for each in deliveries:
        groups.setdefault((each.wish.effect.port, each.wish.state), []).append(each)
    return groups


def _saying(kind: str, icon: str, port: str, those: list[Delivery], became: str, meanwhile: str) -> Saying:
    first, others = those[0], len(those) - 1
    also = f", and {others} more by the {port}" if others else ""
    number = first.wish.effect.incident
    of = f" of incident {number}" if number else ""
    what = f"{first.what}{of} {became}{also}. {first.wish.trouble}"
    return Saying(kind=kind, icon=icon, what=what.strip(), meanwhile=meanwhile, to=f"#wish-{first.wish.id}")


def _in_a_sentence(deliveries: list[Delivery], held: str | None, stuck: list[Delivery]) -> str:
    needing, late = sum(each.needs for each in deliveries), sum(each.late for each in deliveries)
    if held is not None:
        return "Nothing is sent until somebody releases the outbox."
    if needing:
        what = "One thing needs" if needing == 1 else f"{needing} things need"
        return f"{what} somebody.{f' {late} more fail, and are tried again.' if late else ''}"
    if late:
        return f"{'One delivery fails, and is' if late == 1 else f'{late} deliveries fail, and are'} tried again."
    if stuck:
        return "What is due does not go out."
    return "Nothing fails."
