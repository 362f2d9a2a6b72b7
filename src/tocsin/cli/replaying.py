"""`tocsin replay` and `tocsin demo`: old incidents, and an invented one, through the commands everyone uses."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from tocsin import bootstrap, demo, playbooks, settings
from tocsin.cli.session import Session, must_be_given
from tocsin.cli.speaking import give, give_json, on_terminal, safe, tell
from tocsin.core.ids import SignalId
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Playbook
from tocsin.core.verdict import Verdict, verdicts
from tocsin.demo.sink import sink
from tocsin.engine import case as cases
from tocsin.engine.case import Case, Line
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.replay import Played
from tocsin.engine.replay import replay as play
from tocsin.language.directory import read_directory
from tocsin.ports import Publisher
from tocsin.report.forms import FORMS
from tocsin.settings import Settings
from tocsin.store import signals

SPEED = 150.0
"""How many times faster than life the demo is told on a terminal: its night takes about a minute."""

Out = Annotated[str, typer.Option("--out", metavar="DIR", help="the git repository to publish into; made if absent")]


def replay(
    session: Session,
    files: Annotated[
        list[Path], typer.Argument(metavar="CASE.json…", help="the case files, in the order to play them")
    ],
    out: Out,
    lenient: Annotated[
        bool, typer.Option("--lenient", metavar="", help="report and skip lines the process does not allow")
    ] = False,
) -> None:
    """Play incidents from their scripts, and publish their reports.

    Without --data and --db they are played in a temporary folder; with them, they are added to what is there.
    """
    must_be_given(out, "--out")
    playbook = _playbook(session)
    scripts = [cases.read(file, playbook) for file in files]
    for sentence in (sentence for script in scripts for sentence in script.unknown):
        tell(sentence)
    played: list[Played] = []
    try:
        with _somewhere(session) as (tocsin, here):
            publisher = bootstrap.publisher(here, out)
            for script, mark in zip(scripts, _marks(session, scripts), strict=True):
                played.append(_played(tocsin, script, publisher, mark, lenient))
    finally:  # what was published is said, also where a later case is refused
        _publications(session, out, played)


def show_demo(
    session: Session,
    once: Annotated[
        bool, typer.Option("--once", metavar="", help="end when it is told (there is no server yet to keep running)")
    ] = False,
    out: Out = "out/demo",
    speed: Annotated[
        str, typer.Option("--speed", metavar="N|max", help="how many times faster than life; max when nobody watches")
    ] = "",
) -> None:
    """Tell an invented incident, from the first signal to the published report."""
    must_be_given(out, "--out")
    pace = _speed(speed)
    script = cases.read(demo.CASE, playbooks.default())
    tell(f"{script.title}. Times are in {script.zone}.\n")
    with _somewhere(session) as (tocsin, here), _watching(script, pace) as watch, sink(watch.letter) as mailer:
        tocsin.do(read_directory(demo.DIRECTORY.read_bytes(), demo.DIRECTORY.name), by=TOCSIN)
        mark, *_ = _marks(session, [script])

        def judged(line: Line, answer: Answer) -> None:
            watch(line, answer)
            if line.do == "signal" and answer.signal and (found := _verdict(tocsin, answer.signal)):
                watch.verdict(found.sentence)

        played = play(tocsin, script, bootstrap.publisher(here, out), mailer=mailer, mark=mark, watch=judged)
    tell("\nResolved, written, published; every letter above went through the outbox to a sink. The report:")
    _publications(session, out, [played])


def _playbook(session: Session) -> Playbook:
    """That of the data folder the case is played in; ours, where that is a folder for once."""
    return bootstrap.playbook(session.settings) if session.data or session.db else playbooks.default()


def _verdict(tocsin: Tocsin, signal: SignalId) -> Verdict | None:
    with tocsin.store.read() as connection:
        return verdicts(signals.undecided(connection), tocsin.playbook).get(signal)


def _marks(session: Session, scripts: list[Case]) -> Iterator[str]:
    """A case played anew in a folder of its own is known again in the repository by its name, whatever its number.

    In a database that is kept, the same case again is another incident.
    """
    kept = session.data is not None or session.db is not None
    met: Counter[str] = Counter()
    for script in scripts:
        met[script.case] += 1
        yield "" if kept else f"{script.case} {met[script.case]}"


def _played(tocsin: Tocsin, script: Case, publisher: Publisher, mark: str, lenient: bool) -> Played:
    played = play(tocsin, script, publisher, mark=mark, lenient=lenient)
    for sentence in played.skipped:
        tell(f"Skipped: {sentence}")
    tell(f"Incident {played.incident}: {script.title} ({len(script.lines)} lines, {script.status}).")
    return played


def _publications(session: Session, out: str, played: list[Played]) -> None:
    files = [
        (each, [f"{out.rstrip('/')}/{each.published.path}.{ending}" for ending in _endings(each)]) for each in played
    ]
    if session.as_json:
        give_json([{"incident": each.incident, "files": paths, "skipped": each.skipped} for each, paths in files])
        return
    for path in (path for _, paths in files for path in paths):
        give(path)


def _endings(played: Played) -> Iterator[str]:
    """Of a report that is too much for a PDF there is none."""
    return (form for form in FORMS if not (played.without and form == "pdf"))


@contextmanager
def _somewhere(session: Session) -> Iterator[tuple[Tocsin, Settings]]:
    """Where the command line says; else in a folder that goes when it is over."""
    if session.data is not None or session.db is not None:
        with session.tocsin() as tocsin:
            yield tocsin, session.settings
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        here = settings.load(Path(folder), environ={})
        with bootstrap.open_tocsin(here) as tocsin:
            yield tocsin, here


@contextmanager
def _watching(script: Case, speed: float | None) -> Iterator[demo.Telling]:
    """A line of words for every line of the script; on a terminal with a bar that shows how far it is."""
    if not on_terminal():
        yield demo.Telling(script.zone, lambda *line: tell(_told(*line)), speed)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task("Playing", total=len(script.lines))

        def say(at: datetime, what: str, who: str, words: str) -> None:
            progress.console.print(_row(at, what, who, words))
            progress.advance(task)

        yield demo.Telling(script.zone, say, speed)


def _row(at: datetime, what: str, who: str, words: str) -> Table:
    """The same on a terminal: words that need several lines stay in their column."""
    row = Table.grid(padding=(0, 2, 0, 0))
    for width in (5, 14, 16, None):
        row.add_column(width=width)
    row.add_row(*(Text(safe(cell)) for cell in (f"{at:%H:%M}", what, who, words)))
    return row


def _told(at: datetime, what: str, who: str, words: str) -> str:
    short = words if len(words) <= demo.LONGEST else f"{words[: demo.LONGEST - 1]}…"
    return f"{at:%H:%M}  {what:<14}  {who:<16}  {short}".rstrip()


def _speed(text: str) -> float | None:
    """How much faster than life; None for as fast as it goes, which is how it is told where nobody watches."""
    if text == "max" or (not text and not on_terminal()):
        return None
    try:
        speed = float(text or SPEED)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter("a number above 0, as in --speed 300, or max", param_hint="--speed")
    return speed
