"""The shell: a thin translation of what is typed into commands, and of answers into lines."""

from tocsin.cli.app import run

__all__ = ["run"]
