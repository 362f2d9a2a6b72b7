"""The side that asks: does a command itself where nobody holds the database, and else has the holder do it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from socket import SHUT_WR
from typing import Any
from uuid import uuid4

from tocsin.core import commands as c
from tocsin.core.people import TOCSIN, Person
from tocsin.engine.asking import wire
from tocsin.engine.asking.place import connected, everything
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import engines
from tocsin.store.owner import PAUSE
from tocsin.store.works import Unavailable


class Asking(Tocsin):
    """Tocsin in a process that may find the database held by another: the same door, whoever does what is asked."""

    def __init__(self, *given: Any, socket: Path, wait: float = 60.0, **named: Any) -> None:
        """As `Tocsin`, with where the other process listens; `wait`: seconds for its answer, once it has heard us."""
        super().__init__(*given, **named)
        self._socket, self._wait = socket, wait

    def do(
        self, command: c.Command, *, by: str | Person, at: datetime | None = None, source: str | None = None
    ) -> Answer:
        if isinstance(by, Person) and by != TOCSIN:
            raise TypeError("Another process knows people by their handles: give the handle.")
        if self.store.own():
            return super().do(command, by=by, at=at, source=source)
        if source is None:
            source = f"shell:{uuid4()}"  # so that asking twice is asking once
        self.work(command, by=by, at=at, source=source)  # what anybody would refuse is not sent
        said = wire.request(command, None if isinstance(by, Person) else by, at, source)
        return self._settled(said, lambda: super(Asking, self).do(command, by=by, at=at, source=source))

    def _settled(self, said: bytes, do_it_here: Callable[[], Answer]) -> Answer:
        """Asks whoever holds the database, one after another, until one answers or we hold it ourselves."""
        cuts, until = 0, time.monotonic() + self.store.patience
        try:
            while not self.store.own():
                try:
                    return wire.replied(_exchanged(self._socket, said, self._wait))
                except wire.Cut:
                    cuts, until = cuts + 1, time.monotonic() + self.store.patience
                except OSError:  # nobody listens: a command of the shell holds it, or the holder is just dying
                    pass
                if time.monotonic() > until or cuts > _MOST_CUTS:
                    raise Unavailable(engines.OWNED)
                time.sleep(PAUSE)
            return do_it_here()
        except Unavailable as no:
            if not cuts:
                raise
            raise Unavailable(_UNKNOWN) from no


def _exchanged(path: Path, said: bytes, wait: float) -> bytes:
    """What is replied, as far as it came; `OSError` where nobody listens."""
    with connected(path, wait) as holder:
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before it has heard us out
                holder.sendall(said)
                holder.shutdown(SHUT_WR)
            return everything(holder)
        except TimeoutError:
            raise Unavailable(_UNKNOWN) from None


_MOST_CUTS = 10
"""A command that killed so many holders is not put to the next."""

_UNKNOWN = (
    "The Tocsin that holds the database has not answered, so this may or may not be written. "
    "See whether it is, then try again."
)
