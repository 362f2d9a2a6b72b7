"""Tocsin at work, for the tests of what becomes of all it has written."""

from tests.engine.conftest import clock, tocsin

__all__ = ["clock", "tocsin"]
