"""Markdown to a tree of plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from markdown_it.common.normalize_url import normalizeLinkText
from markdown_it.token import Token

from tocsin.core.links import is_address
from tocsin.language.markup.grammar import DEEPEST, grammar

Node: TypeAlias = dict[str, Any]
"""A block or an inline, as the package describes them."""


def tree(text: str, *, breaks: bool = False) -> list[Node]:
    """The blocks of a text. With `breaks`, as in chat and notes, a line end is one, and `# restart` is no heading."""
    tokens = iter(grammar(headings=not breaks).parse(printable(text), {}))
    return _Reading(tokens=tokens, breaks=breaks).blocks(0)


def printable(text: str) -> str:
    """The text with pictures (␛) of the signs that nothing can show."""
    return _pictured(text.replace("\r\n", "\n").replace("\r", "\n"))


def _pictured(text: str) -> str:
    """Whole pages come by here, and hardly ever one of those signs: to look for them is quicker than to translate."""
    return text.translate(_PICTURES) if _HIDDEN.search(text) else text


_PICTURES: dict[int, int] = {
    **{code: 0x2400 + code for code in range(1, 32) if chr(code) not in "\t\n"},
    **dict.fromkeys((0, *range(0xD800, 0xE000)), 0xFFFD),
    0x7F: 0x2421,
}
_HIDDEN = re.compile("[\\0-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff]")
"""All of them."""


def _leaf(text: str) -> Node:
    """Entities (`&#13;`) may have brought in such signs again, and even line ends."""
    return {"t": "text", "s": _pictured(text).replace("\n", " ")}


# ── blocks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_LANGUAGE = re.compile(r"[\w.+#-]+")


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What is left of the tokens. Whoever takes the one that opens something reads on until it is closed."""

    tokens: Iterator[Token]
    breaks: bool

    def blocks(self, depth: int) -> list[Node]:
        return [block for token in self._inside() for block in self._block(token, depth)]

    def _inside(self) -> Iterator[Token]:
        for token in self.tokens:
            if token.nesting < 0:
                return
            yield token

    def _block(self, token: Token, depth: int) -> list[Node]:
        match token.type:
            case "paragraph_open":
                # What is nested too deep is text here, a line for each of its marks.
                return [{"t": "p", "c": self._inlines(breaks=self.breaks or depth == DEEPEST)}]
            case "heading_open":
                inlines = self._inlines(breaks=False)
                # One without words is nothing to anybody, and no PDF/UA may have it.
                return [{"t": "h", "n": int(token.tag[1]), "c": inlines}] if inlines else []
            case "bullet_list_open":
                return [{"t": "ul", "items": self._items(depth + 1)}]
            case "ordered_list_open":
                return [{"t": "ol", "start": int(token.attrs.get("start", 1)), "items": self._items(depth + 1)}]
            case "blockquote_open":
                return [{"t": "quote", "c": self.blocks(depth + 1)}]
            case "table_open":
                return [self._table()]
            case "fence" | "code_block":
                return [_code(token)]
            case "hr":
                return [{"t": "rule"}]
            case other:
                raise NotImplementedError(other)

    def _inlines(self, *, breaks: bool) -> list[Node]:
        return [node for token in self._inside() for node in _inlines(token.children or [], breaks=breaks)]

    def _items(self, depth: int) -> list[list[Node]]:
        return [self.blocks(depth) for _ in self._inside()]

    def _table(self) -> Node:
        rows, align = list[list[list[Node]]](), list[str]()
        for token in self.tokens:
            match token.type:
                case "table_close":
                    break
                case "tr_open":
                    rows.append([])
                case "th_open":
                    align.append("right" if "right" in str(token.attrs.get("style", "")) else "left")
                case "inline":
                    rows[-1].append(_inlines(token.children or [], breaks=False))
        return {"t": "table", "head": rows[0], "rows": rows[1:], "align": align}


def _code(token: Token) -> Node:
    """What stands behind a fence is a language or, in a pasted log, the first line, and so it is where no other is."""
    code, info = token.content.rstrip("\n"), token.info.strip()
    if info and not (_LANGUAGE.fullmatch(info) and code.strip()):
        return {"t": "code", "s": f"{info}\n{code}".rstrip("\n")}
    return {"t": "code", "s": code, **({"lang": info} if info else {})}


# ── inlines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _inlines(tokens: list[Token], *, breaks: bool) -> list[Node]:
    """Iterative, and flat where a mark is repeated: emphasis may be typed in emphasis ten thousand deep."""
    opened: list[tuple[Token, list[Node]]] = []
    nodes, kinds = list[Node](), set[str]()
    for token in tokens:
        match token.nesting:
            case 1:
                opened.append((token, nodes))
                if token.tag not in kinds:
                    nodes = []
                    kinds.add(token.tag)
            case -1:
                opening, outer = opened.pop()
                if outer is not nodes:
                    kinds.remove(token.tag)
                    outer += _closed(opening, _joined(nodes))
                    nodes = outer
            case _:
                nodes += _single(token, breaks=breaks)
    return _joined(nodes)


def _closed(opening: Token, inside: list[Node]) -> list[Node]:
    if opening.type != "link_open":
        return [{"t": opening.type.removesuffix("_open"), "c": inside}]
    title = _title(opening)
    if to := _safe(str(opening.attrs["href"])):
        return [{"t": "link", "to": to, "c": inside or [_leaf(to)]}, *([_leaf(f" ({title})")] if title else [])]
    # Where it does not lead anywhere from here, it is at least said where it was to lead.
    said = " ".join(filter(None, (normalizeLinkText(str(opening.attrs["href"])), title)))
    return [*inside, _leaf(f" ({said})")] if said else inside


def _single(token: Token, *, breaks: bool) -> list[Node]:
    match token.type:
        case "text":
            return [_leaf(token.content)]
        case "softbreak":
            return [{"t": "br"} if breaks else _leaf(" ")]
        case "hardbreak":
            return [{"t": "br"}]
        case "code_inline":
            return [{"t": "code", "s": token.content}]
        case "image":
            return [_picture(token)]
        case other:
            raise NotImplementedError(other)


def _picture(token: Token) -> Node:
    """A picture is words: showing it would tell its host who reads this."""
    src = str(token.attrs["src"])
    said = ", ".join(filter(None, (_leaf(token.content)["s"], _title(token)))) or "no description"
    to = _safe(src) or _leaf(normalizeLinkText(src))["s"]
    return {"t": "picture", "s": said, "to": to} if to else _leaf(f"[picture: {said}]")


def _title(token: Token) -> str:
    return str(token.attrs.get("title", "")).strip()


def _safe(address: str) -> str:
    """The address with its scheme in small letters, as every reader of it knows it; nothing if it is none to go to."""
    scheme, _, rest = address.partition(":")
    to = f"{scheme.lower()}:{rest}"
    return to if is_address(to) or re.match(r"mailto:[^\s@]+@[^\s@]", to) else ""


def _joined(nodes: list[Node]) -> list[Node]:
    """Neighbouring texts are one."""
    joined = list[Node]()
    for is_text, run in groupby(nodes, key=lambda node: node["t"] == "text"):
        if not is_text:
            joined += run
        elif said := "".join(node["s"] for node in run):
            joined.append({"t": "text", "s": said})
    return joined
