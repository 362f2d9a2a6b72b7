"""Answers people where they asked: in Freshdesk."""

from tocsin.integrations.freshdesk.config import Config
from tocsin.integrations.freshdesk.freshdesk import Freshdesk

__all__ = ["Config", "Freshdesk"]
