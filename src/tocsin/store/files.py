"""Files that appear whole and on disk, readable by nobody else, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tocsin.core.refused import Refused


@contextmanager
def appearing(file: Path) -> Iterator[Path]:
    """An empty file to write to; when all went well it stands at `file`, and otherwise nothing does."""
    must_be_free(file)
    with _plainly(file), TemporaryDirectory(prefix=".tocsin-", dir=file.absolute().parent) as folder:
        new = Path(folder) / "new"
        new.touch(mode=0o600, exist_ok=False)
        yield new
        _settle(new)
        must_be_free(file)  # it may have come while we wrote
        new.replace(file)
        _settle(file.absolute().parent)


def must_be_free(file: Path) -> None:
    """Nothing is ever written over: it may be the only copy of what somebody needs."""
    with _plainly(file):
        try:
            file.lstat()
        except FileNotFoundError:
            return
    raise Refused(f"{file} is there already. Give another name, or move it away first.")


@contextmanager
def _plainly(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        raise Refused(f"{file} cannot be written: {trouble.strerror or trouble}.") from trouble


def _settle(path: Path) -> None:
    """A folder too: renaming is durable only when the folder is."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
