"""Power may fail at any time: SQLite's log is on the disk before anybody is answered, as the kernel saw it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.hosts import ROOT
from tests.needs import need, program

COMMANDS = 30
CHILD = """
import os, sys
from tests.engine.office import declared, note, office
from tocsin.store import engines
engines._WRITING = tuple(each.replace("synchronous=FULL", sys.argv[2]) for each in engines._WRITING)
with office(sys.argv[1]) as tocsin:
    number = declared(tocsin)
    os.write(1, b"answer 0\\n")
    for answer in range(1, int(sys.argv[3]) + 1):
        note(tocsin, number, "Seen.")
        os.write(1, b"answer %d\\n" % answer)
"""
LINE = re.compile(
    r"(?P<thread>\d+) +(?:write\(1<[^>]*>, \"answer (?P<answer>\d+)|f(?:data)?sync\(\d+<(?P<file>[^>]*)>(?P<end>.*)"
    r"|<\.\.\. f(?:data)?sync resumed>(?P<resumed>.*))"
)


@pytest.mark.parametrize(("synchronous", "waited"), [("synchronous=FULL", COMMANDS), ("synchronous=NORMAL", 0)])
def test_each_answer_follows_a_write_to_the_disk(
    sqlite_url: str, tmp_path: Path, synchronous: str, waited: int
) -> None:
    assert answers_that_waited(traced(sqlite_url, tmp_path / "trace", synchronous)) == waited


def traced(url: str, trace: Path, synchronous: str) -> list[str]:
    """What a process asked the kernel for that answered so many commands; answer 0 is only where it began."""
    strace = [program("strace", "apt-get install strace"), "-f", "-y", "-e", "trace=fdatasync,fsync,write", "-o"]
    child = [sys.executable, "-c", CHILD, url, synchronous, str(COMMANDS)]
    done = subprocess.run([*strace, str(trace), *child], cwd=ROOT, capture_output=True, text=True, check=False)
    if "Operation not permitted" in done.stderr:
        need("strace may not trace here; allow ptrace, in a container with --cap-add=SYS_PTRACE.")
    assert done.returncode == 0, done.stderr
    return trace.read_text(errors="replace").splitlines()


def answers_that_waited(trace: list[str]) -> int:
    """How many were given after SQLite's log had reached the disk, since the answer before."""
    waited, on_disk, begun = 0, False, dict[str, str]()
    for line in filter(None, map(LINE.match, trace)):
        if line["answer"]:
            waited, on_disk = waited + (on_disk and line["answer"] != "0"), False
        elif line["file"] and "unfinished" in line["end"]:
            begun[line["thread"]] = line["file"]
        else:
            file, result = line["file"] or begun.pop(line["thread"]), line["end"] or line["resumed"]
            on_disk |= file.endswith("-wal") and result.endswith("= 0")
    return waited
