"""Adding and changing groups, services and communities: one form for all three."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tocsin.core import commands as c
from tocsin.core.decisions.directory import must_be_usable
from tocsin.core.ids import Slug
from tocsin.core.people import Community, Group, Person, Service
from tocsin.store import people as directory
from tocsin.store import places
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.directory_forms import chosen, must_be_as_seen, read_all, was
from tocsin.web.routes import Route, get, post
from tocsin.web.zones import zones

Place = Group | Service | Community


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What the form is about."""

    type: type
    word: str
    plural: str
    """As in addresses, and in `UpdateDirectory`."""
    parts: str
    """The field that says who or what belongs to it."""
    legend: str
    hint: str
    like: str
    """A slug of one."""
    stays: str
    """Why none is ever taken out."""


GROUPS = Kind(
    type=Group, word="group", plural="groups", parts="members", like="triagers",
    legend="Its members",
    hint="A role or a task can be offered to all of them; the first who accepts has it.",
    stays="A group is never taken out, as incidents name it. One that is not needed any more has no members.",
)  # fmt: skip
SERVICES = Kind(
    type=Service, word="service", plural="services", parts="communities", like="lagoon/prod",
    legend="For which communities",
    hint="Incidents about the service touch them, unless somebody says otherwise.",
    stays="A service is never taken out, as incidents and reports name it. One that is gone serves no community.",
)  # fmt: skip
COMMUNITIES = Kind(
    type=Community, word="community", plural="communities", parts="representatives", like="lagoon",
    legend="Who speaks for it",
    hint="They get what we tell the community, by mail where they have an address.",
    stays="A community is never taken out, as incidents and reports name it. One that is gone has no representatives.",
)  # fmt: skip


def routes(kind: Kind) -> tuple[Route, ...]:
    """The pages to add one and to change one."""

    def new_page(asked: Asked) -> Answer:
        return _form(asked, kind, None)

    def new(asked: Asked) -> Answer:
        told = _told(asked, kind, None)
        after = kind.type(**told)
        _change(asked, kind, after, None)
        return SentOn(to=f"/{kind.plural}/{after.slug}", said=f"{after.name} is added.")

    def edit_page(asked: Asked) -> Answer:
        return _form(asked, kind, _there(asked, kind))

    def edit(asked: Asked) -> Answer:
        before = _there(asked, kind)
        typed = {**{name: asked.form.line(name) for name in ("name", "zone")}, kind.parts: ""}
        typed[kind.parts] = ", ".join(chosen(asked, kind.parts, _parts(kind, before)))
        must_be_as_seen(asked, _shown(kind, before), typed)
        after = replace(before, **_told(asked, kind, before))
        _change(asked, kind, after, before)
        return SentOn(to=f"/{kind.plural}/{after.slug}", said=f"{after.name} is up to date.")

    return (
        get(f"/{kind.plural}-new", new_page, "administrator"),
        post(f"/{kind.plural}-new", new, "administrator", again=new_page),
        get(f"/edit/{kind.plural}/{{slug:path}}", edit_page, "administrator"),
        post(f"/edit/{kind.plural}/{{slug:path}}", edit, "administrator", again=edit_page),
    )


def _there(asked: Asked, kind: Kind) -> Any:
    with asked.read() as connection:
        found: Place | None = places.place(connection, kind.type, asked.parts["slug"])
    if found is None:
        raise NotThere
    return found


def _change(asked: Asked, kind: Kind, after: Place, before: Place | None) -> None:
    def held(place: Place | None) -> c.UpdateDirectory:
        entries: dict[str, Any] = {kind.plural: (place,) if place else ()}
        return c.UpdateDirectory(**entries)

    asked.do(c.ChangeDirectory(to=held(after), seen=held(before)))


def _told(asked: Asked, kind: Kind, before: Place | None) -> dict[str, Any]:
    """What the fields say; every mistake at its field."""
    safe = kind.type(slug=Slug("slug"), name="Name")

    def usable(name: str, value: str) -> str:
        must_be_usable(c.UpdateDirectory(**{kind.plural: (replace(safe, **{name: value}),)}))
        return value

    readers: dict[str, Callable[[], object]] = {"name": lambda: usable("name", asked.form.line("name"))}
    if before is None:
        readers["slug"] = lambda: usable("slug", asked.form.line("slug"))
    if kind is COMMUNITIES:
        readers["zone"] = lambda: usable("zone", asked.form.line("zone"))
    return {**read_all(readers), kind.parts: chosen(asked, kind.parts, _parts(kind, before))}


def _parts(kind: Kind, place: Place | None) -> tuple[str, ...]:
    return getattr(place, kind.parts) if place else ()


def _shown(kind: Kind, place: Place | None) -> dict[str, str]:
    """What the form's fields hold."""
    shown = {"name": place.name if place else "", kind.parts: ", ".join(_parts(kind, place))}
    return {**shown, "zone": place.zone if isinstance(place, Community) else ""} if kind is COMMUNITIES else shown


def _form(asked: Asked, kind: Kind, place: Place | None) -> Shown:
    with asked.read() as connection:
        choices = _choices(kind, directory.everybody(connection), places.all_of(connection, Community), place)
    ticked = asked.form.all(kind.parts) if asked.form else _parts(kind, place)
    given: dict[str, Any] = {
        "kind": kind,
        "it": place,
        "shown": _shown(kind, place),
        "was": was(asked, _shown(kind, place)),
        "choices": choices,
        "ticked": set(ticked),
        "zones": zones(asked.now) if kind is COMMUNITIES else {},
    }
    return Shown(template="directory/place_edit.html", given=given)


def _choices(
    kind: Kind, people: list[Person], communities: list[Community], place: Place | None
) -> list[tuple[str, str, str]]:
    """What can be ticked: its handle or slug, its name, and a word to it. What is ticked already is always there."""
    if kind is SERVICES:
        return [(each.slug, each.name, each.slug) for each in communities]
    first = "team" if kind is GROUPS else "community"
    now = _parts(kind, place)
    those = [each for each in people if each.handle in now or (each.active and each.kind != "bot")]
    those.sort(key=lambda each: (each.kind != first, each.name.casefold()))
    return [(each.handle, each.name, "has left" if not each.active else each.email or each.handle) for each in those]
