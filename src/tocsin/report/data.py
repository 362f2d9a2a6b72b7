"""The report as data: JSON for programs, and the schema that says what stands where."""

from __future__ import annotations

import json
from typing import get_args

from tocsin.core.events import ImpactSet, Improves
from tocsin.core.incident import Action
from tocsin.core.moments import Moment, rfc3339
from tocsin.core.timeline import REPORTED, LineKind
from tocsin.report.document import Document, Line, Part

Json = dict[str, object]


def as_json(document: Document) -> bytes:
    """The published file. The same document gives the same bytes."""
    return (json.dumps(as_data(document), ensure_ascii=False, indent=2) + "\n").encode()


def as_data(document: Document) -> Json:
    """What `SCHEMA` describes, in its order."""
    return {
        "number": document.number,
        "title": document.title,
        "status": document.status,
        "owner": document.owner,
        "zone": document.zone,
        "services": list(document.services),
        "communities": list(document.communities),
        "declared": rfc3339(document.declared),
        "resolved": rfc3339(document.resolved) if document.resolved else None,
        "verified": document.verified,
        "impact": _impact(document.impact),
        "roles": [_part(part) for part in document.roles],
        "sections": {section.slug: section.text for section in document.sections},
        "timeline": [_line(line) for line in document.timeline],
        "actions": [_action(action) for action in document.actions],
        "replayed": document.replayed,
    }


def _impact(impact: ImpactSet) -> Json:
    """The widest window: a vague beginning counts from its earliest time, a vague end to its latest."""
    start, end = impact.start, impact.end
    return {
        "start": rfc3339(start.at) if start else None,
        "end": rfc3339(end.until or end.at) if end else None,
        **_range("start_range", start),
        **_range("end_range", end),
    }


def _range(name: str, moment: Moment | None) -> Json:
    if moment is None or moment.until is None:
        return {}
    return {name: {"from": rfc3339(moment.at), "to": rfc3339(moment.until)}}


def _part(part: Part) -> Json:
    return {
        "role": part.role,
        "person": part.person,
        "from": rfc3339(part.since),
        "to": rfc3339(part.until) if part.until else None,
    }


def _line(line: Line) -> Json:
    return {
        "at": rfc3339(line.at.at),
        "kind": line.kind,
        "by": line.by,
        "text": line.text,
        "links": list(line.links),
    }


def _action(action: Action) -> Json:
    return {"text": action.text, "url": action.url or None, "improves": action.improves, "done": action.done}


# ── the schema ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _texts(description: str) -> Json:
    return {"type": "array", "items": {"type": "string"}, "description": description}


_TIME: Json = {"format": "date-time", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{6})?Z$"}


def _time(description: str) -> Json:
    return {"type": "string", **_TIME, "description": description}


def _time_or_null(description: str) -> Json:
    return {"type": ["string", "null"], **_TIME, "description": description}


def _object(description: str, properties: Json, *, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list_of(description: str, item: Json) -> Json:
    return {"type": "array", "items": item, "description": description}


def _between(description: str) -> Json:
    earliest, latest = _time("The earliest it may have been."), _time("The latest it may have been.")
    return _object(description, {"from": earliest, "to": latest})


_IMPACT = _object(
    "When users were affected, as it is thought to be now.",
    {
        "start": _time_or_null("When it began; the earliest time of a range; null where nobody knows."),
        "end": _time_or_null("When it ended; the latest time of a range; null where nobody knows."),
        "start_range": _between("Only where the beginning is known no better than this."),
        "end_range": _between("Only where the end is known no better than this."),
    },
    optional=("start_range", "end_range"),
)

_ROLE = _object(
    "Somebody's time in a role.",
    {
        "role": _text("The role's slug in the team's playbook, as `commander`."),
        "person": _text("Their name."),
        "from": _time("When they took it."),
        "to": _time_or_null("When they gave it up; null where they held it to the end."),
    },
)

_LINE = _object(
    "One line.",
    {
        "at": _time("When it happened, or began to."),
        "kind": {
            "type": "string",
            "enum": [kind for kind in get_args(LineKind) if kind in REPORTED],
            "description": "What kind of line it is; docs/reference/timeline.md says what each means.",
        },
        "by": _text("The name of who wrote it."),
        "text": _text('The Markdown as it was written; "" where the kind says it all.'),
        "links": _texts("Where it was seen or said, and every address in its text, once each."),
    },
)

_ACTION = _object(
    "One action.",
    {
        "text": _text("What should be done."),
        "url": {"type": ["string", "null"], "description": "Where it is followed up; null where nowhere yet."},
        "improves": {
            "type": ["string", "null"],
            "enum": [*get_args(Improves), None],
            "description": "What it makes better: `process`, `technology` or `team`; null where nobody has said.",
        },
        "done": {"type": "boolean", "description": "Whether it is done."},
    },
)

_REPORT = _object(
    "What happened during one incident, when, and what is done so that it does not happen again.",
    {
        "number": {"type": "integer", "minimum": 1, "description": "The incident's number in its installation."},
        "title": _text("The incident's title."),
        "status": _text("Where the report stands, in the words of the playbook, or of where it was replayed from."),
        "owner": _text('The name of the Owner of the Review Process; "" where there is none.'),
        "zone": _text("The time zone (IANA name) in which people read the report; times here are in UTC all the same."),
        "services": _texts("The names of the services that were affected."),
        "communities": _texts("The names of the communities that were affected."),
        "declared": _time("When the incident was declared."),
        "resolved": _time_or_null("When it was resolved for good; null while it is not."),
        "verified": _text('How it was verified that it is over; "" while it is not resolved.'),
        "impact": _IMPACT,
        "roles": _list_of("Who held which role, in the order they took them.", _ROLE),
        "sections": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": 'The prose: each section\'s slug in the playbook with its Markdown, "" where it is empty.',
        },
        "timeline": _list_of("What happened, in order.", _LINE),
        "actions": _list_of("What should be done so that it does not happen again.", _ACTION),
        "replayed": {"type": "boolean", "description": "Whether the incident was replayed from a record of elsewhere."},
    },
)

SCHEMA: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:tocsin:report:1",
    "title": "Tocsin incident report",
    **_REPORT,
}
"""JSON Schema of the published file. Times are RFC 3339 in UTC, to the second or to the microsecond."""
