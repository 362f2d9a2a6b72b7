"""What somebody sent in a form: read with care, and given back as it was typed when something is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from urllib.parse import parse_qsl

from tocsin.core.ids import Seq
from tocsin.core.refused import Refused
from tocsin.language.verbs import number
from tocsin.language.when import when

MOST_FIELDS = 500
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
"""No text holds these: a database refuses them, or they cannot be written at all."""


class Wrong(Exception):
    """What was sent will not do: a sentence for each field it is about, "" where it is about none."""

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


@dataclass(frozen=True, kw_only=True)
class Form:
    """The fields of a form, or of an address after its `?`; all of them text."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields)

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str, default: str = "") -> str:
        """As it was typed, but for the ends of lines, which browsers send as CR LF."""
        found = self.texts(name)
        return found[-1] if found else default

    def texts(self, name: str) -> list[str]:
        """The same of every value under one name."""
        return [each.replace("\r\n", "\n") for each in self.fields.get(name, ())]

    def line(self, name: str, default: str = "") -> str:
        """One line, without the spaces around it."""
        return " ".join(self.text(name, default).split())

    def all(self, name: str) -> tuple[str, ...]:
        """Every value that was chosen under one name."""
        return tuple(each for each in self.fields.get(name, ()) if each)

    def ticked(self, name: str) -> bool:
        return bool(self.line(name))

    def number(self, name: str) -> int | None:
        """A number, or None where nothing was given; refuses what is none."""
        told = self.line(name)
        return number(told) if told else None

    def seq(self, name: str) -> Seq | None:
        """The number of a line."""
        found = self.number(name)
        return None if found is None else Seq(found)

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """A time: as a browser's field sends it, on the clock of whoever sent it, or as the shell understands it."""
        told = self.line(name)
        if not told:
            return None
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            return when(told)
        return at if at.tzinfo else at.replace(tzinfo=zone)


def read(body: bytes) -> Form:
    """A form as browsers send it."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError):
        raise Refused("What was sent is no form that Tocsin can read.") from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return Form(fields=fields)


def unwritable(text: str) -> bool:
    """It holds what no text does, as only somebody who means harm, or a broken program, sends it."""
    return bool(_UNWRITABLE.search(text))
