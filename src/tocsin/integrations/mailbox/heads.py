"""The head of a letter, as it came: its lines by name, read so that no line of it can stop or mislead us.

The standard library's own reading of heads is not used: some letters make it raise, and some make it take minutes.
"""

from __future__ import annotations

import binascii
import codecs
import re
from base64 import b64decode
from dataclasses import dataclass

_END = re.compile(rb"(?:\A|(?<=\n)|(?<=\r)(?!\n))(?:\r\n|\n|\r)")
_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
_LARGEST = 1_000_000
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\n]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_SLOW_OR_STRANGE = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "unicode-escape"}
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NOT_IN_A_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # it could command a reader's terminal


@dataclass(frozen=True, kw_only=True)
class Head:
    """Names in lower case, values without the breaks in them; in the order of the letter."""

    fields: tuple[tuple[str, str], ...]

    def every(self, name: str) -> list[str]:
        return [value for each, value in self.fields if each == name]

    def first(self, name: str) -> str:
        """Empty where there is none."""
        return next(iter(self.every(name)), "")

    def mere(self, name: str) -> str:
        """What counts of a field like `Auto-Submitted: auto-replied; owner=…`, in lower case."""
        return re.split(r"[;\s(]", self.first(name).strip(), maxsplit=1)[0].lower()


def parted(content: bytes) -> tuple[Head, bytes]:
    """The head, and what follows it."""
    end = _END.search(content)
    raw, body = (content[: end.start()], content[end.end() :]) if end else (content, b"")
    return Head(fields=tuple(_fields(as_text(raw[:_LARGEST])))), body


def decoded(value: str) -> str:
    """Without its encodings; two words in the same charset may share a letter, so these go together."""
    return _WORDS.sub(_plain, _BETWEEN.sub(r"\1", value))


def one_line(text: str, longest: int = 500) -> str:
    line = " ".join(_NOT_IN_A_LINE.sub(" ", text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def printable(text: str) -> str:
    """Lines that can be shown."""
    return _NOT_IN_A_TEXT.sub(" ", text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))


def as_text(content: bytes, charset: str = "") -> str:
    """In the charset it claims, or else in the one it is most likely in."""
    claimed = _codec(charset)
    for codec in dict.fromkeys((claimed, "utf-8")):
        try:
            return content.decode(codec)
        except UnicodeDecodeError as broken:
            whole = content[: broken.start]
            if broken.reason == "unexpected end of data" and not whole.isascii():  # it was cut within a sign
                return whole.decode(codec)
        except ValueError:
            continue
    return content.decode("cp1252" if claimed in ("utf-8", "ascii") else claimed, errors="replace")


def _codec(charset: str) -> str:
    try:
        found = codecs.lookup(charset.strip().strip("\"'") or "utf-8")
    except (LookupError, ValueError):
        return "utf-8"
    strange = found.name in _SLOW_OR_STRANGE or not getattr(found, "_is_text_encoding", True)
    return "utf-8" if strange else found.name


def _fields(raw: str) -> list[tuple[str, str]]:
    unfolded = re.sub(r"(?:\r\n|\n|\r)(?=[ \t])", "", raw)
    found = (_FIELD.fullmatch(line) for line in re.split(r"\r\n|\n|\r", unfolded))
    return [(each[1].lower(), each[2].rstrip()) for each in found if each]


_WORDS = re.compile(rf"(?:{_WORD.pattern})+")


def _plain(found: re.Match[str]) -> str:
    said, kept, of = "", b"", ""
    for charset, how, words in _WORD.findall(found[0]):
        if charset.lower() != of:
            said, kept, of = said + as_text(kept, of), b"", charset.lower()
        kept += unbased(words.encode()) if how in "bB" else _unquoted(words)
    return said + as_text(kept, of.partition("*")[0])


def _unquoted(words: str) -> bytes:
    return binascii.a2b_qp(words.encode(), header=True)


def unbased(content: bytes) -> bytes:
    """Of Base64, however broken."""
    clean = re.sub(rb"[^A-Za-z0-9+/]+", b"", content)
    whole = clean[: len(clean) - (len(clean) % 4 == 1)]
    return b64decode(whole + b"=" * (-len(whole) % 4))
