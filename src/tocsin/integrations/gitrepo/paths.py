"""Where in the repository a report goes: where it already stands, else under the first free name."""

from __future__ import annotations

from itertools import chain, count

from tocsin.integrations.gitrepo.commits import TRAILER
from tocsin.integrations.gitrepo.git import Git
from tocsin.integrations.gitrepo.home import Home
from tocsin.ports import Publication


def path_for(home: Home, tip: str | None, publication: Publication, folder: str) -> str:
    """The path without ending."""
    earlier = publication.path or _earlier(home.git, tip, publication, folder)
    return earlier or _free(home, tip, publication.stem, folder)


def _earlier(git: Git, tip: str | None, publication: Publication, folder: str) -> str | None:
    """Where this report already stands: its first publication may have succeeded without our learning of it."""
    if tip is None:
        return None
    identity = publication.identity
    marked = _marks(git, tip, "--fixed-strings", f"--grep={TRAILER}: {identity}")  # finds longer ones, too
    newest = next((commit for commit, marks in marked if identity in marks), None)
    for name in _changed(git, newest) if newest else []:
        path = _without_ending(name, publication)
        if path and path.rpartition("/")[0] == folder and _owner(git, tip, name) == identity:
            return path
    return None


def _changed(git: Git, commit: str) -> list[str]:
    return git("diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "-z", commit).split("\0")


def _without_ending(name: str, publication: Publication) -> str | None:
    longest_first = sorted(publication.files, key=len, reverse=True)  # “x.public.md” is “x”, not “x.public”
    return next((name.removesuffix(f".{e}") for e in longest_first if name.endswith(f".{e}")), None)


def _owner(git: Git, tip: str, name: str) -> str | None:
    """Whose report a file is; corrections committed by hand do not change that. None when it is gone, or nobody's."""
    if not git("ls-tree", "--full-tree", tip, "--", name):
        return None
    return next((marks[-1] for _, marks in _marks(git, tip, "--", name) if marks), None)


def _marks(git: Git, tip: str, *which: str) -> list[tuple[str, list[str]]]:
    """Commits, newest first, with the reports they name."""
    form = f"--format=%H%x1f%(trailers:key={TRAILER},valueonly,unfold,separator=%x1f)"
    records = git("log", "-z", "--encoding=UTF-8", form, tip, *which).split("\0")
    fields = [record.split("\x1f") for record in records if record]
    return [(commit, [mark for mark in marks if mark]) for commit, *marks in fields]


def _free(home: Home, tip: str | None, stem: str, folder: str) -> str:
    """The first of the wished name, `-2`, `-3`, … that nobody has, with whatever ending."""
    names = home.names(folder) | _committed(home.git, tip, folder)
    wishes = chain([stem], (f"{stem}-{n}" for n in count(2)))
    free = next(wish for wish in wishes if not any(name.startswith(f"{wish}.") for name in names))
    return f"{folder}/{free}" if folder else free


def _committed(git: Git, tip: str | None, folder: str) -> set[str]:
    """The names in the folder of that commit."""
    if tip is None:
        return set()
    inside = ("--", f"{folder}/") if folder else ()
    listed = git("ls-tree", "-z", "--full-tree", "--name-only", tip, *inside)
    return {path.rpartition("/")[2] for path in listed.split("\0")}
