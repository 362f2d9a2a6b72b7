"""Hands letters to the mail server, one connection for each."""

from __future__ import annotations

from tocsin.integrations.mail.addresses import named_address
from tocsin.integrations.mail.config import Config
from tocsin.integrations.mail.letters import written
from tocsin.integrations.mail.line import opened
from tocsin.ports import Leaving, Mail, Pace, freely


class Smtp:
    """Serves `Mailer`. A server does not know a letter again: one whose outcome nobody knows is left to a person."""

    repeatable = False

    def __init__(self, config: Config) -> None:
        self.pace: Pace | None = Pace(rate=config.rate, burst=10)
        self._config = config
        self._sender = named_address(config.sender)
        self._reply_to = named_address(config.reply_to) if config.reply_to else None

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        letter = written(mail, self._sender, self._reply_to)
        # We call ourselves by a name that DNS knows; this machine's own may be known to nobody, and slow to find out.
        with opened(self._config, helo=self._sender.domain) as line:
            line.hand_over(letter, leaving)

    def check(self) -> None:
        """Calls the server, and is greeted, encrypted and logged in as for a letter."""
        with opened(self._config, helo=self._sender.domain):
            pass
