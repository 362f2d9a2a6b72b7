"""The report as a page: what it says, how it is built, and that nothing anybody wrote does anything there."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given

from tests.report.documents import ADA, BOB, COMMANDER, NOON, RESOLVED, SMALL, built, documents, line, minute, saying
from tocsin.core import events as e
from tocsin.core.ids import Seq, Slug
from tocsin.core.incident import Action
from tocsin.core.moments import Moment
from tocsin.core.timeline import REPORTED, LineKind
from tocsin.language.markup import as_html as drawn
from tocsin.language.markup import tree
from tocsin.report.data import as_json
from tocsin.report.document import Document, Line, Noticed, Part, Section
from tocsin.report.html import as_html
from tocsin.report.html.style import policy, style
from tocsin.report.lines import WORDS

VOID = {"meta", "br", "hr"}
TAGS = {
    "html", "head", "meta", "title", "style", "body", "a", "div", "header", "span", "bdi", "nav", "ul", "ol", "li",
    "main", "section", "h1", "h2", "h3", "h4", "h5", "h6", "p", "dl", "dt", "dd", "b", "i", "small", "time", "footer",
    "code", "pre", "em", "strong", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "br", "hr",
    "figure", "figcaption", "svg", "defs", "pattern", "path", "line", "rect", "text", "circle", "g",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "dir", "rel", "datetime", "tabindex",
    "role", "aria-label", "aria-labelledby", "aria-hidden", "start", "scope",
}  # fmt: skip
DRAWING = {
    "viewbox", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "width", "height", "text-anchor",
    "patternunits", "patterntransform", "overflow", "transform", "fill", "dx", "dy", "points",
}  # fmt: skip


@dataclass
class Element:
    """One element of a page, and the words in it."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class Page(HTMLParser):
    """A page, read strictly: every element is closed, and in its turn."""

    def __init__(self, document: Document, **options: Any) -> None:
        super().__init__()
        self.source = as_html(document, **options).decode()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(self.source)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(each.tag for each in self._open))
        assert len(element.attributes) == len(attrs)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = attributes.items()
        return [each for each in self.elements if each.tag == tag and wanted <= each.attributes.items()]

    def of_class(self, name: str) -> list[Element]:
        return [each for each in self.elements if name in each.attributes.get("class", "").split()]

    @property
    def text(self) -> str:
        """All that can be seen."""
        return self.all("body")[0].text

    @property
    def headings(self) -> list[tuple[int, str]]:
        return [(int(each.tag[1]), each.text) for each in self.elements if re.fullmatch("h[1-6]", each.tag)]

    @property
    def facts(self) -> dict[str, str]:
        names, values = self.all("dt"), self.all("dd")
        return {name.text: value.text for name, value in zip(names, values, strict=True)}

    @property
    def times(self) -> list[tuple[str, str]]:
        return [(each.attributes["datetime"], each.text) for each in self.all("time")]


def section(text: str, *, slug: str = "overview") -> Document:
    return replace(SMALL, sections=(Section(slug=Slug(slug), title="Overview", text=text),))


def plain(text: str) -> str:
    return " ".join(text.split())


# ── the page ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_in_english_and_has_the_reports_title() -> None:
    page = Page(built())
    assert page.source.startswith("<!doctype html>\n")
    assert page.all("html")[0].attributes == {"lang": "en"}
    assert page.all("title")[0].text == "Lagoon hub cannot start servers · Incident report"


def test_without_a_title_the_number_has_to_do() -> None:
    assert Page(replace(SMALL, title=" \n ")).all("h1")[0].text == "Incident 7"


def test_the_same_document_gives_the_same_bytes() -> None:
    assert as_html(built(RESOLVED)) == as_html(built(RESOLVED))


def test_a_page_is_small_although_it_holds_its_fonts() -> None:
    assert len(as_html(built(RESOLVED))) < 350_000


def test_the_page_has_its_landmarks() -> None:
    page = Page(built(), name="x")
    assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert page.all("nav")[0].attributes == {"aria-label": "This report in other forms"}


def test_the_first_link_leads_past_the_head_of_the_page() -> None:
    page = Page(built())
    assert page.all("a")[0].attributes["href"] == f"#{page.all('main')[0].attributes['id']}"


