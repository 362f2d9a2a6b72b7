"""What may be published at all: nothing that comes in may lead out of the folder, or break the form of a commit."""

from __future__ import annotations

import re

from tocsin.ports import Failed, Publication

_ENDING = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_LONGEST = 200  # bytes of a name: file systems end at 255, and “-2”, the ending and our temporary name come on top
_LONGEST_IDENTITY = 200  # it becomes an argument of git, and a line people read


def checked_folder(folder: str) -> str:
    """The folder without a slash at its end; empty for the top of the repository."""
    if folder in ("", "."):
        return ""
    plain = folder.rstrip("/")
    if not _is_plain_path(plain):
        raise Failed(f"“{folder}” cannot be the folder of reports: it takes plain names, as “reports”.", permanent=True)
    return plain


def check(publication: Publication, folder: str) -> None:
    for name in (publication.stem, *publication.files):
        if not _is_plain(name):
            raise Failed(f"“{name}” cannot be the name of a published file.", permanent=True)
    if not publication.files or not all(map(_ENDING.fullmatch, publication.files)):
        raise Failed("A publication needs files, each with an ending such as “md”.", permanent=True)
    if publication.path is not None and not _lies_in(folder, publication.path):
        raise Failed(f"“{publication.path}” lies outside the folder “{folder}”.", permanent=True)
    if not _is_identity(publication.identity):
        raise Failed(
            f"A publication needs an identity of one line of 1 to {_LONGEST_IDENTITY} characters.", permanent=True
        )


def _is_identity(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_IDENTITY and text == text.strip() and text.isprintable()


def _lies_in(folder: str, path: str) -> bool:
    return _is_plain_path(path) and (not folder or path.startswith(f"{folder}/"))


def _is_plain_path(path: str) -> bool:
    return all(map(_is_plain, path.split("/")))


def _is_plain(part: str) -> bool:
    """One visible name: no way up, no hidden file (thus no `.git`), nothing that another system reads as one."""
    return (
        part != ""
        and part == part.strip()
        and part.isprintable()
        and not part.startswith(".")
        and not part.casefold().startswith("git~")
        and not set(part) & set("/\\:")
        and len(part.encode()) <= _LONGEST
    )
