"""`tocsin outbox`: what was promised to the world and has not come true yet, and what a person may do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

import typer

from tocsin.cli.numbers import Number, numbered
from tocsin.cli.seeing_to import name_of, see_to, thing
from tocsin.cli.session import Session, takes_options, time, with_session
from tocsin.cli.speaking import give_json, give_rows, tell
from tocsin.cli.times import shown, stamp
from tocsin.core import commands as c
from tocsin.core.effects import Wish, WishState
from tocsin.core.ids import EffectId, IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import outbox

app = takes_options(typer.Typer())

_UNSETTLED: tuple[WishState, ...] = ("waiting", "doing", "unknown", "given-up", "quarantined")


@app.command("list")
@with_session
def list_wishes(
    session: Session,
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="also what came true, or is not wanted")
    ] = False,
    incident: Annotated[str | None, typer.Option("--incident", metavar="N", help="only those of one incident")] = None,
) -> None:
    """List what waits, what may have arrived or not, and what was given up, in the order it was wished for."""
    number = None if incident is None else IncidentNumber(numbered(incident))
    with session.tocsin() as tocsin:
        with tocsin.store.read() as connection:
            wishes = outbox.every(connection, () if everything else _UNSETTLED, number)
            held, clock = outbox.held(connection), session.clock(connection)
        rows = [_row(tocsin, wish) for wish in wishes]
    if session.as_json:
        give_json({"held": held, "wishes": [_data(row) for row in rows]})
        return
    if held is not None:
        tell(f"The outbox is held, so nothing is sent: {held} Release it: tocsin outbox release.")
    give_rows(
        ("wish", "incident", "state", "since", "next try", "tries", "what", "trouble"),
        [
            (
                str(row["id"]), str(row["incident"]), row["state"], shown(row["since"], clock),
                shown(row["due"], clock) if row["state"] == "waiting" else "", str(row["tries"]), row["what"],
                row["trouble"],
            )
            for row in rows
        ],
    )  # fmt: skip


@app.command("check")
@with_session
def check(
    session: Session,
    minutes: Annotated[int, typer.Option("--minutes", metavar="N", help="how long anything may wait")] = 15,
) -> None:
    """Say whether all that is due has gone out, for a monitor: exit with 1 where it has not, or a person is needed."""
    with session.tocsin() as tocsin:
        now = tocsin.clock()
        with tocsin.store.read() as connection:
            wishes, held = (
                outbox.every(connection, ("waiting", "doing", "unknown", "quarantined")),
                outbox.held(connection),
            )
    late = [now - wish.since for wish in wishes if wish.state in ("waiting", "doing") and wish.since <= now]
    stuck = sum(wish.state in ("unknown", "quarantined") for wish in wishes)
    oldest = max(late, default=timedelta())
    if session.as_json:
        give_json({"oldest_unsent_seconds": oldest.total_seconds(), "waiting": len(late), "stuck": stuck, "held": held})
    if held is not None or stuck or oldest > timedelta(minutes=minutes):
        waits = f"waiting: {len(late)}, the oldest for {oldest.total_seconds() / 60:.0f} minutes"
        raise Refused(f"Look at the outbox: {waits}; needing a person: {stuck}{'; it is held' if held else ''}.")
    tell("All that is due has gone out.")


@app.command("retry")
@with_session
def retry(session: Session, number: Number) -> None:
    """Have it tried again now: what waits, what was given up, or what may not have arrived. It keeps its id."""
    _do(session, c.TryAgain(effect=EffectId(numbered(number))))


@app.command("give-up")
@with_session
def give_up(
    session: Session,
    number: Number,
    why: Annotated[str, typer.Option("--why", help="why; it stands on the timeline")] = "",
) -> None:
    """Do not try it any more. What comes after it no longer waits for it."""
    _do(session, c.GiveUp(effect=EffectId(numbered(number)), why=why))


@app.command("arrived")
@with_session
def arrived(session: Session, number: Number) -> None:
    """Say that it arrived, where nobody could tell."""
    _do(session, c.ConfirmArrival(effect=EffectId(numbered(number))))


@app.command("release")
@with_session
def release(
    session: Session,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="give up what was wished before; without it, all that waits goes"),
    ] = None,
) -> None:
    """Let a held outbox send again, as one is after a restore."""
    _do(session, c.ReleaseOutbox(since=None if since is None else time(since, "--since")))


def _do(session: Session, command: c.Command) -> None:
    with session.tocsin() as tocsin:
        answer = session.do(tocsin, command)
        if session.as_json:
            give_json({"incident": answer.incident, "lines": answer.lines})
        tell("Done.")
        if isinstance(command, c.TryAgain):
            answer = replace(answer, effects=(command.effect,))
        see_to(session, tocsin, answer)


def _row(tocsin: Tocsin, wish: Wish) -> dict[str, Any]:
    effect = wish.effect
    return {
        "id": wish.id, "incident": effect.incident, "about": effect.about, "state": wish.state,
        "what": thing(effect, name_of(tocsin, effect)), "port": effect.port, "destination": effect.destination,
        "since": wish.since, "due": wish.due, "tries": wish.tries, "trouble": wish.trouble,
    }  # fmt: skip


def _data(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "since": stamp(row["since"]), "due": stamp(row["due"])}
