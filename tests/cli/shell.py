"""The shell in the tests' own process: what it said, and how it left."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tocsin.cli import run


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one call of the shell came to."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, kw_only=True)
class Shell:
    """`tocsin` on one database; `ada` asks, unless a test says otherwise."""

    monkeypatch: pytest.MonkeyPatch
    where: tuple[str, ...]

    def __call__(self, *arguments: str, given: bytes = b"") -> Said:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run([*arguments, *self.where])
        said = [stream.buffer.getvalue().decode() for stream in (out, err)]
        return Said(code=code, out=said[0], err=said[1])

    def done(self, *arguments: str, given: bytes = b"") -> Said:
        """What was said, where all went well."""
        said = self(*arguments, given=given)
        assert said.code == 0, said.err
        return said

    def refused(self, *arguments: str, given: bytes = b"", code: int = 1) -> str:
        """The sentence, where it did not; nothing stands on standard output."""
        said = self(*arguments, given=given)
        assert (said.code, said.out) == (code, ""), said
        assert "Traceback" not in said.err
        return said.err.strip()


def reviewed(tocsin: Shell) -> None:
    """The report of incident 1, which ada commands: written, and reviewed by her and bob."""
    tocsin.done("do", "impact", "--start", "2026-11-12T01:30Z", "--end", "2026-11-12T02:00Z", "--incident", "1")
    tocsin.done("do", "add-action", "Watch the proxy", "--incident", "1")
    for section in tocsin.done("report", "build", "1", "--json").json["sections"]:
        tocsin.done("do", "write-report", "--section", f"{section}=As it was.")
    tocsin.done("do", "ask-for-review", "--as", "ada")
    tocsin.done("do", "review", "--as", "bob")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def tocsin(monkeypatch: pytest.MonkeyPatch, data: Path) -> Shell:
    """The shell on an empty SQLite folder."""
    return Shell(monkeypatch=monkeypatch, where=("--data", str(data)))


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, data: Path) -> Callable[[str], Shell]:
    """The shell on a database of its own."""
    return lambda url: Shell(monkeypatch=monkeypatch, where=("--data", str(data), "--db", url))
