"""What a letter is made of: its parts, within bounds that no letter of a person reaches.

Parts are cut out here, by expressions that take a letter in one go: the standard library compares every line with every
part that is open, which a letter made for it turns into hours.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email.message import Message

from tocsin.integrations.mailbox.heads import Head, as_text, decoded, one_line, parted, printable, unbased

_DEEPEST, _MOST = 10, 200
_LONGEST_TEXT = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Part:
    """A head, and either what it holds or the parts in it."""

    kind: str
    """As `text/plain`."""
    head: Head
    content: bytes
    """As it came, still encoded."""
    parts: tuple[Part, ...] = ()

    def parameter(self, name: str, of: str = "content-type") -> str:
        told = Message()
        told[of] = _bounded(self.head.first(of))
        found = told.get_param(name, "", of)
        return (as_text(found[2].encode("latin-1", "replace"), found[0] or "") if isinstance(found, tuple) else found)[
            :500
        ]

    @property
    def name(self) -> str:
        """What its file is called; empty for what is no file."""
        name = self.parameter("filename", "content-disposition") or self.parameter("name")
        return one_line(re.split(r"[/\\]", decoded(name))[-1], 100)

    @property
    def attached(self) -> bool:
        return self.head.mere("content-disposition") == "attachment" or bool(self.name)

    @property
    def bytes(self) -> bytes:
        match self.head.mere("content-transfer-encoding"):
            case "base64":
                return unbased(self.content)
            case "quoted-printable":
                return binascii.a2b_qp(self.content)
        return self.content

    @property
    def size(self) -> int:
        """About, where it is encoded."""
        packed = self.head.mere("content-transfer-encoding") == "base64"
        return len(self.content) * 3 // 4 if packed else len(self.content)

    @property
    def text(self) -> str:
        beginning = Part(kind=self.kind, head=self.head, content=self.content[:_LONGEST_TEXT])
        return printable(as_text(beginning.bytes, self.parameter("charset")))

    def every(self, *kinds: str) -> list[Part]:
        """Those of these kinds, itself too; not those within a letter that is attached."""
        own = [self] if self.kind in kinds else []
        return [*own, *(found for part in self.parts for found in part.every(*kinds))]


class Taking:
    """Takes a letter apart; afterwards says what of it was left out."""

    def __init__(self) -> None:
        self.left_out = ""
        self._taken = 0

    def part(self, head: Head, content: bytes, depth: int = 0) -> Part:
        told = Part(kind=_kind(head), head=head, content=content)
        boundary = told.parameter("boundary").rstrip()
        if not told.kind.startswith("multipart/") or not boundary:
            return told
        if depth >= _DEEPEST:
            self.left_out = "Some of its parts lie too deep in each other to be read."
            return Part(kind="multipart/x-unread", head=head, content=b"")
        parts = tuple(self.part(*parted(each), depth + 1) for each in self._cut(content, boundary))
        return Part(kind=told.kind, head=head, content=b"", parts=parts) if parts else _plain(head, content)

    def _cut(self, content: bytes, boundary: str) -> list[bytes]:
        """Between its boundaries, up to the last one, or the end of what there is."""
        line = re.compile(rb"(?:\A|\r\n|\n|\r)--" + re.escape(_raw(boundary)) + rb"(--)?[ \t]*(?=\r|\n|\Z)")
        found, begins = [], None
        for each in line.finditer(content):
            if begins is not None and not self._may_take():
                return found
            if begins is not None:
                found.append(content[begins : each.start()])
            if each[1]:
                return found
            begins = _next_line(content, each.end())
        return found if begins is None or not self._may_take() else [*found, content[begins:]]

    def _may_take(self) -> bool:
        self._taken += 1
        if self._taken > _MOST:
            self.left_out = f"It has more than {_MOST} parts, and the others were not read."
        return self._taken <= _MOST


def _kind(head: Head) -> str:
    kind = head.mere("content-type")
    return kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "text/plain"


def _plain(head: Head, content: bytes) -> Part:
    """Of a letter that only says it had parts, all can be read."""
    return Part(kind="text/plain", head=head, content=content)


def _raw(boundary: str) -> bytes:
    return boundary.encode("utf-8", "replace")


def _next_line(content: bytes, place: int) -> int:
    found = re.compile(rb"\r\n|\n|\r").match(content, place)
    return found.end() if found else place


def _bounded(value: str) -> str:
    return "".join(c if c.isprintable() else " " for c in value[:2000])
