"""What a playbook has to say beyond its form: one role that commands, slugs that differ, a promise that can be kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.core.playbook import Duty, Element, FollowUp, Gates, Hint, Hours, Occasion, Playbook, Role, Term
from tocsin.core.report import ReportState
from tocsin.core.timeline import LineKind
from tocsin.playbooks.form import shown
from tocsin.playbooks.places import Mistake, Place

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATH = re.compile(rf"{_SLUG.pattern}(/{_SLUG.pattern})*")
_LINE = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f\u2028\u2029]+")
_ADDRESS = re.compile(r"(https?://|mailto:)[^\s<>\"]+")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REPORT_STATES = tuple(state for state in get_args(ReportState) if state != "none")


def sense(playbook: Playbook) -> Iterator[Mistake]:
    """Every mistake of a playbook that is well-formed."""
    yield from _named((), playbook)
    yield from _lines_of_its_own(playbook)
    yield from _named(("service",), playbook.service, _PATH)
    for kind, terms in _kinds(playbook):
        yield from _distinct(kind, terms)
    yield from _duties(playbook.roles)
    yield from _zone(playbook.zone)
    yield from _numbers(playbook)
    yield from _hours(playbook.hours)
    yield from _cadence(playbook)
    yield from _gates(playbook.gates)
    yield from _steps(playbook)
    yield from _messages(playbook)
    yield from _report(playbook)
    yield from _elements(playbook.elements)
    yield from _follow_ups(playbook.follow_ups)
    yield from _hints(playbook.hints)


# ── names ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _named(place: Place, thing: Term | Playbook, slug: re.Pattern[str] = _SLUG) -> Iterator[Mistake]:
    if not slug.fullmatch(thing.slug):
        yield (*place, "slug"), _no_slug(thing.slug)
    if not _LINE.fullmatch(thing.name):
        yield (*place, "name"), "“name” has to be one line that people can read; write what they call it."


def _no_slug(text: str) -> str:
    return f"“{shown(text)}” is no slug; write lower-case letters, digits and single hyphens: what-happened."


def _lines_of_its_own(playbook: Playbook) -> Iterator[Mistake]:
    if not _LINE.fullmatch(playbook.version):
        yield ("version",), 'A version is one line of text; write version = "1", and count on from there.'
    for index, source in enumerate(playbook.sources):
        if not _LINE.fullmatch(source):
            yield ("sources", index), "A source is one line of text; write an address, or the name of a document."
    if playbook.suggest and not _ADDRESS.fullmatch(playbook.suggest):
        yield (
            ("suggest",),
            f"“{shown(playbook.suggest)}” is no address; write https://… or mailto:….",
        )
    if playbook.triagers and not _SLUG.fullmatch(playbook.triagers):
        yield ("triagers",), _no_slug(playbook.triagers)


def _kinds(playbook: Playbook) -> Iterator[tuple[str, tuple[Term, ...]]]:
    """Everything the playbook names, kind by kind."""
    for field in fields(playbook):
        match getattr(playbook, field.name):
            case (Term(), *_) as terms:
                yield field.name, tuple(terms)


def _distinct(kind: str, terms: tuple[Term, ...]) -> Iterator[Mistake]:
    """Whoever asks for one of them, by slug or by name, has to get that one."""
    taken: set[str] = set()
    for index, term in enumerate(terms):
        yield from _named((kind, index), term)
        words = {term.slug.casefold(), term.name.casefold()}
        for word in sorted(words & taken):
            yield (
                (kind, index),
                f"“{shown(word)}” already stands for another of the {_plain(kind)}; write something else.",
            )
        taken |= words


def _plain(kind: str) -> str:
    return kind.replace("_", " ")


def _twice(values: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Which of them stand there already, with their places."""
    met: set[str] = set()
    for index, value in enumerate(values):
        if value.casefold() in met:
            yield index, value
        met.add(value.casefold())


# ── people and hours ───────────────────────────────────────────────────────────────────────────────────────────────


