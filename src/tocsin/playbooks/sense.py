"""What the code relies on beyond a playbook's form: one role that commands, slugs that differ, a zone that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.core.playbook import Duty, Playbook, Role, Term
from tocsin.core.report import ReportState
from tocsin.playbooks.places import Mistake, Place

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATH = re.compile(rf"{_SLUG.pattern}(/{_SLUG.pattern})*")
_NAME = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]+")
_REPORT_STATES = tuple(state for state in get_args(ReportState) if state != "none")


def sense(playbook: Playbook) -> Iterator[Mistake]:
    """Every mistake of a playbook that is well-formed."""
    yield from _named((), playbook)
    yield from _named(("service",), playbook.service, _PATH)
    for kind, terms in _kinds(playbook):
        yield from _distinct(kind, terms)
    yield from _duties(playbook.roles)
    yield from _zone(playbook.zone)
    yield from _numbers(playbook)
    yield from _report(playbook)


def _named(place: Place, thing: Term | Playbook, slug: re.Pattern[str] = _SLUG) -> Iterator[Mistake]:
    if not slug.fullmatch(thing.slug):
        yield (
            (*place, "slug"),
            f"“{thing.slug}” is no slug; write lower-case letters, digits and single hyphens: what-happened.",
        )
    if not _NAME.fullmatch(thing.name):
        yield (*place, "name"), "“name” has to be one line that people can read; write what they call it."


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
            yield (kind, index), f"“{word}” already stands for another of the {_plain(kind)}; write something else."
        taken |= words


def _plain(kind: str) -> str:
    return kind.replace("_", " ")


def _duties(roles: tuple[Role, ...]) -> Iterator[Mistake]:
    for duty in get_args(Duty):
        if not any(duty in role.duties for role in roles):
            yield ("roles",), f'No role has the duty “{duty}”; write duties = ["{duty}"] in one of the [[roles]].'
    commanding = [index for index, role in enumerate(roles) if "commands" in role.duties]
    for index in commanding[1:]:
        yield (
            ("roles", index, "duties"),
            f"“{roles[commanding[0]].slug}” commands already; leave “commands” out of the other roles.",
        )
    for index in commanding:
        if roles[index].many:
            yield ("roles", index, "many"), "One person commands at a time; write many = false."


def _zone(zone: str) -> Iterator[Mistake]:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("zone",), f"There is no time zone “{zone}”; write one such as Europe/Berlin, or UTC."


def _numbers(playbook: Playbook) -> Iterator[Mistake]:
    for index, criterion in enumerate(playbook.criteria):
        if criterion.people < 1:
            yield ("criteria", index, "people"), "An incident affects somebody; write people = 1, or more."
    if playbook.review.readers < 0:
        yield ("review", "readers"), "There cannot be fewer readers than none; write readers = 0, or more."


def _report(playbook: Playbook) -> Iterator[Mistake]:
    if not playbook.sections:
        yield ("sections",), "A report has to have a section; write at least one table [[sections]]."
    states = {state.slug for state in playbook.report_states}
    for state in _REPORT_STATES:
        if state not in states:
            yield (
                ("report_states",),
                f'The report state “{state}” has no name; write [[report_states]] with slug = "{state}" and its name.',
            )
