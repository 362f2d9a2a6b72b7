"""The composer: what is typed, pasted, said with a slash, or sent later, and the lines it makes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markupsafe import Markup

from tests.core.world import NOON
from tests.engine.office import declared, entries, resolved
from tests.web.house import House, Page
from tocsin.core import commands as c
from tocsin.core.events import Entry, Noted
from tocsin.core.ids import IncidentNumber
from tocsin.web.acting.pasted import as_code, parts
from tocsin.web.mentions import mentions

ONE = IncidentNumber(1)
LINES = "/incidents/1/lines"
PROSE = "Five lines\nof prose\nare\nno\nlog\nat all"
LOG = "\n".join(f"2026-11-12T11:4{minute}:00Z WARN pool is full" for minute in range(6))


@pytest.fixture
def opened(home: House) -> House:
    """Incident 1 is open: lines 1 and 2 of its log."""
    declared(home.tocsin)
    home.clock.later()
    return home


def write(home: House, text: str, handle: str = "ada", **fields: object) -> Page:
    return home.browser(handle).send("/incidents/1/say", LINES, text=text, **fields)


def written(home: House) -> list[Noted]:
    return [entry.event for entry in entries(home.tocsin) if isinstance(entry.event, Noted)]


def last(home: House) -> Entry:
    return entries(home.tocsin)[-1]


# ── a line ──


@pytest.mark.parametrize(("kind", "sentence"), [("command", "Say which command"), ("fix", "Say what was tried")])
def test_what_came_of_something_stands_in_no_line_without_it(kind: str, sentence: str, opened: House) -> None:
    page = write(opened, " ", kind=kind, output="27 pods pending", outcome="No effect")
    assert page.status == 422 and sentence in page.words and "27 pods pending</textarea>" in page.text
    assert written(opened) == []


def test_a_line_is_added_and_shown_where_it_stands(opened: House) -> None:
    page = write(opened, "We look at the *hub*.", kind="finding")
    assert (page.status, page.response.headers["location"]) == (303, "/incidents/1#L3")
    assert written(opened) == [Noted(text="We look at the *hub*.", kind="finding")]


def test_it_is_the_same_on_either_database(home_on_both: House) -> None:
    declared(home_on_both.tocsin)
    assert write(home_on_both, "We look.").response.headers["location"] == "/incidents/1#L3"


def test_a_line_without_words_comes_back_with_a_sentence(opened: House) -> None:
    page = write(opened, "   ", kind="decision", link="https://example.org/3")
    assert (page.status, written(opened)) == (422, [])
    assert "There is nothing in that line" in page.words
    assert 'value="decision" checked' in page.text
    assert 'value="https://example.org/3"' in page.text


def test_a_line_sent_twice_is_added_once(opened: House) -> None:
    browser = opened.browser("ada")
    form = {**browser.get("/incidents/1/say").hidden(LINES), "text": "We look.", "kind": "note"}
    first, second = browser.post(LINES, form), browser.post(LINES, form)
    assert first.response.headers["location"] == second.response.headers["location"]
    assert len(written(opened)) == 1


def test_a_fix_has_its_outcome_and_a_note_has_none(opened: House) -> None:
    write(opened, "Restarted it.", kind="fix", outcome="No effect.")
    write(opened, "Waited.", outcome="left over from before")
    assert [line.outcome for line in written(opened)] == ["No effect.", ""]


def test_an_unknown_kind_is_refused(opened: House) -> None:
    page = write(opened, "We look.", kind="song")
    assert page.status == 422
    assert "“song” is no kind of line" in page.words


def test_hostile_words_do_nothing(opened: House) -> None:
    page = write(opened, "", output="", outcome='"><script>alert(1)</script>')
    assert page.status == 422
    assert "<script>alert" not in page.text
    page = opened.browser("ada").send("/incidents/1/say", LINES, text="/<script>alert('1')</script> \"'")
    assert page.status == 422
    assert "<script>alert" not in page.text
    assert "/<script>alert('1')</script> \"'" in page.words


# ── answers ──


def test_a_reply_shows_what_it_answers_and_stands_in_its_thread(opened: House) -> None:
    write(opened, "Has anyone <b>seen</b> this?")
    browser = opened.browser("bob")
    page = browser.get("/incidents/1/say?reply=3")
    assert "In answer to line 3 , Ada Lovelace" in page.words
    assert "Has anyone <b>seen</b> this?" in page.words
    browser.post(LINES, {**page.hidden(LINES), "text": "Once."})
    assert last(opened).about == 3


@pytest.mark.parametrize("reply", ["99", "none", "-1", "9" * 40])
def test_a_reply_to_no_line_is_a_line_of_its_own(opened: House, reply: str) -> None:
    page = opened.browser("ada").get(f"/incidents/1/say?reply={reply}")
    assert (page.status, "In answer" in page.words) == (200, False)


def test_a_refused_reply_stays_one(opened: House) -> None:
    write(opened, "Has anyone seen this?")
    page = write(opened, "", thread="3")
    assert (page.status, page.hidden(LINES)["thread"]) == (422, "3")


# ── when ──


def test_what_happened_earlier_stands_at_its_time_on_the_writers_clock(opened: House) -> None:
    write(opened, "It began.", when="2026-11-12T11:30")
    assert last(opened).at.at == NOON - timedelta(minutes=30)


def test_give_or_take_makes_a_range_that_does_not_reach_into_the_future(opened: House) -> None:
    write(opened, "It began.", when="2026-11-12T11:30", about="15")
    assert (last(opened).at.at, last(opened).at.until) == (NOON - timedelta(minutes=45), NOON - timedelta(minutes=15))
    write(opened, "It was slow.", when="2026-11-12T12:00", about="60")
    assert last(opened).at.until == opened.clock()


def test_a_range_has_both_its_ends(opened: House) -> None:
    write(opened, "It began.", when="2026-11-12T11:30", until="2026-11-12T11:40", about="0")
    assert last(opened).at.until == NOON - timedelta(minutes=20)


def test_the_end_of_a_range_without_its_beginning_is_said_beside_its_field(opened: House) -> None:
    page = write(opened, "It began.", until="2026-11-12T11:40")
    assert (page.status, written(opened)) == (422, [])
    assert "Say when it began too" in page.words
    assert 'href="#f-until"' in page.text


def test_a_range_and_give_or_take_are_not_given_both(opened: House) -> None:
    page = write(opened, "It began.", when="2026-11-12T11:30", until="2026-11-12T11:40", about="15")
    assert (page.status, written(opened)) == (422, [])
    assert "not both" in page.words


@pytest.mark.parametrize(("when", "sentence"), [("noon", "is no time"), ("2026-11-13T12:00", "is still to come")])
def test_a_time_that_will_not_do_is_said_beside_its_field(opened: House, when: str, sentence: str) -> None:
    page = write(opened, "It began.", when=when)
    assert (page.status, written(opened)) == (422, [])
    assert sentence in page.words
    assert 'href="#f-when"' in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "2026-11-13T12:00"}, "2026-11-13 12:00 Kathmandu time is still to come."),
        ({"when": "1970-01-01T00:00"}, "1970-01-01 00:00 Kathmandu time is more than 90 days before anything"),
        ({"text": "/note Hm. --at 2030-01-01T00:00Z"}, "2030-01-01 05:45 Kathmandu time is still to come."),
    ],
)
def test_a_time_that_cannot_be_is_said_on_the_clock_of_whoever_wrote_it(
    opened: House, fields: dict[str, str], sentence: str
) -> None:
    opened.tocsin.do(c.SetProfile(zone="Asia/Kathmandu"), by="ada")
    page = write(opened, **{"text": "It began.", **fields})
    assert (page.status, written(opened)) == (422, [])
    assert sentence in page.words


def test_what_led_to_it_weeks_before_has_its_place_on_the_timeline(opened: House) -> None:
    write(opened, "The certificate was last renewed.", when="2026-08-20T00:00", about="0")
    assert last(opened).at.at == datetime(2026, 8, 20, tzinfo=UTC)


def test_a_device_without_a_clock_keeps_nothing_offline_from_being_sent(opened: House) -> None:
    write(opened, "Written offline.", at="1970-01-01T00:00:10Z")
    assert last(opened).at.at == opened.clock()


@pytest.mark.parametrize("when", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_outside_the_calendar_is_refused(opened: House, when: str) -> None:
    assert write(opened, "It began.", when=when, about="60").status == 422


# ── commands and logs ──


def test_a_pasted_command_is_told_from_what_it_printed(opened: House) -> None:
    write(opened, "$ kubectl get pods -l 'a=*'\nNAME   STATUS\nhub    Running\n")
    assert written(opened) == [
        Noted(kind="command", text="`kubectl get pods -l 'a=*'`", output="NAME   STATUS\nhub    Running")
    ]


def test_several_commands_are_a_line_each_and_once_only(opened: House) -> None:
    browser = opened.browser("ada")
    form = {**browser.get("/incidents/1/say").hidden(LINES), "text": "$ uptime\nup 3 days\n$ df -h /\n/dev/sda1 100%"}
    for _ in range(2):
        assert browser.post(LINES, form).response.headers["location"] == "/incidents/1#L3"
    assert [(line.text, line.output) for line in written(opened)] == [
        ("`uptime`", "up 3 days"),
        ("`df -h /`", "/dev/sda1 100%"),
    ]


def test_of_several_commands_one_of_which_is_refused_none_is_written(opened: House) -> None:
    browser = opened.browser("ada")
    form = browser.get("/incidents/1/say").hidden(LINES)
    refused = browser.post(LINES, {**form, "text": "$ uptime\n$ " + "x" * 200_001})
    assert (refused.status, written(opened)) == (422, [])
    browser.post(LINES, {**form, "text": "$ uptime -p\n$ df"})
    assert [line.text for line in written(opened)] == ["`uptime -p`", "`df`"]


@pytest.mark.parametrize(
    ("text", "kind", "made"),
    [
        ("$ ls", "note", [("command", "`ls`", "")]),
        ("ada@hub:~/code$ ls", "note", [("command", "`ls`", "")]),
        ("[root@hub ~]# ls", "note", [("command", "`ls`", "")]),
        ("$ a \\\n  -b\nout", "note", [("command", "```\na \\\n  -b\n```", "out")]),
        ("$ restart\n$ status\nok", "fix", [("fix", "`restart`", "$ status\nok")]),
        ("$ ls", "decision", [("decision", "$ ls", "")]),
        ("$5 is the price", "note", [("note", "$5 is the price", "")]),
        (
            "Five lines\nof prose\nare\nno\nlog\nat all",
            "note",
            [("note", "Five lines\nof prose\nare\nno\nlog\nat all", "")],
        ),
        (LOG, "note", [("note", "", LOG)]),
        (f"From the proxy:\n{LOG}", "note", [("note", "From the proxy:", LOG)]),
        (LOG, "told-us", [("told-us", LOG, "")]),
    ],
)
def test_what_is_pasted_is_understood(text: str, kind: Any, made: list[tuple[str, str, str]]) -> None:
    assert [(part.kind, part.text, part.output) for part in parts(text, kind)] == made


def test_output_in_its_own_field_is_left_as_it_is() -> None:
    (part,) = parts("$ ls", "command", "  a\n  b\n")
    assert (part.text, part.output) == ("$ ls", "  a\n  b")


def test_no_command_can_break_out_of_its_code() -> None:
    assert as_code("echo `date`") == "`` echo `date` ``"
    assert as_code("a\n```\nb") == "````\na\n```\nb\n````"


# ── verbs ──


def test_a_verb_does_what_the_shell_does(opened: House) -> None:
    page = write(opened, "/assign liaison --person bob")
    assert (page.status, page.response.headers["location"]) == (303, "/incidents/1#L3")
    assert write(opened, '/plan --next "Watch until 4."').status == 303


def test_a_verb_that_cannot_be_understood_comes_back_as_it_was_typed(opened: House) -> None:
    page = write(opened, "/assing liaison")
    assert page.status == 422
    assert "“assing” is no verb; perhaps you mean /assign" in page.words
    assert "/assing liaison</textarea>" in page.text


def test_a_verb_that_is_refused_says_why_and_keeps_the_text(opened: House) -> None:
    page = write(opened, "/phase waiting")
    assert page.status == 422
    assert "This playbook has no phase “waiting”" in page.words
    assert "/phase waiting</textarea>" in page.text


def test_two_slashes_write_one(opened: House) -> None:
    write(opened, "//etc/hosts is wrong")
    assert written(opened)[0].text == "/etc/hosts is wrong"


def test_help_shows_every_verb(opened: House) -> None:
    browser = opened.browser("ada")
    page = browser.follow(browser.send("/incidents/1/say", LINES, text="/help"))
    assert "/resolve TEXT" in page.words
    assert "Ask somebody, or a group, to take a role." in page.words


def test_a_verb_may_declare_another_or_note_a_signal(opened: House) -> None:
    assert write(opened, "/declare Another").response.headers["location"] == "/incidents/2#L1"
    browser = opened.browser("ada")
    page = browser.send("/incidents/1/say", LINES, text="/signal --kind ticket I cannot log in")
    assert page.response.headers["location"] == "/incidents/1"


def test_a_mention_of_somebody_is_recognised(opened: House) -> None:
    page = as_script(opened, {"text": "@bob, and bob@dana.example: look.", "once": "1"})
    assert page.response.json()["mentioned"] == ["bob"]


# ── what scripts of ours send ──


def as_script(home: House, fields: dict[str, Any], handle: str = "ada") -> Page:
    browser = home.browser(handle)
    return browser.post(LINES, {"csrf": home.proof(browser), **fields}, headers={"HX-Request": "true"})


def test_a_script_is_told_the_number_of_the_line(opened: House) -> None:
    page = as_script(opened, {"text": "We look.", "once": "a"})
    assert (page.status, page.response.json()["seq"]) == (200, 3)


def test_a_script_is_told_what_is_wrong(opened: House) -> None:
    page = as_script(opened, {"text": " ", "once": "a"})
    assert page.status == 422
    assert page.response.json() == {"errors": {"text": "There is nothing in that line. Write what you want to say."}}


def test_a_line_written_offline_stands_at_its_own_time_and_once(opened: House) -> None:
    fields = {"text": "Offline.", "once": "a", "at": "2026-11-12T13:50:00+02:00"}
    assert [as_script(opened, fields).response.json()["seq"] for _ in range(2)] == [3, 3]
    assert last(opened).at.at == NOON - timedelta(minutes=10)


def test_a_device_whose_clock_is_ahead_wrote_it_now(opened: House) -> None:
    as_script(opened, {"text": "Offline.", "once": "a", "at": "2026-11-12T23:50:00Z"})
    assert last(opened).at.at == opened.clock()


def test_a_script_of_somebody_who_is_signed_out_is_told_so(opened: House) -> None:
    browser = opened.browser()
    browser.get("/sign-in")
    page = browser.post(LINES, {"text": "We look."}, headers={"HX-Request": "true"})
    assert page.status in (401, 403)


# ── somebody else was faster ──


def test_a_line_for_what_was_resolved_meanwhile_is_added_and_says_so(opened: House) -> None:
    browser = opened.browser("bob")
    form = browser.get("/incidents/1/say").hidden(LINES)
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Logged in."), by="ada")
    page = browser.post(LINES, {**form, "text": "One more thing."})
    assert page.status == 303
    said = browser.get("/incidents/1/say").words
    assert "Ada Lovelace resolved this at 12:01" in said
    assert "Your line is added after it." in said


def test_whoever_saw_that_it_was_over_is_not_told_again(home: House) -> None:
    resolved(home.tocsin)
    page = write(home, "One more thing.")
    assert page.status == 303
    assert "resolved this" not in home.browser("ada").get("/incidents/1/say").words


# ── whose it is ──


def test_the_composer_is_for_whoever_responds(opened: House) -> None:
    for handle, status in (("ola", 403), ("charlie", 403), ("", 303), ("ada", 200), ("root", 200)):
        assert opened.browser(handle).get("/incidents/1/say").status == status


def test_there_is_none_for_what_does_not_exist(opened: House) -> None:
    assert opened.browser("ada").get("/incidents/9/say").status == 404
    browser = opened.browser("ada")
    assert browser.post("/incidents/9/lines", {"csrf": opened.proof(browser), "text": "We look."}).status == 404


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>@bob, look.</p>", '<p><a class="mention" href="/people/bob">@bob</a>, look.</p>'),
        ("<p>Ask @Bob.</p>", '<p>Ask <a class="mention" href="/people/bob">@bob</a>.</p>'),
        ("<p>@kim <code>@bob</code> <a href='#'>@bob</a></p>", "<p>@kim <code>@bob</code> <a href='#'>@bob</a></p>"),
        ("<p>bob@example.org</p>", "<p>bob@example.org</p>"),
        ("<p>&lt;@bob&gt;</p>", '<p>&lt;<a class="mention" href="/people/bob">@bob</a>&gt;</p>'),
    ],
)
def test_who_is_named_is_shown_as_a_person(html: str, shown: str) -> None:
    names = {"bob": "Bob Kahn"}
    assert mentions(Markup(html), lambda handle: names.get(handle, handle)) == shown  # noqa: S704
