"""A process of its own that holds a database and listens, for tests: `python -m tests.engine.holder URL MANNER`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.engine.office import Clock
from tests.house.hosts import ROOT
from tocsin import playbooks
from tocsin.engine.asking import Listener, beside
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import engines
from tocsin.store.writer import open_store


class Dying(Tocsin):
    """Is killed between the commit and the answer."""

    def do(self, *given: Any, **named: Any) -> Answer:
        super().do(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


MANNERS = {"patient": Tocsin, "dying": Dying}


@contextmanager
def holder(url: str, manner: str = "patient") -> Iterator[subprocess.Popen[str]]:
    """Until its standard input is closed, which is how it is asked to stop; it has stopped when the block ends."""
    command = [sys.executable, "-m", "tests.engine.holder", url, manner]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == "listening\n"
        yield process
        process.stdin.close()


def main(url: str, manner: str) -> None:
    with open_store(url) as store:
        tocsin = MANNERS[manner](store, playbooks.default(), Clock())
        with Listener(tocsin, beside(engines.path(engines.address(url)))):
            print("listening", flush=True)  # noqa: T201
            sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
