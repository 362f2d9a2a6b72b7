"""Reads a letter as it came, whoever wrote it and whatever it is made of: there is none that it refuses."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tocsin.integrations.mailbox.automatic import automatic
from tocsin.integrations.mailbox.bounces import bounces
from tocsin.integrations.mailbox.heads import Head, decoded, one_line, parted
from tocsin.integrations.mailbox.parts import Part, Taking
from tocsin.integrations.mailbox.people import author, receivers
from tocsin.integrations.mailbox.proof import proven
from tocsin.integrations.mailbox.quotes import new_in
from tocsin.language.webpages import readable
from tocsin.ports import Letter

_LONGEST = 100_000
_MOST_HTML = 200_000
_MOST_NAMED = 20
_MOST_FOLLOWED = 100
_IDENTITY = re.compile(r"<([^<>\s]{1,900})>")
_ON_ITS_WAY = timedelta(days=3)


def letter(content: bytes, arrived: datetime, *, trusts: str = "", size: int = 0) -> Letter:
    """`size`: how large it is, where `content` is only its beginning; `trusts`: whose word about its sender counts."""
    head, body = parted(content)
    taking = Taking()
    whole = taking.part(head, body)
    text, subject = _Words().of(whole), one_line(decoded(head.first("subject")))
    notes = [*_attached(whole), *_left_out(taking.left_out, len(text), size if size > len(content) else 0)]
    return Letter(
        reference=_reference(head, content),
        at=_written(head, arrived),
        by=author(head),
        to=receivers(head),
        subject=subject,
        text=_joined(text[:_LONGEST], notes),
        said=_joined(new_in(text[:_LONGEST], subject), notes),
        follows=_follows(head),
        automatic=automatic(head),
        proven=proven(head, trusts),
        bounces=bounces(whole),
    )


def _reference(head: Head, content: bytes) -> str:
    found = _IDENTITY.search(head.first("message-id"))
    return found[1] if found else f"{hashlib.sha256(content).hexdigest()[:40]}@without-message-id"


def _follows(head: Head) -> tuple[str, ...]:
    answered = _IDENTITY.findall(head.first("in-reply-to"))
    before = _IDENTITY.findall(head.first("references"))
    every = tuple(dict.fromkeys([*answered, *reversed(before)]))
    return every if len(every) <= _MOST_FOLLOWED else (*every[: _MOST_FOLLOWED - 1], every[-1])


def _written(head: Head, arrived: datetime) -> datetime:
    """When it says, unless that cannot be: then when it came."""
    try:
        said = parsedate_to_datetime(head.first("date")[:100])
        at = said if said.tzinfo else said.replace(tzinfo=UTC)
        return at.astimezone(UTC) if arrived - _ON_ITS_WAY <= at <= arrived else arrived
    except (ValueError, TypeError, LookupError, OverflowError):
        return arrived


class _Words:
    """What is meant to be read at once. HTML made for it takes long to read, so there is an end to that."""

    def __init__(self) -> None:
        self._left = _MOST_HTML

    def of(self, part: Part) -> str:
        return "\n\n".join(text for text in (each.strip("\n") for each in self._each(part)) if text.strip())

    def _each(self, part: Part) -> Iterator[str]:
        if part.kind == "multipart/alternative":
            yield next((text for text in map(self.of, sorted(part.parts, key=_plainness)) if text), "")
        elif part.parts:
            for each in part.parts:
                yield from self._each(each)
        elif not part.attached:
            yield self._said(part)

    def _said(self, part: Part) -> str:
        match part.kind:
            case "text/plain":
                return part.text
            case "text/html":
                html, left = part.text, self._left
                self._left = max(left - len(html), 0)
                return readable(html, left)
        return ""


def _plainness(part: Part) -> int:
    """In plain words, where there are any."""
    return 0 if part.kind == "text/plain" else 1 if part.every("text/plain") else 2


def _attached(whole: Part) -> list[str]:
    """Files are named, and stay in the mailbox."""
    found = [f"{part.name or _called(part)} ({_large(part.size)})" for part in _files(whole)]
    more = [f"and {len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else []
    return [f"[Attached: {', '.join([*found[:_MOST_NAMED], *more])}]"] if found else []


def _files(part: Part) -> Iterator[Part]:
    for each in part.parts:
        yield from _files(each)
    if (
        not part.parts
        and not part.kind.startswith("multipart/")
        and (part.attached or part.kind not in ("text/plain", "text/html"))
    ):
        yield part


def _called(part: Part) -> str:
    """Of a letter within the letter, its subject says what it is."""
    if part.kind != "message/rfc822":
        return f"a file of type {part.kind}"[:100]
    head, _ = parted(part.bytes)
    return f"a letter, “{one_line(decoded(head.first('subject')), 100)}”"


def _left_out(parts: str, length: int, size: int) -> list[str]:
    beyond = length - _LONGEST
    return [
        *([f"[This letter is {_large(size)}: too large to be read whole. Only its beginning was.]"] if size else []),
        *([f"[Its text goes on for another {beyond:,} characters, which were not read.]"] if beyond > 0 else []),
        *([f"[{parts}]"] if parts else []),
    ]


def _large(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(size // 1000, 1)} kB" if size else "empty"


def _joined(text: str, notes: list[str]) -> str:
    return "\n\n".join([*([text] if text.strip() else []), *(["\n".join(notes)] if notes else [])])
