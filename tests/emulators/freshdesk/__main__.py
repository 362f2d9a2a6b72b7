"""`python -m tests.emulators.freshdesk --port 0`: prints its address, and goes on until it is ended."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

from tests.emulators.freshdesk.control import Account
from tests.emulators.freshdesk.server import Server


def main() -> None:
    parser = ArgumentParser(prog="python -m tests.emulators.freshdesk", description="A Freshdesk of our own.")
    parser.add_argument("--port", type=int, default=0, help="where to listen on this machine; 0: anywhere")
    parser.add_argument("--key", default="KEY", help="the API key it knows")
    parser.add_argument("--limit", type=int, default=200, help="calls a minute that the account may make")
    parser.add_argument("--certificate", type=Path, help="a PEM file with key and certificate: serve https")
    told = parser.parse_args()
    with Server(told.port, Account(key=told.key, limit=told.limit), told.certificate) as server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
