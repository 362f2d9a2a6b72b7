"""`tocsin backup`, `restore`, `export` and `import`: everything in one file, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tocsin.bootstrap import is_there
from tocsin.cli.numbers import numbered
from tocsin.cli.session import Session, must_be_given, takes_options, with_session
from tocsin.cli.speaking import give_json, tell
from tocsin.core.refused import Refused
from tocsin.engine.door import now
from tocsin.store import backup as backups
from tocsin.store import engines, exporting, importing, schema
from tocsin.store.works import Store
from tocsin.store.writer import open_store

importer = takes_options(typer.Typer())

HELD = "The outbox is held: nothing is sent until you say: tocsin outbox release."


def backup(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="where to write it; nothing may be there yet")],
) -> None:
    """Write everything to one file, while others go on working, and read it again to be sure."""
    must_be_given(file, "FILE")
    with _database(session) as store:
        kept = backups.backup(store, Path(file))
    if session.as_json:
        give_json({"file": file, **asdict(kept)})
    tell(f"{file} holds {_counted(kept.incidents, kept.lines)}. It was read again, and is whole.")


def restore(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="what tocsin backup wrote")],
) -> None:
    """Make a database of a backup, in an empty data folder or an empty PostgreSQL database; nothing is sent from it."""
    must_be_given(file, "FILE")
    restored = backups.restore(Path(file), session.settings.database, now())
    if session.as_json:
        give_json(asdict(restored))
    tell(f"Restored: {_counted(restored.incidents, restored.lines)}. {_waiting(restored.waiting)}")
    tell(HELD)


def export(
    session: Session,
    out: Annotated[
        str,
        typer.Option("--out", metavar="FILE", help="where to write it; nothing may be there yet", show_default=False),
    ],
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="N", help="which incidents; without any, everything")
    ] = None,
) -> None:
    """Write incidents, with all that belongs to them, as a bundle that another Tocsin can import."""
    must_be_given(out, "--out")
    chosen = [numbered(typed) for typed in numbers or ()]
    with _database(session) as store:
        schema.ready(store)
        with store.read() as connection:
            exported = exporting.export(connection, Path(out), chosen, now())
    if session.as_json:
        give_json({"file": out, **asdict(exported)})
    tell(f"{out} holds {_counted(exported.incidents, exported.lines)}.")


@importer.command("bundle")
@with_session
def import_bundle(
    session: Session,
    file: Annotated[str, typer.Argument(metavar="FILE", help="what tocsin export wrote")],
) -> None:
    """Import a bundle: all of it, or nothing where something else is here under the same number or name."""
    must_be_given(file, "FILE")
    with importing.opened(Path(file)) as bundle, session.tocsin() as tocsin:
        imported = tocsin.store.run(lambda connection: importing.bring_in(connection, bundle))
    if session.as_json:
        give_json(asdict(imported))
    tell(f"{file} held {_counted(imported.incidents, imported.lines)}; {imported.new:,} of them were not here yet.")


@contextmanager
def _database(session: Session) -> Iterator[Store]:
    """The one that is there: a slip in --data would otherwise make an empty one, and that is what would be kept."""
    url = session.settings.database
    if not is_there(url):
        raise Refused(
            f"There is no database {engines.path(engines.address(url))}. Say where it is with --data or --db."
        )
    with open_store(url) as store:
        yield store


def _counted(incidents: int, lines: int) -> str:
    return f"{incidents:,} incident{'' if incidents == 1 else 's'} with {lines:,} line{'' if lines == 1 else 's'}"


def _waiting(waiting: int) -> str:
    return f"{waiting:,} wish{' waits' if waiting == 1 else 'es wait'} in its outbox."
