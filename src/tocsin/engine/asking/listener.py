"""The side that holds the database: does what others ask over the socket, and tells them what became of it."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

from tocsin.core.people import TOCSIN
from tocsin.core.refused import Refused
from tocsin.engine.asking import wire
from tocsin.engine.asking.place import listening, may_ask
from tocsin.engine.door import Tocsin
from tocsin.store import engines
from tocsin.store.owner import PAUSE
from tocsin.store.works import Unavailable

_log = logging.getLogger(__name__)


class Listener:
    """Serves the socket inside its `with`. When that ends, everybody who was heard out has been answered.

    It has to end before the store is closed: the socket is ours only while the database is.
    """

    def __init__(self, tocsin: Tocsin, path: Path, *, at_once: int = 32, patience: float = 5.0) -> None:
        self._tocsin, self._path, self._patience = tocsin, path, patience
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="tocsin-asked")
        self._thread = threading.Thread(target=self._listen, name="tocsin-listener", daemon=True)
        self._silent: dict[socket.socket, float] = {}
        """Who has connected and said nothing yet, with the time we wait until; those who came first, first."""

    def __enter__(self) -> Self:
        self._own()
        with ExitStack() as opened:
            self._socket = opened.enter_context(self._bound())
            opened.callback(self._path.unlink, missing_ok=True)
            self._stop, self._stopping = map(opened.enter_context, socket.socketpair())
            self._selector = opened.enter_context(selectors.DefaultSelector())
            for each in (self._socket, self._stopping):
                self._selector.register(each, selectors.EVENT_READ)
            self._thread.start()
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Whoever was not heard out yet finds nobody any more, and asks again."""
        self._stop.close()
        self._thread.join()
        self._opened.close()
        for asker in self._silent:
            asker.close()
        self._workers.shutdown()

    def _own(self) -> None:
        """A command of the shell may still hold the database, for a moment."""
        until = time.monotonic() + self._tocsin.store.patience
        while not self._tocsin.store.own():
            if time.monotonic() > until:
                raise Unavailable(engines.OWNED)
            time.sleep(PAUSE)

    def _bound(self) -> socket.socket:
        try:
            listener = listening(self._path)
        except OSError as trouble:
            raise Unavailable(_NO_SOCKET.format(self._path.parent, trouble.strerror)) from trouble
        listener.setblocking(False)
        return listener

    def _listen(self) -> None:
        """Whoever connects keeps no thread before it speaks."""
        while True:
            ready = {key.fileobj for key, _ in self._selector.select(self._longest_silence())}
            if self._stopping in ready:
                return
            if self._socket in ready:
                self._welcome()
            for asker in self._silent.keys() & ready:
                self._forget(asker)
                talk = _Talk(asker, self._tocsin, self._patience)
                self._workers.submit(talk.reply).add_done_callback(talk.end)
            self._drop_the_silent()

    def _welcome(self) -> None:
        try:
            asker, _ = self._socket.accept()
        except OSError:  # it has gone again; or too many files are open, and it waits until some are closed
            time.sleep(PAUSE)
            return
        self._silent[asker] = time.monotonic() + self._patience
        self._selector.register(asker, selectors.EVENT_READ)

    def _forget(self, asker: socket.socket) -> None:
        self._selector.unregister(asker)
        del self._silent[asker]

    def _longest_silence(self) -> float | None:
        """Seconds until the next is dropped."""
        return next((until - time.monotonic() for until in self._silent.values()), None)

    def _drop_the_silent(self) -> None:
        now = time.monotonic()
        for asker in [asker for asker, until in self._silent.items() if until <= now]:
            self._forget(asker)
            asker.close()


class _Talk:
    """One connection: what was asked, and what becomes of it."""

    def __init__(self, asker: socket.socket, tocsin: Tocsin, patience: float) -> None:
        self._asker, self._tocsin, self._patience = asker, tocsin, patience
        self._asked: wire.Request | None = None

    def reply(self) -> bytes:
        try:
            if not may_ask(self._asker):
                raise Refused(_STRANGER)
            self._asked = asked = wire.requested(self._heard())
            by = TOCSIN if asked.by is None else asked.by
            return wire.reply(self._tocsin.do(asked.command, by=by, at=asked.at, source=asked.source))
        except (Refused, Unavailable) as no:
            return wire.reply(no)

    def end(self, replied: Future[bytes]) -> None:
        """What else was raised is a mistake of ours, and told here alone: it may hold what is nobody's business."""
        mistake = replied.exception()
        if mistake is not None:
            _log.error("%s, asked over the socket, failed.", self._asked and _name(self._asked), exc_info=mistake)
        with self._asker, suppress(OSError):  # it may have gone; it will ask again
            self._asker.settimeout(self._patience)
            self._asker.sendall(wire.reply(Unavailable(_MISTAKE)) if mistake else replied.result())

    def _heard(self) -> bytes:
        """All that is said, up to a measure and within a time."""
        until, said = time.monotonic() + self._patience, bytearray()
        try:
            while len(said) <= wire.LONGEST:
                self._asker.settimeout(max(until - time.monotonic(), 0.001))
                more = self._asker.recv(2**18)
                if not more:
                    return bytes(said)
                said += more
        except OSError:
            raise Refused(wire.MALFORMED) from None
        raise Refused(wire.TOO_LONG)


def _name(asked: wire.Request) -> str:
    """A command as a log names it: with its incident, without its words."""
    number = getattr(asked.command, "incident", None)
    kind = type(asked.command).__name__
    return kind if number is None else f"{kind} of incident {number}"


_NO_SOCKET = "The socket for other commands cannot be made in {}: {}. See that Tocsin may write to that folder."
_STRANGER = "Only the user that Tocsin runs as, and root, may ask it over its socket. Become that user first."
_MISTAKE = "The Tocsin that holds the database made a mistake at this. Its log says which; please report it."
