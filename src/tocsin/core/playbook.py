"""The process as data: what a playbook file says, for the code to ask. Slugs are stored, names are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

from tocsin.core.ids import Slug
from tocsin.core.refused import Refused

Duty = Literal["commands", "tells-outside", "approves"]


@dataclass(frozen=True, kw_only=True)
class Term:
    """Something the playbook names: a criterion, a phase, a severity, a report state."""

    slug: Slug
    name: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Role(Term):
    """A part somebody plays. Code asks for the duty, never for the slug."""

    duties: tuple[Duty, ...] = ()
    many: bool = False
    """Several people may hold it at once; otherwise whoever takes it relieves the one before."""


@dataclass(frozen=True, kw_only=True)
class Criterion(Term):
    """What makes it an incident, from `people` affected on."""

    people: int = 2


@dataclass(frozen=True, kw_only=True)
class Section(Term):
    """A section of the report, with the question it answers (`text`). `required`: blocks review while empty."""

    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Review:
    """What makes a report reviewed: this many readers besides its owner, and the commander's word if so."""

    readers: int = 1
    commander: bool = True


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
    report_states: tuple[Term, ...]
    severities: tuple[Term, ...] = ()
    review: Review = Review()
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
