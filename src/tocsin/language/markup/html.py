"""The tree as HTML that does nothing but show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import nh3

from tocsin.language.markup.parse import Node


def as_html(nodes: list[Node], *, under: int = 2) -> str:
    """HTML for a page. Headings stand below the level `under` without a gap, whatever was typed.

    Every block finds its own direction, and a link or code inside one cannot turn around the words beside it.
    """
    # One in a list or a quote is no part of the outline.
    shown = levels([node["n"] for node in nodes if node["t"] == "h"], under=under)
    drawn = (_heading(node, next(shown)) if node["t"] == "h" else _block(node) for node in nodes)
    return _FENCE.clean("\n".join(drawn))


def levels(typed: Sequence[int], *, under: int) -> Iterator[int]:
    """The levels at which headings are shown: below that one, none skipped, whatever was typed."""
    depths, level = sorted(set(typed)), under
    for depth in typed:
        level = min(under + 1 + depths.index(depth), level + 1, 6)
        yield level


_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "th", "td")
_FENCE = nh3.Cleaner(
    tags={*_BLOCKS, "ul", "ol", "blockquote", "pre", "code", "div", "table", "thead", "tbody", "tr", "hr", "br", "a",
          "em", "strong"},
    attributes={"a": {"href"}, "ol": {"start"}},
    tag_attribute_values={
        **{tag: {"dir": {"auto"}} for tag in (*_BLOCKS, "a")},
        "th": {"dir": {"auto"}, "scope": {"col"}, "class": {"r"}},
        "td": {"dir": {"auto"}, "class": {"r"}},
        "code": {"dir": {"ltr"}},
        "pre": {"dir": {"ltr"}, "tabindex": {"0"}},
        "div": {"class": {"tablewrap"}, "tabindex": {"0"}},
    },
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)  # fmt: skip
"""The second fence. The first is that every word is escaped; what gets over both is nothing that acts."""


def _heading(node: Node, level: int) -> str:
    return f'<h{level} dir="auto">{_inlines(node["c"])}</h{level}>'


def _block(node: Node) -> str:
    match node["t"]:
        case "p":
            return f'<p dir="auto">{_inlines(node["c"])}</p>'
        case "h":
            return f'<p dir="auto"><strong>{_inlines(node["c"])}</strong></p>'
        case "ul":
            return f"<ul>{_items(node['items'])}</ul>"
        case "ol":
            return f'<ol start="{node["start"]}">{_items(node["items"])}</ol>'
        case "quote":
            return f"<blockquote>{_blocks(node['c'])}</blockquote>"
        case "code":
            return f'<pre dir="ltr" tabindex="0"><code>{_text(node["s"])}</code></pre>'
        case "table":
            return _table(node)
        case "rule":
            return "<hr>"
        case other:
            raise NotImplementedError(other)


def _blocks(nodes: list[Node]) -> str:
    return "\n".join(map(_block, nodes))


def _items(items: list[list[Node]]) -> str:
    tight = all(sum(block["t"] == "p" for block in item) <= 1 for item in items)
    return "".join(f'<li dir="auto">{_item(item, tight=tight)}</li>' for item in items)


def _item(blocks: list[Node], *, tight: bool) -> str:
    if tight and blocks and blocks[0]["t"] == "p":
        return _inlines(blocks[0]["c"]) + _blocks(blocks[1:])
    return _blocks(blocks)


def _table(node: Node) -> str:
    sides = [' class="r"' if side == "right" else "" for side in node["align"]]
    head = _row(node["head"], sides, "th", ' scope="col"')
    body = "".join(_row(row, sides, "td") for row in node["rows"])
    shown = f"<thead>{head}</thead>" + (f"<tbody>{body}</tbody>" if body else "")
    return f'<div class="tablewrap" tabindex="0"><table>{shown}</table></div>'


def _row(cells: list[list[Node]], sides: list[str], tag: str, scope: str = "") -> str:
    drawn = (
        f'<{tag} dir="auto"{scope}{side}>{_inlines(cell)}</{tag}>' for cell, side in zip(cells, sides, strict=True)
    )
    return f"<tr>{''.join(drawn)}</tr>"


def _inlines(nodes: list[Node]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: Node) -> str:
    match node["t"]:
        case "text":
            return _text(node["s"])
        case "em" | "strong" as mark:
            return f"<{mark}>{_inlines(node['c'])}</{mark}>"
        case "code":
            return f'<code dir="ltr">{_text(node["s"])}</code>'
        case "link":
            return _link(node["to"], _inlines(node["c"]))
        case "picture":
            to = _text(node["to"])
            at = _link(node["to"], to) if node["to"].startswith(("http://", "https://")) else to
            return f"[picture: {_text(node['s'])}, {at}]"
        case "br":
            return "<br>"
        case other:
            raise NotImplementedError(other)


def _link(to: str, shown: str) -> str:
    return f'<a href="{escape(to)}" dir="auto">{shown}</a>'


def _text(text: str) -> str:
    return escape(text, quote=False)
