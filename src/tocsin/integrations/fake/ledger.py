"""What the fake world has done, on the disk before anybody is told; and what it was asked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from tocsin.integrations.fake.exchange import belongs, shown

_REFERENCES = {
    "open_channel": "channel-{}", "post": "message-{}", "page": "page-{}", "open_issue": "fake:issue-{}",
    "open": "ticket-{}", "reply": "message-{}", "note": "message-{}", "write": "message-{}",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What one request asks for."""

    port: str
    call: str
    key: str
    payload: Mapping[str, Any]
    at: datetime
    """When it came in."""


class Ledger:
    """Two files of JSON lines: FILE for what was done, FILE.requests for what was asked and how it was answered."""

    def __init__(self, path: Path, *, forgetful: bool = False) -> None:
        self._lock = Lock()
        self._forgetful = forgetful
        self._answers: dict[tuple[str, str, str], dict[str, str]] = {}
        self._paths: dict[str, str] = {}
        self._tickets: dict[str, list[dict[str, Any]]] = {}
        self._place = 0
        for entry in _entries(path):
            self._remember(entry)
        self._done = path.open("ab")
        self._asked = path.with_name(f"{path.name}.requests").open("ab")

    def do(self, wish: Wish) -> dict[str, str]:
        """The answer. A key that is known is answered as the first time, and nothing is done again."""
        with self._lock:
            known = None if self._forgetful else self._answers.get((wish.port, wish.call, wish.key))
            return self._add(wish) if known is None else known

    def ticket(self, reference: str) -> dict[str, Any] | None:
        """None where there is none."""
        with self._lock:
            return shown(self._tickets.get(reference, []))

    def changed(self, since: str) -> list[str]:
        """The tickets in which something was done since then; those that waited longest first."""
        with self._lock:
            last = sorted((entries[-1]["at"], each) for each, entries in self._tickets.items())
        return [each for at, each in last if datetime.fromisoformat(at) >= datetime.fromisoformat(since)]

    def note(self, wish: Wish, answer: str) -> None:
        """Takes down that it was asked, and how it is about to be answered."""
        entry = {"at": wish.at.isoformat(), "port": wish.port, "call": wish.call, "key": wish.key, "answer": answer}
        with self._lock:
            _write(self._asked, entry)

    def close(self) -> None:
        self._done.close()
        self._asked.close()

    def _add(self, wish: Wish) -> dict[str, str]:
        entry = {
            "place": self._place + 1,
            "at": datetime.now(UTC).isoformat(),
            "port": wish.port,
            "call": wish.call,
            "key": wish.key,
            "payload": wish.payload,
            "answer": self._answer(wish, self._place + 1),
        }
        _write(self._done, entry)
        os.fsync(self._done.fileno())
        return self._remember(entry)

    def _remember(self, entry: dict[str, Any]) -> dict[str, str]:
        answer: dict[str, str] = entry["answer"]
        self._place = entry["place"]
        self._answers[entry["port"], entry["call"], entry["key"]] = answer
        if entry["port"] == "tickets":
            self._tickets.setdefault(belongs(entry), []).append(entry)
        if "path" in answer:
            self._paths[answer["path"]] = entry["payload"].get("identity", "")
        return answer

    def _answer(self, wish: Wish, place: int) -> dict[str, str]:
        if wish.call == "publish":
            commit = hashlib.sha1(f"{place} {wish.key}".encode(), usedforsecurity=False).hexdigest()
            return {"path": self._path(wish.payload), "commit": commit}
        if wish.call == "write" and not wish.payload.get("ticket"):
            return {"reference": f"ticket-{place}"}
        return {"reference": _REFERENCES[wish.call].format(place)} if wish.call in _REFERENCES else {}

    def _path(self, payload: Mapping[str, Any]) -> str:
        """Where this report stands already; else the first of the wished name, `-2`, `-3`, … that nobody has."""
        identity, stem = payload.get("identity", ""), f"reports/{payload.get('stem', '')}"
        mine = next((path for path, owner in self._paths.items() if owner == identity), None)
        wishes = chain([stem], (f"{stem}-{n}" for n in count(2)))
        return payload.get("path") or mine or next(wish for wish in wishes if wish not in self._paths)


def _entries(path: Path) -> list[dict[str, Any]]:
    """What stands there; a line without its end was being written when the world ended, and nobody was told of it."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    if lines and not lines[-1].endswith(b"\n"):
        os.truncate(path, sum(map(len, lines[:-1])))
        lines.pop()
    return [json.loads(line) for line in lines]


def _write(file: BinaryIO, entry: Mapping[str, object]) -> None:
    file.write(json.dumps(entry).encode() + b"\n")
    file.flush()
