"""How much waits in tickets for one of us to decide: whose they are, and whether a stranger's word may stand."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tocsin.store import desk


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Tickets that a person has to look at, besides the signals that they are."""

    unplaced: int
    """Open tickets whose community nobody has named."""
    quarantined: int
    """Tickets in which a stranger wrote something that nobody has looked at."""

    @property
    def sentence(self) -> str:
        """`2 tickets of no known community, and a stranger's word in 1`; empty where nothing waits."""
        unplaced = f"{self.unplaced} {'ticket' if self.unplaced == 1 else 'tickets'} of no known community"
        strange = f"a stranger’s word in {self.quarantined} {'ticket' if self.quarantined == 1 else 'tickets'}"
        return ", and ".join([*([unplaced] if self.unplaced else []), *([strange] if self.quarantined else [])])

    def __bool__(self) -> bool:
        return bool(self.unplaced or self.quarantined)


def waiting(connection: sa.Connection) -> Waiting:
    unplaced, quarantined = desk.waiting(connection)
    return Waiting(unplaced=unplaced, quarantined=quarantined)
