"""Reads the letters that come into a mailbox, by IMAP."""

from tocsin.integrations.mailbox.config import Config
from tocsin.integrations.mailbox.imap import Imap

__all__ = ["Config", "Imap"]
