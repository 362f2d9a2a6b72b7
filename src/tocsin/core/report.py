"""The report's life: who owns it, where it stands, and what still stands in its way, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from tocsin.core.duties import carrying, owner
from tocsin.core.gates import UNSEEN, Seen, unmet
from tocsin.core.ids import Handle
from tocsin.core.incident import Incident
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused

ReportState = Literal["none", "draft", "in-review", "reviewed", "published"]


def must_be_over(incident: Incident) -> None:
    """Only a resolved incident gets a report."""
    if incident.state == "cancelled":
        raise Refused(f"Incident {incident.number} was cancelled; no report is owed.")
    if incident.state != "resolved":
        raise Refused(f"Only a resolved incident gets a report. Resolve incident {incident.number} first.")


def report_state(incident: Incident) -> ReportState:
    """Where the report stands; there is none before the incident is resolved, and none is owed for a cancelled one."""
    report = incident.report
    if report.asked is not None and report.asked != report.published:
        return "in-review" if report.approved is None else "reviewed"
    if report.published is not None:
        return "published"
    return "draft" if incident.state == "resolved" else "none"


def missing(incident: Incident, sections: Mapping[str, str], playbook: Playbook, *, seen: Seen = UNSEEN) -> list[str]:
    """What still stands between this report and its review, as sentences for its owner; `seen`: what its log shows."""
    return unmet(playbook.gates.review.blocks, incident, playbook, sections, seen=seen)


def waits_for(
    incident: Incident, playbook: Playbook, name: Callable[[Handle], str], *, also: tuple[Handle, ...] = ()
) -> list[str]:
    """Who still has to find the report complete before it is reviewed, if those in `also` approve now."""
    approvals = {*incident.report.approvals, *also}
    holder = owner(incident, playbook)
    short = playbook.review.readers - len(approvals - {holder})
    commanders = carrying(incident, playbook, "commands") if playbook.review.commander else ()
    silent = next((person for person in commanders if person not in approvals and person != holder), None)
    who = "1 more reader has" if short == 1 else f"{short} more readers have"
    return [
        *([f"{who} to approve it, besides its owner."] if short > 0 else []),
        *([f"{name(silent)}, who commands, has not said that it is complete."] if silent else []),
    ]
