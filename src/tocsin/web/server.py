"""The server under the pages: patient with nobody who is slow on purpose, and gone at once when it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tocsin.web.app import application
from tocsin.web.site import Site

HEAD_WITHIN, BODY_WITHIN = 10.0, 30.0
"""Seconds that the head of a request, and then its body, may take to arrive."""
LONGEST_HEAD = 64 * 1024
"""Bytes of a head, cookies and all."""
IDLE = 15
"""Seconds that a connection is kept for the next request."""
CONNECTIONS = 800
"""At a time, open pages included: fewer than the files that a process may usually open."""
ANSWER_WITHIN = 5
"""Seconds that requests have to be answered in once the server stops."""


class Server(uvicorn.Server):
    """Serves a site on a socket. Whoever starts it says what signals mean."""

    def __init__(self, site: Site) -> None:
        proxies = list(site.config.trusted_proxies)
        super().__init__(
            uvicorn.Config(
                application(site),
                http=Patient,
                loop="asyncio",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies,
                limit_concurrency=CONNECTIONS,
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=ANSWER_WITHIN,
            )
        )
        self._live = site.live

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """It would take signals for itself, and end the process by them afterwards."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Pages that stand open end at once, and look for another server; requests are answered."""
        self._live.close()
        await super().shutdown(sockets)


class Patient(HttpToolsProtocol):
    """One connection, with an end to how long a request may take to arrive, and how long its head may be."""

    _ends: asyncio.TimerHandle | None = None
    _in_head = True
    _taken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _send_at_once(transport)
        self._must_come_within(HEAD_WITHIN)

    def connection_lost(self, exc: Exception | None) -> None:
        self._may_take_its_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._taken = self._taken + len(data) if self._in_head else 0
        if self._taken > LONGEST_HEAD:
            self.transport.write(_TOO_LONG)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._taken = True, 0
        self._must_come_within(HEAD_WITHIN)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._must_come_within(BODY_WITHIN)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._may_take_its_time()
        super().on_message_complete()

    def _must_come_within(self, seconds: float) -> None:
        self._may_take_its_time()
        self._ends = self.loop.call_later(seconds, self.transport.abort)

    def _may_take_its_time(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None


def _send_at_once(transport: asyncio.Transport) -> None:
    """Else the body of an answer waits until its head is acknowledged, up to 40 ms.

    asyncio does so where a socket says that it is TCP; those that we are given, and what they accept, do not say so.
    """
    connected = transport.get_extra_info("socket")
    if connected is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
