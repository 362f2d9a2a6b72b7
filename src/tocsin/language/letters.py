"""What a line of the log says to somebody who gets it by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.core import events as e
from tocsin.core.cadence import open_promise
from tocsin.core.effects import SendMail
from tocsin.core.events import Entry
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident
from tocsin.core.moments import zone
from tocsin.core.people import Directory, Party, Person, called
from tocsin.core.playbook import Playbook
from tocsin.language.wording import fill, values

SIGNED = "Tocsin wrote this letter for your team."


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A subject, and plain text."""

    subject: str
    text: str


def letter(
    effect: SendMail, about: Entry, incident: Incident, to: Person, playbook: Playbook, directory: Directory
) -> Letter:
    """The letter that an effect is about, with times on the reader's own clock, where it is known."""
    community = directory.community(effect.community or "")
    clock = to.zone or (community.zone if community else "") or playbook.zone
    writing = _Writing(about=about, incident=incident, playbook=playbook, directory=directory, zone=clock)
    if isinstance(about.event, e.Updated) and effect.community is not None:
        paragraphs = writing.outside(about.event, community.name if community else effect.community)
        return Letter(subject=incident.title, text=_joined(paragraphs))
    kind = "Exercise" if incident.drill else "Incident"
    paragraphs = [*writing.inside(reminds=effect.reminds), SIGNED]
    return Letter(subject=f"{kind} {incident.number}: {incident.title}", text=_joined(paragraphs))


@dataclass(frozen=True, kw_only=True)
class _Writing:
    """What every paragraph may need."""

    about: Entry
    incident: Incident
    playbook: Playbook
    directory: Directory
    zone: str

    def outside(self, update: e.Updated, community: str) -> list[str]:
        """Word to a community: what was written, and little else."""
        return [
            update.text,
            *([f"You hear from us again{self._by(update.next_by)}."] if update.next_by else []),
            called(self.directory, update.drafted_by),
            f"You get this because you speak for {community}. It is about our incident {self.incident.number}.",
        ]

    def inside(self, *, reminds: bool) -> list[str]:
        """Word to a colleague: who wants what, and how to answer."""
        who, of = called(self.directory, self.about.by), f"--incident {self.incident.number}"
        match self.about.event:
            case e.RoleOffered(role=role, to=to, text=text):
                return [
                    *self._offered(role, to, text),
                    f"To take it: tocsin do accept {role} {of}",
                    "" if to.group else f"If you cannot: tocsin do decline {role} {of}",
                ]
            case e.RoleAssigned(role=role):
                return [
                    f"{who} says that you are {self.playbook.called(role)} of this incident.",
                    f"How things stand: tocsin incident show {self.incident.number}",
                    f"If you cannot, offer it to somebody who can: tocsin do offer --role {role} --to PERSON {of}",
                ]
            case e.AskMade(what=what, to=to, until=until):
                return [
                    "This is due now." if reminds else "",
                    f"{who} asks {self._whom(to)} to do this{self._by(until)}:",
                    what,
                    f"To take it: tocsin do accept-ask --ask {self.about.seq} {of}",
                    f"When it is done: tocsin do finish-ask OUTCOME --ask {self.about.seq} {of}",
                ]
            case e.Declared() if not reminds:
                commands = self.playbook.with_duty("commands").slug
                return [
                    "Nobody commands this incident. It was declared when nobody who triages was at work.",
                    f"How things stand: tocsin incident show {self.incident.number}",
                    f"To take command: tocsin do assign --role {commands} {of}",
                ]
            case e.Declared() | e.CommunitiesSet() | e.Reopened() as event:
                back = "It is not over after all, and nobody has told the communities that yet."
                return [
                    back if isinstance(event, e.Reopened) else "Nobody has told the communities of this incident yet.",
                    "Say that we know, what people can and cannot do, and by when they hear from us again.",
                    f"For a text to begin with: tocsin incident draft {self.incident.number} first-response",
                    f"To write it: tocsin do update TEXT --kind first-response {of}",
                ]
            case e.Updated(next_by=next_by):
                word = f"The communities were promised word from us{self._by(next_by)}, and nobody has written it yet."
                last = f"The communities last heard from us on {self._at(self.about.at.at)}; word is due again."
                return [
                    word if next_by else last,
                    "Say what is known, what was tried and what comes next, even if that is little.",
                    f"For a text to begin with: tocsin incident draft {self.incident.number} update",
                    f"To write it: tocsin do update TEXT {of}",
                ]
            case e.ReportOffered():
                return [
                    f"{who} asks you to own the report of this incident: to see it written, reviewed and published.",
                    f"To take it: tocsin do own-report {of}",
                ]
            case e.ReviewRequested(revision=revision):
                return [
                    f"{who} asks you to read the report of this incident, revision {revision}.",
                    f"To read it: tocsin report build {self.incident.number}",
                    f"Then: tocsin do review {of}, with --verdict ask-for-changes if it is not ready.",
                ]
            case other:
                raise TypeError(f"Nobody is written to about {type(other).__name__}.")

    def _whom(self, party: Party) -> str:
        group = self.directory.group(party.group or "")
        return f"somebody of {group.name}" if group else "you"

    def _offered(self, role: Slug, to: Party, text: str) -> list[str]:
        """The playbook's brief for a hand-over, where it has one: nobody has to find out first what they would take."""
        brief = next((message.body for message in self.playbook.messages if message.slug == "brief"), "")
        if not brief:
            who = called(self.directory, self.about.by)
            return [f"{who} asks {self._whom(to)} to be {self.playbook.called(role)} of this incident.", text]
        told = values(
            self.incident,
            self.playbook,
            self.directory,
            zone=self.zone,
            promise=open_promise(self.incident),
            role=role,
            by=self.about.by,
            why=text,
        )
        return [fill(brief, told, empty="not known yet")]

    def _by(self, at: datetime | None) -> str:
        return "" if at is None else f" by {self._at(at)}"

    def _at(self, at: datetime) -> str:
        there = at.astimezone(zone(self.zone))
        return f"{there:%A, %d %B %Y at %H:%M} {there:%Z}"


def _joined(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph.strip()) + "\n"
