"""Everything that is written can be searched, and lists show how an incident went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from tocsin.core.events import Entry
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.incident import fold
from tocsin.core.moments import Moment
from tocsin.store import log, words
from tocsin.store.codec import decode
from tocsin.store.instant import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEW = ("published", "published_as", "begun", "impact_start", "impact_end", "noticed", "told")
_OTHER = {"published": sa.Integer(), "published_as": sa.String(), "told": sa.JSON()}
_TYPES: Mapping[str, Any] = {name: _OTHER.get(name, Instant()) for name in _NEW}
_PUNCTUATION = "!\"#$&''()*+,-./:;<=>?@[\\]^_`{|}~“”‘’„«»…–—•·"
_log = sa.table(
    "log", sa.column("incident"), sa.column("seq"), sa.column("kind"), sa.column("at", Instant),
    sa.column("until", Instant), sa.column("recorded_at", Instant), sa.column("by"), sa.column("source"),
    sa.column("about"), sa.column("body", sa.JSON),
)  # fmt: skip
_sections = sa.table(
    "report_sections", sa.column("incident"), sa.column("section"), sa.column("revision"), sa.column("text"),
    sa.column("at", Instant),
)  # fmt: skip
_words = sa.table(
    "words", sa.column("id"), sa.column("incident"), sa.column("seq"), sa.column("kind"), sa.column("text"),
    sa.column("at", Instant),
)  # fmt: skip


def upgrade() -> None:
    for name in _NEW:
        op.add_column("incidents", sa.Column(name, _TYPES[name]))
    op.create_index("ix_incidents_begun_number", "incidents", ["begun", "number"])
    op.create_table(
        "words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False, nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_words"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_words_incident"),
    )
    for statement in _INDEX[op.get_bind().dialect.name]:
        op.get_bind().execute(sa.text(statement.replace(":", "\\:")))
    _fill(op.get_bind())


_INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE words_found USING fts5("
        "text, content='words', content_rowid='id', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        "CREATE TRIGGER words_found_more AFTER INSERT ON words BEGIN "
        "INSERT INTO words_found (rowid, text) VALUES (new.id, new.text); END",
        "CREATE TRIGGER words_found_less AFTER DELETE ON words BEGIN "
        "INSERT INTO words_found (words_found, rowid, text) VALUES ('delete', old.id, old.text); END",
    ),
    "postgresql": (
        "CREATE INDEX words_found ON words USING gin (to_tsvector('simple', "
        f"translate(text, '{_PUNCTUATION}', '{' ' * (len(_PUNCTUATION) - 1)}')))",
    ),
}
"""The triggers keep the index with its table, whoever changes that; a row is never changed but made anew."""


def _fill(connection: sa.Connection) -> None:
    """From every log that can be read; one that cannot waits for a backup, as before."""
    incidents = sa.table("incidents", sa.column("number"), *(sa.column(name) for name in _NEW))
    for number in connection.scalars(sa.select(incidents.c.number).order_by("number")).all():
        try:
            entries = list(_entries(connection, number))
        except (ValueError, KeyError):
            continue
        incident = fold(number, entries)
        row = log.row(incident)
        typed = sa.table("incidents", sa.column("number"), *(sa.column(name, _TYPES[name]) for name in _NEW))
        changed = typed.update().where(typed.c.number == number)
        connection.execute(changed.values({name: row[name] for name in _NEW}))
        found = words.of_log(incident, entries)
        found += words.of_report(incident, list(_texts(connection, number)))
        if found:
            connection.execute(_words.insert(), found)


def _entries(connection: sa.Connection, number: int) -> Iterator[Entry]:
    for row in connection.execute(sa.select(_log).where(_log.c.incident == number).order_by(_log.c.seq)):
        yield Entry(
            incident=IncidentNumber(row.incident),
            seq=Seq(row.seq),
            event=decode(row.kind, row.body),
            at=Moment(at=row.at, until=row.until),
            recorded_at=row.recorded_at,
            by=Handle(row.by),
            source=row.source,
            about=None if row.about is None else Seq(row.about),
        )


def _texts(connection: sa.Connection, number: int) -> Iterator[words.Text]:
    every = sa.select(_sections).where(_sections.c.incident == number).order_by(_sections.c.revision)
    for row in connection.execute(every):
        yield words.Text(section=row.section, revision=row.revision, text=row.text, at=row.at)
