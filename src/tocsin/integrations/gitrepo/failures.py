"""The sentences for what more than one place can run into."""

from __future__ import annotations

import errno
from pathlib import Path

from tocsin.ports import Failed


def in_the_way(where: Path | str) -> Failed:
    return Failed(f"{where} is in the way: links, submodules and the like are not written through.", permanent=True)


def no_room(where: str) -> Failed:
    return Failed(f"There is no room left on the disk for {where}: make some, then publish again.")


def out_of_order(error: OSError) -> Failed:
    """The failure that an error of this machine's files amounts to."""
    where = error.filename or "the repository"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room(where)
    hopeless = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
    return Failed(f"{where} cannot be used to publish: {error.strerror}.", permanent=hopeless)
