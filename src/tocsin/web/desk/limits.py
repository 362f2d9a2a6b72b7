"""How much may be written at the desk: by somebody who is at one address, and about one community in all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.web.answers import Shown
from tocsin.web.tries import Tries

OF_ONE, OF_ADDRESS, OF_COMMUNITY = 15, 60, 300
"""Within a quarter of an hour: about one community or in one ticket from one address; all from one address, which may
be that of a whole university; all about one community or ticket, wherever it comes from."""


class Limits:
    """Counted in this process, in bounded memory."""

    def __init__(self) -> None:
        self._by_address = Tries(of_one=OF_ONE, of_address=OF_ADDRESS)
        self._about = Tries(of_one=OF_COMMUNITY, of_address=OF_COMMUNITY)

    def begin(self, client: str, about: str, now: datetime) -> timedelta | None:
        """Count one more. How long to wait, where there were too many."""
        wait = self._by_address.begin(client, about, now)
        return self._about.begin(f"desk {about}", "", now) if wait is None else wait


def later(page: Shown, wait: timedelta) -> Shown:
    """The page once more, for whoever has to wait."""
    return replace(page, status=429, headers={**page.headers, "Retry-After": str(int(wait.total_seconds()) + 1)})
