"""Publishing from the shell: what was asked for is carried out at once, and waits where that fails."""

from __future__ import annotations

from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Tocsin
from tocsin.engine.perform import publish
from tocsin.ports import Failed, Published, Publisher


def publish_waiting(tocsin: Tocsin, publisher: Publisher, number: IncidentNumber) -> Published:
    """Publish what waits; where the world says no, it goes on waiting, and the refusal says how to try again."""
    try:
        return publish(tocsin, number, publisher)
    except Failed as trouble:
        waits = f"The report waits to be published. Try again: tocsin report publish {number}"
        raise Failed(f"{trouble} {waits}", permanent=trouble.permanent, after=trouble.after) from trouble
