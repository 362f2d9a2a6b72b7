"""`tocsin migrate` and `tocsin rebuild`: what keeps a database fit for use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import sqlalchemy as sa
import typer

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import give_json, tell
from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import log, reads, schema, words


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
        whole = [number for number in numbers if _is_whole(tocsin, number)]
        found = _differences(tocsin, numbers)
        for number in () if check else whole:
            _rebuild(tocsin, number)
        left = found if check else _differences(tocsin, numbers)
    if session.as_json:
        give_json({"incidents": len(numbers), "differences": _sentences(found), "remaining": _sentences(left)})
    for sentence in dict.fromkeys([*_sentences(found), *_sentences(left)]):
        tell(sentence)
    if left:
        raise Refused(_MENDABLE if check and found.keys() & set(whole) else _DAMAGED)
    counted = f"{len(numbers)} incident{'' if len(numbers) == 1 else 's'}"
    tell(f"{counted}, {'written anew' if found else 'all as their logs say'}.")


_MENDABLE = "Rows differ from their logs. Put them right: tocsin rebuild."
_DAMAGED = "What stands above cannot be put right from the logs. Restore a backup."


def _numbers(tocsin: Tocsin) -> list[IncidentNumber]:
    with tocsin.store.read() as connection:
        return reads.numbers(connection)


def _differences(tocsin: Tocsin, numbers: Iterable[IncidentNumber]) -> dict[IncidentNumber, list[str]]:
    """What differs, for each incident where something does."""
    found = {}
    for number in numbers:
        with tocsin.store.read() as connection:
            found[number] = [*log.mismatches(connection, number), *words.mismatches(connection, number)]
    return {number: sentences for number, sentences in found.items() if sentences}


def _is_whole(tocsin: Tocsin, number: IncidentNumber) -> bool:
    """Whether its log can tell what its rows should be; from a damaged one they would only get worse."""
    with tocsin.store.read() as connection:
        try:
            entries = log.entries(connection, number)
        except (ValueError, KeyError):
            return False
    return [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


def _rebuild(tocsin: Tocsin, number: IncidentNumber) -> None:
    def work(connection: sa.Connection) -> None:
        log.rebuild(connection, number)
        words.rebuild(connection, number)

    tocsin.store.run(work)


def _sentences(differences: Mapping[IncidentNumber, Sequence[str]]) -> list[str]:
    return [sentence for sentences in differences.values() for sentence in sentences]
