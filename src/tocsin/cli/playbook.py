"""`tocsin playbook`: the team's process as a file: check it, show it, see what a change would mean."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from tocsin import bootstrap
from tocsin.cli.session import Session, takes_options, with_session
from tocsin.cli.speaking import give, give_file, give_json, tell
from tocsin.core.ids import IncidentNumber
from tocsin.core.playbook import Playbook
from tocsin.language.handbook import as_handbook
from tocsin.playbooks import load
from tocsin.playbooks.changes import changes, is_touched, meaning
from tocsin.store import log, reads, reports
from tocsin.store.people import names

app = takes_options(typer.Typer())

Which = Annotated[
    Path | None, typer.Argument(metavar="[PATH]", help="the playbook's folder; without it, the one in use")
]


@app.command("check")
@with_session
def check(session: Session, path: Which = None) -> None:
    """Find every mistake in a playbook: playbook.toml:LINE: what is wrong; what to write."""
    playbook = _playbook(session, path)
    if session.as_json:
        give_json({key: getattr(playbook, key) for key in ("slug", "name", "version", "state")})
    tell(f"“{playbook.name}”, {_version(playbook)}: {_counted(playbook)}. No mistakes.")


@app.command("show")
@with_session
def show(session: Session, path: Which = None) -> None:
    """Show a playbook as your team's handbook, in Markdown."""
    playbook = _playbook(session, path)
    if session.as_json:
        give_json(asdict(playbook))
        return
    give_file(as_handbook(playbook).encode())


@app.command("diff")
@with_session
def diff(
    session: Session,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="the folder of the playbook to come")],
) -> None:
    """Say what another playbook would change, and what that means for the incidents that are open."""
    after = load(path)
    with session.tocsin() as tocsin, tocsin.store.read() as connection:
        before = tocsin.playbook
        touched = _touched(connection, before, after)
    found = changes(before, after)
    if session.as_json:
        give_json({"changes": found, "incidents": [{"incident": it, "means": said} for it, said in touched.items()]})
        return
    for sentence in found:
        give(sentence)
    for number, sentences in touched.items():
        for sentence in sentences:
            give(f"Incident {number}: {sentence}")
    if not found:
        tell("It changes nothing.")
    elif not touched:
        tell("For the incidents in which there is still something to do, it means nothing.")


def _playbook(session: Session, path: Path | None) -> Playbook:
    return bootstrap.playbook(session.settings) if path is None else load(path)


def _version(playbook: Playbook) -> str:
    return f"{playbook.slug} {playbook.version}{f' ({playbook.state})' if playbook.state else ''}"


def _counted(playbook: Playbook) -> str:
    counts = {
        "role": playbook.roles,
        "step": playbook.steps,
        "message": playbook.messages,
        "section": playbook.sections,
    }
    return ", ".join(f"{len(terms)} {what}{'' if len(terms) == 1 else 's'}" for what, terms in counts.items())


def _touched(connection: sa.Connection, before: Playbook, after: Playbook) -> dict[IncidentNumber, list[str]]:
    """What it means for each incident in which there is still something to do, where it means something."""
    called = names(connection)
    found = {}
    for number in reads.numbers(connection):
        incident = log.incident(connection, number)
        if is_touched(incident):
            sections = reports.sections(connection, number)
            found[number] = meaning(incident, before, after, sections, lambda handle: called.get(handle, handle))
    return {number: sentences for number, sentences in found.items() if sentences}
