"""A mail server that delivers nothing: it shows what it is given."""

from __future__ import annotations

from asyncio import Server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tocsin.integrations.mail import Config, Smtp

SENDER = "Openshore incidents <incidents@openshore.example>"


@contextmanager
def sink(show: Callable[[EmailMessage], None]) -> Iterator[Smtp]:
    """A mailer whose letters end here, on this machine, whoever they are addressed to."""
    server = _OnAFreePort(_Taking(show), hostname="127.0.0.1", port=0)
    server.start()
    try:
        yield Smtp(Config(host="127.0.0.1", port=server.port, encryption="none", sender=SENDER, rate=1000.0))
    finally:
        server.stop()


class _OnAFreePort(Controller):
    """To see that it has started it is called once, at its port, which is known only now."""

    def _trigger_server(self) -> None:
        if isinstance(self.server, Server):
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class _Taking:
    def __init__(self, show: Callable[[EmailMessage], None]) -> None:
        self._show = show

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 — its name there
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self._show(message)
        return "250 Shown"
