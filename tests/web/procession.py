"""`tocsin serve` as people run it: a process of its own, with a team that is signed in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import httpx2 as httpx

from tests.engine.office import DIRECTORY, declared
from tocsin import playbooks
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN
from tocsin.engine.door import Tocsin, now
from tocsin.store import sessions
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store

PATIENCE = 30.0


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A data folder with a team, whose incident 1 is open, and the cookies that they are signed in with."""

    data: Path
    url: str
    cookies: Mapping[str, str] = field(default_factory=dict)


def installed(data: Path, url: str = "", settings: str = "") -> Installation:
    """A new one."""
    url = url or f"sqlite:///{data / 'tocsin.db'}"
    (data / "tocsin.toml").write_text(f'database = "{url}"\n{settings}', encoding="utf-8")
    with open_store(url) as store:
        migrate(store)
        tocsin = Tocsin(store, playbooks.default())
        tocsin.do(DIRECTORY, by=TOCSIN)
        declared(tocsin)
        tokens = {
            who: store.run(lambda c, who=who: sessions.begin(c, Handle(who), now()))  # type: ignore[misc]
            for who in ("ada", "bob", "dana")
        }
    return Installation(data=data, url=url, cookies={who: f"tocsin-session={token}" for who, token in tokens.items()})


@dataclass(frozen=True, kw_only=True)
class Served:
    """One process that serves."""

    process: subprocess.Popen[bytes]
    address: str
    errors: Path

    @property
    def told(self) -> str:
        """What it has said to whoever started it, and its log."""
        return self.errors.read_text("utf-8", "replace")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit code, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        return self.process.wait(PATIENCE), time.monotonic() - began


@contextmanager
def serving(data: Path, *options: str, port: int = 0, environ: Mapping[str, str] | None = None) -> Iterator[Served]:
    """It is ready when this is entered, and gone when it is left."""
    errors = data / f"errors-{token_hex(4)}"
    command = [sys.executable, "-m", "tocsin", "serve", "--data", str(data), "--port", str(port), *options]
    with (
        errors.open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, **(environ or {})}) as process,
    ):
        try:
            assert process.stdout
            address = process.stdout.readline().decode().strip()
            assert re.fullmatch(r"http://[^ ]+:\d+", address), errors.read_text("utf-8")
            _wait_until_ready(address)
            yield Served(process=process, address=address, errors=errors)
        finally:
            process.kill()


def _wait_until_ready(address: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            assert time.monotonic() < until
        time.sleep(0.02)


class Writer:
    """Somebody who writes as the room's script does: each line is kept until the server has answered with its place."""

    def __init__(self, address: str, cookie: str) -> None:
        self.address, self.cookie, self.form = address, cookie, ""
        self.waiting: list[tuple[str, str]] = []
        """What was written and not answered, with the name of its sending."""
        self.answered: dict[str, int] = {}

    def write(self, text: str) -> None:
        self.waiting.append((text, token_hex(8)))

    def send(self) -> bool:
        """All that waits, in order; whether all was answered."""
        try:
            while self.waiting:
                text, once = self.waiting[0]
                self.answered[text] = self._sent(text, once)
                self.waiting.pop(0)
        except (httpx.HTTPError, OSError):
            return False
        return True

    def _sent(self, text: str, once: str) -> int:
        if not self.form:
            page = httpx.get(f"{self.address}/incidents/1", headers={"Cookie": self.cookie}, timeout=10)
            found = re.search(r'data-form="([^"]+)"', page.text)
            assert found, page.text[:300]
            self.form = found[1]
        headers = {"Cookie": self.cookie, "HX-Request": "true", "X-Tocsin-Form": self.form}
        fields = {"text": text, "kind": "note", "once": once}
        answer = httpx.post(f"{self.address}/incidents/1/lines", data=fields, headers=headers, timeout=10)
        if answer.status_code >= 500:
            raise httpx.ReadError(answer.text)
        assert answer.status_code == 200, answer.text
        seq: int = answer.json()["seq"]
        return seq
