"""What an operator sets about the repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where reports are published."""

    repository: str = field(repr=False)  # it may carry a password
    """A folder on this machine, or the URL of a remote (https, ssh, file, `host:path`)."""
    branch: str = "main"
    folder: str = "reports"
    """The folder within the repository; empty for its top."""
    work: Path | None = None
    """A folder for our own copy of a remote or bare repository; not needed for a work tree."""
