"""What an operator sets about the repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tocsin.settings import setting

_REPOSITORY = {
    "label": "the git repository reports are published into",
    "hint": "A folder on this machine, or the URL of a remote (https, ssh, file, `host:path`).",
}


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where reports are published."""

    repository: str = field(repr=False, metadata=_REPOSITORY)  # it may carry a password
    branch: str = setting(
        "its branch", "In a repository that has branches already, it must be one of them.", default="main"
    )
    folder: str = setting(
        "the folder for reports", "A folder within the repository; empty for its top.", default="reports"
    )
    work: Path | None = setting(
        "the folder for our own copy",
        "Used where the repository is a remote or a bare one; a work tree needs none.",
        default=None,
    )
