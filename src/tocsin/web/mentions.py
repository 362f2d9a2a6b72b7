"""People who are named with an @, shown as people wherever somebody's words are shown."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup

from tocsin.core.mentions import NAMED, meant

_TAG = re.compile(r"(<[^>]*>)")
_APART = re.compile(r"<(/?)(?:a|code|pre)\b")
"""What a machine said names nobody, and no link stands in another."""


def mentions(html: Markup, person: Callable[[str], str]) -> Markup:
    """HTML made safe already, in which every handle that is known leads to its person.

    `person`: what somebody is called; a handle that nobody has is called itself.
    """
    if "@" not in html:
        return html
    apart, parts = 0, []
    for part in _TAG.split(html):
        if found := _APART.match(part):
            apart += -1 if found[1] else 1
        parts.append(part if apart or part.startswith("<") else NAMED.sub(lambda name: _named(name, person), part))
    return Markup("".join(parts))  # noqa: S704 — nothing is put in but handles that are known


def _named(name: re.Match[str], person: Callable[[str], str]) -> str:
    handle = meant(name[1], lambda each: person(each) != each)
    if handle is None:
        return name[0]
    return f'<a class="mention" href="/people/{handle}">@{handle}</a>{name[1][len(handle) :]}'
