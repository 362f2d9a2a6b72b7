"""Reads a playbook, and says its mistakes all at once: where each stands and what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.playbooks.form import formed, touched
from tocsin.playbooks.places import Mistake, line_of, lines_of
from tocsin.playbooks.sense import sense
from tocsin.playbooks.templates import filled

LARGEST = 200_000
"""Bytes in a playbook file. A process that takes more to write down is not read by anybody."""
_FILE = "playbook.toml"
_DEFAULT = Path(__file__).parent / "community-hubs"


class PlaybookError(Refused):
    """A playbook that cannot be used: one line for each mistake."""


@cache
def default() -> Playbook:
    """The process this product was made for, used where nobody names another."""
    return load(_DEFAULT)


class NoPlaybookError(PlaybookError):
    """There is none where it was looked for, or it cannot be read."""


def load(path: Path) -> Playbook:
    """The playbook in a folder, or in the file itself, with its messages in full."""
    path = _file(path)
    text = _read(path)
    playbook, mistakes = formed(_parse(path, text))
    if playbook is not None:
        playbook, gaps = filled(playbook, path.parent)
        mistakes += [each for each in (*gaps, *sense(playbook)) if not touched(each[0], mistakes)]
    if playbook is None or mistakes:
        raise _refusal(path, text, mistakes)
    return playbook


def _file(path: Path) -> Path:
    try:
        return path / _FILE if path.is_dir() else path
    except OSError as error:  # a name too long, a folder that may not be entered
        raise NoPlaybookError(f"{path}: it cannot be read ({error.strerror}).") from None


def _read(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # reading from a pipe would wait for somebody to write to it
            raise NoPlaybookError(f"{path}: it cannot be read (this is no file); name a folder that holds a {_FILE}.")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise NoPlaybookError(f"{path}: there is no such file; name a folder that holds a {_FILE}.") from None
    except OSError as error:
        raise NoPlaybookError(f"{path}: it cannot be read ({error.strerror}).") from None
    except ValueError:  # a NUL in its name
        raise NoPlaybookError(f"That is no name of a file; name a folder that holds a {_FILE}.") from None
    if len(content) > LARGEST:
        raise PlaybookError(f"{path}:1: this file is too large; write at most {LARGEST:,} bytes.")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise PlaybookError(f"{path}:{line}: this is not UTF-8; save the file as UTF-8.") from None


def _parse(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        line = _line(text, r"[\[{]{50}")
        raise PlaybookError(f"{path}:{line}: these lists are too deep; write no list of lists.") from None
    except tomllib.TOMLDecodeError as error:
        says, line = _where(text, str(error))
        raise PlaybookError(f"{path}:{line}: this is not TOML ({says}); write {_TOML}.") from None
    except ValueError:  # Python's own limit
        line = _line(text, r"[0-9_]{1000}")
        raise PlaybookError(f"{path}:{line}: this number is too long; write a shorter one.") from None


_TOML = 'text in quotes, lists in brackets, one key = "value" on a line, and each key once'


def _where(text: str, said: str) -> tuple[str, int]:
    """What the parser found, and on which line."""
    says = " ".join(said.partition(" (at ")[0].split())
    found = re.search(r"\(at line (\d+), column \d+\)$", said)
    return says, int(found[1]) if found else text.rstrip().count("\n") + 1


def _line(text: str, pattern: str) -> int:
    found = re.search(pattern, text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _refusal(path: Path, text: str, mistakes: Iterable[Mistake]) -> PlaybookError:
    lines = lines_of(text)
    found = sorted({(line_of(lines, place), " ".join(sentence.split())) for place, sentence in mistakes})
    return PlaybookError("\n".join(f"{path}:{line}: {says}" for line, says in found))
