"""What people wrote reads as they wrote it in both MyST renderers, and does nothing."""

import json
import re
import time
from collections.abc import Iterator
from functools import partial
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from docutils import nodes  # type: ignore[import-untyped]
from docutils.core import publish_doctree  # type: ignore[import-untyped]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from myst_parser.parsers.docutils_ import Parser

from tests.counting import calls
from tocsin.core.links import addresses
from tocsin.language.markup import tree
from tocsin.report.inert import inert

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases"

EXTENSIONS = [
    *("amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist", "html_admonition"),
    *("html_image", "replacements", "smartquotes", "strikethrough", "substitution", "tasklist"),
]


def published(document: str) -> tuple[nodes.document, list[str]]:
    """The document as myst-parser reads it with everything enabled, and its complaints."""
    complaints = StringIO()
    quiet = {"warning_stream": complaints, "report_level": 1, "halt_level": 6, "_disable_config": True}
    tree = publish_doctree(
        document, parser=Parser(), settings_overrides={"myst_enable_extensions": EXTENSIONS, **quiet}
    )
    return tree, complaints.getvalue().splitlines()


def shown(text: str, **how: bool) -> str:
    return str(published(inert(text, **how))[0].astext())


# --- Ordinary Markdown stays, byte for byte --------------------------------------------------------------------------

ORDINARY = [
    "",
    "\n\nA *paragraph*, **bold**, snake_case.\n  Its second line.\n",
    "- a\n- b\n  - c\n\n1. x\n2. y\n\n> quote\n> more\n",
    "- [ ] open\n- [x] done",
    "`{a}` and ``{b}`c` `` and `$x$ <b>`",
    "```python\nx = {1: 2}  # not a heading\n% $a$ <b>\n```\n",
    "~~~c++\nx\n~~~",
    "> ```\n> x\n> ```",
    "- a\n\n  ```sh\n  $ ls $HOME\n  ```",
    "    indented {{x}}\n    # code\n",
    "[a](https://x.org/{b}) ![c](https://x.org/d.png) <https://x.org/@ada> <ada@example.org>",
    "https://medium.com/@ada?a=$b and ada@example.org",
    "*https://x.org/a_b-c?d=1&e=2#f*, https://x.org/~ada/_static/ https://x.org/~bob/_static/",
    "`https://x.org/_a_` [b](https://x.org/_a_) <https://x.org/_a_> ![c](https://x.org/_a_)",
    "    https://x.org/_a_\n\n```\nhttps://x.org/_a_\n```",
    "arr[1], [a][x] and [b][]",
    "| a | b |\n|---|:-:|\n| `x` | y \\| z |\n",
    'a < b, c > d, costs $5, 100% {"a": 1}, f(x)=y, 10:30 :)',
    "a\\\nb  \nc\n\n***\n\nd\n\n---\n\ne &lt; &amp;",
]


@pytest.mark.parametrize("headings", [True, False])
@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_markdown_is_not_changed(text: str, headings: bool) -> None:
    assert inert(text, headings=headings) == text


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here")
def test_the_texts_of_real_incidents_are_not_changed() -> None:
    texts = [text for case in sorted(CASES.glob("*.json")) for text in strings(json.loads(case.read_text()))]
    assert texts
    assert [text for text in texts if inert(text) != text] == []


# --- What MyST would act on is escaped -------------------------------------------------------------------------------

