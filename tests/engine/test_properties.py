"""What holds of every sequence of commands, whatever it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.core.world import NOON
from tests.engine.office import Clock, Dump, dump, entries, mismatches, office
from tests.servers import Postgres
from tocsin.core import commands as c
from tocsin.core.events import CancelReason, NoteKind
from tocsin.core.ids import IncidentNumber, Seq, SignalId
from tocsin.core.incident import fold
from tocsin.core.refused import Refused
from tocsin.core.timeline import REPORTED, reported, timeline
from tocsin.engine.door import Answer, Tocsin
from tocsin.report.data import as_data
from tocsin.report.document import build
from tocsin.store import reports
from tocsin.store.people import StoredDirectory

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
said = (
    st.sampled_from(["It is slow.", "a `b` [c](d)", "{ref}`x`", "https://example.org/issues/1", " ", "ü\n\n- 2"])
    | words
)
incidents = st.sampled_from([1, 1, 1, 2, 9]).map(IncidentNumber)
lines = st.integers(0, 12).map(Seq)
found = st.integers(1, 4).map(SignalId)
somebody = st.sampled_from(["ada", "bob", "dana", "charlie", "triagers", "zoe", ""])
roles = st.sampled_from(["commander", "liaison", "expert", "pilot"])
past = st.integers(-90, 0).map(lambda minutes: NOON + timedelta(minutes=minutes))
perhaps = st.none() | past
places = st.lists(st.sampled_from(["utoronto", "dubois", "mars"]), max_size=2).map(tuple)
sections = st.dictionaries(st.sampled_from(["overview", "Resolution", "gossip"]), said, max_size=2)

COMMANDS: st.SearchStrategy[c.Command] = st.one_of(
    st.builds(c.NoteSignal, text=said, key=st.sampled_from(["", "disk"]), people=st.just(()), criterion=st.just("")),
    st.builds(c.AddToSignal, signal=found, text=said, kind=st.just("note"), via=st.just("")),
    st.builds(c.CloseSignal, signal=found, why=said),
    st.builds(c.Judge, signal=found, verdict=st.sampled_from(["incident", "noise"]), why=said),
    st.builds(c.Acknowledge, incident=st.none() | incidents, signal=st.none() | found),
    st.builds(
        c.Declare,
        title=said,
        description=said,
        signals=st.lists(found, max_size=2).map(tuple),
        why=said,
        communities=places,
        began=perhaps,
        ended=perhaps,
        verified=said,
    ),
    st.builds(c.AttachSignal, incident=incidents, signal=found),
    st.builds(c.Retitle, incident=incidents, title=said),
    st.builds(c.SetCommunities, incident=incidents, communities=places),
    st.builds(c.LinkTicket, incident=incidents, ticket=said),
    st.builds(c.UnlinkTicket, incident=incidents, ticket=said),
    st.builds(c.SetPlan, incident=incidents, state=st.none() | said, next=st.none() | said),
    st.builds(c.SetPhase, incident=incidents, phase=st.sampled_from(["investigating", "watching", "lunch"])),
    st.builds(c.SetImpact, incident=incidents, start=perhaps, start_until=perhaps, end=perhaps, end_until=perhaps),
    st.builds(c.Resolve, incident=incidents, verified=said, text=said),
    st.builds(c.Reopen, incident=incidents, why=said),
    st.builds(c.Cancel, incident=incidents, reason=st.sampled_from(get_args(CancelReason)), duplicate_of=st.none()),
    st.builds(c.Assign, incident=incidents, role=roles, person=somebody),
    st.builds(c.OfferRole, incident=incidents, role=roles, to=somebody, text=said),
    st.builds(c.AcceptRole, incident=incidents, role=roles | st.just("")),
    st.builds(c.WithdrawOffer, incident=incidents, role=roles | st.just(""), to=somebody | st.just("")),
    st.builds(c.Release, incident=incidents, role=roles, person=somebody),
    st.builds(c.Delegate, incident=incidents, what=said, to=somebody, until=perhaps),
    st.builds(c.FinishAsk, incident=incidents, outcome=said, ask=st.none() | lines),
    st.builds(
        c.Note,
        incident=incidents,
        text=said,
        kind=st.sampled_from(get_args(NoteKind)),
        output=said,
        thread=st.none() | lines,
        until=perhaps,
    ),
    st.builds(c.EditNote, incident=incidents, line=lines, text=said),
    st.builds(c.RemoveNote, incident=incidents, line=lines),
    st.builds(c.Highlight, incident=incidents, line=lines),
    st.builds(c.Redact, incident=incidents, line=lines, why=said),
    st.builds(c.PostUpdate, incident=incidents, text=said, communities=places),
    st.builds(c.ProposeUpdate, incident=incidents, text=said, communities=places),
    st.builds(c.TurnDownProposal, incident=incidents, proposal=lines, why=said),
    st.builds(c.Follow, incident=incidents),
    st.builds(c.Unfollow, incident=incidents),
    st.builds(c.OwnReport, incident=incidents, person=somebody),
    st.builds(c.WriteReport, incident=incidents, sections=sections),
    st.builds(c.AskForReview, incident=incidents),
    st.builds(c.Review, incident=incidents, text=said),
    st.builds(c.Publish, incident=incidents),
    st.builds(c.AddAction, incident=incidents, text=said),
    st.builds(c.CompleteAction, incident=incidents, action=lines),
    st.builds(c.NoAction, incident=incidents, why=said),
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something somebody asks for."""

    command: c.Command
    by: str
    at: timedelta

    def do(self, tocsin: Tocsin, source: str | None = None) -> Answer | None:
        """The answer; None where it was refused."""
        try:
            return tocsin.do(self.command, by=self.by, at=NOON + self.at, source=source)
        except Refused:
            return None


