"""The tables, the same on SQLite and PostgreSQL. Migrations make them; a test holds both to be equal."""

from __future__ import annotations

import sqlalchemy as sa

from tocsin.store.instant import Instant

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)
"""Numbers without gaps: a row is locked by whoever counts it up, and a refusal counts it down again."""

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.String, unique=True),
    sa.Column("last_seq", sa.Integer, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("phase", sa.String),
    sa.Column("severity", sa.String),
    sa.Column("criterion", sa.String),
    sa.Column("drill", sa.Boolean, nullable=False),
    sa.Column("declared_at", Instant),
    sa.Column("resolved_at", Instant),
    sa.Column("services", sa.JSON, nullable=False),
    sa.Column("communities", sa.JSON, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("report_state", sa.String, nullable=False),
    sa.Column("published", sa.Integer),
    sa.Column("published_as", sa.String),
    sa.Column("published_begun", Instant),
    sa.Column("published_facts", sa.JSON),
    sa.Column("begun", Instant),
    sa.Column("impact_start", Instant),
    sa.Column("impact_end", Instant),
    sa.Column("noticed", Instant),
    sa.Column("told", sa.JSON),
    sa.Index("ix_incidents_begun_number", "begun", "number"),
    sa.Index("ix_incidents_state_resolved_at", "state", "resolved_at"),
    sa.Index("ix_incidents_report_state_resolved_at", "report_state", "resolved_at"),
    sa.Index("ix_incidents_criterion_begun_number", "criterion", "begun", "number"),
    sa.Index(
        "ix_incidents_as_published",
        "published_begun",
        "number",
        sqlite_where=sa.text("published_begun IS NOT NULL"),
        postgresql_where=sa.text("published_begun IS NOT NULL"),
    ),
)
"""What lists show of each incident: refreshed with its log, in the same transaction. The log is the truth.

`published`: the revision of its report that everybody can read, `published_as`: with which title, `published_facts`:
with which of the other columns, `published_begun` among them. `begun`: when its impact began, or, where nobody knows,
when it was declared; lists are in that order. `told`: each time the communities heard of it.
"""

touched = sa.Table(
    "touched",
    metadata,
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), primary_key=True),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("begun", Instant),
    sa.Index("ix_touched_kind_place_begun_incident", "kind", "place", "begun", "incident"),
)
"""Each service and community (`kind`: the column of `incidents`) that an incident touches, and when that began.

Made from the rows of `incidents` as `store/touched.py` says; what is asked for by its place is found in the order of
lists, without looking at any other.
"""

log = sa.Table(
    "log",
    metadata,
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("command", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("informs", sa.Boolean, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("until", Instant),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("source", sa.String),
    sa.Column("about", sa.Integer),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("incident", "source"),
    sa.Index("ix_log_incident_informs_seq", "incident", "informs", "seq"),
    sa.Index("ix_log_incident_about", "incident", "about"),
    sa.Index("ix_log_recorded_at_by", "recorded_at", "by"),
)
"""The log. `first`: the first line that the same command recorded, so that a repeated command finds its answer."""

team = sa.Table(
    "team",
    metadata,
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), primary_key=True),
    sa.Column("person", sa.String, primary_key=True),
    sa.Index("ix_team_person_incident", "person", "incident"),
)

effects = sa.Table(
    "effects",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mark", sa.String, nullable=False),
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number")),
    sa.Column("about", sa.Integer, nullable=False),
    sa.Column("port", sa.String, nullable=False),
    sa.Column("destination", sa.String, nullable=False),
    sa.Column("lane", sa.String, nullable=False),
    sa.Column("urgency", sa.Integer, nullable=False),
    sa.Column("key", sa.String),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("fails", sa.Integer, nullable=False),
    sa.Column("deaths", sa.Integer, nullable=False),
    sa.Column("failing", Instant),
    sa.Column("told", sa.Boolean, nullable=False),
    sa.Column("left", sa.Boolean, nullable=False),
    sa.Column("worker", sa.String),
    sa.Column("lease", Instant),
    sa.Column("trouble", sa.String, nullable=False),
    sa.Index("ix_effects_lane_state_id", "lane", "state", "id"),
    sa.Index("ix_effects_incident_state_id", "incident", "state", "id"),
    sa.Index("ix_effects_port_state_urgency_due_id", "port", "state", "urgency", "due", "id"),
    sa.Index("ix_effects_state_lease", "state", "lease"),
    sa.Index("ix_effects_mark", "mark"),
)
"""The outbox: wishes saved with the facts they follow from.

`mark` tells a wish from every other there is, also after a restore has given its number away again. `since`: when it
first fell due; `due`: when it is tried next. `tries`: how often a worker took it, which also tells one taking from the
next. `fails`: how often it failed since a person last had it tried, and since when (`failing`); `deaths`: how often its
worker was never heard of again. `told`: its trouble stands on the timeline. `left`: this try has come to where nobody
can call it back.
"""

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)
"""What is true of this database as a whole. `held`: why, and since when, nothing of its outbox is sent."""

