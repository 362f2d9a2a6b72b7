"""Who took part."""

from __future__ import annotations

from tests.core.world import ADA, BOB, CHARLIE, DANA, ONE, a_report, declared, entry, resolved
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Seq, SignalId
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN
from tocsin.core.team import team


def test_whoever_declares_and_commands_takes_part() -> None:
    assert team(declared(by=BOB, commander="dana").entries) == {"bob", "dana"}


def test_whoever_writes_a_line_takes_part() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="Me too."), by=CHARLIE)
    assert team(story.entries) == {"ada", "charlie"}


def test_whoever_reported_a_signal_does_not_take_part() -> None:
    assert team(declared(a_report(1), signals=(SignalId(1),)).entries) == {"ada"}


def test_whoever_said_something_before_takes_part() -> None:
    line = c.Earlier(text="Down?", at=Moment(at=a_report().signal.at), by=BOB.handle)
    assert team(declared(earlier=(line,)).entries) == {"ada", "bob"}


def test_whoever_held_a_role_takes_part_for_good() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"))
    story.tell(c.Release(incident=ONE, role="liaison", person="bob"))
    assert "bob" in team(story.entries)


def test_whoever_was_only_asked_does_not() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="bob"), c.Delegate(incident=ONE, what="x", to="dana"))
    assert team(story.entries) == {"ada"}


def test_whoever_wrote_or_approved_word_to_the_outside_takes_part() -> None:
    story = declared(communities=("utoronto",))
    story.tell(c.PostUpdate(incident=ONE, text="x", drafted_by="bob", approved_by="dana"), by=ADA)
    assert team(story.entries) == {ADA.handle, BOB.handle, DANA.handle}


def test_whoever_owns_the_report_takes_part() -> None:
    story = resolved()
    story.tell(c.OwnReport(incident=ONE), by=BOB)
    assert team(story.entries) == {"ada", "bob"}


def test_the_program_is_no_member() -> None:
    recorded = e.ReportPublished(revision=1, path="reports/x", commit="abc", request=Seq(1))
    assert team([entry(recorded, by=TOCSIN)]) == set()
