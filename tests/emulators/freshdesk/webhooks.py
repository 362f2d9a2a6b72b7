"""What automation rules send: whatever an administrator typed, with placeholders filled in and nothing escaped."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.emulators.freshdesk.desk import SOURCES, STATUSES, Desk, Thing


def fields(desk: Desk, ticket: Thing) -> dict[str, object]:
    """A status arrives as its label."""
    by = desk.contacts[ticket["requester_id"]]
    company = desk.companies.get(ticket["company_id"])
    return {
        "ticket_id": ticket["id"],
        "ticket_status": STATUSES.get(ticket["status"], "Custom"),
        "ticket_subject": ticket["subject"],
        "ticket_description": ticket["description"],
        "ticket_url": f"https://openshore.freshdesk.com/a/tickets/{ticket['id']}",
        "ticket_due_by_time": ticket["due_by"],
        "ticket_source": SOURCES[ticket["source"]],
        "ticket_requester_name": by["name"],
        "ticket_requester_email": by["email"],
        "ticket_requester_phone": by["phone"],
        "ticket_company_name": company["name"] if company else None,
    }


def _simple(told: dict[str, object]) -> tuple[str, str]:
    return "application/json", json.dumps({"freshdesk_webhook": told})


def _broken(told: dict[str, object]) -> tuple[str, str]:
    """Typed by hand, with quotes around placeholders and no thought of quotes in them."""
    lines = ",\n".join(f'  "{name}": "{value}"' for name, value in told.items())
    return "application/json", f'{{"freshdesk_webhook": {{\n{lines}\n}}}}'


def _form(told: dict[str, object]) -> tuple[str, str]:
    return "application/x-www-form-urlencoded", urlencode({f"freshdesk_webhook[{k}]": v for k, v in told.items()})


FORMS: dict[str, Callable[[dict[str, object]], tuple[str, str]]] = {
    "simple": _simple,
    "broken": _broken,
    "form": _form,
}


def deliver(url: str, kind: str, body: str) -> int:
    """The status it was answered with; 0 where nobody listens."""
    request = Request(url, body.encode(), {"Content-Type": kind}, method="POST")  # noqa: S310 — the tests say where
    try:
        with urlopen(request, timeout=10) as response:  # noqa: S310
            return int(response.status)
    except OSError as no:
        return int(getattr(no, "code", 0))
