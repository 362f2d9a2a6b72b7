"""Runs git as a process that can neither ask anybody nor hang, nor leave others behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from tocsin.ports import Failed


def run(
    command: list[str], where: Path, stdin: bytes, env: Mapping[str, str], patience: timedelta
) -> subprocess.CompletedProcess[bytes]:
    """Not `subprocess.run`, which at the end of our patience kills git alone, and not what git started."""
    with _started(command, where, env) as process:
        try:
            out, said = process.communicate(stdin, timeout=patience.total_seconds())
        except subprocess.TimeoutExpired:
            _end(process)
            raise Failed(f"git did not answer within {patience.total_seconds():g} seconds.") from None
    return subprocess.CompletedProcess(command, process.returncode, out, said)


def _started(command: list[str], where: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        # A session of its own: ssh finds no terminal to ask at, and everything git started can be ended with it.
        return subprocess.Popen(  # noqa: S603  no shell, and every name is checked
            command,
            cwd=where,
            env=env,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except FileNotFoundError as error:
        if error.filename == "git":  # else it is `where`
            raise Failed("git is not installed; apt-get install git", permanent=True) from None
        raise


def _end(process: subprocess.Popen[bytes]) -> None:
    """First kindly: git then removes its locks."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=3)
