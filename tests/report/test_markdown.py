"""The report as a MyST document: what it says, and that nothing anybody wrote can break it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from tests.counting import calls
from tests.report.documents import (
    ADA,
    BOB,
    COMMANDER,
    NOON,
    RESOLVED,
    SMALL,
    built,
    documents,
    line,
    minute,
    saying,
    texts,
)
from tocsin.core import events as e
from tocsin.core.ids import Seq, Slug
from tocsin.core.incident import Action
from tocsin.core.moments import Moment
from tocsin.report.document import Document, Part, Section
from tocsin.report.markdown import as_markdown, inline

MYST = create_md_parser(MdParserConfig(enable_extensions={"dollarmath", "colon_fence", "tasklist"}), RendererHTML)
RUN = {"myst_role", "myst_target", "myst_block_break", "myst_line_comment", "math_inline", "math_block", "colon_fence"}


def written(document: Document) -> str:
    return as_markdown(document).decode()


def parsed(document: Document) -> list[Token]:
    return MYST.parse(written(document))


def headings(document: Document, tag: str) -> list[str]:
    """The words of the headings of one level; those in lists and quotations are no part of the outline."""
    tokens = parsed(document)
    opened = (at for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0)
    return [words(tokens[at + 1]) for at in opened if tokens[at].tag == tag]


def words(inline_token: Token) -> str:
    def said(token: Token) -> str:
        return "\n" if token.type in ("softbreak", "hardbreak") else token.content

    return "".join(said(token) for token in inline_token.children or [])


def front_matter(document: Document) -> Any:
    tokens = parsed(document)
    assert tokens[0].type == "front_matter"
    return yaml.safe_load(tokens[0].content)


def section(text: str) -> Document:
    return replace(SMALL, sections=(Section(slug=Slug("overview"), title="Overview", text=text),))


# ── the front matter ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_front_matter_says_title_date_and_whom_it_is_about() -> None:
    assert front_matter(built()) == {
        "title": "Lagoon hub cannot start servers",
        "subject": "Incident report",
        "date": date(2026, 11, 12),
        "keywords": ["Lagoon hub", "Coast College"],
    }


def test_the_date_is_the_day_the_impact_began_by_the_reports_clock() -> None:
    start = Moment(at=datetime(2022, 11, 1, 1, 27, tzinfo=UTC))
    document = replace(SMALL, impact=e.ImpactSet(start=start), zone="America/Los_Angeles")
    assert front_matter(document)["date"] == date(2022, 10, 31)


@pytest.mark.parametrize(
    "title", ["a: b", "---", "- x", "503", "null", "{x}", "'\"", "# x", "a\n---\nb", "é 🔥 \ufeff"]
)
def test_whatever_the_title_the_front_matter_holds_it_on_one_line(title: str) -> None:
    assert front_matter(replace(SMALL, title=title))["title"] == " ".join(title.split())


def test_the_first_heading_is_the_title_so_that_a_site_shows_it_once() -> None:
    document = replace(SMALL, title="[a:b] `c` *d* _e_ f_g <h> {i}`j` $k$ l|m #")
    assert headings(document, "h1") == [front_matter(document)["title"]] == [document.title]


@pytest.mark.parametrize("title", ["", " \n "])
def test_without_a_title_the_number_has_to_do(title: str) -> None:
    assert headings(replace(SMALL, title=title), "h1") == ["Incident 7"]


# ── the facts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_facts_say_how_it_stands() -> None:
    text = written(built(RESOLVED))
    for fact in (
        "- **Status:** Draft",
        "- **Owner of the review process:** Ada Lovelace",
        "- **Services:** Lagoon hub",
        "- **Communities:** Coast College",
        "- **Declared:** 12 November 2026, 12:00 GMT",
        "- **Resolved:** 12 November 2026, 12:02 GMT",
        "- **Verified:** A server starts.",
    ):
        assert f"\n{fact}\n" in text


def test_a_role_says_from_when_and_until_when() -> None:
    text = written(built(e.RoleAssigned(role=COMMANDER, person=BOB, relieves=(ADA,))))
    first = "Ada Lovelace, from 12 November 2026, 12:01 GMT until 12 November 2026, 12:02 GMT"
    assert f"- **Incident Commander:** {first}\n" in text
    assert "- **Incident Commander:** Bob Brown, from 12 November 2026, 12:02 GMT\n" in text


def test_what_is_not_known_yet_is_said_so_and_what_is_empty_left_out() -> None:
    text = written(SMALL)
    assert "- **Impact began:** not known\n- **Impact ended:** not known\n- **Declared:**" in text
    assert "- **Resolved:** not yet" in text
    assert "**Services" not in text


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, None), (153, None), "2 hours 33 minutes"),
        ((0, None), (0, None), "less than a minute"),
        ((0, None), (1501, None), "1 day 1 hour 1 minute"),
        ((0, 10), (60, 70), "between 50 minutes and 1 hour 10 minutes"),
        ((0, 30), (20, None), "up to 20 minutes"),
    ],
)
def test_the_impact_lasted_as_long_as_is_known(
    start: tuple[int, int | None], end: tuple[int, int | None], expected: str
) -> None:
    began, ended = (Moment(at=minute(at), until=None if to is None else minute(to)) for at, to in (start, end))
    assert f"- **Impact lasted:** {expected}\n" in written(replace(SMALL, impact=e.ImpactSet(start=began, end=ended)))


def test_an_impact_that_ends_before_it_begins_has_no_length() -> None:
    impact = e.ImpactSet(start=Moment(at=minute(9)), end=Moment(at=minute(0)))
    assert "Impact lasted" not in written(replace(SMALL, impact=impact))


def test_a_vague_beginning_is_a_range() -> None:
    impact = e.ImpactSet(start=Moment(at=minute(0), until=minute(5)))
    expected = "between 12 November 2026, 12:00 GMT and 12 November 2026, 12:05 GMT"
    assert f"- **Impact began:** {expected}\n" in written(replace(SMALL, impact=impact))


def test_an_exercise_says_so() -> None:
    assert "*This was an exercise" in written(replace(SMALL, drill=True))
    assert "exercise" not in written(SMALL)


def test_a_replayed_report_says_so() -> None:
    assert "*Replayed from a record kept elsewhere" in written(replace(SMALL, replayed=True))
    assert "Replayed" not in written(SMALL)


# ── prose and actions ──────────────────────────────────────────────────────────────────────────────────────────────


def test_written_sections_stand_under_their_names_and_empty_ones_are_left_out() -> None:
    document = built(sections={"what-happened": "It *stopped*."})
    assert headings(document, "h2") == ["What happened", "Timeline"]
    assert "\n## What happened\n\nIt *stopped*.\n\n" in written(document)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("# A\n\n## B", "### A\n\n#### B"),
        ("#### A\n\n###### B", "### A\n\n#### B"),
        ("## B\n\n# A", "### B\n\n### A"),
        ("A\n===\n\nB\nb\n---\ntext", "### A\n\n\n#### B b\n\n\ntext"),
        ("A \\#\n===", "### A \\# #\n"),
        ("```\n# code\n```\n\n# A", "```\n# code\n```\n\n### A"),
        ("> # quoted", "> # quoted"),
    ],
)
def test_headings_in_a_section_are_fitted_below_it(typed: str, expected: str) -> None:
    assert f"\n## Overview\n\n{expected}\n\n## Timeline" in written(section(typed))


def test_an_address_in_a_section_is_a_link_whatever_is_in_it() -> None:
    assert "\n\nSee <https://x.org/__init__.py>.\n\n" in written(section("See https://x.org/__init__.py."))


def test_fitting_the_headings_costs_no_more_than_the_text_beside_a_table_of_empty_cells() -> None:
    def cost(columns: int) -> int:
        table = f"|{'a|' * columns}\n|{'-|' * columns}\n" + "|\n" * columns
        return calls(lambda text: written(section(text)), f"# A\n\n{table}")

    assert cost(600) < 2.5 * cost(300)


def test_actions_are_a_list_of_tasks_with_their_links() -> None:
    url = "https://github.com/example/hub/issues/1"
    actions = (
        Action(seq=Seq(1), text="Alert on it", url=url),
        Action(seq=Seq(2), text=url, url=url, done=True),
        Action(seq=Seq(3), text="Ask `kube` | nicely", url="javascript:alert(1)"),
    )
    expected = f"- [ ] Alert on it <{url}>\n- [x] <{url}>\n- [ ] Ask \\`kube\\` \\| nicely javascript:alert(1)\n"
    assert f"\n## Action items\n\n{expected}" in written(replace(SMALL, actions=actions))


def test_an_action_says_what_it_improves() -> None:
    action = Action(seq=Seq(1), text="Alert on it", url="https://git.example/1", improves="technology")
    expected = "- [ ] Alert on it <https://git.example/1> (improves: technology)\n"
    assert f"\n{expected}" in written(replace(SMALL, actions=(action,)))


@pytest.mark.parametrize("text", ["# x", "1. x", "- x", "> x", "% x", "(x)=", "+++", ": x", "(x) y", "3.5 x"])
def test_an_action_is_words_whatever_it_begins_with(text: str) -> None:
    document = replace(SMALL, actions=(Action(seq=Seq(1), text=text),))
    assert text in [words(token) for token in parsed(document) if token.type == "inline"]


def test_where_no_action_is_needed_it_says_why() -> None:
    assert "\n## Action items\n\nNone is needed: A drill.\n" in written(replace(SMALL, no_action="A drill."))


# ── the timeline ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_says_when_what_and_who_and_then_its_words_as_they_were_written() -> None:
    text = "Hub logs:\n```\n[E] {disk} is $full$\n```\n* a `b`\n> c"
    assert f"\n\n**12:00 GMT** · Note · Ada Lovelace\n\n{text}\n" in written(saying(text))


def test_a_line_without_words_is_its_kind_alone() -> None:
    document = replace(SMALL, timeline=(line("", kind="acknowledged"), line(" \n")))
    assert written(document).endswith(
        "**12:00 GMT** · Acknowledged · Ada Lovelace\n\n**12:00 GMT** · Note · Ada Lovelace\n"
    )


def test_links_that_the_words_do_not_show_follow_them() -> None:
    shown, other = "https://a.example/1", "https://a.example/12"
    document = replace(SMALL, timeline=(line(f"See {other}", links=(other, shown, "pagerduty:1869")),))
    assert written(document).endswith(f"See {other}\n\nLinks: <{shown}>, pagerduty:1869\n")


def test_one_such_link_is_called_a_link() -> None:
    assert "\n\nLink: ticket:coast-1\n" in written(replace(SMALL, timeline=(line("x", links=("ticket:coast-1",)),)))


def test_every_day_has_its_heading() -> None:
    document = replace(SMALL, timeline=(line("a"), line("b", at=minute(719)), line("c", at=minute(720))))
    assert headings(document, "h3") == ["Thursday, 12 November 2026", "Friday, 13 November 2026"]


@pytest.mark.parametrize(
    ("zone", "at", "shown", "legend"),
    [
        ("America/Los_Angeles", "2022-11-01T01:27Z", "18:27 PDT", "America/Los_Angeles (PDT is UTC-07:00)"),
        ("Europe/Bucharest", "2026-02-11T06:46Z", "08:46 EET", "Europe/Bucharest (EET is UTC+02:00)"),
        ("Asia/Kathmandu", "2026-02-11T06:46Z", "12:31 UTC+05:45", "Asia/Kathmandu (UTC+05:45)"),
        ("Europe/London", "2026-02-11T06:46Z", "06:46 GMT", "Europe/London (GMT is UTC)"),
        ("UTC", "2026-02-11T06:46Z", "06:46 UTC", "UTC"),
    ],
)
def test_times_are_those_of_the_reports_zone_and_name_it(zone: str, at: str, shown: str, legend: str) -> None:
    text = written(replace(SMALL, zone=zone, timeline=(line("x", at=datetime.fromisoformat(at)),)))
    assert f"\n**{shown}** · Note" in text
    assert f"\nAll times are in {legend}.\n" in text


def test_the_hour_that_comes_twice_in_autumn_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    document = replace(SMALL, timeline=(line("a", at=first), line("b", at=first + timedelta(hours=1))))
    text = written(document)
    assert "**01:30 BST**" in text
    assert "**01:30 GMT**" in text
    assert "All times are in Europe/London (BST is UTC+01:00, GMT is UTC)." in text


def test_seconds_are_shown_only_where_there_are_any() -> None:
    document = replace(
        SMALL, timeline=(line("a", at=NOON.replace(second=5)), line("b", at=NOON.replace(microsecond=9)))
    )
    assert "**12:00:05 GMT**" in written(document)
    assert "**12:00 GMT**" in written(document)


@pytest.mark.parametrize(
    ("minutes", "shown"), [(30, "12:00 GMT – 12:30 GMT"), (800, "12:00 GMT – 13 November 2026, 01:20 GMT")]
)
def test_a_range_is_shown_as_one(minutes: int, shown: str) -> None:
    ranged = replace(line("x"), at=Moment(at=NOON, until=minute(minutes)))
    assert f"\n**{shown}** · Note" in written(replace(SMALL, timeline=(ranged,)))


# ── what people can write ──────────────────────────────────────────────────────────────────────────────────────────


@given(texts)
def test_any_text_on_one_line_is_shown_as_it_is(text: str) -> None:
    shown = words(MYST.parseInline(f"x {inline(text)} x")[0])
    unseen = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
    controls = dict.fromkeys([*range(32), *range(127, 160)], " ")
    assert shown.split() == f"x {text.translate(unseen | controls)} x".split()


@pytest.mark.parametrize(
    "hostile", ["```{note}\nx\n```", "{ref}`x`", "# x", "<b>", "---", "a|b", "$$x$$", "[x](y)", "\n\n"]
)
def test_no_name_breaks_the_facts(hostile: str) -> None:
    part = Part(role=COMMANDER, name=hostile, person=hostile, since=NOON)
    document = replace(SMALL, owner=hostile, status=hostile, verified=hostile, services=(hostile,), roles=(part,))
    kinds = Counter(token.type for token in parsed(document))
    assert kinds["bullet_list_open"] == 1
    assert kinds["heading_open"] == 2


@pytest.mark.parametrize(
    "hostile", ["```", "~~~\nx", "<!--", "<script>", "---\nx: 1\n---", ":::{note}", "$$\nx", "# x", "x\n==="]
)
def test_no_line_swallows_the_next(hostile: str) -> None:
    document = saying(hostile, "still here")
    said = [words(token) for token in parsed(document) if token.type == "inline" and token.level == 1]
    assert said[-1] == "still here"
    assert headings(document, "h1") == [document.title]


@given(documents)
def test_nothing_anybody_wrote_is_run_or_becomes_part_of_the_outline(document: Document) -> None:
    named = [section.title for section in document.sections if section.text.strip()]
    acted = ["Action items"] if document.actions or document.no_action.strip() else []
    assert len(headings(document, "h1")) == 1
    assert len(headings(document, "h2")) == len(named) + len(acted) + 1
    assert not run(parsed(document))


def run(tokens: list[Token]) -> list[str]:
    """Whatever a MyST site would act on."""
    inner = [child for token in tokens for child in token.children or []]
    live = [token.type for token in [*tokens, *inner] if token.type in RUN or token.type.startswith("html")]
    return live + [token.info for token in tokens if token.type == "fence" and token.info.startswith("{")]


@given(documents)
def test_any_report_keeps_its_front_matter_to_what_sites_know(document: Document) -> None:
    assert set(front_matter(document)) <= {"title", "subject", "date", "keywords"}


@given(documents)
def test_any_report_has_every_line_under_its_time(document: Document) -> None:
    paragraphs = Counter(token.content.partition("** · ")[1] for token in parsed(document) if token.type == "inline")
    assert paragraphs["** · "] >= len(document.timeline)
