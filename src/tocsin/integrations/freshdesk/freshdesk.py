"""Serves `Tickets`: reads what people write in Freshdesk, and answers them there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.integrations.freshdesk import hints, marks, reading
from tocsin.integrations.freshdesk.config import CLOSINGS, PRIORITIES, Config
from tocsin.integrations.freshdesk.line import Line, opened
from tocsin.ports import Correspondent, Delivery, Failed, Leaving, Pace, Received, Ticket, freely

OVERLAP = timedelta(minutes=1)
"""Their clock and ours may differ, and their times are whole seconds."""
_REMEMBERED = timedelta(hours=2)
"""A ticket that was opened longer ago is found by their search, which learns of new ones late."""
_OPEN, _CLOSED = 2, 5


class Freshdesk:
    """Serves `Tickets` and `Inbound`.

    Freshdesk knows no keys. Every word of ours ends with a mark that is made of its key, and is looked for before it is
    written again: so a try may be repeated.
    """

    name = "Freshdesk"
    repeatable = True

    def __init__(self, config: Config) -> None:
        self.pace: Pace | None = Pace(rate=config.rate, burst=5)
        self._config = config
        self._people: dict[tuple[int, bool], Correspondent] = {}

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────

    def ticket(self, reference: str) -> Ticket:
        number, what = _number(reference), f"read ticket {reference}"
        with opened(self._config) as line:
            told = line.get(what, f"tickets/{number}", include="requester,company")
            messages = list(line.every(what, f"tickets/{number}/conversations"))
            with self._understood(what):
                return reading.ticket(told, messages, self._link(number), self._who(line))

    def changed(self, since: datetime) -> Sequence[str]:
        """The newest is asked for first: what changes meanwhile moves to pages that we had, and pushes others on.

        So none falls between two pages.
        """
        what = "list what changed"
        with opened(self._config) as line, self._understood(what):
            found = [str(each["id"]) for each in self._listed(line, what, since - OVERLAP)]
        return list(dict.fromkeys(reversed(found)))

    def receive(self, delivery: Delivery) -> Sequence[Received]:
        """A hint: `text` is the ticket to ask for anew. Whoever serves the path keeps it secret; nothing is signed."""
        return hints.received(delivery)

    def check(self) -> None:
        """Asks who we are."""
        with opened(self._config) as line, self._understood("say who we are"):
            line.get("say who we are", "agents/me")["id"]

    # ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def open(self, key: str, to: Correspondent, subject: str, text: str, leaving: Leaving = freely) -> str:
        """By mail, as a new ticket of theirs. It is known again by its tag."""
        what = f"open a ticket to {to.email}"
        with opened(self._config) as line:
            if there := self._opened(line, what, key):
                return there
            letter = {
                "email": to.email,
                **({"name": to.name} if to.name else {}),
                "subject": " ".join(subject.split()),
                "description": marks.written(key, text),
                "email_config_id": self._mailbox(line, what),
                "status": _OPEN,
                "priority": PRIORITIES[self._config.priority or "low"],
                "tags": [marks.tag(key), *self._tags()],
                **({"type": self._config.type} if self._config.type else {}),
            }
            return line.post(what, "tickets/outbound_email", letter, leaving)

    def reply(self, key: str, ticket: str, text: str, leaving: Leaving = freely) -> str:
        number, what = _number(ticket), f"answer in ticket {ticket}"
        sender = {"from_email": self._config.from_email} if self._config.from_email else {}
        with opened(self._config) as line:
            body = {"body": marks.written(key, text), **sender}
            return self._said(line, what, number, key, private=False) or line.post(
                what, f"tickets/{number}/reply", body, leaving
            )

    def note(self, key: str, ticket: str, text: str) -> str:
        number, what = _number(ticket), f"take a note in ticket {ticket}"
        with opened(self._config) as line:
            body = {"body": marks.written(key, text), "private": True}
            return self._said(line, what, number, key, private=True) or line.post(what, f"tickets/{number}/notes", body)

    # ── what becomes of it ─────────────────────────────────────────────────────────────────────────────────────────

    def assign(self, key: str, ticket: str, person: str) -> None:
        number, what = _number(ticket), f"assign ticket {ticket}"
        with opened(self._config) as line:
            agent = self._agent(line, what, person)
            self._change(line, what, number, lambda _: {"responder_id": agent})

    def mark(self, key: str, ticket: str) -> None:
        """What a person ranked higher stays so."""
        number, what = _number(ticket), f"mark ticket {ticket}"
        with opened(self._config) as line:
            self._change(line, what, number, self._marked)

    def close(self, key: str, ticket: str) -> None:
        number, what = _number(ticket), f"close ticket {ticket}"
        wanted = CLOSINGS[self._config.closes_as]
        with opened(self._config) as line:
            self._change(line, what, number, lambda told: {"status": _CLOSED if told["status"] == _CLOSED else wanted})

    # ── with a line ────────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def _understood(self, what: str) -> Iterator[None]:
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Failed(f"{self._config.domain} was asked to {what}, but its answer makes no sense.") from None

    def _said(self, line: Line, what: str, number: str, key: str, *, private: bool) -> str:
        """The message this key wrote already; the first, for later ones may quote it."""
        with self._understood(what):
            messages = line.every(what, f"tickets/{number}/conversations")
            return next((str(each["id"]) for each in messages if marks.is_ours(key, each, private=private)), "")

    def _opened(self, line: Line, what: str, key: str) -> str:
        """The ticket this key opened already: what is new is in the list at once, what is older in the search."""
        tag = marks.tag(key)
        with self._understood(what):
            listed = self._listed(line, what, datetime.now(UTC) - _REMEMBERED)
            if found := next((str(each["id"]) for each in listed if tag in (each.get("tags") or [])), ""):
                return found
            known = line.get(what, "search/tickets", query=f"\"tag:'{tag}'\"")["results"]
            return next((str(each["id"]) for each in known), "")

    def _listed(self, line: Line, what: str, since: datetime) -> Iterator[dict[str, Any]]:
        stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return line.every(what, "tickets", updated_since=stamp, order_by="updated_at", order_type="desc")

    def _change(
        self, line: Line, what: str, number: str, wanted: Callable[[dict[str, Any]], dict[str, object]]
    ) -> None:
        """Nothing, where it is so already: every change starts the account's automation rules."""
        with self._understood(what):
            told = line.get(what, f"tickets/{number}")
            changes = {name: value for name, value in wanted(told).items() if told.get(name) != value}
        if changes:
            line.put(what, f"tickets/{number}", changes)

    def _marked(self, told: dict[str, Any]) -> dict[str, object]:
        tags = list(told.get("tags") or [])
        rank = PRIORITIES.get(self._config.priority, 0)
        return {
            "tags": [*tags, *(tag for tag in self._tags() if tag not in tags)],
            "priority": max(rank, told["priority"]),
            **({"type": self._config.type} if self._config.type else {}),
        }

    def _tags(self) -> list[str]:
        return [self._config.tag] if self._config.tag else []

    def _agent(self, line: Line, what: str, person: str) -> int:
        with self._understood(what):
            for each in line.every(what, "agents", email=person):
                if (each["contact"].get("email") or "").casefold() == person.casefold():
                    return int(each["id"])
        raise Failed(
            f"{self._config.domain} has no agent with the address {person}: give them one there, or another person the"
            " role.",
            permanent=True,
        )

    def _mailbox(self, line: Line, what: str) -> int:
        """The mailbox that letters leave by: that of our address, else the account's first."""
        with self._understood(what):
            boxes = [each for each in line.every(what, "email_configs") if each.get("active", True)]
            wished = self._config.from_email.casefold()
            mine = [each for each in boxes if wished in ((each.get("reply_email") or "").casefold(), "")]
            mine.sort(key=lambda each: not each.get("primary_role"))
            if mine:
                return int(mine[0]["id"])
        raise Failed(
            f"{self._config.domain} sends no mail from {wished or 'any address'}: name one of its mailboxes in"
            " freshdesk.from_email."
        )

    def _who(self, line: Line) -> reading.Person:
        def who(number: int, agent: bool) -> Correspondent:
            if (number, agent) not in self._people:
                self._people[number, agent] = self._looked_up(line, number, agent=agent)
            return self._people[number, agent]

        return who

    def _looked_up(self, line: Line, number: int, *, agent: bool) -> Correspondent:
        """Whoever may not be seen, or is no longer there, stays unnamed."""
        try:
            told = line.get("say who wrote", f"{'agents' if agent else 'contacts'}/{number}")
        except Failed as no:
            if no.permanent or no.receiver:
                return Correspondent(email="")
            raise
        contact = told["contact"] if agent else told
        return Correspondent(email=contact.get("email") or "", name=contact.get("name") or "")

    def _link(self, number: str) -> str:
        return f"{self._config.address}/a/tickets/{number}"


def _number(reference: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,17}", reference):
        raise Failed(f"“{reference[:40]}” is no ticket of Freshdesk: they are numbers.", permanent=True)
    return reference
