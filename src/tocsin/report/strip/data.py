"""The strip as plain data: what `strip.typ` draws."""

from __future__ import annotations

from dataclasses import asdict

from tocsin.report.strip.picture import Strip


def as_data(strip: Strip) -> dict[str, object]:
    """Everything that is drawn, in per cent of the width; no text in it is more than text."""
    return {**asdict(strip), "rows": strip.rows}
