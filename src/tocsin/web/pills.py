"""States in a word, each with its sign and its colour."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core.ids import Slug
from tocsin.core.playbook import Playbook


@dataclass(frozen=True, kw_only=True)
class Pill:
    """A state in a word."""

    kind: str
    icon: str
    word: str


def opened(playbook: Playbook, slug: Slug | str | None) -> Pill:
    """An open incident, with how far it has come; in its last phase it only waits to be resolved."""
    phases = playbook.phases
    phase = next((each.name for each in phases if each.slug == slug), slug or "")
    word = f"Open, {phase[:1].lower()}{phase[1:]}" if phase else "Open"
    watching = bool(phases) and slug == phases[-1].slug
    return Pill(kind="wait", icon="half", word=word) if watching else Pill(kind="harm", icon="dot", word=word)
