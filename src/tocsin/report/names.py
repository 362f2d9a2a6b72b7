"""What a published report is called: the day the impact began, and its title."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from tocsin.core.slugs import slug
from tocsin.report.document import Document


def stem(document: Document) -> str:
    """The name of the report's files, without folder or ending: `2026-11-12-lagoon-hub-cannot-start-servers`."""
    return f"{day(document)}-{slug(document.title) or f'incident-{document.number}'}"


def day(document: Document) -> date:
    """The day the impact began, by the clock of the report's zone; where nobody knows, the day it was declared."""
    start = document.impact.start
    began = start.at if start else document.declared
    return began.astimezone(ZoneInfo(document.zone)).date()