signals = sa.Table(
    "signals",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("open_key", sa.String, unique=True),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), index=True),
    sa.Column("body", sa.JSON, nullable=False),
)
"""`open_key`: the signal's key while it is open, so that the same key again finds it."""

signal_talk = sa.Table(
    "signal_talk",
    metadata,
    sa.Column("signal", sa.Integer, sa.ForeignKey("signals.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("body", sa.JSON, nullable=False),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("system", sa.String, nullable=False),
    sa.Column("reference", sa.String),
    sa.Column("token", sa.String, nullable=False, unique=True),
    sa.Column("community", sa.String),
    sa.Column("person", sa.String),
    sa.Column("signal", sa.Integer, sa.ForeignKey("signals.id"), index=True),
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), index=True),
    sa.Column("last_at", Instant, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("system", "reference"),
    sa.Index("ix_tickets_community_last_at_id", "community", "last_at", "id"),
    sa.Index("ix_tickets_person_last_at_id", "person", "last_at", "id"),
)

ticket_words = sa.Table(
    "ticket_words",
    metadata,
    sa.Column("ticket", sa.Integer, sa.ForeignKey("tickets.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("line", sa.Integer),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("ticket", "source"),
    sa.Index("ix_ticket_words_source", "source"),
)
"""What was said in a ticket, in the order we learned it. `line`: of the incident's log, where it stands there too."""

report_sections = sa.Table(
    "report_sections",
    metadata,
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), primary_key=True),
    sa.Column("section", sa.String, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
"""Every text a section ever had; at a revision it is the one saved last until then."""

people = sa.Table(
    "people",
    metadata,
    sa.Column("handle", sa.String, primary_key=True),
    sa.Column("name_key", sa.String, nullable=False, index=True),
    sa.Column("email_key", sa.String, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)
groups = sa.Table(
    "groups",
    metadata,
    sa.Column("slug", sa.String, primary_key=True),
    sa.Column("name_key", sa.String, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)
services = sa.Table(
    "services",
    metadata,
    sa.Column("slug", sa.String, primary_key=True),
    sa.Column("name_key", sa.String, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)
communities = sa.Table(
    "communities",
    metadata,
    sa.Column("slug", sa.String, primary_key=True),
    sa.Column("name_key", sa.String, nullable=False, index=True),
    sa.Column("body", sa.JSON, nullable=False),
)
"""The directory. The keys are casefolded, for looking people and places up as they are written."""

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("command", sa.String, nullable=False),
    sa.Column("answer", sa.JSON, nullable=False),
)
"""What a command with a source was answered, where no log holds it: signals and the directory."""

credentials = sa.Table(
    "credentials",
    metadata,
    sa.Column("person", sa.String, sa.ForeignKey("people.handle"), primary_key=True),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("set_at", Instant, nullable=False),
)
"""Argon2 hashes of passwords, kept apart from the directory so that no export of it has them."""

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("person", sa.String, sa.ForeignKey("people.handle"), nullable=False, index=True),
    sa.Column("begun", Instant, nullable=False),
    sa.Column("seen", Instant, nullable=False),
    sa.Column("ends", Instant, nullable=False),
    sa.Column("browser", sa.String, nullable=False),
)
"""Who is signed in where. `key`: the SHA-256 of the token, which only the browser has; `ends`: at the latest."""

one_time_links = sa.Table(
    "one_time_links",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("person", sa.String, sa.ForeignKey("people.handle"), index=True),
    sa.Column("made", Instant, nullable=False),
    sa.Column("ends", Instant, nullable=False),
)
"""Links that let somebody in once: `first` (nobody yet: it makes the first administrator), `invite`, `reset`."""

follows = sa.Table(
    "follows",
    metadata,
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), primary_key=True),
    sa.Column("person", sa.String, primary_key=True),
)
"""Who wants to be told of what changes in an incident."""

words = sa.Table(
    "words",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("incident", sa.Integer, sa.ForeignKey("incidents.number"), nullable=False),
    sa.Column("seq", sa.Integer),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
"""What search looks through, made from logs and reports as `store/words.py` says; found in the order of `id`.

Beside it, SQLite has the index `words_found` with tables of its own, and PostgreSQL the index `words_found`.
"""
