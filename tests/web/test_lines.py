"""The log in the room: every kind of line, threads, what was done to them, older pages and filters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.engine.office import declared
from tests.web.house import House, Page
from tests.web.test_room import statements
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import IncidentNumber, Seq
from tocsin.web.asked import Asked
from tocsin.web.room.commands import read
from tocsin.web.room.lines import rendered
from tocsin.web.room.prose import folded


@pytest.fixture
def number(home: House) -> IncidentNumber:
    return declared(home.tocsin)


def note(home: House, number: IncidentNumber, text: str, by: str = "bob", **more: object) -> Seq:
    return home.tocsin.do(c.Note(incident=number, text=text, **more), by=by).lines[0]  # type: ignore[arg-type]


def log_of(home: House, number: IncidentNumber, query: str = "", who: str = "ada") -> Page:
    return home.browser(who).get(f"/incidents/{number}{query}")


def item(page: Page, seq: int) -> str:
    """One line's HTML, without the item that follows it."""
    begins = re.search(rf'<li class="[^"]*" id="L{seq}"', page.text)
    assert begins is not None, page.text[:300]
    rest = page.text[begins.start() :]
    ends = re.search(r'<li class="(?:line |lull)|</ol>\s*(?:<p|</div>|<div class="day)', rest[1:])
    return rest[: ends.start() + 1] if ends else rest


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def alone(home: House, number: IncidentNumber, seq: Seq, who: str = "ada") -> str:
    """A line that is asked for without its page."""
    page = home.browser(who).get(f"/incidents/{number}/lines?only={seq}")
    assert page.status == 200
    return plain(page.text)


# ── every kind ─────────────────────────────────────────────────────────────────────────────────────────────────────

KINDS = (
    ("note", "line--note", "Bob Kahn"),
    ("finding", "line--note", "Bob Kahn found"),
    ("command", "line--cmd", "Bob Kahn ran a command"),
    ("fix", "line--try", "Bob Kahn tried a fix"),
    ("decision", "line--chat", "Bob Kahn decided"),
    ("told-us", "line--ticket", "They told us"),
    ("impact-began", "line--signal", "Impact began"),
)


@pytest.mark.parametrize(("kind", "css", "head"), KINDS)
def test_each_kind_of_note_has_its_mark_and_its_words(
    home: House, number: IncidentNumber, kind: str, css: str, head: str
) -> None:
    seq = note(home, number, "It is so.", kind=kind)
    found = item(log_of(home, number), seq)
    assert css in found
    assert head in plain(found) and "It is so." in plain(found)


def test_a_line_alone_names_places_as_its_page_does(home: House, number: IncidentNumber) -> None:
    offer = c.OfferRole(incident=number, role="liaison", to="triagers")
    update = c.PostUpdate(incident=number, kind="update", text="We are at it.")
    offered, told = (home.tocsin.do(each, by="ada").lines[0] for each in (offer, update))
    assert "University of Toronto" in alone(home, number, Seq(1))
    assert "External Liaison to Support Triagers" in alone(home, number, offered)
    assert "told University of Toronto" in alone(home, number, told)


def test_many_lines_are_drawn_with_no_more_statements_than_one(home: House, number: IncidentNumber) -> None:
    telling = c.PostUpdate(incident=number, kind="update", text="We are at it.")
    seqs = [home.tocsin.do(telling, by="ada").lines[0] for _ in range(9)]
    counts = []
    for some in (seqs[:1], seqs):
        asked = Asked(site=home.site, now=home.clock(), method="GET", path="/", signed_in=home.person("ada"))
        with statements() as seen:
            assert len(rendered(asked, number, some)) == len(some)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_every_event_there_is_can_be_told(home: House, number: IncidentNumber) -> None:
    """Of each kind that a command can make in an open incident; the rest is told by the demo's room."""
    do = home.tocsin.do
    for command, by in (
        (c.Acknowledge(incident=number), "bob"),
        (c.Retitle(incident=number, title="Nobody at all"), "ada"),
        (c.SetPhase(incident=number, phase="identified"), "ada"),
        (c.SetPlan(incident=number, state="So.", cause="That."), "ada"),
        (c.SetImpact(incident=number, start=home.clock() - timedelta(hours=1)), "ada"),
        (c.LinkTicket(incident=number, ticket="https://help.example.org/tickets/7"), "ada"),
        (c.AddLink(incident=number, url="https://example.org/", title="A page"), "ada"),
        (c.Assign(incident=number, role="expert", person="bob"), "ada"),
        (c.Release(incident=number, role="expert", person="bob"), "bob"),
        (c.OfferRole(incident=number, role="liaison", to="bob"), "ada"),
        (c.DeclineRole(incident=number, role="liaison", why="Asleep soon."), "bob"),
        (c.OfferRole(incident=number, role="liaison", to="triagers"), "ada"),
        (c.WithdrawOffer(incident=number, role="liaison"), "ada"),
        (c.PostUpdate(incident=number, kind="update", text="We are at it."), "ada"),
        (c.Resolve(incident=number, verified="Logged in.", text="Restarted."), "ada"),
        (c.Reopen(incident=number, why="It is back."), "ada"),
    ):
        do(command, by=by)
    words = log_of(home, number).words
    for said in (
        "named it Nobody at all", "moved it to Identified", "set the state", "Cause: That.", "linked the ticket",
        "keeps at hand: A page", "gave the role of Subject Matter Expert to Bob Kahn",
        "laid down the role of Subject Matter Expert", "offered the role of External Liaison to Bob Kahn",
        "cannot take the role of External Liaison now",
        "no longer offers the role of External Liaison to Support Triagers", "told University of Toronto",
        "resolved it", "Verified", "reopened it", "It is back.", "said when people were affected: began 11:00",
    ):  # fmt: skip
        assert said in words, said


