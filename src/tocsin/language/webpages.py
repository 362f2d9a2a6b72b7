"""HTML of mails and tickets as plain text: its words and where its links lead; nothing acts, and nothing is fetched."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import nh3

LONGEST = 250_000
"""Characters of a page that are read, unless somebody says otherwise."""
_APART = {"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
"""With an empty line before and after."""
_BLOCKS = {*_APART, "dd", "div", "dt", "hr", "li", "tr"}
_DEEPEST = 6
_MOST_DEEP = 500
_ITEM = "- "
_NEVER_IN_EACH_OTHER = {"area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta"}
_NEVER_IN_EACH_OTHER |= {"option", "p", "param", "source", "td", "th", "tr", "track", "wbr"}
_FENCE = nh3.Cleaner(
    tags={*_BLOCKS, "a", "br", "td", "th"},
    clean_content_tags={"head", "math", "noscript", "object", "script", "style", "svg", "template", "title"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def readable(html: str, longest: int = LONGEST) -> str:
    """What is seen of it. A link keeps its address, and a quote its marks; what is too long says so."""
    start = html[:longest].replace("\0", "")
    text = _bare(start) if _is_too_deep(start) else _read(start)
    return text if len(html) <= longest else f"{text}\n\n[The rest was too long to be read.]"


def _is_too_deep(html: str) -> bool:
    """The fence takes half a minute over a few ten thousand tags in each other; no letter has more than a hundred."""
    depth = 0
    for found in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", html):
        if found[2].lower() not in _NEVER_IN_EACH_OTHER:
            depth = max(0, depth - 1) if found[1] else depth + 1
            if depth > _MOST_DEEP:
                return True
    return False


def _bare(html: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", unescape(re.sub(r"<[^<>]*>", "\n", html))).strip()


def _read(html: str) -> str:
    reading = _Reading()
    reading.feed(_FENCE.clean(html))
    reading.close()
    return reading.text()


class _Reading(HTMLParser):
    """Line by line, of what the fence lets through, which is well formed."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._line = ""
        self._quotes = self._exact = 0
        self._link, self._linked = "", 0

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n(?:[> ]*\n){2,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._part(tag)
        match tag:
            case "br":
                self._end_line(always=True)
            case "li":
                self._line = _ITEM
            case "td" | "th" if self._line:
                self._line += " | "
            case "a":
                self._link, self._linked = dict(attrs).get("href") or "", len(self._line)
            case "pre":
                self._exact += 1
            case "blockquote":
                self._quotes += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._lead()
        self._part(tag)
        match tag:
            case "pre":
                self._exact -= 1
            case "blockquote":
                self._quotes -= 1
                self._end_quote()

    def handle_data(self, data: str) -> None:
        if self._exact:
            first, *rest = data.split("\n")
            self._line += first
            for line in rest:
                self._end_line(always=True)
                self._line = line
            return
        said = re.sub(r"[ \t\r\n\f\u00a0]+", " ", data)
        self._line += said if self._line and not self._line.isspace() else said.lstrip()

    def _lead(self) -> None:
        """Where a link leads, unless its words say so already."""
        said, to = self._line[self._linked :].strip(), self._link.removeprefix("mailto:")
        self._link = ""
        if to and said.rstrip("/") not in (to.rstrip("/"), to.partition("://")[2].rstrip("/")):
            self._line += f" ({to})" if said else to

    def _part(self, tag: str) -> None:
        if tag not in _BLOCKS or self._line == _ITEM:
            return
        self._end_line()
        if tag in _APART and self._lines and self._lines[-1].strip("> "):
            self._end_line(always=True)

    def _end_quote(self) -> None:
        while self._lines and not self._lines[-1].strip("> "):
            self._lines.pop()
        self._end_line(always=bool(self._lines))

    def _end_line(self, *, always: bool = False) -> None:
        line = self._line.rstrip()
        if line or always:
            marks = "> " * min(self._quotes, _DEEPEST)
            self._lines.append(f"{marks}{line}".rstrip())
        self._line, self._linked = "", 0
