"""Runs git in one repository, so that it does the same whatever a machine or a user has set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tocsin.integrations.gitrepo.answers import Answer
from tocsin.integrations.gitrepo.masking import masked
from tocsin.integrations.gitrepo.processes import run
from tocsin.ports import Failed

# What an operator may set for git to reach and trust a remote; everything else named GIT_… would change what we mean.
_KEPT = (
    "GIT_ASKPASS",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_SYSTEM",
    "GIT_EXEC_PATH",
    "GIT_HTTP_",
    "GIT_PROXY_",
    "GIT_SSH",
    "GIT_SSL_",
)

_OURS = {
    "GIT_AUTHOR_NAME": "Tocsin",
    "GIT_AUTHOR_EMAIL": "tocsin@localhost",
    "GIT_COMMITTER_NAME": "Tocsin",
    "GIT_COMMITTER_EMAIL": "tocsin@localhost",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "false",
    "LC_ALL": "C",  # we read what git says
}

_SETTINGS = {
    "core.hooksPath": "/dev/null",  # commit hooks are for people; `update-ref` would run one, too
    "core.fsmonitor": "false",  # the program it may name would be run by `update-index`
    "core.fsync": "all",
    "core.autocrlf": "false",
    "gc.autoDetach": "false",
    "maintenance.autoDetach": "false",
    "i18n.commitEncoding": "UTF-8",
    "log.showSignature": "false",
    "log.follow": "false",
    "trailer.separators": ":",
}


@dataclass(frozen=True, kw_only=True)
class Git:
    """git in one repository, told where it is: left to search, it would find one further up."""

    dir: Path
    top: Path | None
    """The work tree; None for a bare repository."""
    patience: timedelta
    secrets: tuple[str, ...]

    def __call__(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, fine: tuple[int, ...] = (0,)
    ) -> str:
        """What git prints, without the line's end; `Failed` when it ends with a code that is not fine."""
        answer = self.ask(*arguments, stdin=stdin, env=env)
        answer.check(fine)
        return os.fsdecode(answer.out).strip("\n")

    def ask(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """What git answers, be it a failure."""
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        where = [f"--git-dir={self.dir}", *([f"--work-tree={self.top}"] if self.top else [])]
        command = ["git", "--literal-pathspecs", "--no-pager", *settings, *where, *arguments]
        return self._run(command, self.top or self.dir, stdin, env)

    def commit(self, name: str) -> str | None:
        """The commit a name stands for; None when there is none."""
        return self("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", fine=(0, 1)) or None

    def init(self, where: Path, branch: str, *options: str) -> None:
        if self._run(["git", "check-ref-format", f"refs/heads/{branch}"], where).code:
            raise Failed(f"“{branch}” cannot be the name of a branch: set `gitrepo.branch`.", permanent=True)
        plain = ("--quiet", "--template=", "--object-format=sha1", f"--initial-branch={branch}")
        self._run(["git", "init", *plain, *options, "--", str(where)], where).check()

    def _run(self, command: list[str], where: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        done = run(command, where, stdin, _environment(env or {}), self.patience)
        said = masked(done.stderr.decode(errors="replace"), self.secrets)
        return Answer(code=done.returncode, out=done.stdout, said=said)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    return {**kept, **_OURS, **more}
