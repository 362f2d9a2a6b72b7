"""`tocsin serve`: the pages people work in, and the worker, in one process."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated

import typer

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import give, tell
from tocsin.core.refused import Refused
from tocsin.engine.worker import Worker
from tocsin.settings import Settings
from tocsin.store import unsafe
from tocsin.web.accounts import first_run_link
from tocsin.web.server import Server
from tocsin.web.site import Site

PATIENCE = 9.0
"""Seconds from being told to stop until the process ends, whatever is still under way."""
DRAIN = timedelta(seconds=5)
"""How long of them the worker waits for what it has begun, before it gives back what can be called back."""
_log = logging.getLogger("tocsin")

Port = Annotated[
    int, typer.Option("--port", metavar="N", min=0, max=65535, help="the port to listen at; 0 for one that is free")
]
Host = Annotated[
    str, typer.Option("--host", metavar="ADDR", help="the address to listen at; the others cannot reach this one")
]
NoWorker = Annotated[
    bool, typer.Option("--no-worker", metavar="", help="only serve pages; `tocsin worker` performs what is due")
]


def serve(session: Session, port: Port = 8080, host: Host = "127.0.0.1", no_worker: NoWorker = False) -> None:
    """Serve the pages your team works in, and perform what is due. Runs until stopped.

    It prints the address; on the first run also a link, good for one time, that makes the first administrator.
    """
    _log_in_single_lines()
    with bound(host, port) as listener:
        settings = reached_at(session.settings, listener)
        with bootstrap.serving(settings, works=not no_worker) as (site, worker):
            _say(site, listener)
            _run(Server(site), worker, listener, site)
    tell("Stopped.")


def _run(server: Server, worker: Worker | None, listener: socket.socket, site: Site) -> None:
    stopping: list[float] = []

    def stop(number: int, frame: object) -> None:
        stopping.append(time.monotonic())
        server.should_exit = True
        if worker:
            worker.stop()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    with site.tocsin.store.listening():
        working = threading.Thread(target=_work, args=(worker, server), name="tocsin-worker", daemon=True)
        working.start()
        server.run(sockets=[listener])
        began = stopping[0] if stopping else time.monotonic()
        if worker:
            worker.stop()
        working.join(max(0.0, began + PATIENCE - time.monotonic()))
    if working.is_alive():
        _log.warning("Something was still being sent; whoever works next says what became of it.")
    if not stopping:
        raise Refused("Tocsin has stopped by itself. Its log says why; start it again.")


def _work(worker: Worker | None, server: Server) -> None:
    """A server whose worker is gone promises what nobody performs: it stops, and can be begun anew."""
    if worker is None:
        return
    try:
        worker.run(DRAIN)
    finally:
        server.should_exit = True


# ── where it is reached ────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """The socket, ours before anything else is touched."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=1024)
    except OverflowError:
        raise Refused(f"{port} is no port. Give one up to 65535.") from None
    except (OSError, UnicodeError) as trouble:
        why = getattr(trouble, "strerror", None) or "no such name"
        raise Refused(f"Port {port} of {host} cannot be listened at: {why}. Give another --port, or --host.") from None
    with listener:
        yield listener


def reached_at(settings: Settings, listener: socket.socket) -> Settings:
    """Where the settings do not say where people come to, it is where we listen."""
    if settings.web.get("address"):
        return settings
    return replace(settings, web={**settings.web, "address": _address(listener)})


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _say(site: Site, listener: socket.socket) -> None:
    for sentence in unsafe.warnings(site.tocsin.store):
        _log.warning("%s", sentence)
    if not ip_address(listener.getsockname()[0]).is_loopback and not site.config.secure:
        _log.warning("%s", _IN_THE_CLEAR)
    if site.config.secure and not site.config.trusted_proxies:
        _log.warning("%s", _NO_PROXY)
    give(_address(listener))
    tell(f"Tocsin is served at {site.config.address}. Stop with Ctrl-C.")
    if link := first_run_link(site.tocsin, site.config, site.tocsin.wall_clock()):
        tell(f"Make the first administrator here; the link works once: {link}")


_IN_THE_CLEAR = (
    "Others reach this server without https, so passwords go over the network as they are. "
    "Put a proxy that speaks https before it, and set web.address and web.proxies."
)
_NO_PROXY = (
    "People come by https, and no proxy is named in web.proxies: all of them seem to come from its address, "
    "and share how often a password may be wrong. Set web.proxies to the addresses of your proxy."
)


# ── the log ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _SingleLines(logging.Formatter):
    """One entry is one line, whatever somebody wrote into it; a traceback stands below, each line marked as such."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 — as logging calls it
        text = super().formatMessage(record)
        return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)

    def formatException(self, ei: object) -> str:  # noqa: N802
        return "\n".join(f"  | {line}" for line in super().formatException(ei).splitlines())  # type: ignore[arg-type]


def _log_in_single_lines() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_SingleLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in ("uvicorn", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
