"""What every encrypted line to a server of the operator's needs: whom to trust."""

from __future__ import annotations

import ssl
from pathlib import Path

from tocsin.ports import Failed


def trusting(ca: Path | None, setting: str) -> ssl.SSLContext:
    """The system's certificates, and those of a file besides; `setting`: what names it, as `mail.ca`.

    Made for each call, so that a renewed certificate counts at once. Raises `Failed` where the file holds none.
    """
    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(ca)
        except OSError:
            raise Failed(f"{ca} holds no certificates that can be read: mend {setting}.") from None
    return context