ESCAPED = {
    "{note}`x`": "\\{note}`x`",
    "{note .wide}``x``": "\\{note .wide}``x``",
    "\\\\{note}`x`": "\\\\\\{note}`x`",
    "{{ name }}": "\\{{ name }}",
    "`x`{.c} [t]{#i} ![p](q){w=1}": "`x`\\{.c} [t]\\{#i} ![p](q)\\{w=1}",
    "{#id .cls}\n- x": "\\{#id .cls}\n- x",
    "$5 and $6": "\\$5 and \\$6",
    "$$\nx\n$$": "\\$\\$\nx\n\\$\\$",
    "\\begin{align}\nx\n\\end{align}": "\\\\begin{align}\nx\n\\end{align}",
    "a <b>c</b> <!-- d": "a \\<b>c\\</b> \\<!-- d",
    "<?php\n<!DOCTYPE html>\n<div>": "\\<?php\n\\<!DOCTYPE html>\n\\<div>",
    "% hidden": "\\% hidden",
    "(name)=": "\\(name)=",
    "+++": "\\+++",
    "+ + + x": "\\+ + + x",
    ":::{note}\nx\n:::": "\\:::{note}\nx\n\\:::",
    "a[^1]\n\n[^1]: note": "a\\[^1]\n\n\\[^1]: note",
    "[x]: https://x.org": "\\[x]: https://x.org",
    "[x]\n\n[x]: https://x.org\n[y]: z\n[x]: w": "[x]\n\n\\[x]: https://x.org\n\\[y]: z\n\\[x]: w",
    "[a][x]\n\n> [x]: key 'title'\n": "[a][x]\n\n> \\[x]: key 'title'\n",
    "[a\nb]\n\n- [a\nb]: https://x.org": "[a\nb]\n\n- \\[a\nb]: https://x.org",
    ":field: value": "\\:field: value",
    "term\n: meaning\n\nother\n\n~ meaning": "term\n\\: meaning\n\nother\n\n\\~ meaning",
    "term\n\n    : code": "term\n\n\n    : code",
    "    : code": "\n    : code",
    "> - % deep": "> - \\% deep",
    "- [ ] # box": "- \\[ ] # box",
    "% a | b\n-|-\n{{c}} | d | e": "\\% a | b\n-|-\n\\{{c}} | d \\| e",
    "<inv:key#name> [a](key)": "\\<inv:key#name> \\[a](key)",
    "[see [a](key) and [^1] here](https://x.org)": "[see \\[a\\](key) and \\[^1\\] here](https://x.org)",
    "<![CDATA[ [a](key)": "\\<![CDATA[ \\[a\\](key)",
    "\u00a0 (name)= \u00a0": "\u00a0 \\(name)= \u00a0",
    "[x]: http://a\\ ": "\\[x]: http://a\\ ",
    "(c) ... (TM)": "\\(c) ... \\(TM)",
    "@ada in [ada@host ~]$": "\\@ada in \\[ada@host ~]$",
    "---\ntitle: x\n---": "***\ntitle: x\n\\---",
    "--- Logging error ---": "\\--- Logging error ---",
}


@pytest.mark.parametrize("text", ESCAPED)
def test_a_backslash_makes_it_text(text: str) -> None:
    assert inert(text) == ESCAPED[text]


@pytest.mark.parametrize("text", ESCAPED)
def test_what_is_inert_is_left_alone(text: str) -> None:
    assert inert(ESCAPED[text]) == ESCAPED[text]


# --- Bare addresses --------------------------------------------------------------------------------------------------

BARE = {
    "https://github.com/x/__init__.py": "<https://github.com/x/__init__.py>",
    "# https://x.org/*a*b": "\\# <https://x.org/*a*b>",
    "*(see https://x.org/a*b)*.": "*(see <https://x.org/a*b>)*.",
    "_a https://x.org/b_/c": "_a <https://x.org/b_/c>",
    "https://x.org/~~a~~/b": "<https://x.org/~~a~~/b>",
    "HTTP://x.org/?a&lt;b": "<HTTP://x.org/?a&lt;b>",
    "https://x.org/v1...v2, https://x.org/a--b.": "<https://x.org/v1...v2>, <https://x.org/a--b>.",
    "https://x.org/?$a=1&$b=(c): $2": "<https://x.org/?$a=1&$b=(c)>: \\$2",
    "https://x.org/$a{b}`c`": "https://x.org/$a\\{b}`c`",
    "https://x.org/_a_{.b}": "<https://x.org/_a>_{.b}",
    "> - a\n>   https://x.org/_a_/b\n>   c": "> - a\n>   <https://x.org/_a_/b>\n>   c",
    "a | b\n-|-\nc | https://x.org/_a_/b": "a | b\n-|-\nc | <https://x.org/_a_/b>",
    "https://x.org/_a_/\u00a0_b_": "<https://x.org/_a_/>\u00a0_b_",
}


@pytest.mark.parametrize("text", BARE)
def test_a_bare_address_with_markup_in_it_stands_in_angle_brackets(text: str) -> None:
    assert (inert(text), inert(BARE[text])) == (BARE[text], BARE[text])


def test_a_reader_shows_and_links_the_whole_address() -> None:
    text = "See https://github.com/x/__init__.py, and __main__."
    tree, _ = published(inert(text))
    assert tree.astext() == "See https://github.com/x/__init__.py, and main."
    assert [link["refuri"] for link in tree.findall(nodes.reference)] == ["https://github.com/x/__init__.py"]


TWO_NOTES = ("See [1].\n\n[1]: https://a.example.org", "`arr[1]` is arr[1].\n\n[1]: https://b.example.org")


