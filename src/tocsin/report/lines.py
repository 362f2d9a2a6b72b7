"""What the forms show of a line beside its text: what kind it is, and whether a reader should not miss it."""

from __future__ import annotations

from tocsin.core.timeline import LineKind

WORDS: dict[LineKind, str] = {
    "impact-began": "Impact began",
    "impact-ended": "Impact ended",
    "signal": "Signal",
    "declared": "Declared",
    "acknowledged": "Acknowledged",
    "role": "Role",
    "note": "Note",
    "finding": "Finding",
    "command": "Command",
    "fix": "Fix tried",
    "decision": "Decision",
    "told-us": "They told us",
    "update": "Update",
    "resolved": "Resolved",
    "verified": "Verified",
    "reopened": "Reopened",
}
"""What readers see for every kind that a report holds."""

MILESTONES: frozenset[LineKind] = frozenset(("impact-began", "impact-ended", "declared", "resolved", "reopened"))
"""The kinds at which an incident takes another turn."""
