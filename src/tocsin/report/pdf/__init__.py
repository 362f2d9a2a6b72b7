"""The report as a PDF: for every reader (PDF/UA-1), for every archive (PDF/A-3a), with its data attached."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time

from tocsin.report.document import Document
from tocsin.report.names import day
from tocsin.report.pdf.compiling import LIMITS, Limits, NoPdf, NotMade, compiled
from tocsin.report.pdf.data import as_data

__all__ = ["LIMITS", "Limits", "NoPdf", "NotMade", "as_pdf"]


def as_pdf(document: Document, attached: bytes, *, limits: Limits = LIMITS) -> bytes:
    """The published file; `attached` is the published JSON. The same report gives the same bytes.

    Raises `NoPdf` where that would cost more than the limits, and `NotMade` where anything else is in its way.
    """

    def inputs() -> dict[str, str]:
        return {"report": json.dumps(as_data(document), ensure_ascii=False), "attached": attached.decode()}

    made = datetime.combine(day(document), time(), UTC)
    return compiled(inputs, int(made.timestamp()), limits)
