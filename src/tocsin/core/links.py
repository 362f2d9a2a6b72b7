"""Addresses in what people write, and what they point at."""

from __future__ import annotations

import re
from typing import Literal

LinkKind = Literal["issue", "pull-request", "ticket", "page"]

# It ends where the text of a Markdown link does, and begins only before a place, so that it hides no other.
_ADDRESS = re.compile(r"https?://(?=[^/?#]*\w)(?:(?!\]\()[^\s<>\"'`\\^{|}\x00-\x20“”„‘’«»])+", re.IGNORECASE)
_PLACE = re.compile(r"https?://[^/?#]*\w", re.IGNORECASE)
_KINDS: tuple[tuple[re.Pattern[str], LinkKind], ...] = (
    (re.compile(r"/(?:pull|pulls|merge_requests)/\d+"), "pull-request"),
    (re.compile(r"/issues/\d+"), "issue"),
    (re.compile(r"/(?:tickets|ticket|helpdesk/tickets)/\d+"), "ticket"),
)


def addresses(text: str) -> tuple[str, ...]:
    """Every web address in a text, once each, in order, without the punctuation of the sentence around it."""
    found = (_trimmed(match[0]) for match in _ADDRESS.finditer(text))
    return tuple(dict.fromkeys(address for address in found if _PLACE.match(address)))


def address_at(text: str, start: int) -> str:
    """The web address that begins there, as `addresses` would find it; empty where none does."""
    found = _ADDRESS.match(text, start)
    address = _trimmed(found[0]) if found else ""
    return address if _PLACE.match(address) else ""


def is_address(text: str) -> bool:
    """Whether a text is one web address, and nothing else."""
    return bool(_PLACE.match(text)) and not any(character.isspace() for character in text)


def link_kind(address: str) -> LinkKind:
    """What an address points at, by its form."""
    return next((kind for pattern, kind in _KINDS if pattern.search(address)), "page")


def _trimmed(address: str) -> str:
    """Without the full stop of the sentence, and without brackets that the address does not open itself."""
    surplus = {last: address.count(last) - address.count(first) for first, last in ("()", "[]")}
    end = len(address)
    while end and (address[end - 1] in ".,;:!?*_~" or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        end -= 1
    return address[:end]
