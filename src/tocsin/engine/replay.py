"""Plays a case through the commands everyone uses, at the case's own times, and publishes its report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.engine.case import Case, Line
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.player import Clock, Player
from tocsin.ports import Published, Publisher

Watch = Callable[[Line, Answer], None]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a case: its incident, where the report went, and what was left out (only when lenient)."""

    incident: IncidentNumber
    published: Published
    skipped: tuple[str, ...] = ()


def replay(
    tocsin: Tocsin,
    case: Case,
    publisher: Publisher,
    *,
    mark: str = "",
    lenient: bool = False,
    watch: Watch = lambda line, answer: None,
) -> Played:
    """Play a case. Raises `Refused`, naming case and line, at what the process does not allow; `lenient` skips it.

    `mark`: what its report is known by in the repository when it is published again; without it, its number and time.

    The clock of `tocsin` is put aside for the case's own, so that nothing published comes from the wall.
    """
    clock = Clock(case.lines[0].at)
    player = Player(Tocsin(tocsin.store, tocsin.playbook, clock), clock, case, mark)
    try:
        player.introduce()
    except Refused as no:
        raise Refused(f"{case.case}, before its first line: {no}") from None
    skipped = []
    for place, line in enumerate(case.lines, start=1):
        try:
            watch(line, player.play(line))
        except Refused as no:
            sentence = f"{case.case}, line {place} ({line.do} at {line.at.isoformat()}): {no}"
            if not lenient:
                raise Refused(sentence) from None
            skipped.append(sentence)
    try:
        published = player.close(publisher)
    except Refused as no:
        raise Refused(f"{case.case}, after its last line: {no}") from None
    return Played(incident=player.number, published=published, skipped=tuple(skipped))
