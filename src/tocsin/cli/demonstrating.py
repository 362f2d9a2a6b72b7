"""`tocsin demo`: an invented incident, played in the room as it is told in the terminal."""

from __future__ import annotations

import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from tocsin import bootstrap, demo, playbooks
from tocsin.cli.replaying import Out, marks, publications, somewhere
from tocsin.cli.serving import Port, bound, reached_at
from tocsin.cli.session import Session, must_be_given
from tocsin.cli.speaking import give, on_terminal, safe, tell
from tocsin.core.ids import SignalId
from tocsin.core.people import TOCSIN
from tocsin.core.verdict import Verdict, verdicts
from tocsin.demo.sink import sink
from tocsin.engine import case as cases
from tocsin.engine.case import Case, Line
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.player import Clock
from tocsin.engine.replay import Played
from tocsin.engine.replay import replay as play
from tocsin.engine.worker import Worker
from tocsin.language.directory import read_directory
from tocsin.ports import Mailer, Ports, Publisher
from tocsin.store import accounts, people, signals
from tocsin.web import passwords
from tocsin.web.server import Server
from tocsin.web.site import Site

SPEED = 150.0
"""How many times faster than life it is told where somebody may watch: its night takes about a minute."""
FIRST = 4.0
"""Seconds before it begins, for whoever opens the room first."""

Once = Annotated[
    bool, typer.Option("--once", metavar="", help="only tell it, as fast as it goes, and end; no room is opened")
]
Speed = Annotated[
    str, typer.Option("--speed", metavar="N|max", help="how many times faster than life; max for no pause")
]


