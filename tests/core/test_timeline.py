"""The log as the lines a reader wants."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import pytest

from tests.core.world import ADA, BOB, DUBOIS, MINUTE, NOON, ONE, PLAYBOOK, Story, a_report, declared, entry, resolved
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import REDACTED, Entry
from tocsin.core.ids import EffectId, Handle, Seq, SignalId, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Party
from tocsin.core.timeline import REPORTED, Line, LineKind, reported, timeline

LINE = Seq(3)


def lines(story: Story) -> list[Line]:
    return timeline(story.entries, PLAYBOOK, story.given().name)


def line(story: Story, seq: int = LINE) -> Line:
    return next(line for line in lines(story) if line.seq == seq)


def of(*events: e.Event | Entry) -> list[Line]:
    log = [each if isinstance(each, Entry) else entry(each, seq) for seq, each in enumerate(events, start=1)]
    return timeline(log, PLAYBOOK, str.title)


def kinds_and_texts(*events: e.Event | Entry) -> list[tuple[LineKind, str]]:
    return [(line.kind, line.text) for line in of(*events)]


def noted(text: str = "See https://a.org.", at: datetime | None = None, **fields: str) -> Story:
    story = declared()
    story.tell(c.Note(incident=ONE, text=text, **fields), by=BOB, at=at)  # type: ignore[arg-type]
    return story


# ── order ──


def test_lines_stand_in_the_order_things_happened() -> None:
    story = noted("before", at=NOON - MINUTE)
    assert [line.kind for line in lines(story)] == ["note", "declared", "role"]


def test_at_the_same_instant_they_stand_as_they_were_recorded() -> None:
    story = noted("first", at=NOON)
    story.tell(c.Note(incident=ONE, text="second"), at=NOON)
    assert [line.text for line in lines(story)][:2] == ["first", "second"]


def test_instants_in_different_zones_are_put_in_order() -> None:
    east = datetime.fromisoformat("2026-11-12T14:30+03:00")
    assert lines(noted("x", at=east))[0].text == "x"


# ── what each event says ──


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (e.SignalReceived(signal=SignalId(1), kind="alert", text="Down!"), "signal", "Down!"),
        (e.SignalCleared(signal=SignalId(1), why="Up."), "signal-cleared", "Up."),
        (e.Declared(title="x", description="More."), "declared", "More."),
        (e.Declared(title="x", description="More.", why="A class begins."), "declared", "More.\n\nA class begins."),
        (e.Declared(title="x", description="Down since noon.", why="Down since noon."), "declared", "Down since noon."),
        (e.Acknowledged(), "acknowledged", ""),
        (e.RoleAssigned(role=Slug("commander"), person=ADA.handle), "role", "Ada is Incident Commander."),
        (
            e.RoleAssigned(role=Slug("expert"), person=ADA.handle, relieves=(BOB.handle, Handle("dana"))),
            "role",
            "Ada is Subject Matter Expert, after Bob, Dana.",
        ),
        (e.RoleAssigned(role=Slug("king"), person=ADA.handle), "role", "Ada is king."),
        (
            e.RoleOffered(role=Slug("liaison"), to=Party(person=BOB.handle), text="Please."),
            "offer",
            "External Liaison offered to Bob. Please.",
        ),
        (
            e.RoleOffered(role=Slug("liaison"), to=Party(group=Slug("triagers"))),
            "offer",
            "External Liaison offered to triagers.",
        ),
        (
            e.RoleDeclined(role=Slug("liaison"), to=Party(person=ADA.handle), why="Ill."),
            "offer",
            "Ada cannot be External Liaison. Ill.",
        ),
        (
            e.OfferWithdrawn(role=Slug("liaison"), to=Party(person=ADA.handle)),
            "offer",
            "External Liaison is not offered to Ada any more.",
        ),
        (
            e.OfferWithdrawn(role=Slug("liaison"), to=Party(group=Slug("triagers"))),
            "offer",
            "External Liaison is not offered to triagers any more.",
        ),
        (e.RoleReleased(role=Slug("liaison"), person=BOB.handle), "role", "Bob is no longer External Liaison."),
        (e.PhaseSet(phase=Slug("finding")), "phase", "Finding the cause"),
        (e.PlanSet(state="Down.", next="Wait."), "plan", "State: Down.\n\nNext: Wait."),
        (e.AskMade(what="Look.", to=Party(person=BOB.handle)), "ask", "Look."),
        (e.AskAccepted(), "ask", "Accepted."),
        (e.AskDeclined(), "ask", "Declined."),
        (e.AskDeclined(why="No."), "ask", "Declined. No."),
        (e.AskFinished(outcome="Full."), "ask", "Full."),
        (e.Noted(kind="told-us", text="Still down."), "told-us", "Still down."),
        (
            e.Updated(
                kind="update", text="Hi.", communities=(DUBOIS.slug,), drafted_by=ADA.handle, approved_by=ADA.handle
            ),
            "update",
            "Hi.",
        ),
        (e.Reopened(why="Back."), "reopened", "Back."),
        (e.Cancelled(reason="external", why="Theirs."), "cancelled", "Theirs."),
        (e.TicketLinked(ticket="fd:7"), "ticket", "fd:7"),
        (e.LinkAdded(url="https://a.org", title="Board"), "link", "Board"),
        (e.LinkAdded(url="https://a.org"), "link", "https://a.org"),
        (e.ActionAdded(text="Alert."), "action", "Alert."),
        (e.ReportPublished(revision=1, path="x.md", commit="y", request=Seq(1)), "report", "Published as x.md."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, e.Event) else "",
)
def test_each_thing_that_happened_has_its_line(event: e.Event, kind: LineKind, text: str) -> None:
    assert kinds_and_texts(event) == [(kind, text)]


def test_a_resolution_has_two_lines_what_was_done_and_how_it_was_verified() -> None:
    assert kinds_and_texts(e.Resolved(verified="Logged in.", text="Restarted.")) == [
        ("resolved", "Restarted."),
        ("verified", "Logged in."),
    ]


def test_what_only_keeps_the_books_has_no_line() -> None:
    assert of(e.Retitled(title="x"), e.TicketUnlinked(ticket="y"), e.ReviewRequested(revision=1)) == []


def test_a_line_has_the_addresses_in_it_and_where_it_was_said_first() -> None:
    story = noted("See https://a.org, https://b.org.", link="https://chat.org/1")
    assert line(story).links == ("https://chat.org/1", "https://a.org", "https://b.org")


def test_a_signal_links_to_its_source() -> None:
    event = e.SignalReceived(signal=SignalId(1), kind="alert", text="Down!", link="pagerduty:1869")
    assert of(event)[0].links == ("pagerduty:1869",)


def test_a_command_is_followed_by_what_it_printed_and_what_came_of_it() -> None:
    story = noted("df -h", output="100%", outcome="It is full.")
    assert line(story).text == "df -h\n\n```\n100%\n```\n\nOutcome: It is full."


def test_what_a_command_printed_cannot_break_out_of_its_fence() -> None:
    assert line(noted("", output="```\n````{note}")).text == "`````\n```\n````{note}\n`````"


def test_a_range_is_kept_on_the_line() -> None:
    story = declared()
    story.tell(c.Note(incident=ONE, text="x", until=NOON), at=NOON - MINUTE)
    assert line(story).at == Moment(at=NOON - MINUTE, until=NOON)


# ── threads, edits, marks ──


def test_an_answer_knows_the_line_it_answers() -> None:
    story = noted()
    story.tell(c.Note(incident=ONE, text="Yes.", thread=LINE))
    assert (line(story, 4).thread, line(story).thread) == (LINE, None)


def test_an_answer_to_an_ask_knows_its_ask() -> None:
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look.", to="bob"))
    story.tell(c.AcceptAsk(incident=ONE), c.FinishAsk(incident=ONE, outcome="Full."), by=BOB)
    assert [line.thread for line in lines(story) if line.kind == "ask"] == [None, LINE, LINE]


def test_the_last_edit_counts() -> None:
    story = noted("See https://a.org.")
    for text in ("second", "third https://b.org"):
        story.tell(c.EditNote(incident=ONE, line=LINE, text=text), by=BOB)
    assert (line(story).text, line(story).edited) == ("third https://b.org", True)
    assert "https://b.org" in line(story).links


def test_an_edited_line_keeps_its_author_and_place() -> None:
    story = noted()
    story.tell(c.EditNote(incident=ONE, line=LINE, text="x"), by=ADA)
    assert (line(story).by, line(story).at.at) == ("bob", NOON + 2 * MINUTE)


def test_an_edited_command_keeps_what_it_printed() -> None:
    story = noted("df", output="100%")
    story.tell(c.EditNote(incident=ONE, line=LINE, text="df -h"), by=BOB)
    assert line(story).text == "df -h\n\n```\n100%\n```"


def test_what_was_taken_off_is_marked_and_left_out_of_the_report() -> None:
    story = noted()
    story.tell(c.RemoveNote(incident=ONE, line=LINE), by=BOB)
    assert line(story).removed
    assert LINE not in [line.seq for line in reported(lines(story))]


def test_a_key_moment_is_marked_until_the_mark_is_taken_away() -> None:
    story = noted()
    story.tell(c.Highlight(incident=ONE, line=LINE))
    assert line(story).highlighted
    story.tell(c.Highlight(incident=ONE, line=LINE, on=False))
    assert not line(story).highlighted


def test_a_redacted_line_says_that_it_is_and_nothing_else() -> None:
    story = noted("hunter2 https://a.org", link="https://chat.org/1")
    story.tell(c.EditNote(incident=ONE, line=LINE, text="hunter2"), by=BOB)
    story.tell(c.Redact(incident=ONE, line=LINE, why="A password."))
    it = line(story)
    assert (it.text, it.links, it.redacted, it.by) == (REDACTED, (), True, "bob")


def test_both_lines_of_a_redacted_resolution_are_blank() -> None:
    story = resolved()
    story.tell(c.Redact(incident=ONE, line=LINE, why="x"))
    assert [line.text for line in lines(story) if line.seq == LINE] == [REDACTED, REDACTED]


# ── the impact ──


def test_the_impact_has_a_line_at_either_end() -> None:
    story = declared()
    story.tell(c.SetImpact(incident=ONE, start=NOON - 60 * MINUTE, end=NOON), by=BOB)
    first, second, *_ = lines(story)
    assert [(line.kind, line.at.at, line.by) for line in (first, second)] == [
        ("impact-began", NOON - 60 * MINUTE, "bob"),
        ("impact-ended", NOON, "bob"),
    ]


def test_only_what_is_thought_of_the_impact_now_has_lines() -> None:
    story = declared(began=NOON - 60 * MINUTE)
    story.tell(c.SetImpact(incident=ONE, start=NOON - 30 * MINUTE))
    assert [line.at.at for line in lines(story) if line.kind == "impact-began"] == [NOON - 30 * MINUTE]


def test_an_impact_of_which_only_the_end_is_known_has_one_line() -> None:
    story = declared()
    story.tell(c.SetImpact(incident=ONE, end=NOON))
    assert [line.kind for line in lines(story) if line.kind.startswith("impact")] == ["impact-ended"]


def test_a_line_marked_as_the_beginning_says_it_better() -> None:
    story = declared(began=NOON - 60 * MINUTE)
    story.tell(c.Note(incident=ONE, text="The alert fired.", kind="impact-began"), at=NOON - 60 * MINUTE)
    assert [line.text for line in lines(story) if line.kind == "impact-began"] == ["The alert fired."]


def test_a_line_marked_at_another_time_does_not_hide_when_it_began() -> None:
    story = declared(began=NOON - 60 * MINUTE)
    story.tell(c.Note(incident=ONE, text="The alert fired.", kind="impact-began"), at=NOON - 50 * MINUTE)
    assert [line.text for line in lines(story) if line.kind == "impact-began"] == ["", "The alert fired."]


def test_a_marked_line_that_was_taken_off_says_nothing() -> None:
    story = declared(began=NOON - 60 * MINUTE)
    [mark] = story.tell(c.Note(incident=ONE, text="The alert fired.", kind="impact-began"))
    story.tell(c.RemoveNote(incident=ONE, line=mark.seq))
    assert [line.at.at for line in reported(lines(story)) if line.kind == "impact-began"] == [NOON - 60 * MINUTE]


# ── what became of wishes ──


def delivery(outcome: e.Outcome, wish: str = "SendMail", **fields: str) -> Entry:
    """Line 4, about line 3."""
    event = e.DeliveryReported(effect=EffectId(1), wish=wish, outcome=outcome, **fields)  # type: ignore[arg-type]
    return entry(event, 4, about=LINE)


@pytest.mark.parametrize(
    ("outcome", "became"),
    [
        ("delayed", "has not got through yet; we keep trying."),
        ("delivered", "got through."),
        ("unknown", "may have got through or not; somebody has to find out."),
        ("given-up", "did not get through, and is not tried any more."),
        ("quarantined", "ended whoever tried it, again and again, and is not tried any more."),
        ("again", "is tried once more."),
        ("arrived", "got through: somebody has made sure."),
    ],
)
def test_a_line_says_what_became_of_a_mail(outcome: e.Outcome, became: str) -> None:
    assert kinds_and_texts(delivery(outcome, to="bob")) == [("delivery", f"The mail to Bob about line 3 {became}")]


def test_what_became_of_a_wish_stands_in_the_thread_of_the_line_that_wished() -> None:
    assert [line.thread for line in of(delivery("delayed", to="bob"))] == [LINE]


def test_every_outcome_has_its_words() -> None:
    assert all(of(delivery(outcome, to="bob"))[0].text.endswith(".") for outcome in get_args(e.Outcome))


@pytest.mark.parametrize(
    ("event", "begins"),
    [
        (delivery("given-up", community="utoronto"), "The mail to utoronto about line 3 did not"),
        (delivery("given-up", to="bob", community="utoronto"), "The mail to Bob about line 3 did not"),
        (delivery("given-up"), "The mail to nobody about line 3 did not"),
        (delivery("given-up", "PublishReport"), "The report did not"),
        (delivery("given-up", "Remind"), "The reminder did not"),
        (delivery("given-up", "ReplyToTicket"), "ReplyToTicket did not"),
    ],
    ids=["community", "representative", "nobody", "report", "reminder", "a kind of another version"],
)
def test_a_line_says_what_was_to_get_through(event: Entry, begins: str) -> None:
    assert of(event)[0].text.startswith(begins)


def test_the_trouble_follows_what_became_of_it() -> None:
    trouble = "The server is away. See https://status.example.org."
    [line] = of(delivery("delayed", "PublishReport", trouble=trouble))
    assert line.text == f"The report has not got through yet; we keep trying. {trouble}"
    assert line.links == ("https://status.example.org",)


def test_the_trouble_of_a_delivery_can_be_redacted() -> None:
    redacted = entry(e.Redacted(why="A password."), 5, about=4)
    assert of(delivery("delayed", to="bob", trouble="hunter2"), redacted)[0].text == REDACTED


def test_a_delivery_is_no_part_of_the_report() -> None:
    assert "delivery" not in REPORTED
    assert reported(of(delivery("given-up", to="bob"))) == []


# ── the report's timeline ──


def test_the_report_holds_what_happened_and_not_how_the_work_was_organised() -> None:
    story = declared(a_report(1), signals=(SignalId(1),), tickets=("fd:7",), communities=("utoronto",))
    story.tell(c.SetPhase(incident=ONE, phase="finding"), c.SetPlan(incident=ONE, next="x"))
    story.tell(c.PostUpdate(incident=ONE, text="Hi."), c.Resolve(incident=ONE, verified="y"))
    story.tell(c.AddAction(incident=ONE, text="z"))
    assert [line.kind for line in reported(lines(story))] == [
        "signal", "declared", "role", "update", "resolved", "verified",
    ]  # fmt: skip


def test_every_kind_of_note_stands_in_the_report() -> None:
    assert {"note", "finding", "command", "fix", "decision", "told-us", "impact-began"} <= REPORTED


def test_an_empty_log_has_no_lines() -> None:
    assert timeline([], PLAYBOOK, str) == []


def test_an_address_that_was_edited_away_is_gone() -> None:
    story = noted("See https://secret.example.org.")
    story.tell(c.EditNote(incident=ONE, line=LINE, text="See above."), by=BOB)
    assert line(story).links == ()


def test_a_phase_the_playbook_has_no_more_is_called_by_its_slug() -> None:
    assert kinds_and_texts(e.PhaseSet(phase=Slug("waiting"))) == [("phase", "waiting")]


def test_the_report_tells_of_roles_taken_and_handed_over_not_of_who_said_no() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="bob"))
    story.tell(c.DeclineRole(incident=ONE, why="I am ill."), by=BOB)
    assert not any("ill" in line.text or "offered" in line.text for line in reported(lines(story)))


def test_a_redacted_line_stays_redacted_whatever_comes_after() -> None:
    edit = entry(e.NoteEdited(text="hunter2"), 3, about=1)
    assert of(e.Noted(text="x"), entry(e.Redacted(why="y"), 2, about=1), edit)[0].text == REDACTED


def test_tocsin_signs_its_lines() -> None:
    assert of(entry(e.Acknowledged(), by=TOCSIN))[0].by == "tocsin"
