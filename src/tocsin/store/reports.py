"""The report's prose, in revisions, beside the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from tocsin.core.ids import Handle, IncidentNumber
from tocsin.store import tables as t

_REPORT = sa.select(t.reports).where(t.reports.c.incident == sa.bindparam("n"))


def revision(c: sa.Connection, number: IncidentNumber) -> int:
    """The latest revision; 0 where nobody has written yet."""
    found = c.execute(_REPORT, {"n": number}).first()
    return 0 if found is None else int(found.revision)


def zone(c: sa.Connection, number: IncidentNumber) -> str:
    """The zone somebody chose for its times; empty where nobody did."""
    found = c.execute(_REPORT, {"n": number}).first()
    return "" if found is None else str(found.zone)


def sections(c: sa.Connection, number: IncidentNumber, until: int | None = None) -> dict[str, str]:
    """The texts as they were at a revision, or are now."""
    s = t.report_sections
    texts = sa.select(s.c.section, s.c.text).where(s.c.incident == number).order_by(s.c.revision)
    if until is not None:
        texts = texts.where(s.c.revision <= until)
    return {found.section: found.text for found in c.execute(texts)}


def save(
    c: sa.Connection, number: IncidentNumber, texts: Mapping[str, str], zone: str, by: Handle, at: datetime
) -> int:
    """Save what changed as a new revision, and say which. The incident is locked by whoever calls."""
    before = sections(c, number)
    changed = {section: text for section, text in texts.items() if before.get(section, "") != text}
    new = revision(c, number) + bool(changed)
    if c.execute(_REPORT, {"n": number}).first() is None:
        c.execute(t.reports.insert(), {"incident": number, "revision": new, "zone": zone})
    else:
        values = {"revision": new, **({"zone": zone} if zone else {})}
        c.execute(t.reports.update().where(t.reports.c.incident == number), values)
    rows = [
        {"incident": number, "section": section, "revision": new, "text": text, "by": by, "at": at}
        for section, text in changed.items()
    ]
    if rows:
        c.execute(t.report_sections.insert(), rows)
    return new