def test_what_one_note_defines_is_no_link_in_another() -> None:
    tree, complaints = published("\n\n".join(map(inert, TWO_NOTES)))
    assert complaints == []
    assert [link["refuri"] for link in tree.findall(nodes.reference)] == []
    assert tree.astext() == "\n\n".join(TWO_NOTES).replace("`", "")


def test_plain_commonmark_keeps_the_definitions_of_both_notes_too() -> None:
    html = MarkdownIt("commonmark").render("\n\n".join(map(inert, TWO_NOTES)))
    assert "<a " not in html
    assert ("[1]: https://a.example.org" in html, "[1]: https://b.example.org" in html) == (True, True)


def test_a_pasted_shell_comment_is_no_heading_of_the_document() -> None:
    assert inert("# restart\n#!/bin/sh\n\na\n---\nb\n==") == "\\# restart\n#!/bin/sh\n\na\n\\---\nb\n\\=="


def test_headings_stay_where_they_are_wanted() -> None:
    text = "# One #\n\nTwo\n---\n\nThree\n=====\n"
    assert inert(text, headings=True) == text


def test_in_a_heading_the_rest_is_escaped_all_the_same() -> None:
    assert inert("# {a}`b` #\n\n{{c}}\n---", headings=True) == "# \\{a}`b` #\n\n\\{{c}}\n---"


def test_within_code_a_line_is_joined_to_the_one_before_since_a_backslash_would_be_seen() -> None:
    assert inert("> see `a\n> % b` {c}`d`") == "> see `a % b` \\{c}`d`"


def test_a_line_that_is_blank_only_to_the_eye_does_not_shift_the_rest() -> None:
    assert inert("\u00a0\n{{x}}\n--") == "\u00a0\n\\{{x}}\n\\--"


# --- Tables ---------------------------------------------------------------------------------------------------------


def wide(columns: int) -> str:
    """A table of cells that nobody typed: with the columns the text grows by the side, and they by the area."""
    return "|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "|\n" * columns


def rows(text: str) -> list[int]:
    """How many rows each table has that myst-parser finds."""
    tables = published(inert(text))[0].findall(nodes.table)
    return [len(list(table.findall(nodes.row))) for table in tables]


def test_a_table_is_the_same_table_in_every_form() -> None:
    text = f"{wide(300)}\n{wide(300)}\na|b\n-|-\nc|d\n"
    assert rows(text) == [1 + len(node["rows"]) for node in tree(text) if node["t"] == "table"]
    assert 2 < max(rows(text)) < 300


@pytest.mark.parametrize("mark", ["", "> ", "> > ", "  > "])
def test_where_a_table_is_cut_off_an_empty_line_ends_it(mark: str) -> None:
    lines = ["- b", *(f"  {mark}{line}" for line in wide(100).splitlines())]
    made = inert("\n".join(lines)).split("\n")
    assert len(made) == len(lines) + 1
    made.remove(f"  {mark}".rstrip())
    assert made == lines


@pytest.mark.parametrize("after", ["`a\n{note}`b`", "a|b\n-|-\n{note}`a` | b", "[a]: b", "a\n==="])
def test_what_follows_where_a_table_was_cut_off_does_nothing_to_the_reader(after: str) -> None:
    for cut in range(2, 12):
        table = "".join(wide(100).splitlines(keepends=True)[:cut])
        tree, complaints = published(inert(table + after, headings=True))
        assert [line for line in complaints if not TOLERATED.search(line)] == []
        assert {node.tagname for node in tree.findall(nodes.Element)} & FORBIDDEN <= {"section", "title"}


@pytest.mark.parametrize("headings", [True, False])
def test_a_table_of_cells_that_nobody_typed_costs_no_more_than_its_text(headings: bool) -> None:
    once, twice = (calls(partial(inert, headings=headings), wide(columns)) for columns in (300, 600))
    assert twice < 2.5 * once


# --- Fences ----------------------------------------------------------------------------------------------------------

FENCES = {
    "```{note}\nx\n```": "```\n{note}\nx\n```",
    "```   {note} y\nx\n```": "```\n{note} y\nx\n```",
    "~~~&#123;note}\nx\n~~~": "~~~\n&#123;note}\nx\n~~~",
    "```\\{note}\nx\n```": "```\n\\{note}\nx\n```",
    "```[W 2022-11-14 hub] late\nx\n```": "```\n[W 2022-11-14 hub] late\nx\n```",
    "~~~ ~~~\nx\n~~~": "~~~\n    ~~~\nx\n~~~",
    "1. - > ```{x}\n     > y": "1. - > ```\n     > {x}\n     > y\n     > ```",
    "```\nx": "```\nx\n```",
    "````\nx\n```\n": "````\nx\n```\n````\n",
    "- ```\n  x": "- ```\n  x\n  ```",
    "> ~~~\n> x\n": "> ~~~\n> x\n> ~~~\n",
}


