"""One person: their clock and hours, who they are elsewhere, what they do and may; and how that is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any

from tocsin.core import commands as c
from tocsin.core.decisions.directory import must_be_usable
from tocsin.core.hours import HOUR, calendar
from tocsin.core.ids import Handle
from tocsin.core.moments import zone
from tocsin.core.people import Community, Group, Leave, Person, Shift
from tocsin.language.calendars import read_hours, read_leave
from tocsin.report import times
from tocsin.store import people as directory
from tocsin.store import places
from tocsin.web import accounts
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.directory_forms import lines, must_be_as_seen, read_all, shown_of, was, words
from tocsin.web.forms import Wrong
from tocsin.web.people import PARTS, seen
from tocsin.web.routes import get, post
from tocsin.web.services import page
from tocsin.web.weeks import DAYS
from tocsin.web.zones import zones

RIGHTS = {
    "administrator": (
        "Declare, command, tell the outside", "Write, review and publish reports", "Change people, places and settings",
    ),
    "responder": ("Declare, command, tell the outside", "Write, review and publish reports"),
    "observer": ("Read everything, and follow incidents", "Say that something is wrong"),
    "representative": ("Say that something is wrong", "Read published reports"),
    "bot": ("Report signals",),
}  # fmt: skip
"""What each part may, in words."""
AS_PART: dict[str, dict[str, Any]] = {
    "administrator": {"kind": "team", "administrator": True, "observer": False},
    "responder": {"kind": "team", "administrator": False, "observer": False},
    "observer": {"kind": "team", "administrator": False, "observer": True},
    "representative": {"kind": "community", "administrator": False, "observer": False},
    "bot": {"kind": "bot", "administrator": False, "observer": False},
}
"""What a person is made of for each part."""
_SAFE = Person(handle=Handle("somebody"), name="Somebody")


@dataclass(frozen=True, kw_only=True)
class Workday:
    """One day of somebody's week: in words, and as bars (beginning and width, in per cent)."""

    name: str
    words: str
    bars: tuple[tuple[str, str], ...]


def person(asked: Asked) -> Answer:
    """Somebody's page. Whoever is not of the team has their own, and no other."""
    it = _person(asked)
    before = page(asked)
    with asked.read() as connection:
        wrote = directory.wrote(connection, asked.now - HOUR, asked.now)
        rows = places.open_incidents(connection, asked.sight)
        groups, communities = places.all_of(connection, Group), places.all_of(connection, Community)
        part = places.taken_part(connection, asked.sight, it.handle, before)
    hours = calendar(it, asked.tocsin.playbook)
    given: dict[str, Any] = {
        "it": it,
        "mine": it.handle == asked.me.handle,
        "changes": it.handle == asked.me.handle or asked.me.part == "administrator",
        "seen": seen(asked, it, rows, wrote),
        "clock": hours.zone,
        "usual": not it.hours,
        "days": [_workday(day, hours.shifts) for day in range(7)],
        "leave": [_leave(each) for each in it.leave if each.last >= asked.now.astimezone(zone(hours.zone)).date()],
        "communities": [each for each in communities if it.handle in each.representatives],
        "groups": [group for group in groups if it.handle in group.members],
        "rows": part[: places.MOST],
        "older": part[places.MOST - 1]["number"] if len(part) > places.MOST else None,
        "rights": RIGHTS[it.part],
        "part": PARTS[it.part],
        "account": accounts.account(asked, it),
    }
    return Shown(template="directory/person.html", given=given)


def _workday(day: int, shifts: tuple[Shift, ...]) -> Workday:
    mine = sorted((shift for shift in shifts if shift.day == day), key=lambda shift: shift.begins)
    night = [shift for shift in shifts if (shift.day + 1) % 7 == day and _overnight(shift)]
    spans = [(_part(shift.begins), 1.0 if shift.ends <= shift.begins else _part(shift.ends)) for shift in mine]
    spans += [(0.0, _part(shift.ends)) for shift in night]
    return Workday(
        name=DAYS[day],
        words=", ".join(f"{s.begins:%H:%M} to {_end(s)}" for s in mine) or "off",
        bars=tuple((f"{100 * begins:.2f}%", f"{100 * (ends - begins):.2f}%") for begins, ends in spans),
    )


def _leave(leave: Leave) -> str:
    first, last = (times.day(datetime.combine(day, time(), UTC), UTC) for day in (leave.first, leave.last))
    return first if first == last else f"{first} to {last}"


def _overnight(shift: Shift) -> bool:
    return time() < shift.ends <= shift.begins


def _end(shift: Shift) -> str:
    return "24:00" if shift.ends == time() else f"{shift.ends:%H:%M}{' the next day' if _overnight(shift) else ''}"


