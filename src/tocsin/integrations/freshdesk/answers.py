"""What Freshdesk answered, and what a refusal means: one plain sentence, without a secret."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tocsin.ports import Failed

SETTLED = timedelta(minutes=1)
"""After so long, what was asked for has happened or never will: then a look shows which."""
A_MINUTE = timedelta(minutes=1)
"""What Freshdesk's limits are counted in."""
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, in the words of a sentence: “would not *close ticket 81*”."""

    domain: str
    what: str
    changes: bool
    """It was to change something; to read twice does no harm."""

    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> Failed:
        """What an answer other than yes means."""
        match status:
            case 401:
                return Failed(f"{self.domain} does not know the key in freshdesk.key: renew it there.", after=A_MINUTE)
            case 403:
                return self._forbidden(body)
            case 404:
                return Failed(f"{self.domain} could not {self.what}: it is not there.", permanent=True)
            case 429:
                after = _after(headers) or A_MINUTE
                return Failed(f"{self.domain} asks for patience: its limit of calls a minute is reached.", after=after)
        if 300 <= status < 400:
            return Failed(f"{self.domain} sends us elsewhere: freshdesk.domain has to be the account's own name.")
        if status >= 500:
            return self._in_trouble(status, headers)
        return self._invalid(status, body)

    def spent(self) -> Failed:
        """The next call would be refused, and count all the same."""
        return Failed(f"{self.domain} has no call left for us this minute.", after=A_MINUTE)

    def unknown(self, why: str) -> Failed:
        """It was asked, and whether it happened nobody knows."""
        if not self.changes:
            return Failed(f"{self.domain} was asked to {self.what}, but {why}.")
        said = f"{self.domain} was asked to {self.what}, but {why}: it may have happened. We look before we ask again."
        return Failed(said, unsure=True, after=SETTLED)

    def unasked(self, why: str) -> Failed:
        return Failed(f"{self.domain} cannot be reached: {why}.")

    def _forbidden(self, body: bytes) -> Failed:
        return Failed(
            f"{self.domain} does not let the owner of freshdesk.key {self.what}{_quoted(body)}: see that this agent is"
            " active, may do this to this ticket, and that your plan includes the API.",
            receiver=True,
        )

    def _in_trouble(self, status: int, headers: Mapping[str, str]) -> Failed:
        """Whoever stands before Freshdesk says 502 or 504 although it went on working; 503 says that it did not."""
        said = f"{self.domain} has troubles of its own ({status})"
        if self.changes and status != 503:
            return Failed(f"{said}, and may have done it: to {self.what}.", unsure=True, after=SETTLED)
        return Failed(f"{said} and did not {self.what}.", after=_after(headers))

    def _invalid(self, status: int, body: bytes) -> Failed:
        wanting = [name for name, words, code in _errors(body) if code == "missing_field" or "blank" in words]
        if self.what.startswith("close") and wanting:
            named = " and ".join(f"“{name}”" for name in wanting)
            said = f"{self.domain} does not {self.what} while {named} is empty: fill it in there, and try again."
        else:
            said = f"{self.domain} would not {self.what} ({status}){_quoted(body)}."
        return Failed(said, permanent=True)


def remaining(headers: Mapping[str, str]) -> float | None:
    """How many calls are left this minute. They say `"45.0"`, which is no whole number."""
    return _number(headers.get("x-ratelimit-remaining", ""))


def one_line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _after(headers: Mapping[str, str]) -> timedelta | None:
    """The other way to say it, a date, Freshdesk does not use."""
    seconds = _number(headers.get("retry-after", ""))
    return timedelta(seconds=min(max(seconds, 1.0), 86400.0)) if seconds is not None else None


def _number(told: str) -> float | None:
    try:
        found = float(told)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _quoted(body: bytes) -> str:
    words = one_line("; ".join(f"{name}: {words}" if name else words for name, words, _ in _errors(body)))
    return f", saying “{words}”" if words else ""


def _errors(body: bytes) -> Iterator[tuple[str, str, str]]:
    """Field, message and code of each, in both shapes there are."""
    match _read(body):
        case {"errors": [*errors]}:
            for each in errors:
                if isinstance(each, dict):
                    yield _said(each, "field"), _said(each, "message"), _said(each, "code")
        case {"message": str(words), **more}:
            yield "", words, _said(more, "code")


def _said(told: Mapping[Any, Any], name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
