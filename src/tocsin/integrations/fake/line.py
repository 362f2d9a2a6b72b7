"""The line to the fake world: one question, one answer, and what it means when none comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic
from typing import Any

from tocsin.ports import Failed


@dataclass(frozen=True, kw_only=True)
class Line:
    """A new connection for every question: none can be half dead."""

    port: int
    timeout: float

    def ask(self, port: str, call: str, key: str, payload: Mapping[str, object]) -> dict[str, Any]:
        """The world's answer to this call of a port."""
        question = json.dumps({"key": key, "payload": payload}, default=_plain).encode()
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)) as connection:
            self._put(connection, f"/{port}/{call}", question)
            return self._got(connection)

    def _put(self, connection: HTTPConnection, path: str, question: bytes) -> None:
        """Whatever fails until here, the world has not heard the whole question, and so does nothing."""
        try:
            connection.connect()
            connection.request("POST", path, question, {"Content-Type": "application/json"})
        except OSError as trouble:
            raise Failed(f"{self._who} cannot be reached: {_words(trouble)}.") from None

    def _got(self, connection: HTTPConnection) -> dict[str, Any]:
        try:
            with connection.getresponse() as response:
                body = self._body(response)
            if response.status == 200:
                return _answer(body)
        except (OSError, HTTPException, ValueError) as trouble:
            said = f"{self._who} was asked, but did not answer: {_words(trouble)}."
            raise Failed(said, unsure=True) from None
        raise self._refusal(response, body)

    def _body(self, response: HTTPResponse) -> bytes:
        """In all no longer than the timeout, which alone would start anew with every byte."""
        parts, end = [], monotonic() + self.timeout
        while part := response.read1():
            parts.append(part)
            if monotonic() > end:
                raise TimeoutError("it took too long")
        return b"".join(parts)

    def _refusal(self, response: HTTPResponse, body: bytes) -> Failed:
        sentence = f"{self._who} answered {response.status}: {_said(body)}"
        if response.status == 429 or response.status >= 500:
            return Failed(sentence, after=_after(response.headers["Retry-After"]))
        return Failed(sentence, permanent=True)

    @property
    def _who(self) -> str:
        return f"The fake world at 127.0.0.1:{self.port}"


def _answer(body: bytes) -> dict[str, Any]:
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("it said something else")
    return answer


def _said(body: bytes) -> str:
    """On one line, and not at length: it becomes part of a sentence."""
    words = " ".join("".join(c if c.isprintable() else " " for c in body.decode(errors="replace")).split())
    return words if len(words) <= 200 else f"{words[:199]}…"


def _after(told: str | None) -> timedelta | None:
    """The other way to say it, a date, is never used by this world."""
    try:
        return timedelta(seconds=max(0.0, float(told))) if told else None
    except (ValueError, OverflowError):
        return None


def _words(trouble: Exception) -> str:
    match trouble:
        case OSError():
            return trouble.strerror or str(trouble)
        case ValueError():
            return "what it said makes no sense"
        case _:
            return str(trouble) or "the line was cut"


def _plain(value: object) -> object:
    """What a payload holds, as JSON has it; bytes that are no text keep their value in halves of characters."""
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "surrogateescape")
        case Mapping():
            return dict(value)
        case _:
            return vars(value)
