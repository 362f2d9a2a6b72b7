"""The one door: what follows from a command, what a refusal leaves, and what a repeat is answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.core.world import MINUTE, NOON
from tests.engine.office import (
    Clock,
    answered,
    at_once,
    declared,
    dump,
    entries,
    in_review,
    kinds,
    mismatches,
    note,
    office,
    refusal,
    resolved,
    secret_in,
    signal,
    to_be_published,
)
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.commands import LONGEST
from tocsin.core.ids import Handle, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import Community, Group, Person
from tocsin.core.refused import Refused
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import reads, reports, signals

ONE = IncidentNumber(1)
SECRET = "hunter2-7f3a"  # noqa: S105 — nobody's


# ── in and out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_declaration_becomes_lines_a_row_and_a_team(tocsin: Tocsin) -> None:
    answer = tocsin.do(c.Declare(title="Nobody can log in", commander="ada"), by="Ada Lovelace")
    assert answer == Answer(incident=ONE, lines=(Seq(1), Seq(2)))
    assert kinds(tocsin) == ["Declared", "RoleAssigned"]
    with tocsin.store.read() as connection:
        (row,) = reads.incidents(connection, "open")
        assert list(reads.team(connection, ONE)) == ["ada"]
    assert (row["number"], row["last_seq"], row["title"]) == (1, 2, "Nobody can log in")
    assert row["roles"] == {"commander": ["ada"]}


def test_an_answer_names_the_lines_of_its_command_alone(tocsin: Tocsin) -> None:
    declared(tocsin)
    assert tocsin.do(c.Note(incident=ONE, text="one"), by="bob").lines == (3,)
    assert tocsin.do(c.Note(incident=ONE, text="two"), by="bob").lines == (4,)


def test_a_command_to_an_incident_that_is_not_there_is_refused(tocsin: Tocsin) -> None:
    assert "There is no incident 7." in refusal(tocsin, c.Note(incident=IncidentNumber(7), text="Hello?"))


def test_a_line_keeps_when_it_happened_and_when_we_learned_it(tocsin: Tocsin, clock: Clock) -> None:
    declared(tocsin)
    clock.later(MINUTE)
    tocsin.do(c.Note(incident=ONE, text="Earlier."), by="bob", at=NOON - MINUTE)
    line = entries(tocsin)[-1]
    assert (line.at.at, line.recorded_at) == (NOON - MINUTE, NOON + MINUTE)


def test_a_line_can_have_happened_in_a_range(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.Note(incident=ONE, text="It was slow.", until=NOON), by="bob", at=NOON - MINUTE)
    assert entries(tocsin)[-1].at.until == NOON


def test_a_time_in_any_zone_is_the_same_moment(tocsin: Tocsin) -> None:
    declared(tocsin)
    there = (NOON - MINUTE).astimezone(timezone(timedelta(hours=5, minutes=45)))
    tocsin.do(c.Note(incident=ONE, text="From Kathmandu."), by="bob", at=there)
    assert entries(tocsin)[-1].at.at == NOON - MINUTE


def test_a_time_still_to_come_is_refused(tocsin: Tocsin) -> None:
    declared(tocsin)
    sentence = refusal(tocsin, c.Note(incident=ONE, text="Tomorrow."), at=NOON + timedelta(days=1))
    assert sentence == "2026-11-13 12:00 UTC is still to come. Give a time that has passed."


def test_a_refused_time_is_told_in_utc_whatever_zone_it_was_given_in(tocsin: Tocsin) -> None:
    declared(tocsin)
    there = (NOON + timedelta(days=1)).astimezone(timezone(timedelta(hours=-3)))
    assert refusal(tocsin, c.Note(incident=ONE, text="Tomorrow."), at=there).startswith("2026-11-13 12:00 UTC")


def test_another_clock_may_be_a_little_ahead_of_ours(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.Note(incident=ONE, text="From chat."), by="bob", at=NOON + timedelta(seconds=30))
    assert entries(tocsin)[-1].at.at == NOON + timedelta(seconds=30)


def test_a_naive_time_is_refused(tocsin: Tocsin) -> None:
    declared(tocsin)
    naive = datetime(2026, 11, 12, 11, 0)  # noqa: DTZ001 — what is refused
    assert "needs its zone" in refusal(tocsin, c.Note(incident=ONE, text="When?"), at=naive)


def test_a_time_before_the_first_year_is_refused(tocsin: Tocsin) -> None:
    declared(tocsin)
    before = datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))
    assert refusal(tocsin, c.Note(incident=ONE, text="Very early."), at=before)


@pytest.mark.parametrize("text", ["\0", "\ud800", "x" * (LONGEST + 1)])
def test_text_that_cannot_be_kept_is_refused(tocsin: Tocsin, text: str) -> None:
    declared(tocsin)
    assert refusal(tocsin, c.Note(incident=ONE, text=text))


@pytest.mark.parametrize("by", ["a\0da", "\udcff", "nobody"])
def test_a_name_that_nobody_can_have_is_refused(tocsin: Tocsin, by: str) -> None:
    assert refusal(tocsin, c.Declare(title="Nobody can log in"), by=by)


@pytest.mark.parametrize("source", ["a\0b", "\udcff"])
def test_a_source_that_cannot_be_kept_is_refused(tocsin: Tocsin, source: str) -> None:
    with pytest.raises(Refused):
        tocsin.do(c.Declare(title="Nobody can log in"), by="ada", source=source)


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 2**70])
def test_a_number_nothing_can_have_is_refused(tocsin: Tocsin, number: int) -> None:
    declared(tocsin)
    assert refusal(tocsin, c.Note(incident=IncidentNumber(number), text="Hello?"))
    assert refusal(tocsin, c.Highlight(incident=ONE, line=Seq(number)))
    assert refusal(tocsin, c.CloseSignal(signal=SignalId(number)))
    assert refusal(tocsin, c.Cancel(incident=ONE, reason="duplicate", duplicate_of=IncidentNumber(number)))


def test_the_longest_line_is_kept_whole(tocsin: Tocsin) -> None:
    declared(tocsin)
    text = "“ü”\n" * (LONGEST // 4)
    note(tocsin, ONE, text)
    assert entries(tocsin)[-1].event == e.Noted(text=text)


# ── refusals ───────────────────────────────────────────────────────────────────────────────────────────────────────

NOT_ALLOWED: dict[str, c.Command] = {
    "a declaration without a title": c.Declare(title=" "),
    "a declaration with a signal that is not there": c.Declare(title="x", signals=(SignalId(1), SignalId(9))),
    "a declaration with an unknown commander": c.Declare(title="x", commander="zoe", signals=(SignalId(1),)),
    "a note with nothing in it": c.Note(incident=ONE, text=" "),
    "an unknown phase": c.SetPhase(incident=ONE, phase="lunch"),
    "an unknown person": c.Assign(incident=ONE, role="liaison", person="zoe"),
    "a signal that is not there": c.AttachSignal(incident=ONE, signal=SignalId(9)),
    "a resolution nobody verified": c.Resolve(incident=ONE),
    "a report before the end": c.WriteReport(incident=ONE, sections={"overview": "Too early."}),
    "a publication before the end": c.Publish(incident=ONE),
    "a line that is not there": c.Redact(incident=ONE, line=Seq(99), why="It is a password."),
    "a signal without a text": c.NoteSignal(text=""),
    "a signal with a criterion that is not there": c.NoteSignal(text="x", criterion="bored"),
    "talk about a signal that is not there": c.AddToSignal(signal=SignalId(9), text="Hm."),
    "talk with nothing in it": c.AddToSignal(signal=SignalId(1), text=""),
    "looking after nothing": c.Acknowledge(),
    "looking after two things": c.Acknowledge(incident=ONE, signal=SignalId(1)),
    "closing a signal that is not there": c.CloseSignal(signal=SignalId(9)),
    "a handle nobody can type": c.UpdateDirectory(people=(Person(handle=Handle("Zoë"), name="Zoë"),)),
    "a group of strangers": c.UpdateDirectory(groups=(Group(slug=Slug("g"), name="G", members=(Handle("zoe"),)),)),
}


@pytest.mark.parametrize("command", NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
def test_a_refusal_leaves_nothing(tocsin: Tocsin, command: c.Command) -> None:
    signal(tocsin)
    declared(tocsin)
    assert refusal(tocsin, command)
    assert mismatches(tocsin) == []


def test_a_refusal_takes_back_the_people_that_stood_before_it_in_the_same_command(tocsin: Tocsin) -> None:
    eve = Person(handle=Handle("eve"), name="Eve")
    lost = Community(slug=Slug("lost"), name="Lost", representatives=(Handle("zoe"),))
    assert refusal(tocsin, c.UpdateDirectory(people=(eve,), communities=(lost,)))


def test_numbers_have_no_gaps_after_refusals(tocsin: Tocsin) -> None:
    for title in ("First", " ", "Second", "", "Third"):
        answered(lambda title=title: tocsin.do(c.Declare(title=title), by="ada"))  # type: ignore[misc]
    with tocsin.store.read() as connection:
        assert reads.numbers(connection) == [1, 2, 3]


def test_signals_have_no_gaps_after_refusals(tocsin: Tocsin) -> None:
    assert signal(tocsin) == 1
    assert refusal(tocsin, c.NoteSignal(text=""))
    assert signal(tocsin) == 2


# ── rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_not_on_the_team_declares_nothing(tocsin: Tocsin) -> None:
    assert "not on the team" in refusal(tocsin, c.Declare(title="Help"), by="charlie")


def test_who_is_not_on_the_team_writes_nothing_into_an_incident(tocsin: Tocsin) -> None:
    declared(tocsin)
    assert "not on the team" in refusal(tocsin, c.Note(incident=ONE, text="Me too."), by="charlie")


def test_everybody_who_is_known_may_say_that_something_is_wrong(tocsin: Tocsin) -> None:
    number = signal(tocsin, by="charlie")
    assert tocsin.do(c.AddToSignal(signal=number, text="Still."), by="charlie").signal == number


def test_who_is_not_on_the_team_judges_no_signal(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    assert "not on the team" in refusal(tocsin, c.Judge(signal=number, verdict="noise"), by="charlie")


def test_only_an_administrator_changes_the_directory(tocsin: Tocsin) -> None:
    eve = Person(handle=Handle("eve"), name="Eve")
    assert "administrator" in refusal(tocsin, c.UpdateDirectory(people=(eve,)), by="bob")


def test_only_tocsin_records_what_came_back(tocsin: Tocsin) -> None:
    to_be_published(tocsin)
    request = kinds(tocsin).index("PublicationRequested") + 1
    forged = c.RecordPublication(incident=ONE, request=Seq(request), path="reports/x", commit="0")
    assert "Only Tocsin itself" in refusal(tocsin, forged)


def test_nobody_can_be_made_tocsin(tocsin: Tocsin) -> None:
    for name in ("tocsin", "Tocsin"):
        answered(
            lambda name=name: tocsin.do(  # type: ignore[misc]
                c.UpdateDirectory(people=(Person(handle=Handle("eve"), name=name, kind="community"),)), by="ada"
            )
        )
    assert "not on the team" in refusal(tocsin, c.Declare(title="Help"), by="charlie")


# ── repeats ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _attached(tocsin: Tocsin) -> None:
    declared(tocsin, "Nobody can log in", signal(tocsin))


def _signal_and_incident(tocsin: Tocsin) -> None:
    signal(tocsin)
    declared(tocsin)


REPEATED: dict[str, tuple[Callable[[Tocsin], object], c.Command]] = {
    "declare": (signal, c.Declare(title="Nobody can log in", signals=(SignalId(1),), why="A class begins.")),
    "declare what is over": (
        signal,
        c.Declare(title="It was slow", began=NOON - MINUTE, ended=NOON, verified="It is fast."),
    ),
    "note": (declared, c.Note(incident=ONE, text="Hello")),
    "acknowledge": (declared, c.Acknowledge(incident=ONE)),
    "plan": (declared, c.SetPlan(incident=ONE, next="Look at the disk.")),
    "resolve": (declared, c.Resolve(incident=ONE, verified="Logged in.")),
    "attach": (_signal_and_incident, c.AttachSignal(incident=ONE, signal=SignalId(1))),
    "offer": (declared, c.OfferRole(incident=ONE, role="liaison", to="triagers")),
    "review": (in_review, c.Review(incident=ONE)),
    "write": (resolved, c.WriteReport(incident=ONE, sections={"overview": "It was full."})),
    "write the same": (in_review, c.WriteReport(incident=ONE, sections={"overview": "The database was full."})),
    "write under review": (in_review, c.WriteReport(incident=ONE, sections={"overview": "It was nearly full."})),
    "note a signal": (signal, c.NoteSignal(text="Again.")),
    "note a signal with a key": (signal, c.NoteSignal(text="Again.", key="disk")),
    "talk": (signal, c.AddToSignal(signal=SignalId(1), text="Hm.")),
    "acknowledge a signal": (signal, c.Acknowledge(signal=SignalId(1))),
    "judge": (signal, c.Judge(signal=SignalId(1), verdict="noise")),
    "close": (signal, c.CloseSignal(signal=SignalId(1))),
    "close what is attached": (_attached, c.CloseSignal(signal=SignalId(1), why="It cleared.")),
    "directory": (signal, c.UpdateDirectory(people=(Person(handle=Handle("eve"), name="Eve"),))),
}


@pytest.mark.parametrize(("before", "command"), REPEATED.values(), ids=REPEATED.keys())
def test_a_repeated_source_answers_what_the_first_answered(
    tocsin: Tocsin, clock: Clock, before: Callable[[Tocsin], object], command: c.Command
) -> None:
    before(tocsin)
    by = "bob" if isinstance(command, c.Review | c.Acknowledge) else "ada"
    first = tocsin.do(command, by=by, source="chat:1")
    stands = dump(tocsin.store)
    clock.later()
    assert tocsin.do(command, by=by, source="chat:1") == first
    assert dump(tocsin.store) == stands


@pytest.mark.parametrize(("before", "command"), REPEATED.values(), ids=REPEATED.keys())
def test_a_source_that_comes_from_several_at_once_is_answered_alike(
    tocsin: Tocsin, before: Callable[[Tocsin], object], command: c.Command
) -> None:
    before(tocsin)
    by = "bob" if isinstance(command, c.Review | c.Acknowledge) else "ada"
    answers = at_once(4, lambda _: tocsin.do(command, by=by, source="chat:1"))
    assert all(answer == answers[0] for answer in answers)
    assert mismatches(tocsin) == []


def test_a_source_means_something_else_in_another_incident(tocsin: Tocsin) -> None:
    one, two = resolved(tocsin), resolved(tocsin)
    for number in (one, two):
        tocsin.do(c.Note(incident=number, text=f"In {number}"), by="ada", source="api:t:1")
        written = c.WriteReport(incident=number, sections={"overview": f"About {number}"})
        assert tocsin.do(written, by="ada", source="api:t:2").incident == number
    with tocsin.store.read() as connection:
        assert reports.sections(connection, two) == {"overview": "About 2"}


def test_what_was_refused_may_be_asked_again_with_the_same_source(tocsin: Tocsin) -> None:
    with pytest.raises(Refused):
        tocsin.do(c.Declare(title=""), by="ada", source="chat:1")
    assert tocsin.do(c.Declare(title="Nobody can log in"), by="ada", source="chat:1").incident == 1


# ── signals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_counts_up_while_the_signal_is_open(tocsin: Tocsin) -> None:
    first = signal(tocsin, key="disk")
    assert signal(tocsin, key="disk") == first
    with tocsin.store.read() as connection:
        (only,) = signals.every(connection)
    assert only.times == 2


def test_the_same_key_after_the_end_is_a_new_signal(tocsin: Tocsin) -> None:
    first = signal(tocsin, key="disk")
    tocsin.do(c.CloseSignal(signal=first), by="bob")
    assert signal(tocsin, key="disk") != first


@pytest.mark.postgres
def test_a_key_that_no_index_can_hold_is_refused(postgres_url: str) -> None:
    long = "".join(chr(0x4E00 + 7919 * place % 20000) for place in range(9000))
    with office(postgres_url) as tocsin:
        assert refusal(tocsin, c.NoteSignal(text="Full.", key=long))


def test_a_signal_of_an_incident_counts_up_without_a_line(tocsin: Tocsin) -> None:
    number = declared(tocsin, "Nobody can log in", signal(tocsin, key="disk"))
    before = len(entries(tocsin, number))
    signal(tocsin, key="disk")
    assert len(entries(tocsin, number)) == before


def test_a_signal_brings_what_was_said_about_it(tocsin: Tocsin, clock: Clock) -> None:
    number = signal(tocsin, "It is slow.")
    clock.later()
    tocsin.do(c.AddToSignal(signal=number, text="For me too."), by="dana")
    clock.later()
    declared(tocsin, "It is slow", number)
    received, said, *_ = entries(tocsin)
    assert (received.event.text, received.by, received.source) == ("It is slow.", "bob", "signal:1")  # type: ignore[attr-defined]
    assert (said.event, said.by, said.at.at) == (e.Noted(text="For me too.", signal=number), "dana", NOON + MINUTE)


def test_a_signal_belongs_to_one_incident(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    declared(tocsin, "First", number)
    declared(tocsin, "Second")
    assert "belongs to incident 1" in refusal(tocsin, c.AttachSignal(incident=IncidentNumber(2), signal=number))
    assert "belongs to incident 1" in refusal(tocsin, c.Declare(title="Third", signals=(number,)))


def test_closing_a_signal_of_an_incident_stands_in_its_log(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    declared(tocsin, "Nobody can log in", number)
    answer = tocsin.do(c.CloseSignal(signal=number, why="The alert cleared."), by="bob")
    assert answer == Answer(incident=ONE, lines=(Seq(4),), signal=number)
    assert entries(tocsin)[-1].event == e.SignalCleared(signal=number, why="The alert cleared.")
    assert "closed already" in refusal(tocsin, c.CloseSignal(signal=number))


def test_a_closed_signal_can_still_be_attached_beside_a_new_one_of_its_key(tocsin: Tocsin) -> None:
    first = signal(tocsin, key="disk")
    tocsin.do(c.CloseSignal(signal=first), by="bob")
    second = signal(tocsin, key="disk")
    declared(tocsin, "The disk is full", first, second)
    assert kinds(tocsin)[:2] == ["SignalReceived", "SignalReceived"]


# ── redaction ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _redacted(tocsin: Tocsin, line: Seq) -> None:
    assert secret_in(dump(tocsin.store), SECRET)
    tocsin.do(c.Redact(incident=ONE, line=line, why="It is a password."), by="bob")
    assert secret_in(dump(tocsin.store), SECRET) == []
    assert mismatches(tocsin) == []


def test_a_redacted_note_is_blanked_and_leaves_a_tombstone(tocsin: Tocsin) -> None:
    declared(tocsin)
    line = note(tocsin, ONE, f"The password is {SECRET}.")
    _redacted(tocsin, line)
    tombstone = entries(tocsin)[-1]
    assert (tombstone.event, tombstone.by, tombstone.about) == (e.Redacted(why="It is a password."), "bob", line)


def test_a_redacted_command_keeps_neither_output_nor_outcome(tocsin: Tocsin) -> None:
    declared(tocsin)
    said = c.Note(incident=ONE, kind="fix", text="env", output=SECRET, outcome=SECRET, link=f"https://x/{SECRET}")
    _redacted(tocsin, tocsin.do(said, by="ada").lines[0])


@pytest.mark.parametrize("edit", [False, True], ids=["by its own number", "by its edit's number"])
def test_a_redacted_note_is_blanked_with_all_its_edits(tocsin: Tocsin, edit: bool) -> None:
    declared(tocsin)
    line = note(tocsin, ONE, f"It is {SECRET}.")
    for text in (f"It was {SECRET}.", f"It was {SECRET}!", "It was what?"):
        last = tocsin.do(c.EditNote(incident=ONE, line=line, text=text), by="ada").lines[0]
    _redacted(tocsin, last if edit else line)


def test_a_redacted_title_is_taken_out_of_the_row(tocsin: Tocsin) -> None:
    declared(tocsin, f"{SECRET} leaked")
    _redacted(tocsin, Seq(1))


def test_a_redacted_signal_is_blanked_where_it_came_from(tocsin: Tocsin) -> None:
    told = c.NoteSignal(text=f"My password is {SECRET}.", people=(f"Zoë {SECRET}", "Yan"))
    number = tocsin.do(told, by="bob").signal
    assert number is not None
    declared(tocsin, "Nobody can log in", number)
    _redacted(tocsin, Seq(1))


def test_where_a_redacted_signal_stands_is_blanked_too(tocsin: Tocsin) -> None:
    number = tocsin.do(c.NoteSignal(text="See there.", link=f"https://x/?token={SECRET}"), by="bob").signal
    assert number is not None
    declared(tocsin, "Nobody can log in", number)
    _redacted(tocsin, Seq(1))


def test_talk_about_a_signal_is_blanked_there_too(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    for text in ("What password?", f"It is {SECRET}."):
        tocsin.do(c.AddToSignal(signal=number, text=text), by="dana")
    declared(tocsin, "Nobody can log in", number)
    _redacted(tocsin, Seq(3))


def test_why_a_signal_was_closed_is_blanked_there_too(tocsin: Tocsin) -> None:
    number = signal(tocsin)
    declared(tocsin, "Nobody can log in", number)
    closed = tocsin.do(c.CloseSignal(signal=number, why=f"Reset to {SECRET}."), by="bob")
    _redacted(tocsin, closed.lines[0])


def test_a_redacted_plan_is_blanked_where_it_was_carried_on(tocsin: Tocsin) -> None:
    declared(tocsin)
    line = tocsin.do(c.SetPlan(incident=ONE, cause=f"Somebody posted {SECRET}."), by="ada").lines[0]
    tocsin.do(c.SetPlan(incident=ONE, next="Change it."), by="ada")
    _redacted(tocsin, line)


WORDS: dict[str, c.Command] = {
    "a description": c.Retitle(incident=ONE, title=f"{SECRET} leaked"),
    "a ticket": c.LinkTicket(incident=ONE, ticket=f"https://help/{SECRET}"),
    "a link": c.AddLink(incident=ONE, url=f"https://wiki/{SECRET}", title=SECRET),
    "an offer": c.OfferRole(incident=ONE, role="liaison", to="bob", text=SECRET),
    "an ask": c.Delegate(incident=ONE, what=f"Change {SECRET}.", to="bob"),
    "an update": c.PostUpdate(incident=ONE, text=f"Use {SECRET}."),
    "a resolution": c.Resolve(incident=ONE, verified=SECRET, text=SECRET),
    "a cancellation": c.Cancel(incident=ONE, reason="external", why=SECRET),
    "an action": c.AddAction(incident=ONE, text=SECRET, url=f"https://tracker/{SECRET}"),
    "no action": c.NoAction(incident=ONE, why=SECRET),
}


@pytest.mark.parametrize("which", [0, 1], ids=["the proposal", "what was sent"])
def test_redacted_word_is_gone_from_its_proposal_too(tocsin: Tocsin, which: int) -> None:
    declared(tocsin)
    proposal = tocsin.do(c.ProposeUpdate(incident=ONE, text=f"Use {SECRET}."), by="bob").lines[0]
    sent = tocsin.do(c.PostUpdate(incident=ONE, text=f"Use {SECRET}.", proposal=proposal), by="ada").lines[0]
    _redacted(tocsin, (proposal, sent)[which])


@pytest.mark.parametrize("command", WORDS.values(), ids=WORDS.keys())
def test_the_words_of_every_kind_of_line_can_be_taken_out(tocsin: Tocsin, command: c.Command) -> None:
    declared(tocsin)
    _redacted(tocsin, tocsin.do(command, by="ada").lines[0])


def test_a_redacted_ticket_that_was_unlinked_stays_unlinked(tocsin: Tocsin) -> None:
    declared(tocsin)
    line = tocsin.do(c.LinkTicket(incident=ONE, ticket=SECRET), by="ada").lines[0]
    tocsin.do(c.UnlinkTicket(incident=ONE, ticket=SECRET), by="ada")
    _redacted(tocsin, line)


def test_a_redaction_leaves_no_trace_in_the_bytes_of_an_sqlite_file(sqlite_url: str, tmp_path: Path) -> None:
    with office(sqlite_url) as tocsin:
        declared(tocsin)
        line = note(tocsin, ONE, f"{SECRET} " * 2000)
        tocsin.do(c.EditNote(incident=ONE, line=line, text=f"{SECRET}, really"), by="ada")
        tocsin.do(c.Redact(incident=ONE, line=line, why="It is a password."), by="bob")
    with sqlite3.connect(tmp_path / "tocsin.db") as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.close()
    assert [path.name for path in tmp_path.iterdir() if SECRET.encode() in path.read_bytes()] == []


# ── the team and the report ────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_takes_part_is_of_the_team(tocsin: Tocsin) -> None:
    declared(tocsin)
    tocsin.do(c.Note(incident=ONE, text="Hello"), by="bob")
    tocsin.do(c.Assign(incident=ONE, role="expert", person="dana"), by="bob")
    with tocsin.store.read() as connection:
        assert list(reads.team(connection, ONE)) == ["ada", "bob", "dana"]


def test_who_only_noted_a_signal_is_not_of_the_team(tocsin: Tocsin) -> None:
    declared(tocsin, "Nobody can log in", signal(tocsin, by="charlie"))
    with tocsin.store.read() as connection:
        assert list(reads.team(connection, ONE)) == ["ada"]


def test_every_save_that_changes_something_is_a_revision(tocsin: Tocsin) -> None:
    resolved(tocsin)
    saved = [
        tocsin.do(c.WriteReport(incident=ONE, sections={"overview": text}), by="ada").revision
        for text in ("One.", "Two.", "Two.", "Three.")
    ]
    assert saved == [1, 2, 2, 3]
    with tocsin.store.read() as connection:
        assert reports.sections(connection, ONE, 2) == {"overview": "Two."}
        assert reports.sections(connection, ONE) == {"overview": "Three."}


def test_a_section_may_be_written_by_its_name(tocsin: Tocsin) -> None:
    resolved(tocsin)
    tocsin.do(c.WriteReport(incident=ONE, sections={"What happened": "The disk filled up."}), by="ada")
    with tocsin.store.read() as connection:
        assert reports.sections(connection, ONE) == {"what-happened": "The disk filled up."}


def test_what_is_left_out_of_a_report_stays(tocsin: Tocsin) -> None:
    resolved(tocsin)
    for section, text in (("overview", "It was full."), ("resolution", "We made room.")):
        tocsin.do(c.WriteReport(incident=ONE, sections={section: text}, zone="Europe/London"), by="ada")
    tocsin.do(c.WriteReport(incident=ONE, sections={"overview": ""}), by="ada")
    with tocsin.store.read() as connection:
        assert reports.sections(connection, ONE) == {"overview": "", "resolution": "We made room."}
        assert reports.zone(connection, ONE) == "Europe/London"


def test_writing_under_review_reopens_it(tocsin: Tocsin) -> None:
    in_review(tocsin)
    answer = tocsin.do(c.WriteReport(incident=ONE, sections={"overview": "It was full."}), by="ada")
    assert answer.revision == 2
    assert entries(tocsin)[-1].event == e.ReviewReopened(revision=2)


def test_another_zone_reopens_a_review(tocsin: Tocsin) -> None:
    """It changes every time in the report, and with the day perhaps its name."""
    in_review(tocsin)
    assert tocsin.do(c.WriteReport(incident=ONE, sections={}, zone="Asia/Tokyo"), by="ada").revision == 2
    assert entries(tocsin)[-1].event == e.ReviewReopened(revision=2)


def test_a_line_from_before_needs_an_author_who_exists_and_a_time_that_has_passed(tocsin: Tocsin, clock: Clock) -> None:
    nobody = c.Earlier(text="x", at=Moment(at=NOON), by=Handle("nobody-at-all"))
    assert "nobody-at-all" in refusal(tocsin, c.Declare(title="Down", earlier=(nobody,)))
    tomorrow = c.Earlier(text="x", at=Moment(at=NOON + timedelta(days=1)), by=Handle("ada"))
    assert "still to come" in refusal(tocsin, c.Declare(title="Down", earlier=(tomorrow,)))


# ── what a program may get wrong ──────────────────────────────────────────────────────────────────────────────────


WRONG: dict[str, c.Command] = {
    "a kind there is not": c.Note(incident=ONE, text="x", kind="bogus"),  # type: ignore[arg-type]
    "a number for a text": c.Note(incident=ONE, text="x", via=5),  # type: ignore[arg-type]
    "bytes for a text": c.Note(incident=ONE, text=b"x"),  # type: ignore[arg-type]
    "a text for a list": c.Declare(title="x", tickets="INC-1"),  # type: ignore[arg-type]
    "a text for a switch": c.Declare(title="x", channel="maybe"),  # type: ignore[arg-type]
    "nothing for a switch": c.Declare(title="x", drill=None),  # type: ignore[arg-type]
    "a fraction for a count": c.NoteSignal(text="x", count=1.5),  # type: ignore[arg-type]
    "a number for a section": c.WriteReport(incident=ONE, sections={"overview": 5}),  # type: ignore[dict-item]
    "a kind of person there is not": c.UpdateDirectory(
        people=(Person(handle=Handle("eve"), name="Eve", kind="bogus"),)  # type: ignore[arg-type]
    ),
    "a number beyond all": c.Note(incident=IncidentNumber(10**5000), text="x"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_could_never_be_read_again_is_not_kept(tocsin: Tocsin, wrong: c.Command) -> None:
    declared(tocsin, "Down")
    assert refusal(tocsin, wrong)


def test_a_source_stands_for_one_command(tocsin: Tocsin) -> None:
    tocsin.do(c.Declare(title="Down"), by="ada", source="A")
    with pytest.raises(Refused, match="stands for a Declare already"):
        tocsin.do(c.Note(incident=ONE, text="LOST"), by="ada", source="A")
    tocsin.do(c.NoteSignal(text="x"), by="ada", source="B")
    with pytest.raises(Refused, match="stands for a NoteSignal already"):
        tocsin.do(c.Judge(signal=SignalId(1), verdict="noise"), by="ada", source="B")


@pytest.mark.parametrize("source", ["", "effect:1", "signal:7", "incident:1:Z"])
def test_a_source_of_our_own_cannot_be_taken(tocsin: Tocsin, source: str) -> None:
    declared(tocsin, "Down")
    with pytest.raises(Refused):
        tocsin.do(c.Note(incident=ONE, text="x"), by="ada", source=source)


def test_a_section_given_twice_is_refused(tocsin: Tocsin) -> None:
    resolved(tocsin)
    twice = c.WriteReport(incident=ONE, sections={"overview": "One.", "Overview": "Two."})
    assert "given twice" in refusal(tocsin, twice)


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "right/UTC"])
def test_a_zone_that_differs_from_machine_to_machine_is_refused(tocsin: Tocsin, zone: str) -> None:
    resolved(tocsin)
    assert "no time zone" in refusal(tocsin, c.WriteReport(incident=ONE, sections={}, zone=zone))
