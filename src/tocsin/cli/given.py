"""What a command is given from outside its line: standard input, and files."""

from __future__ import annotations

import sys
from pathlib import Path

from tocsin.core.refused import Refused


def read_text(typed: str) -> str:
    """What was typed; `-` stands for standard input."""
    return _text(_stdin(), "Standard input") if typed == "-" else typed


def read_file(typed: str) -> str:
    """The text in a file (`@FILE`), or on standard input (`@-`)."""
    name = typed.removeprefix("@")
    return _text(read_bytes(name), "Standard input" if name == "-" else name)


def read_bytes(name: str) -> bytes:
    """What is in a file; `-` stands for standard input."""
    if name == "-":
        return _stdin()
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as trouble:
        raise Refused(f"{name} cannot be read: {getattr(trouble, 'strerror', None) or trouble}.") from None


def write_bytes(name: Path, content: bytes) -> None:
    try:
        name.write_bytes(content)
    except OSError as trouble:
        raise Refused(f"{name} cannot be written: {trouble.strerror}.") from None


def _stdin() -> bytes:
    try:
        return sys.stdin.buffer.read() if sys.stdin else b""  # a closed one is none
    except OSError as trouble:
        raise Refused(f"Standard input cannot be read: {trouble.strerror}.") from None


def _text(content: bytes, where: str) -> str:
    """The end of the last line is the file's, not the text's."""
    try:
        return content.decode().removesuffix("\n")
    except UnicodeDecodeError as trouble:
        how = "Convert it first, for example with `iconv -f latin1 -t utf-8`."
        raise Refused(f"{where} is not valid UTF-8 (byte {trouble.start + 1}). {how}") from None
