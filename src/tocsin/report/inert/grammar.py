"""The grammar in which everything that MyST would act on is plain text."""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_block import StateBlock, hr
from markdown_it.rules_inline import StateInline, autolink, backtick, image, link
from markdown_it.rules_inline import text as text_run

from tocsin.language.markup.grammar import enough, scheme_before


@cache
def grammar(headings: bool) -> MarkdownIt:
    """CommonMark and tables without HTML; it says what it takes as plain text, and where a link definition stands."""
    parser = MarkdownIt("commonmark", {"html": False, "inline_definitions": True, "maxNesting": 20})
    parser.enable("table").disable("emphasis")
    parser.core.ruler.enableOnly(["block"])
    parser.inline.ruler2.enableOnly([])
    parser.inline.ruler.before("text", "reached", _reached)
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.before("newline", "address", _address)
    parser.inline.ruler.at("backticks", _backticks)
    parser.inline.ruler.at("link", _link)
    parser.inline.ruler.at("image", _image)
    parser.inline.ruler.at("autolink", _autolink)
    parser.inline.ruler.push("plain", _plain)
    parser.block.ruler.push("enough", enough, {"alt": ["blockquote"]})
    parser.block.ruler.before(
        "hr", "block_break", _block_break, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    if not headings:
        parser.disable(["heading", "lheading"])
        parser.block.ruler.at("hr", _hr, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return parser


def _reached(state: StateInline, silent: bool) -> bool:
    if not silent:
        state.env["reached"].add(state.pos)
    return False


def _plain(state: StateInline, silent: bool) -> bool:
    """Comes last, so that whatever gets here was no link, code or address."""
    char = state.src[state.pos]
    if not silent and char in "{$<[]@" and not (char == "@" and state.linkLevel):
        state.env["plain"].append(state.pos)
    return False


# With typographic replacements these three lose their letters.
_SIGN = re.compile(r"\((?:c|r|tm)\)", re.IGNORECASE)


def _text(state: StateInline, silent: bool) -> bool:
    start = state.pos
    found = text_run(state, silent)
    if found and not silent:
        state.env["plain"].extend(sign.start() for sign in _SIGN.finditer(state.src, start, state.pos))
    return found


def _address(state: StateInline, silent: bool) -> bool:
    """Says where a bare web address begins, and leaves it to the others, since the reader's parser does so too."""
    if not silent and not state.linkLevel and (scheme := scheme_before(state, silent)):
        state.env["addresses"].append(state.pos - len(scheme))
    return False


def _backticks(state: StateInline, silent: bool) -> bool:
    start, before = state.pos, len(state.tokens)
    found = backtick(state, silent)
    if not silent and not any(token.type == "code_inline" for token in state.tokens[before:]):
        state.env["plain"].extend(range(start, state.pos))
    return found


# To MyST a link to anything else is a cross-reference, and one that it cannot resolve loses its words.
_TARGET = re.compile(r"(?:https?|ftp|mailto):|#", re.IGNORECASE)


def _link(state: StateInline, silent: bool) -> bool:
    start, before = state.pos, len(state.tokens)
    found = link(state, silent)
    if found and not silent:
        opening = next(token for token in state.tokens[before:] if token.type == "link_open")
        if not _TARGET.match(str(opening.attrGet("href"))):
            state.env["strays"].append(start)
            if state.src.find("[") < start:
                # Left alone, the closing bracket would close another.
                state.env["strays"].append(parseLinkLabel(state, start, True))
    return found


def _image(state: StateInline, silent: bool) -> bool:
    """The description of a picture is parsed apart, with positions of its own."""
    start, outer = state.pos, state.env
    if silent:
        return image(state, silent)
    inner = {"reached": set[int](), "plain": list[int](), "addresses": list[int](), "strays": list[int]()}
    state.env = {**outer, **inner}
    found = image(state, silent)
    state.env = outer
    outer["reached"].update(at + start + 2 for at in inner["reached"])
    outer["plain"].extend(at + start + 2 for at in inner["plain"])
    return found


# MyST has schemes of its own (inv:, project:, path:, doi: …), whose text it replaces by what they point at.
_ADDRESS = re.compile(r"<(?:(?:https?|ftp|mailto|ssh|tel|ircs?):|[^\s<>@:/]+@)", re.IGNORECASE)


def _autolink(state: StateInline, silent: bool) -> bool:
    return bool(_ADDRESS.match(state.src, state.pos)) and autolink(state, silent)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


_SPACED_BREAK = re.compile(r"\+[ \t]+\+[ \t]*\+")


def _block_break(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """`+ + +` is a list in a list to CommonMark, a block break to MyST."""
    if state.is_code_block(line) or not _SPACED_BREAK.match(_line(state, line)):
        return False
    if not silent:
        state.push("block_break", "", 0).map = [line, line + 1]
        state.line = line + 1
    return True


def _hr(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Dashes under a paragraph underline it, and no rule interrupts it there."""
    underlines = silent and state.parentType == "paragraph" and state.sCount[line] >= state.blkIndent
    if underlines and re.fullmatch(r"-+[ \t]*", _line(state, line)):
        return False
    return hr(state, line, end, silent)
