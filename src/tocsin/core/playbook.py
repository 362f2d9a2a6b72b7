"""The process as data: what a playbook file says, for the code to ask. Slugs are stored, names are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeVar

from tocsin.core.ids import Slug
from tocsin.core.refused import Refused

Duty = Literal["commands", "tells-outside", "approves"]
Need = Literal["declared", "commander", "told", "channel", "verified", "title", "owner", "impact", "sections", "action"]
"""What a gate can look for; `core/gates.py` knows how each is met and what to say where it is not."""
Evidence = Literal[
    "acknowledged", "told", "declared", "commander", "channel", "worked", "asked", "updated", "resolved",
    "told-resolved", "report", "reviewed", "published", "told-report",
]  # fmt: skip
"""What the log can show of a step; `core/checklist.py` knows how to see each."""
Occasion = Literal[
    "first-response", "update", "resolved", "report-ready", "unattended", "welcome", "brief", "support-request",
]  # fmt: skip
"""When one of our messages is written."""
GAP = re.compile(r"\[… ([^\[\]]*)\]")
"""How a text marks what is left to whoever writes: `[… the cause as we think it]`."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True, kw_only=True)
class Term:
    """Something the playbook names: a phase, a severity, a word of the glossary."""

    slug: Slug
    name: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Role(Term):
    """A part somebody plays. Code asks for the duty, never for the slug."""

    duties: tuple[Duty, ...] = ()
    many: bool = False
    """Several people may hold it at once; otherwise whoever takes it relieves the one before."""
    spared: str = ""
    """What nobody expects of them."""


@dataclass(frozen=True, kw_only=True)
class Criterion(Term):
    """What makes it an incident, from `people` affected on."""

    people: int = 2
    declares: bool = False
    """Once so many are affected, nobody needs to be asked: it is declared by itself."""
    words: tuple[str, ...] = ()
    """What people write who cannot do it: by these, a criterion is proposed for a ticket."""


@dataclass(frozen=True, kw_only=True)
class Step(Term):
    """One step of the process. `done`: what counts as done, in words; `evidence`: what of it the log can show."""

    done: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What is looked for before a step: what `blocks` it while missing, and what is only said."""

    blocks: tuple[Need, ...] = ()
    warns: tuple[Need, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gates:
    """`start`: what makes a response complete at its beginning; `resolve`, `review`: what comes before those."""

    start: Gate = Gate(warns=("declared", "commander", "told", "channel"))
    resolve: Gate = Gate(blocks=("verified",))
    review: Gate = Gate(blocks=("title", "owner", "impact", "sections", "verified", "action"))


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When people are at work who have said nothing else: days of the week, from when to when on their own clock."""

    days: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    begins: str = "09:00"
    ends: str = "17:00"
    holidays: tuple[str, ...] = ()
    """Days on which nobody works: `2026-12-25`."""


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """How soon the communities hear from us: `first` after it is declared, then `every` so often. Minutes of work.

    `every` 0: there is no cadence, only what was promised.
    """

    first: int = 30
    every: int = 180


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """When handing over is suggested: after so many minutes in the role, and so many before the day ends."""

    after: int = 240
    before_end: int = 30


@dataclass(frozen=True, kw_only=True)
class Tickets:
    """What Tocsin answers in tickets by itself. `unattended`: that nobody is at work, and from when on somebody is."""

    unattended: bool = False


@dataclass(frozen=True, kw_only=True)
class Message(Term):
    """A message with blanks. `text`: when it is written; `body`: its Markdown, or `file`, where it stands."""

    slug: Occasion  # type: ignore[assignment]  # each is written at one occasion, and is known by it
    file: str = ""
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Section(Term):
    """A section of the report, with the question it answers (`text`). `required`: blocks review while empty."""

    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Element(Term):
    """What a timeline should tell, and how it is recognised: by lines of these `kinds`, with a link if so."""

    kinds: tuple[str, ...] = ()
    link: bool = False
    marked: bool = False
    """A line that somebody marked as a key moment will do."""


@dataclass(frozen=True, kw_only=True)
class ReportState(Term):
    """Where a report can stand, and who brings it there."""

    who: str = ""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What makes a report reviewed: this many readers besides its owner, and the commander's word if so."""

    readers: int = 1
    commander: bool = True


@dataclass(frozen=True, kw_only=True)
class FollowUp(Term):
    """An issue the team opens for every incident, once it is `declared` or `resolved`; `text` says what it is for."""

    when: Literal["declared", "resolved"]
    title: str
    """With blanks, like a message."""


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Words that point at a person, and what to write instead."""

    words: tuple[str, ...]
    instead: str


@dataclass(frozen=True, kw_only=True)
class Playbook:
    """One team's process."""

    slug: Slug
    name: str
    version: str
    zone: str
    service: Term
    """The service an incident is about when nobody names one."""
    roles: tuple[Role, ...]
    criteria: tuple[Criterion, ...]
    phases: tuple[Term, ...]
    sections: tuple[Section, ...]
    report_states: tuple[ReportState, ...]
    text: str = ""
    """What stands above the handbook."""
    definition: str = ""
    """What counts as an incident and what does not, beside the criteria."""
    severities: tuple[Term, ...] = ()
    steps: tuple[Step, ...] = ()
    gates: Gates = Gates()
    hours: Hours = Hours()
    cadence: Cadence = Cadence()
    hand_over: HandOver = HandOver()
    tickets: Tickets = Tickets()
    messages: tuple[Message, ...] = ()
    elements: tuple[Element, ...] = ()
    review: Review = Review()
    follow_ups: tuple[FollowUp, ...] = ()
    hints: tuple[Hint, ...] = ()
    glossary: tuple[Term, ...] = ()
    triagers: Slug | None = None
    """The group whose member at work commands until somebody takes it; None: whoever declares does."""
    state: str = ""
    """How settled the process is: beta, say."""
    sources: tuple[str, ...] = ()
    """Where the process comes from."""
    suggest: str = ""
    """Where to suggest a change to it."""

    def with_duty(self, duty: Duty) -> Role:
        """The role that carries a duty; a loaded playbook has one for each."""
        return next(role for role in self.roles if duty in role.duties)

    def role(self, slug: str) -> Role:
        return _find("role", self.roles, slug)

    def called(self, role: Slug) -> str:
        """A role's name; the slug, where the playbook has lost a role that an old log still speaks of."""
        return next((each.name for each in self.roles if each.slug == role), role)

    def criterion(self, slug: str) -> Criterion:
        return _find("criterion", self.criteria, slug)

    def phase(self, slug: str) -> Term:
        return _find("phase", self.phases, slug)

    def severity(self, slug: str) -> Term:
        return _find("severity", self.severities, slug)

    def section(self, slug: str) -> Section:
        return _find("section", self.sections, slug)


T = TypeVar("T", bound=Term)


def _find(what: str, terms: tuple[T, ...], slug: str) -> T:
    for term in terms:
        if slug.casefold() in (term.slug.casefold(), term.name.casefold()):
            return term
    if not terms:
        raise Refused(f"This playbook has no {what} at all; leave it out.")
    raise Refused(f"This playbook has no {what} “{slug}”. It has: {', '.join(term.slug for term in terms)}.")
