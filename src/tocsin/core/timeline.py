"""The log as the lines a reader wants: edits applied, what was taken out left out, ordered by when things happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Handle, Seq
from tocsin.core.links import addresses
from tocsin.core.moments import Moment
from tocsin.core.playbook import Playbook

LineKind = Literal[
    "impact-began", "impact-ended", "signal", "signal-cleared", "declared", "acknowledged", "role", "offer", "phase",
    "plan", "ask", "note", "finding", "command", "fix", "decision", "told-us", "proposal", "update", "resolved",
    "verified", "reopened", "cancelled", "ticket", "link", "report", "action", "delivery",
]  # fmt: skip
"""Every kind of line; `docs/reference/timeline.md` says what each is."""

REPORTED: frozenset[LineKind] = frozenset(
    ("impact-began", "impact-ended", "signal", "declared", "acknowledged", "role", "note", "finding", "command", "fix",
     "decision", "told-us", "update", "resolved", "verified", "reopened")
)  # fmt: skip
"""The kinds a report's timeline holds: what happened, not how the work was organised."""

Names = Callable[[Handle], str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a reader sees of one moment. `seq` 0 never occurs; lines that one event makes share its number."""

    at: Moment
    seq: Seq
    kind: LineKind
    by: Handle
    text: str = ""
    """The Markdown as it was written; a sentence of ours where nobody wrote one and the kind does not say it all."""
    links: tuple[str, ...] = ()
    thread: Seq | None = None
    edited: bool = False
    removed: bool = False
    redacted: bool = False
    highlighted: bool = False


def timeline(entries: Sequence[Entry], playbook: Playbook, name: Names) -> list[Line]:
    """Every line of the log a reader can want, ordered by when it happened and then as it was recorded."""
    marks = _marks(entries)
    lines = [
        _marked(line, marks.get(entry.seq, ()))
        for entry in entries
        for line in _lines(entry, marks.get(entry.seq, ()), playbook, name)
    ]
    return sorted([*lines, *_window(entries, lines)], key=lambda line: (line.at.at, line.seq))


def reported(lines: Iterable[Line]) -> list[Line]:
    """The lines that stand in the report."""
    return [line for line in lines if line.kind in REPORTED and not line.removed]


def edited(note: e.Noted, marks: Iterable[e.Event]) -> e.Noted:
    """A note as it reads after what was done to it, in order."""
    for mark in marks:
        if isinstance(mark, e.NoteEdited):
            output = note.output if mark.output is None else mark.output
            outcome = note.outcome if mark.outcome is None else mark.outcome
            note = replace(note, text=mark.text, output=output, outcome=outcome)
    return note


def _marks(entries: Iterable[Entry]) -> Mapping[Seq, Sequence[e.Event]]:
    marks: dict[Seq, list[e.Event]] = {}
    for entry in entries:
        if entry.about is not None:
            marks.setdefault(entry.about, []).append(entry.event)
    return marks


def _marked(line: Line, marks: Sequence[e.Event]) -> Line:
    """The line as it stands after what was done to it; once redacted, whatever else was said of it is gone too."""
    if any(isinstance(mark, e.Redacted) for mark in marks):
        line = replace(line, text=e.REDACTED, links=(), redacted=True)
    return replace(
        line,
        edited=any(isinstance(mark, e.NoteEdited) for mark in marks),
        removed=any(isinstance(mark, e.NoteRemoved) for mark in marks),
        highlighted=next((mark.on for mark in reversed(marks) if isinstance(mark, e.Highlighted)), False),
    )


def _lines(entry: Entry, marks: Sequence[e.Event], playbook: Playbook, name: Names) -> list[Line]:
    def line(kind: LineKind, text: str = "", *more: str, thread: Seq | None = None) -> list[Line]:
        links = _links(text, tuple(each for each in more if each))
        return [Line(at=entry.at, seq=entry.seq, kind=kind, by=entry.by, text=text, links=links, thread=thread)]

    match entry.event:
        case e.SignalReceived(text=text, link=link):
            return line("signal", text, link)
        case e.SignalCleared(why=why):
            return line("signal-cleared", why)
        case e.Declared(description=description, why=why):
            return line("declared", "\n\n".join(dict.fromkeys(text for text in (description, why) if text)))
        case e.Acknowledged():
            return line("acknowledged")
        case e.RoleAssigned(role=role, person=person, relieves=relieves):
            after = f", after {', '.join(map(name, relieves))}" if relieves else ""
            return line("role", f"{name(person)} is {playbook.called(role)}{after}.")
        case e.RoleReleased(role=role, person=person):
            return line("role", f"{name(person)} is no longer {playbook.called(role)}.")
        case e.RoleOffered(role=role, to=to, text=text):
            whom = name(to.person) if to.person else to.group
            return line("offer", f"{playbook.called(role)} offered to {whom}. {text}".strip())
        case e.RoleDeclined(role=role, why=why):
            return line("offer", f"{name(entry.by)} cannot be {playbook.called(role)}. {why}".strip())
        case e.OfferWithdrawn(role=role, to=to):
            whom = name(to.person) if to.person else to.group
            return line("offer", f"{playbook.called(role)} is not offered to {whom} any more.")
        case e.PhaseSet(phase=phase):
            return line("phase", next((each.name for each in playbook.phases if each.slug == phase), phase))
        case e.PlanSet() as plan:
            said = {"State": plan.state, "Cause": plan.cause, "Tried": plan.tried, "Next": plan.next}
            return line("plan", "\n\n".join(f"{title}: {text}" for title, text in said.items() if text))
        case e.AskMade(what=what):
            return line("ask", what)
        case e.AskAccepted():
            return line("ask", "Accepted.", thread=entry.about)
        case e.AskDeclined(why=why):
            return line("ask", f"Declined. {why}".strip(), thread=entry.about)
        case e.AskFinished(outcome=outcome):
            return line("ask", outcome, thread=entry.about)
        case e.Noted() as first:
            note = edited(first, marks)
            return line(note.kind, _whole(note), note.link, thread=entry.about)
        case e.Updated(text=text):
            return line("update", text)
        case e.UpdateProposed(text=text):
            return line("proposal", text)
        case e.ProposalTurnedDown(why=why):
            return line("proposal", f"Not sent like this. {why}".strip(), thread=entry.about)
        case e.Resolved(verified=verified, text=text):
            return [*line("resolved", text), *(line("verified", verified) if verified.strip() else [])]
        case e.Reopened(why=why):
            return line("reopened", why)
        case e.Cancelled(why=why):
            return line("cancelled", why)
        case e.TicketLinked(ticket=ticket):
            return line("ticket", ticket, ticket)
        case e.LinkAdded(url=url, title=title):
            return line("link", title or url, url)
        case e.ActionAdded(text=text, url=url):
            return line("action", text, url)
        case e.ReportPublished(path=path, without=without):
            return line("report", f"Published as {path}. {without}".strip())
        case e.DeliveryReported() as delivery:
            became = f"{_wished(delivery, entry.about, name)} {_BECAME[delivery.outcome]} {delivery.trouble}"
            return line("delivery", became.strip(), thread=entry.about)
        case _:
            return []


_BECAME: Mapping[e.Outcome, str] = {
    "delayed": "has not got through yet; we keep trying.",
    "delivered": "got through.",
    "unknown": "may have got through or not; somebody has to find out.",
    "given-up": "did not get through, and is not tried any more.",
    "quarantined": "ended whoever tried it, again and again, and is not tried any more.",
    "again": "is tried once more.",
    "arrived": "got through: somebody has made sure.",
    "bounced": "came back: it did not reach whom it was for.",
}


def _wished(delivery: e.DeliveryReported, about: Seq | None, name: Names) -> str:
    """What was to be delivered, as the beginning of a sentence; of a kind we know no word for, its own name."""
    match delivery.wish:
        case "SendMail":
            whom = name(delivery.to) if delivery.to else delivery.community or "nobody"
            return f"The mail to {whom} about line {about}"
        case "PublishReport":
            return "The report"
        case "Remind":
            return "The reminder"
        case other:
            return other


def _whole(note: e.Noted) -> str:
    """A note with what its command printed and what came of its fix, as one text."""
    fence = "`" * max(3, 1 + _longest_run(note.output, "`"))
    parts = [
        note.text,
        *([f"{fence}\n{note.output}\n{fence}"] if note.output else []),
        *([f"Outcome: {note.outcome}"] if note.outcome else []),
    ]
    return "\n\n".join(part for part in parts if part)


def _longest_run(text: str, character: str) -> int:
    longest = run = 0
    for each in text:
        run = run + 1 if each == character else 0
        longest = max(longest, run)
    return longest


def _links(text: str, more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*more, *addresses(text))))


def _window(entries: Sequence[Entry], lines: Sequence[Line]) -> list[Line]:
    """When the impact began and ended, as it is thought to be now; a line somebody marked says it better."""
    last = next((entry for entry in reversed(entries) if isinstance(entry.event, e.ImpactSet)), None)
    if last is None or not isinstance(last.event, e.ImpactSet):
        return []
    start = last.event.start
    marked = start is not None and any(_marks_start(line, start) for line in lines)
    began = [] if start is None or marked else [Line(at=start, seq=last.seq, kind="impact-began", by=last.by)]
    end = last.event.end
    return [*began, *([] if end is None else [Line(at=end, seq=last.seq, kind="impact-ended", by=last.by)])]


def _marks_start(line: Line, start: Moment) -> bool:
    return line.kind == "impact-began" and not line.removed and start.at <= line.at.at <= (start.until or start.at)