def _duties(roles: tuple[Role, ...]) -> Iterator[Mistake]:
    for duty in get_args(Duty):
        if not any(duty in role.duties for role in roles):
            yield ("roles",), f'No role has the duty “{duty}”; write duties = ["{duty}"] in one of the [[roles]].'
    for index, role in enumerate(roles):
        for _, duty in _twice(role.duties):
            yield ("roles", index, "duties"), f"“{duty}” stands there twice; write it once."
    commanding = [index for index, role in enumerate(roles) if "commands" in role.duties]
    for index in commanding[1:]:
        yield (
            ("roles", index, "duties"),
            f"“{shown(roles[commanding[0]].slug)}” commands already; write “commands” in one role only.",
        )
    for index in commanding:
        if roles[index].many:
            yield ("roles", index, "many"), "One person commands at a time; write many = false."


def _zone(zone: str) -> Iterator[Mistake]:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("zone",), f"There is no time zone “{shown(zone)}”; write one such as Europe/Berlin, or UTC."


def _numbers(playbook: Playbook) -> Iterator[Mistake]:
    for index, criterion in enumerate(playbook.criteria):
        if criterion.people < 1:
            yield ("criteria", index, "people"), "An incident affects somebody; write people = 1, or more."
    if not 0 <= playbook.review.readers <= _CROWD:
        yield (
            ("review", "readers"),
            f"So many readers cannot be found; write readers = 0, or more, up to {_CROWD}.",
        )


_CROWD = 50


def _hours(hours: Hours) -> Iterator[Mistake]:
    if not hours.days:
        yield ("hours", "days"), 'On some day somebody works; write days = ["monday"], or more.'
    for index, day in _twice(hours.days):
        yield ("hours", "days", index), f"“{day}” stands there twice; write it once."
    for key, text in (("begins", hours.begins), ("ends", hours.ends)):
        if not _CLOCK.fullmatch(text):
            yield ("hours", key), f'“{shown(text)}” is no time of day; write {key} = "09:30", for instance.'
    if _length(hours) == 0:
        yield (
            ("hours", "ends"),
            "The day of work ends before it has begun; write a later “ends”.",
        )
    for index, day in enumerate(hours.holidays):
        if not _is_day(day):
            yield ("hours", "holidays", index), f"“{shown(day)}” is no date; write year-month-day: 2026-12-25."
    for index, day in _twice(hours.holidays):
        yield ("hours", "holidays", index), f"“{shown(day)}” stands there twice; write it once."


def _length(hours: Hours) -> int | None:
    """How many minutes a day of work has; None where that cannot be told."""
    begins, ends = _CLOCK.fullmatch(hours.begins), _CLOCK.fullmatch(hours.ends)
    return max(0, _minutes(ends) - _minutes(begins)) if begins and ends else None


def _minutes(clock: re.Match[str]) -> int:
    return int(clock[1] or clock[3]) * 60 + int(clock[2] or clock[4])


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(_DAY.fullmatch(text))


def _cadence(playbook: Playbook) -> Iterator[Mistake]:
    """A promise that nobody can keep is worse than none."""
    first, every = playbook.cadence.first, playbook.cadence.every
    day = _length(playbook.hours) or 24 * 60
    if every < 0:
        yield (
            ("cadence", "every"),
            "Nobody can write so often; write every = 180, or another number of minutes; 0 for promises only.",
        )
    if every > day:
        yield (
            ("cadence", "every"),
            f"A day of work has {day} minutes, so some days nobody would write; write every = {day}, or less.",
        )
    if first < 1:
        yield ("cadence", "first"), "Nobody can write so soon; write first = 30, or another number of minutes."
    if 1 <= every < first:
        yield ("cadence", "first"), "The first word comes no later than the next would; write a “first” up to “every”."
    if not 1 <= playbook.hand_over.after <= _WEEK:
        yield ("hand_over", "after"), "That is no stretch of work; write after = 240, or another number of minutes."
    if not 0 <= playbook.hand_over.before_end < day:
        yield ("hand_over", "before_end"), f"That is not within a day of work; write before_end = 30, below {day}."


