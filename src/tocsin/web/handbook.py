"""`/handbook`: the team's whole process on one page, read from its playbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from markupsafe import Markup

from tocsin.core.links import is_address
from tocsin.core.playbook import Playbook
from tocsin.language.handbook import as_handbook
from tocsin.language.markup import Node, as_html, tree, words
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.routes import Route, get


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the handbook; `id` is what leads to it."""

    id: str
    title: str
    html: Markup


def handbook(asked: Asked) -> Answer:
    """The playbook in use; the software does what stands here."""
    playbook = asked.tocsin.playbook
    suggest = playbook.suggest if _leads_somewhere(playbook.suggest) else ""
    given = {"parts": parts(playbook), "introduction": _drawn(tree(playbook.text)), "suggest": suggest}
    return Shown(template="handbook.html", given=given)


ROUTES: tuple[Route, ...] = (get("/handbook", handbook, "signed-in"),)


def parts(playbook: Playbook) -> tuple[Part, ...]:
    """What the handbook says after its introduction."""
    return _parts(as_handbook(playbook))


@lru_cache(maxsize=4)
def _parts(markdown: str) -> tuple[Part, ...]:
    """Made once for each process that is in use."""
    ids: set[str] = {"main", "errors"}
    return tuple(_part(heading, nodes, ids) for heading, nodes in _split(tree(markdown), 2))


def _split(nodes: Sequence[Node], level: int) -> Iterator[tuple[str, list[Node]]]:
    """Each heading of a level, with all that stands under it; what stands before the first is left out."""
    places = [place for place, node in enumerate(nodes) if node["t"] == "h" and node["n"] == level]
    for place, end in pairwise([*places, len(nodes)]):
        yield words([nodes[place]]), list(nodes[place + 1 : end])


def _part(title: str, nodes: list[Node], ids: set[str]) -> Part:
    first = next((place for place, node in enumerate(nodes) if node["t"] == "h"), len(nodes))
    drawn = [_drawn(nodes[:first])]
    named = _named(title, ids)
    for heading, under in _split(nodes, 3):
        drawn.append(Markup('<h3 id="{}">{}</h3>').format(_named(f"{title} {heading}", ids), heading))
        drawn.append(_drawn(under))
    return Part(id=named, title=title, html=Markup("\n").join(drawn))


def _named(title: str, ids: set[str]) -> str:
    """The same for the same title, so that a link to it lasts."""
    name = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "part"
    found = next(each for each in (name, *(f"{name}-{count}" for count in range(2, 1000))) if each not in ids)
    ids.add(found)
    return found


def _drawn(nodes: list[Node]) -> Markup:
    """The blanks of messages stand out: what Tocsin fills in, and what is left to whoever writes.

    Every `<` that somebody wrote has become `&lt;`, so a blank ends before the next tag.
    """
    drawn = as_html(nodes, under=3)
    return Markup(_BLANK.sub(lambda found: f'<span class="blank">{found[1] or found[2]}</span>', drawn))  # noqa: S704


_BLANK = re.compile(r"‹([^‹›<>]+)›|\[… ([^\[\]<>]+)\]")


def _leads_somewhere(address: str) -> bool:
    return is_address(address) or address.startswith("mailto:")
