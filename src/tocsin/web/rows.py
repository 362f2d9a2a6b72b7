"""The rows of the list of incidents: what each was, how it went, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby

from tocsin.report import times
from tocsin.store.listing import Listed
from tocsin.web.asked import Asked
from tocsin.web.minis import Mini, is_guess, lasted, mini
from tocsin.web.pills import Pill, opened
from tocsin.web.showing import lapse


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the list."""

    it: Listed
    about: str
    day: str
    length: str
    picture: Mini
    pill: Pill
    to: str


@dataclass(frozen=True, kw_only=True)
class Month:
    """The rows of one month that stand on this page, and their sum."""

    name: str
    sum: str
    rows: tuple[Row, ...]


def months(asked: Asked, rows: Iterable[Listed], names: Mapping[str, str], more: bool) -> tuple[Month, ...]:
    """The rows of one page; `more`: the last month goes on over it."""
    zone = asked.zone
    grouped = [(name, list(those)) for name, those in groupby(rows, key=lambda it: month(it.begun, zone))]
    cut = {place for place, cut in ((0, bool(asked.query.line("before"))), (len(grouped) - 1, more)) if cut}
    return tuple(
        Month(
            name=name,
            sum=_sum(those, asked.now, cut=place in cut),
            rows=tuple(_row(asked, it, names) for it in those),
        )
        for place, (name, those) in enumerate(grouped)
    )


def month(at: datetime, zone: tzinfo) -> str:
    """`November 2026`."""
    return times.day(at, zone).partition(" ")[2]


def kind(asked: Asked, slug: str) -> str:
    """What people could not do, as the playbook calls it; one that it no longer has keeps its slug."""
    return next((each.name for each in asked.tocsin.playbook.criteria if each.slug == slug), slug)


def _sum(rows: Sequence[Listed], now: datetime, *, cut: bool) -> str:
    """Of what stands here: where a month goes on over the page, the sum says so."""
    many = f"{len(rows)} incident{'' if len(rows) == 1 else 's'}{' on this page' if cut else ''}"
    lengths = [
        length for row in rows if not row.drill and not is_guess(row) and (length := lasted(row, now)) is not None
    ]
    whole = sum(lengths, timedelta())
    return f"{many}, {_hours(whole)} of impact" if whole else many


def _row(asked: Asked, it: Listed, names: Mapping[str, str]) -> Row:
    length, there = lasted(it, asked.now), it.begun.astimezone(asked.zone)
    what = [*(names.get(slug, slug) for slug in it.services), kind(asked, it.criterion or "")]
    public = asked.sight != "everything"
    return Row(
        it=it,
        about=" · ".join(each for each in what if each),
        day=f"{there:%a} {there.day}",
        length="" if length is None else f"{'about ' if is_guess(it) else ''}{_short(length)}",
        picture=mini(it, asked.now),
        pill=_pill(asked, it),
        to=f"/incidents/{it.number}/report" if public else f"/incidents/{it.number}",
    )


def _pill(asked: Asked, it: Listed) -> Pill:
    """Where it stands, in a word: until it is over, how far the work is; then, how far its report is."""
    match it:
        case Listed(state="cancelled"):
            return Pill(kind="", icon="dash", word="Cancelled")
        case Listed(state="open"):
            return opened(asked.tocsin.playbook, it.phase)
        case Listed(drill=True):
            return Pill(kind="good", icon="check", word="Exercise, over")
        case Listed(report="in-review"):
            return Pill(kind="act", icon="users", word="Report: in review")
        case Listed(report="reviewed"):
            return Pill(kind="good", icon="done", word="Report: reviewed")
        case Listed(report="published"):
            return Pill(kind="out", icon="globe", word="Report: published")
        case _:
            days = (asked.now - it.resolved_at).days if it.resolved_at else 0
            return Pill(kind="wait", icon="clock", word=f"Report: {days} days" if days > 1 else "Report: draft")


def _short(length: timedelta) -> str:
    """`1 h 34`, as a column has room for it."""
    words = lapse(length)
    return words.removesuffix(" min") if " h " in words else words


def _hours(length: timedelta) -> str:
    """Hours, however many: sums are not told in days."""
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )
