"""What is changed inside the text: backslashes before what MyST would act on, brackets around addresses."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from tocsin.report.inert.addresses import address_edits
from tocsin.report.inert.edits import Edit, escape
from tocsin.report.inert.reading import STAND_IN, Leaf, Page


def text_edits(page: Page, headings: bool) -> list[Edit]:
    """One for each place: where a line begins, a role or a block break may be both."""
    edits = dict[int, Edit]()
    for leaf in page.leaves:
        live = list(_live(leaf.text, leaf.plain))
        for at in map(leaf.source, live):
            edits[at] = escape(at)
        for bracketed in address_edits(leaf, live):
            for at in range(bracketed.start, bracketed.end):
                edits.pop(at, None)
            edits[bracketed.start] = bracketed
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
    before = text[max(0, at - 300) : at].replace(STAND_IN, " ")
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
# Not every parser agrees on which addresses are valid ones, so on what is a definition.
_REFERENCE = re.compile(r"""\[(?:[^\[\]\\]|\\.)+\]:[ \t]*(?:\S+[ \t]*)?(?:["'(\ue000].*)?$""")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
# To myst-parser, but not to GitHub or mystmd, what follows the box of a task begins a block.
_BOX = re.compile(r"\[[ xX]\][ \t]+")
_BLOCK = re.compile(
    r"[*+-](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|>|#{1,6}(?:[ \t]|$)|`{3}|~{3}|(?:[*_-][ \t]*){3}$|\[[^\]]+\]:"
)
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")


def _line_edits(page: Page, leaf: Leaf, headings: bool) -> Iterator[Edit]:
    # However far a line is indented: in a quote in a list, what is far to one container is near to the other.
    for number, (offset, source) in enumerate(leaf.lines):
        line = leaf.text[offset : _line_end(leaf.text, offset)]
        begin = line.lstrip(f" \t{STAND_IN}")
        token, at = len(line) - len(line.lstrip(" \t")), len(line) - len(begin)
        first, front = number == 0, source + at == 0
        if (first and not leaf.begins_line) or not _begins_block(begin, headings, first=first, front=front):
            continue
        if leaf.reached is not None and offset + token not in leaf.reached:
            # Within code or an address a backslash would be shown, but there a line break is a space.
            yield Edit(start=page.end(page.row(source + at) - 1), end=source + at, new=" ")
        elif begin[0] != "<" or offset + at in leaf.plain:
            yield escape(source + at)


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