STEP = st.builds(
    Step,
    command=COMMANDS,
    by=st.sampled_from(["ada", "ada", "bob", "dana", "charlie"]),
    at=st.integers(-60, 0).map(lambda minutes: timedelta(minutes=minutes)),
)
FIRST = Step(command=c.Declare(title="Nobody can log in", communities=("utoronto",)), by="ada", at=timedelta(0))
STEPS = st.lists(STEP, min_size=1, max_size=25).map(lambda steps: [FIRST, *steps])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def _holds(url: str, steps: list[Step]) -> None:
    """Everything that is true of any sequence of commands."""
    with office(url, Clock()) as tocsin:
        for place, step in enumerate(steps):
            before = dump(tocsin.store)
            first = step.do(tocsin, f"source:{place}")
            after = dump(tocsin.store)
            if first is None:
                assert after == before
            else:
                assert step.do(tocsin, f"source:{place}") == first
                assert dump(tocsin.store) == after
        assert mismatches(tocsin) == []
        _reports_agree(tocsin, dump(tocsin.store))


def _reports_agree(tocsin: Tocsin, everything: Dump) -> None:
    """The published data and the log tell the same lines, in the same order."""
    with tocsin.store.read() as connection:
        for number in range(1, len(everything["incidents"]) + 1):
            log = entries(tocsin, number)
            prose = reports.sections(connection, IncidentNumber(number))
            data = as_data(build(log, prose, tocsin.playbook, StoredDirectory(connection), zone="UTC"))
            told = json.loads(json.dumps(data))["timeline"]
            wanted = reported(timeline(log, tocsin.playbook, str))
            assert [each["text"] for each in told if each["kind"] != "role"] == [
                line.text for line in wanted if line.kind != "role"
            ]
            assert [each["at"] for each in told] == sorted(each["at"] for each in told)
            assert {each["kind"] for each in told} <= REPORTED
            assert fold(IncidentNumber(number), (entry for entry in log if not entry.event.informs)) == fold(
                IncidentNumber(number), log
            )


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_commands_leaves_rows_reports_and_logs_agreeing(folder: Path, steps: list[Step]) -> None:
    with TemporaryDirectory(dir=folder) as name:
        _holds(f"sqlite:///{name}/tocsin.db", steps)


@pytest.mark.postgres
@settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink here takes minutes; SQLite mostly fails as well
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_it_is_so_on_postgresql_too(postgres: Postgres, steps: list[Step]) -> None:
    with postgres.database() as url:
        _holds(url, steps)


def test_every_command_is_tried(folder: Path) -> None:
    """Whoever adds a command adds it here, or says below why not."""
    tried = {strategy.wrapped_strategy.target for strategy in COMMANDS.original_strategies}  # type: ignore[attr-defined]
    assert {command.__name__ for command in c.COMMANDS if command not in tried} <= UNTRIED


UNTRIED = {
    "SetServices", "SetCriterion", "AddLink", "DeclineRole", "AcceptAsk", "DeclineAsk", "LinkAction",
    "RecordPublication", "PublishReplayed", "UpdateDirectory", "ReportDelivery", "TryAgain", "GiveUp",
    "ConfirmArrival", "ReleaseOutbox", "LetIn", "ChangeDirectory", "SetProfile", "TakeTicket", "TakeWord", "EndTicket",
    "PlaceTicket", "AdmitWord", "Respond", "ReplyInTicket",
}  # fmt: skip
"""Much like others that are tried, or given by programs only."""
