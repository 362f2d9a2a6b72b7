"""What an automation rule sends. Nobody signs it and any field may be broken: it only says which ticket to look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs

from tocsin.core.refused import Refused
from tocsin.ports import Delivery, Received

_LARGEST = 1_000_000
_NUMBER = re.compile(r"#?([1-9][0-9]{0,17})")
_SEEN = re.compile(r'"ticket_id"\s*:\s*"?#?([1-9][0-9]{0,17})(?![0-9])')
_NAMES = ("ticket_id", "freshdesk_webhook[ticket_id]")


def received(delivery: Delivery) -> Sequence[Received]:
    """The ticket to ask for anew. Nothing else of it is believed: placeholders put in whatever people wrote."""
    body = delivery.body[:_LARGEST].decode(errors="replace")
    for number in _numbers(body):
        return [Received(source=f"freshdesk:{number}", text=number)]
    raise Refused("The body names no ticket: it has to hold “ticket_id”, as {{ticket.id}} fills it in.")


def _numbers(body: str) -> Iterator[str]:
    """As JSON; as a form; and where quotes in a subject broke the JSON, as it stands there."""
    yield from _number(_in_json(body))
    yield from _number(_in_form(body))
    if found := _SEEN.search(body):
        yield found[1]


def _in_json(body: str) -> object:
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"freshdesk_webhook": {"ticket_id": number}} | {"ticket_id": number}:
            return number
    return None


def _in_form(body: str) -> object:
    try:
        told = parse_qs(body, max_num_fields=200)
    except ValueError:
        return None
    return next((told[name][0] for name in _NAMES if name in told), None)


def _number(told: object) -> Iterator[str]:
    if isinstance(told, int | str) and not isinstance(told, bool) and (found := _NUMBER.fullmatch(str(told).strip())):
        yield found[1]
