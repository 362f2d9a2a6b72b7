"""Serves every port through a small world of its own, to try Tocsin and to test it where nobody is disturbed."""

from tocsin.integrations.fake.config import Config
from tocsin.integrations.fake.fake import Fake

__all__ = ["Config", "Fake"]
