"""`/incidents`: every incident by month, and what stands in any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from urllib.parse import urlencode

from tocsin.core.ids import IncidentNumber
from tocsin.store import listing, search
from tocsin.store.listing import Listed, Show, Wanted
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import MOST, Asked
from tocsin.web.found import Places, places
from tocsin.web.minis import HOURS
from tocsin.web.routes import Route, get
from tocsin.web.rows import kind, month, months

TIMES = {"30": "last 30 days", "90": "last 90 days", "365": "last 12 months"}
"""Days back → how that is called."""
OPEN_PAGE = 2**62
"""No place that search finds has a higher number."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What the page is asked for; it makes the addresses of its variations."""

    typed: str
    commands: bool
    show: Show
    service: str
    criterion: str
    when: str

    def address(self, **other: object) -> str:
        """The same with something else; the first page of that."""
        told = {
            "q": self.typed,
            "only": "commands" if self.commands else "",
            "show": "" if self.show == "all" else self.show,
            "service": self.service,
            "criterion": self.criterion,
            "when": self.when,
            **other,
        }
        kept = {name: value for name, value in told.items() if value}
        return f"/incidents?{urlencode(kept)}" if kept else "/incidents"

    @property
    def narrows(self) -> bool:
        return bool(self.show != "all" or self.service or self.criterion or self.when)


def incidents(asked: Asked) -> Answer:
    """The list; or, where something is searched for, the places where it stands."""
    query = _query(asked)
    wanted = _wanted(query, asked.now)
    looked_for = search.asked(query.typed)
    rows: list[Listed] = []
    found, more = Places(), False
    with asked.read() as c:
        names, counts = _services(asked, listing.names(c)), listing.counts(c, asked.sight)
        jump = listing.one(c, asked.sight, number) if (number := _named(query.typed)) else None
        if query.typed:
            within = listing.within(asked.sight, wanted)
            before = _number(asked, "before", OPEN_PAGE)
            page = search.find(c, looked_for, asked.sight, commands=query.commands, before=before, within=within)
            found = places(asked, looked_for, page)
        else:
            rows, more = listing.page(c, asked.sight, wanted, _before(asked))
    given = {
        "query": query,
        "asks": bool(looked_for),
        "counts": counts,
        "services": names,
        "times": TIMES,
        "hours": HOURS,
        "months": months(asked, rows, names, more),
        "shown": len(rows),
        "found": found,
        "jump": jump,
        "older": _older(query, rows, more, found),
        "first": not asked.query.line("before"),
        "nothing": _nothing(asked, query, names),
        "since": month(counts.since, asked.zone) if counts.since else "",
    }
    return Shown(template="incidents.html", given=given)


ROUTES: tuple[Route, ...] = (get("/incidents", incidents, "signed-in"),)


# ── what is asked for ──────────────────────────────────────────────────────────────────────────────────────────────


def _query(asked: Asked) -> Query:
    told = asked.query
    show: Show = next((each for each in get_args(Show) if each == told.line("show")), "all")
    team = asked.sight == "everything"
    return Query(
        typed=told.text("q").replace("\0", " ").strip()[: search.LONGEST],
        commands=team and told.line("only") == "commands",
        show=show if team else "all",
        service=told.line("service")[:128] if team else "",
        criterion=told.line("criterion")[:128],
        when=told.line("when") if told.line("when") in TIMES else "",
    )


def _wanted(query: Query, now: datetime) -> Wanted:
    since = now - timedelta(days=int(query.when)) if query.when else None
    return Wanted(show=query.show, service=query.service, criterion=query.criterion, since=since)


def _services(asked: Asked, known: Mapping[str, str]) -> dict[str, str]:
    """What services are called, in the order of their names; the playbook's own, wherever the directory has it not."""
    own = asked.tocsin.playbook.service
    return dict(sorted({own.slug: own.name, **known}.items(), key=lambda each: each[1].casefold()))


def _number(asked: Asked, name: str, most: int) -> int | None:
    told = asked.query.line(name)
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 and int(told) < most else None


def _before(asked: Asked) -> IncidentNumber | None:
    number = _number(asked, "before", 10**MOST)
    return None if number is None else IncidentNumber(number)


def _named(typed: str) -> int | None:
    """Whoever types the number of an incident wants to go there."""
    told = typed.casefold().removeprefix("inc-").removeprefix("#").strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) <= MOST and int(told) else None


def _older(query: Query, rows: Sequence[Listed], more: bool, found: Places) -> str:
    if found.older is not None:
        return query.address(before=found.older)
    return query.address(before=rows[-1].number) if more else ""


def _nothing(asked: Asked, query: Query, names: dict[str, str]) -> str:
    """What was asked for, in words, where nothing was found."""
    which = {"all": "No incident", "open": "No open incident", "owed": "No incident that is owed a report"}[query.show]
    about = f" about {names.get(query.service, query.service)}" if query.service else ""
    of = f" of the kind “{kind(asked, query.criterion)}”" if query.criterion else ""
    when = f" in the {TIMES[query.when]}" if query.when else ""
    where = " in a command or its output" if query.commands else ""
    does = f" mentions “{query.typed}”{where}" if query.typed else " is here"
    return f"{which}{about}{of}{when}{does}"
