"""The handbook says all that the playbook says, and reads as Markdown that people can follow."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

from tests.core.world import PLAYBOOK
from tocsin.core.ids import Slug
from tocsin.core.playbook import (
    Cadence,
    Criterion,
    Gate,
    Gates,
    HandOver,
    Hours,
    Message,
    Playbook,
    Review,
    Role,
    Term,
    Tickets,
)
from tocsin.language.handbook import as_handbook, length
from tocsin.playbooks import default

HANDBOOK = as_handbook(default())


def flat(text: str) -> str:
    return " ".join(re.sub(r"[>*]", " ", text).split())


def said(playbook: Playbook) -> str:
    return flat(as_handbook(playbook))


@pytest.mark.parametrize("field", [field.name for field in fields(Playbook)])
def test_everything_a_playbook_names_and_says_is_in_it(field: str) -> None:
    """But for the messages' own texts, whose blanks are shown as what will stand there."""
    match getattr(default(), field):
        case (Term(), *_) as terms:
            texts = [text for term in terms for text in (term.name, term.text)]
        case Term() as term:
            texts = [term.name, term.text]
        case str() as text:
            texts = [text.removeprefix("mailto:").partition("?")[0]]
        case (str(), *_) as sources:
            texts = list(sources)
        case _:
            return
    assert [text for text in texts if flat(text) not in flat(HANDBOOK)] == []


def test_it_begins_with_what_it_is_how_settled_and_how_to_change_it() -> None:
    assert HANDBOOK.startswith("# How we respond to incidents on community hubs\n\nVersion 0.2.0 of `community-hubs`.")
    assert "This process is in beta" in HANDBOOK
    assert "Suggest a change: [process@example.org](mailto:process@example.org?" in HANDBOOK


def test_it_says_what_nobody_expects_and_what_counts_as_done() -> None:
    assert [role.name for role in default().roles if flat(role.spared) not in flat(HANDBOOK)] == []
    assert [step.name for step in default().steps if flat(step.done) not in flat(HANDBOOK)] == []
    assert "**Nobody expects of them:** To act themselves" in HANDBOOK


def test_it_shows_each_message_with_its_blanks() -> None:
    assert "> Hello ‹who speaks for the community this is written to›," in HANDBOOK
    assert "{{" not in HANDBOOK


def test_it_says_when_we_write_in_words() -> None:
    assert "within **30 minutes** after it is declared, and from then on every **3 hours**" in HANDBOOK
    assert "Monday to Friday, from 09:00 to 17:00 on their own clock" in HANDBOOK


def test_it_says_what_stops_anybody_and_what_does_not() -> None:
    assert "**At the start**, Tocsin looks for this. What is missing is said, and stops nobody:" in HANDBOOK
    assert "**Before an incident is resolved**, all of this has to be there:\n\n- somebody has said how" in HANDBOOK


def test_it_is_markdown_whose_headings_skip_no_level_and_whose_lists_stay_whole() -> None:
    tokens = MarkdownIt("commonmark").parse(HANDBOOK)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    assert levels[0] == 1
    assert all(1 < new <= old + 1 for old, new in pairwise(levels))
    items = [token.level for token in tokens if token.type == "list_item_open" and token.markup == "."]
    assert items == [1] * (len(default().steps) + len(default().elements) + 3)


def test_the_least_playbook_makes_a_handbook_without_gaps() -> None:
    handbook = as_handbook(PLAYBOOK)
    assert "\n\n\n" not in handbook
    assert not re.search(r"\S {2,}\S|  $", handbook, re.MULTILINE)


def test_a_playbook_without_criteria_has_a_handbook() -> None:
    assert "It is an incident as soon as" not in as_handbook(replace(PLAYBOOK, criteria=()))


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"criteria": (Criterion(slug=Slug("a"), name="Down", people=1, declares=True),)},
         "Down , once 1 person is affected. It is then declared by itself."),
        ({"severities": (Term(slug=Slug("bad"), name="Bad", text="Very."),)}, "How severe it is - Bad. Very."),
        ({"state": ""}, "Version 1 of `small`. ##"),
        ({"suggest": "https://example.org/process"}, "Suggest a change: <https://example.org/process"),
        ({"hours": Hours(days=("monday", "sunday"), holidays=("2026-12-25", "2027-01-01"))},
         "works Monday and Sunday, from 09:00 to 17:00 on their own clock. "
         "Nobody works on 25 December 2026 and 1 January 2027."),
        ({"cadence": Cadence(first=1, every=61)}, "within 1 minute after it is declared, and from then on every 1 h"),
        ({"cadence": Cadence(every=0)}, "The communities hear from us when we promised that they would, and by no"),
        ({"hand_over": HandOver(after=60, before_end=0)}, "after 1 hour, when their day ends, and outside their hours"),
        ({"tickets": Tickets(unattended=True)}, "Who writes a ticket while nobody is at work is told so at once"),
        ({"gates": Gates(resolve=Gate(blocks=("title",), warns=("impact",)))},
         "Before an incident is resolved , Tocsin also looks for this."),
        ({"review": Review(readers=2, commander=False)}, "once 2 people besides its owner have approved it."),
        ({"review": Review(readers=0)}, "once whoever was Incident Commander finds it complete."),
        ({"review": Review(readers=0, commander=False)}, "once its owner asks for it."),
        ({"triagers": Slug("support")}, "Somebody of the group `support` who is at work, or else whoever declares it,"),
        ({"roles": (Role(slug=Slug("a"), name="All", duties=("commands", "tells-outside", "approves")),)},
         "One person at a time; commands, talks with the communities and approves what is said outside."),
        ({"messages": (Message(slug="brief", name="B", body="a {{nobody}} {{ title }}"),)},
         "a {{nobody}} ‹what people cannot do, in a few words›"),
    ],
)  # fmt: skip
def test_each_thing_is_said_in_words(new: dict[str, object], words: str) -> None:
    assert words in said(replace(PLAYBOOK, **new))  # type: ignore[arg-type]


@pytest.mark.parametrize(("minutes", "words"), [(0, ""), (1, "1 minute"), (60, "1 hour"), (150, "2 hours 30 minutes")])
def test_a_length_of_time_is_said_as_people_say_it(minutes: int, words: str) -> None:
    assert length(minutes) == words
