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
from tocsin.core.people import Directory, Party, Person, called
from tocsin.core.playbook import Playbook
from tocsin.language.markup import as_plain, tree
from tocsin.language.outside import told
from tocsin.language.wording import fill, spoken, values

SIGNED = "Tocsin wrote this letter for your team."


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A subject, and plain text."""

    subject: str
    text: str


def letter(
    effect: SendMail,
    about: Entry,
    incident: Incident,
    to: Person,
    playbook: Playbook,
    directory: Directory,
    address: str = "",
) -> Letter:
    """The letter that an effect is about, with times on the reader's own clock, where it is known.

    `address`: where people reach the pages, so that a colleague's letter leads to the line it is about.
    """
    community = directory.community(effect.community or "")
    clock = to.zone or (community.zone if community else "") or playbook.zone
    writing = _Writing(
        about=about, incident=incident, playbook=playbook, directory=directory, zone=clock, address=address
    )
    if isinstance(about.event, e.Updated) and effect.community is not None:
        paragraphs = writing.outside(about.event, community.name if community else effect.community)
        return Letter(subject=incident.title, text=_joined(paragraphs))
    kind = "Exercise" if incident.drill else "Incident"
    paragraphs = writing.inside(reminds=effect.reminds)
    if address:  # before what can be typed: whoever is woken has a phone
        typed = next((place for place, each in enumerate(paragraphs) if ": tocsin " in each), len(paragraphs))
        paragraphs.insert(typed, f"In the room: {address}/incidents/{incident.number}#L{about.seq}")
    paragraphs = [*paragraphs, SIGNED]
    return Letter(subject=f"{kind} {incident.number}: {incident.title}", text=_joined(paragraphs))


@dataclass(frozen=True, kw_only=True)
class _Writing:
    """What every paragraph may need."""

    about: Entry
    incident: Incident
    playbook: Playbook
    directory: Directory
    zone: str
    address: str

    def outside(self, update: e.Updated, community: str) -> list[str]:
        """Word to a community, as a letter."""
        return [
            *map(_without_markup, told(update, self.directory, self.zone)),
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
            case e.OfferWithdrawn(role=role, to=to):
                return [
                    f"{who} no longer asks {self._whom(to)} to be {self.playbook.called(role)} of this incident.",
                    f"There is nothing left to decide. To say something about it: tocsin do note TEXT {of}",
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
            case e.Noted(text=text):
                return [f"{who} mentions you:", text, f"To answer: tocsin do note TEXT --thread {self.about.seq} {of}"]
            case e.UpdateProposed(text=text, next_by=next_by, communities=communities):
                return [
                    f"{who} asks you to approve this word to {', '.join(map(self._community, communities))}:",
                    _without_markup(text),
                    f"It promises the next word{self._by(next_by)}." if next_by else "",
                    f"To have it changed: tocsin do turn-down WHY --proposal {self.about.seq} {of}",
                ]
            case e.ProposalTurnedDown(why=why):
                again = f"To propose it anew: tocsin do propose-update TEXT {of}"
                return [f"{who} did not send the word that you proposed:", why, again]
            case e.Updated() | e.PlanSet() | e.PhaseSet() | e.Resolved() | e.Reopened() | e.Cancelled() if not reminds:
                return self._followed(who)
            case e.ReportPublished():
                return self._followed(who)
            case e.Updated(next_by=next_by):
                word = f"The communities were promised word from us{self._by(next_by)}, and nobody has written it yet."
                last = f"The communities last heard from us on {self._at(self.about.at.at)}; word is due again."
                return [
                    word if next_by else last,
                    "Say what is known, what was tried and what comes next, even if that is little.",
                    f"For a text to begin with: tocsin incident draft {self.incident.number} update",
                    f"To write it: tocsin do update TEXT {of}",
                ]
            case e.DeliveryReported(community=community, trouble=trouble):
                return [
                    f"What we wrote to {self._community(community or Slug(''))} came back: they have not read it.",
                    trouble,
                    "Mend the address in the directory, then have it sent again: tocsin outbox list",
                    f"If you tell them another way, say so: tocsin do note TEXT {of}",
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
        return [_without_markup(fill(brief, told, empty="not known yet"))]

    def _followed(self, who: str) -> list[str]:
        """What changed in an incident that somebody follows."""
        stop = f"tocsin do unfollow --incident {self.incident.number}"
        return [self._changed(who), f"You get this because you follow the incident. To stop: {stop}"]

    def _changed(self, who: str) -> str:
        match self.about.event:
            case e.PlanSet() as plan:
                said = {"State": plan.state, "Cause": plan.cause, "Tried": plan.tried, "Next": plan.next}
                return "\n\n".join(
                    [f"{who} says how it stands:", *(f"{what}: {text}" for what, text in said.items() if text)]
                )
            case e.PhaseSet(phase=phase):
                called = next((each.name for each in self.playbook.phases if each.slug == phase), phase)
                return f"{who} says how far it is: {called}."
            case e.Updated(text=text, communities=communities):
                whom = ", ".join(map(self._community, communities)) or "the outside"
                return f"{who} told {whom}:\n\n{_without_markup(text)}"
            case e.Resolved(verified=verified):
                return f"{who} resolved it. How that was verified: {verified}"
            case e.Reopened(why=why):
                return f"It is not over after all. {who} reopened it. {why}".strip()
            case e.Cancelled(why=why):
                return f"{who} cancelled it: it was no incident of ours. {why}".strip()
            case e.ReportPublished(path=path):
                return f"The report is published, as {path}."
            case other:
                raise TypeError(f"Nobody is told that follows, of {type(other).__name__}.")

    def _community(self, slug: Slug) -> str:
        found = self.directory.community(slug)
        return found.name if found else slug

    def _by(self, at: datetime | None) -> str:
        return "" if at is None else f" by {self._at(at)}"

    def _at(self, at: datetime) -> str:
        return spoken(at, self.zone)


def _without_markup(text: str) -> str:
    """What is made from a message of the playbook, and so is Markdown: a mail shows it as it is typed.

    What colleagues write to each other stays as they typed it, for in a command every sign counts.
    """
    return as_plain(tree(text, breaks=True))


def _joined(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraph.strip() for paragraph in paragraphs if paragraph.strip()) + "\n"
