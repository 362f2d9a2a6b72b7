"""What Freshdesk says of a ticket, in our words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from tocsin.integrations.freshdesk import marks
from tocsin.language.webpages import readable
from tocsin.ports import Correspondent, Remark, Ticket

OVER = (4, 5)
"""Resolved, closed. A status of an account's own may mean anything, and so nothing."""
Person = Callable[[int, bool], Correspondent]
"""Who a number is; whether it is one of our own agents."""


def ticket(told: dict[str, Any], messages: Sequence[dict[str, Any]], link: str, person: Person) -> Ticket:
    by = _requester(told)
    known = told.get("requester_id")

    def who(number: int, agent: bool) -> Correspondent:
        return by if number == known and not agent else person(number, agent)

    return Ticket(
        reference=str(told["id"]),
        subject=told.get("subject") or "",
        by=by,
        at=_at(told["created_at"]),
        text=_text(told.get("description"), told.get("description_text")),
        remarks=tuple(_remark(each, who) for each in sorted(messages, key=_place)),
        company=(told.get("company") or {}).get("name") or "",
        link=link,
        closed=told.get("status") in OVER,
        ours=marks.has_tag(told.get("tags") or ()),
    )


def _requester(told: dict[str, Any]) -> Correspondent:
    requester = told.get("requester") or {}
    return Correspondent(email=requester.get("email") or "", name=requester.get("name") or "")


def _place(message: dict[str, Any]) -> tuple[datetime, int]:
    """The oldest first, whatever order they were told in."""
    return _at(message["created_at"]), message["id"]


def _remark(message: dict[str, Any], who: Person) -> Remark:
    incoming = bool(message.get("incoming"))
    text = _text(message.get("body"), message.get("body_text"))
    return Remark(
        reference=str(message["id"]),
        at=_at(message["created_at"]),
        by=_by(message, who, agent=not incoming),
        text=text,
        from_us=not incoming,
        private=bool(message.get("private")),
        ours=not incoming and marks.is_marked(text),
    )


def _by(message: dict[str, Any], who: Person, *, agent: bool) -> Correspondent:
    """By its number; by the address it came from, where that leads to nobody."""
    number = message.get("user_id")
    found = who(number, agent) if isinstance(number, int) else Correspondent(email="")
    if found.email or found.name:
        return found
    name, address = parseaddr(message.get("from_email") or "")
    return Correspondent(email=address, name=name)


def _text(html: str | None, text: str | None) -> str:
    """Their own plain text has no lines any more."""
    return readable(html or "") or (text or "").strip()


def _at(told: str) -> datetime:
    return datetime.fromisoformat(told)
