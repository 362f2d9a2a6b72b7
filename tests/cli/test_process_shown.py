"""How far an incident has come by the process, the messages to start from, and what a report lacks."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell

DIRECTORY = b"""
people:
  - {handle: ada, name: Ada Lovelace, zone: Europe/Bucharest, administrator: true}
  - {handle: bob, name: Bob Kahn, zone: Europe/London, hours: mon-sun 00:00-24:00}
  - {handle: helena, name: Helena Brandt, kind: community}
communities:
  - {slug: lagoon, name: Lagoon Ecology, zone: America/Santiago, representatives: [helena]}
  - {slug: tides, name: Tides Workshop}
"""
DECLARED, LATER, NIGHT = "2026-11-12T12:00Z", "2026-11-12T12:20Z", "2026-11-12T21:00Z"
"""A Thursday, and that night; in Bucharest, where Ada is, it is two hours later."""


@pytest.fixture
def told(tocsin: Shell) -> Shell:
    """Incident 1, which Ada has declared and commands; Lagoon is affected, and has heard nothing yet."""
    tocsin.done("directory", "import", "-", given=DIRECTORY)
    ours = ("--commander", "ada", "--as", "ada", "--at", DECLARED)
    tocsin.done("do", "declare", "Users cannot start servers", "--community", "lagoon", *ours)
    tocsin.done("do", "plan", "--state", "Nobody can start a server.", "--as", "ada", "--at", DECLARED)
    return tocsin


def facts(tocsin: Shell, at: str = LATER) -> list[tuple[str, str]]:
    lines = tocsin.done("incident", "show", "1", "--at", at).lines
    return [(fact, said) for fact, _, said in (line.partition("\t") for line in lines)]


def about(tocsin: Shell, what: str, at: str = LATER) -> list[str]:
    return [said for fact, said in facts(tocsin, at) if fact == what]


def shown(tocsin: Shell, at: str = LATER) -> dict[str, object]:
    found: dict[str, object] = tocsin.done("incident", "show", "1", "--json", "--at", at).json
    return found


# ── show ──


def test_each_step_is_shown_with_what_shows_that_it_is_done(told: Shell) -> None:
    assert any(
        said.startswith("Declare it (Ada Lovelace, 2026-11-12T12:00:00Z, line 1)") for said in about(told, "done")
    )
    assert any(said.startswith("Look, try, and write it down. ") for said in about(told, "to do"))
    told.done("do", "note", "df -h", "--kind", "command", "--as", "bob", "--at", LATER)
    assert any("Bob Kahn, 2026-11-12T12:20:00Z, line 4" in said for said in about(told, "done"))


def test_a_program_sees_the_steps_with_their_evidence(told: Shell) -> None:
    steps = shown(told)["checklist"]
    assert isinstance(steps, list)
    declare = next(step for step in steps if step["step"] == "declare")
    assert declare["done"] is True
    assert declare["evidence"] == [{"of": "declared", "line": 1, "at": "2026-11-12T12:00:00Z", "by": "ada"}]
    assert not next(step for step in steps if step["step"] == "work")["done"]


def test_what_is_not_in_place_yet_is_said_until_it_is(told: Shell) -> None:
    assert "Lagoon Ecology has not been told yet." in about(told, "not in place yet")
    told.done("do", "update", "We are on it.", "--as", "ada", "--at", LATER)
    told.done("do", "note", "Hello.", "--via", "chat", "--as", "ada", "--at", LATER)
    assert about(told, "not in place yet") == []
    assert about(told, "response in place") == ["2026-11-12T12:20:00Z"]


def test_word_that_is_due_is_said_with_why(told: Shell) -> None:
    assert about(told, "word to the communities") == ["due 2026-11-12T12:30:00Z, by the cadence"]
    assert about(told, "word to the communities", NIGHT) == ["was due 2026-11-12T12:30:00Z, by the cadence"]
    told.done("do", "update", "x", "--next-by", "2026-11-12T20:00Z", "--as", "ada", "--at", LATER)
    assert about(told, "word to the communities") == ["due 2026-11-12T20:00:00Z, promised"]
    assert shown(told, NIGHT)["word"] == {"due": "2026-11-12T20:00:00Z", "promised": True, "overdue": True}


def test_handing_over_is_suggested_when_it_is_late_with_who_is_at_work(told: Shell) -> None:
    assert about(told, "hand over?") == []
    assert about(told, "hand over?", NIGHT) == [
        "Ada Lovelace has commanded for 9 h and is outside their working hours. At work now: Bob Kahn. "
        "To see who could: tocsin incident relief 1"
    ]


def test_that_nobody_commands_is_said_with_how_to_take_it(told: Shell) -> None:
    told.done("do", "release", "commander", "--as", "ada", "--at", LATER)
    assert about(told, "Incident Commander") == [
        "Nobody: this incident is unattended. To take it: tocsin do assign commander --incident 1"
    ]
    assert not any("Nobody commands" in said for said in about(told, "not in place yet"))
    assert shown(told)["unattended"] is True


def test_of_what_is_over_nothing_presses(told: Shell) -> None:
    told.done("do", "resolve", "Logged in.", "--as", "ada", "--at", LATER)
    found = shown(told, NIGHT)
    assert [found[what] for what in ("word", "hand_over", "unattended")] == [None, None, False]
    assert about(told, "not in place yet", NIGHT) == []


# ── draft ──


def drafted(tocsin: Shell, occasion: str, *more: str) -> tuple[str, str]:
    said = tocsin.done("incident", "draft", "1", occasion, "--at", LATER, *more)
    return said.out, said.err


def test_a_message_is_filled_on_the_clock_of_whoever_reads_it(told: Shell) -> None:
    text, _ = drafted(told, "first-response")
    assert text.startswith("Hello Helena Brandt,\n\n")
    assert "We will write again by Friday, 13 November 2026, 04:20 Santiago time (UTC-03:00)" in text


def test_what_is_left_to_fill_in_is_said_and_how_to_send_it(told: Shell) -> None:
    text, advice = drafted(told, "update")
    assert "[… what was tried]" in text
    assert advice.startswith("Fill in what stands in brackets: the cause as we think it; what was tried; ")
    options = "--kind update --community lagoon --next-by 2026-11-13T07:20:00Z --incident 1"
    assert advice.endswith(f"To send it: tocsin do update TEXT {options}\n")


def test_a_draft_can_be_sent_as_it_says(told: Shell) -> None:
    text, advice = drafted(told, "first-response")
    options = advice.strip().partition("TEXT ")[2].split()
    told.done("do", "update", "-", *options, "--as", "ada", "--at", LATER, given=text.encode())
    assert about(told, "word to the communities") == ["due 2026-11-13T07:20:00Z, promised"]


def test_what_is_written_to_several_says_how_to_address_one(told: Shell) -> None:
    told.done("do", "communities", "--community", "lagoon", "--community", "tides", "--as", "ada", "--at", DECLARED)
    text, advice = drafted(told, "first-response")
    assert "Hello" not in text
    assert "Santiago time" in text
    assert "name one: --community (lagoon, tides)." in advice
    text, advice = drafted(told, "first-response", "--community", "Tides Workshop")
    assert " UTC, even if nothing has changed." in text
    assert "--community tides" in advice


def test_what_stays_among_us_is_on_my_own_clock_and_is_sent_to_nobody(told: Shell) -> None:
    told.done("do", "update", "x", "--next-by", "2026-11-12T20:00Z", "--as", "ada", "--at", LATER)
    text, advice = drafted(told, "brief", "--as", "ada")
    assert text.startswith("Ada Lovelace asks you to be Incident Commander in incident 1")
    assert "Thursday, 12 November 2026, 22:00 Bucharest time (UTC+02:00)" in text
    assert "To send it" not in advice


def test_when_nobody_is_at_work_it_says_from_when_on_somebody_is(told: Shell) -> None:
    text, _ = drafted(told, "unattended")
    assert "One of us is at work by Thursday, 12 November 2026, 09:20 Santiago time" in text


def test_a_program_sees_a_draft_with_its_gaps(told: Shell) -> None:
    data = told.done("incident", "draft", "1", "report-ready", "--json", "--at", LATER).json
    assert (data["kind"], data["community"], data["zone"], data["promise"]) == (
        "report", "lagoon", "America/Santiago", None,
    )  # fmt: skip
    assert data["gaps"] == ["the address of the report"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("update", "--community", "mars"), "No community is known as “mars”. Add it first: tocsin directory import."),
        (("update", "--at", "2026-01-01T00:00Z"), "Nothing is known of incident 1 at that time. Give a later one."),
    ],
)
def test_what_cannot_be_drafted_is_refused(told: Shell, more: tuple[str, ...], sentence: str) -> None:
    assert told.refused("incident", "draft", "1", *more) == sentence


def test_an_occasion_that_there_is_not_is_a_mistake_in_the_use(told: Shell) -> None:
    sentence = told.refused("incident", "draft", "1", "birthday", code=2)
    assert "Invalid value for OCCASION: there is no message “birthday”. Draft one of first-response, " in sentence


def test_what_a_draft_says_and_is_not_so_is_said(told: Shell) -> None:
    assert drafted(told, "resolved")[1].startswith("Incident 1 is still open.\n")
    told.done("do", "resolve", "Logged in.", "--as", "ada", "--at", LATER)
    assert "still open" not in drafted(told, "resolved")[1]
    for occasion in ("update", "first-response", "unattended"):
        assert drafted(told, occasion)[1].startswith("Incident 1 is resolved; this says that it goes on.\n")


def test_that_somebody_is_at_work_is_said_where_a_draft_says_that_nobody_is(told: Shell) -> None:
    assert drafted(told, "unattended")[1].startswith("Somebody is at work: Ada Lovelace, Bob Kahn")
    assert "at work" not in drafted(told, "first-response")[1]


def test_where_nobody_commands_nobody_looks_at_it(told: Shell) -> None:
    advice = "Nobody commands it yet; take command first, or send: tocsin incident draft 1 unattended\n"
    assert advice not in drafted(told, "first-response")[1]
    told.done("do", "release", "commander", "--as", "ada", "--at", LATER)
    assert drafted(told, "first-response")[1].startswith(advice)


def test_while_word_is_overdue_the_step_is_to_do_again(told: Shell) -> None:
    told.done("do", "update", "x", "--next-by", "2026-11-12T20:00Z", "--as", "ada", "--at", LATER)
    assert any(said.startswith("Write again by the hour you promised (") for said in about(told, "done"))
    assert any(said.startswith("Write again by the hour you promised.") for said in about(told, "to do", NIGHT))


def test_a_plan_of_several_paragraphs_stays_one_item_of_the_draft(told: Shell) -> None:
    told.done("do", "plan", "--state", "One.\n\nTwo.", "--as", "ada", "--at", LATER)
    assert "- **What works, and what does not:** One.\n\n  Two.\n- " in drafted(told, "update")[0]


def test_a_community_that_is_gone_is_written_to_without_a_name(told: Shell) -> None:
    assert "--community lagoon" in drafted(told, "resolved")[1]


# ── check ──


@pytest.fixture
def over(told: Shell) -> Shell:
    """It is resolved; Ada has seen something at 11:00."""
    told.done("do", "note", "Slow.", "--kind", "finding", "--as", "ada", "--at", "2026-11-12T11:00Z")
    told.done("do", "resolve", "Logged in.", "--as", "ada", "--at", LATER)
    return told


def checked(tocsin: Shell) -> list[tuple[str, str]]:
    lines = tocsin.done("report", "check", "1").lines
    return [(fact, said) for fact, _, said in (line.partition("\t") for line in lines)]


def test_what_blocks_the_review_comes_first(over: Shell) -> None:
    found = checked(over)
    assert found[0] == ("before the review", "Say when the impact began; a best guess will do.")
    assert ("before the review", "“Overview” is empty.") in found
    assert over.done("report", "check", "1").err == "It cannot go into review yet.\n"


def test_the_earliest_evidence_is_proposed_as_a_guess(over: Shell) -> None:
    [guess] = [said for fact, said in checked(over) if fact == "a guess"]
    assert guess.startswith("The impact began 2026-11-12T11:00:00Z at the latest: line 4 is the first that shows it.")
    over.done("do", *guess.partition("tocsin do ")[2].split(), "--as", "ada")
    assert not [said for fact, said in checked(over) if fact == "a guess"]


def test_what_the_timeline_does_not_tell_is_said(over: Shell) -> None:
    said = [said for fact, said in checked(over) if fact == "timeline"]
    assert "Nothing on the timeline says when the impact began." in said


def test_an_action_without_an_issue_is_said_with_how_to_link_one(over: Shell) -> None:
    line = over.done("do", "add-action", "Raise the limit", "--as", "ada").out.strip()
    told = f"“Raise the limit” has no issue that tracks it: tocsin do link-action URL --action {line}"
    assert ("action", told) in checked(over)
    over.done("do", "link-action", "https://example.org/1", "--action", line, "--as", "ada")
    assert ("action", told) not in checked(over)


def test_words_that_point_at_a_person_are_said_with_their_section(over: Shell) -> None:
    over.done("do", "write-report", "--section", "overview=It was human\nerror.", "--as", "ada")
    [hint] = [said for fact, said in checked(over) if fact == "wording"]
    assert hint.startswith("Overview: “human error”. ")


def test_times_that_cannot_well_be_are_doubted(over: Shell) -> None:
    over.done("do", "impact", "--start", "2025-11-12T11:00Z", "--end", LATER, "--incident", "1", "--as", "ada")
    doubt = "The impact began 365 days before anybody noticed; is the date right?"
    assert ("impact", doubt) in checked(over)
    assert over.done("report", "check", "1", "--json").json["doubts"] == [doubt]


def test_a_program_sees_all_of_it(over: Shell) -> None:
    over.done("do", "write-report", "--section", "overview=It was human error.", "--as", "ada")
    over.done("do", "add-action", "Raise the limit", "--as", "ada")
    data = over.done("report", "check", "1", "--json").json
    assert data["guess"] == {"at": "2026-11-12T11:00:00Z", "line": 4}
    assert (data["wording"][0]["section"], data["wording"][0]["words"]) == ("overview", "human error")
    assert data["unlinked"][0]["text"] == "Raise the limit"
    assert {"element": "impact", "lacks": "Nothing on the timeline says when the impact began."} in data["timeline"]


def test_a_report_that_lacks_nothing_may_go_into_review(over: Shell) -> None:
    over.done("do", "impact", "--start", "2026-11-12T11:00Z", "--end", LATER, "--incident", "1", "--as", "ada")
    over.done("do", "write-report", "--section", "overview=The disk was full.", "--as", "ada")
    over.done("do", "no-action", "The alert is there now.", "--as", "ada")
    assert over.done("report", "check", "1").err == "Nothing stands in the way of its review.\n"


def test_what_is_not_over_or_not_there_has_no_report_to_check(told: Shell) -> None:
    assert told.refused("report", "check", "1").startswith("Only a resolved incident gets a report.")
    assert told.refused("report", "check", "9").startswith("There is no incident 9.")
