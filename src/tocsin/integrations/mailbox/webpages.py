"""HTML that people write letters in, as plain text: its words and where its links lead; nothing that runs or counts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

_DEEPEST, _DEEPEST_QUOTE = 300, 8
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:]{0,20})")
_ENDS_BY_ITSELF = {"br", "hr", "img", "meta", "link", "input", "col", "wbr", "base", "p", "li", "td", "th", "tr", "o:p"}
_BLOCKS = {"p", "div", "br", "tr", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "pre"}
_FENCE = nh3.Cleaner(
    tags={*_BLOCKS, "li", "td", "th", "a"},
    clean_content_tags={"script", "style", "title", "head", "template", "noscript", "svg", "math", "object"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
_PARAGRAPHS = {"p", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ul", "ol", "pre"}


def readable(html: str, longest: int) -> str:
    """Cut where it is longer or deeper than any letter: it says so itself."""
    read, reader = _shallow(html[:longest].replace("\0", " ")), _Reader()
    reader.feed(_FENCE.clean(read))
    reader.close()
    text = reader.text()
    return (
        text if len(read) == len(html) else f"{text}\n\n[The rest of this letter is too long or too deep to be read.]"
    )


def _shallow(html: str) -> str:
    """Reading takes the square of the depth, and ten thousand boxes in each other are no letter."""
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _ENDS_BY_ITSELF:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return html[: tag.start()]
    return html


class _Reader(HTMLParser):
    """Of what the fence lets through, which is well formed."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = [""]
        self._quotes = self._exact = 0
        self._link = self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)
        match tag:
            case "blockquote":
                self._quotes += 1
                self._lines[-1] = self._prefix
            case "pre":
                self._exact += 1
            case "li":
                self._lines.append(f"{self._prefix}- ")
            case "td" | "th":
                self._lines[-1] += " "
            case "a":
                self._link, self._within = dict(attrs).get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "blockquote":
                self._quotes -= 1
            case "pre":
                self._exact -= 1
            case "a":
                self._lead()
        self._break(tag)

    def handle_data(self, data: str) -> None:
        self._within += data if self._link else ""
        if self._exact:
            first, *others = data.split("\n")
            self._lines[-1] += first
            self._lines.extend(f"{self._prefix}{line}" for line in others)
        else:
            words = re.sub(r"[ \t\r\n\f]+", " ", data)
            self._lines[-1] += words.lstrip() if self._lines[-1] in ("", self._prefix) else words

    def text(self) -> str:
        lines = (line.rstrip() for line in self._lines)
        return re.sub(r"(?m)^((?:> )*>?)\n(?:\1\n)+", r"\1\n", "\n".join(lines)).strip("\n")

    @property
    def _prefix(self) -> str:
        return "> " * min(self._quotes, _DEEPEST_QUOTE)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS and (tag == "br" or self._lines[-1] != self._prefix):
            self._lines.append(self._prefix)
        if tag in _PARAGRAPHS and self._lines[-2:-1] != [self._prefix]:
            self._lines.append(self._prefix)

    def _lead(self) -> None:
        shown, self._link, link = self._within.strip(), "", self._link.removeprefix("mailto:")
        if link and shown not in (link, link.partition("://")[2].rstrip("/"), link.rstrip("/")):
            self._lines[-1] += f" ({link})" if shown else f"({link})"
