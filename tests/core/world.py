"""A small world to try the core in: a few people, one process, and an incident that commands are told to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from tocsin.core import commands as c
from tocsin.core.decisions import decide
from tocsin.core.effects import Effect, Wish, WishState
from tocsin.core.events import DeliveryReported, Entry, Event, Fact, Outcome
from tocsin.core.given import Given
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.incident import Incident, fold
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.core.playbook import Criterion, Playbook, ReportState, Role, Section, Term
from tocsin.core.reactions import react
from tocsin.core.refused import Refused
from tocsin.core.signals import Reported, Said, Signal
from tocsin.core.team import team

ONE, TWO = IncidentNumber(1), IncidentNumber(2)
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)
"""A time that does not say where."""
MINUTE = timedelta(minutes=1)

ADA = Person(handle=Handle("ada"), name="Ada Lovelace", email="ada@example.org", administrator=True)
BOB = Person(handle=Handle("bob"), name="Bob Kahn", email="bob@example.org")
DANA = Person(handle=Handle("dana"), name="Dana Scott")
CHARLIE = Person(handle=Handle("charlie"), name="Charlie Babbage", kind="community")
TRIAGERS = Group(slug=Slug("triagers"), name="Support Triagers", members=(BOB.handle, DANA.handle))
HUB = Service(slug=Slug("utoronto/prod"), name="Toronto's hub", communities=(Slug("utoronto"),))
TORONTO = Community(slug=Slug("utoronto"), name="University of Toronto", representatives=(CHARLIE.handle,))
DUBOIS = Community(slug=Slug("dubois"), name="Du Bois")

PLAYBOOK = Playbook(
    slug=Slug("small"),
    name="A small process",
    version="1",
    zone="Europe/London",
    service=Term(slug=Slug("hubs"), name="Managed JupyterHubs"),
    roles=(
        Role(slug=Slug("commander"), name="Incident Commander", duties=("commands", "approves")),
        Role(slug=Slug("liaison"), name="External Liaison", duties=("tells-outside",)),
        Role(slug=Slug("expert"), name="Subject Matter Expert", many=True),
    ),
    criteria=(Criterion(slug=Slug("login"), name="Nobody can log in"), Criterion(slug=Slug("start"), name="No server")),
    phases=(Term(slug=Slug("finding"), name="Finding the cause"), Term(slug=Slug("watching"), name="Watching it")),
    sections=(
        Section(slug=Slug("overview"), name="Overview", text="What happened?", required=True),
        Section(slug=Slug("went-well"), name="What went well"),
    ),
    report_states=(ReportState(slug=Slug("draft"), name="Draft"), ReportState(slug=Slug("reviewed"), name="Reviewed")),
)

T = TypeVar("T", Person, Group, Service, Community)


@dataclass(frozen=True, kw_only=True)
class Town:
    """The directory of this world, in memory: found by handle or slug, name or address, in any case."""

    people: tuple[Person, ...] = (ADA, BOB, DANA, CHARLIE)
    groups: tuple[Group, ...] = (TRIAGERS,)
    services: tuple[Service, ...] = (HUB,)
    communities: tuple[Community, ...] = (TORONTO, DUBOIS)

    def person(self, reference: str) -> Person | None:
        return _found(self.people, reference)

    def group(self, reference: str) -> Group | None:
        return _found(self.groups, reference)

    def service(self, reference: str) -> Service | None:
        return _found(self.services, reference)

    def community(self, reference: str) -> Community | None:
        return _found(self.communities, reference)


TOWN = Town()


class Story:
    """One incident, told command by command as the door would have it; the clock moves on a minute for each."""

    def __init__(
        self,
        *reports: Reported,
        playbook: Playbook = PLAYBOOK,
        town: Town = TOWN,
        others: tuple[IncidentNumber, ...] = (),
    ) -> None:
        self.reports = {report.signal.id: report for report in reports}
        self.playbook = playbook
        self.town = town
        self.others = others
        self.entries: list[Entry] = []
        self.wishes: dict[EffectId, Wish] = {}
        self.sections: dict[str, str] = {}
        self.revision = 0
        self.clock = NOON

    @property
    def incident(self) -> Incident:
        return fold(ONE, self.entries)

    @property
    def events(self) -> list[Event]:
        return [entry.event for entry in self.entries]

    def tell(self, *commands: c.Command, by: Person = ADA, at: datetime | None = None) -> list[Entry]:
        """The lines that come of it, or `Refused`."""
        first = len(self.entries)
        for command in commands:
            self.clock += MINUTE
            given = self.given(by=by, at=at)
            recorded = self._record(decide(self.incident, command, given), given)
            self._follow(recorded, given)
            if isinstance(command, c.WriteReport):
                self.sections |= command.sections
                self.revision += 1
        return self.entries[first:]

    def given(self, by: Person = ADA, at: datetime | None = None) -> Given:
        return Given(
            playbook=self.playbook,
            directory=self.town,
            by=by,
            now=self.clock,
            at=Moment(at=at or self.clock),
            find_line=lambda seq: self.entries[seq - 1] if 0 < seq <= len(self.entries) else None,
            find_signal=self.reports.get,
            undecided=lambda: [each.signal for each in self.reports.values() if each.signal.is_undecided],
            find_wish=self.wishes.get,
            exists=lambda number: number in self.others,
            sections=lambda: self.sections,
            revision=lambda: self.revision,
            team=lambda: tuple(sorted(team(self.entries))),
            entries=lambda: self.entries,
        )

    def wishes_of(self, kind: type[Effect]) -> list[Effect]:
        """What of this kind was wished for so far."""
        return [wish.effect for wish in self.wishes.values() if isinstance(wish.effect, kind)]

    def _record(self, facts: Iterable[Fact], given: Given) -> list[Entry]:
        first = len(self.entries)
        for fact in facts:
            entry = Entry(
                incident=ONE,
                seq=Seq(len(self.entries) + 1),
                event=fact.event,
                at=fact.at or given.at,
                recorded_at=given.now,
                by=fact.by or given.by.handle,
                source=fact.source,
                about=fact.about,
            )
            self.entries.append(entry)
        return self.entries[first:]

    def _follow(self, recorded: Iterable[Entry], given: Given) -> None:
        """The outbox, as data: what is wished for, and what the log says became of it."""
        incident = self.incident
        for entry in recorded:
            if isinstance(entry.event, DeliveryReported):
                became = self.wishes[entry.event.effect]
                self.wishes[became.id] = replace(became, state=_became(entry))
            for effect in react(entry, incident, given):
                self._wish(effect)

    def _wish(self, effect: Effect) -> None:
        for older in list(self.wishes.values()):
            if effect.key is not None and effect.key == older.effect.key and older.state == "waiting":
                self.wishes[older.id] = replace(older, state="dropped")
        wish = a_wish(effect, len(self.wishes) + 1, since=effect.due or self.clock)
        self.wishes[wish.id] = wish


def declared(*reports: Reported, by: Person = ADA, **fields: Any) -> Story:
    """A story whose first command, at one minute past noon, declares it: line 1, and line 2 for who commands."""
    if "signals" in fields:
        fields = {"why": "A class begins.", **fields}
    story = Story(*reports, others=(TWO,))
    story.tell(c.Declare(title="Nobody can log in", **fields), by=by)
    return story


def resolved(*reports: Reported, by: Person = ADA, **fields: Any) -> Story:
    """A story that is over: declared, resolved."""
    story = declared(*reports, by=by, **fields)
    story.tell(c.Resolve(incident=ONE, verified="Logged in as a guest."), by=by)
    return story


def ready(by: Person = ADA) -> Story:
    """A story whose report has everything it needs to be reviewed."""
    story = resolved(by=by)
    story.tell(
        c.SetImpact(incident=ONE, start=NOON - 60 * MINUTE, end=NOON),
        c.WriteReport(incident=ONE, sections={"overview": "The database was full."}),
        c.NoAction(incident=ONE, why="The alert is there now."),
    )
    return story


def in_review(by: Person = ADA) -> Story:
    """A story whose report is under review."""
    story = ready(by=by)
    story.tell(c.AskForReview(incident=ONE))
    return story


def reviewed() -> Story:
    """A story whose report was found complete: Ada commands and owns it, Bob has read it."""
    story = in_review()
    story.tell(c.Review(incident=ONE), by=BOB)
    return story


def told(*commands: c.Command, by: Person = ADA) -> list[Entry]:
    """The log that commands make, a minute apart; the first of them declares."""
    return Story(others=(TWO,)).tell(*commands, by=by)


def refusal(story: Story, command: c.Command, by: Person = ADA, at: datetime | None = None) -> str:
    """The sentence a command is refused with."""
    before = list(story.entries)
    with pytest.raises(Refused) as caught:
        story.tell(command, by=by, at=at)
    assert story.entries == before
    return str(caught.value)


def entry(event: Event, seq: int = 1, *, at: datetime = NOON, by: Person = ADA, about: int | None = None) -> Entry:
    """A line of a log, made by hand."""
    line = Seq(about) if about is not None else None
    return Entry(incident=ONE, seq=Seq(seq), event=event, at=Moment(at=at), recorded_at=NOON, by=by.handle, about=line)


def a_wish(effect: Effect, number: int = 1, *, since: datetime = NOON, **fields: Any) -> Wish:
    """A wish of that number that nobody has tried yet, unless said otherwise."""
    new: dict[str, Any] = {"mark": f"{number:032x}", "state": "waiting", "due": since, "failing": None, "trouble": ""}
    never = {"tries": 0, "fails": 0, "deaths": 0, "told": False, "left": False}
    return Wish(id=EffectId(number), effect=effect, since=since, **{**new, **never, **fields})


A_TICKET = Signal(
    id=SignalId(1), kind="ticket", text="I cannot log in.", by=BOB.handle, at=NOON - 30 * MINUTE, last_at=NOON
)


def a_report(number: int = 1, *talk: Said, **fields: Any) -> Reported:
    """A signal of that number, with what was said about it."""
    return Reported(signal=replace(A_TICKET, id=SignalId(number), **fields), talk=talk)


def _became(entry: Entry) -> WishState:
    """What Tocsin itself gives up has failed; what a person gives up is seen to."""
    assert isinstance(entry.event, DeliveryReported)
    outcome = entry.event.outcome
    return "failed" if (outcome, entry.by) == ("given-up", TOCSIN.handle) else _STATES[outcome]


_STATES: dict[Outcome, WishState] = {
    "delayed": "waiting",
    "delivered": "done",
    "unknown": "unknown",
    "given-up": "given-up",
    "quarantined": "quarantined",
    "again": "waiting",
    "arrived": "done",
    "bounced": "failed",
}


def _found(places: tuple[T, ...], reference: str) -> T | None:
    wanted = reference.casefold()
    return next((place for place in places if wanted in _called(place)), None)


def _called(place: Person | Group | Service | Community) -> tuple[str, ...]:
    if isinstance(place, Person):
        return (place.handle, place.name.casefold(), place.email.casefold() or place.handle)
    return (place.slug, place.name.casefold())
