"""What stands on top of every page: the doors, the clock, who is signed in."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.core.world import ADA
from tests.web.house import House
from tests.web.screens import Screens
from tocsin.core import commands as c
from tocsin.core.people import TOCSIN

WIDTHS = (390, 769, 800, 900, 1024, 1025, 1040, 1100, 1200, 1280, 1440)
CUT = """() => ["clock", "brand"].filter(name => {
    const it = document.querySelector(`.top .${name}`);
    return it.scrollWidth > it.clientWidth;
})"""


def test_the_clock_is_whole_on_every_screen(seen: Screens) -> None:
    far = replace(ADA, administrator=False, zone="America/Argentina/Buenos_Aires", name="Maximiliana Featherstonehaugh")
    seen.home.tocsin.do(c.UpdateDirectory(people=(far,)), by=TOCSIN)
    page = seen.of("ada")
    page.goto("/keys")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 600})
        assert (width, page.evaluate(CUT)) == (width, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("zone", "clocks"), [("UTC", 1), ("Africa/Nairobi", 2), ("Africa/Abidjan", 2)])
def test_whoever_lives_by_utc_reads_one_clock(home: House, zone: str, clocks: int) -> None:
    home.tocsin.do(c.UpdateDirectory(people=(replace(ADA, administrator=False, zone=zone),)), by=TOCSIN)
    found = re.search(r'<p class="clock.*?</p>', home.browser("ada").get("/keys").text, flags=re.S)
    assert found is not None
    assert found[0].count("<b>") == clocks


@pytest.mark.parametrize(
    ("path", "door"),
    [("/groups-new", "/people"), ("/people/ada", "/people"), ("/communities/utoronto", "/services"),
     ("/edit/communities/utoronto", "/services"), ("/edit/services/utoronto/prod", "/services"), ("/", "/")],
)  # fmt: skip
def test_a_page_belongs_to_the_door_it_is_reached_by(home: House, path: str, door: str) -> None:
    text = home.browser("root").get(path).text
    assert set(re.findall(r'<a href="([^"]+)" aria-current="page"', text)) == {door}
