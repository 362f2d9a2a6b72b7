"""The load: people who declare, write and ask without a pause, and keep a ledger of every answer they got."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults.rig import PATIENCE, Installation, insist
from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.people import TOCSIN, Community, Person
from tocsin.engine.door import Answer, Tocsin

Letter = tuple[str, str]
"""The token of what somebody is told, and the address it goes to."""
EVERYBODY = "everybody"
"""The address of what is published."""

TEAM = [
    Person(handle=Handle(name), name=name.title(), email=f"{name}@example.org", administrator=name == "ada")
    for name in ("ada", "bob", *(f"expert{n}" for n in range(8)))
]
SPEAKERS = [
    Person(handle=Handle(f"speaker{n}"), name=f"Speaker {n}", email=f"speaker{n}@example.org", kind="community")
    for n in range(12)
]
COMMUNITIES = [
    Community(slug=Slug(f"hub{n}"), name=f"Hub {n}", representatives=tuple(each.handle for each in speakers))
    for n, speakers in enumerate([*([one] for one in SPEAKERS[:4]), SPEAKERS[4:6], SPEAKERS[6:8], SPEAKERS[8:12]])
]
"""Four with one who speaks for them, two with two, and one with four."""


def peopled(installation: Installation, incidents: int, reports: int = 0) -> None:
    """So many incidents that are open, then so many whose report may be published."""
    with installation.opened() as tocsin:
        tocsin.do(c.UpdateDirectory(people=(*TEAM, *SPEAKERS), communities=tuple(COMMUNITIES)), by=TOCSIN)
        for number in range(incidents):
            tocsin.do(c.Declare(title=f"Incident {number}"), by="ada")
        for number in range(reports):
            _reviewed(tocsin, f"Report {number}")


def _reviewed(tocsin: Tocsin, title: str) -> None:
    number = tocsin.do(c.Declare(title=title), by="ada").incident
    assert number is not None
    now = tocsin.clock()
    for command in (
        c.Resolve(incident=number, verified="Logged in as a guest."),
        c.SetImpact(incident=number, start=now - timedelta(hours=1), end=now),
        c.WriteReport(incident=number, sections={"overview": "The database was full."}),
        c.NoAction(incident=number, why="The alert is there now."),
        c.AskForReview(incident=number),
    ):
        tocsin.do(command, by="ada")
    tocsin.do(c.Review(incident=number), by="bob")


# ── what is asked ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A command that was answered."""

    token: str
    """Its source, and a word in its text: in no other one's."""
    command: c.Command
    answer: Answer

    @property
    def letters(self) -> set[Letter]:
        """Who is to be told of it."""
        match self.command:
            case c.PostUpdate(communities=slugs):
                people: Iterable[str] = (
                    each for place in COMMUNITIES if place.slug in slugs for each in place.representatives
                )
            case c.Delegate(to=person) | c.OfferRole(to=person):
                people = (person,)
            case c.Publish():
                return {(self.token, EVERYBODY)}
            case _:
                people = ()
        return {(self.token, f"{person}@example.org") for person in people}


def anything(dice: random.Random, token: str, incident: IncidentNumber) -> c.Command:
    """What is asked of an incident while it runs: half of it tells somebody something."""
    match dice.random():
        case x if x < 0.05:
            return c.Declare(title=f"New {token}")
        case x if x < 0.10:
            return c.NoteSignal(text=f"Signal {token}")
        case x if x < 0.45:
            return c.Note(incident=incident, text=f"Note {token}")
        case x if x < 0.75:
            place = dice.choice(COMMUNITIES[:6])
            return c.PostUpdate(incident=incident, text=f"Update {token}", communities=(place.slug,))
        case x if x < 0.95:
            return c.Delegate(incident=incident, what=f"Task {token}", to=f"expert{dice.randrange(8)}")
        case _:
            to = f"expert{dice.randrange(8)}"
            return c.OfferRole(incident=incident, role="expert", to=to, text=f"Offer {token}")


@dataclass
class Crowd:
    """Clients, each in a thread: they ask whatever is put into `todo`, and insist until they are answered."""

    todo: queue.SimpleQueue[tuple[str, c.Command] | None] = field(default_factory=queue.SimpleQueue)
    ledger: list[Accepted] = field(default_factory=list)
    trouble: list[BaseException] = field(default_factory=list)
    asked: int = 0

    @property
    def outstanding(self) -> int:
        """How many were asked and not answered yet."""
        return self.asked - len(self.ledger) - len(self.trouble)

    def ask(self, commands: Iterable[tuple[str, c.Command]]) -> None:
        for each in commands:
            self.asked += 1
            self.todo.put(each)

    def live(self, door: Tocsin) -> None:
        while (each := self.todo.get()) is not None:
            token, command = each
            try:
                answer = insist(door, command, source=token)
                self.ledger.append(Accepted(token=token, command=command, answer=answer))
            except Exception as error:  # noqa: BLE001 — a client that is refused is what these tests look for
                self.trouble.append(error)


@contextmanager
def crowd(doors: Sequence[Tocsin], clients: int = 6) -> Iterator[Crowd]:
    """At the end of the block, everything that was asked has been answered; where it fails, nobody is waited for."""
    made = Crowd()
    threads = [threading.Thread(target=made.live, args=(doors[n % len(doors)],), daemon=True) for n in range(clients)]
    for thread in threads:
        thread.start()
    yield made
    for _ in threads:
        made.todo.put(None)
    for thread in threads:
        thread.join(PATIENCE)
    assert made.trouble == []
    assert made.outstanding == 0