def test_the_first_signal_is_the_first_sign(home: House) -> None:
    signal = home.tocsin.do(c.NoteSignal(text="Log-in fails", kind="alert"), by="bob").signal
    assert signal is not None
    number = declared(home.tocsin, "Nobody can log in", signal)
    assert "Alert" in log_of(home, number).words and "First sign" in log_of(home, number).words


def test_an_offer_that_is_accepted_names_both(home: House, number: IncidentNumber) -> None:
    home.tocsin.do(c.OfferRole(incident=number, role="commander", to="bob"), by="ada")
    home.tocsin.do(c.AcceptRole(incident=number, role="commander"), by="bob")
    assert "Bob Kahn accepted command from Ada Lovelace" in log_of(home, number).words


def test_word_to_the_outside_says_to_whom_and_by_when_the_next_comes(home: House, number: IncidentNumber) -> None:
    at = home.clock() + timedelta(hours=2)
    seq = home.tocsin.do(c.PostUpdate(incident=number, kind="update", text="We *look*.", next_by=at), by="ada").lines[0]
    found = item(log_of(home, number), seq)
    assert 'class="letter"' in found and "<em>look</em>" in found
    assert "University of Toronto: on its way Next word by 14:00" in plain(found)


# ── commands and long texts ────────────────────────────────────────────────────────────────────────────────────────


def test_a_command_shows_its_words_and_folds_what_it_printed(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "`kubectl get pods`", kind="command", output="a\nb\nc\nd\ne")
    found = item(log_of(home, number), seq)
    assert '<span class="w">kubectl</span>' in found
    assert "<details><summary>5 lines of output</summary>" in found


def test_little_output_is_open(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "uptime", kind="command", output="up 3 days")
    assert "<details open><summary>1 line of output</summary>" in item(log_of(home, number), seq)


@pytest.mark.parametrize(
    ("text", "ran", "rest"),
    [
        ("`ls -l`", ("ls -l",), ""),
        ("$ ls\n$ pwd\nBoth fine.", ("ls", "pwd"), "Both fine."),
        ("```sh\nls\npwd\n```\nBoth fine.", ("ls", "pwd"), "Both fine."),
        ("ls -l", ("ls -l",), ""),
        ("I ran `ls` twice.", None, "I ran `ls` twice."),
    ],
)
def test_a_command_is_told_from_what_is_said_of_it(text: str, ran: tuple[str, ...] | None, rest: str) -> None:
    command, left = read(e.Noted(kind="command", text=text))
    assert (command.lines if command else None, left) == (ran, rest)


def test_a_fix_without_an_outcome_says_so_and_one_without_effect_too(home: House, number: IncidentNumber) -> None:
    first = note(home, number, "Restarted it.", kind="fix")
    second = note(home, number, "Again.", kind="fix", outcome="No effect, still 500.")
    page = log_of(home, number)
    assert "Outcome not written yet" in item(page, first)
    assert '<span class="tag">No effect</span>' in item(page, second)


def test_a_long_paste_is_folded(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "\n".join(f"row {each}" for each in range(400)))
    found = item(log_of(home, number), seq)
    assert '<details class="long">' in found and "All 400 lines" in found


