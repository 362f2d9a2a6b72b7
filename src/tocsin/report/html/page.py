"""What stands on the page of a report, in its order, as the template needs it: words, times, what is safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from itertools import groupby

from markupsafe import Markup

from tocsin.core.incident import Action
from tocsin.language.markup import Node, as_html, tree
from tocsin.report import times
from tocsin.report.clock import clock
from tocsin.report.data import as_json
from tocsin.report.document import Document, Line
from tocsin.report.facts import Fact, notices
from tocsin.report.html.facts import course, facts
from tocsin.report.html.links import link, linked
from tocsin.report.html.when import When
from tocsin.report.lines import MILESTONES, WORDS
from tocsin.report.links import unsaid
from tocsin.report.names import day
from tocsin.report.sections import Written, written
from tocsin.report.strip import as_figure


@dataclass(frozen=True, kw_only=True)
class Prose:
    """A section that somebody has written."""

    title: str
    prose: Markup


@dataclass(frozen=True, kw_only=True)
class Doing:
    """One action; `where` it is followed up is empty where its own text says so, or nobody has."""

    text: Markup
    where: Markup
    improves: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the timeline."""

    classes: str
    when: Markup
    key: bool
    word: str
    by: str
    typed: Markup
    """The command it begins with, where it stands alone."""
    prose: Markup
    links: Markup


@dataclass(frozen=True, kw_only=True)
class Day:
    """What happened on one day, by the report's clock."""

    name: str
    lines: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Page:
    """All that the template shows."""

    number: int
    title: str
    status: str
    name: str
    """What its files are called, without their ending; empty where nobody knows yet."""
    forms: tuple[str, ...]
    date: str
    digest: str
    """The SHA-256 of the report as data: whoever quotes it can say which one they read."""
    notices: tuple[str, ...]
    lede: Prose | None
    facts: tuple[Fact[Markup], ...]
    picture: Markup
    zone: str
    sections: tuple[Prose, ...]
    actions: tuple[Doing, ...]
    no_action: Markup
    course: tuple[Fact[Markup], ...]
    days: tuple[Day, ...]


def page(document: Document, *, name: str, forms: Sequence[str]) -> Page:
    """The page of a report that lies beside these forms of it, which are called `name`."""
    when = When(clock=(there := clock(document)))
    lede, sections = written(document.sections, tree)
    return Page(
        number=document.number,
        title=document.title.strip() or f"Incident {document.number}",
        status=document.status,
        name=name,
        forms=tuple(forms),
        date=times.day(datetime.combine(day(document), time(), there.zone), there.zone),
        digest=sha256(as_json(document)).hexdigest(),
        notices=tuple(notices(document)),
        lede=_section(lede) if lede else None,
        facts=facts(document, when),
        picture=Markup(as_figure(document.strip)) if document.strip else Markup(),  # noqa: S704
        zone=there.legend,
        sections=tuple(map(_section, sections)),
        actions=tuple(_doing(action) for action in document.actions),
        no_action=linked(document.no_action.strip()),
        course=course(document, when),
        days=tuple(_days(document.timeline, when)),
    )


# ── prose ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _section(section: Written) -> Prose:
    return Prose(title=section.title, prose=_drawn(list(section.blocks), under=2))


def _drawn(nodes: list[Node], *, under: int) -> Markup:
    """What scrolls by itself and can be reached by key says what it is; on paper no address is said twice.

    A `<` that somebody wrote is never left as it is, in words or in addresses, so these are tags.
    """
    drawn = as_html(nodes, under=under)
    for tag, what in (("pre", "Commands and output"), ("div", "Table")):
        drawn = re.sub(rf"<{tag} [^<>]*", rf'\g<0> role="group" aria-label="{what}"', drawn)
    drawn = re.sub(r'<a (href="([^"<>]*)"[^<>]*>\2</a>)', r'<a class="bare" \1', drawn)
    return Markup(drawn)  # noqa: S704


# ── actions and the timeline ───────────────────────────────────────────────────────────────────────────────────────


def _doing(action: Action) -> Doing:
    return Doing(
        text=linked(action.text),
        where=_links((action.url,), action.text),
        improves=action.improves or "",
        done=action.done,
    )


def _links(links: Iterable[str], text: str) -> Markup:
    return Markup(" ").join(link(each) for each in unsaid(links, text) if each.strip())


def _days(lines: Iterable[Line], when: When) -> Iterator[Day]:
    for name, those in groupby(lines, key=lambda line: when.clock.weekday(line.at.at)):
        yield Day(name=name, lines=tuple(_row(line, when) for line in those))


def _row(line: Line, when: When) -> Row:
    typed, nodes = _typed(tree(line.text, breaks=True))
    return Row(
        classes=" ".join(_classes(line)),
        when=when.span(line.at),
        key=line.key,
        word=WORDS[line.kind],
        by=line.by,
        typed=_whole_words(typed),
        prose=_drawn(nodes, under=3),
        links=_links(line.links, line.text),
    )


def _classes(line: Line) -> Iterator[str]:
    if line.kind in MILESTONES:
        yield "mile"
    if line.key:
        yield "key"


def _typed(nodes: list[Node]) -> tuple[str, list[Node]]:
    """A command that stands alone at the beginning, and what comes after it."""
    match nodes:
        case [{"t": "p", "c": [{"t": "code", "s": command}]}, *rest]:
            return command, rest
        case _:
            return "", nodes


def _whole_words(command: str) -> Markup:
    """A line that is too long ends between two words: browsers break `--dry-run` in three."""
    pieces = re.split(r"(\s+)", command)
    return Markup().join(Markup("<span>{}</span>").format(piece) if piece.strip() else piece for piece in pieces)
