"""What people may write, at its worst: shown as text on every page that shows it, and nothing else comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, expect

from tests.web.scene import served_scene
from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.people import TOCSIN, Community, Person, Service
from tocsin.core.refused import Refused
from tocsin.store import sessions
from tocsin.web.site import Site

ELSEWHERE = "canary.example"
"""Nothing may ever ask this host for anything."""
MARK = "hostile"
"""Stands at the head of each text, so that a page that shows it can be told from one that does not."""
PAYLOADS = (
    "<script>alert(1)</script>",
    f'<script src="https://{ELSEWHERE}/x.js"></script>',
    "</script><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    f'<img src="https://{ELSEWHERE}/x.png">',
    f"![seen](https://{ELSEWHERE}/y.png)",
    f"![seen][1]\n\n[1]: https://{ELSEWHERE}/z.png",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    '<svg/onload="alert(1)">',
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text x=20 y=20>press</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    f'<iframe src="https://{ELSEWHERE}/"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    f'<object data="https://{ELSEWHERE}/x.swf"></object>',
    f'<embed src="https://{ELSEWHERE}/x.swf">',
    f'<link rel=stylesheet href="https://{ELSEWHERE}/x.css">',
    f'<style>@import "https://{ELSEWHERE}/x.css";</style>',
    f'<div style="background:url(https://{ELSEWHERE}/x.png)">x</div>',
    f'<meta http-equiv=refresh content="0;url=https://{ELSEWHERE}/">',
    f'<base href="https://{ELSEWHERE}/">',
    f'<form action="https://{ELSEWHERE}/"><button autofocus onfocus=alert(1)>x</button></form>',
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>press</a>",
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt:alert(1))",
    "[press](java\tscript:alert(1))",
    "[press](\x01javascript:alert(1))",
    "[press](vbscript:msgbox(1))",
    "[press](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[press](&#106;avascript:alert(1))",
    "<javascript:alert(1)>",
    '[x](https://example.org/"onmouseover="alert(1))',
    "\" onmouseover=alert(1) x=\"' onmouseover=alert(1) x='",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '<button hx-get="/sign-out" hx-trigger="load">x</button>',
    f'<div hx-on:load="alert(1)" hx-get="https://{ELSEWHERE}/" hx-trigger="load">x</div>',
    '<div id="errors" data-focus tabindex=-1>x</div>',
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7*7 }}{% for x in range(3) %}${alert(1)}#{alert(1)}<%= 7*7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "' OR 1=1-- \"*NEAR( %s %(x)s :x ? \\",
    "right to left \u202egnp.exe\u202c and \u2066isolated",
    "zero\u200bwidth\u200d\ufeff joined",
    "w" * 10_000,
    "nul \x00 bell \x07 escape \x1b[31m red",
    "half \ud83d of a pair",
    "漢字 かな 한국어 ไทย हिन्दी עברית العربية",
    "👩‍💻 🏳️‍🌈 e\u0301 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
    "\u2028line\u2029separators\x85and\x0bothers",
)
PAGES = (
    "/", "/triage", "/triage/{signal}", "/declare?signal={signal}", "/wrong", "/incidents", "/incidents?q=hostile",
    "/incidents/{number}", "/incidents/{number}?show=commands", "/incidents/{number}/plan", "/incidents/{number}/title",
    "/incidents/{number}/links", "/incidents/{number}/help", "/incidents/{number}/asks", "/incidents/{number}/roles",
    "/incidents/{number}/update", "/incidents/{number}/hand-over", "/incidents/{number}/resolve",
    "/people", "/people/eve", "/people/eve/edit", "/services", "/services/evil", "/communities/evil",
    "/edit/communities/evil", "/health",
)  # fmt: skip
LINKS = ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "\x01javascript:alert(1)")


@dataclass(kw_only=True)
class Hostile:
    """A team that somebody means ill, and what its pages did about it."""

    address: str
    page: Page
    number: IncidentNumber
    signal: int
    texts: list[str]
    """What of the payloads was taken, as it was said."""
    happened: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Hostile]:
    with served_scene(Path(tmp_path_factory.mktemp("hostile"))) as (site, at):
        number, signal, texts = told(site)
        context = chromium.new_context(base_url=at)
        token = site.tocsin.store.run(lambda c: sessions.begin(c, Handle("rita"), site.clock()))
        context.add_cookies([{"name": site.config.cookie("session"), "value": token, "url": at}])
        found = Hostile(address=at, page=context.new_page(), number=number, signal=signal, texts=texts)
        found.page.on("console", partial(_console, found.happened))
        found.page.on("dialog", partial(_dialog, found.happened))
        found.page.on("pageerror", lambda error: found.happened.append(str(error)))
        context.on("request", partial(_request, found))
        yield found
        context.close()


def _console(happened: list[str], message: ConsoleMessage) -> None:
    happened.append(f"console: {message.text}")


def _dialog(happened: list[str], dialog: Dialog) -> None:
    happened.append(f"dialog: {dialog.message}")
    dialog.dismiss()


def _request(found: Hostile, request: Request) -> None:
    if not request.url.startswith(found.address):
        found.happened.append(f"request: {request.url}")


def told(site: Site) -> tuple[IncidentNumber, int, list[str]]:
    """Everything that a payload can stand in has one; whatever is refused is refused in a sentence."""
    do = partial(_tried, site)
    name = f"{MARK} <img src=x onerror=alert(1)> \u202e\"'"
    eve = Person(handle=Handle("eve"), name=name, email="eve@example.org", expertise=("<script>alert(1)</script>",))
    place = Community(slug=Slug("evil"), name=name, representatives=(Handle("helena"),))
    service = Service(slug=Slug("evil"), name=name, communities=(place.slug,))
    site.tocsin.do(c.UpdateDirectory(people=(eve,), communities=(place,), services=(service,)), by=TOCSIN)
    signal = site.tocsin.do(c.NoteSignal(text=f"{MARK} {PAYLOADS[0]}", kind="ticket", people=PAYLOADS[:5]), by="amara")
    title = f"{MARK} </title></script><svg onload=alert(1)>"
    done = site.tocsin.do(c.Declare(title=title, services=("evil",), communities=("evil",)), by="rita")
    number = done.incident
    assert number is not None
    assert signal.signal is not None
    taken = [text for text in PAYLOADS if do(c.Note(incident=number, text=f"{MARK} {text}"), by="eve")]
    for text in PAYLOADS:
        do(c.Note(incident=number, text=f"{MARK} {text}", kind="command", output=text), by="eve")
        do(c.NoteSignal(text=f"{MARK} {text}", kind="alert", link=text[:100]), by="amara")
        do(c.AddToSignal(signal=signal.signal, text=text, output=text), by="eve")
    for text in PAYLOADS[:12]:
        do(c.Delegate(incident=number, to="eve", what=f"{MARK} {text}"), by="rita")
        do(c.LinkTicket(incident=number, ticket=text), by="rita")
    worst = " ".join(text for text in PAYLOADS if "\x00" not in text and len(text) < 999 and "\ud83d" not in text)
    do(c.SetPlan(incident=number, state=f"{MARK} {worst}", cause=worst, next=worst), by="rita")
    do(c.ProposeUpdate(incident=number, text=f"{MARK} {worst}"), by="eve")
    return number, signal.signal, taken


def _tried(site: Site, command: c.Command, *, by: str) -> bool:
    try:
        site.tocsin.do(command, by=by)
    except Refused:
        return False
    return True


def test_most_of_it_is_taken_since_people_paste_such_things(hostile: Hostile) -> None:
    assert len(hostile.texts) >= len(PAYLOADS) - 3


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_it_as_text_and_nothing_happens(path: str, hostile: Hostile) -> None:
    hostile.happened.clear()
    answer = hostile.page.goto(path.format(number=hostile.number, signal=hostile.signal))
    assert answer is not None
    assert answer.status == 200
    hostile.page.wait_for_timeout(150)
    assert hostile.happened == []
    if path not in ("/wrong", "/health"):
        assert MARK in hostile.page.content()
    assert hostile.page.evaluate(STRANGE) == []


STRANGE = """() => [...document.querySelectorAll("*")].filter(each =>
  [...each.attributes].some(a => /^(on|hx-on|style$)/.test(a.name) || /^\\s*(javascript|vbscript|data):/i.test(a.value))
  || each.matches("main :is(script, style, iframe, object, embed, base, meta, link, video, math, img)")
).map(each => each.outerHTML.slice(0, 200))"""
"""Elements that no page of ours has."""


def test_the_text_of_a_line_is_there_to_the_last_sign(hostile: Hostile) -> None:
    hostile.page.goto(f"/incidents/{hostile.number}")
    log = hostile.page.locator("#log").inner_text()
    for text in ("<script>alert(1)</script>", "<iframe srcdoc=", "{{ 7*7 }}", "漢字", "gnp.exe"):
        assert text in log


@pytest.mark.parametrize("url", LINKS)
def test_a_link_leads_to_a_page_of_the_web_or_is_refused(url: str, hostile: Hostile) -> None:
    hostile.page.goto(f"/incidents/{hostile.number}/links")
    hostile.page.locator("main [name=url]").fill(url)
    hostile.page.locator("main .btn--main").click()
    expect(hostile.page.locator("#errors, .field__e").first).to_be_visible()
    hostile.page.goto(f"/incidents/{hostile.number}")
    assert hostile.page.evaluate(STRANGE) == []


@pytest.mark.parametrize(
    "query", ["' OR 1=1--", '"*', "NEAR(", "a AND", "^", "%", "\x00", "((((", '" OR "', "col:x", "w" * 5000]
)
def test_no_search_is_an_error_of_ours(query: str, hostile: Hostile) -> None:
    answer = hostile.page.request.get("/incidents", params={"q": query})
    assert answer.status in (200, 422)


def test_what_was_typed_comes_back_as_it_was_and_does_nothing(hostile: Hostile) -> None:
    hostile.happened.clear()
    hostile.page.goto("/declare")
    typed = '</textarea><script>alert(1)</script>" autofocus onfocus=alert(1) x="'
    hostile.page.locator("[name=began]").fill("2031-01-01T10:00")
    hostile.page.locator("[name=title]").fill(typed)
    hostile.page.locator("button[form=declare]").click()
    expect(hostile.page.locator("[name=title]")).to_have_value(typed)
    assert [each for each in hostile.happened if "status of 422" not in each] == []
