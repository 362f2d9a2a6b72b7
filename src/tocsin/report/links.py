"""Web addresses in plain words, and those that the words leave out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tocsin.core.links import addresses


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, and of each whether it is a web address."""
    # The longest first: one address may be the beginning of another.
    found = sorted(addresses(text), key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, found))})", text) if found else [text]
    yield from ((piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece)


def unsaid(links: Iterable[str], text: str) -> tuple[str, ...]:
    """The links that the text itself does not show."""
    shown = addresses(text)
    return tuple(link for link in links if link not in shown)
