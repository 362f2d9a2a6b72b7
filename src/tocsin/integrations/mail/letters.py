"""Writes a letter, so that what people wrote arrives as they wrote it and stays where it belongs.

The head is written here, not with `EmailMessage`: that one decodes a subject which looks encoded, and loses spaces
where it folds. Python's older `Header` does neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tocsin.core.refused import Refused
from tocsin.integrations.mail.addresses import Address, address
from tocsin.ports import Failed, Mail

_KEY = re.compile(r"[A-Za-z0-9.-]{1,200}")
_LONGEST_THREAD = 20
_THEIRS = re.compile(r"[!-;=?-~]{1,900}")
"""What others may call their letters; what could begin another line of the head is left out."""
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_IN_A_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # it could command a reader's terminal
_BODY = SMTP.clone(cte_type="7bit", max_line_length=76)  # not every server takes more


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is handed over: the envelope, and the letter in it."""

    sender: Address
    receiver: Address
    content: bytes
    international: bool
    """Somebody in it has an address that only SMTPUTF8 can carry."""


def written(mail: Mail, sender: Address, reply_to: Address | None) -> Letter:
    receiver = _address(mail.to)
    reply_to = _address(mail.reply_to) if mail.reply_to else reply_to
    head = {
        "From": _mailbox(sender, sender.name),
        "To": _mailbox(receiver, mail.name),
        **({"Reply-To": _mailbox(reply_to, reply_to.name)} if reply_to else {}),
        "Subject": _encoded("Subject", one_line(mail.subject)),
        "Date": format_datetime(mail.at.astimezone(UTC)),
        **_thread(mail, sender.domain),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    international = any(each.international for each in (sender, receiver, reply_to) if each)
    return Letter(
        sender=sender, receiver=receiver, content=lines.encode() + _body(mail.text), international=international
    )


def one_line(text: str) -> str:
    """Without what could begin another line of the head, and without halves of characters."""
    return _NOT_IN_A_LINE.sub(" ", text).strip(" ")


def _address(text: str) -> Address:
    try:
        return address(text)
    except Refused as no:
        raise Failed(str(no), permanent=True) from None


def _mailbox(owner: Address, name: str) -> str:
    line = " ".join(one_line(name).split())  # readers do not agree on other spaces in a name
    return f"{_encoded('To', line, quoted=True)} <{owner}>" if line else str(owner)


def _encoded(header: str, line: str, *, quoted: bool = False) -> str:
    if not line.isascii() or "=?" in line or "  " in line or len(line) > 60:
        return Header(line, charset="utf-8", header_name=header, maxlinelen=76).encode(linesep="\r\n")
    return '"{}"'.format(line.replace("\\", "\\\\").replace('"', '\\"')) if quoted else line


def _thread(mail: Mail, domain: str) -> dict[str, str]:
    """A long thread keeps its first letter, by which programs gather it, and the latest.

    Where somebody wrote to us, the thread is theirs, and this is an answer to their latest letter.
    """
    theirs = [f"<{identity}>" for identity in mail.answers if _THEIRS.fullmatch(identity)]
    ours = [_identity(key, domain) for key in mail.thread]
    thread = [*theirs[:1], *ours, *theirs[1:]]
    kept = thread if len(thread) <= _LONGEST_THREAD else [thread[0], *thread[1 - _LONGEST_THREAD :]]
    answers = {"In-Reply-To": (theirs or ours)[-1], "References": "\r\n ".join(kept)} if thread else {}
    return {"Message-ID": _identity(mail.key, domain), **answers}


def _identity(key: str, domain: str) -> str:
    if not _KEY.fullmatch(key):
        raise Failed(
            f"“{one_line(key)[:100]}” cannot be the key of a letter: it takes letters, digits, hyphens and dots.",
            permanent=True,
        )
    return f"<{key}@{domain}>"


def _body(text: str) -> bytes:
    """With the head lines that say how it is encoded, and the empty line."""
    body = EmailMessage(policy=_BODY)
    body.set_content(_NOT_IN_A_TEXT.sub(" ", re.sub(r"\r\n?", "\n", text)))
    return body.as_bytes()
