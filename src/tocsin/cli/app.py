"""The command line as a whole: what stands where in its help, and which exit code each ending has."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper
from typing import Annotated

import typer
from typer.core import TyperGroup

from tocsin import __version__
from tocsin.cli import (
    database,
    demonstrating,
    doing,
    incidents,
    keeping,
    outbox,
    people,
    playbook,
    replaying,
    reports,
    serving,
    signals,
    working,
)
from tocsin.cli.helping import EPILOG, PANELS, WIDTH, Grouped
from tocsin.cli.session import Session, with_session
from tocsin.cli.speaking import UNHEARD, give, hush, tell
from tocsin.core.refused import Refused
from tocsin.ports import Failed
from tocsin.store.writer import Unavailable

REFUSED, STOPPED = 1, 130
"""Exit codes: refused, failed, or a check that did not hold; stopped by Ctrl-C. Used wrongly is 2, as Typer has it."""


def run(arguments: Sequence[str]) -> int:
    """Do what a command line says; its exit code. What goes wrong is one sentence, unless it is a bug of ours."""
    _let_speak()
    logging.getLogger("tocsin").addHandler(logging.NullHandler())  # what a person should know is told them in sentences
    try:
        code = _carried_out(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        hush()
        return UNHEARD
    except (Refused, Failed, Unavailable) as no:
        tell(str(no))
        return REFUSED
    if code == STOPPED:
        tell("Stopped.")
    return code


def shell(*, rich: bool) -> TyperGroup:
    """Every command there is; `rich` draws its help for a terminal."""
    app = typer.Typer(
        cls=Grouped,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode="rich" if rich else None,
        context_settings={} if rich else {"terminal_width": WIDTH, "max_content_width": WIDTH},
        epilog=EPILOG[rich],
    )
    app.callback()(_tocsin)
    for name, (group, panel, text) in _GROUPS.items():
        app.add_typer(group, name=name, rich_help_panel=panel, help=text)
    app.command("replay", rich_help_panel=_REPORTS)(with_session(replaying.replay))
    app.command("demo", rich_help_panel=_REPORTS)(with_session(demonstrating.show_demo))
    app.command("serve", rich_help_panel=_UPKEEP)(with_session(serving.serve))
    app.command("worker", rich_help_panel=_UPKEEP)(with_session(working.worker))
    app.command("backup", rich_help_panel=_UPKEEP)(with_session(keeping.backup))
    app.command("restore", rich_help_panel=_UPKEEP)(with_session(keeping.restore))
    app.command("export", rich_help_panel=_UPKEEP)(with_session(keeping.export))
    app.command("migrate", rich_help_panel=_UPKEEP)(with_session(database.migrate))
    app.command("rebuild", rich_help_panel=_UPKEEP)(with_session(database.rebuild))
    return typer.main.get_group(app)


_, _WORK, _REPORTS, _WHO, _UPKEEP = PANELS
_GROUPS: dict[str, tuple[typer.Typer, str, str]] = {
    "do": (doing.app, _WORK, "Do something: declare, note, update, resolve, and many verbs more."),
    "incident": (incidents.app, _WORK, "See incidents: the list, one of them, its timeline."),
    "signal": (signals.app, _WORK, "See signals: what seems wrong, before and while it is an incident."),
    "report": (reports.app, _REPORTS, "See a report, and publish it in a git repository."),
    "outbox": (outbox.app, _WORK, "See what was promised to the world, and what has not come true."),
    "playbook": (playbook.app, _UPKEEP, "See your team's process, check it, and see what a change would mean."),
    "import": (keeping.importer, _UPKEEP, "Bring in what another Tocsin exported."),
    "people": (people.people, _WHO, "See and add people."),
    "directory": (people.directory, _WHO, "Bring people, groups, services and communities in from a file."),
}


def _version(asked: bool) -> None:
    if asked:
        give(f"tocsin {__version__}")
        raise typer.Exit


@with_session
def _tocsin(
    session: Session,
    version: Annotated[
        bool, typer.Option("--version", metavar="", help="say which version this is", callback=_version)
    ] = False,
) -> None:
    """Incident response: the log is the timeline, the state and the report."""


def _carried_out(arguments: Sequence[str]) -> int:
    _legible(arguments)
    try:
        shell(rich=sys.stdout.isatty() and sys.stderr.isatty())(args=list(arguments), prog_name="tocsin")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    return 0


def _let_speak() -> None:
    """Whoever starts us may have closed what we speak to, or chosen an encoding that lacks half of what we say."""
    sys.stdout = sys.stdout or TextIOWrapper(BytesIO())
    sys.stderr = sys.stderr or TextIOWrapper(BytesIO())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _legible(arguments: Sequence[str]) -> None:
    """What is not UTF-8 arrives as halves of surrogate pairs, which nothing further on can keep or compare."""
    for argument in arguments:
        if any("\ud800" <= character <= "\udfff" for character in argument):
            raise Refused("The command line is not valid UTF-8. Convert it first, or give the text in a file.")
