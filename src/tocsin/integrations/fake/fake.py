"""Serves every port, each call by asking the fake world to do it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin.integrations.fake import inbound
from tocsin.integrations.fake.config import Config
from tocsin.integrations.fake.line import Line
from tocsin.ports import (
    Correspondent,
    Delivery,
    Leaving,
    Mail,
    Message,
    Pace,
    Publication,
    Published,
    Received,
    Remark,
    Ticket,
    freely,
)


class Fake:
    """Serves `Inbound`, and those of `Publisher`, `Mailer`, `Chat`, `Tickets`, `Pager` and `Tracker` its settings name.

    Whether it is `repeatable`, and its `pace`, is what its settings say, to stand for any integration there may be.
    """

    name = "Fake"

    def __init__(self, config: Config) -> None:
        self.repeatable: bool = config.repeatable
        self.pace: Pace | None = Pace(rate=config.rate) if config.rate else None
        self.serves: frozenset[str] = config.chosen
        self._secret = config.secret
        self._line = Line(port=config.port, timeout=config.timeout)

    def publish(self, publication: Publication) -> Published:
        answer = self._line.ask("publisher", "publish", _key(publication), vars(publication))
        return Published(path=answer["path"], commit=answer["commit"])

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        leaving()
        self._line.ask("mailer", "send", mail.key, vars(mail))

    def open_channel(self, key: str, name: str, topic: str) -> str:
        return self._do("chat", "open_channel", key, name=name, topic=topic)

    def invite(self, key: str, channel: str, people: Sequence[str]) -> None:
        self._do("chat", "invite", key, channel=channel, people=list(people))

    def post(self, key: str, channel: str, message: Message, thread: str = "") -> str:
        return self._do("chat", "post", key, channel=channel, message=vars(message), thread=thread)

    def archive(self, key: str, channel: str) -> None:
        self._do("chat", "archive", key, channel=channel)

    def ticket(self, reference: str) -> Ticket:
        told = self._line.ask("tickets", "ticket", "", {"reference": reference})
        remarks = [_remark(each) for each in told["remarks"]]
        return Ticket(
            reference=told["reference"], subject=told["subject"], by=_correspondent(told), at=_at(told),
            text=told["text"], remarks=tuple(remarks), company=told["company"], closed=told["closed"],
            ours=told["ours"],
        )  # fmt: skip

    def changed(self, since: datetime) -> Sequence[str]:
        found: list[str] = self._line.ask("tickets", "changed", "", {"since": since})["tickets"]
        return found

    def open(self, key: str, to: Correspondent, subject: str, text: str, leaving: Leaving = freely) -> str:
        leaving()
        return self._do("tickets", "open", key, to=vars(to), subject=subject, text=text)

    def reply(self, key: str, ticket: str, text: str, leaving: Leaving = freely) -> str:
        leaving()
        return self._do("tickets", "reply", key, ticket=ticket, text=text)

    def note(self, key: str, ticket: str, text: str) -> str:
        return self._do("tickets", "note", key, ticket=ticket, text=text)

    def assign(self, key: str, ticket: str, person: str) -> None:
        self._do("tickets", "assign", key, ticket=ticket, person=person)

    def mark(self, key: str, ticket: str) -> None:
        self._do("tickets", "mark", key, ticket=ticket)

    def close(self, key: str, ticket: str) -> None:
        self._do("tickets", "close", key, ticket=ticket)

    def page(self, key: str, people: Sequence[str], summary: str) -> str:
        return self._do("pager", "page", key, people=list(people), summary=summary)

    def resolve(self, key: str, page: str) -> None:
        self._do("pager", "resolve", key, page=page)

    def open_issue(self, key: str, title: str, text: str) -> str:
        return self._do("tracker", "open_issue", key, title=title, text=text)

    def receive(self, delivery: Delivery) -> Sequence[Received]:
        return inbound.received(self._secret, delivery)

    def _do(self, port: str, call: str, key: str, **payload: object) -> str:
        """The reference of what came of it, where there is one."""
        reference: str = self._line.ask(port, call, key, payload).get("reference", "")
        return reference


def _remark(told: Mapping[str, Any]) -> Remark:
    return Remark(
        reference=told["reference"], at=_at(told), by=_correspondent(told), text=told["text"], from_us=told["ours"],
        private=told["private"], ours=told["ours"],
    )  # fmt: skip


def _correspondent(told: Mapping[str, Any]) -> Correspondent:
    return Correspondent(email=told["by"].get("email", ""), name=told["by"].get("name", ""))


def _at(told: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(told["at"])


def _key(publication: Publication) -> str:
    """The same for the same report with the same content, wherever it was wished to stand."""
    return f"{publication.identity}:{_digest(publication.files)}"


def _digest(files: Mapping[str, bytes]) -> str:
    parts = sorted(f"{ending}:{hashlib.sha256(content).hexdigest()}" for ending, content in files.items())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
