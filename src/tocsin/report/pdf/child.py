"""The process in which a report becomes a PDF; run as a file, so that it holds nothing but Python and the typesetter.

Before it reads anything it takes from itself what it does not need: memory and time beyond its limits, the network, and
all files but those of its own folder. Where the kernel does not let it go so far, this still holds: the template is
ours and opens only what stands beside it, what people wrote is never evaluated, and the proxies in the environment lead
nowhere, so that the only thing the typesetter ever fetches, a package, cannot be fetched.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path

import typst

HERE = Path(__file__).parent

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_DIE_WITH_PARENT = 1


def main(parent: int, memory: int, seconds: int, timestamp: int) -> None:
    _limit(memory, seconds)
    root = _shut_in()
    _die_with(parent)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[root / "fonts"])
    inputs = json.load(sys.stdin.buffer)  # which are still being made
    pdf = typst.compile(
        root / "report.typ",
        root=root,
        font_paths=fonts,
        sys_inputs=inputs,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=timestamp,
        package_path=root / "no-packages",
        package_cache_path=root / "no-packages",
    )
    sys.stdout.buffer.write(pdf)
    sys.stdout.flush()
    os._exit(0)  # what is left to tidy up takes a while, and goes with the process anyway


def _limit(memory: int, seconds: int) -> None:
    limits = {
        resource.RLIMIT_AS: (memory, memory),
        # First a signal that says why, then one that cannot be ignored.
        resource.RLIMIT_CPU: (seconds, seconds + 1),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (0, 0),
    }
    for what, limit in limits.items():
        resource.setrlimit(what, limit)


def _shut_in() -> Path:
    """The folder of our files, as it is called from within: `/` where there is nothing else any more."""
    libc = ctypes.CDLL(None)
    if libc.unshare(_NEW_USER | _NEW_NETWORK) != 0:
        libc.unshare(_NEW_NETWORK)
    try:
        os.chroot(HERE)
    except PermissionError:
        return HERE
    os.chdir("/")
    return Path("/")


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        sys.exit("Nobody waits for the PDF any more.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
