"""What one installation is told: where its data lies, which database it uses, where reports are published."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tocsin.core.refused import Refused

FILE = "tocsin.toml"
KNOWN = ("database", "publish.repository", "publish.branch")
"""Every setting a file can have."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an installation can be told."""

    data: Path
    """The folder that holds everything the installation keeps."""
    database: str
    """Where the log lives, as an address: `sqlite:///…` (the default, in the data folder) or `postgresql://…`."""
    repository: str
    """The git repository reports are published into: a path or an address."""
    branch: str = "main"


def load(data: Path, database: str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a data folder: its `tocsin.toml`, then the environment (`TOCSIN_DB`), then what is given here."""
    told = _read(data / FILE)
    publish = told.get("publish", {})
    return Settings(
        data=data,
        database=database
        or environ.get("TOCSIN_DB")
        or told.get("database")
        or f"sqlite:///{quote(_inside(data, 'tocsin.db'))}",
        repository=publish.get("repository") or _inside(data, "published"),
        branch=publish.get("branch", "main"),
    )


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
    if not isinstance(told.get("publish", {}), dict):
        raise Refused(f"{path}: “publish” has to be a table: [publish].")
    settings = {key: value for key, value in told.items() if key != "publish"}
    settings |= {f"publish.{key}": value for key, value in told.get("publish", {}).items()}
    for key, value in settings.items():
        if key not in KNOWN:
            raise Refused(f"{path}: there is no setting “{key}”. There are: {', '.join(KNOWN)}.")
        if not isinstance(value, str):
            raise Refused(f"{path}: “{key}” has to be a text.")
