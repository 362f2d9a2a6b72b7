"""`tocsin signal`: what seems wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.cli.session import Session, takes_options, with_session
from tocsin.cli.speaking import give_json, give_rows
from tocsin.cli.times import shown
from tocsin.core.signals import SignalState
from tocsin.store import signals
from tocsin.store.codec import encode

app = takes_options(typer.Typer())


@app.command("list")
@with_session
def list_signals(
    session: Session,
    state: Annotated[SignalState | None, typer.Option("--state", help="only those")] = None,
) -> None:
    """List the signals, in the order they were noted."""
    with session.reading() as connection:
        found = signals.every(connection, state or "")
        clock = session.clock(connection)
    if session.as_json:
        give_json([encode(signal) for signal in found])
        return
    give_rows(
        ("signal", "state", "kind", "at", "times", "incident", "text"),
        [
            (
                str(signal.id),
                signal.state,
                signal.kind,
                shown(signal.at, clock),
                str(signal.times),
                str(signal.incident or ""),
                signal.text,
            )
            for signal in found
        ],
    )
