"""What is new in a room since a line: read once, and drawn once for all those who see the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.store import fresh
from tocsin.store.fresh import Fresh
from tocsin.web.answers import NotThere
from tocsin.web.asked import Asked
from tocsin.web.room.lines import clock, rendered
from tocsin.web.shared import Shared

AT_ONCE = 100
"""Lines that are drawn at a time, for whoever was away for long."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, kw_only=True)
class Step:
    """The next lines, and for whom they are drawn in a way of their own."""

    lines: tuple[Fresh, ...]
    writers: frozenset[Handle]
    """They are offered to edit what they wrote."""
    commanders: frozenset[Handle]
    """They are offered to edit everything."""


class Following:
    """Somebody's open room. It knows up to which line they have it."""

    def __init__(self, asked: Asked, shared: Shared) -> None:
        self.asked, self.shared, self.number = asked, shared, asked.incident
        self.subjects = (f"incident:{self.number}",)
        with asked.read() as c:
            last = fresh.last_line(c, self.number) if asked.sight == "everything" else None
        if last is None:
            raise NotThere
        self.after = _known(asked, last)

    async def new(self, news: set[str]) -> bytes:
        """The next lines as events; nothing where there is none. Asked again until then."""
        key = (self.number, self.after, self.asked.site.live.told(self.subjects[0]))
        step = await self.shared.once(("step", *key), self._read)
        if not step.lines:
            return b""
        seen_as = (clock(self.asked)[0], self.asked.me.part, self._eyes(step))
        events = await self.shared.once(("drawn", *key, *seen_as), lambda: self._drawn(step))
        self.after = step.lines[-1].seq
        return events

    def _read(self) -> Step:
        commands = self.asked.tocsin.playbook.with_duty("commands").slug
        with self.asked.read() as c:
            lines = fresh.fresh(c, self.number, self.after, AT_ONCE)
            writers = fresh.writers(c, self.number, _around(c, self.number, lines)) if lines else frozenset[Handle]()
            commanders = fresh.holders(c, self.number, commands) if lines else frozenset[Handle]()
        return Step(lines=tuple(lines), writers=writers, commanders=commanders)

    def _eyes(self, step: Step) -> str:
        """Who sees these lines in a way of their own; nobody else does."""
        me = self.asked.me.handle
        return "commander" if me in step.commanders else me if me in step.writers else ""

    def _drawn(self, step: Step) -> bytes:
        """First that the state is another, then old lines anew, then new ones: only these move the place to resume at.

        Whoever is cut off in between gets again what came before, which stands on the page by its number.
        """
        asked = replace(self.asked, now=self.asked.site.clock())
        after, last = self.after, step.lines[-1].seq
        lines = rendered(asked, self.number, [line.seq for line in step.lines])
        parts = [event("state", str(last))] if any(line.changes for line in step.lines) else []
        parts += [event("line", html) for seq, html in lines if seq <= after]
        parts += [event("line", html, seq) for seq, html in lines if seq > after]
        return "".join([*parts, f"id: {last}\n\n"]).encode(errors="replace")


def event(name: str, data: str, seq: Seq | None = None) -> str:
    """An event as it is sent; with `seq`, a page that comes back resumes after it."""
    told = "".join(f"data: {line}\n" for line in _LINE_END.split(data))
    place = "" if seq is None else f"id: {seq}\n"
    return f"event: {name}\n{told}{place}\n"


def _known(asked: Asked, last: Seq) -> Seq:
    """The last line that a page has: as its browser remembers, or as it says itself; else it has them all."""
    told = asked.headers.get("last-event-id") or asked.query.line("after")
    known = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else last
    return Seq(min(known, last))


def _around(c: sa.Connection, number: IncidentNumber, lines: Iterable[Fresh]) -> set[Seq]:
    """These lines and what they are about, from reply to reply."""
    found: set[Seq] = set()
    todo = {line.seq for line in lines} | {line.about for line in lines if line.about}
    for _ in range(4):
        found |= todo
        todo = fresh.roots(c, number, todo) - found
        if not todo:
            break
    return found
