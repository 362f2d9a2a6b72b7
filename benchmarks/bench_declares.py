"""What becomes of fifty people who declare in the same moment, against as many who do so one after the other.

Real servers in processes of their own answer over HTTP: two of them on PostgreSQL (`--db postgresql://…`, in a new
database beside the one that is named), one on SQLite, which has but one. Each of the fifty has a session and a
connection of their own. The incidents they made must have fifty numbers in a row, and nobody may be turned away.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median

from crowded import FAR_OFF, PATIENCE, Place, Visitor, databases, furnish, in_turns, milliseconds, served, tell

PEOPLE, ROUNDS = 50, 6
AGAINST_TURNS = 1.0
"""All at once may not take longer than one after the other."""


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--db", default="", metavar="URL", help="a PostgreSQL server to make a database on")
    server = told.parse_args().db
    with tempfile.TemporaryDirectory() as name, databases(server, "declares") as urls:
        place = furnish(Path(name) / "declares", urls["declares"], past=0, rooms=(), readers=PEOPLE)
        with _visiting(place, servers=2 if server else 1) as people:
            hello = in_turns({"hello": lambda: people[0].get("/hello")}, 40)["hello"]
            turns, at_once = _measured(people)
    print(f"a bare hello: {milliseconds(hello)} on this machine now (1.00)")
    each = median(turns) / PEOPLE
    print(f"one declares: {each * 1e3:.1f} ms, {each / median(hello):.0f} hellos")
    print(f"{PEOPLE} at once: {milliseconds(at_once)}, each with a number of their own and none left out")
    tell(f"{PEOPLE} at once against one after the other", median(at_once) / median(turns), AGAINST_TURNS)
    return int(bool(FAR_OFF))


@contextmanager
def _visiting(place: Place, servers: int) -> Iterator[list[Visitor]]:
    """Everybody with the form open, each at one of the servers."""
    with ExitStack() as stack:
        addresses = cycle([stack.enter_context(served(place)) for _ in range(servers)])
        people = [Visitor(address, token) for address, token in zip(addresses, place.tokens, strict=False)]
        for person in people:
            stack.enter_context(closing(person.connection))
        yield people


def _measured(people: Sequence[Visitor]) -> tuple[list[float], list[float]]:
    """Seconds for all of them, in every round: one after the other, and at once."""
    turns: list[float] = []
    at_once: list[float] = []
    last = 0
    for _ in range(ROUNDS):
        for taken, ask in ((turns, _in_turns), (at_once, _at_once)):
            for person in people:
                person.get("/declare")  # a connection that was not used for long is closed; it is opened anew
            seconds, numbers = ask(people)
            assert sorted(numbers) == list(range(last + 1, last + PEOPLE + 1)), f"Not {PEOPLE} in a row: {numbers}"
            last += PEOPLE
            taken.append(seconds)
    return turns, at_once


def _in_turns(people: Sequence[Visitor]) -> tuple[float, list[int]]:
    begin = time.perf_counter()
    numbers = [_declared(person) for person in people]
    return time.perf_counter() - begin, numbers


def _at_once(people: Sequence[Visitor]) -> tuple[float, list[int]]:
    start = threading.Barrier(len(people) + 1, timeout=PATIENCE)

    def declare(person: Visitor) -> int:
        start.wait()
        return _declared(person)

    with ThreadPoolExecutor(len(people)) as pool:
        waiting = [pool.submit(declare, person) for person in people]
        start.wait()
        begin = time.perf_counter()
        numbers = [each.result(PATIENCE) for each in waiting]
        return time.perf_counter() - begin, numbers


def _declared(person: Visitor) -> int:
    """The number of the incident whose room they are sent to."""
    to = person.post("/declare", title="Nobody can save a file")
    return int(to.partition("?")[0].rpartition("/")[2])


if __name__ == "__main__":
    sys.exit(main())