@pytest.mark.parametrize("text", FENCES)
def test_a_fence_is_closed_and_its_info_is_shown(text: str) -> None:
    assert inert(text) == FENCES[text]


def test_a_fence_that_its_quote_closes_is_left_alone() -> None:
    assert inert("> ```\n> x\n\ny") == "> ```\n> x\n\ny"


def test_what_is_nested_deeper_than_renderers_read_is_shown_as_code() -> None:
    assert shown("> " * 1000 + "word ```") == "> " * 1000 + "word ```\n"


def test_what_never_settles_is_shown_as_code() -> None:
    text = "[a](x" * 20 + ")" * 20
    assert inert(text) == f"```\n{text}\n```"


# --- Characters ------------------------------------------------------------------------------------------------------


def test_control_characters_are_shown_as_pictures() -> None:
    assert inert("a\x00b\x1b[31m\x07\tc\x7f\ud83d") == "a\ufffdb␛[31m␇\tc␡\ufffd"


def test_every_kind_of_line_ending_is_a_newline() -> None:
    assert inert("a\r\nb\rc\n\rd") == "a\nb\nc\n\nd"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("\u202eabc\n", "\u202eabc\u202c\n"),
        ("\u2067a\u202ab", "\u2067a\u202ab\u202c\u2069"),
        ("\u2067a\u202ab\u2069", "\u2067a\u202ab\u2069"),
        ("\u202ea\u202c", "\u202ea\u202c"),
        ("a\u2069\u202c", "a\u2069\u202c"),
        ("```\n\u2066a\n```", "```\n\u2066a\n```\n\n\u2069"),
        ("# \u2066a #", "# \u2066a #\n\n\u2069"),
    ],
)
def test_a_change_of_direction_does_not_leak(text: str, closed: str) -> None:
    assert inert(text, headings=True) == closed


# --- Anything at all -------------------------------------------------------------------------------------------------

FRAGMENTS = """
W W|*W*|`W`|``W`W``|`|``|```|~~~|{W}`W`|{W .W}``W``|{{W}}|{{|}}|{#W .W}|{W|{} W }|$W$|$|$$|$$W$$|<div>|<b>W</b>|<!--|
<!-- W -->|<?W|?>|<!W|<script>|</div>|% W|(W)=|+++|+++ W|+ + + W|:::|:::{note}|[^W]: W|[^W]|[W]: W|[x]: http://W|[x]|
[W](W)|[W](http://W "W")|![W](W)|[W][x]|\\begin{align}|\\end{align}|:W: W|: W|~ W|# W|## W #|===|---|--|-|* W|1. W|> W|
```{note}|```{W} W|``` {W}|~~~{note}|~~~ &#123;W}|```\\{W}|```python|```[W W|    W|\\|(c)|@W|[@W]|[W@W W]|<W@x.org>|
<inv:W>|https://W.org/@W|[W]{.W}|`W`{.W}|[W](W){#W}|[`W](W`W)|[W](\nW)|--- W|\u00a0|\u2067W|"W"|- [x] {{W}}|- [ ] # W|
T\n\n    : W|    ~ W|https://W.org/_W_/*W*/|[https://W.org/_W_/
""".replace("\n", "", 1).replace("|\n", "|").strip("\n").split("|")  # fmt: skip
TABLES = ["|W|W{{W}}|W|\n|-|-|-|\n|`W|{W}`W`|", "W|W\n-|-\n% W|W|W", "|"]
JOINTS = ["", " ", "\n", "\n", "\n\n", "\n> ", "\n- ", "\n  ", "\n    ", "\n\n    ", "\n> > ", "\n1. "]

FORBIDDEN = {
    *("admonition", "comment", "definition_list", "field_list", "footnote", "footnote_reference", "math", "math_block"),
    *("note", "problematic", "rubric", "section", "substitution_reference", "target", "title"),
}
# Lines across and boxes are ordinary Markdown, whatever docutils says of them.
TOLERATED = re.compile(r"ransition|no leading paragraph|^\s*$")


@st.composite
def hostile(draw: st.DrawFn) -> str:
    """Fragments in any order and nesting, every word in them once."""
    pieces = draw(st.lists(st.tuples(st.sampled_from(FRAGMENTS + TABLES), st.sampled_from(JOINTS)), max_size=12))
    numbers = count()
    text = "".join(fragment + joint for fragment, joint in pieces)
    return re.sub(r"W", lambda _: f"w{next(numbers)}x", draw(st.sampled_from(["", "> ", "- ", "1. > "])) + text)


