"""The tree as plain text: for a letter, and for a search."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from markdown_it.common.normalize_url import normalizeLinkText

from tocsin.language.markup.parse import Node

WIDTH = 76
"""A table that is wider does not stay one in a letter."""


def as_plain(nodes: list[Node]) -> str:
    """Text for a letter: nothing is lost, and it still looks like what it is."""
    return "\n\n".join(map(_block, nodes))


def words(nodes: list[Node]) -> str:
    """All that is said, a line for each block, and what is only there to be followed or to colour code."""
    return "\n".join(chain.from_iterable(map(_said, nodes)))


# ── for a letter ───────────────────────────────────────────────────────────────────────────────────────────────────


def _block(node: Node) -> str:
    match node["t"]:
        case "p":
            return _inlines(node["c"])
        case "h":
            heading = _inlines(node["c"])
            return f"{heading}\n{'-' * min(len(heading), WIDTH)}"
        case "ul":
            return _list(["- " for _ in node["items"]], node["items"])
        case "ol":
            return _list([f"{node['start'] + at}. " for at in range(len(node["items"]))], node["items"])
        case "quote":
            return _hung(as_plain(node["c"]), "> ", "> ")
        case "code":
            return _hung(node["s"], "    ", "    ")
        case "table":
            return _table(node)
        case "rule":
            return "* * *"
        case other:
            raise NotImplementedError(other)


def _hung(text: str, first: str, rest: str) -> str:
    """The text with something before its first line, and something before each other."""
    marks = chain([first], iter(lambda: rest, None))
    return "\n".join(
        (mark + line) if line else mark.rstrip() for mark, line in zip(marks, text.split("\n"), strict=False)
    )


def _list(marks: list[str], items: list[list[Node]]) -> str:
    gap = "\n" if all(sum(block["t"] == "p" for block in item) <= 1 for item in items) else "\n\n"
    texts = (gap.join(map(_block, item)) for item in items)
    return gap.join(_hung(text, mark, " " * len(mark)) for mark, text in zip(marks, texts, strict=True))


def _table(node: Node) -> str:
    head, *rows = [[_inlines(cell) for cell in row] for row in (node["head"], *node["rows"])]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    if sum(widths) + 3 * (len(widths) - 1) > WIDTH:
        return "\n\n".join("\n".join(_pairs(head, row)) for row in rows or [head])
    sides = [str.rjust if side == "right" else str.ljust for side in node["align"]]
    lines = [
        " | ".join(side(cell, width) for side, cell, width in zip(sides, row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def _pairs(head: list[str], row: list[str]) -> Iterator[str]:
    for name, cell in zip(head, row, strict=True):
        if cell:
            yield f"{name}: {cell}" if name and row is not head else cell


def _inlines(nodes: list[Node]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: Node) -> str:
    match node["t"]:
        case "text":
            return str(node["s"])
        case "em" | "strong":
            return _inlines(node["c"])
        case "code":
            return f"`{node['s']}`"
        case "link":
            shown = _inlines(node["c"])
            return shown if shown in (node["to"], node["to"].removeprefix("mailto:")) else f"{shown} ({node['to']})"
        case "picture":
            return f"[picture: {node['s']}, {node['to']}]"
        case "br":
            return "\n"
        case other:
            raise NotImplementedError(other)


# ── for a search ───────────────────────────────────────────────────────────────────────────────────────────────────


def _said(node: Node) -> Iterator[str]:
    match node["t"]:
        case "p" | "h":
            yield "".join(map(_spoken, node["c"]))
        case "ul" | "ol":
            yield from map(words, node["items"])
        case "quote":
            yield words(node["c"])
        case "code":
            yield " ".join(filter(None, (node.get("lang"), node["s"])))
        case "table":
            yield from ("".join(map(_spoken, cell)) for row in (node["head"], *node["rows"]) for cell in row)


def _spoken(node: Node) -> str:
    match node:
        case {"t": "br"}:
            return " "
        case {"to": to}:
            # An address is found in the letters of its language too, not only in percent signs.
            shown = node["s"] if "s" in node else "".join(map(_spoken, node["c"]))
            return f"{' '.join(dict.fromkeys((shown, to, normalizeLinkText(to))))} "
        case {"c": inside}:
            return "".join(map(_spoken, inside))
        case _:
            return str(node["s"])
