"""What an unsafe set-up of the database is told: what is refused, and what is only warned of."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from tocsin.core.refused import Refused
from tocsin.store.works import Store

MOUNTS = Path("/proc/self/mountinfo")


def network(path: Path, mountinfo: str) -> str | None:
    """The kind of network file system that holds a path, as `nfs4`; None where it is a disk of this machine.

    `mountinfo` is the text of /proc/self/mountinfo; `path` leads through no symbolic link.
    """
    mounts = map(_mount, reversed(mountinfo.splitlines()))  # of two on one folder the later one hides the earlier
    holding = [mount for mount in mounts if mount and path.is_relative_to(mount[0])]
    _, kind = max(holding, key=lambda mount: len(mount[0].parts), default=(path, ""))
    return kind if _NETWORK.fullmatch(kind) else None


def on_network(kind: str) -> str:
    """What is said of it, as a sentence."""
    return (
        f"The database file is on a network file system ({kind}), where SQLite may damage it; nothing was written. "
        "Keep it on a disk of this machine, or use PostgreSQL."
    )


def must_be_durable(store: Store) -> None:
    """Refuse a PostgreSQL that answers before its disk has what was written."""
    with store.read() as connection:
        if connection.dialect.name != "postgresql":
            return
        setting, user, database = connection.exec_driver_sql(_COMMITS).one()
    if setting == "off":
        raise Refused(
            "PostgreSQL's synchronous_commit is off, so a power failure could take back what Tocsin has answered. "
            f"Turn it on, then start again: ALTER ROLE {user} IN DATABASE {database} SET synchronous_commit = on."
        )


def warnings(store: Store, sqlite: tuple[int, ...] = sqlite3.sqlite_version_info) -> list[str]:
    """What whoever runs Tocsin should know of its database, as sentences."""
    with store.read() as connection:
        if connection.dialect.name == "postgresql":
            return [] if connection.exec_driver_sql("SHOW fsync").scalar() == "on" else [_NO_FSYNC]
    return [] if _knows_wal_resets(sqlite) else [_WAL_RESET.format(".".join(map(str, sqlite)))]


def _mount(line: str) -> tuple[Path, str] | None:
    """Where a file system is mounted, and its kind. Between the two stand optional fields, ended by a lone hyphen."""
    before, _, after = line.partition(" - ")
    fields, kinds = before.split(" "), after.split(" ")
    return (Path(_unescaped(fields[4])), kinds[0]) if len(fields) > 4 and kinds[0] else None


def _unescaped(text: str) -> str:
    """The kernel writes blanks and backslashes as `\\040`."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _knows_wal_resets(version: tuple[int, ...]) -> bool:
    """Two older lines were mended too (sqlite.org/wal.html#walresetbug)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


_NETWORK = re.compile(
    r"nfs4?|cifs|smb\d*|smbfs|9p|afs|ceph|lustre|glusterfs|beegfs|gpfs|gfs2?|ocfs2|orangefs|pvfs2|coda|ncpfs|davfs"
    r"|fuse|fuse\.(?!fuse-overlayfs|mergerfs|gocryptfs|encfs|bindfs|ntfs-3g|zfs).*"
)
"""SQLite's write-ahead log needs memory that all its users share. Of FUSE only those are let pass that are known to be
local."""

_COMMITS = "SELECT current_setting('synchronous_commit'), quote_ident(current_user), quote_ident(current_database())"
_NO_FSYNC = (
    "PostgreSQL runs with fsync off, so a power failure could destroy the database. "
    "Turn it on: ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf()."
)
_WAL_RESET = (
    "SQLite {} has a known bug with several writers (fixed in 3.51.3). Tocsin keeps to one writer, "
    "so do not open the file with other programs that write."
)
