"""What the shell says: answers for scripts on standard output, sentences for people on standard error."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.ports import Failed

UNHEARD = 141
"""The exit code where nobody reads any more, as the shell itself has it for a program that a closed pipe ends."""


def tell(sentence: str) -> None:
    """A sentence for whoever reads along; no script needs it."""
    sys.stderr.write(safe(sentence) + "\n")
    sys.stderr.flush()


def give(answer: object) -> None:
    """One line of what was asked for."""
    give_file(safe(f"{answer}\n").encode())


def give_json(data: object) -> None:
    """One JSON document; to a terminal in ASCII, so that nothing in it can steer the terminal."""
    give_file((json.dumps(data, ensure_ascii=on_terminal(), indent=2) + "\n").encode())


def give_file(content: bytes) -> None:
    """A file as it is; a terminal gets it without what could steer it. Always UTF-8, whatever the locale says."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(safe(content.decode()).encode() if on_terminal() else content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        hush()
        raise typer.Exit(UNHEARD) from None
    except OSError as trouble:
        hush()
        raise Failed(f"It is done, but the answer cannot be printed: {trouble.strerror}.") from None


def hush() -> None:
    """Nobody reads standard output any more: neither we nor Python at its end need complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def give_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; elsewhere one line a row, its fields parted by tabs, without a heading."""
    if not on_terminal():
        for row in rows:
            give("\t".join(_field(cell) for cell in row))
        return
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(safe(cell)) for cell in row))
    Console(highlight=False).print(table)


def give_facts(facts: Sequence[tuple[str, str]]) -> None:
    """What is known of one thing: each fact with its name."""
    if not on_terminal():
        give_rows((), facts)
        return
    grid = Table.grid(padding=(0, 2))
    for name, fact in facts:
        grid.add_row(Text(name, style="bold"), Text(safe(fact)))
    Console(highlight=False).print(grid)


def on_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty()


def safe(text: str) -> str:
    """The text without characters that steer a terminal or turn the order of a line: somebody else may have written it.

    What turns the order goes without a trace, for chats put it around every name.
    """
    ordered = text.translate(_TURNING)
    return "".join(character if character in "\n\t" or _harmless(character) else "�" for character in ordered)


_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def _harmless(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")


def _field(cell: str) -> str:
    r"""One field of a line: a backslash, tab or end of line in it is written `\\`, `\t`, `\n`."""
    return cell.replace("\\", "\\\\").replace("\t", "\\t").replace("\r\n", "\\n").replace("\n", "\\n")
