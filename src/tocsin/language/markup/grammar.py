"""The grammar: CommonMark and tables without raw HTML, where nothing is dropped and nothing outgrows the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_inline import StateInline, autolink

from tocsin.core.links import address_at

DEEPEST = 6
"""So many lists and quotes may stand in each other: Typst dies of sixty, and the parser leaves out what is too deep."""


@cache
def grammar(*, headings: bool) -> MarkdownIt:
    """Definitions are text: what one note defines is no link in another, and one that nobody uses is not lost."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("reference")
    blocks, inlines = parser.block.ruler, parser.inline.ruler
    interrupting = ["paragraph", "reference", "blockquote"]
    blocks.at("blockquote", _shallow(blockquote), {"alt": [*interrupting, "list"]})
    blocks.at("list", _shallow(list_block), {"alt": interrupting})
    blocks.at("table", _table, {"alt": ["paragraph", "reference"]})
    blocks.push("enough", enough, {"alt": ["blockquote"]})
    inlines.at("autolink", _autolink)
    inlines.before("newline", "address", _address)
    return parser if headings else parser.disable(["heading", "lheading"])


def enough(state: StateBlock, _line: int, _end: int, silent: bool) -> bool:
    """Ends a table that is filled up with so many empty cells that a page of text would take minutes and gigabytes."""
    return silent and state.parentType == "table" and len(state.tokens) > 2 * len(state.src) + 1000


_SCHEME = re.compile(r"https?\Z", re.IGNORECASE)


def scheme_before(state: StateInline, silent: bool) -> str:
    """`https`, where that was read as text and `://` comes next; else nothing."""
    if not state.src.startswith("://", state.pos):
        return ""
    scheme = _SCHEME.search(state.src, max(0, state.pos - 5), state.pos)
    return scheme[0] if scheme and (silent or state.pending.endswith(scheme[0])) else ""


def _shallow(
    rule: Callable[[StateBlock, int, int, bool], bool],
) -> Callable[[StateBlock, int, int, bool], bool]:
    """The rule of a list or a quote, for which a mark is text where it would be one too deep."""

    def shallow(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        depth = state.env.get("depth", 0)
        if depth >= DEEPEST:
            return False
        state.env["depth"] = depth + 1
        found = rule(state, line, end, silent)
        state.env["depth"] = depth
        return found

    return shallow


# ── tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_BAR = re.compile(r"(?<!\\)\|")
_SPACES = " \t\n\v\f\r"


def _table(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Cells beyond the last column, which the parser would leave out, are part of the last."""
    before = len(state.tokens)
    if not table(state, line, end, silent):
        return False
    made = state.tokens[before:]
    columns = sum(token.type == "th_open" for token in made)
    cells = [token for token in made if token.type == "inline"]
    for last in cells[2 * columns - 1 :: columns] if columns else []:
        surplus = _cells(state, last.map[0] if last.map else line)[columns:]
        last.content = " | ".join([last.content, *surplus])
    return True


def _cells(state: StateBlock, line: int) -> list[str]:
    row = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip(_SPACES)
    cells = _BAR.split(row)
    inner = cells[cells[0] == "" : -1 if cells[-1] == "" else None]
    return [cell.replace("\\|", "|").strip(_SPACES) for cell in inner]


# ── addresses ──────────────────────────────────────────────────────────────────────────────────────────────────────

_AUTOLINK = re.compile(r"<(?:https?:|mailto:|[^\s<>@:/]+@)", re.IGNORECASE)


def _autolink(state: StateInline, silent: bool) -> bool:
    """In `<stdin:3>` and `<inv:key>` there is no address to go to; they are text."""
    return bool(_AUTOLINK.match(state.src, state.pos)) and autolink(state, silent)


def _address(state: StateInline, silent: bool) -> bool:
    """A bare web address is a link, whole: no mark in it means anything, so `/__init__.py` keeps its lines."""
    scheme = "" if state.linkLevel else scheme_before(state, silent)
    found = address_at(state.src, state.pos - len(scheme)) if scheme else ""
    if found and not silent:
        state.pending = state.pending[: -len(scheme)]
        state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(found)}
        state.push("text", "", 0).content = found
        state.push("link_close", "a", -1)
    state.pos += len(found) - len(scheme) if found else 0
    return bool(found)
