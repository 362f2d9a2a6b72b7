"""Plays a case through the commands everyone uses, at the case's own times, and publishes its report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tocsin.core.events import ReportPublished
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.engine.case import Case, Line
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.perform import publication, recorded
from tocsin.engine.player import Clock, Player
from tocsin.engine.worker import Worker
from tocsin.ports import Failed, Mailer, Ports, Published, Publisher
from tocsin.store import log, outbox

Watch = Callable[[Line, Answer], None]


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of a case: its incident, where the report went, and what was left out (only when lenient)."""

    incident: IncidentNumber
    published: Published
    without: str = ""
    """Why it was not published in every form."""
    skipped: tuple[str, ...] = ()


def replay(
    tocsin: Tocsin,
    case: Case,
    publisher: Publisher,
    *,
    mailer: Mailer | None = None,
    mark: str = "",
    lenient: bool = False,
    watch: Watch = lambda line, answer: None,
    clock: Clock | None = None,
) -> Played:
    """Play a case. Raises `Refused`, naming case and line, at what the process does not allow; `lenient` skips it.

    What it tells of has happened, so nobody is written to, and nothing but its report leaves the house. With a `mailer`
    it is lived through once more: what it wishes for passes the outbox, and is performed when its time has come.

    `mark`: what its report is known by in the repository when it is published again; without it, its number and time.

    The clock of `tocsin` is put aside for the case's own, so that nothing published comes from the wall. `clock`: the
    one to set to the case's times, where others look at it meanwhile.
    """
    clock = clock or Clock(case.lines[0].at)
    ports = Ports(publisher=publisher, mailer=mailer)
    here = Tocsin(tocsin.store, _as_told(tocsin.playbook), clock, ("clock", *ports.serves) if mailer else ())
    player = Player(here, clock, case, mark)
    worker = Worker(here, ports) if mailer else None
    try:
        player.introduce()
    except Refused as no:
        raise Refused(f"{case.case}, before its first line: {no}") from None
    skipped = []
    for place, line in enumerate(case.lines, start=1):
        try:
            watch(line, player.play(line))
            if worker:
                worker.work_off()
        except Refused as no:
            sentence = f"{case.case}, line {place} ({line.do} at {line.at.isoformat()}): {no}"
            if not lenient:
                raise Refused(sentence) from None
            skipped.append(sentence)
    try:
        request = player.close()
    except Refused as no:
        raise Refused(f"{case.case}, after its last line: {no}") from None
    if worker:
        worker.work_off()
    else:
        _publish(here, player.number, request, publisher)
    published, without = _published(here, player.number)
    return Played(incident=player.number, published=published, without=without, skipped=tuple(skipped))


def _as_told(playbook: Playbook) -> Playbook:
    """What happened was declared by whoever declared it; no rule comes before them now."""
    return replace(playbook, criteria=tuple(replace(criterion, declares=False) for criterion in playbook.criteria))


def _publish(tocsin: Tocsin, number: IncidentNumber, request: Seq, publisher: Publisher) -> None:
    """At once, and past the outbox: what is told anew was promised to nobody."""
    made, without = publication(tocsin, number, request)
    published = publisher.publish(made)
    tocsin.do(recorded(number, request, published, without), by=TOCSIN, at=made.at)


def _published(tocsin: Tocsin, number: IncidentNumber) -> tuple[Published, str]:
    """Where the report was brought, and why not in every form; `Failed` where it was not."""
    with tocsin.store.read() as connection:
        published = [each.event for each in log.entries(connection, number) if isinstance(each.event, ReportPublished)]
        left = [wish for wish in outbox.every(connection, incident=number) if wish.effect.port == "publisher"]
    if not published:
        raise Failed(left[-1].trouble if left else "Nothing was to be published.")
    return Published(path=published[-1].path, commit=published[-1].commit), published[-1].without
