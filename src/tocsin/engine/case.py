"""A case file: the script of an incident, line by line. `docs/reference/case.md` describes it to whoever writes one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tocsin.core.decisions.reports import zone
from tocsin.core.events import SignalKind
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.language import verbs

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=False)]
_FIXED = ("signal", "impact-began", "note", "declare", "update", "resolve", "reopen")
"""What a line can do with a meaning of its own in a case; every other verb of the shell may be used as well."""


_CLOSED = ("signal", "declare", "resolve", "reopen")
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
    model_config = ConfigDict(frozen=True, strict=False)


class Line(_Part):
    """One line of the script. What is not named here is an option of the verb in `do`."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    at: AwareDatetime
    do: Words
    by: str = ""
    text: str = ""
    via: SignalKind = "person"
    ref: str = ""
    symptom: str = ""
    reporters: Annotated[int, Field(ge=0)] | None = None
    people: tuple[str, ...] = ()
    everyone: bool = False
    roles: dict[str, str] = {}
    verified: str = ""
    source: str = Field(default="", alias="from")

    @property
    def others(self) -> tuple[str, ...]:
        """The people (or groups) its verb's options name."""
        return tuple(name for key in _PEOPLE if isinstance(name := self.options.get(key), str))

    @property
    def strange(self) -> tuple[str, ...]:
        """The keys this line does not use."""
        options = set() if self.do in _CLOSED else set(self.options)
        unused = self.model_fields_set - _EVERYWHERE - _USED.get(self.do, set()) - options
        return tuple(sorted("from" if key == "source" else key for key in unused))

    @property
    def options(self) -> dict[str, Any]:
        """What the line says besides: the options of its verb."""
        return dict(self.model_extra or {})


class Impact(_Part):
    """When the impact began and ended; with `…_until`, a range."""

    start: AwareDatetime | None = None
    start_until: AwareDatetime | None = None
    end: AwareDatetime | None = None
    end_until: AwareDatetime | None = None

    @property
    def times(self) -> tuple[datetime, ...]:
        return tuple(t for t in (self.start, self.start_until, self.end, self.end_until) if t is not None)


class Action(_Part):
    text: Words
    url: str | None = None
    done: bool = False


class Case(_Part):
    """The whole script, with the report that came of it."""

    model_config = ConfigDict(extra="allow")
    case: Words
    title: Words
    zone: Words
    owner: Words
    status: Words
    service: str = ""
    community: str = ""
    symptom: str = ""
    impact: Impact = Impact()
    lines: tuple[Line, ...]
    report: dict[str, str] = {}
    actions: tuple[Action, ...] = ()

    @model_validator(mode="after")
    def _declared(self) -> Case:
        if not any(line.do == "declare" for line in self.lines):
            raise ValueError("no line declares the incident; one has to `do` “declare”")
        return self

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who is named as acting, in the order they appear."""
        acting = (name for line in self.lines for name in (line.by, *line.roles.values(), *line.others))
        return tuple(dict.fromkeys(name for name in (*acting, self.owner) if name))

    @property
    def unknown(self) -> tuple[str, ...]:
        """What nothing is known to do with, as sentences: left out, but not in silence."""
        beside = (f"{self.case}: “{key}” means nothing in a case and is left out." for key in self.model_extra or ())
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
        case = Case.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise Refused(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except UnicodeDecodeError:
        raise Refused(f"{path} is not UTF-8. Convert it first, for example with `iconv -f latin1 -t utf-8`.") from None
    except ValidationError as trouble:
        raise Refused(f"{path}: {'; '.join(_mistakes(trouble))}.") from None
    _fits(case, playbook, path)
    return case


def _mistakes(trouble: ValidationError) -> Iterator[str]:
    for mistake in trouble.errors(include_url=False)[:5]:
        place = [f"line {part + 1}" if isinstance(part, int) else str(part) for part in mistake["loc"]]
        message = mistake["msg"].removeprefix("Value error, ")
        yield ", ".join([*(part for part in place if part != "lines"), message])


def _fits(case: Case, playbook: Playbook, path: Path) -> None:
    """What the playbook does not know is found before anything is written."""
    try:
        zone(case.zone)
        for section in case.report:
            playbook.section(section)
        for symptom in filter(None, (case.symptom, *(line.symptom for line in case.lines))):
            playbook.criterion(symptom)
        for place, line in enumerate(case.lines, start=1):
            if line.do not in _FIXED and verbs.verb(line.do) is None:
                raise Refused(f"line {place}: “{line.do}” is no verb. `tocsin do --help` lists them.")
        for role in (role for line in case.lines for role in line.roles):
            playbook.role(role)
    except Refused as no:
        raise Refused(f"{path}: {no}") from None
