"""The emulator as a server: who may ask, how often, and what goes wrong on the way."""

from __future__ import annotations

import json
import socket
import ssl
import time
from base64 import b64decode
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.emulators.freshdesk.api import Answer, Asked, No, answer, coded
from tests.emulators.freshdesk.control import Account, control
from tests.emulators.freshdesk.troubles import Trouble, met

API = "/api/v2/"
MOUNT = "/freshdesk.com"
"""Some clients want this name in their domain, and so find the API below it, too."""
DOOR = "/_emulator/"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, account: Account, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.account = account
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone, or did not like our certificate."""


class _Cut(Exception):
    """The line is cut here."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path.removeprefix(MOUNT)
        try:
            if path.startswith(DOOR):
                self._at_the_door(path.removeprefix(DOOR), body)
            elif path.startswith(API):
                self._asked(path.removeprefix(API), body)
            else:
                self._say(Answer(status=404))
        except _Cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 — their names where they are inherited from

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""

    def _at_the_door(self, name: str, body: bytes) -> None:
        account = self.server.account
        try:
            with account.lock:
                said = control(account, name, json.loads(body) if body else {})
            self._say(Answer(body=said))
        except (KeyError, TypeError, ValueError) as no:
            self._say(Answer(status=400, body=repr(no)))

    def _asked(self, path: str, body: bytes) -> None:
        account = self.server.account
        with account.lock:
            account.settle()
            trouble = met(account.troubles, self.command, path)
            account.asked.append({"method": self.command, "path": path, "trouble": trouble.do if trouble else ""})
        if trouble and trouble.do == "wait":
            time.sleep(trouble.seconds)
            trouble = None
        with account.lock:
            left, wait = account.spend()
            said = self._answer(path, body, trouble) if left >= 0 else _too_many(wait)
        self._say(said, max(left, 0))

    def _answer(self, path: str, body: bytes, trouble: Trouble | None) -> Answer:
        account = self.server.account
        match trouble.do if trouble else "":
            case "refuse":
                return _told(trouble)
            case "cut-before":
                raise _Cut
            case "late":
                assert trouble is not None
                due = account.desk.clock + timedelta(seconds=trouble.seconds)
                account.late.append((due, lambda: self._done(path, body)))
                raise _Cut
        said = self._done(path, body)
        match trouble.do if trouble else "":
            case "cut-after":
                raise _Cut
            case "answer":
                return _told(trouble)
            case "nonsense":
                return Answer(body="<html>Signed out</html>")
        return said

    def _done(self, path: str, body: bytes) -> Answer:
        try:
            self._admit()
            asked = Asked(
                method=self.command,
                path=path,
                query=dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True)),
                body=_read(body),
                origin=f"{self.server.scheme}://{self.headers.get('Host', '')}",
            )
            return answer(self.server.account.desk, asked)
        except No as no:
            return no.answer

    def _admit(self) -> None:
        """By the key as a user's name; the password is not looked at."""
        how, _, login = self.headers.get("Authorization", "").partition(" ")
        key = b64decode(login).decode(errors="replace").partition(":")[0] if how == "Basic" else ""
        if key != self.server.account.key:
            raise coded(401, "invalid_credentials", "You have to be logged in to perform this action.")

    def _say(self, said: Answer, left: int | None = None) -> None:
        """In one piece: two would wait for each other."""
        body = b"" if said.body is None else json.dumps(said.body).encode()
        html = said.body is None or isinstance(said.body, str)
        if isinstance(said.body, str):
            body = said.body.encode()
        head = {
            "Content-Type": "text/html; charset=utf-8" if html else "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            **({} if left is None else _rate(self.server.account.limit, left)),
            **said.headers,
        }
        lines = [f"HTTP/1.1 {said.status} {HTTPStatus(said.status).phrase}", *(f"{k}: {v}" for k, v in head.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)


def _rate(limit: int, left: int) -> dict[str, str]:
    """Decimal strings, as they were seen to be."""
    return {
        "x-ratelimit-total": f"{limit:.1f}",
        "x-ratelimit-remaining": f"{left:.1f}",
        "x-ratelimit-used-currentrequest": "1",
    }


def _too_many(wait: float) -> Answer:
    return Answer(status=429, body="Too many requests", headers={"Retry-After": str(max(1, round(wait)))})


def _told(trouble: Trouble | None) -> Answer:
    assert trouble is not None
    headers = {} if trouble.after is None else {"Retry-After": f"{trouble.after:g}"}
    headers |= {"link": trouble.link} if trouble.link else {}
    return Answer(status=trouble.status, body=trouble.body, headers=headers)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        raise coded(400, "invalid_json", "Request body has invalid json format") from None
