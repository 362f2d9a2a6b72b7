"""The calls of API v2 that the emulator knows, with its rules and its ways to refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.emulators.freshdesk.desk import CLOSED, PRIORITIES, RESOLVED, SOURCES, STATUSES, TYPES, Desk, Thing

MONTH = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call, read."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    origin: str
    """`http://127.0.0.1:8026`, for links."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int = 200
    body: Any = None
    """None: nothing at all."""
    headers: Mapping[str, str] = field(default_factory=dict)


class No(Exception):
    """Refused, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def invalid(*errors: tuple[str, str, str]) -> No:
    """The shape with a description and errors; each a field, a message and a code."""
    told = [{"field": name, "message": message, "code": code} for name, message, code in errors]
    return No(Answer(status=400, body={"description": "Validation failed", "errors": told}))


def coded(status: int, code: str, message: str) -> No:
    """The other shape."""
    return No(Answer(status=status, body={"code": code, "message": message}))


def answer(desk: Desk, asked: Asked) -> Answer:
    """What this call comes to; `No` where it is refused."""
    for method, pattern, call in ROUTES:
        found = re.fullmatch(pattern, asked.path)
        if found and method == asked.method:
            return call(desk, asked, *map(int, found.groups()))
    if any(re.fullmatch(pattern, asked.path) for _, pattern, _ in ROUTES):
        raise coded(405, "method_not_allowed", f"{asked.method} is not allowed here.")
    raise No(Answer(status=404))


# ── tickets ────────────────────────────────────────────────────────────────────────────────────────────────────────

_SHORT = ("description", "description_text", "stats", "attachments")
"""What a list leaves out."""
_INCLUDES = ("conversations", "requester", "company", "stats")


def _ticket(desk: Desk, asked: Asked, number: int) -> Answer:
    told = _shown(_found(desk.tickets, number))
    for each in _list(asked.query.get("include", "")):
        if each not in _INCLUDES:
            raise invalid(("include", f"It should be one of these values: '{','.join(_INCLUDES)}'", "invalid_value"))
        told[each] = _included(desk, number, each)
    return Answer(body=told)


def _included(desk: Desk, number: int, what: str) -> Any:
    ticket = desk.tickets[number]
    match what:
        case "conversations":
            return desk.messages[number][:10]  # the oldest ten, and no word that there are more
        case "requester":
            names = ("id", "name", "email", "mobile", "phone")
            return {name: desk.contacts[ticket["requester_id"]][name] for name in names}
        case "company":
            company = desk.companies.get(ticket["company_id"])
            return {"id": company["id"], "name": company["name"]} if company else {}
        case _:
            return ticket["stats"]


def _tickets(desk: Desk, asked: Asked) -> Answer:
    include = _list(asked.query.get("include", ""))
    if wrong := set(include) - {"description", "requester", "stats", "company"}:
        raise invalid(("include", f"Unexpected: {min(wrong)}", "invalid_value"))
    found = sorted(
        filter(_wanted(desk, asked.query), desk.tickets.values()),
        key=lambda each: (each[_order(asked)], each["id"]),
        reverse=asked.query.get("order_type", "desc") == "desc",
    )
    left_out = set(_SHORT) - ({"description", "description_text"} if "description" in include else set())
    page, headers = _page(asked, found)
    shown = [
        {name: value for name, value in _shown(each).items() if name not in left_out}
        | {what: _included(desk, each["id"], what) for what in include if what != "description"}
        for each in page
    ]
    return Answer(body=shown, headers=headers)


def _wanted(desk: Desk, query: Mapping[str, str]) -> Callable[[Thing], bool]:
    since = _time(query["updated_since"]) if "updated_since" in query else None
    email = query.get("email")

    def wanted(ticket: Thing) -> bool:
        if email and desk.contacts[ticket["requester_id"]]["email"] != email:
            return False
        if query.get("filter") == "new_and_my_open" and ticket["status"] >= RESOLVED:
            return False
        if since is None:
            return datetime.fromisoformat(ticket["created_at"]) > desk.clock - MONTH
        return datetime.fromisoformat(ticket["updated_at"]) >= since

    return wanted


def _order(asked: Asked) -> str:
    order = asked.query.get("order_by", "created_at")
    if order not in ("created_at", "updated_at", "due_by", "status"):
        raise invalid(("order_by", "It should be one of these values: 'created_at,...'", "invalid_value"))
    return order


def _create(desk: Desk, asked: Asked) -> Answer:
    told = _checked(asked.body, {*_CHANGEABLE, "email", "name", "requester_id", "description", "cc_emails"})
    if not (told.get("email") or told.get("requester_id")):
        raise invalid(("email", "It should be a valid email address", "missing_field"))
    _need(told, "subject", "description", "status", "priority")
    by = _found(desk.contacts, told["requester_id"]) if "requester_id" in told else None
    made = desk.ticket(by or desk.contact(told["email"], told.get("name", "")), told, source=told.get("source", 2))
    return _made(asked, f"tickets/{made['id']}", _shown(made))


def _outbound(desk: Desk, asked: Asked) -> Answer:
    told = _checked(asked.body, {*_CHANGEABLE, "email", "name", "description", "email_config_id"} - {"source"})
    _need(told, "email", "subject", "email_config_id")
    if told["email_config_id"] not in desk.mailboxes:
        raise invalid(("email_config_id", "There is no email config matching the given id", "invalid_value"))
    made = desk.outbound(told)
    return _made(asked, f"tickets/{made['id']}", _shown(made))


def _update(desk: Desk, asked: Asked, number: int) -> Answer:
    ticket = _found(desk.tickets, number)
    told = _checked(asked.body, {*_CHANGEABLE, "email", "requester_id"})
    if told.get("responder_id") is not None and told["responder_id"] not in desk.agents:
        raise invalid(("responder_id", "There is no agent matching the given responder_id", "invalid_value"))
    _may_end(desk, ticket, told)
    desk.change(ticket, told)
    return Answer(body=_shown(ticket))


def _may_end(desk: Desk, ticket: Thing, told: Thing) -> None:
    if told.get("status") not in (RESOLVED, CLOSED):
        return
    filled = {**ticket["custom_fields"], **ticket, **told.get("custom_fields", {}), **told}
    if empty := [name for name in desk.mandatory if not filled.get(name)]:
        words = "It should not be blank as this is a mandatory field"
        raise invalid(*((name, words, "missing_field") for name in empty))


def _shown(ticket: Thing) -> Thing:
    left_out = {"stats"}
    return {**{name: value for name, value in ticket.items() if name not in left_out},
            "priority_name": PRIORITIES[ticket["priority"]]}  # fmt: skip


_CHANGEABLE = {
    "subject", "status", "priority", "type", "tags", "responder_id", "group_id", "custom_fields", "source", "due_by",
    "fr_due_by",
}  # fmt: skip
_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "status": (int, "Integer"), "priority": (int, "Integer"), "source": (int, "Integer"), "tags": (list, "Array"),
    "custom_fields": (dict, "key/value pair"), "subject": (str, "String"), "body": (str, "String"),
    "description": (str, "String"), "email": (str, "String"), "private": (bool, "Boolean"),
    "email_config_id": (int, "Positive Integer"), "responder_id": ((int, type(None)), "Positive Integer"),
    "type": ((str, type(None)), "String"),
}  # fmt: skip
_VALUES: dict[str, tuple[object, ...]] = {
    "status": (*STATUSES, 6, 7),
    "priority": tuple(PRIORITIES),
    "source": tuple(SOURCES),
    "type": (*TYPES, None),
}


def _checked(body: Any, known: set[str]) -> Thing:
    """Fields that are known, of the right kind, with a value that there is; all that is wrong is said at once."""
    if not isinstance(body, dict):
        raise coded(400, "invalid_json", "Request body has invalid json format")
    errors = [wrong for name, value in body.items() if (wrong := _wrong(name, value, known))]
    if errors:
        raise invalid(*errors)
    return body


def _wrong(name: str, value: Any, known: set[str]) -> tuple[str, str, str] | None:
    if name not in known:
        return name, "Unexpected/invalid field in request", "invalid_field"
    kind, called = _KINDS.get(name, (object, ""))
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        given = type(value).__name__
        return name, f"The value provided is of type {given}.It should be of type {called}", "datatype_mismatch"
    if name in _VALUES and value not in _VALUES[name]:
        values = ",".join(str(each) for each in _VALUES[name] if each is not None)
        return name, f"It should be one of these values: '{values}'", "invalid_value"
    return None


def _need(told: Thing, *names: str) -> None:
    if absent := [name for name in names if told.get(name) in (None, "")]:
        raise invalid(*((name, "It should be present", "missing_field") for name in absent))


# ── what is said in a ticket ───────────────────────────────────────────────────────────────────────────────────────


def _conversations(desk: Desk, asked: Asked, number: int) -> Answer:
    _found(desk.tickets, number)
    page, headers = _page(asked, desk.messages[number])
    return Answer(body=page, headers=headers)


def _reply(desk: Desk, asked: Asked, number: int) -> Answer:
    ticket = _found(desk.tickets, number)
    told = _checked(asked.body, {"body", "from_email", "user_id", "cc_emails", "bcc_emails"})
    _need(told, "body")
    boxes = [each["reply_email"] for each in desk.mailboxes.values()]
    if told.get("from_email") and told["from_email"] not in boxes:
        raise invalid(("from_email", "There is no email config matching the given email", "invalid_value"))
    said = desk.reply(ticket, told)
    names = ("body", "body_text", "id", "user_id", "from_email", "cc_emails", "bcc_emails", "ticket_id", "created_at",
             "updated_at", "attachments", "to_emails", "support_email")  # fmt: skip
    shown = {name: said[name] for name in names}  # neither private, incoming nor source
    return _made(asked, f"conversations/{said['id']}", shown)


def _note(desk: Desk, asked: Asked, number: int) -> Answer:
    ticket = _found(desk.tickets, number)
    told = _checked(asked.body, {"body", "private", "incoming", "notify_emails", "user_id"})
    _need(told, "body")
    agents = [each["contact"]["email"] for each in desk.agents.values()]
    if not set(told.get("notify_emails", [])) <= set(agents):
        raise invalid(("notify_emails", "Accepts only emails of agents", "invalid_value"))
    more = {"private": told.get("private", True), "incoming": told.get("incoming", False), "source": 2, "category": 2}
    said = desk.say(ticket, told["body"], to_emails=list(told.get("notify_emails", [])), **more)
    return _made(asked, f"conversations/{said['id']}", said)


# ── everything else ────────────────────────────────────────────────────────────────────────────────────────────────


def _search(desk: Desk, asked: Asked) -> Answer:
    query, page = asked.query.get("query", ""), int(asked.query.get("page", "1"))
    found = re.fullmatch(r'"(.{1,510})"', query)
    if not found or not 1 <= page <= 10:
        raise invalid(("query", 'Query should be of the form "(field:value)"', "invalid_value"))
    terms = [re.fullmatch(r"(\w+):(?:'([^']*)'|(\d+))", each.strip("() ")) for each in re.split(" AND ", found[1])]
    if not all(terms):
        raise invalid(("query", "Unexpected/invalid term in query", "invalid_value"))
    wanted = [(term[1], term[2] if term[2] is not None else int(term[3])) for term in terms if term]
    hits = [each for each in desk.indexed() if all(_matches(each, *term) for term in wanted)]
    shown = [_shown(each) for each in hits[30 * (page - 1) : 30 * page]]
    return Answer(body={"total": len(hits), "results": shown})


def _matches(ticket: Thing, name: str, value: str | int) -> bool:
    if name == "tag":
        return value in ticket["tags"]
    if name not in ("status", "priority", "type"):
        raise invalid(("query", f"Unexpected/invalid field in query: {name}", "invalid_field"))
    return bool(ticket[name] == value)


def _agents(desk: Desk, asked: Asked) -> Answer:
    email = asked.query.get("email", "").lower()
    found = [each for each in desk.agents.values() if email in ("", each["contact"]["email"].lower())]
    page, headers = _page(asked, found)
    return Answer(body=page, headers=headers)


def _contacts(desk: Desk, asked: Asked) -> Answer:
    email = asked.query.get("email", "").lower()
    page, headers = _page(asked, [each for each in desk.contacts.values() if email in ("", each["email"].lower())])
    return Answer(body=page, headers=headers)


def _new_contact(desk: Desk, asked: Asked) -> Answer:
    told = _checked(asked.body, {"name", "email", "company_id"})
    _need(told, "name", "email")
    if any(each["email"] == told["email"] for each in desk.contacts.values()):
        error = {"field": "email", "message": "It should be a unique value", "code": "duplicate_value"}
        raise No(Answer(status=409, body={"description": "Validation failed", "errors": [error]}))
    made = desk.contact(told["email"], told["name"], told.get("company_id"))
    return _made(asked, f"contacts/{made['id']}", made)


def _all(name: str) -> Callable[..., Answer]:
    def listed(desk: Desk, asked: Asked) -> Answer:
        page, headers = _page(asked, list(getattr(desk, name).values()))
        return Answer(body=page, headers=headers)

    return listed


def _one(name: str) -> Callable[..., Answer]:
    return lambda desk, _asked, number: Answer(body=_found(getattr(desk, name), number))


_CANNED = {"id": 7, "title": "We are on it", "folder_id": 3, "content": "Hello {{ticket.requester.name}}",
           "content_html": "<div>Hello {{ticket.requester.name}}</div>", "attachments": [],
           "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}  # fmt: skip
_FOLDER = {"id": 3, "name": "Incidents", "personal": False, "responses_count": 1,
           "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}  # fmt: skip


def _canned(told: Any, number: int | None = None) -> Callable[..., Answer]:
    def shown(_desk: Desk, _asked: Asked, wanted: int | None = None) -> Answer:
        if number is not None and wanted != number:
            raise No(Answer(status=404))
        return Answer(body=told)

    return shown


def _found(where: Mapping[int, Thing], number: int) -> Thing:
    if number not in where:
        raise No(Answer(status=404))  # with an empty body
    return where[number]


def _made(asked: Asked, path: str, body: Thing) -> Answer:
    return Answer(status=201, body=body, headers={"Location": f"{asked.origin}/api/v2/{path}"})


def _page(asked: Asked, things: list[Thing]) -> tuple[list[Thing], dict[str, str]]:
    size, page = (_positive(asked, name, without) for name, without in (("per_page", 30), ("page", 1)))
    if size > 100:
        raise invalid(("per_page", "It should be a Positive Integer less than or equal to 100", "invalid_value"))
    if page > 300:
        raise invalid(("page", "You cannot access tickets beyond the 300th page.", "invalid_value"))
    told = {**asked.query, "page": str(page + 1), "per_page": str(size)}
    there = "&".join(f"{name}={value}" for name, value in told.items())
    more = page * size < len(things)
    link = {"link": f'<{asked.origin}/api/v2/{asked.path}?{there}>; rel="next"'} if more else {}
    return things[size * (page - 1) : size * page], link


def _positive(asked: Asked, name: str, without: int) -> int:
    told = asked.query.get(name, str(without))
    if not re.fullmatch(r"[1-9][0-9]{0,8}", told):
        raise invalid((name, "It should be a Positive Integer", "datatype_mismatch"))
    return int(told)


def _time(told: str) -> datetime:
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid(("updated_since", "It should be in the 'combined date and time ISO8601' format", "invalid_date"))
    return found


def _list(told: str) -> list[str]:
    return [each for each in told.split(",") if each]


_N = "([0-9]{1,18})"
ROUTES: list[tuple[str, str, Callable[..., Answer]]] = [
    ("GET", "tickets", _tickets),
    ("POST", "tickets", _create),
    ("POST", "tickets/outbound_email", _outbound),
    ("GET", f"tickets/{_N}", _ticket),
    ("PUT", f"tickets/{_N}", _update),
    ("PATCH", f"tickets/{_N}", _update),
    ("GET", f"tickets/{_N}/conversations", _conversations),
    ("POST", f"tickets/{_N}/reply", _reply),
    ("POST", f"tickets/{_N}/notes", _note),
    ("GET", "search/tickets", _search),
    ("GET", "agents", _agents),
    ("GET", "agents/me", lambda desk, _: Answer(body=desk.me)),
    ("GET", f"agents/{_N}", _one("agents")),
    ("GET", "contacts", _contacts),
    ("POST", "contacts", _new_contact),
    ("GET", f"contacts/{_N}", _one("contacts")),
    ("GET", "companies", _all("companies")),
    ("GET", f"companies/{_N}", _one("companies")),
    ("GET", "email_configs", _all("mailboxes")),
    ("GET", "canned_response_folders", _canned([_FOLDER])),
    ("GET", f"canned_response_folders/{_N}", _canned({**_FOLDER, "canned_responses": [_CANNED]}, 3)),
    ("GET", f"canned_response_folders/{_N}/responses", _canned([_CANNED], 3)),
    ("GET", f"canned_responses/{_N}", _canned(_CANNED, 7)),
]
