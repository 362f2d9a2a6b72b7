"""The strip for a page: SVG without a viewBox, so that it grows with the page and its words do not."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from tocsin.report.strip.labels import reach
from tocsin.report.strip.picture import Harm, Holder, Leap, Mark, MarkKind, Strip, Tick, Told
from tocsin.report.strip.scale import CHAR

_ROW = 32
"""Pixels of one row of labels."""


def as_figure(strip: Strip, *, compact: bool = False, name: str = "strip") -> str:
    """The picture, the key that says its words on a phone, and what its signs mean.

    `name` tells it from other strips of the same page.
    """
    if compact:
        return f'<figure class="strip strip--compact">{as_svg(strip, compact=True, name=name)}</figure>'
    svg, key = as_svg(strip, name=name), "".join(_key(strip))
    known = f'<p class="strip__key" aria-hidden="true">{key}</p>' if key else ""
    caption = f'<figcaption class="strip__caption">{_text(strip.caption)}</figcaption>'
    return f'<figure class="strip strip--full">{svg}{known}{caption}</figure>'


def as_svg(strip: Strip, *, compact: bool = False, name: str = "strip") -> str:
    """The picture alone. `compact`: the impact and what was told, without words, for a card."""
    lanes = _Lanes(strip.rows, compact)
    parts = [
        *_defs(strip, name),
        *_names(lanes),
        *(part for tick in strip.ticks for part in _tick(tick, lanes)),
        *(part for leap in strip.leaps for part in _leap(leap, lanes)),
        *(_harm(harm, lanes, name) for harm in strip.impact),
        *(part for holder in strip.command if not compact for part in _holder(holder, lanes)),
        *(_told(told, lanes) for told in strip.told),
        *_now(strip, lanes),
        *(_mark(mark, lanes) for mark in strip.marks),
    ]
    now = " strip__svg--now" if strip.now is not None else ""
    style = "strip__svg strip__svg--compact" if compact else f"strip__svg strip__svg--{strip.rows}{now}"
    head = (
        f'<svg class="{style}" height="{lanes.height}" overflow="visible" role="img" aria-label="{_text(strip.alt)}">'
    )
    return f"{head}{''.join(parts)}</svg>"


class _Lanes:
    """Where the lanes lie, in pixels from above."""

    def __init__(self, rows: int, compact: bool) -> None:
        self.compact = compact
        self.labels = 0 if compact else _ROW * (rows - 1)
        self.impact = 18 if compact else 58 + self.labels
        self.thick = 10 if compact else 14
        self.command = 88 + self.labels
        self.told = 48 if compact else 116 + self.labels
        self.top = 6 if compact else 46 + self.labels
        self.bottom = 64 if compact else 132 + self.labels
        self.height = 84 if compact else 152 + self.labels


_UNSEEN = {
    **dict.fromkeys(
        [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd"
    ),
    # These turn around what stands beside them.
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)]),
}


def _text(text: str) -> str:
    """Any text as text, also where the page is read as XML."""
    return escape(text.translate(_UNSEEN))


def _x(x: float) -> str:
    return f"{x:.2f}%"


_ANCHORS = {"left": "end", "right": "start", "none": "middle"}


def _defs(strip: Strip, name: str) -> Iterator[str]:
    if any(harm.kind == "guess" for harm in strip.impact):
        lines = '<path class="hatch" d="M0 0v7"/>'
        turned = 'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
        yield f'<defs><pattern id="{escape(name)}-hatch" width="7" height="7" {turned}>{lines}</pattern></defs>'


def _names(lanes: _Lanes) -> Iterator[str]:
    named = {"Impact": lanes.impact, "Command": lanes.command, "Told": lanes.told}
    for word, y in named.items():
        if not (lanes.compact and word == "Command"):
            yield f'<text class="lane wide" x="-84" y="{y + 4}">{word}</text>'
            yield f'<text class="lane narrow" x="-62" y="{y + 4}">{word}</text>'


def _tick(tick: Tick, lanes: _Lanes) -> Iterator[str]:
    x = _x(tick.x)
    yield f'<line class="grid" x1="{x}" x2="{x}" y1="{lanes.top}" y2="{lanes.bottom}"/>'
    if tick.text and (tick.narrow or not lanes.compact):
        shown = "" if tick.narrow else ' class="wide"'
        anchor = _ANCHORS[tick.lean]
        yield f'<text{shown} x="{x}" y="{lanes.bottom + 15}" text-anchor="{anchor}">{_text(tick.text)}</text>'


def _leap(leap: Leap, lanes: _Lanes) -> Iterator[str]:
    top, middle = lanes.top - 4, leap.x + leap.width / 2
    yield (
        f'<rect class="leap" x="{_x(leap.x)}" y="{top}" width="{_x(leap.width)}" height="{lanes.bottom - top}">'
        f"<title>{_text(leap.text)} left out</title></rect>"
    )
    if not lanes.compact:
        for word, y in ((leap.text, lanes.command + 5), ("later", lanes.command + 20)):
            yield f'<text class="leap__t wide" x="{_x(middle)}" y="{y}" text-anchor="middle">{_text(word)}</text>'


def _harm(harm: Harm, lanes: _Lanes, name: str) -> str:
    style = {"sure": "harm", "eased": "eased", "open": "eased", "guess": "guess"}[harm.kind]
    hatch = f' fill="url(#{escape(name)}-hatch)"' if harm.kind == "guess" else ""
    y = lanes.impact - lanes.thick / 2
    return f'<rect class="{style}"{hatch} x="{_x(harm.x)}" y="{y:g}" width="{_x(harm.width)}" height="{lanes.thick}"/>'


def _holder(holder: Holder, lanes: _Lanes) -> Iterator[str]:
    bar, words = ("idle", "inidle") if not holder.name else ("p1", "inbar") if holder.dark else ("p2", "inbar2")
    place = f'x="{_x(holder.x)}" y="{lanes.command - 8}" width="{_x(holder.width)}" height="16"'
    yield f'<rect class="{bar}" {place} rx="2"><title>{_text(holder.says)}</title></rect>'
    yield f'<svg {place} overflow="hidden">'
    for text, shown, x in ((holder.wide, "wide", 7), (holder.narrow, "narrow", 5)):
        if text:
            yield f'<text class="{words} {shown}" x="{x}" y="12.5">{_text(text)}</text>'
    yield "</svg>"


def _at(x: float, y: float, *parts: str) -> str:
    return f'<svg x="{_x(x)}" y="{y:g}" overflow="visible">{"".join(parts)}</svg>'


def _told(told: Told, lanes: _Lanes) -> str:
    style = "due" if told.due else "out"
    side = 'x="-12" text-anchor="end"' if told.lean == "left" else 'x="12"'
    beside = f'<text class="wide" {side} y="4">{_text(told.words)}</text>' if told.words and not lanes.compact else ""
    sign = f'<path class="{style}" d="M0-7 7 0 0 7-7 0Z"><title>{_text(told.says)}</title></path>'
    return _at(told.x, lanes.told, sign, beside)


def _now(strip: Strip, lanes: _Lanes) -> Iterator[str]:
    """The word stands above the line, or on phones only, where a label stands there."""
    if strip.now is None:
        return
    x, top = _x(strip.now), 2 if lanes.compact else lanes.top - 20
    yield f'<line class="now" x1="{x}" x2="{x}" y1="{top}" y2="{lanes.bottom}"/>'
    if not lanes.compact:
        where = "nowlab narrow" if any(_covers(mark, strip.now) for mark in strip.marks) else "nowlab"
        yield f'<text class="{where}" x="{x}" y="{lanes.top - 26}" text-anchor="middle">now</text>'


def _covers(mark: Mark, now: float) -> bool:
    """Its label stands where the word would."""
    begins, ends = reach(mark)
    return mark.row == 0 and begins - 2 * CHAR < now < ends + 2 * CHAR


# ── marks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_RING = '<circle class="mk" r="6"/>'
_SIGNS: dict[MarkKind, str] = {
    "noticed": '<path class="mk" d="M0-7 7 5.5H-7Z"/>',
    "declared": _RING,
    "answered": _RING,
    "cause": _RING,
    "fix": '<rect class="mk" x="-6" y="-6" width="12" height="12"/>',
    "verified": '<circle class="mk mk--good" r="7"/><path class="tick" d="M-3 .2-.8 2.4 3.2-2.4"/>',
    "reopened": '<circle class="mk" r="6.5"/><path class="mk--arc" d="M0-6.5a6.5 6.5 0 0 1 0 13Z"/>',
}


def _mark(mark: Mark, lanes: _Lanes) -> str:
    title = f"<title>{_text(mark.word)} {_text(mark.time)}</title>"
    sign = f'<g transform="translate({mark.nudge})">{title}{_SIGNS[mark.kind]}{_label(mark, lanes)}</g>'
    return _at(mark.x, lanes.impact, sign)


def _label(mark: Mark, lanes: _Lanes) -> str:
    if lanes.compact or mark.row is None:
        return ""
    y = -29 - _ROW * mark.row
    x, anchor = {"left": 4, "right": -4, "none": 0}[mark.lean], _ANCHORS[mark.lean]
    return (
        f'<line class="stem wide" y1="{y + 5}" y2="-9"/>'
        f'<text class="lab wide" x="{x}" y="{y - 15}" text-anchor="{anchor}">{_text(mark.word)}</text>'
        f'<text class="wide" x="{x}" y="{y}" text-anchor="{anchor}">{_text(mark.time)}</text>'
    )


def _key(strip: Strip) -> Iterator[str]:
    said = [(mark.word, mark.time) for mark in strip.marks]
    said += [("Left out", leap.text) for leap in strip.leaps]
    for word, text in said:
        yield f"<span>{_text(word)} <b>{_text(text)}</b></span>"
    for told in strip.told:
        if told.due:
            yield f"<span>{_text(told.says)}</span>"
