"""The way out to Freshdesk: only to an address that everybody can reach, looked at right before we connect."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import httpx2 as httpx

Resolve = Callable[[str, int], Sequence[str]]


class Internal(Exception):
    """A name that leads into our own network, where somebody else's name has no business to lead."""


def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as this machine has them; OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Way(httpx.BaseTransport):
    """Connects to what was looked at, and to nothing that the name may mean a moment later."""

    def __init__(self, inner: httpx.BaseTransport, *, internal: bool = False, resolve: Resolve = resolved) -> None:
        self._inner = inner
        self._internal = internal
        self._resolve = resolve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        refused: httpx.TransportError | None = None
        for address in self._addresses(host, request.url.port or 443):
            try:
                return self._inner.handle_request(_led(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as no:  # nothing was asked: the next one will do
                refused = no
        raise refused or httpx.ConnectError("it has no address")

    def close(self) -> None:
        self._inner.close()

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise httpx.ConnectError("nobody knows this name") from None
        if not self._internal and not all(ip_address(each).is_global for each in found):
            raise Internal
        return found


def _led(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """The same question to that address; the certificate still has to be the name's, and so has the head."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
