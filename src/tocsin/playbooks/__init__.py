"""The process as a file: the playbooks we ship, and reading one."""

from tocsin.playbooks.load import NoPlaybookError, PlaybookError, default, load

__all__ = ["NoPlaybookError", "PlaybookError", "default", "load"]
