"""A repository people may be working in: only the publication's own files are touched."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tocsin.integrations.gitrepo.failures import in_the_way
from tocsin.integrations.gitrepo.files import clear, holds, parents, prepare, put, settle
from tocsin.integrations.gitrepo.git import Git
from tocsin.integrations.gitrepo.home import Moved
from tocsin.ports import Failed

_MOVED = re.compile(r"but expected|reference already exists")


@dataclass(frozen=True, kw_only=True)
class WorkTree:
    """Serves `Home`."""

    git: Git
    top: Path
    branch: str

    def tip(self) -> str | None:
        head = self.git("symbolic-ref", "--quiet", "HEAD", fine=(0, 1)).removeprefix("refs/heads/")
        if head == self.branch:
            return self.git.commit(f"refs/heads/{head}")
        if self.git("rev-list", "--max-count=1", "--all"):
            now = f"on the branch “{head}”" if head else "on no branch"
            remedy = f"check out “{self.branch}” there, or set `gitrepo.branch`"
            raise Failed(f"{self.top} is {now}, not on “{self.branch}”: {remedy}.", permanent=True)
        self.git("symbolic-ref", "HEAD", f"refs/heads/{self.branch}")
        return None

    def names(self, folder: str) -> set[str]:
        here = self.top / folder
        return {entry.name for entry in here.iterdir()} if here.is_dir() else set()

    def accept(self, commit: str, tip: str | None, files: Mapping[str, bytes]) -> None:
        """New files are ready beside the old before the branch moves: after that hardly anything can go wrong.

        Killed in between, the files are missing until the publication is repeated; so this is done even for a commit
        that already stands.
        """
        self._check_way(files)
        self._check_lock()
        stale = {self.top / name: content for name, content in files.items() if not holds(self.top / name, content)}
        try:
            for target, content in stale.items():
                prepare(target, content)
            if commit != tip:
                self._move(commit, tip)
            for target in stale:
                put(target)
        finally:
            for target in stale:
                clear(target, self.top)
        for folder in {target.parent for target in stale}:
            settle(folder)
        self._stage(commit, files)

    def _check_way(self, files: Mapping[str, bytes]) -> None:
        for folder in (self.top / name for name in parents(files)):
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()) or (folder / ".git").exists():
                raise in_the_way(folder)
        for file in (self.top / name for name in files):
            if file.is_symlink() or (file.exists() and not file.is_file()):
                raise in_the_way(file)

    def _check_lock(self) -> None:
        lock = self.git.dir / "index.lock"
        if lock.exists():
            raise Failed(f"Another git is at work in {self.top}. If none is, one was killed: remove {lock}.")

    def _move(self, commit: str, tip: str | None) -> None:
        reason = "tocsin: Publish a report."
        answer = self.git.ask("update-ref", "-m", reason, f"refs/heads/{self.branch}", commit, tip or "")
        if answer.code and _MOVED.search(answer.said):
            raise Moved
        answer.check()

    def _stage(self, commit: str, files: Mapping[str, bytes]) -> None:
        """Without this, git would take our files for staged deletions."""
        entries = self.git("ls-tree", "-z", "--full-tree", commit, "--", *files)
        self.git("update-index", "-z", "--index-info", stdin=os.fsencode(entries))
        self.git("update-index", "-q", "--refresh", fine=(0, 1))  # 1: something else has changed, as it may
