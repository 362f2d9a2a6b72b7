"""Reads the course of an incident off its log: who commanded when, what was told, and when it was worked on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.incident import Incident, fold
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Playbook
from tocsin.core.timeline import Names
from tocsin.report.strip.course import Commanded, Course, Sign, Stretch, Word, times, without
from tocsin.report.strip.impact import harm, windows
from tocsin.report.strip.signs import signs


def course(entries: Sequence[Entry], playbook: Playbook, name: Names, now: datetime | None) -> Course | None:
    """None where the log holds nothing with a place in time that could be drawn."""
    if not entries:
        return None
    incident = fold(entries[0].incident, entries)
    over, pauses = _over(incident, entries), _pauses(entries)
    upto = over or max([*(entry.at.at for entry in entries), *([now] if now else [])])
    moments = signs(entries, incident.impact, over, pauses)
    work = _work(moments, upto, pauses)
    read = Course(
        window=incident.impact,
        earlier=tuple(windows(entries)[:-1]),
        harm=tuple(harm(entries, moments, over, upto, pauses)),
        command=tuple(_command(incident, playbook, name, upto, pauses)),
        told=tuple(_told(entries, incident, over)),
        signs=moments,
        work=work,
        over=over,
        now=None if over else now,
    )
    return read if read.harm or read.signs or read.told or read.command else None


def _over(incident: Incident, entries: Sequence[Entry]) -> datetime | None:
    if incident.state == "cancelled":
        return max(times(entries, e.Cancelled))
    return incident.resolved_at


def _pauses(entries: Sequence[Entry]) -> list[Stretch]:
    """Between each end that did not last and the return."""
    pauses: list[Stretch] = []
    ended = None
    for entry in entries:
        if isinstance(entry.event, e.Resolved):
            ended = entry.at.at
        elif isinstance(entry.event, e.Reopened) and ended is not None:
            pauses.append((ended, max(ended, entry.at.at)))
    return pauses


def _work(signs: Sequence[Sign], upto: datetime, pauses: Sequence[Stretch]) -> tuple[Stretch, ...]:
    first = min((sign.at for sign in signs), default=upto)
    return tuple(without([(first, max(first, upto))], pauses))


# ── who commanded, and what was told ───────────────────────────────────────────────────────────────────────────────


def _command(
    incident: Incident, playbook: Playbook, name: Names, upto: datetime, pauses: Sequence[Stretch]
) -> list[Commanded]:
    """One after the other; and nobody, where it was declared and nobody had it."""
    slugs = {role.slug for role in playbook.roles if "commands" in role.duties}
    held = sorted((each for each in incident.holdings if each.role in slugs), key=lambda each: each.since)
    nexts = [*(each.since for each in held), upto][1:]
    bars: list[Commanded] = []
    for each, following in zip(held, nexts, strict=True):
        end = min(each.until or upto, following, upto)
        for a, b in without([(each.since, end)] if each.since < end else [], pauses):
            bars = _joined(bars, Commanded(since=a, until=b, name=name(each.person) or each.person))
    return sorted([*bars, *_nobody(incident, bars, upto, pauses)], key=lambda bar: bar.since)


def _joined(bars: list[Commanded], bar: Commanded) -> list[Commanded]:
    if bars and (bars[-1].name, bars[-1].until) == (bar.name, bar.since):
        return [*bars[:-1], replace(bars[-1], until=bar.until)]
    return [*bars, bar]


def _nobody(
    incident: Incident, bars: Sequence[Commanded], upto: datetime, pauses: Sequence[Stretch]
) -> Iterator[Commanded]:
    if incident.declared_at is not None:
        held = [(bar.since, bar.until) for bar in bars]
        for a, b in without([(incident.declared_at, upto)], [*held, *pauses]):
            yield Commanded(since=a, until=b)


def _told(entries: Sequence[Entry], incident: Incident, over: datetime | None) -> list[Word]:
    sent = [
        Word(at=entry.at.at, by_itself=entry.event.approved_by == TOCSIN.handle)
        for entry in entries
        if isinstance(entry.event, e.Updated)
    ]
    promised = {told.next_by for told in incident.told if told.next_by is not None} if over is None else set()
    return sorted([*sent, *(Word(at=at, due=True) for at in promised)], key=lambda word: word.at)
