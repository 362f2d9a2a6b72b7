"""Sends letters through a mail server, by SMTP."""

from tocsin.integrations.mail.config import Config
from tocsin.integrations.mail.smtp import Smtp

__all__ = ["Config", "Smtp"]
