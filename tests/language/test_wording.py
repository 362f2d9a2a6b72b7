"""Messages with blanks: filled with what an incident says, never run, and cheap whatever they hold."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_any_sequence import STORIES, Tried
from tests.core.world import BOB, DANA, DUBOIS, MINUTE, NOON, ONE, PLAYBOOK, TORONTO, TOWN, Town, declared
from tocsin.core import commands as c
from tocsin.core.ids import Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Term
from tocsin.language.wording import BLANKS, fill, gaps, spoken, unknown, values

SAID = {"title": "Nobody can log in", "cause": "The disk is full.", "tried": "", "next": " \n", "state": "a\nb"}
NOT_RUN = [
    "{{ ''.__class__.__mro__ }}",
    "{{ 'a'*10**9 }}",
    "{{ title.upper() }}",
    "{{ title | upper }}",
    "{{ title }",
    "{{ {title} }}",
    "{{ }}",
    "{{ Title }}",
    "{{ title",
    "{% for x in range(10**9) %}",
    "{% include '/etc/passwd' %}",
    "{% raw",
]
"""What other template languages would do something with."""


# ── unknown blanks ──


@pytest.mark.parametrize("template", NOT_RUN)
def test_what_is_no_plain_name_is_unknown_and_stays_as_it_is_written(template: str) -> None:
    [(line, name)] = unknown(f"Hello.\n\nSo {template}\nIt is.")
    assert line == 3
    assert name in template
    assert fill(template, SAID) == template


def test_every_unknown_blank_is_named_with_its_line() -> None:
    assert unknown("{{ title }} {{ mood }}\n{{ cause }}\r\n{{hue}} {{ mood }}") == [
        (1, "mood"),
        (3, "hue"),
        (3, "mood"),
    ]


def test_a_long_expression_is_named_in_short() -> None:
    [(_, name)] = unknown("{{ " + "x" * 10_000 + " }}")
    assert name == "x" * 60 + "…"


def test_every_blank_is_known_and_says_what_it_is() -> None:
    assert unknown("\n".join(f"{{{{ {name} }}}}" for name in BLANKS)) == []
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) and what == what.strip() for name, what in BLANKS.items())


# ── filling ──


@pytest.mark.parametrize("blank", ["{{ title }}", "{{title}}", "{{   title\t}}"])
def test_a_blank_is_filled_however_it_is_spaced(blank: str) -> None:
    assert fill(f"“{blank}”.", SAID) == "“Nobody can log in”."


def test_a_paragraph_all_of_whose_blanks_are_empty_is_left_out() -> None:
    assert fill("Hello.\n\nTried: {{ tried }}\nNext: {{ next }}\n\n\nCause: {{ cause }}", SAID) == (
        "Hello.\n\nCause: The disk is full."
    )


def test_an_empty_blank_beside_a_full_one_is_marked_for_whoever_writes() -> None:
    text = fill("- {{ cause }}\n- {{ tried }}", SAID)
    assert text == "- The disk is full.\n- [… what was tried]"
    assert gaps(text) == ["what was tried"]


def test_a_blank_that_nobody_gave_is_empty() -> None:
    assert fill("{{ title }}: {{ report }}", SAID) == "Nobody can log in: [… the address of the report]"
    assert fill("{{ report }}", SAID) == ""


def test_a_template_may_mark_gaps_of_its_own() -> None:
    assert gaps(fill("{{ title }}. [… what will change]", SAID)) == ["what will change"]


def test_a_paragraph_without_blanks_stays() -> None:
    assert fill("\n\nHello.\n", {}) == "Hello."


def test_what_is_filled_in_keeps_its_lines() -> None:
    assert fill("> {{ state }}", SAID) == "> a\nb"


@pytest.mark.parametrize(("item", "under"), [("- ", "  "), ("  * **Now:** ", "    "), ("12. ", "    ")])
def test_what_fills_an_item_of_a_list_stays_in_it(item: str, under: str) -> None:
    text = fill(f"{item}{{{{ state }}}}\n- {{{{ cause }}}}", {"state": "a\n\nb\n- c", "cause": "x"})
    assert text == f"{item}a\n\n{under}b\n{under}- c\n- x"


def test_what_is_filled_in_is_not_read_for_blanks() -> None:
    assert (
        fill("{{ title }} {{ cause }}", {"title": "{{ cause }}", "cause": "{{ title }}"}) == "{{ cause }} {{ title }}"
    )


@pytest.mark.parametrize("part", ["{{", "{%", "{{ title }}", "{{ x", "}}", "\n", " ", "[… ", "{{ 'a'*10**9 }}", "\\1"])
def test_a_template_costs_no_more_than_its_length(part: str) -> None:
    template = f"{part * (600_000 // len(part))}\n."
    begun = process_time()
    unknown(template)
    assert len(fill(template, {"title": "x"})) <= len(template)
    gaps(template)
    assert process_time() - begun < 5


@given(st.text(alphabet="{}% ab\n[…]", max_size=80), st.text(max_size=10))
def test_filling_runs_nothing_and_keeps_all_that_is_no_blank(template: str, title: str) -> None:
    filled = fill(template, {"title": title})
    kept = [line.rstrip() for line in template.split("\n") if line.strip()]
    assert [line for line in filled.split("\n") if line] == kept


@given(st.lists(st.sampled_from(["{{ title }}", "{{ cause }}", "{{ x }}", "word", "\n", "\n\n"]), max_size=12))
def test_a_filled_message_has_no_known_blank_left(parts: list[str]) -> None:
    filled = fill(" ".join(parts), {"title": "A", "cause": ""})
    assert not {"title", "cause"} & set(re.findall(r"{{ (\w+) }}", filled))


# ── what stands in the blanks ──


def told(incident: Incident, town: Town = TOWN, **given: object) -> dict[str, str]:
    return values(incident, PLAYBOOK, town, zone="America/Santiago", **given)  # type: ignore[arg-type]


def test_of_an_incident_nothing_is_known_of_every_blank_is_empty_but_its_number() -> None:
    empty = told(Incident(number=ONE))
    assert set(empty) == set(BLANKS)
    assert {name for name, value in empty.items() if value} == {"number"}


def test_people_and_places_go_by_their_names() -> None:
    story = declared(communities=("utoronto", "dubois"), services=("utoronto/prod", "hubs"), criterion="login")
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"), c.SetPhase(incident=ONE, phase="watching"))
    it = told(story.incident, community=TORONTO.slug)
    assert it["communities"] == "University of Toronto and Du Bois"
    assert it["service"] == "Toronto's hub and Managed JupyterHubs"
    assert (it["criterion"], it["phase"]) == ("Nobody can log in", "Watching it")
    assert (it["commander"], it["liaison"]) == ("Ada Lovelace", "Bob Kahn")
    assert (it["community"], it["representatives"]) == ("University of Toronto", "Charlie Babbage")


def test_of_three_the_first_two_are_parted_by_a_comma() -> None:
    people = replace(TORONTO, representatives=(BOB.handle, DANA.handle, BOB.handle, TORONTO.representatives[0]))
    it = told(declared().incident, Town(communities=(people, DUBOIS)), community=TORONTO.slug)
    assert it["representatives"] == "Bob Kahn, Dana Scott and Charlie Babbage"


def test_what_is_lost_goes_by_its_slug() -> None:
    incident = replace(
        declared().incident, services=(Slug("mars"),), communities=(Slug("moon"),), phase=Slug("gone"),
        severity=Slug("high"),
    )  # fmt: skip
    it = told(incident, community=Slug("moon"))
    assert [it[name] for name in ("service", "communities", "community", "phase", "severity")] == [
        "mars", "moon", "moon", "gone", "high",
    ]  # fmt: skip
    assert it["representatives"] == ""


def test_until_somebody_else_does_whoever_commands_talks_with_the_communities() -> None:
    it = told(declared().incident)
    assert it["liaison"] == it["commander"] == "Ada Lovelace"


def test_the_plan_stands_in_its_blanks() -> None:
    story = declared()
    story.tell(c.SetPlan(incident=ONE, state="a", cause="b", tried="c", next="d"))
    it = told(story.incident)
    assert [it[name] for name in ("state", "cause", "tried", "next")] == ["a", "b", "c", "d"]


def test_times_are_on_the_readers_clock_and_name_it() -> None:
    it = told(declared().incident, promise=NOON + 810 * MINUTE, human=NOON)
    assert it["promise"] == "Thursday, 12 November 2026, 22:30 Santiago time (UTC-03:00)"
    assert it["next-human-hour"] == "Thursday, 12 November 2026, 09:00 Santiago time (UTC-03:00)"
    assert it["declared"] == "Thursday, 12 November 2026, 09:01 Santiago time (UTC-03:00)"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "12:00 UTC"),
        ("Etc/GMT+5", "07:00 UTC-05:00"),
        ("Asia/Kolkata", "17:30 Kolkata time (UTC+05:30)"),
        ("Europe/London", "12:00 London time (UTC)"),
        ("America/Argentina/Buenos_Aires", "09:00 Buenos Aires time (UTC-03:00)"),
    ],
)
def test_a_zone_is_named_as_people_call_it(zone: str, said: str) -> None:
    assert spoken(NOON, zone) == f"Thursday, 12 November 2026, {said}"


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"start": NOON}, "since {0}"),
        ({"end": NOON}, "until {0}"),
        ({"start": NOON, "end": NOON}, "from {0} until {0}"),
        ({"start": NOON - MINUTE, "start_until": NOON}, "since between {1} and {0}"),
    ],
)
def test_the_impact_is_said_as_far_as_it_is_known(window: dict[str, Any], said: str) -> None:
    story = declared()
    story.tell(c.SetImpact(incident=ONE, **window))
    noon, before = (spoken(at, "America/Santiago") for at in (NOON, NOON - MINUTE))
    assert told(story.incident)["impact"] == said.format(noon, before)


def test_asks_say_who_what_and_by_when() -> None:
    story = declared()
    story.tell(
        c.Delegate(incident=ONE, what="Look at\nthe disk.", to="triagers"),
        c.Delegate(incident=ONE, what="Restart it.", to="dana", until=NOON + timedelta(hours=1)),
        c.Delegate(incident=ONE, what="Done.", to="dana"),
    )
    story.tell(c.AcceptAsk(incident=ONE, ask=story.entries[-2].seq), by=DANA)
    story.tell(c.FinishAsk(incident=ONE, ask=story.entries[-2].seq, outcome="x"), by=DANA)
    assert told(story.incident)["asks"] == (
        "- Support Triagers: Look at the disk. (not taken yet)\n"
        "- Dana Scott: Restart it. (by Thursday, 12 November 2026, 10:00 Santiago time (UTC-03:00))"
    )


def test_a_group_that_is_lost_goes_by_its_slug() -> None:
    story = declared()
    story.tell(c.Delegate(incident=ONE, what="Look.", to="triagers"))
    assert told(story.incident, Town(groups=()))["asks"].startswith("- triagers: ")


def test_tickets_links_and_actions_are_listed() -> None:
    story = declared(tickets=("fd:7", "fd:8"), description="Since noon.")
    story.tell(
        c.AddLink(incident=ONE, url="https://example.org/board", title="The board"),
        c.AddAction(incident=ONE, text="Buy a disk.", url="https://example.org/1"),
        c.AddAction(incident=ONE, text="Watch it."),
    )
    it = told(story.incident)
    assert (it["tickets"], it["links"]) == ("fd:7 and fd:8", "- The board https://example.org/board")
    assert it["actions"] == "- Buy a disk. https://example.org/1\n- Watch it."
    assert it["description"] == "Since noon."


def test_what_the_incident_cannot_know_is_given() -> None:
    it = told(
        declared().incident, channel="#inc-1", report="https://example.org/r", role=Slug("commander"), by=BOB.handle,
        why="It is late.",
    )  # fmt: skip
    assert [it[name] for name in ("channel", "report", "role", "from", "why")] == [
        "#inc-1", "https://example.org/r", "Incident Commander", "Bob Kahn", "It is late.",
    ]  # fmt: skip


def test_a_severity_goes_by_its_name() -> None:
    severe = replace(PLAYBOOK, severities=(Term(slug=Slug("high"), name="High"),))
    incident = replace(declared().incident, severity=Slug("high"))
    assert values(incident, severe, TOWN, zone="UTC")["severity"] == "High"


@given(STORIES)
def test_whatever_happens_every_blank_has_its_value(tale: Tried) -> None:
    story = tale.story
    it = values(story.incident, story.playbook, story.town, zone="UTC")
    assert set(it) == set(BLANKS)
    assert unknown(fill("\n".join(f"{{{{ {name} }}}}" for name in BLANKS), dict.fromkeys(BLANKS, "x"))) == []
