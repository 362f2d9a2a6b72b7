"""Opens the repository that is set, and begins it where there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tocsin.integrations.gitrepo.config import Config
from tocsin.integrations.gitrepo.files import alone
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
    top = _resolved(Path(url))
    if _is_bare(top):
        return Remote(git=_copy(config, patience), url=str(top), branch=config.branch)
    return WorkTree(git=_work_tree(top, config, patience), top=top, branch=config.branch)


def _work_tree(top: Path, config: Config, patience: timedelta) -> Git:
    dot = top / ".git"
    git = Git(dir=dot, top=top, patience=patience, secrets=secrets_in(config.repository))
    if not dot.is_file():
        top.mkdir(parents=True, exist_ok=True)
        dot.mkdir(exist_ok=True)
        _begin(git, top, config.branch)
    return replace(git, dir=Path(git("rev-parse", "--absolute-git-dir")))  # `.git` may be a file that names it


def _copy(config: Config, patience: timedelta) -> Git:
    """Our own copy of a repository that has no work tree here."""
    if config.work is None:
        remedy = "set `gitrepo.repository` to a work tree on this machine"
        raise Failed(f"There is no folder for a clone of a remote or bare repository: {remedy}.", permanent=True)
    work = _resolved(config.work)
    git = Git(dir=work, top=None, patience=patience, secrets=secrets_in(config.repository))
    work.mkdir(parents=True, exist_ok=True)
    strange = {entry.name for entry in work.iterdir()} - _BEGUN
    if strange and not _is_bare(work):  # in this order: another publication may just have finished it
        raise Failed(f"{work} holds something else than our clone: move that away, then publish again.", permanent=True)
    _begin(git, work, config.branch, "--bare")
    return git


def _begin(git: Git, where: Path, branch: str, *options: str) -> None:
    """Looks only once it is alone: what another process is beginning looks finished before it is."""
    with alone(git.dir):
        if not _is_bare(git.dir):
            git.init(where, branch, *options)


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except RuntimeError:  # this is how pathlib tells either
        why = "the account after “~” is not known here, or links lead in a circle"
        raise Failed(f"“{path}” is no path on this machine: {why}. Write out the whole path.", permanent=True) from None


# What `git init` makes, perhaps at this moment for another publication, or did not finish: then it may be repeated.
_BEGUN = {"HEAD", "HEAD.lock", "config", "config.lock", "branches", "hooks", "info", "objects", "refs", "tocsin.lock"}


def _is_bare(top: Path) -> bool:
    """As git sees it; false, too, for what `git init` did not finish."""
    return (top / "HEAD").is_file() and (top / "objects").is_dir() and (top / "refs").is_dir()


def _is_remote(repository: str) -> bool:
    """As git sees it: a URL, or `host:path` with the colon before any slash."""
    return "://" in repository or (":" in repository.partition("/")[0] and not Path(repository).exists())
