"""Templates, and the few words of them that every page uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tocsin import __version__
from tocsin.core.moments import MONTHS
from tocsin.core.refused import Refused
from tocsin.language.markup import as_html, printable, tree
from tocsin.report.times import weekday
from tocsin.web.answers import Shown
from tocsin.web.asked import Asked
from tocsin.web.mentions import mentions
from tocsin.web.navigation import navigation

MINUTE = timedelta(minutes=1)


def page(shown: Shown, asked: Asked) -> bytes:
    """A template as HTML, for whoever asks."""
    words = {
        "asked": asked,
        "config": asked.site.config,
        "errors": asked.errors,
        "me": asked.signed_in,
        "name": asked.name,
        "nav": partial(navigation, asked),
        "now": asked.now,
        "once": asked.once,
        "playbook": asked.tocsin.playbook,
        "typed": asked.typed,
        "version": __version__,
        "when": partial(when, asked),
        "day": partial(day, asked),
        "zone": place(asked.zone_name),
    }
    text = TEMPLATES.get_template(shown.template).render({**words, **shown.given})
    return printable(text).encode(errors="replace")


def when(asked: Asked, at: datetime, *, dated: bool = False, clock: tzinfo | None = None) -> Markup:
    """A time on the reader's clock, with UTC for programs and for whoever points at it; the day where it is another.

    `clock`: another than theirs, where a page is on that of a place.
    """
    clock = clock or asked.zone
    there, utc = at.astimezone(clock), at.astimezone(UTC)
    other = dated or there.date() != asked.now.astimezone(clock).date()
    words = f"{there:%H:%M}" if not other else f"{there.day} {MONTHS[there.month - 1]}, {there:%H:%M}"
    if other and there.year != asked.now.year:
        words = f"{there.day} {MONTHS[there.month - 1]} {there.year}, {there:%H:%M}"
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M}", words
    )


def day(asked: Asked, at: datetime) -> str:
    """`Thursday, 12 November 2026`, on the reader's calendar."""
    return weekday(at, asked.zone)


def refusal(asked: Asked, no: Exception) -> str:
    """Why something was not done; times in it are on the reader's clock."""
    return no.said(lambda at: _on_clock(asked, at)) if isinstance(no, Refused) else str(no)


def _on_clock(asked: Asked, at: datetime) -> str:
    return f"{at.astimezone(asked.zone):%Y-%m-%d %H:%M} {place(asked.zone_name)} time"


def place(zone: str) -> str:
    """What a zone is called: `Nairobi` of `Africa/Nairobi`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def lapse(length: timedelta) -> str:
    """`1 h 34 min`, `40 s`, `3 days`: how long something took or is old."""
    seconds = int(abs(length).total_seconds())
    hours, minutes = divmod(seconds // 60, 60)
    if seconds < 60:
        return f"{seconds} s"
    if hours >= 48:
        return f"{hours // 24} days"
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


def since(length: timedelta) -> str:
    """`for 47 min`, kept on one line; `since just now`."""
    return "since just now" if length < MINUTE else f"for {lapse(length)}".replace(" ", "\xa0")


def prose(text: str) -> Markup:
    """What somebody wrote in Markdown, as HTML that can do nothing."""
    return Markup(as_html(tree(text)))  # noqa: S704 — made safe by `as_html`


@lru_cache(maxsize=512)
def sign(name: str, word: str = "") -> Markup:
    """One of our signs; with a word it speaks for itself, else it only accompanies one."""
    spoken = Markup('role="img" aria-label="{}"').format(word) if word else Markup('aria-hidden="true"')
    return Markup('<svg class="i" viewBox="0 0 24 24" {}><use href="/static/signs.svg#i-{}"/></svg>').format(
        spoken, name
    )


def initials(name: str) -> str:
    """`AO` of Amara Okoye."""
    words = name.split()
    return "".join(word[0] for word in (words if len(words) < 3 else (words[0], words[-1]))).upper()[:2]


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.globals["sign"] = sign
TEMPLATES.filters.update(mentions=mentions, lapse=lapse, since=since, prose=prose, initials=initials, place=place)
