"""R20: what makes SQLite unsafe is refused in a sentence, or warned of."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.rig import Installation, installed, worker
from tocsin.store import unsafe
from tocsin.store.owner import Owner
from tocsin.store.works import Unavailable

Figures = Callable[[str], None]
NETWORKS = ("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "fuse.sshfs")
LOCALS = ("ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs")


def test_a_second_worker_on_the_same_folder_is_refused_until_the_first_is_gone(
    sqlite_url: str, tmp_path: Path, figures: Figures
) -> None:
    installation = installed(tmp_path, sqlite_url)
    with worker(installation) as first:
        second = _worker(installation)
        assert first.poll() is None
        first.kill()
    with worker(installation) as third:
        assert third.poll() is None
    (sentence,) = second.stderr.splitlines()
    assert second.returncode == 1
    assert "has this folder" in sentence
    figures(f"R20 SQLite, a second worker on the same folder: exit {second.returncode}, “{sentence}”")


def _worker(installation: Installation) -> subprocess.CompletedProcess[str]:
    """One that is expected to end by itself."""
    command = [sys.executable, "-m", "tocsin", "worker", "--data", str(installation.data)]
    environment = {name: value for name, value in os.environ.items() if name != "TOCSIN_DB"}
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=60)


def test_a_worker_says_which_sqlite_has_a_known_bug(sqlite_url: str, tmp_path: Path) -> None:
    with installed(tmp_path, sqlite_url).opened() as tocsin:
        assert unsafe.warnings(tocsin.store, sqlite=(3, 40, 1)) == [
            "SQLite 3.40.1 has a known bug with several writers (fixed in 3.51.3). Tocsin keeps to one writer, "
            "so do not open the file with other programs that write."
        ]
        assert unsafe.warnings(tocsin.store, sqlite=(3, 51, 3)) == []


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_network_file_system_is_refused_and_nothing_is_written(kind: str, tmp_path: Path) -> None:
    owner = Owner(tmp_path / "tocsin.db", patience=0, mounts=_mounts(tmp_path, kind))
    with pytest.raises(Unavailable, match="is on a network file system") as no:
        owner.take()
    assert f"({kind})" in str(no.value)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mounts"]


@pytest.mark.parametrize("kind", LOCALS)
def test_a_disk_of_this_machine_is_not(kind: str, tmp_path: Path) -> None:
    owner = Owner(tmp_path / "tocsin.db", patience=0, mounts=_mounts(tmp_path, kind))
    owner.take()
    owner.let_go()


def _mounts(folder: Path, kind: str) -> Path:
    """As the kernel would list them, were that folder of that kind."""
    listed = folder / "mounts"
    real = folder.resolve()
    listed.write_text(f"27 0 254:0 / / rw - ext4 /dev/vda rw\n28 27 0:40 / {real} rw - {kind} server:/x rw\n")
    return listed