_WEEK = 7 * 24 * 60


# ── the process ────────────────────────────────────────────────────────────────────────────────────────────────────


def _gates(gates: Gates) -> Iterator[Mistake]:
    if gates.start.blocks:
        yield ("gates", "start", "blocks"), "Nothing can be stopped at the start; write these needs under “warns”."
    for field in fields(gates):
        gate = getattr(gates, field.name)
        for index, need in _twice((*gate.blocks, *gate.warns)):
            key, at = ("blocks", index) if index < len(gate.blocks) else ("warns", index - len(gate.blocks))
            yield ("gates", field.name, key, at), f"“{need}” stands in this gate already; write it once."


def _steps(playbook: Playbook) -> Iterator[Mistake]:
    for number, step in enumerate(playbook.steps):
        for index, evidence in _twice(step.evidence):
            yield ("steps", number, "evidence", index), f"“{evidence}” stands in this step already; write it once."


def _messages(playbook: Playbook) -> Iterator[Mistake]:
    there = {message.slug for message in playbook.messages}
    for occasion in get_args(Occasion):
        if occasion not in there:
            how = f'[[messages]] with slug = "{occasion}", its name, and body = "…" or file = "templates/{occasion}.md"'
            yield ("messages",), f"There is no message for “{occasion}”; write {how}."


def _report(playbook: Playbook) -> Iterator[Mistake]:
    if not playbook.sections:
        yield ("sections",), "A report has to have a section; write at least one table [[sections]]."
    states = [state.slug for state in playbook.report_states]
    for state in _REPORT_STATES:
        if state not in states:
            yield (
                ("report_states",),
                f'The report state “{state}” has no name; write [[report_states]] with slug = "{state}" and its name.',
            )
    for index, known in enumerate(states):
        if known not in _REPORT_STATES:
            yield (
                ("report_states", index, "slug"),
                f"A report is never “{shown(known)}”; write one of {', '.join(_REPORT_STATES)}, and the name you like.",
            )


def _elements(elements: tuple[Element, ...]) -> Iterator[Mistake]:
    kinds = get_args(LineKind)
    for number, element in enumerate(elements):
        for index, kind in enumerate(element.kinds):
            if kind not in kinds:
                yield (
                    ("elements", number, "kinds", index),
                    f"No line of a timeline is “{shown(kind)}”; write some of {', '.join(kinds)}.",
                )
        for index, kind in _twice(element.kinds):
            yield ("elements", number, "kinds", index), f"“{shown(kind)}” stands there twice; write it once."
        if not element.kinds and not element.marked:
            yield ("elements", number), "Nothing would ever be recognised as this; write kinds, or marked = true."


def _follow_ups(follow_ups: tuple[FollowUp, ...]) -> Iterator[Mistake]:
    for index, follow_up in enumerate(follow_ups):
        if not _LINE.fullmatch(follow_up.title):
            yield (
                ("follow_ups", index, "title"),
                'The title of an issue is one line of text; write title = "Incident {{ number }}: {{ title }}".',
            )


def _hints(hints: tuple[Hint, ...]) -> Iterator[Mistake]:
    places = [(number, index) for number, hint in enumerate(hints) for index, _ in enumerate(hint.words)]
    words = [word for hint in hints for word in hint.words]
    for number, hint in enumerate(hints):
        if not hint.words:
            yield ("hints", number), 'This hint has no words to look for; write words = ["forgot to"], for instance.'
        if not hint.instead.strip():
            yield ("hints", number, "instead"), "This hint does not say what to write instead; write it."
    for place, word in zip(places, words, strict=True):
        if not _LINE.fullmatch(word):
            yield ("hints", place[0], "words", place[1]), "These are no words; write what is to be looked for."
    for index, word in _twice(words):
        number, at = places[index]
        yield ("hints", number, "words", at), f"“{shown(word)}” stands in these hints already; write it once."
