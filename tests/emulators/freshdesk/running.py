"""The emulator as tests use it: a process of its own, with a door to tell it things and to look inside."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running one."""

    address: str
    door: httpx.Client

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def tell(self, name: str, /, **told: Any) -> Any:
        """`reset`, `ticket`, `customer_reply`, `trouble`, `forward`, …: see `control.py`."""
        answer = self.door.post(f"/_emulator/{name}", json=told)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.content or b"null")

    def messages(self, ticket: int | str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tell("messages")[str(ticket)]
        return found

    def ticket(self, number: int | str) -> dict[str, Any]:
        """As it stands."""
        return next(each for each in self.tell("tickets") if str(each["id"]) == str(number))

    def asked(self, method: str = "") -> list[str]:
        """What was asked of the API, in order."""
        return [f"{each['method']} {each['path']}" for each in self.tell("asked") if method in ("", each["method"])]


@contextmanager
def running(*, key: str = "KEY", limit: int = 1_000_000, certificate: Path | None = None) -> Iterator[Emulator]:
    options = ["--key", key, "--limit", str(limit), *(["--certificate", str(certificate)] if certificate else [])]
    command = [sys.executable, "-m", "tests.emulators.freshdesk", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            with httpx.Client(base_url=address, timeout=10, trust_env=False, verify=False) as door:
                yield Emulator(address=address, door=door)
        finally:
            process.kill()
