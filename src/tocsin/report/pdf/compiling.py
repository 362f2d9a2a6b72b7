"""From the template's data to a PDF, in a process of its own that cannot take more than it is given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE

CHILD = Path(__file__).parent / "child.py"


class NoPdf(Exception):
    """The report is too much for a PDF; the sentence says why. The same report would be again."""


class NotMade(Exception):
    """There is no PDF yet, for a trouble that says nothing of the report; the sentence names it."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one PDF may cost. `patience` is by the clock on the wall, `processor` is time at work."""

    memory: int = 2**30
    processor: timedelta = timedelta(seconds=60)
    patience: timedelta = timedelta(seconds=120)


LIMITS = Limits()


def compiled(make: Callable[[], Mapping[str, str]], timestamp: int, limits: Limits = LIMITS) -> bytes:
    """The PDF of what `make` makes, while the process starts. That ends with this thread, whatever happens here."""
    seconds = max(1, round(limits.processor.total_seconds()))
    command = [sys.executable, "-I", str(CHILD), *map(str, (os.getpid(), limits.memory, seconds, timestamp))]
    try:
        child = subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=_environment(), cwd="/")  # noqa: S603  our own file, and numbers
    except OSError as error:
        raise NotMade(f"There is no PDF yet: what makes it could not be started ({error.strerror}).") from error
    with child:
        try:
            inputs = json.dumps(make()).encode()
            pdf, said = child.communicate(inputs, limits.patience.total_seconds())
        except subprocess.TimeoutExpired:
            raise NotMade(_too_late(limits.patience)) from None
        finally:
            child.kill()
    if child.returncode != 0:
        raise _why(child.returncode, said, limits)
    return pdf


def _environment() -> dict[str, str]:
    """Nothing of ours but what Python itself may need to start."""
    nowhere = "http://127.0.0.1:9"
    return {
        "LC_ALL": "C.UTF-8",
        # Address space is counted, not memory: threads and their pools would take a lot of it and use little.
        "MALLOC_ARENA_MAX": "1",
        "RAYON_NUM_THREADS": "1",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "ALL_PROXY": nowhere,
        **{name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
    }


_REMEDY = "To have one, take out what its readers do not need, and publish it again."
_OUT_OF_MEMORY = (b"memory allocation", b"MemoryError", b"out of memory", b"annot allocate memory")


def _why(code: int, said: bytes, limits: Limits) -> NoPdf | NotMade:
    """Only what it needed more of than it may have is the report's; all else may be better at the next try."""
    if code == -signal.SIGXCPU:
        return NoPdf(f"There is no PDF of it: it takes more than {_seconds(limits.processor)} to make. {_REMEDY}")
    if code == -signal.SIGKILL:
        return NotMade(f"There is no PDF yet: what made it was ended from outside, {_OUT_OF_MACHINE}")
    if any(sign in said for sign in _OUT_OF_MEMORY):
        megabytes = limits.memory // 2**20
        return NoPdf(f"There is no PDF of it: it takes more than {megabytes} MB of memory to make. {_REMEDY}")
    last = said.decode(errors="replace").strip().rpartition("\n")[2][:300]
    return NotMade(f"There is no PDF yet: {last or f'what made it ended with {code}'}.")


_OUT_OF_MACHINE = "as when a machine runs out of memory. See that it has some to spare, then try again."


def _too_late(time: timedelta) -> str:
    return (
        f"There is no PDF yet: it was not made within {_seconds(time)}. "
        "See whether the machine is too busy, then try again."
    )


def _seconds(time: timedelta) -> str:
    return "one second" if time == timedelta(seconds=1) else f"{time.total_seconds():g} seconds"
