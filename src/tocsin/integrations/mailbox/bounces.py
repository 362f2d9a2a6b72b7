"""What a mail server tells us of letters of ours that it could not deliver."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.integrations.mailbox.automatic import nobody_sent
from tocsin.integrations.mailbox.heads import Head, one_line, parted
from tocsin.integrations.mailbox.parts import Part
from tocsin.integrations.mailbox.people import author, mailboxes
from tocsin.ports import Bounce

_MOST = 100
_IDENTITY = re.compile(r"<([^<>\s]{1,900})>")
_RETURNED = re.compile(r"(?im)^message-id:\s*<([^<>\s]{1,900})>")
_FAILED = re.compile(r"(?m)^<([^<>\s@]+@[^<>\s@]+)>:[ \t]*\n?(.*)")
_DAEMONS = {"mailer-daemon", "postmaster", "mail-daemon"}


def bounces(whole: Part) -> tuple[Bounce, ...]:
    """None for a letter that tells of none."""
    reports = whole.every("message/delivery-status", "message/global-delivery-status")
    if whole.kind == "multipart/report" and reports:
        letter = _returned(whole)
        return tuple(each for report in reports for each in _reported(report, letter))[:_MOST]
    return tuple(_told(whole))[:_MOST] if _from_a_daemon(whole.head) else ()


def _reported(report: Part, letter: str) -> Iterator[Bounce]:
    """As RFC 3464 has it: first about the letter, then about each receiver."""
    for block in re.split(rb"(?:\r?\n){2,}", report.bytes.strip())[: _MOST + 1]:
        about, _ = parted(block + b"\n\n")
        action = about.mere("action")
        if action in ("failed", "delayed"):
            yield Bounce(address=_whom(about), letter=letter, why=_why(about), for_good=action == "failed")


def _whom(about: Head) -> str:
    """The one we wrote to, rather than where it was forwarded."""
    for name in ("original-recipient", "final-recipient"):
        _, _, address = about.first(name).rpartition(";")
        if address.strip():
            return one_line(address, 320).strip("<>").lower()
    return ""


def _why(about: Head) -> str:
    _, _, said = about.first("diagnostic-code").partition(";")
    return one_line(said or about.first("diagnostic-code") or about.first("status"), 300)


def _returned(whole: Part) -> str:
    """Ours, as it came back: whole, or its head alone."""
    for part in whole.every("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"):
        head, _ = parted(part.bytes)
        if found := _IDENTITY.search(head.first("message-id")):
            return found[1]
    return ""


def _from_a_daemon(head: Head) -> bool:
    return author(head).email.partition("@")[0].lower() in _DAEMONS and (
        nobody_sent(head) or bool(head.first("x-failed-recipients")) or not head.first("return-path")
    )


def _told(whole: Part) -> Iterator[Bounce]:
    """In words of their own, as Exim and qmail do."""
    text = "\n".join(part.text[:20_000] for part in whole.every("text/plain"))
    found = _RETURNED.search(text)
    letter = _returned(whole) or (found[1] if found else "")
    failed = [each.email.lower() for each in mailboxes(whole.head.first("x-failed-recipients"))]
    if failed:
        yield from (Bounce(address=each, letter=letter, why=_said_of(text, each)) for each in failed)
    else:
        for address, why in _FAILED.findall(text):
            yield Bounce(address=address.lower(), letter=letter, why=one_line(why, 300))


def _said_of(text: str, address: str) -> str:
    """The line after the address."""
    lines = [line.strip() for line in text.split("\n")]
    after = next((n + 1 for n, line in enumerate(lines) if address in line.lower()), len(lines))
    return one_line(next((line for line in lines[after:] if line), "It could not be delivered."), 300)
