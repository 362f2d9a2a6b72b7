"""`tocsin replay`: old incidents, through the commands everyone uses."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tocsin import bootstrap, playbooks, settings
from tocsin.cli.session import Session, must_be_given
from tocsin.cli.speaking import give, give_json, tell
from tocsin.core.playbook import Playbook
from tocsin.engine import case as cases
from tocsin.engine.case import Case
from tocsin.engine.door import Tocsin
from tocsin.engine.replay import Played
from tocsin.engine.replay import replay as play
from tocsin.ports import Publisher
from tocsin.report.forms import FORMS
from tocsin.settings import Settings

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
        with somewhere(session) as (tocsin, here):
            publisher = bootstrap.publisher(here, out)
            for script, mark in zip(scripts, marks(session, scripts), strict=True):
                played.append(_played(tocsin, script, publisher, mark, lenient))
    finally:  # what was published is said, also where a later case is refused
        publications(session, out, played)


def _playbook(session: Session) -> Playbook:
    """That of the data folder the case is played in; ours, where that is a folder for once."""
    return bootstrap.playbook(session.settings) if session.data or session.db else playbooks.default()


def marks(session: Session, scripts: list[Case]) -> Iterator[str]:
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


def publications(session: Session, out: str, played: list[Played]) -> None:
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
def somewhere(session: Session, clock: Callable[[], datetime] | None = None) -> Iterator[tuple[Tocsin, Settings]]:
    """Where the command line says; else in a folder that goes when it is over."""
    if session.data is not None or session.db is not None:
        with bootstrap.open_tocsin(session.settings, clock) as tocsin:
            yield tocsin, session.settings
        return
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        here = settings.load(Path(folder), environ={})
        with bootstrap.open_tocsin(here, clock) as tocsin:
            yield tocsin, here
