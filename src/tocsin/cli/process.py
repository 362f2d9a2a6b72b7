"""How far an incident has come by the process, as `incident show` has it: steps, start, word that is due, hand-over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from tocsin.cli.times import shown, stamp
from tocsin.core.around import Around, calendars
from tocsin.core.cadence import Due, word_due
from tocsin.core.checklist import Checked, Proof, checklist
from tocsin.core.events import Entry
from tocsin.core.gates import seen, started, unmet
from tocsin.core.handover import why_hand_over
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Need, Playbook

Names = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it has come."""

    steps: tuple[Checked, ...]
    started: datetime | None
    """When everything was in place that the start gate looks for."""
    lacks: tuple[tuple[Need, str], ...]
    """What of that is missing, while it is open."""
    due: Due | None
    """When the communities must hear from us."""
    overdue: bool
    hand_over: str | None
    """Why whoever commands should think of handing over."""
    unattended: bool


def progress(incident: Incident, entries: Sequence[Entry], around: Around) -> Progress:
    """Read off a log."""
    playbook = around.playbook
    due = word_due(incident, entries, playbook, calendars(around))
    overdue = due is not None and due.at <= around.now
    return Progress(
        steps=tuple(checklist(incident, entries, playbook, overdue=overdue)),
        started=started(entries, playbook),
        lacks=tuple(_start_lacks(incident, entries, around)) if incident.state == "open" else (),
        due=due,
        overdue=overdue,
        hand_over=why_hand_over(incident, around.now, playbook, around.team, around.wrote),
        unattended=incident.state == "open" and not incident.holders(playbook.with_duty("commands").slug),
    )


def as_data(progress: Progress) -> dict[str, object]:
    """For programs."""
    due = progress.due
    return {
        "checklist": [_step(each) for each in progress.steps],
        "start": {"complete": stamp(progress.started), "missing": [said for _, said in progress.lacks]},
        "word": None if due is None else {"due": stamp(due.at), "promised": due.promised, "overdue": progress.overdue},
        "hand_over": progress.hand_over,
        "unattended": progress.unattended,
    }


def what_presses(progress: Progress, incident: Incident, playbook: Playbook, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """In words, what somebody has to see to now."""
    role = playbook.with_duty("commands")
    if progress.unattended:
        take = f"tocsin do assign {role.slug} --incident {incident.number}"
        yield role.name, f"Nobody: this incident is unattended. To take it: {take}"
    if progress.due is not None:
        yield "word to the communities", _word(progress.due, progress.overdue, zone)
    if progress.hand_over is not None:
        yield "hand over?", f"{progress.hand_over} To see who could: tocsin incident relief {incident.number}"
    for need, said in progress.lacks:
        if (need, progress.unattended) != ("commander", True):
            yield "not in place yet", said
    yield "response in place", shown(progress.started, zone)


def steps(progress: Progress, name: Names, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """In words, each step of the process with what there is to show for it."""
    for checked in progress.steps:
        yield _fact(checked, name, zone)


def _start_lacks(incident: Incident, entries: Sequence[Entry], around: Around) -> list[tuple[Need, str]]:
    def name(slug: Slug) -> str:
        community = around.directory.community(slug)
        return community.name if community else slug

    gate = around.playbook.gates.start
    shown = seen(entries)
    return [
        (need, said)
        for need in (*gate.blocks, *gate.warns)
        for said in unmet((need,), incident, around.playbook, seen=shown, name=name)
    ]


def _step(checked: Checked) -> dict[str, object]:
    """Of a step that no log can show, nobody knows whether it is done."""
    return {
        "step": checked.step.slug,
        "name": checked.step.name,
        "done": checked.done if checked.step.evidence else None,
        "evidence": [
            {"of": proof.evidence, "line": proof.seq, "at": stamp(proof.at.at), "by": proof.by}
            for proof in checked.proofs
        ],
        "lacks": checked.lacks,
    }


def _fact(checked: Checked, name: Names, zone: tzinfo) -> tuple[str, str]:
    step = checked.step
    shows = "; ".join(dict.fromkeys(_proof(proof, name, zone) for proof in checked.proofs))
    if checked.done:
        return "done", f"{step.name} ({shows})"
    so_far = f" So far: {shows}." if shows else ""
    return "to do" if step.evidence else "step", f"{step.name}. {step.done}{so_far}".strip()


def _proof(proof: Proof, name: Names, zone: tzinfo) -> str:
    return f"{name(proof.by)}, {shown(proof.at.at, zone)}, line {proof.seq}"


def _word(due: Due, overdue: bool, zone: tzinfo) -> str:
    how = "promised" if due.promised else "by the cadence"
    return f"{'was due' if overdue else 'due'} {shown(due.at, zone)}, {how}"
