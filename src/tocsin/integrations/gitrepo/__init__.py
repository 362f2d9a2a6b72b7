"""Publishes reports into a git repository, one commit a report."""

from tocsin.integrations.gitrepo.config import Config
from tocsin.integrations.gitrepo.publisher import GitRepo

__all__ = ["Config", "GitRepo"]
