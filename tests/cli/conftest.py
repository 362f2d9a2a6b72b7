"""The shell, for every test of it."""

from tests.cli.shell import data, on, tocsin

__all__ = ["data", "on", "tocsin"]
