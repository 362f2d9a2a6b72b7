"""The directory as a room has read it: no look-up asks the database again."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core.around import Around
from tocsin.core.ids import Handle
from tocsin.core.people import Community, Group, Person, Service
from tocsin.web.room.reading import Room


@dataclass(frozen=True, kw_only=True)
class Known:
    """Finds by handle and slug, and only what the room speaks of."""

    room: Room

    def person(self, reference: str) -> Person | None:
        return self.room.people.get(Handle(reference))

    def group(self, reference: str) -> Group | None:
        found = self.room.places.get((Group, reference))
        return found if isinstance(found, Group) else None

    def service(self, reference: str) -> Service | None:
        found = self.room.places.get((Service, reference))
        return found if isinstance(found, Service) else None

    def community(self, reference: str) -> Community | None:
        return self.room.community_of(reference)


def around(room: Room) -> Around:
    """What is around the incident of a room."""
    return Around(
        playbook=room.playbook,
        directory=Known(room=room),
        people=[*room.people.values()],
        now=room.now,
        wrote=room.wrote,
    )
