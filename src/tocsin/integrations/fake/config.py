"""What can be set about the fake: which world it asks, and how it passes itself off."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from tocsin.core.refused import Refused
from tocsin.integrations import PORTS
from tocsin.settings import Secret, setting

SERVED = tuple(port for port in PORTS if port != "inbox")
"""A mailbox it has none: whoever writes to it writes a ticket."""
_ADDRESS = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]{0,4})")


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where the fake world is, and what is asked of it."""

    address: str = setting(
        "the address of the fake world", "As `http://127.0.0.1:8025`; it lives on this machine, and nowhere else."
    )
    ports: str = setting("what it serves", "Names of ports, as `mailer chat`.", default=" ".join(SERVED))
    repeatable: bool = setting(
        "whether a try may be repeated", "`false` for a world that does again what it is asked again.", default=True
    )
    rate: float = setting("how many calls a second it likes", "0 for as fast as we can.", default=0.0)
    secret: Secret | None = setting(
        "the secret that what comes in is signed with", "Without one, nothing that comes in is believed.", default=None
    )
    timeout: float = setting("how long to wait for an answer", "In seconds.", default=5.0)

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise Refused(
                "The setting “fake.address” has to be like http://127.0.0.1:8025: the fake is never elsewhere."
            )
        if unknown := sorted(self.chosen - set(SERVED)):
            raise Refused(f"There is no port “{unknown[0]}” for “fake.ports”. There are: {', '.join(SERVED)}.")
        if not self.chosen:
            raise Refused("The setting “fake.ports” has to name a port at least: mailer chat.")
        if not 0 <= self.rate < math.inf:
            raise Refused("The setting “fake.rate” has to be a number of calls a second, or 0.")
        if not 0 < self.timeout < math.inf:
            raise Refused("The setting “fake.timeout” has to be a number of seconds, more than 0.")

    @property
    def port(self) -> int:
        """Where on this machine; 0 where the address will not do."""
        found = _ADDRESS.fullmatch(self.address)
        return int(found[1]) if found else 0

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(self.ports.split())
