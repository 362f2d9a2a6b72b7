"""How other processes ask the one that holds a SQLite database to `do`: a Unix socket beside the file."""

from tocsin.engine.asking.asking import Asking
from tocsin.engine.asking.listener import Listener
from tocsin.engine.asking.place import beside

__all__ = ["Asking", "Listener", "beside"]
