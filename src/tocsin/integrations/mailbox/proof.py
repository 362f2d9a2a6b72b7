"""Whether our own mail server says that a letter comes from where it says.

Anybody can write `Authentication-Results` into a letter. Ours is the topmost, and bears the name the operator gave;
that a server removes what others wrote under its name is its own duty (RFC 8601, section 5).
"""

from __future__ import annotations

import re

from tocsin.integrations.mailbox.heads import Head
from tocsin.integrations.mailbox.people import LONGEST, domain, mailboxes
from tocsin.language.hosts import in_ascii

_LONGEST = 8_000
_PIECE = re.compile(r'\\.|[();"]|[^\\();"]+|.', re.DOTALL)
_RESULT = re.compile(r"\s*([\w-]+)(?:\s*/\s*\d+)?\s*=\s*(\w+)")
_PROPERTY = re.compile(r"([\w-]+\.[\w-]+)\s*=\s*(\S+)")


def proven(head: Head, trusts: str) -> bool:
    """By DMARC; or by DKIM or SPF for the domain that stands in `From`."""
    results = head.every("authentication-results")
    if not trusts or not results:
        return False
    server, *said = _clauses(results[0][:_LONGEST])
    if server.split()[:1] != [trusts.lower()]:
        return False
    sender = _sender(head)
    found = [_read(clause) for clause in said]
    if not sender or any(method == "dmarc" and result == "fail" for method, result, _ in found):
        return False
    return any(_vouches(method, result, of, sender) for method, result, of in found)


def _sender(head: Head) -> str:
    """Its domain; empty where it is not clear which one."""
    fields = head.every("from")
    found = mailboxes(fields[0][:LONGEST]) if len(fields) == 1 else []
    return _ascii(domain(found[0].email)) if len(found) == 1 else ""


def _clauses(value: str) -> list[str]:
    """Without comments, which may hold others; in quotes, nothing begins another clause."""
    said, depth, quoted = [""], 0, False
    for piece in _PIECE.findall(value.lower()):
        if piece == '"' and not depth:
            quoted = not quoted
        elif quoted:
            said[-1] += re.sub(r"[;=\s]", "_", piece)
        elif piece in ("(", ")"):
            depth = depth + 1 if piece == "(" else max(depth - 1, 0)
        elif not depth and piece == ";":
            said.append("")
        elif not depth:
            said[-1] += piece
    return said


def _read(clause: str) -> tuple[str, str, dict[str, str]]:
    found = _RESULT.match(clause)
    return (found[1], found[2], dict(_PROPERTY.findall(clause[found.end() :]))) if found else ("", "", {})


def _vouches(method: str, result: str, of: dict[str, str], sender: str) -> bool:
    if result != "pass":
        return False
    match method:
        case "dmarc":
            return _ascii(domain(of.get("header.from", sender))) == sender
        case "dkim":
            return _covers(of.get("header.d") or of.get("header.i", ""), sender)
        case "spf":
            return _covers(of.get("smtp.mailfrom", ""), sender)
    return False


def _covers(owner: str, sender: str) -> bool:
    """Who owns a domain owns what lies below; the other way round only a list of all registries could tell."""
    known = _ascii(domain(owner))
    return "." in known and (sender == known or sender.endswith(f".{known}"))


def _ascii(name: str) -> str:
    try:
        return in_ascii(name)
    except ValueError:
        return ""
