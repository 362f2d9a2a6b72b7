"""One walk, two processes: from the first signal to the published report, without a word of either playbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.core.world import NOON
from tests.engine.office import DIRECTORY, Clock, Postbox, Shelf
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.gates import started
from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.incident import Incident
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Playbook, Term
from tocsin.core.refused import Refused
from tocsin.core.report import report_state
from tocsin.engine.documents import document
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.worker import Worker
from tocsin.language.handbook import as_handbook
from tocsin.ports import Ports
from tocsin.report.document import Document
from tocsin.store import log
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store

T = TypeVar("T", bound=Term)
PRACTISED = Path(__file__).parents[1] / "playbooks" / "practised"


class Walk:
    """What people do from the first signal to the report, asked of the playbook's own words."""

    def __init__(self, tocsin: Tocsin, clock: Clock) -> None:
        self.tocsin, self.clock = tocsin, clock
        self.playbook: Playbook = tocsin.playbook
        self.number = IncidentNumber(1)
        self.shelf = Shelf()

    def do(self, command: c.Command, by: str = "ada") -> Answer:
        self.clock.later()
        return self.tocsin.do(command, by=by)

    @property
    def incident(self) -> Incident:
        with self.tocsin.store.read() as connection:
            return log.incident(connection, self.number)

    @property
    def document(self) -> Document:
        with self.tocsin.store.read() as connection:
            return document(connection, self.playbook, self.number)

    def whole(self) -> None:
        self.noticed()
        self.told()
        self.worked_on()
        self.handed_over()
        self.resolved()
        self.written()
        self.reviewed()

    def noticed(self) -> None:
        """A signal is acknowledged, and declared."""
        signal = self.do(c.NoteSignal(text="We cannot work.", count=3, criterion=self.playbook.criteria[0].slug)).signal
        assert signal is not None
        self.do(c.Acknowledge(signal=signal))
        self.do(c.Declare(title="Nobody can work", signals=(signal,), communities=("utoronto",), why="Three of them."))

    def told(self) -> None:
        """Somebody takes over the word to the outside, in a group of which the first who accepts has it."""
        role = self.playbook.with_duty("tells-outside").slug
        self.do(c.OfferRole(incident=self.number, role=role, to="triagers"))
        self.do(c.AcceptRole(incident=self.number, role=role), by="bob")
        self.do(c.PostUpdate(incident=self.number, text="We know.", kind="first-response"), by="bob")

    def worked_on(self) -> None:
        self.do(c.Note(incident=self.number, text="kubectl get pods", kind="command", output="none", via="chat"))
        for phase in self.playbook.phases:
            self.do(c.SetPhase(incident=self.number, phase=phase.name))
        self.do(c.SetPlan(incident=self.number, state="Nothing starts.", next="Raise the limit."))
        self.do(c.PostUpdate(incident=self.number, text="We are raising the limit."), by="bob")

    def handed_over(self) -> None:
        role = self.playbook.with_duty("commands")
        self.do(c.OfferRole(incident=self.number, role=role.name, to="dana"))
        self.do(c.AcceptRole(incident=self.number), by="dana")
        assert self.incident.holders(role.slug) == ("dana",)

    def resolved(self) -> None:
        with pytest.raises(Refused, match="verified"):
            self.do(c.Resolve(incident=self.number), by="dana")
        self.do(c.Resolve(incident=self.number, verified="Started a server, twice."), by="dana")
        self.do(c.PostUpdate(incident=self.number, text="It works again.", kind="resolved"), by="bob")

    def written(self) -> None:
        with pytest.raises(Refused, match=r"is empty\."):
            self.do(c.AskForReview(incident=self.number), by="dana")
        texts: dict[str, str] = {
            section.slug: f"{section.name}, in short." for section in self.playbook.sections if section.required
        }
        self.do(c.SetImpact(incident=self.number, start=NOON - timedelta(hours=1), end=self.clock.at), by="dana")
        self.do(c.WriteReport(incident=self.number, sections=texts), by="dana")
        self.do(c.AddAction(incident=self.number, text="Watch the limit.", improves="technology"), by="dana")

    def reviewed(self) -> None:
        self.do(c.AskForReview(incident=self.number), by="dana")
        self.do(c.Review(incident=self.number), by="bob")
        self.do(c.Publish(incident=self.number), by="dana")
        Worker(self.tocsin, Ports(mailer=Postbox(), publisher=self.shelf), chance=lambda: 0.0).work_off()


def shipped() -> Playbook:
    return playbooks.default()


def practised() -> Playbook:
    return playbooks.load(PRACTISED)


def renamed() -> Playbook:
    """The process we ship, with other slugs for all that a team names itself."""
    playbook = playbooks.default()
    chosen = ("roles", "criteria", "phases", "sections", "steps", "elements", "follow_ups", "glossary")
    terms: dict[str, Any] = {kind: tuple(map(_renamed, getattr(playbook, kind))) for kind in chosen}
    return replace(playbook, **terms)


def _renamed(term: T) -> T:
    return replace(term, slug=Slug(f"our-{term.slug}"))


@pytest.fixture(params=[shipped, practised, renamed])
def walk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Walk]:
    """Somebody about to set out, under either process."""
    clock, playbook = Clock(), request.param()
    with open_store(f"sqlite:///{tmp_path / 'tocsin.db'}") as store:
        migrate(store)
        tocsin = Tocsin(store, playbook, clock, ("clock", "publisher", "mailer"))
        tocsin.do(DIRECTORY, by=TOCSIN)
        yield Walk(tocsin, clock)


def test_the_same_walk_leads_to_a_published_report(walk: Walk) -> None:
    walk.whole()
    assert report_state(walk.incident) == "published"
    assert len(walk.shelf.published) == 1


def test_the_response_begins_once_what_the_process_looks_for_is_there(walk: Walk) -> None:
    walk.noticed()
    walk.told()
    walk.worked_on()
    with walk.tocsin.store.read() as connection:
        assert started(log.entries(connection, walk.number), walk.playbook) is not None


def test_the_report_speaks_the_words_of_its_process(walk: Walk) -> None:
    walk.whole()
    required = [section for section in walk.playbook.sections if section.required]
    written = {section.title: section.text for section in walk.document.sections if section.text}
    assert written == {section.name: f"{section.name}, in short." for section in required}


def test_the_timeline_names_the_roles_as_the_process_does(walk: Walk) -> None:
    walk.whole()
    said = " ".join(line.text for line in walk.document.timeline)
    assert f"Dana Scott is {walk.playbook.with_duty('commands').name}, after " in said


def test_the_handbook_names_every_role_and_every_kind_of_incident(walk: Walk) -> None:
    handbook = as_handbook(walk.playbook)
    assert [term.name for term in (*walk.playbook.roles, *walk.playbook.criteria) if term.name not in handbook] == []
