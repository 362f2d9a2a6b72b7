"""`tocsin`, and `python -m tocsin`."""

from __future__ import annotations

import sys

from tocsin.cli import run


def main() -> None:
    """Do what the command line says, and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
