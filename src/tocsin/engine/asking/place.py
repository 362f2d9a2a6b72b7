"""Where the socket is: beside the database file, however long the path, ours from its first moment on."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from tocsin.store import owner

_PEER = struct.Struct("iII")
"""Process, user and group of whoever connected."""


def beside(database: Path) -> Path:
    """Where whoever holds a database file listens."""
    return owner.beside(database, "sock")


def listening(path: Path) -> socket.socket:
    """A socket that nobody but our user and root can reach; it takes the place of what a dead process left there.

    It is bound under a short name in its open folder, since an address holds but 107 bytes, and then given its own.
    """
    with _opened(path.parent) as folder, ExitStack() as unless_kept:
        listener = unless_kept.enter_context(socket.socket(socket.AF_UNIX))
        os.fchmod(listener.fileno(), 0o600)  # before it is bound: Linux makes the file with the mode of the socket
        name = f".tocsin-{sha256(path.name.encode()).hexdigest()[:16]}"
        with suppress(FileNotFoundError):  # of somebody who died between the next lines; only the owner comes here
            os.unlink(name, dir_fd=folder)
        listener.bind(f"/proc/self/fd/{folder}/{name}")
        listener.listen(4096)
        os.rename(name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        unless_kept.pop_all()
    return listener


def connected(path: Path, patience: float) -> socket.socket:
    """A way to whoever listens there. Raises `OSError` where nobody does."""
    with _opened(path) as there, ExitStack() as unless_kept:
        asker = unless_kept.enter_context(socket.socket(socket.AF_UNIX))
        asker.settimeout(patience)
        asker.connect(f"/proc/self/fd/{there}")
        unless_kept.pop_all()
    return asker


def everything(said_by: socket.socket) -> bytes:
    """All that the other side says, as far as it came."""
    said = bytearray()
    with suppress(ConnectionResetError):  # it has hung up on what it did not want to hear
        while more := said_by.recv(2**18):
            said += more
    return bytes(said)


def may_ask(asker: socket.socket) -> bool:
    """Our own user and root may: they can do to the file whatever they like."""
    _, user, _ = _PEER.unpack(asker.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return user in (0, os.geteuid())


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A handle on what is there, a folder or a socket: under its number the path is short."""
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)
