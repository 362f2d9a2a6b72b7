"""How fast pages are: beside ten thousand past incidents, in long rooms, and in search; and what serving them costs.

A real server in a process of its own answers over HTTP; the measure is a bare *hello* that the same server says in the
same run, in turns with ours. Every ratio is that of the medians. `--db postgresql://…` measures on that server, in new
databases beside the one that is named; without it, on SQLite.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from crowded import (
    ASIDE,
    FAR_OFF,
    Place,
    Visitor,
    databases,
    furnish,
    in_turns,
    milliseconds,
    p95,
    resident,
    served,
    started,
    tell,
)
from tocsin.core.ids import IncidentNumber
from tocsin.store import engines, migrations
from tocsin.store import tables as t
from tocsin.store.writer import open_store

FEW, MANY, SHORT, LONG = 50, 10_000, 30, 5_000
"""Past incidents: enough for two pages of the list, and many; lines of rooms."""
ROUNDS, STARTS = 40, 5
GROWS_AT_MOST, ROOM_AT_MOST, KILOBYTES_AT_MOST = 1.3, 2.0, 60
SEARCH_AT_MOST, OF_A_SCAN_AT_MOST = 3.0, 0.5
START_AT_MOST, MEGABYTES_AT_MOST = 3.0, 225
HELLO = """
import socket, sys, uvicorn
import alembic.config, pydantic, sqlalchemy
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def hello(_):
    return PlainTextResponse("hello")

told = alembic.config.Config()
told.set_main_option("script_location", sys.argv[1])
with sqlalchemy.create_engine(sys.argv[2]).connect() as connection:
    at = MigrationContext.configure(connection).get_current_revision()
    assert at == ScriptDirectory.from_config(told).get_current_head()
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    app = Starlette(routes=[Route("/readyz", hello)])
    uvicorn.Server(uvicorn.Config(app, log_config=None)).run(sockets=[listener])
