"""The messages of a playbook: written in it, or each in a file beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tocsin.core.playbook import Message, Playbook
from tocsin.language.wording import BLANKS, unknown
from tocsin.playbooks.form import shown
from tocsin.playbooks.places import Mistake, Place

LARGEST = 50_000
"""Bytes in one message. Nobody reads more at night."""


def filled(playbook: Playbook, folder: Path) -> tuple[Playbook, list[Mistake]]:
    """The playbook with every message's text in its `body`, and what is wrong with those texts."""
    mistakes: list[Mistake] = []
    messages = tuple(_read(("messages", index), each, folder, mistakes) for index, each in enumerate(playbook.messages))
    for index, follow_up in enumerate(playbook.follow_ups):
        mistakes += _blanks(("follow_ups", index, "title"), "", follow_up.title)
    return replace(playbook, messages=messages), mistakes


def _read(place: Place, message: Message, folder: Path, mistakes: list[Mistake]) -> Message:
    """The message with its text; what is wrong with it is added to the mistakes."""
    try:
        body = _body(message, folder)
    except _WrongError as wrong:
        mistakes.append(((*place, wrong.key), str(wrong)))
        return message
    mistakes += _blanks((*place, "file" if message.file else "body"), message.file, body)
    return replace(message, body=body)


class _WrongError(Exception):
    """Why a message has no text, with the key that says where it should be."""

    def __init__(self, key: str, says: str) -> None:
        super().__init__(says)
        self.key = key


def _body(message: Message, folder: Path) -> str:
    if message.file and message.body.strip():
        raise _WrongError("body", f"“{message.slug}” has a file and a body; leave one of them out.")
    body = _content(message.file, folder) if message.file else message.body
    if not body.strip():
        key, where = ("file", message.file) if message.file else ("body", f"“{message.slug}”")
        how = "write the message" if message.file else f'write body = "…", or file = "templates/{message.slug}.md"'
        raise _WrongError(key, f"{shown(where)} is empty; {how}.")
    if len(body.encode()) > LARGEST:
        raise _WrongError("body", f"“{message.slug}” is too long; write at most {LARGEST:,} bytes.")
    if "\0" in body:  # no mail and no database takes it
        key, where = ("file", shown(message.file)) if message.file else ("body", f"“{message.slug}”")
        line = body.count("\n", 0, body.index("\0")) + 1
        raise _WrongError(key, f"{where}:{line}: there is a NUL character; take it out.")
    return body


def _content(name: str, folder: Path) -> str:
    path = _inside(name, folder)
    try:
        if path.exists() and not path.is_file():  # reading from a pipe would wait for somebody to write to it
            raise _WrongError("file", f"{shown(name)} is no file; name one that holds the message.")
        if not path.is_file():
            raise _WrongError("file", f"There is no file {shown(name)}; write it, or name one that is there.")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as trouble:
        raise _WrongError("file", f"{shown(name)} cannot be read ({trouble.strerror}); let it be read.") from None
    if len(content) > LARGEST:
        raise _WrongError("file", f"{shown(name)} is too large; write at most {LARGEST:,} bytes.")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _WrongError("file", f"{shown(name)}:{line}: this is not UTF-8; save the file as UTF-8.") from None


def _inside(name: str, folder: Path) -> Path:
    """A file of the playbook's own folder: a playbook may come from somebody else, and must not show what is ours."""
    try:
        inside = (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a name too long, links in a circle, a NUL
        inside = False
    if not inside or ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute():
        raise _WrongError(
            "file", f"{shown(name)} is not in the playbook's folder; put it there, and write its path from there."
        )
    return folder / name


def _blanks(place: Place, file: str, text: str) -> Iterator[Mistake]:
    """Everything in a text that looks like a blank and is none."""
    for line, name in unknown(text):
        where = f"{shown(file)}:{line}: " if file else ""
        yield place, f"{where}there is no blank “{shown(name)}”; write one of {', '.join(BLANKS)}."
