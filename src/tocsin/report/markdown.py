"""The report as a MyST document, which reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

import yaml
from markdown_it.token import Token

from tocsin.core.incident import Action
from tocsin.core.moments import Moment
from tocsin.language.markup import levels
from tocsin.report import times
from tocsin.report.document import Document, Line, Part
from tocsin.report.facts import notices
from tocsin.report.inert import inert
from tocsin.report.inert.grammar import grammar
from tocsin.report.lines import WORDS
from tocsin.report.links import parts, unsaid
from tocsin.report.names import day


def as_markdown(document: Document) -> bytes:
    """The published file. Sections and lines stand as written, only made inert; all else is on one line, escaped."""
    zone = ZoneInfo(document.zone)
    blocks = [
        _front_matter(document),
        f"# {inline(_title(document))}",
        *_facts(document, zone),
        *_sections(document),
        *_actions(document),
        *_timeline(document, zone),
    ]
    return ("\n\n".join(blocks) + "\n").encode()


def inline(text: str) -> str:
    """Any text on one line in which nothing is markup but the web addresses, which are links."""
    return "".join(f"<{part}>" if is_address else _escaped(part) for part, is_address in parts(_one_line(text)))


_SEEN: dict[int, str | None] = {
    **dict.fromkeys([*range(32), *range(127, 160)], " "),
    # These turn around what stands beside them.
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
    # Halves of letters, which no file can hold.
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


def _one_line(text: str) -> str:
    return " ".join(text.translate(_SEEN).split())


_MARKUP = re.compile(
    r"""[\\`*{}\[\]<$|~]
    | (?<![^\W_])_ | _(?![^\W_])       # inside a word it is a letter like any other
    | &(?=\#?\w+;)                     # would be read as the sign it names
    | (?<!\w)@(?=\w)                   # would cite a work
    | \((?=(?:c|r|tm)\))               # would become ©, ® or ™
    | \#(?=\#*$)                       # would close a heading
    """,
    re.VERBOSE | re.IGNORECASE,
)


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _title(document: Document) -> str:
    return _one_line(document.title) or f"Incident {document.number}"


def _front_matter(document: Document) -> str:
    about = dict.fromkeys(_one_line(name) for name in (*document.services, *document.communities))
    front: dict[str, str | date | list[str]] = {
        "title": _title(document),
        "subject": "Incident report",
        "date": day(document),
        **({"keywords": list(about)} if about else {}),
    }
    # No value may continue on a line of its own: one that is `---` would end the front matter.
    dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1_000_000)
    return f"---\n{dumped}---"


# ── facts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _facts(document: Document, zone: ZoneInfo) -> Iterator[str]:
    facts = [*_what(document), *_when(document, zone), *(_part(part, zone) for part in document.roles)]
    facts.append(("Verified", document.verified))
    yield "\n".join(f"- **{inline(name)}:** {inline(text)}" for name, text in facts if text.strip())
    yield from (f"*{notice}*" for notice in notices(document))


def _what(document: Document) -> list[tuple[str, str]]:
    return [
        ("Incident", str(document.number)),
        ("Status", document.status),
        ("Owner of the review process", document.owner),
        ("Services", ", ".join(document.services)),
        ("Communities", ", ".join(document.communities)),
    ]


def _when(document: Document, zone: ZoneInfo) -> list[tuple[str, str]]:
    return [
        ("Impact began", _moment(document.impact.start, zone)),
        ("Impact ended", _moment(document.impact.end, zone)),
        ("Impact lasted", times.lasted(document.impact)),
        ("Declared", times.stamp(document.declared, zone)),
        ("Resolved", times.stamp(document.resolved, zone) if document.resolved else "not yet"),
    ]


def _moment(moment: Moment | None, zone: ZoneInfo) -> str:
    if moment is None:
        return "not known"
    if moment.until is None:
        return times.stamp(moment.at, zone)
    return f"between {times.stamp(moment.at, zone)} and {times.stamp(moment.until, zone)}"


def _part(part: Part, zone: ZoneInfo) -> tuple[str, str]:
    until = f" until {times.stamp(part.until, zone)}" if part.until else ""
    return part.name, f"{part.person}, from {times.stamp(part.since, zone)}{until}"


# ── prose and actions ──────────────────────────────────────────────────────────────────────────────────────────────


def _sections(document: Document) -> Iterator[str]:
    """Those that somebody has written; an empty one is left out."""
    for section in document.sections:
        if section.text.strip():
            yield f"## {inline(section.title)}"
            yield _fitted(inert(section.text, headings=True), under=2)


def _actions(document: Document) -> Iterator[str]:
    if document.actions:
        yield "## Action items"
        yield "\n".join(_action(action) for action in document.actions)
    elif document.no_action.strip():
        yield "## Action items"
        yield f"None is needed: {inline(document.no_action)}"


def _action(action: Action) -> str:
    box = "[x]" if action.done else "[ ]"
    said = " ".join(inline(text) for text in (action.text, *unsaid((action.url,), action.text)))
    improves = f" (improves: {action.improves})" if action.improves else ""
    return f"- {box} {_unbegun(said.strip())}{improves}"


_BEGINS = re.compile(r"(?=[-#+>:%]|\(.*\)=)|\d{1,9}(?=[.)](?:\s|$))")


def _unbegun(text: str) -> str:
    """Some readers take what follows a task's box as the beginning of a line: of a heading, a list, a comment."""
    begins = _BEGINS.match(text)
    return f"{begins[0]}\\{text[begins.end() :]}" if begins else text


_HASHES = re.compile(r"#{1,6}")


def _fitted(text: str, *, under: int) -> str:
    """The text, made inert, with its headings below that level, no level skipped, whatever was typed."""
    # Read as it was when it was made inert, to the final newline: then it is in the same blocks.
    tokens = grammar(True).parse(f"{text}\n")
    typed = [(opening, tokens[at + 1].content) for at, opening in enumerate(tokens) if _is_heading(opening)]
    lines = text.split("\n")
    shown = levels([int(opening.tag[1]) for opening, _ in typed], under=under)
    for (opening, content), level in zip(typed, shown, strict=True):
        first, end = opening.map or (0, 0)
        # Nothing moves: the lines that an underlined heading no longer needs stay, empty.
        lines[first:end] = [_heading(opening, lines[first], content, level), *[""] * (end - first - 1)]
    return "\n".join(lines)


def _is_heading(token: Token) -> bool:
    """One in a list or a quotation is no part of the outline."""
    return token.type == "heading_open" and token.level == 0


def _heading(opening: Token, line: str, content: str, level: int) -> str:
    if opening.markup.startswith("#"):
        return _HASHES.sub("#" * level, line, count=1)
    # A sign at the end would close the heading and not be shown; a closing sign of ours lets it stand.
    closing = " #" if content.endswith("#") else ""
    return f"{'#' * level} {' '.join(content.splitlines())}{closing}"


# ── the timeline ───────────────────────────────────────────────────────────────────────────────────────────────────


def _timeline(document: Document, zone: ZoneInfo) -> Iterator[str]:
    yield "## Timeline"
    yield times.legend([line.at.at for line in document.timeline], zone, inline(document.zone))
    for heading, lines in groupby(document.timeline, key=lambda line: times.weekday(line.at.at, zone)):
        yield f"### {heading}"
        for line in lines:
            yield from _line(line, zone)


def _line(line: Line, zone: ZoneInfo) -> Iterator[str]:
    at, until = line.at.at, line.at.until
    time = times.span(at, until, zone) if until else times.clock(at, zone)
    yield " · ".join(filter(None, (f"**{time}**", WORDS[line.kind], inline(line.by))))
    if line.text.strip():
        yield inert(line.text)
    if links := unsaid(line.links, line.text):
        yield f"{'Link' if len(links) == 1 else 'Links'}: {', '.join(inline(link) for link in links)}"
