"""Whom a text names with an @: `@ada, can you look?`"""

from __future__ import annotations

import re
from collections.abc import Callable

from tocsin.core.ids import Handle
from tocsin.core.people import Directory

NAMED = re.compile(r"(?<![\w@./+-])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
"""An @ within a word, as in an address of mail, names nobody."""
_CODE = re.compile(r"(`{3,}|~{3,}).*?(?:\1|\Z)|(`+)[^`].*?\2", re.DOTALL)
"""What a machine said or was told names nobody either."""


def mentioned(text: str, directory: Directory) -> tuple[Handle, ...]:
    """The handles of those whom a text names, once each, in order; a name the directory does not know is a word."""

    def known(handle: str) -> bool:
        person = directory.person(handle)
        return person is not None and person.handle == handle

    names = (found[1] for found in NAMED.finditer(_CODE.sub(" ", text)))
    return tuple(dict.fromkeys(handle for name in names if (handle := meant(name, known))))


def meant(name: str, known: Callable[[str], bool]) -> Handle | None:
    """The handle that stands after an @, without the full stop of the sentence it ends; None where nobody has it."""
    found = (each for each in (name.casefold(), name.casefold().rstrip("._-")) if known(each))
    return next(map(Handle, found), None)
