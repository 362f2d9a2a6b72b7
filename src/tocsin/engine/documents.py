"""Brings together what a report is made of: an incident's log, its prose, and everybody's names."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from tocsin.core.events import Entry
from tocsin.core.ids import IncidentNumber
from tocsin.core.incident import Incident, fold
from tocsin.core.people import Directory
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.core.report import must_be_over
from tocsin.report.document import Document, build
from tocsin.store import log, reports
from tocsin.store.people import StoredDirectory


def document(connection: sa.Connection, playbook: Playbook, number: IncidentNumber) -> Document:
    """The report of a resolved incident, as it stands now."""
    entries = log.entries(connection, number)
    if not entries:
        raise Refused(f"There is no incident {number}. `incident list` shows those there are.")
    incident = fold(number, entries)
    must_be_over(incident)
    return at_revision(connection, playbook, incident, entries, reports.revision(connection, number))


def at_revision(
    connection: sa.Connection, playbook: Playbook, incident: Incident, entries: Sequence[Entry], revision: int
) -> Document:
    """The report of an incident whose log is at hand, with its prose as it was at one revision."""
    directory = StoredDirectory(connection)
    return build(
        entries,
        reports.sections(connection, incident.number, revision),
        playbook,
        directory,
        zone=reports.zone(connection, incident.number, revision) or _zone(incident, directory, playbook),
    )


def _zone(incident: Incident, directory: Directory, playbook: Playbook) -> str:
    """The zone the first community lives in, for its people read the report; else the playbook's."""
    for slug in incident.communities:
        community = directory.community(slug)
        if community is not None and community.zone:
            return community.zone
    return playbook.zone
