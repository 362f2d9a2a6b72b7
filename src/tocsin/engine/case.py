"""A case file: the script of an incident, line by line. `docs/reference/case.md` describes it to whoever writes one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from tocsin.core import commands as c
from tocsin.core.events import SignalKind
from tocsin.core.links import is_address
from tocsin.core.moments import Moment, zone
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.language import verbs


def _rfc3339(value: object) -> object:
    """A number, or a time without a `T`, would be read as something; but as what was meant?"""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", value):
        raise ValueError("a time is written as 2026-11-12T01:45:00Z, with its zone")
    return value


Words = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"\S")]
Place = Annotated[str, StringConstraints(strip_whitespace=True)]
Instant = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]
_FIXED: dict[str, type[c.Command] | None] = {
    "signal": None,
    "declare": None,
    "resolve": None,
    "reopen": None,
    "report": None,
    "note": c.Note,
    "impact-began": c.Note,
    "update": c.PostUpdate,
}
"""What a line does with a meaning of its own in a case, and the command whose options it takes besides."""
_EVERYWHERE = {"at", "do", "by", "text"}
_USED: dict[str, set[str]] = {
    "signal": {"via", "ref", "symptom", "reporters", "people", "everyone"},
    "note": {"source"},
    "impact-began": {"source"},
    "declare": {"roles"},
    "resolve": {"verified"},
}
"""What a line uses of the keys that have a meaning in every case."""
_PEOPLE = ("person", "to", "commander", "drafted_by", "approved_by")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        if any("\0" in text for text in given.values() if isinstance(text, str)):
            raise ValueError("it contains a NUL byte, which no timeline can hold; take it out")
        return {key: value for key, value in given.items() if value is not None}


class Line(_Part):
    """One line of the script. What is not named here is an option of the verb in `do`."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    at: Instant
    do: Words
    by: Name = ""
    text: str = ""
    via: SignalKind = "person"
    ref: str = ""
    symptom: str = ""
    reporters: Annotated[int, Field(strict=True, ge=0, le=c.LARGEST)] | None = None
    people: tuple[str, ...] = ()
    everyone: bool = False
    roles: dict[str, Name] = {}
    verified: str = ""
    source: str = Field(default="", alias="from")

    @field_validator("do")
    @classmethod
    def _by_its_own_name(cls, do: str) -> str:
        """A verb may be called by its command's name too."""
        verb = verbs.verb(do)
        return verb.name if verb else do

    @property
    def others(self) -> tuple[str, ...]:
        """The people (or groups) its verb's options name."""
        return tuple(name for key in _PEOPLE if isinstance(name := self.options.get(key), str))

    @property
    def command(self) -> type[c.Command] | None:
        """The command whose options the line may have; None where it has none besides the case's own keys."""
        if self.do in _FIXED:
            return _FIXED[self.do]
        verb = verbs.verb(self.do)
        return verb.command if verb else None

    @property
    def options(self) -> dict[str, Any]:
        """What the line says besides: the options of its verb."""
        known = {field.name for field in fields(self.command)} if self.command else set()
        return {key: value for key, value in (self.model_extra or {}).items() if key in known}

    @property
    def strange(self) -> tuple[str, ...]:
        """The keys this line does not use."""
        unused = self.model_fields_set - _EVERYWHERE - _USED.get(self.do, set()) - set(self.options)
        return tuple(sorted("from" if key == "source" else key for key in unused))


class Impact(_Part):
    """When the impact began and ended; with `…_until`, a range."""

    model_config = ConfigDict(extra="allow")

    start: Instant | None = None
    start_until: Instant | None = None
    end: Instant | None = None
    end_until: Instant | None = None

    @property
    def times(self) -> tuple[datetime, ...]:
        return tuple(t for t in (self.start, self.start_until, self.end, self.end_until) if t is not None)


class Action(_Part):
    """What should be done so that it does not happen again."""

    model_config = ConfigDict(extra="allow")
    text: Words
    url: str | None = None
    done: bool = False


