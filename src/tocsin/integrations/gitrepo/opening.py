"""Opens the repository that is set, and begins it where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tocsin.integrations.gitrepo.config import Config
from tocsin.integrations.gitrepo.git import Git
from tocsin.integrations.gitrepo.home import Home
from tocsin.integrations.gitrepo.masking import secrets_in
from tocsin.integrations.gitrepo.remote import Remote
from tocsin.integrations.gitrepo.work_tree import WorkTree
from tocsin.ports import Failed


def open_home(config: Config, patience: timedelta) -> Home:
    url = config.repository
    if _is_remote(url):
        return Remote(git=_copy(config, patience), url=url, branch=config.branch)
    top = Path(url).expanduser().resolve()
    if _is_bare(top):
        return Remote(git=_copy(config, patience), url=str(top), branch=config.branch)
    return WorkTree(git=_work_tree(top, config, patience), top=top, branch=config.branch)


def _work_tree(top: Path, config: Config, patience: timedelta) -> Git:
    dot = top / ".git"
    git = Git(dir=dot, top=top, patience=patience, secrets=secrets_in(config.repository))
    if not _is_started(dot):
        top.mkdir(parents=True, exist_ok=True)
        git.init(top, config.branch)
    return replace(git, dir=Path(git("rev-parse", "--absolute-git-dir")))  # `.git` may be a file that names it


def _copy(config: Config, patience: timedelta) -> Git:
    """Our own copy of a repository that has no work tree here."""
    if config.work is None:
        raise Failed("A remote or bare repository needs a folder for our own copy: set `work`.", permanent=True)
    work = config.work.expanduser().resolve()
    git = Git(dir=work, top=None, patience=patience, secrets=secrets_in(config.repository))
    if not _is_bare(work):
        work.mkdir(parents=True, exist_ok=True)
        if {entry.name for entry in work.iterdir()} - _BEGUN:
            raise Failed(f"{work} holds something else: name an empty folder as `work`.", permanent=True)
        git.init(work, config.branch, "--bare")
    return git


# What `git init` makes, perhaps at this moment for another publication, or did not finish: then it may be repeated.
_BEGUN = {"HEAD", "HEAD.lock", "config", "config.lock", "branches", "hooks", "info", "objects", "refs"}


def _is_started(dot: Path) -> bool:
    """False for a repository that `git init` did not finish, too: it may be repeated."""
    return dot.is_file() or (dot / "HEAD").exists()


def _is_bare(top: Path) -> bool:
    return (top / "HEAD").is_file() and (top / "objects").is_dir() and (top / "refs").is_dir()


def _is_remote(repository: str) -> bool:
    """As git sees it: a URL, or `host:path` with the colon before any slash."""
    return "://" in repository or (":" in repository.partition("/")[0] and not Path(repository).exists())