def test_of_a_huge_text_a_page_holds_only_the_beginning_and_says_where_the_rest_is(
    home: House, number: IncidentNumber
) -> None:
    seq = note(home, number, "`cat`", kind="command", output="x" * 150_000)
    assert len(log_of(home, number).text) < 120_000
    whole = home.browser("ada").get(f"/incidents/{number}/lines?only={seq}&as=text")
    assert whole.response.headers["content-type"].startswith("text/plain")
    assert len(whole.text) > 150_000


def test_a_short_text_is_not_folded() -> None:
    assert folded("One.\nTwo.") is None


# ── threads, and what was done to a line ───────────────────────────────────────────────────────────────────────────


def test_a_thread_is_folded_into_its_first_line_oldest_first(home: House, number: IncidentNumber) -> None:
    first = note(home, number, "Has anybody seen this?")
    for text in ("Once.", "In March."):
        note(home, number, text, "ada", thread=first)
    page = log_of(home, number)
    assert "2 answers, in order" in plain(item(page, first))
    thread = re.search(r'<ol class="thread">.*?</ol>', page.text, re.S)
    assert thread is not None and plain(thread[0]).index("Once.") < plain(thread[0]).index("In March.")


def test_an_answer_to_a_line_on_an_older_page_says_to_which(home: House, number: IncidentNumber) -> None:
    first = note(home, number, "Has anybody seen this?")
    for each in range(120):
        note(home, number, f"Line {each}.")
    note(home, number, "Once, in March.", "ada", thread=first)
    page = log_of(home, number)
    assert f'in answer to <a href="/incidents/{number}?at={first}#L{first}">line {first}</a>' in page.text
    older = log_of(home, number, f"?at={first}")
    assert "1 answer, in order" in plain(item(older, first)) and "Once, in March." in item(older, first)


def test_an_edited_line_reads_as_it_does_now_and_says_so(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "Wrnog.")
    home.tocsin.do(c.EditNote(incident=number, line=seq, text="Wrong."), by="bob")
    found = plain(item(log_of(home, number), seq))
    assert "Wrong." in found and "Wrnog" not in found and "edited 12:00" in found


def test_a_line_taken_off_leaves_who_and_why(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "In the wrong room.")
    home.tocsin.do(c.RemoveNote(incident=number, line=seq, why="Another incident."), by="bob")
    found = plain(item(log_of(home, number), seq))
    assert "In the wrong room" not in found
    assert "Taken off the timeline by Bob Kahn, 12:00 . Another incident." in found


def test_a_redacted_line_leaves_who_and_why(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "The password is hunter2.")
    home.tocsin.do(c.Redact(incident=number, line=seq, why="A password."), by="ada")
    page = log_of(home, number)
    assert "hunter2" not in page.text
    assert "The words were taken out by Ada Lovelace, 12:00 . A password." in plain(item(page, seq))


def test_a_marked_line_is_a_key_moment_and_can_be_found_as_one(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "It is the quota.")
    note(home, number, "Nothing much.")
    home.tocsin.do(c.Highlight(incident=number, line=seq), by="ada")
    page = log_of(home, number, "?show=key")
    assert "Key moments 1" in page.words
    assert "line--key" in item(page, seq) and "Nothing much." not in page.words


def test_a_line_is_marked_by_the_button_beside_it(home: House, number: IncidentNumber) -> None:
    seq, browser = note(home, number, "It is the quota."), home.browser("ada")
    page = browser.get(f"/incidents/{number}")
    assert f'form="pin" formaction="/incidents/{number}/lines/{seq}/highlight" name="on" value="yes"' in page.text
    csrf = page.hidden(f"/incidents/{number}/lines")["csrf"]
    browser.post(f"/incidents/{number}/lines/{seq}/highlight", {"csrf": csrf, "on": "yes"})
    assert 'aria-pressed="true"' in item(browser.get(f"/incidents/{number}"), seq)


def test_what_happened_earlier_stands_at_its_time_with_its_range_and_when_it_was_written(
    home: House, number: IncidentNumber
) -> None:
    early = home.clock() - timedelta(hours=1)
    until = early + timedelta(minutes=10)
    answer = home.tocsin.do(c.Note(incident=number, text="It began to hang.", until=until), by="bob", at=early)
    found = item(log_of(home, number), answer.lines[0])
    assert '<span class="approx">~</span>' in found
    assert "between 11:00 and 11:10 written down 12:00" in plain(found)


def test_only_whoever_wrote_a_line_or_commands_is_offered_to_edit_it(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "Mine.", "bob")
    for who, offered in (("bob", True), ("ada", True), ("dana", False), ("ola", False)):
        assert (f"/lines/{seq}/edit" in log_of(home, number, who=who).text) is offered, who


