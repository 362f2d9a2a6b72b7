"""Does what the lines of a case say, one by one, as whoever says them and at their own times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.incident import fold
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Community, Person, Service
from tocsin.core.refused import Refused
from tocsin.core.slugs import free_slug
from tocsin.engine.case import Case, Line
from tocsin.engine.door import Answer, Tocsin
from tocsin.language import verbs
from tocsin.store import log
from tocsin.store.people import StoredDirectory

T = TypeVar("T", bound=c.Command)


class Clock:
    """A clock that shows what it is set to, and never goes back."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        self.at = max(self.at, at)


@dataclass
class Player:
    """One case, being played: what it has made known, noted and declared so far."""

    tocsin: Tocsin
    clock: Clock
    case: Case
    mark: str
    incident: IncidentNumber | None = None
    signals: list[SignalId] = field(default_factory=list)
    earlier: list[c.Earlier] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    service: str = ""
    community: str = ""
    written: bool = False
    """The report was written in the script itself, and so is reviewed there too."""
    requested: Seq | None = None

    @property
    def number(self) -> IncidentNumber:
        if self.incident is None:
            raise Refused("Nothing has been declared yet. A line that declares has to come first.")
        return self.incident

    # ── before the first line ──

    def introduce(self) -> None:
        """Whoever and whatever the case names is added where nobody knows it yet."""
        with self.tocsin.store.read() as connection:
            known = StoredDirectory(connection)
            people = [self._person(known, name) for name in self.case.people]
            service = self._service(known)
            community = self._community(known)
        self.tocsin.do(
            c.UpdateDirectory(
                people=tuple(filter(None, people)),
                services=(service,) if service else (),
                communities=(community,) if community else (),
            ),
            by=TOCSIN,
        )

    def _person(self, known: StoredDirectory, name: str) -> Person | None:
        if known.group(name) is not None:
            return None
        person = known.person(name)
        if person is not None:
            self.people[name] = person.handle
            return None
        taken = {*self.people.values(), TOCSIN.handle}
        handle = free_slug(name, "person", lambda slug: slug in taken or known.person(slug) is not None)
        self.people[name] = handle
        return Person(handle=Handle(handle), name=name)

    def _service(self, known: StoredDirectory) -> Service | None:
        name = self.case.service
        found = known.service(name) if name else None
        if found is not None or not name or name == self.tocsin.playbook.service.slug:
            self.service = found.slug if found else name
            return None
        self.service = free_slug(name, "service", lambda slug: known.service(slug) is not None, keep="/")
        return Service(slug=Slug(self.service), name=name)

    def _community(self, known: StoredDirectory) -> Community | None:
        name = self.case.community
        found = known.community(name) if name else None
        if found is not None or not name:
            self.community = found.slug if found else ""
            return None
        self.community = free_slug(name, "community", lambda slug: known.community(slug) is not None)
        return Community(slug=Slug(self.community), name=name)

    # ── line by line ──

    def play(self, line: Line) -> Answer:
        """Set the clock, and do what the line says."""
        self.clock.set(line.at)
        if self.incident is None and line.do in ("note", "impact-began"):
            return self._note_before(line)
        match line.do:
            case "signal":
                return self._signal(line)
            case "declare":
                return self._declare(line)
            case "report":
                return self._report(line)
            case "publish":
                answer = self._do(self._command(line), line)
                self.requested = answer.lines[0]
                return answer
            case _:
                return self._do(self._command(line), line)

    def _do(self, command: c.Command, line: Line) -> Answer:
        if isinstance(command, c.Note) and command.until is not None:
            self.clock.set(command.until)
        return self.tocsin.do(command, by=self._by(line), at=line.at)

    def _by(self, line: Line) -> str:
        return self._who(line.by or self.case.owner)

    def _who(self, name: str) -> str:
        """The handle of somebody the case names; a group, which can only be asked, is nobody."""
        if name not in self.people:
            raise Refused(f"“{name}” is nobody who could do that. Name a person.")
        return self.people[name]

    def _signal(self, line: Line) -> Answer:
        noted = c.NoteSignal(
            text=line.text,
            kind=line.via,
            service=self.service,
            criterion=line.symptom,
            people=line.people,
            count=line.reporters,
            everyone=line.everyone,
            link=line.ref,
        )
        answer = self._do(noted, line)
        if answer.signal is None:
            raise TypeError("Noting a signal answers with its number.")
        if self.incident is not None:
            return self._do(c.AttachSignal(incident=self.incident, signal=answer.signal), line)
        self.signals.append(answer.signal)
        return answer

    def _note_before(self, line: Line) -> Answer:
        """Before anybody declares, a line belongs to the signal, if there is one; in any case to the incident later."""
        note = _note(line, IncidentNumber(0))
        if note.thread is not None:
            raise Refused("Before the declaration there is no line that it could answer; leave “thread” out.")
        if not (note.text.strip() or note.output.strip()):
            raise Refused("There is nothing in that line. Write what was said.")
        said = {name: getattr(note, name) for name in ("text", "kind", "output", "outcome", "link", "via")}
        if self.signals and note.until is None:
            return self._do(c.AddToSignal(signal=self.signals[-1], **said), line)
        self.clock.set(note.until or line.at)
        moment = Moment(at=line.at, until=note.until)
        self.earlier.append(c.Earlier(at=moment, by=Handle(self._by(line)), **said))
        return Answer()

    def _declare(self, line: Line) -> Answer:
        if self.incident is not None:
            raise Refused("The incident is declared already; a case tells of one.")
        commands = self.tocsin.playbook.with_duty("commands").slug
        roles = {self.tocsin.playbook.role(role).slug: self._who(name) for role, name in line.roles.items()}
        answer = self._do(
            c.Declare(
                title=self.case.title,
                description=line.text,
                services=(self.service,) if self.service else (),
                communities=(self.community,) if self.community else (),
                criterion=self.case.symptom,
                commander=roles.pop(commands, ""),
                signals=tuple(self.signals),
                why=self._why(line),
                earlier=tuple(self.earlier),
                mark=self.mark,
            ),
            line,
        )
        self.incident = answer.incident
        for role, person in roles.items():
            self._do(c.Assign(incident=self.number, role=role, person=person), line)
        return answer

    def _why(self, line: Line) -> str:
        """It was declared at the time, whatever its signals alone would say; the words of the declaration are why."""
        return (line.text or "Declared so at the time.") if self.signals else ""

    def _report(self, line: Line) -> Answer:
        """Impact, sections and actions, as the case has them."""
        answer = Answer()
        for command in self._writing():
            answer = self._do(command, line)
        self.written = True
        return answer

    def _command(self, line: Line) -> c.Command:
        number = self.number
        if "incident" in line.options:
            raise Refused("A case tells of one incident; leave “incident” out.")
        match line.do:
            case "note" | "impact-began":
                return _note(line, number)
            case "update":
                signed = {"drafted_by": self._by(line), "approved_by": self._by(line)}
                return made(c.PostUpdate, {"incident": number, "text": line.text, **signed, **line.options})
            case "resolve":
                return c.Resolve(incident=number, verified=line.verified, text=line.text)
            case "reopen":
                return c.Reopen(incident=number, why=line.text)
            case name:
                return _asked(name, line, number)

    # ── after the last line ──

    def close(self) -> Seq:
        """Impact, sections and actions; then the report is owned. The line that asks to publish it.

        All of it, or what the script itself has not done.
        """
        if self.requested is not None:
            return self.requested
        last = self.clock.at
        self.clock.set(max((last, *self.case.impact.times)))
        owner = self._who(self.case.owner)
        for command in self._closing():
            by: str | Person = TOCSIN if isinstance(command, c.PublishReplayed) else owner
            answer = self.tocsin.do(command, by=by, at=last)
        return answer.lines[0]

    def _closing(self) -> Iterator[c.Command]:
        case, number = self.case, self.number
        if not self.written:
            yield from self._writing()
        if self._owner() != self.people[case.owner]:
            yield c.OwnReport(incident=number)
        yield c.PublishReplayed(incident=number, status=case.status, publisher=Handle(self.people[case.owner]))

    def _writing(self) -> Iterator[c.Command]:
        case, number = self.case, self.number
        if case.impact.times:
            yield c.SetImpact(incident=number, **case.impact.model_dump())
        yield c.WriteReport(incident=number, sections=case.report, zone=case.zone)
        for action in case.actions:
            yield c.AddAction(incident=number, text=action.text, url=action.url or "", done=action.done)

    def _owner(self) -> str | None:
        """Somebody may have taken the report in the script itself."""
        with self.tocsin.store.read() as connection:
            return fold(self.number, log.entries(connection, self.number)).report.owner


