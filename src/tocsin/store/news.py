"""What there is news of after a commit, for pages that stand open: on PostgreSQL those of every process hear it."""

from __future__ import annotations

import sqlalchemy as sa

CHANNEL = "tocsin_news"
"""What PostgreSQL notifies on, with the subject."""
_KEPT = "news"


def tell(c: sa.Connection, subject: str) -> None:
    """Once this is committed, whoever waits for news of the subject looks anew: `incident:47`, `person:ada`, `signals`.

    It may be told in vain, where the work is not committed after all: it only says that looking may be worth it.
    """
    c.info.setdefault(_KEPT, set()).add(subject)


def taken(c: sa.Connection) -> set[str]:
    """The subjects that were told of since they were taken last."""
    found: set[str] = c.info.pop(_KEPT, set())
    return found


def send(c: sa.Connection) -> None:
    """Have PostgreSQL tell every process, in one statement, when the transaction commits."""
    if subjects := taken(c):
        c.execute(_SEND, {"subjects": sorted(subjects)})


_SEND = sa.text(f"SELECT pg_notify('{CHANNEL}', subject) FROM unnest(CAST(:subjects AS text[])) AS subject")  # noqa: S608
