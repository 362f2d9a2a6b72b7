"""The report as the template draws it: plain data, in its order, every text, name and time in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from tocsin.core.incident import Action
from tocsin.core.timeline import LineKind
from tocsin.language.markup import Node
from tocsin.report.clock import Clock, clock
from tocsin.report.document import Document, Line
from tocsin.report.facts import Fact, notices
from tocsin.report.lines import MILESTONES, WORDS
from tocsin.report.links import unsaid
from tocsin.report.names import day, stem
from tocsin.report.pdf.facts import facts
from tocsin.report.pdf.legible import legible, spelled
from tocsin.report.pdf.prose import commanded, link, one_line, plain, prose
from tocsin.report.sections import Written, written
from tocsin.report.strip import as_data as as_strip

Json = dict[str, object]

MOST = 2000
"""A timeline of more lines is not for reading from page to page; then only what matters most is here."""


def as_data(document: Document) -> Json:
    """What `report.typ` draws."""
    there = clock(document)
    title = one_line(document.title) or f"Incident {document.number}"
    lede, sections = written(document.sections, prose)
    lines = kept(document.timeline)
    on = day(document)
    drawn: Json = {
        "number": document.number,
        "title": title,
        "short-title": plain(_short(spelled(title)), links=False),
        "heading": plain(title),
        "head": plain(f"Incident {document.number} · {document.status}" if document.status.strip() else ""),
        "authors": [owner] if (owner := one_line(document.owner)) else [],
        "keywords": [*dict.fromkeys(filter(None, map(one_line, (*document.services, *document.communities))))],
        "date": {"year": on.year, "month": on.month, "day": on.day},
        "attachment": f"{stem(document)}.json",
        "legend": there.legend,
        "lede": lede.blocks if lede else [],
        "notices": list(notices(document)),
        "strip": as_strip(document.strip) if document.strip else None,
        "facts": [_fact(fact) for fact in facts(document, there)],
        "sections": [_section(section) for section in sections],
        "actions": [_action(action) for action in document.actions],
        "no-action": _no_action(document),
        "timeline-note": plain(_timeline_note(document, lines, there)),
        "timeline": list(_days(lines, there)),
        "about": plain(_ABOUT),
    }
    found: Json = legible(drawn)
    return found


def kept(timeline: Sequence[Line]) -> Sequence[Line]:
    """The lines that the PDF holds."""
    return timeline if len(timeline) <= MOST else [line for line in timeline if _matters(line)]


_PROCESS: frozenset[LineKind] = MILESTONES | {"acknowledged", "role", "decision", "update", "verified"}


def _matters(line: Line) -> bool:
    return line.key or line.kind in _PROCESS


def _short(title: str) -> str:
    """For the head of every page, which has one line."""
    return title if len(title) <= 80 else f"{title[:79].rstrip()}…"


_ABOUT = (
    "We look for causes in systems, not in people. Where this report is published, it stands beside this file as a "
    "page, as Markdown and, for programs, as JSON, by the same name. The JSON is attached to this PDF."
)


# ── facts, prose and actions ───────────────────────────────────────────────────────────────────────────────────────


def _fact(fact: Fact[str]) -> Json:
    notes = [note for note in fact.notes if note.strip()]
    return {
        "key": plain(fact.name),
        "value": plain(fact.value),
        "notes": [plain(note) for note in notes],
        "long": _is_long(fact.name, fact.value, *notes),
    }


def _section(section: Written) -> Json:
    return {"title": plain(one_line(section.title) or "Untitled"), "body": section.blocks}


def _action(action: Action) -> Json:
    state = "done" if action.done else "open"
    return {
        "state": f"{action.improves.capitalize()} · {state}" if action.improves else state.capitalize(),
        "text": plain(action.text),
        "link": [node for url in unsaid((action.url,), action.text) for node in link(url)],
        "long": _is_long(action.text, action.url),
    }


def _no_action(document: Document) -> list[Node]:
    why = document.no_action.strip()
    return plain(f"None is needed: {why}") if why and not document.actions else []


# ── the timeline ───────────────────────────────────────────────────────────────────────────────────────────────────


def _timeline_note(document: Document, lines: Sequence[Line], clock: Clock) -> str:
    note = f"Oldest first. {clock.legend}"
    if len(lines) == len(document.timeline):
        return note
    name = stem(document)
    return (
        f"{note} There are {len(document.timeline):,} lines, more than a PDF is good for. Here stand the "
        f"{len(lines):,} that are key moments or steps of the process; all of them are in {name}.md, and in "
        f"{name}.json, which is attached."
    )


def _days(lines: Sequence[Line], clock: Clock) -> Iterator[Json]:
    for name, those in groupby(lines, key=lambda line: clock.weekday(line.at.at)):
        yield {"name": name, "lines": [_line(line, clock, last=line is lines[-1]) for line in those]}


def _line(line: Line, clock: Clock, *, last: bool) -> Json:
    body = commanded(prose(line.text, breaks=True))
    key = _is_key(line)
    begins = bool(body) and body[0]["t"] == "p"
    span = clock.span(line.at)
    return {
        "time": span,
        "by": plain(line.by),
        "short": len(line.by) + 2 * len(span) <= _SHORT,
        "kind": " · ".join([*(["Key moment"] if line.key else []), *([WORDS[line.kind]] if body else [])]),
        "key": key,
        "bold": key and len(line.text) <= _BOLD,
        "opening": body[0]["c"] if begins else [] if body else plain(f"{WORDS[line.kind]}."),
        "body": body[1:] if begins else body,
        "links": plain(" · ".join(unsaid(line.links, line.text))),
        "long": (long := _is_long(line.text, line.by * 8, *line.links)),
        "last": last and not long,
    }


_BOLD, _WHOLE = 160, 600
"""Of how many letters a text may be to be bold as a whole, or to stand on one page as a whole."""
_SHORT = 30
"""A name and twice its time may be so long to stand in one line beside the text."""


_BREAKS = re.compile(r"\n|[>|*+-] ")
"""What may begin a line of its own: every mark of quotes and lists that are nested too deep does."""


def _is_long(*texts: str) -> bool:
    return sum(len(spelled(text)) + 60 * len(_BREAKS.findall(text)) for text in texts) > _WHOLE


def _is_key(line: Line) -> bool:
    return line.key or line.kind in MILESTONES