class StoryClock(Clock):
    """Shows the time of the story, and runs on from it as ours does."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._since)

    def set(self, at: datetime) -> None:
        if at > self():
            self.at, self._since = at, time.monotonic()


class Over(Exception):
    """Whoever watched has stopped it."""


def show_demo(
    session: Session, once: Once = False, out: Out = "out/demo", speed: Speed = "", port: Port = 8080
) -> None:
    """Tell an invented incident, from the first signal to the published report, and open its room.

    It prints where the room is and how to sign in, plays the incident there, and serves on until it is stopped.
    """
    must_be_given(out, "--out")
    pace = _speed(speed, once=once)
    script = cases.read(demo.CASE, playbooks.default())
    if once:
        _only_told(session, script, out, pace)
    else:
        _in_the_room(session, script, out, pace, port)


def _only_told(session: Session, script: Case, out: str, pace: float | None) -> None:
    tell(f"{script.title}. Times are in {script.zone}.\n")
    with (
        somewhere(session) as (tocsin, here),
        _watching(script, pace, time.sleep) as watch,
        sink(watch.letter) as mailer,
    ):
        played = _played(session, tocsin, script, watch, bootstrap.publisher(here, out), mailer)
    tell(_TOLD)
    publications(session, out, [played])


def _in_the_room(session: Session, script: Case, out: str, pace: float | None, port: int) -> None:
    clock = StoryClock(script.lines[0].at)
    with somewhere(session, clock) as (tocsin, here), bound("127.0.0.1", port) as listener:
        site = bootstrap.site(reached_at(here, listener), tocsin)
        tocsin.address, tocsin.serves = site.config.address, ("clock", "publisher", "mailer")
        tocsin.do(read_directory(demo.DIRECTORY.read_bytes(), demo.DIRECTORY.name), by=TOCSIN)
        _say_where(site, _password(tocsin, tocsin.wall_clock()))
        show = _Show(session=session, script=script, out=out, pace=pace, clock=clock, site=site, server=Server(site))
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: show.stop())
        performing = threading.Thread(target=show.perform, name="tocsin-demo", daemon=True)
        performing.start()
        show.server.run(sockets=[listener])
        show.stop()
        performing.join()
    tell("Stopped.")


@dataclass(kw_only=True)
class _Show:
    """The story as it is played in a room that stands open."""

    session: Session
    script: Case
    out: str
    pace: float | None
    clock: StoryClock
    site: Site
    server: Server
    over: threading.Event = field(default_factory=threading.Event)

    def perform(self) -> None:
        """Play it to its end; then perform what is done in the room, until it is stopped."""
        tocsin, settings = self.site.tocsin, self.site.settings
        try:
            self._sleep(FIRST)
            with _watching(self.script, self.pace, self._sleep) as watch, sink(watch.letter) as mailer:
                publisher = bootstrap.publisher(settings, self.out)
                played = _played(self.session, tocsin, self.script, watch, publisher, mailer, self.clock)
                tell(_TOLD)
                publications(self.session, self.out, [played])
                tell(
                    f"\nThe room stays open: {self.site.config.address}/incidents/{played.incident}. Stop with Ctrl-C."
                )
                self._work_on(Worker(tocsin, Ports(publisher=publisher, mailer=mailer)))
        except Over:
            pass
        finally:
            self.stop()

    def stop(self) -> None:
        self.over.set()
        self.server.should_exit = True

    def _sleep(self, seconds: float) -> None:
        if self.over.wait(seconds):
            raise Over

    def _work_on(self, worker: Worker) -> None:
        def stop_with_us() -> None:
            self.over.wait()
            worker.stop()

        threading.Thread(target=stop_with_us, daemon=True).start()
        worker.run()


_TOLD = "\nResolved, written, published; every letter above went through the outbox to a sink. The report:"


def _played(
    session: Session,
    tocsin: Tocsin,
    script: Case,
    watch: demo.Telling,
    publisher: Publisher,
    mailer: Mailer,
    clock: Clock | None = None,
) -> Played:
    """The whole script. What somebody in the room was faster with is left out, and said."""
    tocsin.do(read_directory(demo.DIRECTORY.read_bytes(), demo.DIRECTORY.name), by=TOCSIN)
    mark, *_ = marks(session, [script])

    def judged(line: Line, answer: Answer) -> None:
        watch(line, answer)
        if line.do == "signal" and answer.signal and (found := _verdict(tocsin, answer.signal)):
            watch.verdict(found.sentence)

    live = clock is not None
    played = play(tocsin, script, publisher, mailer=mailer, mark=mark, watch=judged, clock=clock, lenient=live)
    for sentence in played.skipped:
        tell(f"Left out: {sentence}")
    return played


def _password(tocsin: Tocsin, now: datetime) -> str:
    """One for everybody of the invented team, and for who speaks for its community; made anew each time."""
    password = f"{secrets.choice(_WORDS)}-{secrets.choice(_WORDS)}-{secrets.randbelow(9000) + 1000}"
    hashed = passwords.hashed(password)

    def work(connection: sa.Connection) -> None:
        for person in people.everybody(connection):
            if person.part in ("administrator", "responder", "representative"):
                accounts.set_password(connection, person.handle, hashed, now)

    tocsin.store.run(work)
    return password


_WORDS = (
    "amber",
    "basalt",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbour",
    "inlet",
    "juniper",
    "lagoon",
    "reef",
)


def _say_where(site: Site, password: str) -> None:
    give(f"{site.config.address}/incidents/1")
    tell(f"Open it and sign in as amara, mei or tomasz; the password of each is {password}")
    tell("The incident is declared there in a moment, and goes on by itself. Join in, or only watch.")
    tell(f"In another browser, sign in as helena at {site.config.address}/desk: that is the community's side of it.\n")


def _verdict(tocsin: Tocsin, signal: SignalId) -> Verdict | None:
    with tocsin.store.read() as connection:
        return verdicts(signals.undecided(connection), tocsin.playbook).get(signal)


@contextmanager
def _watching(script: Case, speed: float | None, sleep: Callable[[float], None]) -> Iterator[demo.Telling]:
    """A line of words for every line of the script; on a terminal with a bar that shows how far it is."""
    if not on_terminal():
        yield demo.Telling(script.zone, lambda *line: tell(_told(*line)), speed, sleep)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task("Playing", total=len(script.lines))

        def say(at: datetime, what: str, who: str, words: str) -> None:
            progress.console.print(_row(at, what, who, words))
            progress.advance(task)

        yield demo.Telling(script.zone, say, speed, sleep)


def _row(at: datetime, what: str, who: str, words: str) -> Table:
    """The same on a terminal: words that need several lines stay in their column."""
    row = Table.grid(padding=(0, 2, 0, 0))
    for width in (5, 14, 16, None):
        row.add_column(width=width)
    row.add_row(*(Text(safe(cell)) for cell in (f"{at:%H:%M}", what, who, words)))
    return row


def _told(at: datetime, what: str, who: str, words: str) -> str:
    short = words if len(words) <= demo.LONGEST else f"{words[: demo.LONGEST - 1]}…"
    return f"{at:%H:%M}  {what:<14}  {who:<16}  {short}".rstrip()


def _speed(text: str, *, once: bool) -> float | None:
    """How much faster than life; None for as fast as it goes."""
    if text == "max" or (not text and once):
        return None
    try:
        speed = float(text or SPEED)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter("a number above 0, as in --speed 300, or max", param_hint="--speed")
    return speed
