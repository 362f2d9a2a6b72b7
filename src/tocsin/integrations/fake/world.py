"""The fake world: an HTTP server on this machine that does what it is asked, unless its script says otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from time import sleep
from typing import Any

from tocsin.integrations import PORTS
from tocsin.integrations.fake.ledger import Ledger, Wish
from tocsin.integrations.fake.script import Script, Trouble, Unclear, read


@dataclass(kw_only=True)
class World:
    """What outlives the server, which goes away at times."""

    ledger: Ledger
    script: Script = field(default_factory=Script)
    away: float = 0
    """How many seconds it is to be away next."""


def run(world: World, port: int, tell: Callable[[int], None]) -> None:
    """For ever; `tell` hears the port at which it listens, and always will."""
    server = _Server(("127.0.0.1", port), world)
    tell(server.server_port)
    while True:
        with server:  # only a script's `away` ends it
            server.serve_forever(poll_interval=0.05)
        sleep(world.away)
        server = _Server(("127.0.0.1", server.server_port), world)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # five, the default, make those who come at once wait for a second

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_POST(self) -> None:
        """`/script` is told a trouble, `/write` what somebody outside writes; all else is a call: `/mailer/send`."""
        try:
            self._answer()
        except OSError:  # who asked has gone
            self.close_connection = True

    def do_DELETE(self) -> None:
        """`/script` is cleared."""
        self.server.world.script.clear()
        self._say(200, {})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name where it is inherited from
        """Nothing: the ledger is the log."""

    def _answer(self) -> None:
        try:
            told = self._told()
            if self.path == "/script":
                self._script(read(told))
            elif self.path == "/write":
                self._call(_letter(told))
            else:
                self._call(_wish(self.path, told))
        except Unclear as unclear:
            self._say(400, str(unclear))

    def _told(self) -> Any:
        try:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)))
        except (ValueError, RecursionError):
            raise Unclear("The request is not JSON.") from None

    def _script(self, trouble: Trouble) -> None:
        if trouble.do == "away":
            self.server.world.away = trouble.seconds
            self.server.shutdown()
            self.server.server_close()  # before the answer, after which nobody is to be let in
        else:
            self.server.world.script.add(trouble)
        self._say(200, {})

    def _call(self, wish: Wish) -> None:
        lot = self.server.world.script.lot(wish.port, wish.key)
        sleep(lot.wait)
        ledger = self.server.world.ledger
        match lot.trouble:
            case None:
                answer = _done(ledger, wish)
                ledger.note(wish, "200")
                self._say(200, answer)
            case Trouble(do="refuse") as trouble:
                ledger.note(wish, str(trouble.status))
                self._say(trouble.status, "The script says so.", after=trouble.after)
            case Trouble(do="cut-before") as trouble:
                ledger.note(wish, trouble.do)
            case trouble:
                answer = _done(ledger, wish)
                ledger.note(wish, trouble.do)
                self._garble(answer, trouble)

    def _garble(self, answer: dict[str, Any], trouble: Trouble) -> None:
        """It is done, but whoever asked will hardly learn of it."""
        body = _body(answer)
        match trouble.do:
            case "half":
                self._head(200, len(body))
                self.wfile.write(body[: len(body) // 2])
            case "drip":
                self._head(200, len(body))
                for byte in body:
                    sleep(trouble.seconds / len(body))
                    self.wfile.write(bytes([byte]))

    def _say(self, status: int, answer: dict[str, Any] | str, after: float = 0) -> None:
        body = _body(answer)
        self._head(status, len(body), after)
        self.wfile.write(body)

    def _head(self, status: int, length: int, after: float = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if after:
            self.send_header("Retry-After", f"{after:g}")
        self.end_headers()


def _done(ledger: Ledger, wish: Wish) -> dict[str, Any]:
    """What is only read leaves nothing behind."""
    match wish.port, wish.call:
        case "tickets", "ticket":
            reference = str(wish.payload.get("reference", ""))
            if (found := ledger.ticket(reference)) is None:
                raise Unclear(f"There is no ticket {reference}.")
            return found
        case "tickets", "changed":
            return {"tickets": ledger.changed(str(wish.payload["since"]))}
        case _:
            return ledger.do(wish)


def _letter(told: Any) -> Wish:
    """Somebody outside writes, a new ticket or into an old one."""
    match told:
        case {"by": {"email": str()}, "text": str()}:
            return Wish(port="tickets", call="write", key=token_hex(8), payload=told, at=datetime.now(UTC))
    raise Unclear("A letter needs a “by” with an “email”, and a “text”; it may have a “subject” and a “ticket”.")


def _wish(path: str, told: Any) -> Wish:
    port, _, call = path.removeprefix("/").partition("/")
    if port not in PORTS or call.startswith("_") or not callable(vars(PORTS[port]).get(call)):
        raise Unclear(f"There is no call {path}.")
    match told:
        case {"key": str(key), "payload": dict(payload)}:
            return Wish(port=port, call=call, key=key, payload=payload, at=datetime.now(UTC))
    raise Unclear("A call needs a “key” and a “payload”.")


def _body(answer: dict[str, Any] | str) -> bytes:
    """An answer as JSON; a sentence as it is."""
    return (answer if isinstance(answer, str) else json.dumps(answer)).encode()
