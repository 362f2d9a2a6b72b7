"""User-written Markdown as Markdown that a MyST document shows, and neither runs, hides nor lets swallow what follows.

The text is parsed by a grammar in which everything that MyST would act on is plain text. Wherever that parse meets, as
text, a character that MyST would act on, a backslash goes in front of it. The result is parsed again until nothing is
left to do; a text that never settles, or is nested deeper than renderers read, is shown as code.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_block import StateBlock, hr
from markdown_it.rules_inline import StateInline, autolink, backtick, image, link
from markdown_it.rules_inline import text as text_run
from markdown_it.token import Token


def inert(text: str, *, headings: bool = False) -> str:
    """The same text for the reader, with nothing in it for MyST; with `headings`, headings stay headings."""
    return _bidi_closed(_settled(_printable(text), headings))


# Both MyST parsers stop reading at level 20, without a word; the rest is room for the document around the text.
_DEEPEST = 16
_ROUNDS = 8

_PICTURES = {
    **{code: 0x2400 + code for code in range(1, 32) if chr(code) not in "\t\n"},
    **dict.fromkeys((0, *range(0xD800, 0xE000)), 0xFFFD),
    0x7F: 0x2421,
}


def _printable(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_PICTURES)


def _settled(text: str, headings: bool) -> str:
    settled = text
    for _ in range(_ROUNDS):
        page = _read(settled, headings)
        if any(token.level > _DEEPEST for token in page.tokens):
            return _as_code(text)
        # What changes the blocks goes first, alone: only then is it known what is code and what is text.
        edits = list(_block_edits(page)) or [*_fence_edits(page), *_text_edits(page, headings)]
        if not edits:
            return settled
        settled = _edited(settled, edits)
    return _as_code(text)


def _as_code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"


@dataclass(frozen=True, kw_only=True)
class _Edit:
    start: int
    end: int
    new: str


def _escape(at: int) -> _Edit:
    return _Edit(start=at, end=at, new="\\")


def _edited(text: str, edits: Iterable[_Edit]) -> str:
    parts, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += [text[done : edit.start], edit.new]
        done = edit.end
    return "".join([*parts, text[done:]])


# --- Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Leaf:
    """A run of inline text: where each of its lines stands in the source, and what the parser took as plain text."""

    text: str
    begins_line: bool
    lines: list[tuple[int, int]]  # (offset in the leaf, offset in the source), one for each line
    reached: set[int] | None  # where a token of the text begins; None: anywhere
    plain: list[int]  # where a character that may mean something stood for itself

    def source(self, at: int) -> int:
        """Where a character of the leaf stands in the source."""
        here, there = self.lines[bisect_right(self.lines, at, key=lambda line: line[0]) - 1]
        return there + at - here


@dataclass(frozen=True, kw_only=True)
class _Page:
    text: str
    lines: list[str]
    starts: list[int]
    tokens: list[Token]
    leaves: list[_Leaf]
    labels: set[str]  # of the link definitions that the text refers to
    strays: list[int]  # brackets of links that lead to no address

    def row(self, at: int) -> int:
        return bisect_right(self.starts, at) - 1

    def end(self, row: int) -> int:
        return self.starts[row] + len(self.lines[row])


def _read(text: str, headings: bool) -> _Page:
    parser, env = _parser(headings), dict[str, Any]()
    # The parser strips them, and with them lines; then what it says of lines would not be true of the text.
    standing = text.translate(_OTHER_SPACES)
    lines = standing.split("\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    # The final newline makes the number of lines of an unclosed fence plain to see.
    page = _Page(
        text=text,
        lines=lines,
        starts=starts,
        tokens=parser.parse(standing if standing.endswith("\n") else f"{standing}\n", env),
        leaves=[],
        labels=set(),
        strays=[],
    )
    for content, begins_line, places in _texts(page):
        env |= {"reached": set(), "plain": [], "strays": []}
        # Parsing is slow; a text without any of these is plain from end to end.
        children = parser.inline.parse(content, parser, env, []) if _LIVELY.search(content) else None
        reached = None if children is None else env["reached"]
        # A link at the place of a box is a box to whoever knows tasks.
        page.labels.update(_labels((children or [])[bool(_BOX.match(content)) :]))
        leaf = _Leaf(text=content, begins_line=begins_line, lines=places, reached=reached, plain=env["plain"])
        page.leaves.append(leaf)
        page.strays.extend(map(leaf.source, env["strays"]))
    return page


_LIVELY = re.compile(r"[`\[<{$@(]")


_STAND_IN = "\ue000"
_OTHER_SPACES = {code: _STAND_IN for code in range(0x80, 0x3001) if chr(code).isspace()}


def _labels(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if "label" in token.meta:
            yield token.meta["label"]
        yield from _labels(token.children or ())


def _texts(page: _Page) -> Iterator[tuple[str, bool, list[tuple[int, int]]]]:
    """Every run of inline text, whether it begins a line, and where its lines stand in the source."""
    row, done = -1, 0
    for opening, token in pairwise(page.tokens):
        if token.type != "inline" or not token.content or token.map is None:
            continue
        if opening.tag not in ("th", "td"):
            yield token.content, opening.markup not in _ATX, list(_places(page, token.content, token.map[0]))
            continue
        row, done = token.map[0], done if token.map[0] == row else 0
        cell = token.content.replace("|", "\\|")
        at = page.lines[row].index(cell, done)
        yield cell, "|" not in page.lines[row][:at], [(0, page.starts[row] + at)]
        done = at + len(cell)


_ATX = {"#" * level for level in range(1, 7)}


def _places(page: _Page, text: str, row: int) -> Iterator[tuple[int, int]]:
    """Lines of a paragraph are its source lines without what stands before them, so they are matched from the right."""
    offset = 0
    for number, content in enumerate(text.split("\n"), row):
        trimmed = content.rstrip()
        end = len(_before_closing(page.lines[number], trimmed.lstrip()))
        yield offset, page.starts[number] + end - len(trimmed)
        offset += len(content) + 1


def _before_closing(line: str, content: str) -> str:
    """The line without the number signs that may close an ATX heading."""
    line = line.rstrip()
    return line if line.endswith(content) else line.rstrip("#").rstrip()


# --- The grammar ------------------------------------------------------------------------------------------------------


@cache
def _parser(headings: bool) -> MarkdownIt:
    """CommonMark and tables without HTML; it says what it takes as plain text, and where a link definition stands."""
    parser = MarkdownIt(
        "commonmark", {"html": False, "inline_definitions": True, "store_labels": True, "maxNesting": 20}
    )
    parser.enable("table").disable("emphasis")
    parser.core.ruler.enableOnly(["block"])
    parser.inline.ruler2.enableOnly([])
    parser.inline.ruler.before("text", "reached", _reached)
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.at("backticks", _backticks)
    parser.inline.ruler.at("link", _link)
    parser.inline.ruler.at("image", _image)
    parser.inline.ruler.at("autolink", _autolink)
    parser.inline.ruler.push("plain", _plain)
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
    inner = {"reached": set[int](), "plain": list[int](), "strays": list[int]()}
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


# --- What to change ---------------------------------------------------------------------------------------------------


def _block_edits(page: _Page) -> Iterator[_Edit]:
    """What decides where blocks, links and cells begin and end."""
    yield from map(_escape, page.strays)
    yield from _cell_edits(page)
    defined = set[str]()
    for token in page.tokens:
        if token.type == "definition" and token.map:
            label = token.meta["id"]
            if label not in page.labels or label in defined or label.startswith("^"):
                yield _escape(page.starts[token.map[0]] + page.lines[token.map[0]].index("["))
            defined.add(label)
        elif token.type == "block_break" and token.map:
            yield _escape(page.starts[token.map[0]] + page.lines[token.map[0]].index("+"))
        elif token.type == "code_block" and token.map and _DEFINITION.match(token.content.lstrip()):
            yield from _parted(page, token.map[0])
        elif token.type == "hr" and token.map and token.map[0] == 0 and page.lines[0].startswith("---"):
            # At the head of a file it would open the front matter.
            yield _Edit(start=0, end=len(page.lines[0]), new=page.lines[0].replace("-", "*"))


def _parted(page: _Page, row: int) -> Iterator[_Edit]:
    """A second empty line before indented code that would else define the paragraph before it."""
    empty = [not line.strip(" \t>") for line in page.lines[max(0, row - 2) : row]]
    if empty == [False, True] or (row == 0 and page.lines[0][0] in " \t"):
        new = f"{page.lines[row - 1]}\n" if row else "\n"
        yield _Edit(start=page.starts[row], end=page.starts[row], new=new)


def _cell_edits(page: _Page) -> Iterator[_Edit]:
    """Cells beyond the last column would not be shown, so they become part of it."""
    columns = 0
    for token in page.tokens:
        match token.type:
            case "table_open":
                columns = 0
            case "th_open":
                columns += 1
            case "tbody_open" if token.map:
                for row in range(*token.map):
                    yield from (_escape(page.starts[row] + at) for at in _surplus(page.lines[row], columns))


def _surplus(row: str, columns: int) -> list[int]:
    """The bars that set off cells beyond the last column."""
    begin, end = len(row) - len(row.lstrip("> \t")), len(row.rstrip())
    bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", row)]
    return [at for at in bars if begin < at < end - 1][columns - 1 :]


_LANGUAGE = re.compile(r"[\w.+#-]*")


def _fence_edits(page: _Page) -> Iterator[_Edit]:
    last = max((number for number, line in enumerate(page.lines) if line.strip(" \t>")), default=0)
    for token in page.tokens:
        if token.type != "fence" or token.map is None:
            continue
        first, end = token.map
        column = page.lines[first].index(token.markup)
        before = "\n" + re.sub(r"[^>\s]", " ", page.lines[first][:column])
        at = page.starts[first] + column + len(token.markup)
        if not _LANGUAGE.fullmatch(info := page.text[at : page.end(first)].strip()):
            # Four spaces: a line of code that consists of the marker would close the fence.
            spaces = "    " if info.startswith(token.markup) else ""
            yield _Edit(start=at, end=page.end(first), new=f"{before}{spaces}{info}")
        closed = token.content.count("\n") < end - first - 1
        if not closed and end > last:
            yield _Edit(start=page.end(end - 1), end=page.end(end - 1), new=before + token.markup)


def _text_edits(page: _Page, headings: bool) -> list[_Edit]:
    edits = dict[int, _Edit]()
    for leaf in page.leaves:
        for at in _live(leaf.text, leaf.plain):
            edits[leaf.source(at)] = _escape(leaf.source(at))
        for edit in _line_edits(page, leaf, headings):
            edits[edit.start] = edit
    return list(edits.values())


def _live(text: str, plain: list[int]) -> Iterator[int]:
    """Those of the plain characters that MyST would act on inside a line."""
    math = text.count("$") > 1
    role, bracket = text.rfind("}`"), text.rfind("]")
    cited = _cited(text, plain)
    # After an open bracket, a backtick without its like makes markdown-it in JavaScript overlook all code.
    ticks = "[" in text and text.count("`") > sum(text[at] == "`" for at in plain)
    for at in plain:
        after = text[at + 1 : at + 2]
        match text[at]:
            case "{" if at < role or after == "{" or text[at - 1 : at] in _ATTRIBUTED:
                yield at
            case "<" if re.match(r"[A-Za-z/!?]", after):
                yield at
            case "[" if at in cited or (after == "^" and at < bracket):
                yield at
            case "]" if at in cited:
                yield at
            case "@" if _mentions(text, at):
                yield at
            case "$" if math:
                yield at
            case "`" if ticks:
                yield at
            case "(":
                yield at


_ATTRIBUTED = {"`", "]", ")", ">"}
_KEY = re.compile(r"@[A-Za-z0-9_|{]")
_URL = re.compile(r"(?!<.*>)(?:www\.|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/|$)|.*://)", re.IGNORECASE | re.DOTALL)


def _mentions(text: str, at: int) -> bool:
    """To mystmd `@ada` cites a work of that name, unless it is part of a mail or web address."""
    if not _KEY.match(text, at) or re.match(r"[A-Za-z0-9]", text[at - 1 : at]):
        return False
    before = text[max(0, at - 300) : at].replace(_STAND_IN, " ")
    return before[-1:].strip() == "" or not _URL.match(before.rsplit(None, 1)[-1])


def _cited(text: str, plain: list[int]) -> set[int]:
    """Brackets of footnotes, and those around an at sign, as in a shell prompt: mystmd takes them for citations."""
    keys = [key.start() for key in _KEY.finditer(text)]
    opened, cited = list[int](), set[int]()
    for at in plain:
        if text[at] == "[":
            opened.append(at)
        elif text[at] == "]" and opened:
            start = opened.pop()
            if text[start + 1] == "^" or bisect_right(keys, at) > bisect_right(keys, start):
                # Left alone, the closing bracket would close another.
                cited |= {start, at} if text.find("[") < start else {start}
    return cited


_AT_LINE_START = re.compile(
    r"""%                                   # comment
    | \(.+\)=[ \t\ue000]*$                  # target
    | \+(?:[ \t]*\+){2}                     # block break
    | :(?:[ \t]|::|[^:]+:)                  # definition, colon fence, field
    | ~[ \t]                                # definition
    | \[\^[^ \]]+\]:                        # footnote
    | \\begin\{                             # mathematics
    | \$\$
    | <[A-Za-z/!?]                          # HTML
    | \{\{                                  # substitution
    | \{[ \t]*(?:[#.%}]|[\w:-]+=).*\}[ \t]*$  # attributes of the next block
    """,
    re.VERBOSE,
)
_DEFINITION = re.compile(r"[:~][ \t]")
# Not every parser agrees on which addresses are valid ones, so on what is a definition.
_REFERENCE = re.compile(r"""\[(?:[^\[\]\\]|\\.)+\]:[ \t]*(?:\S+[ \t]*)?(?:["'(].*)?$""")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
# To myst-parser, but not to GitHub or mystmd, what follows the box of a task begins a block.
_BOX = re.compile(r"\[[ xX]\][ \t]+")
_BLOCK = re.compile(
    r"[*+-](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|>|#{1,6}(?:[ \t]|$)|`{3}|~{3}|(?:[*_-][ \t]*){3}$|\[[^\]]+\]:"
)
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")


def _line_edits(page: _Page, leaf: _Leaf, headings: bool) -> Iterator[_Edit]:
    # However far a line is indented: in a quote in a list, what is far to one container is near to the other.
    for number, (offset, source) in enumerate(leaf.lines):
        line = leaf.text[offset : _line_end(leaf.text, offset)]
        begin = line.lstrip(f" \t{_STAND_IN}")
        token, at = len(line) - len(line.lstrip(" \t")), len(line) - len(begin)
        first, front = number == 0, source + at == 0
        if (first and not leaf.begins_line) or not _begins_block(begin, headings, first=first, front=front):
            continue
        if leaf.reached is not None and offset + token not in leaf.reached:
            # Within code or an address a backslash would be shown, but there a line break is a space.
            yield _Edit(start=page.end(page.row(source + at) - 1), end=source + at, new=" ")
        elif begin[0] != "<" or offset + at in leaf.plain:
            yield _escape(source + at)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _begins_block(line: str, headings: bool, *, first: bool, front: bool) -> bool:
    if _AT_LINE_START.match(line) or (front and line.startswith("---")):
        return True
    if first and _REFERENCE.match(line):
        return True
    if first and (box := _BOX.match(line)):
        return bool(_AT_LINE_START.match(line, box.end()) or _BLOCK.match(line, box.end()))
    return not headings and bool(_HEADING.match(line) or (not first and _UNDERLINE.match(line)))


# --- Directions -------------------------------------------------------------------------------------------------------

_EMBEDDINGS, _POP_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
_ISOLATES, _POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _bidi_closed(text: str) -> str:
    closers = _missing_closers(text)
    if not closers:
        return text
    body = text.rstrip()
    tokens = [token for token in _parser(True).parse(text) if token.map and token.nesting >= 0]
    if tokens[-2:] and tokens[-2:][0].type == "paragraph_open":
        return body + closers + text[len(body) :]
    return f"{body}\n\n{closers}{text[len(body) :]}"


def _missing_closers(text: str) -> str:
    opened, isolates = list[str](), 0
    for char in _DIRECTIONS.findall(text):
        if char in _EMBEDDINGS:
            opened.append(_POP_EMBEDDING)
        elif char in _ISOLATES:
            opened.append(_POP_ISOLATE)
        elif char == _POP_EMBEDDING and opened[-1:] == [char]:
            opened.pop()
        elif char == _POP_ISOLATE and isolates:
            # Closing an isolate closes whatever was embedded in it.
            while opened.pop() != char:
                pass
        isolates += (char in _ISOLATES) - (char == _POP_ISOLATE and isolates > 0)
    return "".join(reversed(opened))
