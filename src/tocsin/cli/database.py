"""`tocsin migrate` and `tocsin rebuild`: what keeps a database fit for use."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import give_json, tell
from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import log, reads, schema


def migrate(session: Session) -> None:
    """Bring the database up to this version of Tocsin. Back it up first; there is no way back."""
    with bootstrap.open_database(session.settings) as store:
        before = schema.state(store)
        if before in ("empty", "older"):
            schema.migrate(store)
        else:
            schema.ready(store)  # a newer one, or one that is not ours, is refused there
    if session.as_json:
        give_json({"before": before, "now": "current"})
    tell("The database was up to date already." if before == "current" else "The database is up to date.")


def rebuild(
    session: Session,
    check: Annotated[
        bool, typer.Option("--check", metavar="", help="change nothing; exit with 1 where a row differs from its log")
    ] = False,
) -> None:
    """Write the rows that lists show anew from the logs, which are the truth."""
    with session.tocsin() as tocsin:
        numbers = _numbers(tocsin)
        differences = [each for number in numbers for each in _differences(tocsin, number)]
        if not check:
            for number in numbers:
                _rebuild(tocsin, number)
    if session.as_json:
        give_json({"incidents": len(numbers), "differences": differences})
    for difference in differences:
        tell(difference)
    if check and differences:
        raise Refused("Rows differ from their logs. Put them right: tocsin rebuild.")
    tell(f"{len(numbers)} incidents, {'all as their logs say' if check or not differences else 'written anew'}.")


def _numbers(tocsin: Tocsin) -> list[IncidentNumber]:
    with tocsin.store.read() as connection:
        return reads.numbers(connection)


def _differences(tocsin: Tocsin, number: IncidentNumber) -> list[str]:
    with tocsin.store.read() as connection:
        return log.mismatches(connection, number)


def _rebuild(tocsin: Tocsin, number: IncidentNumber) -> None:
    tocsin.store.run(lambda connection: log.rebuild(connection, number))
