"""What people wrote, ready for the template: a tree in which each word that may be too wide stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from tocsin.core.links import is_address
from tocsin.language.markup import Node, tree
from tocsin.report.links import parts

LONG, LONG_IN_CELLS = 30, 8
"""The template measures words of more letters than these, and breaks those that are wider than what they stand in."""


def prose(text: str, *, breaks: bool = False) -> list[Node]:
    """The blocks of a Markdown text."""
    return _blocks(tree(text, breaks=breaks))


def commanded(nodes: Sequence[Node]) -> list[Node]:
    """A command that stands alone at the beginning is one listing with what it printed, which follows."""
    match nodes:
        case [{"t": "p", "c": [{"t": "code", "s": command}]}, {"t": "code"} as printed, *rest]:
            return [{**printed, "command": [command]}, *rest]
        case [{"t": "p", "c": [{"t": "code", "s": command}]}, *rest]:
            return [{"t": "code", "s": "", "command": [command]}, *rest]
        case _:
            return list(nodes)


def one_line(text: str) -> str:
    return " ".join(text.split())


def plain(text: str, *, links: bool = True) -> list[Node]:
    """A text on one line, in which nothing is markup but the web addresses, which are links."""
    text = one_line(text)
    pieces = parts(text) if links else [(text, False)] if text else []
    return _inlines([_linked(piece) if found else {"t": "text", "s": piece} for piece, found in pieces], LONG_IN_CELLS)


_ISSUE = re.compile(
    r"https?://[^?#]*/([^/?#]*\w[^/?#]*)/(?:-/)?(?:issues|pull|pulls|merge_requests)/(\d+)", re.IGNORECASE
)
_HOST = re.compile(r"https?://([^/?#]+)", re.IGNORECASE)


def link(address: str) -> list[Node]:
    """A link in few words, `hubs#816` or `wiki.example.org`; what is no web address is words alone."""
    if not is_address(address):
        return plain(address)
    issue, host = _ISSUE.match(address), _HOST.match(address)
    shown = f"{issue[1]}#{issue[2]}" if issue else host[1] if host else address
    return _inlines([_linked(address, shown)], LONG_IN_CELLS)


def _linked(address: str, shown: str = "") -> Node:
    return {"t": "link", "to": address, "c": [{"t": "text", "s": shown or address}]}


def _blocks(nodes: Sequence[Node]) -> list[Node]:
    return [_block(node) for node in nodes]


def _block(node: Node) -> Node:
    match node:
        case {"t": "p" | "h", "c": inlines}:
            return {**node, "c": _inlines(inlines, LONG)}
        case {"t": "ul" | "ol", "items": items}:
            return {**node, "items": [_blocks(item) for item in items]}
        case {"t": "quote", "c": blocks}:
            return {**node, "c": _blocks(blocks)}
        case {"t": "table", "head": head, "rows": rows}:
            return {**node, "head": _cells(head), "rows": [_cells(row) for row in rows]}
        case other:
            return other


def _cells(row: Sequence[list[Node]]) -> list[list[Node]]:
    return [_inlines(cell, LONG_IN_CELLS) for cell in row]


def _inlines(nodes: Sequence[Node], most: int) -> list[Node]:
    leaves = list(_leaves(nodes, most))
    cut = len(leaves) > 1 and _longest("".join(leaves)) > max(most, *map(_longest, leaves))
    return [each for node in nodes for each in _inline(node, most, cut)]


def _inline(node: Node, most: int, cut: bool) -> Iterator[Node]:
    match node:
        case {"t": "text", "s": text}:
            yield from _words(text, most, cut)
        case {"t": "code"} if cut:
            yield {**node, "cut": True}
        case {"t": "picture", "s": text, "to": to}:
            yield {"t": "picture", "c": list(_words(f"[picture: {text}, {to}]", most, cut))}
        case {"t": "link", "to": to, "c": inside}:
            shown = [each for inner in inside for each in _inline(inner, most, cut)]
            yield from _link(_ascii(to), shown, to)
        case {"t": "em" | "strong", "c": inside}:
            yield {**node, "c": [each for inner in inside for each in _inline(inner, most, cut)]}
        case other:
            yield other


_LONGEST_ADDRESS = 2000
"""No reader of PDFs follows more, and Typst refuses four times that."""


def _link(target: str, shown: list[Node], to: str) -> Iterator[Node]:
    if not shown:
        return
    if len(target) <= _LONGEST_ADDRESS:
        yield {"t": "link", "to": target, "c": shown}
    else:
        yield from [*shown, {"t": "text", "s": " ("}, {"t": "long", "s": to}, {"t": "text", "s": ")"}]


def _ascii(address: str) -> str:
    """What is not ASCII is written in per cent, as it is sent anyway."""
    return quote(address.encode("utf-8", "replace"), safe="%/:=&?~#+!$,;'@()*[]")


# ── words that may be too wide ─────────────────────────────────────────────────────────────────────────────────────


_LETTER = "(?:\\S|[\xa0\u2007\u202f])"
"""Or a space at which no line breaks."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def _is_breakable(text: str, most: int) -> bool:
    """An address in which letters, digits and signs take turns: Typst breaks it well by itself."""
    return bool(_ADDRESS.match(text)) and not re.search(
        rf"[^\W\d_]{{{most + 1},}}|\d{{{most + 1},}}|[\W_]{{{most + 1},}}", text
    )


def _words(text: str, most: int, cut: bool) -> Iterator[Node]:
    """The text, its long words as nodes of their own.

    `cut`: this text and its neighbours make a long word together, so those at its ends may be broken too.
    """
    long = f"{_LETTER}{{{most + 1},}}"
    for number, piece in enumerate(re.split(rf"({long}|\A\S*\w\S*|\S*\w\S*\Z)" if cut else f"({long})", text)):
        if number % 2 and not _is_breakable(piece, most):
            yield {"t": "long", "s": piece, **({"cut": True} if cut else {})}
        elif piece:
            yield {"t": "text", "s": piece}


def _leaves(nodes: Sequence[Node], most: int) -> Iterator[str]:
    """All text, with a space for whatever a line can be broken beside."""
    for node in nodes:
        match node:
            case {"t": "br"}:
                yield " "
            case {"c": inside}:
                yield from _leaves(inside, most)
            case {"t": kind, "s": text}:
                yield " " if _is_breakable(text, most) or (kind == "code" and len(text) <= _BOXED) else text


_BOXED = 40
"""So short a piece of code stands in a box of its own."""


def _longest(text: str) -> int:
    return max(map(len, text.split()), default=0)
