"""What one installation is told: where its data lies, which database it uses, and what its integrations need."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import quote

from tocsin.core.refused import Refused

FILE = "tocsin.toml"
WEB = "web"
_TEXTS = ("database", "playbook")
"""What the file says in a line; all else in it are tables: one about serving pages, and one for each integration."""
T = TypeVar("T")


class Secret:
    """A password or a token. It shows itself to nobody who does not ask for it, and is looked up only then."""

    def __init__(self, value: str | Callable[[], str]) -> None:
        self._find = value if callable(value) else lambda: value

    def reveal(self) -> str:
        """Raises `Refused` where it is not where the settings say."""
        return self._find()

    def __repr__(self) -> str:
        return "Secret(***)"


def setting(label: str, hint: str = "", *, default: Any = MISSING) -> Any:
    """A field of an integration's `Config`: what it is called, and what to write there."""
    return field(default=default, metadata={"label": label, "hint": hint})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an installation can be told."""

    data: Path
    """The folder that holds everything the installation keeps."""
    database: str
    """Where the log lives, as an address: `sqlite:///…` (the default, in the data folder) or `postgresql://…`."""
    integrations: Mapping[str, Mapping[str, object]]
    """What the file says to each integration, by its name; nobody has checked it yet."""
    web: Mapping[str, object] = field(default_factory=dict)
    """What the file says about serving pages (`[web]`); nobody has checked it yet."""
    playbook: Path | None = None
    """The team's process; the one that is shipped, where nobody names another."""


def load(data: Path, database: str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a data folder: its `tocsin.toml`, then the environment (`TOCSIN_DB`), then what is given here."""
    told = _read(data / FILE)
    return Settings(
        data=data,
        database=database
        or environ.get("TOCSIN_DB")
        or told.get("database")
        or f"sqlite:///{quote(_inside(data, 'tocsin.db'))}",
        integrations={name: table for name, table in told.items() if name not in (*_TEXTS, WEB)},
        web=told.get(WEB, {}),
        playbook=data / told["playbook"] if told.get("playbook") else None,
    )


def configured(kind: type[T], name: str, told: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> T:
    """An integration's `Config`, of what its table in the file says; refused in a sentence where that will not do."""
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    for key in told:
        if key not in known:
            raise Refused(f"There is no setting “{name}.{key}”. There are: {_listed(name, known)}.")
    for key, each in known.items():
        if key not in told and each.default is MISSING and each.default_factory is MISSING:
            raise Refused(f"The setting “{name}.{key}” is missing: {each.metadata['label']}.")
    hints = get_type_hints(kind)
    return kind(**{key: _value(hints[key], f"{name}.{key}", value, environ) for key, value in told.items()})


def _value(kind: Any, name: str, told: object, environ: Mapping[str, str]) -> object:
    one = next((each for each in get_args(kind) if each is not NoneType), kind)
    if one is Secret:
        return _secret(name, told, environ)
    wanted, plainly = _KINDS[one]
    if not isinstance(told, wanted) or isinstance(told, bool) != (one is bool):
        raise Refused(f"The setting “{name}” has to be {plainly}.")
    return one(told)


_KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a text, in quotes"),
    Path: ((str,), "a path, in quotes"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    bool: ((bool,), "true or false"),
}
"""What a field may be → what a file may say for it, and how that is called."""


def _secret(name: str, told: object, environ: Mapping[str, str]) -> Secret:
    """Where it is kept: a secret itself has no place in a file that people copy and show."""
    how = f"The setting “{name}” is secret: write env:NAME or file:PATH, and keep it there."
    match told.split(":", 1) if isinstance(told, str) else ():
        case ["env", where]:
            return Secret(lambda: _from_environment(how, where, environ))
        case ["file", where]:
            return Secret(lambda: _from_file(how, where))
        case _:
            raise Refused(how)


def _from_environment(how: str, where: str, environ: Mapping[str, str]) -> str:
    if not environ.get(where):
        raise Refused(f"{how} There is no {where} in the environment of this process.")
    return environ[where]


def _from_file(how: str, where: str) -> str:
    try:
        found = Path(where).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError):  # a path with a NUL byte is no OSError
        raise Refused(f"{how} The file {where} cannot be read by this process.") from None
    if not found:
        raise Refused(f"{how} The file {where} is empty.")
    return found


def _listed(name: str, known: Mapping[str, Field[Any]]) -> str:
    return ", ".join(f"{name}.{key}" for key in known)


def _inside(data: Path, name: str) -> str:
    return str((data / name).absolute())


def _read(path: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as trouble:
        raise Refused(f"{path} cannot be read: {trouble.strerror}.") from trouble
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise Refused(f"{path} cannot be read: {trouble}.") from trouble
    except (ValueError, RecursionError) as trouble:  # Python's own limits
        raise Refused(f"{path} cannot be read: a number in it is too long, or its lists lie too deep.") from trouble
    _check(path, told)
    return told


def _check(path: Path, told: Mapping[str, Any]) -> None:
    for key, value in told.items():
        if key in _TEXTS and not isinstance(value, str):
            raise Refused(f"{path}: “{key}” has to be a text.")
        if key not in _TEXTS and not isinstance(value, dict):
            raise Refused(f"{path}: there is no setting “{key}”. A table begins with its name in brackets: [mail].")
