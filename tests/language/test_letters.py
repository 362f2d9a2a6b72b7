"""What a line of the log says to somebody who gets it by mail."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.examples import EXAMPLES
from tests.core.test_any_sequence import STORIES, Tried
from tests.core.world import (
    ADA,
    BOB,
    CHARLIE,
    DANA,
    DUBOIS,
    MINUTE,
    NOON,
    ONE,
    PLAYBOOK,
    TORONTO,
    TOWN,
    TRIAGERS,
    Town,
    entry,
)
from tocsin.core import events as e
from tocsin.core.effects import Remind, SendMail
from tocsin.core.events import REDACTED
from tocsin.core.ids import Handle, Seq, Slug
from tocsin.core.incident import Ask, Incident, Plan, Told
from tocsin.core.people import TOCSIN, Party, Person
from tocsin.core.playbook import Message
from tocsin.core.reactions import whom_to_remind
from tocsin.language.letters import SIGNED, Letter, letter
from tocsin.language.verbs import verb

INCIDENT = Incident(number=ONE, state="open", title="Nobody can log in")
THREE = NOON + 180 * MINUTE
OFFER = e.RoleOffered(role=Slug("liaison"), to=Party(person=BOB.handle), text="It is late here.")
ASK = e.AskMade(what="Look at the disk.", to=Party(person=BOB.handle), until=THREE)
UPDATE = e.Updated(
    kind="update", text="We are on it.", communities=(TORONTO.slug,), drafted_by=BOB.handle, approved_by=ADA.handle,
    next_by=THREE,
)  # fmt: skip
REPORT, REVIEW = e.ReportOffered(to=BOB.handle), e.ReviewRequested(revision=3)
INSIDE: list[tuple[e.Event, bool]] = [
    (OFFER, False), (ASK, False), (ASK, True), (UPDATE, True), (REPORT, False), (REVIEW, False),
    (EXAMPLES["RoleAssigned"], False), (EXAMPLES["Declared"], False), (EXAMPLES["Declared"], True),
    (EXAMPLES["CommunitiesSet"], True), (EXAMPLES["Reopened"], True), (UPDATE, False),
    *((EXAMPLES[kind], False) for kind in ("OfferWithdrawn", "Noted", "UpdateProposed", "ProposalTurnedDown", "PlanSet",
                                           "PhaseSet", "Resolved", "Reopened", "Cancelled", "ReportPublished",
                                           "DeliveryReported")),
]  # fmt: skip
"""Every letter to a colleague, and whether it reminds."""
EVERY_INSIDE = pytest.mark.parametrize(
    ("event", "reminds"), INSIDE, ids=lambda each: type(each).__name__ if isinstance(each, e.Event) else str(each)
)


def written(
    event: e.Event,
    *,
    reminds: bool = False,
    to: Person = BOB,
    by: Person = ADA,
    incident: Incident = INCIDENT,
    town: Town = TOWN,
) -> Letter:
    """The letter to a colleague about line 4."""
    effect = SendMail(incident=ONE, about=Seq(4), to=to.handle, reminds=reminds)
    return letter(effect, entry(event, 4, by=by), incident, to, PLAYBOOK, town)


def told(event: e.Updated = UPDATE, *, to: Person = CHARLIE, town: Town = TOWN, community: str = "utoronto") -> Letter:
    """The letter to somebody who speaks for a community."""
    effect = SendMail(incident=ONE, about=Seq(4), to=to.handle, community=Slug(community))
    return letter(effect, entry(event, 4, by=ADA), INCIDENT, to, PLAYBOOK, town)


# ── whole letters ──


def test_an_offer_of_a_role() -> None:
    it = written(OFFER)
    assert it.subject == "Incident 1: Nobody can log in"
    assert it.text == (
        "Ada Lovelace asks you to be External Liaison of this incident.\n"
        "\n"
        "It is late here.\n"
        "\n"
        "To take it: tocsin do accept liaison --incident 1\n"
        "\n"
        "If you cannot: tocsin do decline liaison --incident 1\n"
        "\n"
        "Tocsin wrote this letter for your team.\n"
    )


def test_word_to_a_community() -> None:
    it = told()
    assert it.subject == "Nobody can log in"
    assert it.text == (
        "We are on it.\n"
        "\n"
        "You hear from us again by Thursday, 12 November 2026, 15:00 London time (UTC).\n"
        "\n"
        "Bob Kahn\n"
        "\n"
        "You get this because you speak for University of Toronto. It is about our incident 1.\n"
    )


def test_a_reminder_of_the_next_word() -> None:
    it = written(UPDATE, reminds=True)
    assert it.subject == "Incident 1: Nobody can log in"
    assert it.text == (
        "The communities were promised word from us by Thursday, 12 November 2026, 15:00 London time (UTC), and nobody"
        " has written it yet.\n"
        "\n"
        "Say what is known, what was tried and what comes next, even if that is little.\n"
        "\n"
        "For a text to begin with: tocsin incident draft 1 update\n"
        "\n"
        "To write it: tocsin do update TEXT --incident 1\n"
        "\n"
        "Tocsin wrote this letter for your team.\n"
    )


# ── the others ──


def test_an_ask_says_what_by_when_and_how_to_answer() -> None:
    text = written(ASK).text
    assert text.startswith(
        "Ada Lovelace asks you to do this by Thursday, 12 November 2026, 15:00 London time (UTC):\n\nLook at"
    )
    assert "tocsin do accept-ask --ask 4 --incident 1" in text
    assert "tocsin do finish-ask OUTCOME --ask 4 --incident 1" in text


def test_an_ask_without_a_time_names_none() -> None:
    assert "asks you to do this:\n" in written(replace(ASK, until=None)).text


def test_a_reminder_of_an_ask_begins_with_it() -> None:
    first, rest = written(ASK, reminds=True).text.split("\n\n", 1)
    assert (first, rest) == ("This is due now.", written(ASK).text)


def test_who_is_offered_the_report_learns_what_that_means() -> None:
    text = written(REPORT).text
    assert text.startswith("Ada Lovelace asks you to own the report of this incident: to see it written, reviewed and")
    assert "tocsin do own-report --incident 1" in text


def test_a_review_says_which_revision_and_how_to_read_it() -> None:
    text = written(REVIEW).text
    assert text.startswith("Ada Lovelace asks you to read the report of this incident, revision 3.")
    assert "To read it: tocsin report build 1\n" in text
    assert "tocsin do review --incident 1, with --verdict ask-for-changes" in text


def test_what_is_offered_to_a_group_nobody_need_decline() -> None:
    text = written(replace(OFFER, to=Party(group=TRIAGERS.slug))).text
    assert text.startswith("Ada Lovelace asks somebody of Support Triagers to be External Liaison")
    assert "decline" not in text


def test_who_was_offered_a_role_learns_that_it_was_taken_back() -> None:
    withdrawn = e.OfferWithdrawn(role=Slug("liaison"), to=Party(person=BOB.handle))
    assert written(withdrawn).text.startswith(
        "Ada Lovelace no longer asks you to be External Liaison of this incident.\n\nThere is nothing left"
    )
    group = replace(withdrawn, to=Party(group=TRIAGERS.slug))
    assert "asks somebody of Support Triagers to be External Liaison" in written(group).text


def test_who_was_given_a_role_learns_which_and_how_to_pass_it_on() -> None:
    text = written(e.RoleAssigned(role=Slug("liaison"), person=BOB.handle)).text
    assert text.startswith("Ada Lovelace says that you are External Liaison of this incident.")
    assert "tocsin do offer --role liaison --to PERSON --incident 1" in text


def test_a_role_the_playbook_has_no_more_is_called_by_its_slug() -> None:
    text = written(replace(OFFER, role=Slug("scribe"))).text
    assert text.startswith("Ada Lovelace asks you to be scribe of this incident.")


def test_of_a_group_that_is_gone_whoever_reads_it_is_asked() -> None:
    assert "asks you to do this" in written(replace(ASK, to=Party(group=Slug("gone")))).text


def test_an_offer_without_words_leaves_no_gap() -> None:
    assert "\n\n\n" not in written(replace(OFFER, text="  \n")).text


@pytest.mark.parametrize(("by", "called"), [(TOCSIN, "Tocsin"), (Person(handle=Handle("gone"), name="x"), "gone")])
def test_whoever_asks_is_called_by_name(by: Person, called: str) -> None:
    assert written(REPORT, by=by).text.startswith(f"{called} asks")


@pytest.mark.parametrize("kind", sorted(set(EXAMPLES) - {type(event).__name__ for event, _ in INSIDE}))
def test_nobody_is_written_to_about_anything_else(kind: str) -> None:
    with pytest.raises(TypeError, match=f"Nobody is written to about {kind}"):
        written(EXAMPLES[kind])


def test_who_is_mentioned_reads_what_was_said() -> None:
    text = written(e.Noted(text="@bob, can you look?")).text
    assert text.startswith("Ada Lovelace mentions you:\n\n@bob, can you look?\n\n")


def test_whoever_approves_reads_what_is_to_be_sent_to_whom() -> None:
    text = written(EXAMPLES["UpdateProposed"]).text
    assert text.startswith("Ada Lovelace asks you to approve this word to University of Toronto:\n\nWe found it.")


def test_whoever_follows_reads_what_changed_and_how_to_stop() -> None:
    text = written(EXAMPLES["Resolved"]).text
    assert text.startswith("Ada Lovelace resolved it. How that was verified: Logged in as a guest.")
    assert "tocsin do unfollow --incident 1" in text


@EVERY_INSIDE
def test_where_people_reach_the_pages_a_letter_leads_to_its_line(event: e.Event, reminds: bool) -> None:
    mail = SendMail(incident=ONE, about=Seq(4), to=BOB.handle, reminds=reminds)
    told = letter(mail, entry(event, 4), INCIDENT, BOB, PLAYBOOK, TOWN, "https://incidents.example.org")
    assert "In the room: https://incidents.example.org/incidents/1#L4\n" in told.text
    assert "tocsin do" not in told.text.partition("In the room")[0]


@EVERY_INSIDE
def test_every_letter_to_a_colleague_is_signed(event: e.Event, reminds: bool) -> None:
    assert written(event, reminds=reminds).text.endswith(f"\n\n{SIGNED}\n")


@EVERY_INSIDE
def test_a_drill_is_called_an_exercise(event: e.Event, reminds: bool) -> None:
    it = written(event, reminds=reminds, incident=replace(INCIDENT, drill=True))
    assert it.subject == "Exercise 1: Nobody can log in"


@EVERY_INSIDE
def test_what_a_letter_says_to_type_is_there(event: e.Event, reminds: bool) -> None:
    typed = re.findall(r"tocsin do ([a-z-]+)([^\n]*)", written(event, reminds=reminds).text)
    for name, rest in typed:
        known = verb(name)
        assert known is not None
        assert set(re.findall(r"--([a-z-]+)", rest)) <= {option.name for option in known.options}
    assert typed


@pytest.mark.parametrize("kind", ["Declared", "CommunitiesSet"])
def test_while_no_community_has_heard_of_it_somebody_is_reminded_to_tell_them(kind: str) -> None:
    text = written(EXAMPLES[kind], reminds=True).text
    assert text.startswith("Nobody has told the communities of this incident yet.\n\nSay that we know,")
    assert "\n\nFor a text to begin with: tocsin incident draft 1 first-response\n\n" in text
    assert "\n\nTo write it: tocsin do update TEXT --kind first-response --incident 1\n\n" in text


def test_what_came_back_the_communities_are_to_hear_of() -> None:
    text = written(EXAMPLES["Reopened"], reminds=True).text
    assert text.startswith("It is not over after all, and nobody has told the communities that yet.\n\n")


def test_word_that_was_not_promised_is_due_all_the_same() -> None:
    text = written(replace(UPDATE, next_by=None), reminds=True).text
    assert text.startswith(
        "The communities last heard from us on Thursday, 12 November 2026, 12:00 London time (UTC); word is due again."
        "\n\nSay what"
    )


# ── the brief ──

BRIEFED = replace(
    PLAYBOOK,
    messages=(
        Message(
            slug="brief",
            name="Brief",
            body="{{ from }} asks you to be {{ role }}.\n\n{{ why }}\n\nState: {{ state }}\n\nCause: {{ cause }}\n\n"
            "Asked:\n{{ asks }}\n\nPromised by {{ promise }}.",
        ),
    ),
)
PLANNED = replace(
    INCIDENT,
    plan=Plan(state="Nobody can log in.", by=ADA.handle, at=NOON),
    told=(Told(community=TORONTO.slug, at=NOON, next_by=THREE),),
    asks=(
        Ask(seq=Seq(3), what="Look at the disk.", to=Party(person=DANA.handle), until=None),
        Ask(seq=Seq(2), what="Restart it.", to=Party(person=DANA.handle), until=None, state="done"),
    ),
)


def briefed(offer: e.RoleOffered = OFFER) -> str:
    effect = SendMail(incident=ONE, about=Seq(4), to=BOB.handle)
    return letter(effect, entry(offer, 4, by=ADA), PLANNED, BOB, BRIEFED, TOWN).text


def test_an_offer_carries_the_brief_of_the_playbook() -> None:
    assert briefed() == (
        "Ada Lovelace asks you to be External Liaison.\n"
        "\n"
        "It is late here.\n"
        "\n"
        "State: Nobody can log in.\n"
        "\n"
        "Asked:\n"
        "\n"
        "- Dana Scott: Look at the disk. (not taken yet)\n"
        "\n"
        "Promised by Thursday, 12 November 2026, 15:00 London time (UTC).\n"
        "\n"
        "To take it: tocsin do accept liaison --incident 1\n"
        "\n"
        "If you cannot: tocsin do decline liaison --incident 1\n"
        "\n"
        "Tocsin wrote this letter for your team.\n"
    )


def test_the_brief_leaves_no_gap_to_whoever_gets_it() -> None:
    body = "{{ title }}; the cause: {{ cause }}; we talk [… where you talk]."
    playbook = replace(BRIEFED, messages=(replace(BRIEFED.messages[0], body=body),))
    text = letter(
        SendMail(incident=ONE, about=Seq(4), to=BOB.handle), entry(OFFER, 4, by=ADA), PLANNED, BOB, playbook, TOWN
    ).text
    assert "; the cause: not known yet; we talk not known yet." in text


def test_the_brief_says_nothing_that_was_redacted() -> None:
    text = briefed(replace(OFFER, text=REDACTED))
    assert "It is late" not in text


def test_what_somebody_wrote_is_not_read_for_blanks() -> None:
    assert "{{ title }}" in briefed(replace(OFFER, text="{{ title }}"))


# ── word to the outside ──


MARKED = """\
Hello *Charlie*,
it goes on:
- **What works:** old servers, see [the page](https://status.example.org/7)
- **What comes next:** `df -h`, and <ada@example.org> answers"""
PLAIN = """\
Hello Charlie,
it goes on:

- What works: old servers, see the page (https://status.example.org/7)
- What comes next: `df -h`, and ada@example.org answers
"""


def test_word_to_a_community_shows_no_markup_and_every_address() -> None:
    assert told(replace(UPDATE, text=MARKED)).text.startswith(PLAIN)


def test_whoever_approves_word_or_follows_reads_it_as_it_goes_out() -> None:
    proposed = replace(EXAMPLES["UpdateProposed"], text=MARKED)  # type: ignore[call-arg]
    for event in (proposed, replace(UPDATE, text=MARKED)):
        assert PLAIN in written(event).text


@given(st.lists(st.from_regex(r"[a-z][a-z0-9]{0,7}[.,!]?", fullmatch=True), min_size=1))
def test_no_word_to_a_community_is_lost(words: list[str]) -> None:
    assert told(replace(UPDATE, text="\n".join(words))).text.startswith("\n".join(words))


def test_what_colleagues_type_to_each_other_stays_as_it_is_typed() -> None:
    asked = e.AskMade(what="Look into __init__.py and 2*3*4.", to=Party(person=BOB.handle))
    assert "\n\nLook into __init__.py and 2*3*4.\n\n" in written(asked).text


def test_word_without_a_promise_promises_nothing() -> None:
    assert "hear from us" not in told(replace(UPDATE, next_by=None)).text


def test_a_promise_that_stands_in_the_words_is_not_made_twice() -> None:
    says = "We write again by Thursday, 12 November 2026, 15:00 London time (UTC), whatever happens."
    assert "hear from us again" not in told(replace(UPDATE, text=says)).text


def test_word_to_the_outside_does_not_tell_of_tocsin() -> None:
    assert "ocsin" not in told().text
    assert "Incident 1" not in told().subject


def test_a_community_that_is_gone_is_called_by_its_slug() -> None:
    assert "because you speak for mars." in told(community="mars").text


# ── times ──


EAST, WEST = replace(BOB, zone="Europe/Bucharest"), replace(BOB, zone="America/Los_Angeles")
NEW_YORK = Town(communities=(replace(TORONTO, zone="America/Toronto"), DUBOIS))


@pytest.mark.parametrize(
    ("to", "at"),
    [
        (BOB, "15:00 London time (UTC)"),
        (EAST, "17:00 Bucharest time (UTC+02:00)"),
        (WEST, "07:00 Los Angeles time (UTC-08:00)"),
        (replace(BOB, zone="Asia/Kolkata"), "20:30 Kolkata time (UTC+05:30)"),
    ],
)
def test_times_are_those_of_the_readers_clock_or_else_of_the_playbooks(to: Person, at: str) -> None:
    assert f"Thursday, 12 November 2026, {at}" in written(ASK, to=to).text
    assert f"Thursday, 12 November 2026, {at}" in told(to=to).text


def test_where_the_readers_clock_is_unknown_it_is_their_communitys() -> None:
    assert ", 10:00 Toronto time (UTC-05:00)" in told(town=NEW_YORK).text
    assert ", 17:00 Bucharest time (UTC+02:00)" in told(to=EAST, town=NEW_YORK).text
    assert ", 15:00 London time (UTC)" in written(ASK, town=NEW_YORK).text


def test_a_time_is_of_the_readers_day_and_season() -> None:
    summer = replace(ASK, until=NOON.replace(month=7, hour=23, minute=30))
    assert "by Sunday, 12 July 2026, 16:30 Los Angeles time (UTC-07:00)" in written(summer, to=WEST).text
    assert "by Monday, 13 July 2026, 02:30 Bucharest time (UTC+03:00)" in written(summer, to=EAST).text


# ── redaction ──


@pytest.mark.parametrize(("event", "words"), [(OFFER, "It is late here."), (ASK, "Look at the disk.")])
def test_what_was_redacted_is_not_said(event: e.Event, words: str) -> None:
    text = written(e.blanked(event)).text
    assert words not in text
    assert f"\n\n{REDACTED}\n\n" in text


def test_a_reminder_does_not_say_what_was_said() -> None:
    blank = e.blanked(UPDATE)
    assert written(UPDATE, reminds=True) == written(blank, reminds=True)
    assert UPDATE.text not in written(UPDATE, reminds=True).text


def test_a_title_that_was_redacted_is_not_in_the_subject() -> None:
    blank = replace(INCIDENT, title=REDACTED)
    assert written(OFFER, incident=blank).subject == "Incident 1: [redacted]"


# ── anything at all ──


@given(STORIES)
def test_whatever_happens_its_letters_can_be_written(tale: Tried) -> None:
    story = tale.story
    for wish in list(story.wishes.values()):
        about = story.entries[wish.effect.about - 1]
        mails: list[Any] = [wish.effect]
        if isinstance(wish.effect, Remind):
            mails = whom_to_remind(wish.effect, story.incident, about, story.given())
        for mail in mails:
            to = story.town.person(mail.to or "") if isinstance(mail, SendMail) else None
            if to is not None:
                it = letter(mail, about, story.incident, to, story.playbook, story.town)
                assert it.subject
                assert it.text.endswith(".\n")


def test_a_letter_to_one_of_a_group_is_the_same_for_each() -> None:
    to_group = replace(ASK, to=Party(group=TRIAGERS.slug))
    assert written(to_group, to=BOB) == written(to_group, to=DANA)
