"""The fake world as the tests use it: a process of its own, which can be told, read, killed and started again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tocsin.integrations.fake import Config, Fake


@dataclass(kw_only=True)
class World:
    """A running one; started again, it listens at the same port and has the same ledger."""

    ledger: Path
    forgetful: bool = False
    port: int = 0
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fake(self, **told: Any) -> Fake:
        """An integration that asks this world."""
        return Fake(Config(address=self.address, **{"timeout": 2.0, **told}))

    def trouble(self, do: str, **more: Any) -> None:
        status, said = self.request("POST", "/script", json.dumps({"do": do, **more}))
        assert status == 200, said

    def peace(self) -> None:
        """No trouble any more."""
        self.request("DELETE", "/script")

    def done(self, **like: object) -> list[dict[str, Any]]:
        """What it did, in order; `like`: only where these fields have these values."""
        return _entries(self.ledger, like)

    def asked(self, **like: object) -> list[dict[str, Any]]:
        """What it was asked, in the order it answered."""
        return _entries(self.ledger.with_name(f"{self.ledger.name}.requests"), like)

    def start(self) -> None:
        options = [f"--port={self.port}", f"--ledger={self.ledger}", *(["--forgetful"] if self.forgetful else [])]
        command = [sys.executable, "-m", "tocsin.integrations.fake", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        with self.process:
            self.process.kill()

    def request(self, method: str, path: str, body: str | bytes = "") -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


@contextmanager
def running(ledger: Path, *, forgetful: bool = False) -> Iterator[World]:
    world = World(ledger=ledger, forgetful=forgetful)
    try:
        yield world
    finally:
        world.kill()


def _entries(path: Path, like: dict[str, object]) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [entry for entry in entries if all(entry[name] == value for name, value in like.items())]
