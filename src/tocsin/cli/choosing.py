"""Which incident is meant where nobody says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.language.verbs import Verb
from tocsin.store import reads

_MOST = 10
_DECLARE = "Declare one: tocsin do declare TITLE."


def the_incident(tocsin: Tocsin, verb: Verb) -> IncidentNumber:
    """The only one the verb can be about; where there are several, or none, a refusal that lists what there is."""
    with tocsin.store.read() as connection:
        for state in verb.of:
            found = reads.incidents(connection, state)
            if len(found) == 1:
                return IncidentNumber(found[0]["number"])
            if found:
                raise Refused(f"{len(found)} incidents are {state}. Say which with --incident N:\n{_listed(found)}")
        rows = reads.incidents(connection)
    none = f"No incident is {' or '.join(verb.of)}."
    raise Refused(f"{none} Say which you mean with --incident N:\n{_listed(rows)}" if rows else f"{none} {_DECLARE}")


def _listed(rows: Iterable[dict[str, Any]]) -> str:
    shown = [f"  {row['number']}  {row['title']} ({row['state']})" for row in rows]
    more = [f"  and {len(shown) - _MOST} more: tocsin incident list"] if len(shown) > _MOST else []
    return "\n".join([*shown[:_MOST], *more])
