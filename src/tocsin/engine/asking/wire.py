"""What is said over the socket: one request and one reply a connection, each a JSON document up to its end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from tocsin import __version__
from tocsin.core.commands import COMMANDS, Command
from tocsin.core.moments import rfc3339
from tocsin.core.refused import Refused
from tocsin.engine.door import Answer
from tocsin.store.codec import adapter, encode
from tocsin.store.works import Unavailable

LONGEST = 64 * 2**20
"""Bytes of a request."""
TOO_LONG = f"A command is at most {LONGEST:,} bytes long. Split it."
MALFORMED = "What was asked is no request of this version of Tocsin; nothing was written."


class Cut(Exception):
    """The other side went away before it had said everything."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A command, and what `Tocsin.do` is told with it. Where nobody is named, the program itself asks."""

    command: Command
    by: str | None
    at: datetime | None
    source: str | None


def request(command: Command, by: str | None, at: datetime | None, source: str) -> bytes:
    """A request as it is sent."""
    said = {
        "tocsin": __version__,
        "command": type(command).__name__,
        "body": encode(command),
        "by": by,
        "at": None if at is None else rfc3339(at),
        "source": source,
    }
    data = json.dumps(said).encode()
    if len(data) > LONGEST:
        raise Refused(TOO_LONG)
    return data


def requested(said: bytes) -> Request:
    """The request that was sent; whatever else it may be is refused."""
    match _json(said):
        case {"tocsin": str(version)} if version != __version__:
            raise Refused(
                f"The Tocsin that holds the database is version {__version__}, and this one is {version[:20]}. "
                "Stop that one, or use the same version."
            )
        case {
            "tocsin": str(), "command": str(name), "body": dict(body), "by": str() | None as by,
            "at": str() | None as at, "source": str() | None as source, **more,
        } if not more:  # fmt: skip
            return Request(command=_command(name, body), by=by, at=None if at is None else _time(at), source=source)
    raise Refused(MALFORMED)


def reply(answer: Answer | Refused | Unavailable) -> bytes:
    """What became of a request, as it is sent."""
    match answer:
        case Answer():
            said: dict[str, Any] = {"answer": encode(answer)}
        case Refused():
            said = {"refused": [_piece(each) for each in answer.pieces] if answer.timed else str(answer)}
        case Unavailable():
            said = {"unavailable": str(answer)}
    return json.dumps(said).encode()


def replied(said: bytes) -> Answer:
    """The answer that was sent, or the no, raised; `Cut` where it is not whole."""
    try:
        found = _json(said)
    except Refused:
        raise Cut from None
    match found:
        case {"answer": dict(answer)}:
            return adapter(Answer).validate_python(answer)
        case {"refused": str(sentence)}:
            raise Refused(sentence)
        case {"refused": list(pieces)} if all(isinstance(each, str | dict) for each in pieces):
            raise Refused(*map(_said, pieces))
        case {"unavailable": str(sentence)}:
            raise Unavailable(sentence)
    raise Cut


def _json(said: bytes) -> Any:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        raise Refused(MALFORMED) from None


def _command(name: str, body: dict[str, Any]) -> Command:
    if name not in _COMMANDS:
        raise Refused(MALFORMED)
    try:
        return adapter(_COMMANDS[name]).validate_json(json.dumps(body), strict=True, extra="forbid")
    except (ValidationError, RecursionError):
        raise Refused(MALFORMED) from None


def _piece(said: str | datetime) -> str | dict[str, str]:
    return said if isinstance(said, str) else {"at": rfc3339(said)}


def _said(piece: str | dict[str, Any]) -> str | datetime:
    return piece if isinstance(piece, str) else _time(str(piece.get("at")))


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refused(MALFORMED) from None


_COMMANDS = {kind.__name__: kind for kind in COMMANDS}