def _part(at: time) -> float:
    return (at.hour * 60 + at.minute) / 1440


# ── changing it ──


def edit_page(asked: Asked) -> Answer:
    it = _mine_to_change(asked)
    return _form(asked, it, shown_of(it))


def edit(asked: Asked) -> Answer:
    """One's own profile, or, for an administrator, everything about anybody."""
    it = _mine_to_change(asked)
    shown = {name: text for name, text in shown_of(it).items() if _administers(asked) or name not in ("email", "part")}
    must_be_as_seen(asked, shown, {name: asked.form.text(name).strip() for name in shown})
    told = _told(asked)
    if _administers(asked):
        after = replace(it, **told, **_part_told(asked))
        _change(asked, after, it)
    else:
        asked.do(c.SetProfile(**told))
    said = "Your profile is up to date." if it.handle == asked.me.handle else f"{told['name']} is up to date."
    return SentOn(to=f"/people/{it.handle}", said=said)


def new_page(asked: Asked) -> Answer:
    return _form(asked, None, {**shown_of(_SAFE), "name": "", "handle": ""})


def new(asked: Asked) -> Answer:
    """Somebody new, whom nobody knows by that handle yet."""
    handle = Handle(asked.form.line("handle"))
    if handle == "new":
        raise Wrong(handle="“new” is the address of this page. Choose another handle.")
    after = Person(handle=handle, **(_told(asked) | _part_told(asked)))
    _change(asked, after, None)
    return SentOn(to=f"/people/{handle}", said=f"{after.name} is added.")


def _change(asked: Asked, after: Person, before: Person | None) -> None:
    seen_before = c.UpdateDirectory(people=() if before is None else (before,))
    asked.do(c.ChangeDirectory(to=c.UpdateDirectory(people=(after,)), seen=seen_before))


def _told(asked: Asked) -> dict[str, Any]:
    """What the fields say that everybody has; every mistake at its field."""

    def usable(name: str, value: object) -> object:
        must_be_usable(c.UpdateDirectory(people=(replace(_SAFE, **{name: value}),)))  # type: ignore[arg-type]
        return value

    def hours() -> tuple[Shift, ...]:
        return tuple(shift for line in lines(asked, "hours") for shift in read_hours(line))

    readers = {
        "name": lambda: usable("name", asked.form.line("name")),
        "zone": lambda: usable("zone", asked.form.line("zone")),
        "hours": lambda: usable("hours", hours()),
        "leave": lambda: usable("leave", tuple(map(read_leave, lines(asked, "leave")))),
        "expertise": lambda: usable("expertise", words(asked, "expertise")),
        "accounts": lambda: usable("accounts", tuple(dict.fromkeys(lines(asked, "accounts")))),
    }
    if _administers(asked):
        readers["email"] = lambda: usable("email", asked.form.line("email"))
    if "handle" in asked.form:
        readers["handle"] = lambda: usable("handle", asked.form.line("handle"))
    found = read_all(readers)
    found.pop("handle", None)
    return found


def _part_told(asked: Asked) -> dict[str, Any]:
    part = asked.form.line("part")
    if part not in AS_PART:
        raise Wrong(part="Say what they may do: choose one of these.")
    return AS_PART[part]


def _form(asked: Asked, it: Person | None, shown: dict[str, str]) -> Shown:
    """`it`: whom the form is about; None for somebody new."""
    given: dict[str, Any] = {
        "it": it,
        "shown": shown,
        "was": was(
            asked, {name: text for name, text in shown.items() if _administers(asked) or name not in ("email", "part")}
        ),
        "mine": it is not None and it.handle == asked.me.handle,
        "administers": _administers(asked),
        "zones": zones(asked.now),
        "parts": PARTS,
        "rights": RIGHTS,
    }
    return Shown(template="directory/person_edit.html", given=given)


def _administers(asked: Asked) -> bool:
    return asked.me.part == "administrator"


def _mine_to_change(asked: Asked) -> Person:
    it = _person(asked)
    if it.handle != asked.me.handle and not _administers(asked):
        raise NotThere
    return it


def _person(asked: Asked) -> Person:
    handle = asked.parts["handle"]
    if asked.me.kind != "team" and handle != asked.me.handle:
        raise NotThere
    with asked.read() as connection:
        found = places.person(connection, handle)
    if found is None:
        raise NotThere
    return found


ROUTES = (
    get("/people/new", new_page, "administrator"),
    post("/people/new", new, "administrator", again=new_page),
    get("/people/{handle}", person, "signed-in"),
    get("/people/{handle}/edit", edit_page, "signed-in"),
    post("/people/{handle}/edit", edit, "signed-in", again=edit_page),
)