@given(documents)
def test_the_outline_begins_with_the_title_and_skips_no_level(document: Document) -> None:
    levels = [level for level, _ in Page(document).headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@given(documents)
def test_every_id_is_there_once_and_every_label_has_its_element(document: Document) -> None:
    page = Page(document)
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert {each.attributes["aria-labelledby"] for each in page.all("section")} <= set(ids)


def test_the_other_forms_lie_beside_it() -> None:
    page = Page(built(), name="2026-11-12-lagoon")
    found = [each.attributes["href"] for each in page.all("a") if "nav" in each.within]
    assert found == [f"./2026-11-12-lagoon.{form}" for form in ("pdf", "md", "json")]


def test_where_nobody_knows_yet_what_they_will_be_called_none_is_offered() -> None:
    assert not Page(built()).all("nav")


def test_a_form_that_there_is_none_of_is_not_offered() -> None:
    assert [each.text for each in Page(built(), name="x", forms=("json", "md")).all("nav")] == ["Markdown JSON"]
    assert not Page(built(), name="x", forms=()).all("nav")


def test_who_quotes_the_report_can_say_which_one_it_was() -> None:
    document = built(RESOLVED)
    quoted = Page(document).all("footer")[0].text
    assert "“Lagoon hub cannot start servers”. Report of incident 7, 12 November 2026." in quoted
    assert sha256(as_json(document)).hexdigest() in quoted


# ── nothing acts, and nothing is asked for ─────────────────────────────────────────────────────────────────────────


def test_the_browser_may_load_nothing_and_apply_these_rules_alone() -> None:
    page = Page(built())
    rules = b64encode(sha256("".join(page.all("style")[0].words).encode()).digest()).decode()
    (said,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert said.attributes["content"] == policy()
    assert policy().startswith(f"default-src 'none'; style-src 'sha256-{rules}'; font-src data:; ")


def test_every_colour_is_said_once_and_once_more_for_browsers_that_know_no_dark_ones() -> None:
    said = re.findall(r"(--[\w-]+): light-dark\(", style())
    assert sorted(said) == sorted(set(said)) == sorted(re.findall(r"(--[\w-]+): #", style()))


def test_no_rule_asks_for_a_colour_or_a_measure_that_there_is_not() -> None:
    said = set(re.findall(r"(--[\w-]+):", style()))
    assert set(re.findall(r"var\((--[\w-]+)\)", style())) <= said


def test_the_rules_ask_nobody_for_anything() -> None:
    assert all(found.startswith("data:font/woff2;base64,") for found in re.findall(r"url\(([^)]*)\)", style()))
    assert "@import" not in style()
    assert "</style" not in style()


HOSTILE = (
    "<script>alert(1)</script>", "</title><script>alert(1)</script>", "</style><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>", "' autofocus onfocus='alert(1)", "<!-- -->", "<![CDATA[x]]>", "&lt;b&gt; &#60;b&#62;",
    "{{ 7*7 }}{% raw %}", "{{ page.__class__ }}", "[x](javascript:alert(1))", "![x](https://example.org/x.png)",
    "<https://example.org/\"onmouseover=alert(1)>", "https://example.org/<script>", "javascript:alert(1)",
    "<pre tabindex=0 onfocus=alert(1)>x", "<div class=record>", "`<pre>`", "\u202eabc\u2066", "a\u200bb\ufeffc",
    "שלום עולם", "日本語", "👩‍🚀🔥", "#read(\"/etc/passwd\")", "```{note}\nx\n```", "> " * 60 + "deep", "x" * 10_000,
    "```12:01 W first line\nsecond\n```", "$$x$$", "| a | b |\n| - | - |\n| 1 | 2 | 3 |", "{ref}`x`", "</main></body>",
)  # fmt: skip


def everywhere(text: str) -> Document:
    """A report in which this stands wherever somebody writes."""
    part = Part(role=Slug(text), name=text, person=text, since=NOON)
    return replace(
        SMALL,
        title=text,
        status=text,
        owner=text,
        services=(text,),
        communities=(text,),
        verified=text,
        roles=(part,),
        sections=(Section(slug=Slug("a"), title=text, text=text), Section(slug=Slug("b"), title=text, text=text)),
        timeline=(Line(at=Moment(at=NOON), kind="note", by=text, text=text, links=(text,)),),
        actions=(Action(seq=Seq(1), text=text, url=text),),
    )


def inert(page: Page) -> None:
    """Nothing on the page does anything, and all that leads away from it are links."""
    for each in page.elements:
        assert each.tag in TAGS
        drawing = "svg" in (*each.within, each.tag)
        assert set(each.attributes) <= (ATTRIBUTES | DRAWING if drawing else ATTRIBUTES)
        assert re.match(r"https?://|mailto:|\./|#", each.attributes.get("href", "#"))
    titles = [each for each in page.all("title") if "svg" not in each.within]
    assert [len(each) for each in (titles, page.all("style"), page.all("body"))] == [1, 1, 1]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_hostile_does_nothing_wherever_it_stands(text: str) -> None:
    page = Page(everywhere(text))
    inert(page)
    assert page.text.count(plain(text)) >= 8


@given(documents)
def test_in_any_report_nothing_does_anything(document: Document) -> None:
    inert(Page(document))


def test_links_tell_nobody_where_they_were_followed() -> None:
    page = Page(saying("See https://example.org/x and [y](https://example.org/y)."))
    away = [each for each in page.all("a") if each.attributes["href"].startswith("http")]
    assert [each.attributes["rel"] for each in away] == ["noopener noreferrer nofollow"] * 2


def test_what_nothing_can_show_has_a_sign_in_its_place() -> None:
    assert Page(replace(SMALL, title="a\x00b\x1bc\x85d")).all("h1")[0].text == "a�b␛c�d"


# ── nothing is lost ────────────────────────────────────────────────────────────────────────────────────────────────


@given(documents)
def test_every_text_of_a_report_is_on_its_page(document: Document) -> None:
    shown = Page(document).text
    for text in (*_plain_texts(document), *_markdown_texts(document)):
        assert plain(text.strip().translate(SIGNS)) in shown


def _plain_texts(document: Document) -> list[str]:
    """As they are shown where nothing is markup."""
    lines = [text for line in document.timeline for text in (line.by, *line.links)]
    actions = [text for action in document.actions for text in (action.text, action.url)]
    parts = [text for part in document.roles for text in (part.name, part.person)]
    written = [section.title for section in document.sections if section.text.strip()]
    own = [document.title, document.status, document.owner, document.verified]
    none = [] if document.actions else [document.no_action]
    return [*own, *document.services, *document.communities, *lines, *actions, *parts, *written, *none]


SIGNS = {
    **{code: 0x2400 + code for code in range(1, 32) if chr(code) not in "\t\n\r"},
    **dict.fromkeys((0, *range(0x80, 0xA0)), 0xFFFD),
    0x7F: 0x2421,
}


def _markdown_texts(document: Document) -> list[str]:
    """As they are shown where they are drawn alone."""
    blocks = [block for section in document.sections if section.text.strip() for block in tree(section.text)]
    blocks += [block for line in document.timeline for block in tree(line.text, breaks=True)]
    return [unescape(re.sub("<[^>]*>", "", drawn([block]))) for block in blocks]


# ── what it says ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_the_overview_begins_with_a_short_paragraph_that_opens_the_page() -> None:
    page = Page(section("Users *could not* log in.\n\nThe disk was full."))
    assert page.of_class("lede")[0].text == "Overview Users could not log in."
    assert page.of_class("prose")[0].text == "The disk was full."


def test_an_overview_of_one_paragraph_stands_at_the_top_alone() -> None:
    page = Page(section("It was full."))
    assert (page.text.count("It was full."), page.of_class("prose")) == (1, [])


def test_headings_in_a_section_stand_below_it_and_those_of_days_below_the_timeline() -> None:
    document = replace(section("- x\n\n# A\n\n### B"), timeline=(line("# not one"),))
    assert Page(document).headings[1:6] == [
        (2, "Overview"), (3, "A"), (4, "B"), (2, "Course and roles"), (2, "Timeline"),
    ]  # fmt: skip
    assert (3, "Thursday, 12 November 2026") in Page(document).headings


def test_what_scrolls_by_itself_can_be_reached_by_key_and_says_what_it_is() -> None:
    page = Page(section("- x\n\n```\n$ df -h\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |"))
    (code,), (table,) = page.all("pre"), page.of_class("tablewrap")
    assert [each.attributes["tabindex"] for each in (code, table)] == ["0", "0"]
    assert [each.attributes["aria-label"] for each in (code, table)] == ["Commands and output", "Table"]


def test_actions_say_whether_they_are_done_and_where_they_are_followed_up() -> None:
    url = "https://github.com/example/hub/issues/1"
    actions = (Action(seq=Seq(1), text="Alert on it", url=url), Action(seq=Seq(2), text=url, url=url, done=True))
    page = Page(replace(SMALL, actions=actions))
    found = [each.text for each in page.all("li") if "ol" in each.within and "main" in each.within]
    assert found == [f"Alert on it Open {url}", f"{url} Done"]


def test_an_action_says_what_it_improves() -> None:
    action = Action(seq=Seq(1), text="Alert on it", url="https://git.example/1", improves="technology")
    (found,) = [each.text for each in Page(replace(SMALL, actions=(action,))).all("li") if "ol" in each.within]
    assert found == "Alert on it Open Improves: technology https://git.example/1"


def test_where_no_action_is_needed_it_says_why() -> None:
    assert "Action items None is needed: It was a drill." in Page(replace(SMALL, no_action="It was a drill.")).text
    assert "Action items" not in Page(SMALL).text


def test_an_exercise_and_a_replayed_report_say_so() -> None:
    page = Page(replace(SMALL, drill=True, replayed=True))
    assert [each.text.split(" ")[0] for each in page.of_class("notice")] == ["This", "Replayed"]
    assert not Page(SMALL).of_class("notice")


def impact(start: Moment | None, end: Moment | None, resolved: datetime | None = None) -> dict[str, str]:
    """The facts of a report on such an impact."""
    return Page(replace(SMALL, impact=e.ImpactSet(start=start, end=end), resolved=resolved)).facts


def test_an_impact_of_one_day_names_it_once() -> None:
    facts = impact(Moment(at=minute(0)), Moment(at=minute(94)))
    assert facts["Impact"] == "12:00 to 13:34Thursday, 12 November 2026"
    assert facts["Lasted"] == "1 hour 34 minutes"


def test_a_guess_says_so_and_how_good_it_is() -> None:
    facts = impact(Moment(at=minute(0), until=minute(10)), Moment(at=minute(94)))
    assert facts["Impact"].startswith("~12:00 to 13:34Thursday")
    assert facts["Impact"].endswith("began between 12:00 and 12:10")
    assert facts["Lasted about"] == "1 hour 29 minutesbetween 1 hour 24 minutes and 1 hour 34 minutes"


def test_an_impact_of_several_days_names_each() -> None:
    facts = impact(Moment(at=NOON), Moment(at=NOON + timedelta(days=1), until=NOON + timedelta(days=2)))
    assert facts["Impact"].startswith("12 November 2026, 12:00to ~13 November 2026, 12:00ended between")
    assert facts["Impact"].endswith("between 12:00 and 14 November 2026, 12:00")


@pytest.mark.parametrize(
    ("start", "end", "resolved", "expected"),
    [
        (None, None, None, "not known"),
        (None, NOON, None, "not knownuntil 12 November 2026, 12:00"),
        (NOON, None, None, "12 November 2026, 12:00not over yet"),
        (NOON, None, NOON, "12 November 2026, 12:00its end is not known"),
    ],
)
def test_what_nobody_knows_of_the_impact_is_said(
    start: datetime | None, end: datetime | None, resolved: datetime | None, expected: str
) -> None:
    began, ended = (Moment(at=at) if at else None for at in (start, end))
    assert impact(began, ended, resolved)["Impact"] == expected


def test_whom_it_concerned_is_known_by_name() -> None:
    assert Page(built()).facts["Who"] == "Coast CollegeLagoon hub"
    assert Page(replace(SMALL, services=("Hub", "Disk"))).facts["Who"] == "Hub, Disk"
    assert Page(SMALL).facts["Who"] == "not known"


def test_how_it_went_says_who_had_which_role_and_from_when_to_when() -> None:
    facts = Page(built(e.RoleAssigned(role=COMMANDER, person=BOB, relieves=(ADA,)), RESOLVED)).facts
    assert facts["Incident Commander"] == "Bob Brownfrom 12 November 2026, 12:02"
    assert facts["Declared"] == "12 November 2026, 12:00"
    assert facts["Verified"] == "A server starts."
    assert facts["Owner of the review process"] == "Bob Brown"


def told(*minutes: int, noticed: int | None = None) -> dict[str, str]:
    """The facts of a report on an incident that was noticed then, and of which the communities were told then."""
    sign = None if noticed is None else Noticed(at=minute(noticed), kind="ticket")
    return Page(replace(SMALL, noticed=sign, told=tuple(minute(each) for each in minutes))).facts


def test_the_first_word_to_the_communities_is_counted_from_the_first_sign() -> None:
    facts = told(3, 4, 720, noticed=-5)
    assert facts["First word to them"] == "8 minutesafter the first sign of trouble"
    assert facts["Noticed"] == "12 November 2026, 11:55by a ticket"
    assert facts["Communities told"] == "12 November 2026, 12:03again at 12:04, 13 November 2026, 00:00"


@pytest.mark.parametrize("noticed", [None, 4])
def test_a_first_word_that_no_sign_came_before_stands_by_its_time(noticed: int | None) -> None:
    assert told(3, noticed=noticed)["First word to them"] == "12 November 2026, 12:03"


def test_whoever_answered_first_did_so_at_a_time() -> None:
    assert Page(replace(SMALL, answered=minute(1))).facts["Answered"] == "12 November 2026, 12:01"


def test_where_nobody_was_told_it_is_said_when_it_was_over() -> None:
    assert Page(replace(SMALL, resolved=minute(9))).facts["Resolved"] == "12 November 2026, 12:09"
    assert Page(SMALL).facts["Resolved"] == "not yet"


@pytest.mark.parametrize(("people", "said"), [(None, ""), (1, "at least one person"), (20, "at least 20 people")])
def test_how_many_could_not_do_what_is_said_where_it_is_known(people: int | None, said: str) -> None:
    document = replace(SMALL, communities=("Coast",), people=people, criterion="Cannot log in")
    assert Page(document).facts["Who"] == f"Coast{said}Cannot log in"


def test_the_picture_stands_on_the_page_as_it_was_drawn() -> None:
    page = Page(built(e.ImpactSet(start=Moment(at=minute(0), until=minute(9)), end=Moment(at=minute(60))), RESOLVED))
    (figure,) = page.all("figure")
    assert "All times are in" in figure.text
    assert page.all("svg", role="img")[0].attributes["aria-label"].startswith("Impact")
    inert(page)


# ── the timeline ───────────────────────────────────────────────────────────────────────────────────────────────────


def lines(document: Document) -> list[str]:
    """The lines of the timeline, as they are read."""
    return [each.text for each in Page(document).all("li") if "section" in each.within]


def test_a_line_says_when_what_and_who_and_then_its_text() -> None:
    (shown,) = lines(replace(SMALL, timeline=(line("The *disk* is full.", kind="finding"),)))
    assert shown == "12:00 Finding Ada Lovelace The disk is full."


@pytest.mark.parametrize("kind", [kind for kind in get_args(LineKind) if kind in REPORTED])
def test_every_kind_has_its_word(kind: LineKind) -> None:
    assert lines(replace(SMALL, timeline=(line("x", kind=kind),))) == [f"12:00 {WORDS[kind]} Ada Lovelace x"]


def test_a_line_without_a_text_has_no_prose() -> None:
    assert Page(replace(SMALL, timeline=(line("", kind="impact-ended"),))).of_class("prose") == []


def test_a_key_moment_says_that_it_is_one() -> None:
    assert lines(replace(SMALL, timeline=(replace(line("x"), key=True),))) == ["12:00 Key moment Note Ada Lovelace x"]


def test_a_line_end_in_a_note_is_one() -> None:
    assert "one<br>two" in Page(saying("one\ntwo")).source


def test_links_that_the_text_does_not_show_stand_below_it() -> None:
    written = line("At https://example.org/a", links=("https://example.org/a", "https://example.org/b", "alert:7"))
    page = Page(replace(SMALL, timeline=(written,)))
    assert page.of_class("links")[0].text == "https://example.org/b alert:7"
    assert not page.all("a", href="alert:7")


def test_the_days_stand_between_the_lines_oldest_first() -> None:
    night = replace(SMALL, timeline=(line("a", at=NOON), line("b", at=minute(60 * 13)), line("c", at=minute(60 * 14))))
    assert [text for level, text in Page(night).headings if level == 3] == [
        "Thursday, 12 November 2026", "Friday, 13 November 2026",
    ]  # fmt: skip
    assert [text[-1] for text in lines(night)] == ["a", "b", "c"]


def test_a_line_that_is_a_command_shows_it_in_whole_words_above_its_output() -> None:
    page = Page(saying("`df --all  -h`\n\n```\nfull\n```", "Ran `df -h`."))
    (typed,) = page.of_class("typed")
    assert "".join(typed.words) == "df --all  -h"
    assert "<span>--all</span>  <span>-h</span>" in page.source
    assert [each.text for each in page.of_class("prose")] == ["full", "Ran df -h."]


def test_times_are_by_the_reports_clock_and_in_utc_for_programs() -> None:
    page = Page(replace(saying("x"), zone="America/Santiago"))
    assert ("2026-11-12T12:00:00Z", "09:00") in page.times
    assert "Oldest first. All times are in America/Santiago (UTC-03:00)." in page.text


def test_seconds_are_shown_where_there_are_any() -> None:
    at = NOON.replace(second=7, microsecond=5)
    assert Page(replace(SMALL, timeline=(line("x", at=at),))).times[-1] == ("2026-11-12T12:00:07Z", "12:00:07")


@pytest.mark.parametrize(("until", "shown"), [(5, "~12:00–12:05"), (720, "~12:00 – 13 November 2026, 00:00")])
def test_a_range_is_a_guess_between_its_ends(until: int, shown: str) -> None:
    vague = replace(line("x"), at=Moment(at=NOON, until=minute(until)))
    assert Page(replace(SMALL, timeline=(vague,))).of_class("when")[0].text == shown
