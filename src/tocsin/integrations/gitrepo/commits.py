"""Makes the commit of a publication.

It is made from git's plumbing on an index of its own, not with `git commit`: so neither hooks, signing, ignore rules,
filters nor anything staged or half edited can get into it, and the same publication has the same commit id.
"""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Mapping

from tocsin.integrations.gitrepo.failures import in_the_way
from tocsin.integrations.gitrepo.files import parents
from tocsin.integrations.gitrepo.git import Git
from tocsin.ports import Publication

TRAILER = "Tocsin-Report"


def check_way(git: Git, tip: str | None, files: Mapping[str, bytes]) -> None:
    """In the commit, folders must be folders and files files: git would write through neither link nor submodule."""
    if tip is None:
        return
    folders = parents(files)
    entries = git("ls-tree", "-z", "--full-tree", tip, "--", *folders, *files).split("\0")
    for entry in filter(None, entries):
        mode, _, name = entry.partition("\t")
        if not mode.startswith("040000" if name in folders else "100"):
            raise in_the_way(name)


def commit_files(git: Git, tip: str | None, files: Mapping[str, bytes], publication: Publication) -> str:
    """The commit that adds these files to the tip; the tip itself when they are all there already."""
    tree = _tree(git, tip, files)
    if tip is not None and tree == git("rev-parse", "--verify", f"{tip}^{{tree}}"):
        return tip
    parent = ("-p", tip) if tip is not None else ()
    return git("commit-tree", tree, *parent, "-F", "-", stdin=_message(publication), env=_author(publication))


def last_commit(git: Git, tip: str, files: Mapping[str, bytes]) -> str:
    """The last one that changed these files."""
    return git("rev-list", "--max-count=1", tip, "--", *files)


def _tree(git: Git, tip: str | None, files: Mapping[str, bytes]) -> str:
    with tempfile.TemporaryDirectory(prefix="tocsin-", dir=git.dir) as scratch:
        index = {"GIT_INDEX_FILE": f"{scratch}/index"}
        if tip is not None:
            git("read-tree", tip, env=index)
        for name, content in files.items():
            blob = git("hash-object", "-w", "--no-filters", "--stdin", stdin=content)
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", env=index)
        return git("write-tree", env=index)


def _message(publication: Publication) -> bytes:
    text = "\n".join(map(_visible, publication.message.splitlines())).strip() or f"Publish {publication.stem}"
    return f"{text}\n\n{TRAILER}: {publication.identity}\n".encode()


def _author(publication: Publication) -> dict[str, str]:
    author = _visible(publication.author).replace("<", "").replace(">", "")
    name = author.strip(" .,:;\"'\\") or "Tocsin"  # git cuts these, too, and refuses a name of nothing else
    at = f"@{int(publication.at.timestamp())} +0000"
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}


def _visible(line: str) -> str:
    """Without control characters and halves of characters, which neither git nor a terminal can take."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in line)
