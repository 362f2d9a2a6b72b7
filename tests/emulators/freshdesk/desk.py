"""What the emulated account holds, and what happens in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from typing import Any

OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
STATUSES = {OPEN: "Open", PENDING: "Pending", RESOLVED: "Resolved", CLOSED: "Closed"}
PRIORITIES = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}
SOURCES = {1: "Email", 2: "Portal", 3: "Phone", 7: "Chat", 9: "Feedback Widget", 10: "Outbound Email"}
TYPES = ("Question", "Incident", "Problem", "Feature Request", "Refund")
Thing = dict[str, Any]


@dataclass(kw_only=True)
class Desk:
    """One account. Times are whole seconds, as Freshdesk has them."""

    ahead: timedelta = timedelta()
    """How far its clock was put forward."""
    index_lag: timedelta = timedelta(minutes=1)
    """How late the search learns of a change."""
    mandatory: list[str] = field(default_factory=list)
    """What has to be filled in before a ticket can be resolved or closed."""
    tickets: dict[int, Thing] = field(default_factory=dict)
    messages: dict[int, list[Thing]] = field(default_factory=dict)
    contacts: dict[int, Thing] = field(default_factory=dict)
    companies: dict[int, Thing] = field(default_factory=dict)
    agents: dict[int, Thing] = field(default_factory=dict)
    mailboxes: dict[int, Thing] = field(default_factory=dict)
    mailed: list[Thing] = field(default_factory=list)
    """Every letter that left for somebody outside, once each."""
    _indexed: dict[int, Thing] = field(default_factory=dict)
    _numbers: Iterable[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.agent("rachel@openshore.example", "Rachel")
        self.mailbox("Openshore", "support@openshore.freshdesk.com", primary=True)

    @property
    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def now(self) -> str:
        return stamp(self.clock)

    @property
    def me(self) -> Thing:
        """The agent whose key it is."""
        return next(iter(self.agents.values()))

    # ── people ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def agent(self, email: str, name: str) -> Thing:
        contact = {
            **_PERSON, "email": email, "name": name, "active": True, "last_login_at": self.now,
            "created_at": self.now, "updated_at": self.now,
        }  # fmt: skip
        return self._add(
            self.agents, available=True, occasional=False, signature=None, ticket_scope=1, available_since=None,
            type="support_agent", last_active_at=self.now, contact=contact,
        )  # fmt: skip

    def company(self, name: str, domains: list[str]) -> Thing:
        return self._add(
            self.companies, name=name, description=None, domains=domains, note=None, custom_fields={},
            health_score=None, account_tier=None, renewal_date=None, industry=None,
        )  # fmt: skip

    def contact(self, email: str, name: str = "", company: int | None = None) -> Thing:
        """The one who has this address; a new one, where nobody has."""
        if found := next((each for each in self.contacts.values() if each["email"] == email), None):
            return found
        return self._add(
            self.contacts, **_PERSON, active=False, address=None, company_id=company, description=None, email=email,
            name=name or email.partition("@")[0], twitter_id=None, custom_fields={}, facebook_id=None,
            csat_rating=None, preferred_source=None, unique_external_id=None,
        )  # fmt: skip

    def mailbox(self, name: str, email: str, *, primary: bool = False) -> Thing:
        return self._add(
            self.mailboxes, name=name, to_email=email, reply_email=email, group_id=None, product_id=None,
            primary_role=primary, active=True,
        )  # fmt: skip

    # ── tickets ────────────────────────────────────────────────────────────────────────────────────────────────────

    def ticket(self, requester: Thing, told: Mapping[str, Any], *, source: int = 1) -> Thing:
        html = wrapped(told.get("description") or "")
        made = self._add(
            self.tickets, cc_emails=list(told.get("cc_emails", [])), fwd_emails=[], reply_cc_emails=[],
            ticket_cc_emails=[], email_config_id=told.get("email_config_id"), fr_escalated=False,
            group_id=told.get("group_id"), priority=told.get("priority", 1), requester_id=requester["id"],
            responder_id=told.get("responder_id"), source=told.get("source", source), spam=False,
            status=told.get("status", OPEN), subject=told.get("subject"), type=told.get("type"),
            company_id=requester["company_id"], to_emails=None, product_id=None,
            due_by=stamp(self.clock + timedelta(days=3)), fr_due_by=stamp(self.clock + timedelta(days=1)),
            is_escalated=False, description=html, description_text=bare(html), association_type=None,
            associated_tickets_count=None, nr_due_by=None, nr_escalated=False,
            custom_fields=dict(told.get("custom_fields", {})), tags=list(told.get("tags", [])), attachments=[],
            stats=dict.fromkeys(_STATS),
        )  # fmt: skip
        self.messages[made["id"]] = []
        return made

    def change(self, ticket: Thing, told: Mapping[str, Any]) -> None:
        if told.get("status", ticket["status"]) != ticket["status"]:
            names = {RESOLVED: "resolved_at", CLOSED: "closed_at", OPEN: "reopened_at", PENDING: "pending_since"}
            ticket["stats"][names.get(told["status"], "status_updated_at")] = self.now
            ticket["stats"]["status_updated_at"] = self.now
        ticket["custom_fields"] |= told.get("custom_fields", {})
        ticket.update({name: value for name, value in told.items() if name != "custom_fields"})
        self._touch(ticket)

    def say(self, ticket: Thing, body: str, **more: Any) -> Thing:
        """A reply or a note of an agent, or what the requester wrote."""
        html = wrapped(body)
        told = {
            "body": html, "body_text": bare(html), "id": next(iter(self._numbers)), "incoming": False, "private": False,
            "user_id": self.me["id"], "support_email": None, "source": 0, "category": 3, "ticket_id": ticket["id"],
            "to_emails": [], "from_email": None, "cc_emails": [], "bcc_emails": [], "created_at": self.now,
            "updated_at": self.now, "attachments": [], **more,
        }  # fmt: skip
        self.messages[ticket["id"]].append(told)
        self._touch(ticket)
        return told

    def reply(self, ticket: Thing, told: Mapping[str, Any]) -> Thing:
        """At once by mail, and not to be called back."""
        box = next(iter(self.mailboxes.values()))["reply_email"]
        to = self.contacts[ticket["requester_id"]]["email"]
        sender = f"{self.me['contact']['name']} <{told.get('from_email') or box}>"
        said = self.say(ticket, told["body"], to_emails=[to], from_email=sender, support_email=box)
        self._mail(ticket, to, said["body"])
        ticket["stats"]["agent_responded_at"] = self.now
        ticket["stats"]["first_responded_at"] = ticket["stats"]["first_responded_at"] or self.now
        return said

    def outbound(self, told: Mapping[str, Any]) -> Thing:
        """A ticket that begins with our word: closed and the sender's own, unless that is said otherwise."""
        requester = self.contact(told["email"], told.get("name", ""))
        given = {"status": CLOSED, "responder_id": self.me["id"], **told}
        made = self.ticket(requester, given, source=10)
        self._mail(made, told["email"], made["description"])
        return made

    def customer_reply(self, ticket: Thing, body: str, email: str | None) -> Thing:
        """Opens it again, where it was over."""
        by = self.contact(email) if email else self.contacts[ticket["requester_id"]]
        if ticket["status"] in (RESOLVED, CLOSED, PENDING):
            self.change(ticket, {"status": OPEN})
        ticket["stats"]["requester_responded_at"] = self.now
        sender = f"{by['name']} <{by['email']}>"
        return self.say(ticket, body, incoming=True, user_id=by["id"], from_email=sender, category=1)

    # ── the search ─────────────────────────────────────────────────────────────────────────────────────────────────

    def indexed(self) -> list[Thing]:
        """What the search knows: each ticket as it was when it was last left alone for a while."""
        for number, ticket in self.tickets.items():
            if self.clock - datetime.fromisoformat(ticket["updated_at"]) >= self.index_lag:
                self._indexed[number] = deepcopy(ticket)
        return [each for number, each in self._indexed.items() if number in self.tickets]

    def _mail(self, ticket: Thing, to: str, body: str) -> None:
        self.mailed.append({"to": to, "ticket": ticket["id"], "body": body, "at": self.now})

    def _touch(self, thing: Thing) -> None:
        thing["updated_at"] = self.now

    def _add(self, where: dict[int, Thing], **fields: Any) -> Thing:
        made = {**fields, "id": next(iter(self._numbers)), "created_at": self.now, "updated_at": self.now}
        where[made["id"]] = made
        return made


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wrapped(text: str) -> str:
    """Plain text comes back in a `div`."""
    return text if re.search(r"<\w", text) else f"<div>{text}</div>"


def bare(html: str) -> str:
    """Their own plain text, which has lost its lines."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


_PERSON: Thing = {"job_title": None, "language": "en", "mobile": None, "phone": None, "time_zone": "Hawaii"}
_STATS = (
    "agent_responded_at", "requester_responded_at", "first_responded_at", "status_updated_at", "reopened_at",
    "resolved_at", "closed_at", "pending_since",
)  # fmt: skip
