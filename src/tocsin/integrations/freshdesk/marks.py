"""The mark that each of our words carries, by which we know it again. Freshdesk knows no keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from typing import Any

from tocsin.language.markup import as_html, tree
from tocsin.language.webpages import readable


def mark(key: str) -> str:
    """`Ref. 3f9a1c0b`: seen by people, who can quote it; what is hidden in a message does not always survive."""
    return f"Ref. {_digest(key)[:8]}"


def tag(key: str) -> str:
    """What a ticket is tagged with that this key opened."""
    return f"tocsin-{_digest(key)[:16]}"


def written(key: str, text: str) -> str:
    """Markdown as HTML, with the mark as its last line."""
    return f"{as_html(tree(text, breaks=True))}\n<p>{escape(mark(key))}</p>"


def is_ours(key: str, message: dict[str, Any], *, private: bool) -> bool:
    """Whether it is what this key wrote. What came in may only quote it."""
    if message.get("incoming") or bool(message.get("private")) != private:
        return False
    said = f"{message.get('body_text') or ''} {readable(message.get('body') or '')}"
    return re.search(rf"\b{re.escape(mark(key))}\b", said) is not None


def is_marked(text: str) -> bool:
    """Whether Tocsin wrote this plain text: the mark ends it, and is nobody's quote."""
    return re.search(r"(?:\A|\n)Ref\. [0-9a-f]{8}\s*\Z", text) is not None


def has_tag(tags: Iterable[str]) -> bool:
    """Whether Tocsin opened a ticket that is tagged so."""
    return any(re.fullmatch(r"tocsin-[0-9a-f]{16}", each) for each in tags)


def _digest(key: str) -> str:
    return sha256(key.encode(errors="surrogatepass")).hexdigest()
