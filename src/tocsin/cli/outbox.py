"""`tocsin outbox`: what was promised to the world and has not come true yet, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta, tzinfo
from typing import Annotated, Any

import typer

from tocsin.cli.numbers import Number, numbered
from tocsin.cli.seeing_to import see_to, settle_orphans
from tocsin.cli.session import Session, takes_options, time, with_session
from tocsin.cli.speaking import give_json, give_rows, on_terminal, tell
from tocsin.cli.times import shown, stamp
from tocsin.core import commands as c
from tocsin.core.effects import SendMail, Wish, WishState
from tocsin.core.ids import EffectId, IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.engine.perform import key
from tocsin.language.wishes import thing
from tocsin.store import log, outbox
from tocsin.store.people import names

app = takes_options(typer.Typer())

_UNSETTLED: tuple[WishState, ...] = ("waiting", "doing", "unknown", "failed", "quarantined")


@app.command("list")
@with_session
def list_wishes(
    session: Session,
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="also what came true, or is not wanted")
    ] = False,
    incident: Annotated[str | None, typer.Option("--incident", metavar="N", help="only those of one incident")] = None,
) -> None:
    """List what waits, what may have arrived or not, and what did not get through, in the order it was wished for."""
    number = None if incident is None else IncidentNumber(numbered(incident))
    with session.reading() as connection:
        if number is not None and not log.exists(connection, number):
            raise Refused(f"There is no incident {number}. `incident list` shows those there are.")
        wishes = outbox.every(connection, () if everything else _UNSETTLED, number)
        held, clock, called = outbox.held(connection), session.clock(connection), names(connection)
    rows = [_row(wish, called) for wish in wishes]
    if session.as_json:
        give_json({"held": held, "wishes": [_data(row) for row in rows]})
        return
    if held is not None:
        tell(f"The outbox is held, so nothing is sent: {held} Release it: tocsin outbox release.")
    if not rows:
        tell("Nothing waits, and nothing needs a person.")
        return
    if on_terminal():
        give_rows(("wish", "incident", "state", "since", "what"), [_short(row, clock) for row in rows])
    else:
        give_rows((), [_long(row, clock) for row in rows])


@app.command("check")
@with_session
def check(
    session: Session,
    minutes: Annotated[
        int, typer.Option("--minutes", metavar="N", min=0, max=1_000_000, help="how long anything may wait")
    ] = 15,
) -> None:
    """Say whether all that is due has gone out, for a monitor: exit with 1 where it has not, or a person is needed."""
    with session.tocsin() as tocsin:
        now = tocsin.clock()
        with tocsin.store.read() as connection:
            wishes, held = outbox.every(connection, _UNSETTLED), outbox.held(connection)
    late = [now - wish.since for wish in wishes if wish.state in ("waiting", "doing") and wish.since <= now]
    stuck = sum(wish.state in ("unknown", "failed", "quarantined") for wish in wishes)
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
    command = c.ReleaseOutbox(since=None if since is None else time(since, "--since"))
    with session.tocsin() as tocsin:
        before = _waiting(tocsin)
        session.do(tocsin, command)
        left = before & _waiting(tocsin)
    if session.as_json:
        give_json({"released": sorted(left), "given_up": sorted(before - left)})
    tell(f"Released: {len(left)} may go out now, {len(before - left)} were given up. See to it: tocsin outbox list.")


def _waiting(tocsin: Tocsin) -> set[EffectId]:
    with tocsin.store.read() as connection:
        return {wish.id for wish in outbox.every(connection, ("waiting", "doing"))}


def _do(session: Session, command: c.ToEffect) -> None:
    with session.tocsin() as tocsin:
        settle_orphans(tocsin)
        answer = session.do(tocsin, command)
        if session.as_json:
            give_json({"incident": answer.incident, "lines": answer.lines})
        tell("Done.")
        if isinstance(command, c.TryAgain):
            see_to(session, tocsin, replace(answer, effects=(command.effect,)))


def _row(wish: Wish, called: Mapping[str, str]) -> dict[str, Any]:
    effect = wish.effect
    to = effect.to if isinstance(effect, SendMail) else None
    return {
        "id": wish.id, "incident": effect.incident, "about": effect.about, "state": wish.state,
        "what": thing(effect, called.get(to or "", to or "")), "port": effect.port,
        "destination": effect.destination, "key": key(wish), "since": wish.since,
        "next": wish.due if wish.state == "waiting" and wish.fails else None, "tries": wish.tries,
        "trouble": wish.trouble,
    }  # fmt: skip


def _short(row: Mapping[str, Any], clock: tzinfo) -> tuple[str, ...]:
    """As a person reads it: what went wrong stands below what it is."""
    again = f" Tried again at {shown(row['next'], clock)}." if row["next"] else ""
    trouble = f"\n{row['trouble']}{again}" if row["trouble"] or again else ""
    number = str(row["incident"] or "")
    return (str(row["id"]), number, row["state"], shown(row["since"], clock), f"{row['what']}{trouble}")


def _long(row: Mapping[str, Any], clock: tzinfo) -> tuple[str, ...]:
    times = (shown(row["since"], clock), shown(row["next"], clock))
    return (str(row["id"]), str(row["incident"]), row["state"], *times, str(row["tries"]), row["what"], row["trouble"])


def _data(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "since": stamp(row["since"]), "next": stamp(row["next"])}