"""


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--db", default="", metavar="URL", help="a PostgreSQL server to make databases on")
    with tempfile.TemporaryDirectory() as name, databases(told.parse_args().db, "few", "many") as urls:
        folder = Path(name)
        few = furnish(folder / "few", urls["few"], past=FEW, rooms=(SHORT, LONG))
        many = furnish(folder / "many", urls["many"], past=MANY, rooms=(SHORT, LONG))
        with _visited(few) as beside_few, _visited(many) as beside_many:
            _tell_growth(beside_few, beside_many)
            _tell_rooms(beside_many, many.rooms)
            _tell_search(beside_many, many)
            _tell_declaring(beside_few, beside_many)
        _tell_footprint(few)
    return int(bool(FAR_OFF))


@contextmanager
def _visited(place: Place) -> Iterator[Visitor]:
    with served(place) as address:
        visitor = Visitor(address, place.tokens[0])
        with closing(visitor.connection):
            yield visitor


# ── what is over ───────────────────────────────────────────────────────────────────────────────────────────────────


def _tell_growth(few: Visitor, many: Visitor) -> None:
    """No page may grow with what is over; the last page of the list costs what the first does."""
    pages = {
        "Now": "/",
        "Triage": "/triage",
        "Incidents": "/incidents",
        "People": "/people",
        "Health": "/health",
        "a service that no incident was about": f"/services/{ASIDE}",
        "its incidents": f"/incidents?service={ASIDE}",
        "a search for how a common word begins": "/incidents?q=serv",
    }
    asking: dict[str, Callable[[], object]] = {"hello": lambda: many.get("/hello")}
    for page, path in pages.items():
        asking[f"{page}, few"] = lambda path=path: few.get(path)  # type: ignore[misc]
        asking[f"{page}, many"] = lambda path=path: many.get(path)  # type: ignore[misc]
    asking["end"] = lambda: many.get("/incidents?before=27")
    taken = in_turns(asking, ROUNDS)
    hello = median(taken["hello"])
    print(f"a bare hello: {hello * 1e3:.2f} ms on this machine now (1.00)")
    for page in pages:
        beside_many, beside_few = taken[f"{page}, many"], taken[f"{page}, few"]
        print(f"{page}: {milliseconds(beside_many)}, {median(beside_many) / hello:.0f} hellos")
        tell(f"with {MANY:,} past incidents against {FEW}", median(beside_many) / median(beside_few), GROWS_AT_MOST)
    tell("the last page of Incidents against its first", median(taken["end"]) / median(taken["Incidents, many"]), 1.3)


# ── long rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _tell_rooms(visitor: Visitor, rooms: tuple[IncidentNumber, ...]) -> None:
    """The first view: the newest lines, with all that stands above them."""
    short, long = (f"/incidents/{number}" for number in rooms)
    begin = time.perf_counter()
    body = visitor.get(long)
    cold = f"once, after a start: {(time.perf_counter() - begin) * 1e3:.0f} ms"
    asking = {
        "hello": lambda: visitor.get("/hello"),
        "short": lambda: visitor.get(short),
        "long": lambda: visitor.get(long),
    }
    taken = in_turns(asking, ROUNDS)
    hellos = median(taken["long"]) / median(taken["hello"])
    print(f"a room with {LONG:,} lines: {milliseconds(taken['long'])}, {hellos:.0f} hellos ({cold})")
    tell(f"against one with {SHORT}", median(taken["long"]) / median(taken["short"]), ROOM_AT_MOST)
    tell("the 95th of a hundred", p95(taken["long"]) / p95(taken["short"]), ROOM_AT_MOST)
    print(f"  its HTML, compressed: {len(gzip.compress(body)) / 1000:.0f} kB (goal: at most {KILOBYTES_AT_MOST})")


# ── search ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tell_search(visitor: Visitor, place: Place) -> None:
    """Against the plainest question to the same index, with a page of as many rows; and against looking everywhere."""
    with open_store(place.database) as store, store.read() as connection:
        print(f"search over {connection.scalar(sa.select(sa.func.count()).select_from(t.words)):,} texts:")
        for word, called in ((f"case{MANY // 2}", "a word of one incident"), ("server", "a word of nearly all")):
            asking = {
                "ours": lambda word=word: visitor.get(f"/incidents?q={word}"),  # type: ignore[misc]
                "page": lambda: visitor.get("/incidents"),
                "bare": _bare(connection, word),
                "scan": _scan(connection, word),
            }
            taken = {name: median(times) for name, times in in_turns(asking, ROUNDS // 2).items()}
            print(f"  {called}: {taken['ours'] * 1e3:.1f} ms, the bare question {taken['bare'] * 1e3:.1f} ms")
            tell("against the question and a page", taken["ours"] / (taken["bare"] + taken["page"]), SEARCH_AT_MOST)
            if word != "server":
                tell("against looking through everything", taken["ours"] / taken["scan"], OF_A_SCAN_AT_MOST)


def _bare(connection: sa.Connection, word: str) -> Callable[[], object]:
    if connection.dialect.name == "sqlite":
        question = "SELECT rowid FROM words_found WHERE words_found MATCH :word ORDER BY rowid DESC LIMIT 25"
    else:
        index = connection.scalar(sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'words_found'"))
        vector = str(index).partition("USING gin (")[2].removesuffix(")").replace(":", r"\:")
        question = (
            f"SELECT id FROM words WHERE {vector} @@ plainto_tsquery('simple', :word) ORDER BY id + 0 DESC LIMIT 25"  # noqa: S608
        )
    return lambda: connection.execute(sa.text(question), {"word": word}).all()


def _scan(connection: sa.Connection, word: str) -> Callable[[], object]:
    like = sa.select(t.words.c.id).where(t.words.c.text.like(f"%{word}%")).order_by(t.words.c.id.desc()).limit(25)
    return lambda: connection.execute(like).all()


# ── declaring ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _tell_declaring(few: Visitor, many: Visitor) -> None:
    """From sending the form to the page of the new incident, as a browser goes."""

    def declare(visitor: Visitor) -> Callable[[], object]:
        return lambda: visitor.get(visitor.post("/declare", title="Nobody can save a file"))

    few.connection.close()  # it was not asked for long, and the server does not wait; it is opened anew
    asking = {"hello": lambda: many.get("/hello"), "few": declare(few), "many": declare(many)}
    taken = in_turns(asking, ROUNDS // 2)
    hellos = median(taken["many"]) / median(taken["hello"])
    print(f"declared, and its room shown: {milliseconds(taken['many'])}, {hellos:.0f} hellos")
    tell(f"with {MANY:,} past incidents against {FEW}", median(taken["many"]) / median(taken["few"]), GROWS_AT_MOST)


# ── what serving costs ─────────────────────────────────────────────────────────────────────────────────────────────


def _tell_footprint(place: Place) -> None:
    """`tocsin serve` against the bare framework, which looks at its migrations, too."""
    url = engines.address(place.database).render_as_string(hide_password=False)
    commands = {
        "ours": ("-m", "tocsin", "--data", str(place.folder), "--db", place.database, "serve", "--port", "0"),
        "bare": ("-c", HELLO, str(Path(migrations.__file__).parent), url),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(STARTS):
        for name, command in commands.items():
            taken[name].append(_start(sys.executable, *command))
    ours, bare = (tuple(map(median, zip(*taken[name], strict=True))) for name in ("ours", "bare"))
    print(f"from start to ready: {ours[0]:.2f} s on this machine now")
    tell(f"against the bare framework ({bare[0]:.2f} s)", ours[0] / bare[0], START_AT_MOST)
    goal = f"goal: at most {MEGABYTES_AT_MOST} MB"
    print(f"  memory, idle: {ours[1]:.0f} MB, the bare framework {bare[1]:.0f} MB ({goal})")


def _start(*command: str) -> tuple[float, float]:
    """Seconds until it is ready, and the megabytes it has in memory then."""
    begin = time.perf_counter()
    with started(*command) as (child, address):
        visitor = Visitor(address, "")
        with closing(visitor.connection):
            visitor.get("/readyz")
            return time.perf_counter() - begin, resident(child.pid)


if __name__ == "__main__":
    sys.exit(main())
