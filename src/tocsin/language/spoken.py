"""What somebody types after a slash, where others talk: the words of the shell, read as `tocsin do` reads them.

`/delegate Look at the disk --to bob --until 2026-11-12T14:00Z`. A text needs no quotes unless it holds an option's
name; what is given by an option does, as soon as it is more than one word. All that follows `--` is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.language.verbs import VERBS, Option, Verb, request, value, verb


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A verb with what it was given, by field; its one text; and when it happened, if not now."""

    verb: Verb
    given: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    at: datetime | None = None

    def command(self, here: IncidentNumber) -> c.Command:
        """What is asked for; of the incident it was said in, where nobody names another."""
        lacks = self.verb.lacks_incident(self.given)
        return request(self.verb, {**self.given, "incident": here} if lacks else self.given, self.text)


def spoken(said: str) -> Spoken:
    """What was meant, without the slash; refused in a sentence where that cannot be told."""
    name, *more = said.split(maxsplit=1)[:2] or [""]
    found, rest = verb(name.casefold()), more[0] if more else ""
    if found is None:
        raise Refused(f"“{_short(name)}” is no verb; {_near(name)}. For a line that begins with a slash, write two.")
    given: dict[str, Any] = {}
    texts, place = [], 0
    while mark := _MARK.search(rest, place):
        texts.append(rest[place : mark.end() if mark["quoted"] else mark.start()])
        place = mark.end()
        if mark["name"]:
            place = _given(found, mark["name"], rest, place, given)
        elif not mark["quoted"]:
            break
    text, at = _text(found, "".join([*texts, rest[place:]])), given.pop("at", None)
    return Spoken(verb=found, given=given, text=text, at=at)


_QUOTED = r"\"[^\"]*\"|'[^']*'|“[^“”]*”|‘[^‘’]*’"
_MARK = re.compile(rf"(?<!\S)(?:(?P<quoted>{_QUOTED})(?!\S)|(?:--|—)(?P<name>[a-z][a-z-]*)(?=[\s=]|\Z)|--(?!\S))")
"""What is quoted, an option, or the sign that nothing more is one. Phones turn two hyphens into a dash."""
_VALUE = re.compile(rf"(?:=|\s+)((?:{_QUOTED})(?!\S)|\S+)")
_AT = Option(field="at", name="at", help="when it happened, if not now", kind="time")


def _near(name: str) -> str:
    near = get_close_matches(name.casefold()[:40], [each.name for each in VERBS], n=1, cutoff=0.7)
    return f"perhaps you mean /{near[0]}" if near else "/help lists them"


def _given(verb: Verb, name: str, rest: str, place: int, given: dict[str, Any]) -> int:
    """Takes in one option; answers where the text goes on."""
    option = _option(verb, name)
    if option.kind == "switch":
        given[option.field] = not name.startswith("no-")
        return place
    told = _VALUE.match(rest, place)
    if told is None:
        raise Refused(f"--{name} needs its value: {option.help}.")
    try:
        one = value(option, _unquoted(told[1]))
    except Refused as no:
        raise Refused(f"--{name}: {no}") from None
    given[option.field] = [*given.get(option.field, ()), one] if option.many else one
    return told.end()


def _option(verb: Verb, name: str) -> Option:
    for option in (*verb.options, _AT):
        if name in (option.name, option.also) or (option.kind == "switch" and name == f"no-{option.name}"):
            return option
    known = ", ".join(f"--{option.name}" for option in verb.options)
    raise Refused(f"“{verb.name}” knows no --{name}. It knows {known}. If that is text, write -- before it.")


def _text(verb: Verb, text: str) -> str | None:
    """None where there is none."""
    text = _unquoted(text.strip())
    if text and not verb.texts:
        quoted = f'--{verb.options[0].name} "…"'
        raise Refused(f"“{verb.name}” has no text of its own. Quote what is longer than a word: {quoted}.")
    return text or None


def _unquoted(text: str) -> str:
    """Without the quotes around the whole of it."""
    return text[1:-1] if re.fullmatch(_QUOTED, text) else text


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
