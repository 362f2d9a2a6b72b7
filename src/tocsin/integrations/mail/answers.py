"""What the server answered, and what a refusal or a break means for the letter.

Only what is wrong with the receiver or the letter is permanent. What an operator can mend (the certificate, the
password, the sender) is tried again, for nothing promised may be lost meanwhile.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass

from tocsin.integrations.mail.config import Config
from tocsin.integrations.mail.login import Login
from tocsin.ports import Failed

_LONGEST = 300
_OUR_FAULT = {500, 502, 503, 504, 530, 534, 535, 538}
"""Not understood, out of order, or not logged in as the server wants it: no word about the receiver or the letter."""
_STATUS = re.compile(r"4\.\d+\.\d+\b")
_ABOUT_IT = ("4.1.", "4.2.", "4.6.")
"""The address, the mailbox, the content (RFC 3463); 450 says of the mailbox the same without such a status."""
WHOLE = 10
"""How many times as long as for one answer we wait for all of them, up to the letter."""


class TooSlow(TimeoutError):
    """Every answer came in time, but all of them together did not."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    code: int
    """-1: it was no answer of a mail server."""
    said: str
    """One line that can be shown to everybody."""

    @property
    def fine(self) -> bool:
        return 200 <= self.code < 300

    @property
    def understood(self) -> bool:
        """A clear yes or no."""
        return self.fine or 400 <= self.code < 600

    @property
    def condemns_letter(self) -> bool:
        return 500 <= self.code < 600 and self.code not in _OUR_FAULT

    @property
    def condemns_receiver(self) -> bool:
        """5.7.x is about what we may (to relay, say), not about who the receiver is."""
        return self.condemns_letter and not self.said.startswith("5.7.")

    @property
    def concerns_receiver(self) -> bool:
        """Said to a receiver's address: the server is well. With 421 it takes leave of everybody."""
        return self.condemns_receiver or (400 <= self.code < 500 and self.code != 421)

    @property
    def concerns_letter(self) -> bool:
        """Said to the letter: about it or its receiver; what is refused for now is mostly the server's own trouble."""
        about_it = self.said.startswith(_ABOUT_IT) if _STATUS.match(self.said) else self.code == 450
        return self.condemns_letter or (400 <= self.code < 500 and self.code != 421 and about_it)

    def refusing(self, host: str, what: str, *, permanent: bool = False, receiver: bool = False) -> Failed:
        quoted = f"“{self}”" if str(self) else "nothing"
        if not 400 <= self.code < 600:
            return Failed(f"{host} does not answer as a mail server does, when asked to take {what}: {quoted}.")
        for_now = " for now" if self.code < 500 else ""
        return Failed(f"{host} refused {what}{for_now}: {quoted}.", permanent=permanent, receiver=receiver)

    def __str__(self) -> str:
        return f"{self.code} {self.said}".strip() if self.code >= 0 else self.said


def answer(code: int, words: bytes, login: Login) -> Answer:
    """Secrets are masked before the line is cut, so that no half of one stays."""
    text = login.masked(words.decode(errors="replace"))
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return Answer(code=code, said=line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")


def broken(config: Config, error: OSError) -> Failed:
    """The failure of a line that broke before the letter was handed over."""
    where = f"{config.host} on port {config.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return Failed(
                f"The certificate of {where} cannot be trusted: {error.verify_message.rstrip('.')}. If it is your own,"
                " name a file with it in mail.ca."
            )
        case ssl.SSLError():
            return Failed(
                f"There is no encrypted connection to {where} ({error.reason or 'it was cut'}): see whether mail.port"
                " and mail.encryption belong together."
            )
        case TooSlow():
            return Failed(f"{where} is too slow: it did not take the letter within {config.timeout * WHOLE:g} seconds.")
        case TimeoutError():
            return Failed(f"{where} did not answer within {config.timeout:g} seconds.")
        case smtplib.SMTPServerDisconnected():
            return Failed(f"{where} hung up before it had the letter.")
    return Failed(f"There is no connection to {where}: {error.strerror or type(error).__name__}.")


def unknown(config: Config, why: str) -> Failed:
    """Nobody knows what became of a letter that was handed over."""
    return Failed(
        f"{config.host} had the whole letter when {why}: it may have arrived, or not. Ask its receiver, or look into"
        " the log of the mail server.",
        unsure=True,
    )
