"""The process as a file: the playbooks we ship, and reading one."""

from tocsin.playbooks.load import PlaybookError, default, load

__all__ = ["PlaybookError", "default", "load"]