def _asked(name: str, line: Line, number: IncidentNumber) -> c.Command:
    """Any other verb of the shell; the line's text is what its one text would be there."""
    verb = verbs.verb(name)
    if verb is None:
        raise Refused(f"“{name}” is no verb. `tocsin do --help` lists them.")
    if "signal" in line.options or any(
        field.name == "signal" and field.default is MISSING for field in fields(verb.command)
    ):
        raise Refused("A case knows signals by what they say, not by number; leave this line out.")
    into = verb.texts[0] if verb.texts else "text"
    if line.text and into not in {field.name for field in fields(verb.command)}:
        raise Refused(f"“{name}” has no text. Put it on a note of its own, so that it is not lost.")
    text = {into: line.text} if line.text else {}
    return made(verb.command, {"incident": number, **text, **line.options})


def made(kind: type[T], options: Mapping[str, Any]) -> T:
    """The command of that kind with these options, as a case file writes them."""
    known = {field.name for field in fields(kind)}
    strange = [name for name in options if name not in known and name != "incident"]
    if strange:
        raise Refused(f"There is no option “{strange[0]}” here. There are: {', '.join(sorted(known - {'incident'}))}.")
    given = {name: value for name, value in options.items() if name in known}
    try:
        command = TypeAdapter(kind).validate_python(given)
    except ValidationError as trouble:
        mistake = trouble.errors(include_url=False)[0]
        raise Refused(f"{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}.") from None
    c.must_be_legible(command)
    return command


def _note(line: Line, number: IncidentNumber) -> c.Note:
    said = {"incident": number, "text": line.text, "via": line.source} | line.options
    return made(c.Note, said | {"kind": "impact-began"} if line.do == "impact-began" else said)
