"""How help looks: drawn by Rich on a terminal; elsewhere plain lines that nothing wraps, under the same headings."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup
from typer.exceptions import TyperException

from tocsin.cli.speaking import safe

WIDTH = 100_000
"""Wide enough that no line of help is ever wrapped."""

PANELS = ("Commands", "Work on an incident", "Reports", "People and places", "Upkeep")
"""The headings of `tocsin --help`, in their order; what has none of its own stands under the first."""

_EXAMPLES = (
    "tocsin do declare 'Hub logins time out'",
    "tocsin do note 'Restarted the proxy' --kind fix --at 2026-11-12T01:45Z",
    "tocsin do resolve 'Logged in and started a server, three times'",
    "tocsin incident timeline 1",
    "tocsin report build 1 --out report.md",
)
EPILOG = {
    True: "\n\n".join(("[bold]For example[/bold]", *_EXAMPLES)),
    False: "\b\nFor example:\n" + "\n".join(f"  {line}" for line in _EXAMPLES),
}
"""By whether Rich draws it."""


class Grouped(TyperGroup):
    """Lists its commands under their headings, in plain help too."""

    def invoke(self, ctx: Any) -> Any:
        """What is said of a wrong use repeats what was typed, which may have been pasted from anywhere."""
        try:
            return super().invoke(ctx)
        except TyperException as wrong:
            wrong.message = safe(wrong.message)
            raise

    def list_commands(self, ctx: Any) -> list[str]:
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: PANELS.index(_panel(self.commands[name])))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        panels: dict[str, list[tuple[str, str]]] = {}
        for name, command in commands:
            if command is not None and not command.hidden:
                panels.setdefault(_panel(command), []).append((name, command.get_short_help_str(WIDTH)))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


def _panel(command: Any) -> str:
    return command.rich_help_panel if isinstance(command.rich_help_panel, str) else PANELS[0]
