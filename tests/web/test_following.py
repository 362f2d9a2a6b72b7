"""Following an incident from its room: whoever does is told by mail of what changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.office import declared, resolved
from tests.web.house import House
from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber
from tocsin.core.people import TOCSIN
from tocsin.store import follows

ONE = IncidentNumber(1)


def followers(home: House) -> tuple[Handle, ...]:
    with home.tocsin.store.read() as connection:
        return follows.of_incident(connection, ONE)


@pytest.mark.parametrize("handle", ["ada", "ola", "root"])
def test_the_whole_team_may_follow_and_stop(handle: str, home: House) -> None:
    declared(home.tocsin)
    browser = home.browser(handle)
    said = browser.follow(browser.send("/incidents/1", "/incidents/1/follow"))
    assert "You follow it: you get a mail" in said.words and "Stop following" in said.words
    assert followers(home) == (handle,)
    said = browser.follow(browser.send("/incidents/1", "/incidents/1/unfollow"))
    assert "You do not follow it any more." in said.words
    assert followers(home) == ()


def test_whoever_has_no_address_is_told_that_no_mail_reaches_them(home: House) -> None:
    declared(home.tocsin)
    home.tocsin.do(c.UpdateDirectory(people=(replace(home.person("bob"), email=""),)), by=TOCSIN)
    browser = home.browser("bob")
    page = browser.follow(browser.send("/incidents/1", "/incidents/1/follow"))
    assert "Nobody knows your mail address yet" in page.words


def test_what_is_over_may_be_followed_for_its_report(home: House) -> None:
    resolved(home.tocsin)
    home.browser("bob").send("/incidents/1", "/incidents/1/follow")
    assert followers(home) == ("bob",)


@pytest.mark.parametrize("action", ["follow", "unfollow"])
def test_nobody_from_outside_follows_what_they_may_not_see(action: str, home: House) -> None:
    declared(home.tocsin)
    for handle in ("charlie", ""):
        browser = home.browser(handle)
        assert browser.post(f"/incidents/1/{action}", {"csrf": home.proof(browser)}).status in (401, 403)
    browser = home.browser("ada")
    assert browser.post(f"/incidents/7/{action}", {"csrf": home.proof(browser)}).status == 404
    assert followers(home) == ()
