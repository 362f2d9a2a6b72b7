"""The processes that are killed: `python -m tests.faults.server` makes one for each line it is told, in an instant.

It has imported everything, and what it makes is a fork of itself: the same program as `tocsin worker`, without the
second that Python needs to begin. When its standard input ends, it and all it has made end too.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import random
import selectors
import signal
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.load import anything, peopled
from tests.faults.rig import installed
from tocsin import bootstrap, settings
from tocsin.core.ids import IncidentNumber
from tocsin.engine.asking import Listener
from tocsin.engine.worker import Worker
from tocsin.ports import Leaving, Mail, Mailer, Pace, Ports, Publication, Published, Publisher, freely
from tocsin.store.unsafe import must_be_durable

TRIGGER = "fatal"
"""A file in the data folder: whoever finds it at work dies, `before` the port's call, when the letter is about to
`leave`, or `after` the call, as it says."""


class Deadly:
    """A port that does what it is asked; but whoever asks may not live to take it down."""

    def __init__(self, port: Any, data: Path) -> None:
        self.repeatable, self.pace = port.repeatable, port.pace
        self._port, self._trigger = port, data / TRIGGER

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        when = self._when()

        def leave() -> None:
            leaving()
            self._die_if(when == "leave")

        self._die_if(when == "before")
        self._port.send(mail, leave)
        self._die_if(when == "after")

    def publish(self, publication: Publication) -> Published:
        when = self._when()
        self._die_if(when == "before")
        published: Published = self._port.publish(publication)
        self._die_if(when == "after")
        return published

    def _when(self) -> str:
        """Only the first to find it dies of it."""
        try:
            when = self._trigger.read_text()
            self._trigger.unlink()
        except FileNotFoundError:
            return ""
        return when

    def _die_if(self, so: bool) -> None:
        if so:
            os.kill(os.getpid(), signal.SIGKILL)


def deadly(ports: Ports, data: Path) -> Ports:
    """All of them made so."""
    mailer: Mailer | None = ports.mailer and Deadly(ports.mailer, data)
    publisher: Publisher | None = ports.publisher and Deadly(ports.publisher, data)
    return replace(ports, mailer=mailer, publisher=publisher)


class Nobody:
    """Takes letters for a rehearsal."""

    repeatable = True
    pace: Pace | None = None

    def send(self, mail: Mail, leaving: Leaving = freely) -> None: ...


def serve(
    data: Path,
    ready: Callable[[], None],
    *,
    listens: str | None,
    works: bool,
    lease: float,
    limit: float,
    through: str,
) -> None:
    """Be at work on a data folder until SIGTERM; `ready` is called when it begins.

    `listens`: the socket at which commands are taken. `through`: a function, as `module:name`, which is given the ports
    and the data folder and makes of them what the worker gets.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK if works else signal.SIG_BLOCK, [signal.SIGTERM])
    told = settings.load(data)
    ports = _named(through)(bootstrap.ports(told, in_use=True), data)
    with ExitStack() as opened:
        tocsin = opened.enter_context(bootstrap.open_tocsin(told))
        must_be_durable(tocsin.store)
        if listens is not None:
            opened.enter_context(Listener(tocsin, Path(listens)))
        if works:
            worker = Worker(tocsin, ports, lease=timedelta(seconds=lease), limit=timedelta(seconds=limit))
            signal.signal(signal.SIGTERM, lambda *_: worker.stop())
            ready()
            worker.run()
        else:
            ready()
            signal.sigwait([signal.SIGTERM])


def main() -> None:
    """One line in: what to `serve`. Lines out: `born PID`, in the order asked for, `ready PID` and `ended PID CODE`."""
    rehearse()
    gc.freeze()
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        said = b""
        while True:
            for key, _ in selector.select():
                if key.data is not None:
                    _bury(selector, key.fd, key.data)
                elif heard := os.read(0, 2**16):
                    *lines, said = (said + heard).split(b"\n")
                    for line in lines:
                        _bear(selector, json.loads(line))
                else:
                    return _end(selector)


def rehearse() -> None:
    """What is made at first use is made before the first fork: who will be killed soon had better be quick."""
    with TemporaryDirectory() as folder:
        installation = installed(Path(folder), f"sqlite:///{folder}/tocsin.db")
        peopled(installation, incidents=2, reports=1)
        with installation.opened() as tocsin:
            dice = random.Random(0)
            for number in range(50):
                tocsin.do(
                    anything(dice, f"k{number:07}", IncidentNumber(1 + number % 2)), by="ada", source=f"k{number}"
                )
            Worker(tocsin, Ports(mailer=Nobody())).work_off()


def _bear(selector: selectors.BaseSelector, told: dict[str, Any]) -> None:
    pid = os.fork()
    if not pid:
        _live(told)
    _say(f"born {pid}")
    selector.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)


def _bury(selector: selectors.BaseSelector, handle: int, pid: int) -> None:
    selector.unregister(handle)
    os.close(handle)
    _say(f"ended {pid} {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")


def _end(selector: selectors.BaseSelector) -> None:
    for key in selector.get_map().values():
        if key.data is not None:
            os.kill(key.data, signal.SIGKILL)


def _live(told: dict[str, Any]) -> None:
    """A whole life; of what went wrong in it, the log in the data folder tells."""
    code = 1
    try:
        data = Path(told.pop("data"))
        parent = os.dup(1)
        _speak_into(data / "servers.log")
        logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {os.getpid()} %(levelname)s %(message)s")
        serve(data, lambda: _say(f"ready {os.getpid()}", parent), **told)
        code = 0
    except BaseException:  # noqa: BLE001 — nothing of it may run on into the parent's code
        traceback.print_exc()
    finally:
        os._exit(code)


def _speak_into(log: Path) -> None:
    for number, path, flags in ((0, Path(os.devnull), os.O_RDONLY), (1, log, _APPEND), (2, log, _APPEND)):
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def _say(line: str, to: int = 1) -> None:
    """In one piece, for its children speak there too."""
    os.write(to, f"{line}\n".encode())


def _named(through: str) -> Callable[[Ports, Path], Ports]:
    module, _, name = through.partition(":")
    if not module:
        return lambda ports, _: ports
    found: Callable[[Ports, Path], Ports] = getattr(importlib.import_module(module), name)
    return found


_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT


if __name__ == "__main__":
    main()
