"""A repository elsewhere, or a bare one: commits are made in a copy of our own and pushed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.integrations.gitrepo.git import Git
from tocsin.integrations.gitrepo.home import Moved
from tocsin.ports import Failed

# The first is what git says when it sees the move itself, the others when the remote sees it.
_MOVED = re.compile(r"! \[rejected\]|failed to update ref|cannot lock ref|incorrect old value")


@dataclass(frozen=True, kw_only=True)
class Remote:
    """Serves `Home`."""

    git: Git
    """Runs in our copy."""
    url: str
    branch: str

    def tip(self) -> str | None:
        lines = self.git("ls-remote", "--quiet", "--heads", "--", self.url).splitlines()
        heads = {line.partition("\trefs/heads/")[2] for line in lines}
        if self.branch in heads:
            return self._fetched()
        if heads:
            known, remedy = _some(sorted(heads)), "create it, or set `gitrepo.branch`"
            raise Failed(f"The repository has no branch “{self.branch}”, but {known}: {remedy}.", permanent=True)
        return None

    def names(self, folder: str) -> set[str]:
        return set()

    def accept(self, commit: str, tip: str | None, files: Mapping[str, bytes]) -> None:
        if commit == tip:
            return
        quietly = ("--quiet", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")
        answer = self.git.ask("push", *quietly, "--", self.url, f"{commit}:refs/heads/{self.branch}")
        if answer.code and _MOVED.search(answer.said):
            raise Moved
        answer.check()

    def _fetched(self) -> str | None:
        ref = f"refs/heads/{self.branch}"
        quietly = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        self.git("fetch", *quietly, "--", self.url, f"+{ref}:{ref}")
        return self.git.commit(ref)


def _some(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:5]) + (", …" if len(names) > 5 else "")
