"""`python -m tocsin.integrations.fake`: the fake world, until it is ended."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import closing, suppress
from pathlib import Path

from tocsin.integrations.fake.ledger import Ledger
from tocsin.integrations.fake.world import World, run


def main() -> None:
    parser = ArgumentParser(
        prog="python -m tocsin.integrations.fake",
        description="A small world on this machine that takes whatever Tocsin sends, and writes down what it did.",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="where to listen; the first line printed says where it does"
    )
    parser.add_argument(
        "--ledger", type=Path, required=True, metavar="FILE", help="what was done; see FILE.requests, too"
    )
    parser.add_argument("--forgetful", action="store_true", help="know no keys: do again what is asked again")
    told = parser.parse_args()
    with suppress(KeyboardInterrupt), closing(Ledger(told.ledger, forgetful=told.forgetful)) as ledger:
        run(World(ledger=ledger), told.port, _tell)


def _tell(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
