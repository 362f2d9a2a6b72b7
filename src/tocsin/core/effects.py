"""Wishes about the outside world, as plain data.

An effect never carries an outside id: whoever performs it reads that from the incident when its turn comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tocsin.core.ids import IncidentNumber, Seq


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that should happen outside."""

    destination: ClassVar[str]
    """Whose lane it is: effects of one incident to one destination happen in order."""
    incident: IncidentNumber


@dataclass(frozen=True, kw_only=True)
class PublishReport(Effect):
    """Put the report, at the revision the request names, where everybody can read it."""

    destination = "publisher"
    request: Seq


EFFECTS: dict[str, type[Effect]] = {cls.__name__: cls for cls in Effect.__subclasses__()}
"""Every kind by its name, as it is stored."""