# ── pages, filters, clocks ─────────────────────────────────────────────────────────────────────────────────────────


def test_long_silence_is_said(home: House, number: IncidentNumber) -> None:
    home.clock.later(timedelta(minutes=40))
    note(home, number, "Still here.")
    assert "40 min without a line" in log_of(home, number).words


def test_days_are_told_apart(home: House, number: IncidentNumber) -> None:
    home.clock.later(timedelta(days=1))
    note(home, number, "A day later.")
    assert re.findall(r'<div class="day"><h3>(.*?)</h3>', log_of(home, number).text) == [
        "Friday, 13 November 2026",
        "Thursday, 12 November 2026",
    ]


def test_older_lines_follow_without_gaps_or_doubles(home: House, number: IncidentNumber) -> None:
    for each in range(230):
        note(home, number, f"Line {each}.")
    browser, address, seen = home.browser("ada"), f"/incidents/{number}", []
    while address:
        page = browser.get(address)
        seen += [int(each) for each in re.findall(r'<li class="line[^"]*" id="L(\d+)"', page.text)]
        older = re.search(r'class="btn" href="([^"]*before=[^"]*)"', page.text)
        address = older[1].replace("&amp;", "&").partition("#")[0] if older else ""
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 232


def test_a_script_gets_older_lines_alone(home: House, number: IncidentNumber) -> None:
    page = home.browser("ada").get(f"/incidents/{number}/lines?before=3", headers={"HX-Request": "true"})
    assert "<html" not in page.text and 'id="L1"' in page.text


@pytest.mark.parametrize(
    "query", ["?before=x", "?at=%00", "?show=nothing", "?zone=Nowhere/At_All", "?before=0", "?at=99999"]
)
def test_a_strange_address_is_no_trouble(home: House, number: IncidentNumber, query: str) -> None:
    assert log_of(home, number, query).status == 200


def test_the_page_around_a_line_holds_it(home: House, number: IncidentNumber) -> None:
    seqs = [note(home, number, f"Line {each}.") for each in range(230)]
    page = log_of(home, number, f"?at={seqs[60]}")
    assert f'id="L{seqs[60]}"' in page.text
    assert "Newest lines" in page.words


def test_the_sorts_of_lines_are_counted(home: House, number: IncidentNumber) -> None:
    note(home, number, "`ls`", kind="command")
    note(home, number, "They wait.", kind="told-us")
    words = log_of(home, number, "?show=commands").words
    assert "All 4 Key moments 0 Commands 1 Outside 1" in words
    assert "They wait." not in words


def test_an_empty_sort_says_what_would_fill_it(home: House, number: IncidentNumber) -> None:
    assert "No line is marked as a key moment yet." in log_of(home, number, "?show=key").words


def test_the_log_can_be_read_by_another_clock(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "Now.")
    page = log_of(home, number, "?zone=Africa/Nairobi")
    assert "Nairobi time, newest first" in page.words
    assert "15:00" in item(page, seq)


# ── alone, for open pages ──────────────────────────────────────────────────────────────────────────────────────────


def ask(home: House, number: IncidentNumber, who: str = "ada") -> Asked:
    """A request of somebody's."""
    person = home.person(who)
    return Asked(site=home.site, now=home.clock(), method="GET", path="/", signed_in=person)


def test_a_line_alone_is_the_same_as_on_the_page(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "The *same*.")
    ((found, html),) = rendered(ask(home, number), number, [seq])
    on_page = item(log_of(home, number), seq).replace(" is-last", "").strip()
    assert found == seq
    assert re.sub(r"\s+", " ", html) == re.sub(r"\s+", " ", on_page)


def test_an_answer_and_a_mark_bring_the_line_they_belong_to(home: House, number: IncidentNumber) -> None:
    first = note(home, number, "First.")
    reply = note(home, number, "Second.", "ada", thread=first)
    mark = home.tocsin.do(c.Highlight(incident=number, line=reply), by="ada").lines[0]
    for seq in (reply, mark):
        ((found, html),) = rendered(ask(home, number), number, [seq])
        assert found == first
        assert "Second." in html and "Key moment" in html


def test_one_line_can_be_asked_for(home: House, number: IncidentNumber) -> None:
    seq = note(home, number, "Alone.")
    browser = home.browser("ada")
    assert browser.get(f"/incidents/{number}/lines?only={seq}").text.startswith('<li class="line line--note" id="L3"')
    assert browser.get(f"/incidents/{number}/lines?only=99").status == 404
    assert browser.get(f"/incidents/{number}/lines?only=99&as=text").status == 404
