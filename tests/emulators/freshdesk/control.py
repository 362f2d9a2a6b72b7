"""The door behind the API, for tests: `POST /_emulator/NAME` with a JSON object, `GET /_emulator/NAME`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock, Thread
from typing import Any

from tests.emulators.freshdesk.desk import Desk, Thing
from tests.emulators.freshdesk.troubles import Trouble
from tests.emulators.freshdesk.webhooks import FORMS, deliver, fields


@dataclass(kw_only=True)
class Account:
    """The desk, and what is wrong with the line to it."""

    key: str
    limit: int
    """Calls a minute."""
    desk: Desk = field(default_factory=Desk)
    troubles: list[Trouble] = field(default_factory=list)
    late: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    calls: deque[datetime] = field(default_factory=deque)
    """When the calls of the last minute came."""
    asked: list[Thing] = field(default_factory=list)
    rules: list[Thing] = field(default_factory=list)
    """Automation rules: a `url`, a `form`, how many `times` each delivery comes."""
    lock: RLock = field(default_factory=RLock)

    def spend(self) -> tuple[int, float]:
        """What is left of the minute's calls, one less for this; and in how many seconds there will be more."""
        now = self.desk.clock
        while self.calls and now - self.calls[0] >= timedelta(minutes=1):
            self.calls.popleft()
        if len(self.calls) >= self.limit:
            return -1, 60 - (now - self.calls[0]).total_seconds()
        self.calls.append(now)
        return self.limit - len(self.calls), 0

    def settle(self) -> None:
        """Does what was late, where its time has come."""
        due = [each for each in self.late if each[0] <= self.desk.clock]
        self.late = [each for each in self.late if each not in due]
        for _, do in due:
            do()


def control(account: Account, name: str, told: Thing) -> Any:
    """What a test asked of the door; KeyError where there is no such thing."""
    return _DOORS[name](account, **told)


def _reset(account: Account, **told: Any) -> None:
    account.desk, account.limit = Desk(), told.get("limit", account.limit)
    for each in (account.troubles, account.late, account.calls, account.asked, account.rules):
        each.clear()


def _set(account: Account, **told: Any) -> None:
    if "limit" in told:
        account.limit = told["limit"]
    if "mandatory" in told:
        account.desk.mandatory = told["mandatory"]
    if "index_lag" in told:
        account.desk.index_lag = timedelta(seconds=told["index_lag"])


def _forward(account: Account, seconds: float) -> None:
    account.desk.ahead += timedelta(seconds=seconds)
    account.settle()


def _ticket(account: Account, email: str, name: str = "", company: str = "", **told: Any) -> Thing:
    """Somebody outside asks for help, by mail."""
    desk = account.desk
    known = {each["name"]: each for each in desk.companies.values()}
    theirs = (known.get(company) or desk.company(company, [email.partition("@")[2]]))["id"] if company else None
    made = desk.ticket(desk.contact(email, name, theirs), told)
    _follow_rules(account, made)
    return made


def _customer_reply(account: Account, ticket: int, body: str, email: str | None = None) -> Thing:
    said = account.desk.customer_reply(account.desk.tickets[ticket], body, email)
    _follow_rules(account, account.desk.tickets[ticket])
    return said


def _webhook(account: Account, url: str, ticket: int, form: str = "simple", times: int = 1) -> list[int]:
    kind, body = FORMS[form](fields(account.desk, account.desk.tickets[ticket]))
    return [deliver(url, kind, body) for _ in range(times)]


def _follow_rules(account: Account, ticket: Thing) -> None:
    """They run by themselves, a moment later, and whoever did it does not wait for them."""
    for rule in account.rules:
        kind, body = FORMS[rule.get("form", "simple")](fields(account.desk, ticket))
        for _ in range(rule.get("times", 1)):
            Thread(target=deliver, args=(rule["url"], kind, body), daemon=True).start()


def _agent_reply(account: Account, ticket: int, body: str) -> Thing:
    return account.desk.reply(account.desk.tickets[ticket], {"body": body})


def _agent_note(account: Account, ticket: int, body: str) -> Thing:
    return account.desk.say(account.desk.tickets[ticket], body, private=True, source=2)


def _change(account: Account, ticket: int, **told: Any) -> Thing:
    found = account.desk.tickets[ticket]
    account.desk.change(found, told)
    return found


def _backdate(account: Account, ticket: int, at: str) -> None:
    """It was made and last changed then."""
    account.desk.tickets[ticket] |= {"created_at": at, "updated_at": at}


_DOORS: dict[str, Callable[..., Any]] = {
    "reset": _reset,
    "set": _set,
    "forward": _forward,
    "trouble": lambda account, **told: account.troubles.append(Trouble(**told)),
    "peace": lambda account: account.troubles.clear(),
    "ticket": _ticket,
    "contact": lambda account, **told: account.desk.contact(**told),
    "company": lambda account, **told: account.desk.company(**told),
    "agent": lambda account, **told: account.desk.agent(**told),
    "mailbox": lambda account, **told: account.desk.mailbox(**told),
    "customer_reply": _customer_reply,
    "agent_reply": _agent_reply,
    "agent_note": _agent_note,
    "change": _change,
    "backdate": _backdate,
    "remove": lambda account, ticket: account.desk.tickets.pop(ticket),
    "webhook": _webhook,
    "rule": lambda account, **told: account.rules.append(told),
    "mailed": lambda account: account.desk.mailed,
    "asked": lambda account: account.asked,
    "tickets": lambda account: list(account.desk.tickets.values()),
    "messages": lambda account: account.desk.messages,
}
