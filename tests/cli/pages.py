"""Writes `docs/reference/shell.md` from the shell itself: `python -m tests.cli.pages`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tocsin.cli.app import shell
from tocsin.cli.session import PANEL

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "shell.md"

_HEAD = """\
# The shell

<!-- Made by `python -m tests.cli.pages` from the shell itself; a test fails where the two differ. -->

`tocsin COMMAND --help` says the same as this page.

**Exit codes.** 0: done. 1: refused, failed, or a check that did not hold; one sentence on standard error says why.
2: used wrongly. 130: stopped by Ctrl-C.

**Output.** What a script needs stands alone on standard output: `do declare` says the incident's number, `do signal`
and the other verbs about signals the signal's, `do write-report` the revision, every other verb the numbers of the
lines it recorded, one on each line; `report publish` says the path in the repository, without `.md` or `.json`.
Everything else is said on standard error. When standard output is no terminal, nothing is wrapped, coloured or
animated; lists are lines of fields with tabs between them, without a heading, and a tab, line end or backslash within a
field is written `\\\\t`, `\\\\n`, `\\\\\\\\`; times are in UTC. On a terminal they are on your own clock, if your entry
in the directory names a zone.

**Text.** `-` in place of a text reads it from standard input (the end of its last line is left out). A text that begins
with a hyphen comes after `--`: `tocsin do note -- '-Xmx was too small'`.

**Times** need their zone: `2026-11-12T01:45Z`, `2026-11-12T03:45+02:00`, `2026-11-12 03:45 Europe/Bucharest`.

**Numbers** of incidents, lines and signals are written `3` or `#3`.

**Who asks** is `--as`, else the user of the operating system, who is added as administrator at first use.
""".replace("\\\\", "\\")


def page() -> str:
    """The whole page, as it should be."""
    root = shell(rich=False)
    return "\n".join([_HEAD, *_shared(root), *_commands(root, "tocsin")])


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its name in full."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        inner = f"{path} {name}"
        if hasattr(command, "list_commands"):
            yield from commands(command, inner)
        else:
            yield inner, command


def own_options(command: Any) -> list[Any]:
    """What it takes besides what every command takes."""
    return [each for each in command.params if getattr(each, "rich_help_panel", None) != PANEL]


def written(option: Any) -> str:
    """`--kind [note|fix]`, as it is typed."""
    if option.param_type_name == "argument":
        return str(option.metavar or option.name.upper())
    names = ", ".join(option.opts) + "".join(f", {name}" for name in option.secondary_opts)
    return names if option.is_flag else f"{names} {_value(option)}"


def _shared(root: Any) -> Iterator[str]:
    yield f"## {PANEL}\n"
    yield "These may stand anywhere after the name of a command.\n"
    yield from _table([each for each in root.params if each not in own_options(root)])


def _commands(root: Any, path: str) -> Iterator[str]:
    for name, command in commands(root, path):
        arguments = [written(each) for each in own_options(command) if each.param_type_name == "argument"]
        yield f"## {' '.join([name, *arguments])}\n"
        yield f"{command.help}\n"
        yield from _table(own_options(command))


def _table(options: list[Any]) -> Iterator[str]:
    if options:
        yield "| | |\n| --- | --- |"
        for option in options:
            needed = " (required)" if option.required and option.param_type_name == "option" else ""
            yield f"| `{_cell(written(option))}` | {_cell(option.help or '')}{needed} |"
        yield ""


def _value(option: Any) -> str:
    return str(option.metavar or option.display_type(None))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