class Case(_Part):
    """The whole script, with the report that came of it."""

    model_config = ConfigDict(extra="allow")
    case: Words
    title: Name
    zone: Words
    owner: Name
    status: Words
    service: Place = ""
    community: Place = ""
    symptom: str = ""
    impact: Impact = Impact()
    lines: tuple[Line, ...]
    report: dict[str, str] = {}
    actions: tuple[Action, ...] = ()

    @model_validator(mode="after")
    def _declared(self) -> Case:
        if not any(line.do == "declare" for line in self.lines):
            raise ValueError("no line declares the incident; one has to `do` “declare”")
        last = next((line.do for line in reversed(self.lines) if line.do in ("resolve", "reopen", "cancel")), "nothing")
        if last != "resolve":
            raise ValueError(f"only what is resolved has a report, and the last word on that here is “{last}”")
        return self

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who is named as acting, in the order they appear."""
        acting = (name for line in self.lines for name in (line.by, *line.roles.values(), *line.others))
        return tuple(dict.fromkeys(name for name in (*acting, self.owner) if name))

    @property
    def unknown(self) -> tuple[str, ...]:
        """What nothing is known to do with, as sentences: left out, but not in silence."""
        parts = {"a case": (self,), "the impact": (self.impact,), "an action": self.actions}
        beside = (
            f"{self.case}: “{key}” means nothing in {where} and is left out."
            for where, found in parts.items()
            for part in found
            for key in part.model_extra or ()
        )
        return (*beside, *self._strange())

    def _strange(self) -> Iterator[str]:
        yield from (
            f"{self.case}, line {place} ({line.do}): “{key}” means nothing here and is left out."
            for place, line in enumerate(self.lines, start=1)
            for key in line.strange
        )


def read(path: Path, playbook: Playbook) -> Case:
    """The case in a file; raises `Refused` with the file, the place and what to mend."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        case = Case.model_validate_json(text)
        json.loads(text, object_pairs_hook=_no_key_twice)
        _fits(case, playbook)
    except OSError as trouble:
        raise Refused(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8. Convert it first, for example with `iconv -f latin1 -t utf-8`.") from None
    except ValidationError as trouble:
        raise Refused(f"{path}: {'; '.join(_mistakes(trouble))}.") from None
    except Refused as no:
        raise Refused(f"{path}: {no}") from None
    return case


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON itself would keep the last without a word."""
    keys = [key for key, _ in pairs]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise Refused(f"“{twice[0]}” stands twice in one place. Keep one of the two.")
    return dict(pairs)


def _mistakes(trouble: ValidationError) -> Iterator[str]:
    for mistake in trouble.errors(include_url=False)[:5]:
        *path, last = mistake["loc"] or ("",)
        places = [*(part for part in path if part != "lines"), last]
        named = [f"line {part + 1}" if isinstance(part, int) else str(part) for part in places if part != ""]
        yield ", ".join([*named, mistake["msg"].removeprefix("Value error, ")])


def _fits(case: Case, playbook: Playbook) -> None:
    """What no playing could make right is found before anything is written."""
    zone(case.zone)
    for section in case.report:
        playbook.section(section)
    _impact(case.impact)
    for action in case.actions:
        if action.url and not is_address(action.url):
            raise Refused(f"action “{action.text[:40]}”: its url has to begin with https:// or http://.")
    if case.symptom:
        playbook.criterion(case.symptom)
    for place, line in enumerate(case.lines, start=1):
        try:
            _line(line, playbook)
        except Refused as no:
            raise Refused(f"line {place}: {no}") from None


def _line(line: Line, playbook: Playbook) -> None:
    Moment(at=line.at)
    if line.do not in _FIXED and line.command is None:
        raise Refused(f"“{line.do}” is no verb. `tocsin do --help` lists them.")
    if line.symptom:
        playbook.criterion(line.symptom)
    roles = [playbook.role(role).slug for role in line.roles]
    if len(set(roles)) < len(roles):
        raise Refused("a role is given twice. Give it once; who else has it can be assigned in a line of its own.")


def _impact(impact: Impact) -> None:
    start = impact.start and Moment(at=impact.start, until=impact.start_until)
    end = impact.end and Moment(at=impact.end, until=impact.end_until)
    if (impact.start_until and not start) or (impact.end_until and not end):
        raise Refused("impact: a range needs both its times.")
    if start and end and (end.until or end.at) < start.at:
        raise Refused("impact: it ends before it starts.")
