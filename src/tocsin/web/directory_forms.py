"""Forms about the directory: what was seen when they were opened, who was faster, and each mistake at its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.language.calendars import hours_as_text, leave_as_text
from tocsin.store import receipts
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong

T = TypeVar("T")
FASTER = (
    "Somebody else changed this while you wrote. What you typed is kept below, and what it is now stands beside it. "
    "Send it again to put yours in its place."
)
LONGEST_SHOWN = 120
"""Characters of what somebody else wrote that are shown beside a field."""
_CALLED = {"zone": "time zone", "hours": "working hours", "email": "mail address", "part": "rights"}
"""What fields are called whose names do not say it."""


def print_of(shown: Mapping[str, str]) -> str:
    """What a form showed, so shortly that it can go along in a hidden field."""
    return " ".join(f"{name}:{_print(text)}" for name, text in shown.items())


def was(asked: Asked, shown: Mapping[str, str]) -> str:
    """What goes along in the form: what it showed first, until whoever sends it knows that it is another now."""
    if asked.form and asked.errors.get("") != FASTER:
        return asked.form.line("was")
    return print_of(shown)


def must_be_as_seen(asked: Asked, shown: Mapping[str, str], told: Mapping[str, str]) -> None:
    """Refuses a form that was opened before somebody else changed what it is about; names every field they changed.

    The same sending again is not somebody else's. What both wrote alike is no matter.
    """
    seen = dict(each.partition(":")[::2] for each in asked.form.line("was").split())
    changed = {name: now for name, now in shown.items() if seen.get(name, "") != _print(now)}
    theirs = {name: now for name, now in changed.items() if told.get(name) != now}
    if theirs and not _sent_before(asked):
        raise Wrong(**{"": FASTER}, **{name: _now(name, text) for name, text in theirs.items()})


def read_all(readers: Mapping[str, Callable[[], object]]) -> dict[str, object]:
    """What each field says; every mistake is told at its own field, all at once."""
    found, errors = {}, {}
    for name, reader in readers.items():
        try:
            found[name] = reader()
        except Refused as no:
            errors[name] = str(no)
    if errors:
        raise Wrong(**errors)
    return found


def lines(asked: Asked, name: str) -> list[str]:
    """What stands on each line of a field, without empty ones."""
    return [" ".join(line.split()) for line in asked.form.text(name).split("\n") if line.strip()]


def words(asked: Asked, name: str) -> tuple[str, ...]:
    """What stands between commas, or on lines of its own."""
    parts = (" ".join(part.split()) for part in re.split(r"[,\n]", asked.form.text(name)))
    return tuple(dict.fromkeys(filter(None, parts)))


def chosen(asked: Asked, name: str, before: Sequence[T]) -> tuple[T, ...]:
    """What is ticked: what was chosen before in its order, then what is new."""
    ticked: tuple[T, ...] = tuple(asked.form.all(name))  # type: ignore[arg-type]
    return (*(each for each in before if each in ticked), *(each for each in ticked if each not in before))


def shown_of(person: Person) -> dict[str, str]:
    """What the fields of a form about a person hold."""
    return {
        "name": person.name,
        "zone": person.zone,
        "hours": "\n".join(hours_as_text(person.hours)),
        "leave": "\n".join(map(leave_as_text, person.leave)),
        "expertise": ", ".join(person.expertise),
        "accounts": "\n".join(person.accounts),
        "email": person.email,
        "part": person.part,
    }


def _sent_before(asked: Asked) -> bool:
    source = asked.source()
    if source is None:
        return False
    with asked.read() as connection:
        return receipts.find(connection, source) is not None


def _now(name: str, text: str) -> str:
    one = ", ".join(text.split("\n"))
    short = one if len(one) <= LONGEST_SHOWN else f"{one[:LONGEST_SHOWN]}…"
    field = _CALLED.get(name, name)
    return f"Somebody else made the {field} “{short}”." if one else f"Somebody else emptied the {field}."


def _print(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
