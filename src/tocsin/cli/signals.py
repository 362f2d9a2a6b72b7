"""`tocsin signal`: what seems wrong, whether it is an incident so far, and what to answer whoever told us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Annotated

import sqlalchemy as sa
import typer

from tocsin.cli import answering
from tocsin.cli.incidents import around
from tocsin.cli.judging import as_data, evidence, next_steps, shortly
from tocsin.cli.numbers import numbered
from tocsin.cli.session import Session, must_be_given, takes_options, with_session
from tocsin.cli.speaking import give, give_facts, give_json, give_rows, tell
from tocsin.cli.times import shown
from tocsin.core.ids import IncidentNumber, SignalId
from tocsin.core.playbook import Occasion, Playbook
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal, SignalState
from tocsin.core.verdict import Verdict, verdicts
from tocsin.language import drafting, responding
from tocsin.store import reads, signals, tickets
from tocsin.store.people import StoredDirectory, names

app = takes_options(typer.Typer())

Number = Annotated[str, typer.Argument(metavar="N", help="which signal: 3 or #3", show_default=False)]


@app.command("list")
@with_session
def list_signals(
    session: Session,
    state: Annotated[SignalState | None, typer.Option("--state", help="only those")] = None,
) -> None:
    """List the signals, in the order they were noted, each with its verdict: what it is by the playbook so far."""
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        found = verdicts(signals.undecided(connection), tocsin.playbook)
        listed = signals.every(connection, state or "")
        clock = session.clock(connection)
    if session.as_json:
        give_json([as_data(signal, found.get(signal.id)) for signal in listed])
        return
    give_rows(
        ("signal", "state", "kind", "at", "times", "incident", "verdict", "text"),
        [
            (
                str(signal.id),
                signal.state,
                signal.kind,
                shown(signal.at, clock),
                str(signal.times),
                str(signal.incident or ""),
                shortly(signal, found.get(signal.id)),
                signal.text,
            )
            for signal in listed
        ],
    )


@app.command("show")
@with_session
def show(session: Session, number: Number) -> None:
    """Show one signal: whether it is an incident so far, by which rule and evidence, and what to type next."""
    wanted = SignalId(numbered(number))
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        signal = _found(connection, wanted)
        verdict = verdicts(signals.undecided(connection), tocsin.playbook).get(wanted)
        open_about = _open_about(connection, verdict)
        if session.as_json:
            give_json({**as_data(signal, verdict), "open_incidents": open_about})
            return
        called, clock = names(connection), session.clock(connection)
        service = _service(connection, tocsin.playbook, signal)
    known = _known(signal, service, lambda handle: called.get(handle, handle), clock)
    give_facts([*known, *(evidence(verdict) if verdict else ()), *next_steps(signal, verdict, open_about)])


@app.command("draft")
@with_session
def draft(
    session: Session,
    number: Number,
    occasion: Annotated[
        str | None,
        typer.Argument(
            metavar="[OCCASION]",
            help=f"{' or '.join(responding.OCCASIONS)}; without it, the one that fits what it is so far",
            show_default=False,
        ),
    ] = None,
    community: Annotated[
        str | None, typer.Option("--community", help="to which community; without it, the only one of the service")
    ] = None,
) -> None:
    """Write an answer to whoever told us, before anything is declared; times are on the clock of whoever reads it."""
    must_be_given(community, "--community")
    wanted, named = SignalId(numbered(number)), None if occasion is None else _occasion(occasion)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        signal = _found(connection, wanted)
        verdict = verdicts(signals.undecided(connection), tocsin.playbook).get(wanted)
        drafted = responding.answer(signal, verdict, around(session, tocsin, connection), named, community)
        in_ticket = bool(tickets.of_signals(connection, (wanted,)))
    if session.as_json:
        give_json(answering.as_data(drafted))
        return
    give(drafted.text)
    for sentence in answering.advice(drafted, in_ticket=in_ticket):
        tell(sentence)


def _occasion(typed: str) -> Occasion:
    try:
        return drafting.occasion(typed, responding.OCCASIONS)
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint="OCCASION") from None


def _found(connection: sa.Connection, number: SignalId) -> Signal:
    signal = signals.look(connection, number)
    if signal is None:
        raise Refused(f"There is no signal {number}. `tocsin signal list` shows those there are.")
    return signal


def _open_about(connection: sa.Connection, verdict: Verdict | None) -> list[IncidentNumber]:
    if verdict is None or verdict.criterion is None:
        return []
    return reads.open_about(connection, (verdict.service,), verdict.criterion.slug)


def _service(connection: sa.Connection, playbook: Playbook, signal: Signal) -> str:
    """By name; the playbook's own where nobody named one."""
    if signal.service in (None, playbook.service.slug):
        return playbook.service.name
    known = StoredDirectory(connection).service(signal.service or "")
    return known.name if known else signal.service or ""


def _known(signal: Signal, service: str, name: Callable[[str], str], clock: tzinfo) -> list[tuple[str, str]]:
    facts = [
        ("signal", str(signal.id)),
        ("state", signal.state),
        ("kind", signal.kind),
        ("text", signal.text),
        ("service", service),
        ("criterion", signal.criterion or ""),
        ("people", ", ".join(signal.people)),
        ("count", "" if signal.count is None else str(signal.count)),
        ("everyone", "yes" if signal.everyone else ""),
        ("link", signal.link),
        ("noted", f"{shown(signal.at, clock)}, by {name(signal.by)}"),
        ("times", str(signal.times)),
        ("acknowledged by", name(signal.acknowledged_by) if signal.acknowledged_by else ""),
        ("judged", f"{signal.verdict}, by {name(signal.judged_by)}" if signal.judged_by else ""),
        ("why", signal.why),
        ("closed because", signal.closed_why),
        ("incident", str(signal.incident or "")),
    ]
    return [(fact, said) for fact, said in facts if said]
