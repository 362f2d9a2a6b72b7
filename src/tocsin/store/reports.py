"""The report's prose, in revisions, beside the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from tocsin.core.ids import Handle, IncidentNumber
from tocsin.store import tables as t

_ZONE = ":zone"
"""The zone is kept like a text of the report: with revisions, and under review. No section has such a slug."""
_LATEST = sa.select(sa.func.max(t.report_sections.c.revision)).where(t.report_sections.c.incident == sa.bindparam("n"))
_TEXTS = (
    sa.select(t.report_sections.c.section, t.report_sections.c.text)
    .where(t.report_sections.c.incident == sa.bindparam("n"), t.report_sections.c.revision <= sa.bindparam("r"))
    .order_by(t.report_sections.c.revision)
)
_TEXTS_OF = (
    sa.select(t.report_sections.c.incident, t.report_sections.c.section, t.report_sections.c.text)
    .where(t.report_sections.c.incident.in_(sa.bindparam("numbers", expanding=True)))
    .order_by(t.report_sections.c.revision)
)
_EVERY = 2**31 - 1


def revision(c: sa.Connection, number: IncidentNumber) -> int:
    """The latest revision; 0 where nobody has written yet."""
    return c.scalar(_LATEST, {"n": number}) or 0


def zone(c: sa.Connection, number: IncidentNumber, until: int = _EVERY) -> str:
    """The zone somebody chose for its times, at a revision or now; empty where nobody did."""
    return _texts(c, number, until).get(_ZONE, "")


def sections(c: sa.Connection, number: IncidentNumber, until: int = _EVERY) -> dict[str, str]:
    """The texts as they were at a revision, or are now."""
    return {section: text for section, text in _texts(c, number, until).items() if section != _ZONE}


def sections_of(c: sa.Connection, numbers: Collection[IncidentNumber]) -> dict[IncidentNumber, dict[str, str]]:
    """The texts of several reports as they are now."""
    texts: dict[IncidentNumber, dict[str, str]] = {number: {} for number in numbers}
    for found in c.execute(_TEXTS_OF, {"numbers": list(numbers)}) if numbers else ():
        texts[IncidentNumber(found.incident)][found.section] = found.text
    return {number: {section: text for section, text in of.items() if section != _ZONE} for number, of in texts.items()}


def save(
    c: sa.Connection, number: IncidentNumber, texts: Mapping[str, str], zone: str, by: Handle, at: datetime
) -> int:
    """Save what changed as a new revision, and say which. The incident is locked by whoever calls."""
    before = _texts(c, number, _EVERY)
    wanted = {**texts, **({_ZONE: zone} if zone else {})}
    changed = {section: text for section, text in wanted.items() if before.get(section, "") != text}
    new = revision(c, number) + bool(changed)
    rows = [
        {"incident": number, "section": section, "revision": new, "text": text, "by": by, "at": at}
        for section, text in changed.items()
    ]
    if rows:
        c.execute(t.report_sections.insert(), rows)
    return new


def _texts(c: sa.Connection, number: IncidentNumber, until: int) -> dict[str, str]:
    return {found.section: found.text for found in c.execute(_TEXTS, {"n": number, "r": until})}