def words(tree: nodes.document) -> str:
    """All that is read, and the addresses and titles of links."""
    kept = ("alt", "language", "classes", "refuri", "reftitle", "uri")
    attributes = [str(node.get(name, "")) for node in tree.findall(nodes.Element) for name in kept]
    return f"{tree.astext()} {attributes}".lower()


short = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@short
@given(hostile())
def test_nothing_runs_nothing_is_lost_and_the_document_around_it_stays(text: str) -> None:
    tree, complaints = published(f"Before it.\n\n{inert(text)}\n\nAfter it.\n")
    assert {node.tagname for node in tree.findall(nodes.Element)} & FORBIDDEN == set()
    assert [raw for raw in tree.findall(nodes.raw) if not re.match(r"<br />|\\\\|<input class", raw.astext())] == []
    assert [line for line in complaints if not TOLERATED.search(line)] == []
    paragraphs = [node.astext() for node in tree.children if isinstance(node, nodes.paragraph)]
    assert (paragraphs[0], paragraphs[-1]) == ("Before it.", "After it.")
    assert [word for word in re.findall(r"w\d+x", text) if word not in words(tree)] == []


@short
@given(hostile())
def test_plain_commonmark_finds_no_html_and_the_paragraphs_around_it(text: str) -> None:
    html = MarkdownIt("commonmark").render(f"Before it.\n\n{inert(text)}\n\nAfter it.\n")
    assert html.startswith("<p>Before it.</p>\n")
    assert html.endswith("<p>After it.</p>\n")
    assert re.findall(r"<(?:div|b|script)\b|<!|<\?|<h\d", html) == []


@short
@given(hostile())
def test_with_headings_nothing_else_runs(text: str) -> None:
    tree, _ = published(f"Before it.\n\n{inert(text, headings=True)}\n\nAfter it.\n")
    found = {node.tagname for node in tree.findall(nodes.Element)} & FORBIDDEN
    assert found <= {"section", "title", "rubric"}
    assert tree.astext().startswith("Before it.")
    assert tree.astext().endswith("After it.")


@short
@given(hostile())
def test_once_is_as_good_as_twice(text: str) -> None:
    once = inert(text)
    assert inert(once) == once


@short
@given(st.text(alphabet="`~{}[]()<>!$%@:+-=#*_\\|^&; \t\nab1.\u00a0\u2067\x00", max_size=60))
def test_no_character_is_too_odd(text: str) -> None:
    tree, _ = published(f"Before it.\n\n{inert(text)}\n\nAfter it.\n")
    assert {node.tagname for node in tree.findall(nodes.Element)} & FORBIDDEN == set()
    assert tree.children[0].astext() == "Before it."
    assert tree.children[-1].astext() == "After it."


@short
@given(st.lists(st.text(alphabet="_*~-.,+()[]$@&;=?!/a1é", max_size=12), min_size=1, max_size=3))
def test_every_bare_address_is_shown_whole(tails: list[str]) -> None:
    text = " ".join(f"see https://x.org/{tail} now" for tail in tails)
    assert [address for address in addresses(text) if address not in shown(text)] == []


LONG = {
    "brackets": "[" * 20_000,
    "pictures": "![" * 10_000,
    "runs": " ".join("`" * length for length in range(600)),
    "backticks": "`" * 200_000,
    "quotes": ("> " * 1000 + "a\n") * 100,
    "braces": "{" * 100_000,
    "keys": "{a=" * 60_000,
    "dollars": "$" * 100_000,
    "backslashes": "\\" * 200_001 + "{{",
    "footnotes": "[^a" * 20_000,
    "code": "`" + "a\n% b\n" * 20_000 + "`",
    "fences": "```{a}\nb\n```\n" * 10_000,
    "comments": "% a\n" * 30_000,
    "spaces": "a" + " " * 200_000 + "b",
    "newlines": "\n" * 200_000,
    "directions": "\u2066" * 100_000 + "\u202a" * 50_000 + "\u2069" * 50_000,
    "addresses": "http://a:" * 20_000,
    "no addresses": "http:///" * 20_000,
    "emphasis": "https://x.org/_a_/ *" * 5_000,
    "cells": wide(5_000),
    "prose": ("A line of [words](https://x.org), `code` and *more*.\n" * 6 + "\n") * 500,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    started = time.process_time()
    inert(text)
    assert time.process_time() - started < 5
