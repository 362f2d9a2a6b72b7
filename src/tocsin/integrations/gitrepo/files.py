"""Files on this machine: one process at a time, and new content whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """One publication at a time in one repository. The lock dies with its process."""
    with (directory / "tocsin.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def parents(names: Iterable[str]) -> set[str]:
    """All folders on the way to these files, without the top."""
    return {str(folder) for name in names for folder in PurePosixPath(name).parents} - {"."}


def holds(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content


def prepare(target: Path, content: bytes) -> None:
    """Write the content beside its target, to be `put` there."""
    file = _beside(target)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def put(target: Path) -> None:
    _beside(target).replace(target)


def settle(folder: Path) -> None:
    """Renaming is durable only when the folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(target: Path, top: Path) -> None:
    """Remove what was prepared and not put, and the folders it leaves empty."""
    with suppress(OSError):
        _beside(target).unlink(missing_ok=True)
        for folder in target.relative_to(top).parents[:-1]:
            (top / folder).rmdir()  # refuses a folder that holds something, which ends the climb


def _beside(target: Path) -> Path:
    """A fixed name, so that what a killed process left behind is used up by the next try."""
    return target.with_name(f".{target.name}.tocsin")
