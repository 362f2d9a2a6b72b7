"""Words of any length: no page scrolls sideways because of what somebody wrote, on a laptop or on a phone."""

from __future__ import annotations

import pytest

from tests.engine.office import declared
from tests.web.screens import Screens
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber

ONE = IncidentNumber(1)
LONG = "w" * 3000
PAGES = ("/incidents/1", "/incidents/1/asks", "/incidents/1/roles", "/incidents/1/hand-over", "/incidents", "/")
SIZES = ((1440, 900), (390, 844))
WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"


def worded(seen: Screens) -> None:
    """An incident that has one long word wherever there can be one."""
    declared(seen.home.tocsin)
    for command in (
        c.Retitle(incident=ONE, title="T" * 290),
        c.SetPlan(incident=ONE, state=LONG, cause=LONG, next=LONG),
        c.Delegate(incident=ONE, to="bob", what=LONG),
        c.OfferRole(incident=ONE, role="liaison", to="bob", text=LONG),
        c.AddLink(incident=ONE, url=f"https://example.org/{LONG[:1500]}", title="L" * 300),
        c.LinkTicket(incident=ONE, ticket="K" * 200),
        c.Note(incident=ONE, text=LONG, kind="fix", output=LONG, outcome=LONG),
    ):
        seen.home.tocsin.do(command, by="ada")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]} px")
def test_no_page_scrolls_sideways_for_a_long_word(seen: Screens, size: tuple[int, int]) -> None:
    worded(seen)
    page = seen.of("ada", size)
    for path in PAGES:
        page.goto(path)
        needed, there = page.evaluate(WIDTHS)
        assert needed <= there, path
