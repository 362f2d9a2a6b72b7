"""The tickets of the fake world, as its ledger tells them: what people outside wrote, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]


def belongs(entry: Entry) -> str:
    """The ticket an entry is about; empty where it is about none."""
    return str(entry["payload"].get("ticket") or entry["answer"].get("reference", ""))


def shown(entries: Sequence[Entry]) -> dict[str, Any] | None:
    """A ticket of its entries, as JSON; None where nobody began it."""
    if not entries or entries[0]["call"] not in ("open", "write"):
        return None
    first, *rest = entries
    return {
        "reference": first["answer"]["reference"],
        "subject": first["payload"].get("subject", ""),
        "company": first["payload"].get("company", ""),
        **_word(first),
        "closed": _is_closed(rest),
        "remarks": [{"reference": each["answer"]["reference"], **_word(each)} for each in rest if _is_word(each)],
    }


def _is_word(entry: Entry) -> bool:
    return entry["call"] in ("write", "reply", "note")


def _is_closed(entries: Sequence[Entry]) -> bool:
    """Whoever writes opens it again."""
    last = next((each["call"] for each in reversed(entries) if each["call"] in ("close", "write")), "")
    return last == "close"


def _word(entry: Entry) -> dict[str, Any]:
    told, ours = entry["payload"], entry["call"] != "write"
    by = told.get("to" if ours else "by") or {}
    return {"by": by, "at": entry["at"], "text": told.get("text", ""), "ours": ours, "private": entry["call"] == "note"}
