"""Logs, directories and documents for the tests of the report, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import strategies as st

from tocsin.core import events as e
from tocsin.core.ids import Handle, IncidentNumber, Seq, Slug
from tocsin.core.incident import Action
from tocsin.core.moments import Moment
from tocsin.core.people import Community, Group, Person, Service
from tocsin.core.playbook import Playbook, ReportState, Role, Section, Term
from tocsin.core.timeline import REPORTED, LineKind
from tocsin.report.document import Document, Line, Part, build
from tocsin.report.document import Section as Prose

ADA, BOB = Handle("ada"), Handle("bob")
COMMANDER, LAGOON, COAST = Slug("commander"), Slug("lagoon/prod"), Slug("coast")
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)

PLAYBOOK = Playbook(
    slug=Slug("test"),
    name="Test",
    version="1",
    zone="Europe/London",
    service=Term(slug=Slug("hubs"), name="All hubs"),
    roles=(Role(slug=COMMANDER, name="Incident Commander", duties=("commands", "tells-outside", "approves")),),
    criteria=(),
    phases=(),
    sections=(
        Section(slug=Slug("overview"), name="Overview"),
        Section(slug=Slug("what-happened"), name="What happened"),
    ),
    report_states=(
        ReportState(slug=Slug("draft"), name="Draft"),
        ReportState(slug=Slug("reviewed"), name="Reviewed"),
        ReportState(slug=Slug("published"), name="Published"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Whom the tests know: Ada Lovelace and Bob Brown, the Lagoon hub and the Coast College."""

    def person(self, reference: str) -> Person | None:
        names = {"ada": "Ada Lovelace", "bob": "Bob Brown"}
        return Person(handle=Handle(reference), name=names[reference]) if reference in names else None

    def group(self, reference: str) -> Group | None:
        return None

    def service(self, reference: str) -> Service | None:
        return Service(slug=LAGOON, name="Lagoon hub") if reference == LAGOON else None

    def community(self, reference: str) -> Community | None:
        return Community(slug=COAST, name="Coast College") if reference == COAST else None


def log(*facts: e.Fact | e.Event, by: Handle = ADA) -> list[e.Entry]:
    """A log of these facts: one a minute from noon on where a fact does not say when."""
    return [_entry(number, fact, by) for number, fact in enumerate(facts, 1)]


def _entry(number: int, fact: e.Fact | e.Event, by: Handle) -> e.Entry:
    fact = fact if isinstance(fact, e.Fact) else e.Fact(event=fact)
    now = minute(number - 1)
    return e.Entry(
        incident=IncidentNumber(7),
        seq=Seq(number),
        event=fact.event,
        at=fact.at or Moment(at=now),
        recorded_at=now,
        by=fact.by or by,
        about=fact.about,
    )


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


DECLARED = e.Declared(title="Lagoon hub cannot start servers", services=(LAGOON,), communities=(COAST,))
COMMANDS = e.RoleAssigned(role=COMMANDER, person=ADA)
RESOLVED = e.Resolved(verified="A server starts.", text="Over.")


def built(
    *facts: e.Fact | e.Event,
    sections: Mapping[str, str] | None = None,
    zone: str = "Europe/London",
    playbook: Playbook = PLAYBOOK,
) -> Document:
    """The report of an incident that was declared by Ada, and then this happened."""
    return build(log(DECLARED, COMMANDS, *facts), sections or {}, playbook, Directory(), zone=zone)


SMALL = Document(
    number=IncidentNumber(7),
    title="Lagoon hub cannot start servers",
    status="Draft",
    owner="Ada Lovelace",
    zone="Europe/London",
    services=(),
    communities=(),
    declared=NOON,
    resolved=None,
    verified="",
    impact=e.ImpactSet(),
    roles=(),
    sections=(),
    timeline=(),
    actions=(),
    no_action="",
    replayed=False,
)


def line(text: str, *, kind: LineKind = "note", at: datetime = NOON, links: tuple[str, ...] = ()) -> Line:
    return Line(at=Moment(at=at), kind=kind, by="Ada Lovelace", text=text, links=links)


def saying(*texts: str) -> Document:
    """A small report with these lines on its timeline."""
    return replace(SMALL, timeline=tuple(line(text) for text in texts))


# ── any document at all ────────────────────────────────────────────────────────────────────────────────────────────

_MARKUP = (
    "`", "```\n", "```{note}\n", "{ref}`x`", "---", "\n", "|", "# ", "$$", "<b>", "[x](y)", "](", "&lt;", "@ada", "**",
    "\\", "\r", "\x00", "\u202e", "\u2028", "{{ x }}", "+++", "% ", "(a)=", ":::{note}", "- ", "    ", "> ", "é", "_",
    "===", "https://example.org/issues/1", "&#35;", "~~", "(c)", "!", "'", ": ", "#", "[1]: x",
)  # fmt: skip
texts = st.one_of(
    st.lists(st.sampled_from(_MARKUP), max_size=6).map("".join), st.text(st.characters(codec="utf-8"), max_size=20)
)
whens = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    at = draw(whens)
    return Moment(at=at, until=draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=3)).map(at.__add__)))


_kinds: st.SearchStrategy[LineKind] = st.sampled_from([kind for kind in get_args(LineKind) if kind in REPORTED])
_words = st.lists(texts, max_size=2).map(tuple)
documents = st.builds(
    Document,
    number=st.integers(1, 9999).map(IncidentNumber),
    title=texts,
    status=texts,
    owner=texts,
    zone=st.sampled_from(["UTC", "Europe/London", "America/Los_Angeles", "Asia/Kathmandu", "America/Santiago"]),
    services=_words,
    communities=_words,
    declared=whens,
    resolved=st.none() | whens,
    verified=texts,
    impact=st.builds(e.ImpactSet, start=st.none() | moments(), end=st.none() | moments()),
    roles=st.lists(
        st.builds(Part, role=texts.map(Slug), name=texts, person=texts, since=whens, until=st.none() | whens),
        max_size=2,
    ).map(tuple),
    sections=st.lists(st.builds(Prose, slug=texts.map(Slug), title=texts, text=texts), max_size=2).map(tuple),
    timeline=st.lists(st.builds(Line, at=moments(), kind=_kinds, by=texts, text=texts, links=_words), max_size=4).map(
        tuple
    ),
    actions=st.lists(
        st.builds(
            Action,
            seq=st.just(Seq(1)),
            text=texts,
            url=texts,
            improves=st.sampled_from([None, *get_args(e.Improves)]),
            done=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    no_action=texts,
    replayed=st.booleans(),
)
