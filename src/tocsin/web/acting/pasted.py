"""What somebody typed or pasted as one text, and the lines it makes: words, commands with their output, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.core.events import NoteKind

MOST = 20
"""Commands of one text that get a line each; what follows the last of them is its output."""
LEAST = 5
"""Lines from which on a log is one, and no longer a sentence with times in it."""
_PROMPT = re.compile(r"(?:[\w.+-]+@[\w.-]+[: ]\S*?)?\$ (?=\S)|\[?[\w.+-]+@[\w.-]+[: ][^\s\]]*\]?[#$%] (?=\S)")
_LOGGED = re.compile(
    r"""\s*(?:
        [\[<(]? \d{4}-\d\d-\d\d [T ] \d\d:\d\d      # 2026-11-12T01:45
      | [\[<(]? \d\d:\d\d:\d\d                      # 01:45:07
      | [A-Z][a-z]{2}\ +\d{1,2}\ \d\d:\d\d          # Nov 12 01:45
      | [IWEF]\d{4}\ \d\d:\d\d                      # I1112 01:45, as Kubernetes writes
      | [\[<(]? (?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b
      | Traceback\ \(most | File\ " | at\ \S+\( | \.\.\.\ \d+\ more
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One line of the log, as it will be."""

    kind: NoteKind
    text: str
    output: str = ""


def parts(text: str, kind: NoteKind, output: str = "") -> list[Part]:
    """The lines that a text makes: one, but for several commands that were pasted together."""
    if not output and kind in ("note", "command", "fix"):
        if _PROMPT.match(text):
            return _commands(text, "command" if kind == "note" else kind)
        if kind == "note" and (logged := _log(text)):
            return [logged]
    return [Part(kind=kind, text=text, output=output.strip("\n"))]


def _commands(text: str, kind: NoteKind) -> list[Part]:
    """A fix is one, however many commands it took: they stand in its output as they were typed."""
    most = MOST if kind == "command" else 1
    found: list[list[str]] = []
    for line in text.strip().splitlines():
        if _PROMPT.match(line) and len(found) < most:
            found.append([line])
        else:
            found[-1].append(line)
    return [_command(lines, kind) for lines in found]


def _command(lines: list[str], kind: NoteKind) -> Part:
    typed = list(_typed(lines))
    return Part(kind=kind, text=as_code("\n".join(typed)), output="\n".join(lines[len(typed) :]).strip("\n"))


def _typed(lines: list[str]) -> Iterator[str]:
    """The command without its prompt, on to the line that does not end in a backslash."""
    for place, line in enumerate(lines):
        yield line if place else _PROMPT.sub("", line, count=1)
        if not line.endswith("\\"):
            return


def as_code(command: str) -> str:
    """A command in Markdown, where nothing of it is taken for a mark."""
    longest = max(map(len, re.findall(r"`+", command)), default=0)
    if "\n" in command:
        fence = "`" * max(3, longest + 1)
        return f"{fence}\n{command}\n{fence}"
    ticks, edge = "`" * (longest + 1), " " if command.startswith("`") or command.endswith("`") else ""
    return f"{ticks}{edge}{command}{edge}{ticks}"


def _log(text: str) -> Part | None:
    """A log, and the words before it; None where there is none."""
    lines = text.strip("\n").splitlines()
    first = next((place for place, line in enumerate(lines) if _LOGGED.match(line)), len(lines))
    rest = lines[first:]
    if len(rest) < LEAST or 2 * sum(bool(_LOGGED.match(line)) for line in rest) < len(rest):
        return None
    return Part(kind="note", text="\n".join(lines[:first]).strip(), output="\n".join(rest))
