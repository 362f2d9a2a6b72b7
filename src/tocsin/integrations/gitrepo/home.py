"""What a publication needs of the repository it goes to, wherever that lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tocsin.integrations.gitrepo.git import Git


class Moved(Exception):
    """Somebody else moved the branch between our reading it and our writing it."""


class Home(Protocol):
    """A repository as the target of a publication."""

    @property
    def git(self) -> Git: ...
    def tip(self) -> str | None:
        """The commit to build on; None when there is none yet."""
        ...

    def names(self, folder: str) -> set[str]:
        """What lies in the folder besides what is committed."""
        ...

    def accept(self, commit: str, tip: str | None, files: Mapping[str, bytes]) -> None:
        """Make the commit the branch's newest, or raise `Moved`; `commit == tip` when nothing is new."""
        ...
