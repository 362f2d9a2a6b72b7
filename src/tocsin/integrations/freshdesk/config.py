"""What an operator sets about Freshdesk: which account, by which key, and what becomes of a ticket."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.core.refused import Refused
from tocsin.settings import Secret, setting

PRIORITIES = {"low": 1, "medium": 2, "high": 3, "urgent": 4}
CLOSINGS = {"resolved": 4, "closed": 5}
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,61}\.freshdesk\.com")
_HERE = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[1-9][0-9]{0,4})?")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Which account, and what is done to its tickets."""

    domain: str = setting("the account", "openshore.freshdesk.com; its own name for it will not do")
    key: Secret = setting("the API key of the agent that Tocsin writes as", "env:NAME or file:PATH")
    type: str = setting("the type a ticket gets that is an incident", "empty: it keeps its own", default="Incident")
    tag: str = setting("a tag it gets", "tocsin", default="")
    priority: str = setting(
        "the priority it is raised to", "low, medium, high or urgent; empty: it keeps its own", default="high"
    )
    closes_as: str = setting("what it becomes when it is over", "closed or resolved", default="closed")
    from_email: str = setting(
        "the address people are answered from", "support@openshore.org; empty: as Freshdesk does", default=""
    )
    timeout: float = setting("how long to wait for an answer", "in seconds, at most 60", default=30.0)
    rate: float = setting(
        "how many things are done a second", "each takes two or three calls of what your plan allows", default=0.5
    )

    def __post_init__(self) -> None:
        if not (_ACCOUNT.fullmatch(self.domain) or _HERE.fullmatch(self.domain)):
            raise Refused("The setting “freshdesk.domain” has to be the account's name, as openshore.freshdesk.com.")
        _check_choice("closes_as", self.closes_as, CLOSINGS)
        _check_choice("priority", self.priority, {"": 0, **PRIORITIES})
        if self.from_email and not _ADDRESS.fullmatch(self.from_email):
            raise Refused("The setting “freshdesk.from_email” has to be a mail address, without a name.")
        if self.tag != self.tag.strip() or len(self.tag) > 32 or "," in self.tag:
            raise Refused("The setting “freshdesk.tag” has to be one tag: at most 32 letters, and no comma.")
        _check_range("timeout", self.timeout, 0.01, 60)
        _check_range("rate", self.rate, 0.001, 1000)

    @property
    def address(self) -> str:
        """Where the account is, for people and for us."""
        return self.domain if self.here else f"https://{self.domain}"

    @property
    def here(self) -> bool:
        """On this machine, where nobody can listen in: to try Tocsin."""
        return self.domain.startswith("http://")


def _check_choice(name: str, told: str, choices: dict[str, int]) -> None:
    if told not in choices:
        listed = ", ".join(each for each in choices if each)
        raise Refused(f"The setting “freshdesk.{name}” has to be one of: {listed}.")


def _check_range(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # which is true of “nan”, too
        raise Refused(f"The setting “freshdesk.{name}” has to lie between {least} and {most}.")
