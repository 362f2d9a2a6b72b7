"""One parse of what people write, from which HTML, letters and the PDF are drawn: it shows all, and does nothing."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.counting import calls
from tocsin.core.links import addresses
from tocsin.language.markup import Node, as_html, as_plain, tree, words

CASES = Path(__file__).parents[3] / "shared" / "data" / "cases"


def text(said: str) -> Node:
    return {"t": "text", "s": said}


def inlines(source: str, **how: bool) -> list[Node]:
    """Those of a text that is one paragraph."""
    (paragraph,) = tree(source, **how)
    assert paragraph["t"] == "p"
    return list(paragraph["c"])


def html(source: str, **how: bool) -> str:
    return as_html(tree(source, **how))


def plain(source: str) -> str:
    return as_plain(tree(source))


# ── the tree ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_an_empty_tree() -> None:
    assert (tree(""), tree(" \n\n"), html(""), plain(""), words([])) == ([], [], "", "", "")


def test_every_mark_within_a_sentence_becomes_a_node() -> None:
    assert inlines("a *b* **c** `d` [e](https://x.org)") == [
        text("a "), {"t": "em", "c": [text("b")]}, text(" "), {"t": "strong", "c": [text("c")]}, text(" "),
        {"t": "code", "s": "d"}, text(" "), {"t": "link", "to": "https://x.org", "c": [text("e")]},
    ]  # fmt: skip


def test_every_block_becomes_a_node() -> None:
    blocks = tree("# a\n\nb\n\n- c\n\n1. d\n\n> e\n\n```\nf\n```\n\n    g\n\n| h |\n|---|\n| i |\n\n---")
    assert [block["t"] for block in blocks] == ["h", "p", "ul", "ol", "quote", "code", "code", "table", "rule"]


def test_lines_of_a_paragraph_are_joined_where_text_is_prose() -> None:
    assert inlines("a\nb  \nc\\\nd") == [text("a b"), {"t": "br"}, text("c"), {"t": "br"}, text("d")]


def test_a_line_end_is_one_in_chat() -> None:
    assert inlines("one\ntwo", breaks=True) == [text("one"), {"t": "br"}, text("two")]


def test_a_pasted_shell_comment_is_no_heading_in_chat() -> None:
    assert inlines("# restart the hub", breaks=True) == [text("# restart the hub")]
    assert inlines("a\n===", breaks=True) == [text("a"), {"t": "br"}, text("===")]


def test_a_heading_keeps_the_level_it_was_typed_at() -> None:
    assert [block["n"] for block in tree("# a\n\n###### b\n\nc\n---")] == [1, 6, 2]


def test_a_heading_without_words_is_none() -> None:
    assert tree("#\n\n## ##") == []


def test_an_item_holds_blocks() -> None:
    (listed,) = tree("- a\n  - b\n-\n")
    assert listed["items"][0][1] == {"t": "ul", "items": [[{"t": "p", "c": [text("b")]}]]}
    assert listed["items"][1] == []


@pytest.mark.parametrize("start", [0, 1, 7, 999_999_999])
def test_an_ordered_list_begins_with_its_number(start: int) -> None:
    assert tree(f"{start}. a\n{start}. b")[0]["start"] == start


def test_a_number_of_ten_digits_is_no_list() -> None:
    assert inlines("1234567890. a") == [text("1234567890. a")]


def test_a_fence_may_name_its_language() -> None:
    assert tree("```c++\nx = 1\n\n```") == [{"t": "code", "s": "x = 1", "lang": "c++"}]


def test_behind_a_fence_there_may_be_the_first_line_of_a_log() -> None:
    assert tree("```[W 2022-11-14 hub] late\nx\n```") == [{"t": "code", "s": "[W 2022-11-14 hub] late\nx"}]


def test_a_fence_around_nothing_shows_what_stands_behind_it() -> None:
    assert tree("```ERROR\n```") == [{"t": "code", "s": "ERROR"}]


def test_columns_are_aligned_as_typed() -> None:
    (table,) = tree("a|b|c\n-|-:|:-:\n1|2|3")
    assert table["align"] == ["left", "right", "left"]
    assert table["head"] == [[text("a")], [text("b")], [text("c")]]
    assert table["rows"] == [[[text("1")], [text("2")], [text("3")]]]


@pytest.mark.parametrize("inside", ["", "> ", "- "])
def test_ragged_rows_are_filled_up_and_lose_nothing(inside: str) -> None:
    rows = ["|-|-|", "| 1 |", "| 1|2 | *3* |4\\|5|"]
    nodes = tree("\n".join([f"{inside}| a | b |", *(inside.replace("-", " ") + row for row in rows)]))
    (table,) = (node for node in every(nodes) if node["t"] == "table")
    ragged = [text("2 | "), {"t": "em", "c": [text("3")]}, text(" | 4|5")]
    assert table["rows"] == [[[text("1")], []], [[text("1")], ragged]]


def test_raw_html_is_text() -> None:
    assert inlines("<kbd>a</kbd> <!-- b -->") == [text("<kbd>a</kbd> <!-- b -->")]
    assert inlines("<div>\n<script>c</script>") == [text("<div> <script>c</script>")]


def test_a_definition_is_text() -> None:
    assert words(tree("[1]: https://x.org 'why'\n\nSee [1].")) == "[1]: https://x.org  'why'\nSee [1]."


def test_a_picture_is_words_and_its_address() -> None:
    assert inlines('![waiting *pods*](pods.png "at noon")') == [
        {"t": "picture", "s": "waiting *pods*, at noon", "to": "pods.png"}
    ]


def test_a_picture_without_description_or_address_is_still_said_to_be_one() -> None:
    assert inlines("![](HTTPS://x.org/a.png)") == [{"t": "picture", "s": "no description", "to": "https://x.org/a.png"}]
    assert inlines("![]()") == [text("[picture: no description]")]
    assert inlines("![](<снимок 1>)") == [{"t": "picture", "s": "no description", "to": "снимок 1"}]


def test_signs_that_nothing_can_show_become_pictures_of_them() -> None:
    assert inlines("a\x00b\x1b[31m\x7f\ud83d &#13;c&#10;d\x0c") == [text("a\ufffdb␛[31m␡\ufffd ␍c d␌")]


def test_every_kind_of_line_ending_is_one() -> None:
    assert tree("a\r\rb\r\nc") == tree("a\n\nb\nc")


# ── addresses ──────────────────────────────────────────────────────────────────────────────────────────────────────


def links(source: str) -> list[str]:
    return [node["to"] for node in every(tree(source)) if node["t"] == "link"]


@pytest.mark.parametrize(
    ("source", "to"),
    [
        ("[a](https://x.org)", "https://x.org"),
        ("[a](HTTP://X.org)", "http://X.org"),
        ("[a](http://ключ.org/é)", "http://xn--j1ac0b1a.org/%C3%A9"),
        ("<https://x.org/a_b_>", "https://x.org/a_b_"),
        ("<ada@x.org>", "mailto:ada@x.org"),
        ("[a](MAILTO:ada@x.org)", "mailto:ada@x.org"),
        ("see https://x.org/a.", "https://x.org/a"),
        ("(https://x.org/a_(b))", "https://x.org/a_(b)"),
        ("**https://x.org**", "https://x.org"),
        ("https://x.org/src/__init__.py and __main__.py", "https://x.org/src/__init__.py"),
        ("HTTPS://x.org/?a=*b*&copy=1", "https://x.org/?a=*b*&copy=1"),
        ("[https://x.org](https://y.org)", "https://y.org"),
        ("[[see https://x.org/_a_](https://y.org)", "https://y.org"),
        ("| a |\n|---|\n| https://x.org |", "https://x.org"),
    ],
)
def test_web_and_mail_addresses_are_links(source: str, to: str) -> None:
    assert links(source) == [to]


def test_a_bare_address_is_shown_whole() -> None:
    assert inlines("x https://x.org/__init__.py y") == [
        text("x "),
        {"t": "link", "to": "https://x.org/__init__.py", "c": [text("https://x.org/__init__.py")]},
        text(" y"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "`https://x.org`", "    https://x.org", "http://", "https://.", "http:x.org", "[a](javascript:alert(1))",
        "[a](https://)", "[a](mailto:)", "[a](//x.org)", "[a](#b)", "[a](ftp://x.org)", "[a](data:text/html,b)",
        "<javascript:a>", "<inv:key#name>", "<stdin:3>", "[a](\x01javascript:b)", "[a](java&#115;cript&colon;b)",
    ],
)  # fmt: skip
def test_nothing_else_is_a_link(source: str) -> None:
    assert links(source) == []


def test_a_link_without_words_shows_its_address() -> None:
    assert plain("[](https://x.org)") == "https://x.org"


def test_where_a_link_cannot_lead_is_said() -> None:
    assert inlines('*[the runbook](../docs/ключ%20a.md "for hubs")*') == [
        {"t": "em", "c": [text("the runbook (../docs/ключ a.md for hubs)")]}
    ]
    assert inlines("[a]()") == [text("a")]


def test_the_title_of_a_link_is_said_behind_it() -> None:
    assert plain("[a](https://x.org 'why')") == "a (https://x.org) (why)"


def test_what_stands_in_angle_brackets_and_is_no_address_stays_as_typed() -> None:
    assert inlines("<stdin:3> <inv:a*b*>")[0] == text("<stdin:3> <inv:a")


PIECES = ["https://a.org/x", "https://b.org", "http://", "c", ". ", " ", "(", ")", "](", "]", "“", "”", "<", "{", "\n"]


@given(st.lists(st.sampled_from(PIECES)))
def test_in_a_sentence_the_links_are_those_that_the_log_finds(pieces: list[str]) -> None:
    source = "".join(pieces)
    assert tuple(dict.fromkeys(links(source))) == addresses(source)


# ── HTML ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_shows_every_mark() -> None:
    assert html("a *b* **c** `d<`\\\n&lt;") == (
        '<p dir="auto">a <em>b</em> <strong>c</strong> <code dir="ltr">d&lt;</code><br>&lt;</p>'
    )


def test_a_link_says_nothing_about_who_follows_it() -> None:
    assert html("https://x.org/?a=b&c") == (
        '<p dir="auto"><a href="https://x.org/?a=b&amp;c" dir="auto" rel="noopener noreferrer nofollow">'
        "https://x.org/?a=b&amp;c</a></p>"
    )


def test_code_is_preformatted() -> None:
    assert html("```sh\n$ a <b>\n  c\n```") == ('<pre dir="ltr" tabindex="0"><code>$ a &lt;b&gt;\n  c</code></pre>')


def test_short_items_stand_close_and_long_ones_in_paragraphs() -> None:
    assert html("3. a\n4. b\n   - c") == (
        '<ol start="3"><li dir="auto">a</li><li dir="auto">b<ul><li dir="auto">c</li></ul></li></ol>'
    )
    assert html("- a\n\n  b\n-") == (
        '<ul><li dir="auto"><p dir="auto">a</p>\n<p dir="auto">b</p></li><li dir="auto"></li></ul>'
    )


def test_a_table_has_a_head_and_may_scroll() -> None:
    assert html("a|b\n-|-:\n1|2") == (
        '<div class="tablewrap" tabindex="0"><table><thead><tr><th dir="auto" scope="col">a</th>'
        '<th dir="auto" scope="col" class="r">b</th></tr></thead><tbody><tr><td dir="auto">1</td>'
        '<td dir="auto" class="r">2</td></tr></tbody></table></div>'
    )


def test_a_table_may_have_no_rows() -> None:
    assert "tbody" not in html("|a|\n|-|")


def test_quotes_and_rules_are_shown() -> None:
    assert html("> a\n\n***") == '<blockquote><p dir="auto">a</p></blockquote>\n<hr>'


def test_a_picture_is_never_fetched() -> None:
    shown = html("![a](https://x.org/b.png) ![c](d.png)")
    assert "<img" not in shown
    assert re.sub("<.*?>", "", shown) == "[picture: a, https://x.org/b.png] [picture: c, d.png]"


@pytest.mark.parametrize(
    ("source", "under", "levels"),
    [
        ("# a\n\n## b\n\n# c", 2, "343"),
        ("###### a\n\n# b", 2, "33"),
        ("# a\n\n#### b\n\n## c", 2, "344"),
        ("## a", 0, "1"),
        ("# a\n\n## b\n\n### c", 4, "566"),
        ("# a\n\n### b", 6, "66"),
    ],
)
def test_headings_are_fitted_under_a_level_and_skip_none(source: str, under: int, levels: str) -> None:
    assert "".join(re.findall(r"<h(\d)", as_html(tree(source), under=under))) == levels


def test_a_heading_in_a_quote_is_no_part_of_the_outline() -> None:
    assert html("> # a") == '<blockquote><p dir="auto"><strong>a</strong></p></blockquote>'


def test_what_turns_the_direction_does_not_reach_the_words_beside_it() -> None:
    assert html("a `\u202eb` [\u202ec](https://x.org) d").count("dir=") == 3


# ── plain text ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_shows_what_everything_is() -> None:
    source = (
        "# Now\n\nA *b* `c` [d](https://x.org)\\\n<https://y.org> <e@x.org> ![f](g.png)\n\n"
        "9. h\n10. i\n    - j\n\n---\n\n> k\n>\n> l\n\n```sh\n$ m\n\n  n\n```"
    )
    assert plain(source) == (
        "Now\n---\n\nA b `c` d (https://x.org)\nhttps://y.org e@x.org [picture: f, g.png]\n\n"
        "9. h\n10. i\n    - j\n\n* * *\n\n> k\n>\n> l\n\n    $ m\n\n      n"
    )


def test_in_a_letter_long_items_are_set_apart() -> None:
    assert plain("- a\n\n  b\n- c") == "- a\n\n  b\n\n- c"


def test_in_a_letter_an_empty_item_is_its_mark() -> None:
    assert plain("- a\n-\n- b") == "- a\n-\n- b"


def test_in_a_letter_columns_stand_below_each_other() -> None:
    assert plain("a|bcd\n-|-:\n1|2\nxyz|") == "a   | bcd\n----+----\n1   |   2\nxyz |"


def test_in_a_letter_a_wide_table_is_a_paragraph_for_each_row() -> None:
    long = "x" * 80
    assert plain(f"|a|b| |\n|-|-|-|\n|1|{long}|\n| |2|3|") == f"a: 1\nb: {long}\n\nb: 2\n3"
    assert plain(f"a|{long}\n-|-") == f"a\n{long}"


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_words_are_all_that_is_said() -> None:
    source = "# a*b*\n\n- c\n  d\n\n> [e](https://x.org)\n\n```py\nf\n```\n\ng|h\n-|-\n1|2\n\n---"
    assert words(tree(source)).split("\n") == ["ab", "c d", "e https://x.org ", "py f", "g", "h", "1", "2"]


def test_an_address_is_found_in_the_letters_of_its_language() -> None:
    assert "http://ключ.org/é" in words(tree("[a](http://ключ.org/é)"))


def test_a_line_break_parts_words() -> None:
    assert words(tree("a\nb", breaks=True)) == "a b"


@pytest.mark.parametrize("draw", [as_html, as_plain])
@pytest.mark.parametrize("odd", [{"t": "sound"}, {"t": "p", "c": [{"t": "sound"}]}])
def test_a_kind_that_nobody_can_draw_is_a_mistake_and_not_a_gap(draw: Callable[[list[Node]], str], odd: Node) -> None:
    with pytest.raises(NotImplementedError, match="sound"):
        draw([odd])


# ── nesting ────────────────────────────────────────────────────────────────────────────────────────────────────────


def every(nodes: list[Node]) -> Iterator[Node]:
    """All nodes, inlines too."""
    for node in nodes:
        yield node
        yield from every(node.get("c", []))
        for part in (*node.get("items", []), node.get("head", []), *chain(*node.get("rows", []))):
            yield from every(list(chain(*part)) if part and isinstance(part[0], list) else part)


def depth(value: Any) -> int:
    """How many lists and quotes, or marks in a sentence, stand in each other."""
    if isinstance(value, list):
        return max(map(depth, value), default=0)
    return depth([*value.get("c", []), *value.get("items", [])]) + (value["t"] in ("ul", "ol", "quote", "em", "strong"))


def test_sixty_quotes_are_six_and_lose_no_word() -> None:
    nodes = tree("> " * 60 + "first\n\nlast")
    assert depth(nodes) == 6
    assert words(nodes) == "> " * 54 + "first\nlast"


def test_thirty_lists_are_six_with_a_line_for_each_deeper_mark() -> None:
    nodes = tree("".join(f"{'  ' * at}- item{at}\n" for at in range(30)) + "\nlast")
    assert depth(nodes) == 6
    assert [f"item{at}" for at in range(30)] == re.findall(r"item\d+", words(nodes))
    assert as_plain(nodes).split("\n")[5:8] == [" " * 10 + "- item5", " " * 12 + "- item6", " " * 12 + "- item7"]


def test_emphasis_in_emphasis_is_said_once() -> None:
    assert inlines("*a *b **c *d* e** f* g*") == [
        {"t": "em", "c": [text("a b "), {"t": "strong", "c": [text("c d e")]}, text(" f g")]}
    ]


def test_ten_thousand_marks_in_each_other_are_read() -> None:
    nodes = tree("*a " * 10_000 + "b" + " c*" * 10_000)
    assert depth(nodes) == 1
    assert len(words(nodes).split()) == 20_001


# ── hostile text ───────────────────────────────────────────────────────────────────────────────────────────────────

ODD = {
    "right to left": "before \u202eabc\u2067 \u200fשלום after",
    "zero width": "ze\u200bro\u200d \ufeffwidth\u2060",
    "a long word": "x" * 10_000,
    "CJK": "登录页面无法打开。ログインできません",
    "emoji": "it is 🔥 on 👩🏽‍🚀 fire 🇷🇴",
    "accents": "Z\u0323\u0324\u0325a\u0301\u0302l\u0303g\u0304o\u0305",
    "Typst": '#read("/etc/passwd") #import "@preview/a:0.1.0" $x$ #panic()',
    "Jinja": "{{ config }} {% for a in b %} {# c #} {{ 'a'*10**9 }}",
    "MyST": "{note} % comment (target)= :::",
    "a shell": '$(reboot) && echo "$HOME" | sh; a\\tb',
    "SQL": "'; DROP TABLE incidents;--",
}


@pytest.mark.parametrize("source", ODD.values(), ids=ODD)
def test_odd_text_is_shown_as_it_was_typed(source: str) -> None:
    assert inlines(source) == [text(source)]
    assert re.sub("<.*?>", "", html(source)) == source.replace("&", "&amp;")
    assert plain(source) == source


PAYLOADS = r"""
<script>alert(1)</script>|<script src=https://x.org/a.js></script>|<SCRIPT/XSS SRC="https://x.org/a.js"></SCRIPT>
<<script>a()//<</script>|<scr<script>ipt>a()</scr</script>ipt>|</script><script>a()</script>|<script>a()
<script\x20type="text/javascript">a()</script>|<svg onload=alert(1)>|<svg/onload=alert(1)>
<svg><script>a()</script></svg>|<svg><animate onbegin=a() attributeName=x></svg>
<svg><a xlink:href="javascript:a()"><text y=9>b</text></a>|<math><mi xlink:href="javascript:a()">b
<math><mtext><style><img src onerror=a()>|<img src=x onerror=a()>|<img src=x onerror="a()"|<img/src/onerror=a()>
<img src=`x`onerror=a()>|<img "'"><script>a()</script>">|<image src=x onerror=a()>
<picture><source srcset=x onerror=a()>|<body onload=a()>|<input autofocus onfocus=a()>|<video><source onerror=a()>
<audio src onloadstart=a()>|<details open ontoggle=a()>|<marquee onstart=a()>|<select autofocus onfocus=a()>
<textarea></textarea><b onclick=a()>|<iframe src=javascript:a()></iframe>
<iframe srcdoc="&lt;script&gt;a()&lt;/script&gt;">|<object data=javascript:a()>|<embed src=javascript:a()>
<form action=javascript:a()><button>b</button></form>|<button formaction=javascript:a()>b
<isindex action=javascript:a() type=image>|<base href=javascript:a()//>|<link rel=stylesheet href=https://x.org/a.css>
<meta http-equiv=refresh content="0;url=javascript:a()">|<style>*{background:url(javascript:a())}</style>
<style>@import 'https://x.org/a.css';</style>|<div style="width:expression(a())">b</div>
<p style="position:fixed;inset:0">b</p>|<a href="javascript:a()">b</a>|<a href=" &#14; javascript:a()">b</a>
<a onmouseover=a()>b</a>|<a href=java&#9;script:a()>b</a>|<!--><script>a()</script>-->
<!--[if IE]><script>a()</script><![endif]-->|<![CDATA[<script>a()</script>]]>|<?xml version="1.0"?><b/>
<template><script>a()</script></template>|<noscript><p title="</noscript><img src=x onerror=a()>">
<xss id=x tabindex=1 onfocus=a()></xss>|<b\x00 onclick=a()>b|<table background=javascript:a()><td>b
<xmp><script>a()</script></xmp>|[b](javascript:a())|[b](JaVaScRiPt:a())|[b](&#106;avascript:a())
[b](javascript&colon;a())|[b](\x01javascript:a())|[b](java\tscript:a())|[b](<javascript:a()>)|[b](  javascript:a())
[b](vbscript:a())|[b](data:text/html,<script>a()</script>)|[b](data:text/html;base64,PHM+)
[b](data:image/svg+xml,<svg/onload=a()>)|[b](file:///etc/passwd)|[b](//x.org/a)|[b](\\\\x.org\\a)
[b](view-source:javascript:a())|[b](https://x.org" onclick="a())|[b](https://x.org' onclick='a())
[b](<https://x.org" onclick="a()>)|[b](https://x.org "c" onclick="a()")|[b](https://x.org '"><script>a()</script>')
[b](https://x.org/`onclick=a()`)|[b](https://x.org/<script>a()</script>)|[b][c]\n\n[c]: javascript:a()
![b](javascript:a())|![b](data:image/svg+xml,<svg/onload=a()>)|![b" onerror="a()](c)|![b](c"onerror="a())
![b](https://x.org/a.png 'c"onerror="a()')|<javascript:a()>|<JAVASCRIPT:a()>|<vbscript:a()>|<data:text/html,a>
<javascript&colon;a()>|<https://x.org/"onclick="a()>|<a@x.org"onclick="a()>|https://x.org/"onclick="a()
https://x.org/'onclick='a()|https://x.org/<script>a()</script>|https://x.org/javascript:a()|http://javascript:a()
`<script>a()</script>`|```<script>\na()\n```|~~~ "><script>a()</script>\nb\n~~~|```sh" onclick="a()\nb\n```
# <script>a()</script>|> <script>a()</script>|> > > <img src=x onerror=a()>|- <script>a()</script>|1. <svg onload=a()>
<b>\n\n*c*\n\n<script>a()</script>|<script>a`1`</script>|<img src=x onerror=a()>|*<script>*a()*</script>*
**<img src=x onerror=**a()>|&lt;script&gt;a()&lt;/script&gt;|&#60;script&#62;a()&#60;/script&#62;
&amp;lt;script&amp;gt;|\u003cscript\u003ea()|\x3cscript\x3ea()|+ADw-script+AD4-a()|＜script＞a()＜/script＞
</p><script>a()</script>|</code></pre><script>a()</script>|"><script>a()</script>|'><img src=x onerror=a()>
--><script>a()</script>
""".strip().replace("\n", "|").split("|")  # fmt: skip
AROUND = ["{}", "> {}", "- {}", "# {}", "a\n{}\nb", "`{}`", "```{}\n{}\n```", "[{}](https://x.org)", "[a](<{}>)",
          "[a](https://x.org '{}')", "![{}](b)", "![a]({})", "|{}|\n|-|\n|{}|{}|", "<{}>", "*{}*",
          "https://x.org/{}"]  # fmt: skip

TAGS = {"p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "div", "table", "thead", "tbody",
        "tr", "th", "td", "hr", "br", "a", "em", "strong"}  # fmt: skip
VALUES = {"dir": "auto|ltr", "tabindex": "0", "scope": "col", "class": "r|tablewrap", "start": r"\d+",
          "href": r"(?:https?://|mailto:)[!-~]+", "rel": "noopener noreferrer nofollow"}  # fmt: skip


class Seen(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.odd, self.open, self.text = list[str](), list[str](), list[str]()
        self.feed(page)
        self.close()
        self.odd += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.odd.append(tag)
        known = ((name, value or "", VALUES.get(name, "(?!)")) for name, value in attrs)
        self.odd += [f"{name}={value}" for name, value, like in known if not re.fullmatch(like, value)]
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.odd.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.odd.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.odd.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.odd.append(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.odd.append(f"<![{data}")


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) > 100


@pytest.mark.parametrize("breaks", [True, False])
@pytest.mark.parametrize("around", AROUND)
def test_no_payload_gets_over_the_fence(around: str, breaks: bool) -> None:
    for payload in PAYLOADS:
        source = around.replace("{}", payload.replace("\\n", "\n").replace("\\t", "\t").replace("\\x01", "\x01"))
        assert (source, Seen(html(source, breaks=breaks)).odd) == (source, [])


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload.startswith("<")])
def test_a_payload_is_there_to_be_read(payload: str) -> None:
    shown, typed = "".join(Seen(html(payload)).text), re.sub(r"&\w+;", " ", payload)
    assert [word for word in re.findall(r"[a-z]{3,}", typed) if word not in shown] == []


# ── anything at all ────────────────────────────────────────────────────────────────────────────────────────────────

FRAGMENTS = """
W W|*W*|**W**|`W`|``W`W``|`|``|```|~~~|*|**|_|[|]|![|](|)|<|>|[W](W)|[W](http://W/W "W")|[W](<W W>)|![W](W 'W')|
[W][W]|[W]: W|[W]: http://W 'W'|<W@W.org>|<http://W/W>|<W:W>|http://W.org/_W_/__W__.py|https://W.org/?W=*W*|
HTTPS://W|<b>|<div>W|<!-- W -->|<?W|# W|## W ##|W\n===|W\n---|---|- W|* W|+ W|1. W|23) W|> W|> > > W|- - - W|
```W W|```W|~~~ W~W|    W|\tW|\\W|\\|&amp;W|&W;|&#87;|W  |W\\|{W}`W`|$W$|%W|:W:|@W|#W("W")|{{ W }}|\u202eW|
W\u200bW|\x00W|W\x85W|登W录|🔥W
""".replace("\n", "").split("|")  # fmt: skip
TABLES = ["|W|W *W*|W|\n|-|-:|-|\n|`W`|W|", "W|W\n-|-\nW|W|W|W\\|W\nW", "|", "|-|-|"]
JOINTS = ["", " ", "\n", "\n", "\n\n", "\n> ", "\n- ", "\n  ", "\n    ", "\n\n    ", "\n> > ", "\n1. "]
KINDS = {"p", "h", "ul", "ol", "quote", "code", "table", "rule", "text", "em", "strong", "link", "picture", "br"}

short = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


anything = st.text(st.characters(exclude_categories=()))


@st.composite
def hostile(draw: st.DrawFn) -> str:
    """Fragments in any order and nesting, every word in them once."""
    pieces = draw(st.lists(st.tuples(st.sampled_from(FRAGMENTS + TABLES), st.sampled_from(JOINTS)), max_size=14))
    numbers = count()
    source = draw(st.sampled_from(["", "> ", "- ", "1. > ", "> " * 7])) + "".join(chain(*pieces))
    return re.sub("W", lambda _: f"w{next(numbers)}x", source)


def lost(source: str, shown: str) -> list[str]:
    return [word for word in re.findall(r"w\d+x", source) if word not in shown]


@short
@given(hostile(), st.booleans())
def test_no_word_is_lost(source: str, breaks: bool) -> None:
    nodes = tree(source, breaks=breaks)
    assert lost(source, words(nodes)) == []
    unnamed = re.sub(r"(?:```|~~~) *w\d+x$", "", source, flags=re.MULTILINE)
    assert lost(unnamed, as_plain(nodes)) == []
    assert lost(unnamed, as_html(nodes)) == []


@short
@given(hostile() | anything, st.booleans(), st.integers(0, 6))
def test_any_text_is_a_page_that_does_nothing(source: str, breaks: bool, under: int) -> None:
    page = as_html(tree(source, breaks=breaks), under=under)
    levels = [int(level) for level in re.findall(r"<h(\d)", page)]
    assert [*filter(lambda odd: not re.fullmatch("h[1-6]", odd), Seen(page).odd)] == []
    assert all(after <= before + 1 for before, after in zip([under, *levels], levels, strict=False))


@short
@given(hostile() | anything, st.booleans())
def test_any_text_is_plain_data_of_known_kinds_and_not_deep(source: str, breaks: bool) -> None:
    nodes = tree(source, breaks=breaks)
    assert json.loads(json.dumps(nodes)) == nodes
    assert {node["t"] for node in every(nodes)} <= KINDS
    tables = [node for node in every(nodes) if node["t"] == "table"]
    assert all(len(row) == len(table["head"]) for table in tables for row in table["rows"])
    assert depth(nodes) <= 8


@short
@given(
    st.text(alphabet="`~{}[]()<>!$%@:+-=#*_\\|^&;/ \t\r\n\x00\x0b\x1c\u2028ab1.é登\u00a0\u202e\u2067🔥", max_size=80)
)
def test_no_sign_is_too_odd(source: str) -> None:
    nodes = tree(source)
    assert Seen(as_html(nodes)).odd == []
    assert source.count("登") == 0 or "登" in as_plain(nodes)
    assert words(nodes).count("é") >= min(source.count("é"), 1)


@pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not here")
def test_no_word_of_a_real_incident_is_lost() -> None:
    for case in sorted(CASES.glob("*.json")):
        for source in strings(json.loads(case.read_text())):
            nodes = tree(source, breaks=True)
            for shown in (words(nodes), as_plain(nodes), "".join(Seen(as_html(nodes)).text)):
                assert [word for word in re.findall(r"[^\W\d_]+", source) if word not in shown] == []


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


# ── what it costs ──────────────────────────────────────────────────────────────────────────────────────────────────

BRACKETS = {"[": "[" * 100_000, "[a](": "[a](" * 25_000, "](": "](" * 50_000, "nested": "[" * 40_000 + "](x)" * 15_000}
REPEATED = [
    "[",
    "![",
    "[a](",
    "<",
    "<a@",
    "*a ",
    "`a``",
    "&",
    "http://a|",
    "http://a](",
    "> ",
    "- a\n",
    "|",
    "|a\n|-\n",
    "\\",
]


def seconds(work: Callable[[str], object], source: str) -> float:
    """The processor's own, which others on the machine do not lengthen much."""
    began = time.process_time()
    work(source)
    return time.process_time() - began


@pytest.mark.parametrize("source", BRACKETS.values(), ids=BRACKETS)
def test_a_hundred_thousand_brackets_take_little_longer_than_in_the_bare_parser(source: str) -> None:
    bare = MarkdownIt("commonmark").enable("table")
    assert seconds(tree, source) < 5 * seconds(bare.parse, source) + 0.5


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_as_much_costs_twice_as_much(piece: str) -> None:
    once, twice = (calls(html, piece * times) for times in (600, 1200))
    assert twice < 2.3 * once


def test_a_table_of_cells_that_nobody_typed_does_not_outgrow_its_text() -> None:
    source = ("|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + "|\n" * 140 + "\n") * 20
    nodes = tree(source)
    assert sum(len(row) for node in nodes if node["t"] == "table" for row in node["rows"]) < len(source)
    assert words(nodes).count("a") == 10_000


def test_a_table_of_many_short_rows_is_read_to_its_end() -> None:
    (table,) = tree("a|b\n-|-\n" + "1|2\n" * 3_000)
    assert len(table["rows"]) == 3_000
