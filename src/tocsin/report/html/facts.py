"""What can be said of an incident in a few words: the four facts at the top, and how it went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from markupsafe import Markup, escape

from tocsin.core.moments import Moment
from tocsin.report import times
from tocsin.report.document import Document, Part
from tocsin.report.facts import NOTICED, Fact, in_one_day, lasted
from tocsin.report.html.links import linked
from tocsin.report.html.when import When


def facts(document: Document, when: When) -> tuple[Fact[Markup], ...]:
    """What a reader wants to know first."""
    return (_impact(document, when), _lasted(document), _who(document), _answer(document, when))


def course(document: Document, when: When) -> tuple[Fact[Markup], ...]:
    """When what was done, and by whom."""
    return tuple(_course(document, when))


# ── the facts at the top ───────────────────────────────────────────────────────────────────────────────────────────


def _impact(document: Document, when: When) -> Fact[Markup]:
    impact = document.impact
    if edges := in_one_day(impact, when.clock):
        value = Markup("{} to {}").format(*map(when.guess, edges))
        more: tuple[Markup, ...] = (escape(when.clock.weekday(edges[0].at)),)
    else:
        value, more = _edges(document, when)
    guessed = (*_guessed("began", impact.start, when), *_guessed("ended", impact.end, when))
    return Fact(name="Impact", value=value, notes=(*more, *guessed))


def _edges(document: Document, when: When) -> tuple[Markup, tuple[Markup, ...]]:
    """Each with its day."""
    start, end = document.impact.start, document.impact.end
    over = escape("its end is not known" if document.resolved else "not over yet")
    if start is None:
        return escape("not known"), (Markup("until {}").format(when.guess(end, stamp=True)),) if end else ()
    until = Markup("to {}").format(when.guess(end, stamp=True)) if end else over
    return when.guess(start, stamp=True), (until,)


def _guessed(did: str, moment: Moment | None, when: When) -> Iterator[Markup]:
    if moment is not None and moment.until is not None:
        yield Markup("{} between {} and {}").format(did, when.time(moment.at), when.near(moment.until, moment.at))


def _lasted(document: Document) -> Fact[Markup]:
    name, value, ends = lasted(document.impact)
    return Fact(name=name, value=escape(value or "not known"), notes=(escape(ends),) if ends else ())


def _who(document: Document) -> Fact[Markup]:
    whom, what = _list(document.communities), _list(document.services)
    said = (what if whom else Markup(), _people(document.people), escape(document.criterion))
    return Fact(
        name="Who", value=whom or what or escape("not known"), notes=tuple(each for each in said if each.strip())
    )


def _people(count: int | None) -> Markup:
    return escape("" if count is None else "at least one person" if count == 1 else f"at least {count} people")


def _list(names: tuple[str, ...]) -> Markup:
    return Markup(", ").join(Markup("<bdi>{}</bdi>").format(name) for name in names if name.strip())


def _answer(document: Document, when: When) -> Fact[Markup]:
    """How long those who were affected waited for a word; where they got none, how long for the end."""
    if document.told and document.noticed and document.noticed.at <= document.told[0]:
        waited = times.duration(document.told[0] - document.noticed.at)
        return Fact(name="First word to them", value=escape(waited), notes=(escape("after the first sign of trouble"),))
    if document.told:
        return Fact(name="First word to them", value=when.stamp(document.told[0]))
    return Fact(name="Resolved", value=_resolved(document, when))


def _resolved(document: Document, when: When) -> Markup:
    return when.stamp(document.resolved) if document.resolved else escape("not yet")


# ── how it went ────────────────────────────────────────────────────────────────────────────────────────────────────


def _course(document: Document, when: When) -> Iterator[Fact[Markup]]:
    if noticed := document.noticed:
        yield Fact(name="Noticed", value=when.stamp(noticed.at), notes=(escape(NOTICED[noticed.kind]),))
    if document.answered:
        yield Fact(name="Answered", value=when.stamp(document.answered))
    yield Fact(name="Declared", value=when.stamp(document.declared))
    if document.told:
        yield _told(document.told, when)
    yield Fact(name="Resolved", value=_resolved(document, when))
    if document.verified.strip():
        yield Fact(name="Verified", value=linked(document.verified))
    yield from (_part(part, when) for part in document.roles)
    if document.owner.strip():
        yield Fact(name="Owner of the review process", value=_list((document.owner,)))


def _told(told: Sequence[datetime], when: When) -> Fact[Markup]:
    again = [when.near(at, before) for before, at in pairwise(told)]
    more = (Markup("again at {}").format(Markup(", ").join(again)),) if again else ()
    return Fact(name="Communities told", value=when.stamp(told[0]), notes=more)


def _part(part: Part, when: When) -> Fact[Markup]:
    since = Markup("from {}").format(when.stamp(part.since))
    held = Markup("{} until {}").format(since, when.near(part.until, part.since)) if part.until else since
    return Fact(name=part.name, value=_list((part.person,)), notes=(held,))
