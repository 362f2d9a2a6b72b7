"""Who is let in, by which link; and how people and administrators see to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.core.world import ADA
from tests.engine.office import at_once, dump
from tests.web.house import GONE, ROOT, Browser, House, Page, house
from tests.web.signing import (
    GOOD,
    OTHER,
    browser_at,
    give_password,
    kept,
    link,
    sign_in,
    signed_in,
    token_of,
)
from tocsin.core import commands as c
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN, Person
from tocsin.store import accounts, exporting, sessions
from tocsin.web.accounts import first_run_link
from tocsin.web.asked import Asked
from tocsin.web.config import Config

NAME, MAIL = "Amara Okoye", "amara@openshore.example"
SET_UP = {"name": NAME, "email": MAIL, "zone": "Africa/Nairobi", "new": GOOD}


def first_path(home: House) -> str:
    """The path of the link that `serve` prints."""
    found = first_run_link(home.tocsin, home.site.config, home.clock())
    assert found is not None
    return found.removeprefix("http://127.0.0.1:8080")


def handed(page: Page) -> str:
    """The link a page shows to an administrator."""
    found = re.search(r'id="f-link">([^<]+)<', page.text)
    assert found, page.words[:500]
    return found[1]


def press(home: House, browser: Browser, action: str, **fields: str) -> Page:
    """Send a form that stands on the page of a person."""
    return browser.post(action, {"csrf": home.proof(browser), "once": "x", **fields})


# ── the first one ──


def test_the_first_one_sets_the_server_up(home_on_both: House) -> None:
    browser, path = home_on_both.browser(), first_path(home_on_both)
    assert "You are the first one here" in browser.get(path).words
    page = browser.send(path, **SET_UP)
    assert page.response.headers["location"] == "/"
    person = home_on_both.person("amara")
    assert (person.name, person.email, person.zone, person.part) == (NAME, MAIL, "Africa/Nairobi", "administrator")
    assert signed_in(home_on_both, browser)
    assert sign_in(home_on_both.browser(), MAIL).status == 303


def test_the_link_works_once(home: House) -> None:
    path = first_path(home)
    home.browser().send(path, **SET_UP)
    page = home.browser().get(path)
    assert (page.status, "This link does not work" in page.words) == (404, True)
    assert first_run_link(home.tocsin, home.site.config, home.clock()) is None


def test_two_who_open_it_at_once_do_not_both_set_it_up(home_on_both: House) -> None:
    path = first_path(home_on_both)
    browsers = [home_on_both.browser() for _ in range(2)]
    forms = [{**browser.get(path).hidden(path), **SET_UP} for browser in browsers]
    pages = at_once(2, lambda n: browsers[n].post(path, {**forms[n], "email": f"a{n}@example.org"}).status)
    assert sorted(pages) == [303, 404]


def test_the_link_of_the_start_before_works_no_more(home: House) -> None:
    before, after = first_path(home), first_path(home)
    assert [home.browser().get(path).status for path in (before, after)] == [404, 200]
    home.clock.later(timedelta(hours=1))
    assert home.browser().get(after).status == 404


def test_there_is_no_account_that_nobody_made(home: House) -> None:
    assert dump(home.tocsin.store)["credentials"] == []


def test_what_was_typed_stays_when_something_is_wrong(home: House) -> None:
    page = home.browser().send(first_path(home), **{**SET_UP, "name": "<b>A", "new": "password1"})
    assert page.status == 422
    assert "known from breaches" in page.words
    assert 'value="&lt;b&gt;A"' in page.text
    assert f'value="{MAIL}"' in page.text
    assert '<option value="Africa/Nairobi" selected>' in page.text
    assert "password1" not in page.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Say what you are called."),
        ("email", "amara", "Give your mail address"),
        ("email", "a b@c", "is no mail address"),
        ("zone", "Mars/Olympus", "is no time zone"),
        ("new", "short", "It has 5 characters."),
    ],
)
def test_what_will_not_do_is_said_and_uses_nothing_up(home: House, field: str, value: str, sentence: str) -> None:
    path = first_path(home)
    page = home.browser().send(path, **{**SET_UP, field: value})
    assert (page.status, sentence in page.words) == (422, True)
    assert home.browser().get(path).status == 200


def test_whom_the_directory_has_already_becomes_the_administrator(home: House) -> None:
    home.browser().send(first_path(home), **{**SET_UP, "email": "Ada@example.org"})
    ada = home.person("ada")
    assert (ada.name, ada.administrator, ada.email) == (NAME, True, "Ada@example.org")


def test_whoever_used_the_shell_first_is_the_same_person(home: House) -> None:
    shell = replace(ROOT, handle=Handle("amara"), name="amara", email="")
    home.tocsin.do(c.UpdateDirectory(people=(shell,)), by=TOCSIN)
    home.browser().send(first_path(home), **SET_UP)
    assert home.person("amara").email == MAIL


def test_a_handle_that_somebody_has_is_not_taken_from_them(home: House) -> None:
    home.browser().send(first_path(home), **{**SET_UP, "email": "bob@elsewhere.example"})
    assert home.person("bob").name == "Bob Kahn"
    assert home.person("bob-2").name == NAME


# ── invitations, and new passwords ──


def test_an_invitation_lets_somebody_in(home_on_both: House) -> None:
    rita = home_on_both.browser("root")
    address = handed(press(home_on_both, rita, "/people/bob/invite"))
    browser, path = home_on_both.browser(), address.removeprefix("http://127.0.0.1:8080")
    assert "Welcome, Bob Kahn" in browser.get(path).words
    assert browser.send(path, new=GOOD).status == 303
    assert signed_in(home_on_both, browser)
    assert sign_in(home_on_both.browser(), "bob").status == 303
    assert home_on_both.browser().get(path).status == 404


def test_looking_at_a_link_does_not_use_it_up(home: House) -> None:
    path = link(home, "invite", "bob")
    for _ in range(3):
        assert home.browser().get(path).status == 200


def test_a_new_password_ends_every_session_and_the_link(home: House) -> None:
    give_password(home, "ada")
    before, path = home.browser("ada"), link(home, "reset", "ada")
    browser = home.browser()
    assert "Choose a new password" in browser.get(path).words
    assert browser.send(path, new=OTHER).status == 303
    assert (signed_in(home, before), signed_in(home, browser)) == (False, True)
    assert home.browser().get(path).status == 404
    assert sign_in(home.browser(), "ada").status == 422
    assert sign_in(home.browser(), "ada", OTHER).status == 303


@pytest.mark.parametrize("path", ["/welcome/x", "/reset/x", "/first/x", "/reset/" + "x" * 5000])
def test_a_link_that_never_was_is_as_one_that_is_over(home: House, path: str) -> None:
    over = link(home, "reset", "ada")
    home.clock.later(timedelta(days=1))
    assert home.browser().get(path).status == 404
    assert "This link does not work" in home.browser().get(path).words
    assert home.browser().get("/reset/x").words == home.browser().get(over).words


def test_an_invitation_opens_nothing_else(home: House) -> None:
    token = link(home, "invite", "bob").rpartition("/")[2]
    assert [home.browser().get(f"/{path}/{token}").status for path in ("first", "reset")] == [404, 404]


def test_a_link_is_made_of_what_the_settings_say_and_not_of_the_request(sqlite_url: str, tmp_path: Path) -> None:
    told = Config(address="https://incidents.example.org/", hosts="other.example")
    with house(sqlite_url, tmp_path, told) as home:
        browser = browser_at(home, "192.0.2.1", "https://other.example")
        token = home.tocsin.store.run(lambda c: sessions.begin(c, ROOT.handle, home.clock()))
        browser.client.cookies.set("__Host-tocsin-session", token, domain="other.example", path="/")
        forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        page = browser.post("/people/bob/invite", {"csrf": home.proof(browser)}, headers=forged)
        assert handed(page).startswith("https://incidents.example.org/welcome/")
        assert browser.get("/sign-in", headers={"Host": "evil.example"}).status == 400


def test_the_database_has_neither_links_nor_passwords(home: House) -> None:
    path = handed(press(home, home.browser("root"), "/people/bob/invite")).removeprefix("http://127.0.0.1:8080")
    assert path.rpartition("/")[2] not in kept(home)
    home.browser().send(path, new=GOOD)
    assert GOOD not in kept(home)


def test_no_export_has_a_way_in(home: House, tmp_path: Path) -> None:
    give_password(home, "ada")
    home.browser("ada")
    token = sessions.key_of(link(home, "reset", "ada").rpartition("/")[2])
    with home.tocsin.store.read() as connection:
        hashed = accounts.of_person(connection, Handle("ada"))
        exporting.export(connection, tmp_path / "all", (), home.clock())
    said = (tmp_path / "all").read_text()
    assert "argon2" not in said
    assert hashed not in said
    assert token not in said


def test_only_administrators_let_people_in(home: House) -> None:
    for handle in ("ada", "ola", "charlie"):
        browser = home.browser(handle)
        for what in ("invite", "deactivate", "reactivate"):
            assert press(home, browser, f"/people/bob/{what}").status == 403
    assert home.person("bob").active


def test_nobody_who_has_left_is_invited(home: House) -> None:
    page = press(home, home.browser("root"), "/people/gone/invite")
    assert (page.status, "Gus Gone has left. Bring them back first." in page.words) == (422, True)


def test_whom_nobody_knows_is_not_there(home: House) -> None:
    rita = home.browser("root")
    for path in ("/people/nobody/invite", "/people/Bob Kahn/invite", "/people/nobody/sessions/end"):
        assert press(home, rita, path).status == 404


# ── leaving, and coming back ──


def test_whoever_leaves_is_signed_out_at_once(home_on_both: House) -> None:
    give_password(home_on_both, "ada")
    ada, path = home_on_both.browser("ada"), link(home_on_both, "reset", "ada")
    page = press(home_on_both, home_on_both.browser("root"), "/people/ada/deactivate")
    assert page.response.headers["location"] == "/people/ada"
    assert not signed_in(home_on_both, ada)
    assert home_on_both.browser().get(path).status == 404
    assert sign_in(home_on_both.browser(), "ada").status == 422


@pytest.mark.parametrize("action", ["deactivate", "reactivate"])
def test_leaving_undoes_no_change_that_was_made_meanwhile(
    home: House, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(asked: Asked) -> Person:
        found = home.person(asked.parts["handle"])
        home.tocsin.do(c.UpdateDirectory(people=(replace(found, zone="Africa/Nairobi"),)), by=TOCSIN)
        return found

    rita = home.browser("root")
    monkeypatch.setattr("tocsin.web.accounts._person", slowly)
    assert press(home, rita, f"/people/ada/{action}").status in (303, 422)
    assert home.person("ada").zone == "Africa/Nairobi"


def test_what_they_did_stays(home: House) -> None:
    number = home.tocsin.do(c.Declare(title="Nobody can log in"), by="ada").incident
    assert number is not None
    press(home, home.browser("root"), "/people/ada/deactivate")
    assert home.person("ada") == replace(ADA, administrator=False, active=False)
    assert len(dump(home.tocsin.store)["log"]) == 2


def test_whoever_is_back_needs_an_invitation(home: House) -> None:
    give_password(home, "ada")
    rita = home.browser("root")
    press(home, rita, "/people/ada/deactivate")
    assert press(home, rita, "/people/ada/reactivate", once="y").status == 303
    assert home.person("ada").active
    assert sign_in(home.browser(), "ada").status == 422
    assert "/welcome/" in handed(press(home, rita, "/people/ada/invite"))


def test_the_last_administrator_stays(home: House) -> None:
    rita = home.browser("root")
    page = press(home, rita, "/people/root/deactivate")
    assert (page.status, "That leaves nobody who may change the directory." in page.words) == (422, True)
    assert signed_in(home, rita)


def test_two_administrators_do_not_send_each_other_away(home_on_both: House) -> None:
    two = (ROOT, replace(ADA, administrator=True))
    home_on_both.tocsin.do(c.UpdateDirectory(people=two), by=TOCSIN)
    browsers = [home_on_both.browser(person.handle) for person in two]
    pages = at_once(2, lambda n: press(home_on_both, browsers[n], f"/people/{two[1 - n].handle}/deactivate").status)
    assert 303 in pages
    assert sum(home_on_both.person(person.handle).active for person in two) == 1


def test_changed_rights_hold_from_the_next_request_on(home: House) -> None:
    ada = home.browser("ada")
    assert press(home, ada, "/people/bob/invite").status == 403
    home.tocsin.do(c.UpdateDirectory(people=(replace(ADA, administrator=True),)), by="root")
    assert press(home, ada, "/people/bob/invite").status in (401, 403)  # a session of before has no more rights
    ada = home.browser("ada")
    assert press(home, ada, "/people/bob/invite").status == 200
    home.tocsin.do(c.UpdateDirectory(people=(replace(ADA, administrator=False),)), by="root")
    assert press(home, ada, "/people/bob/invite").status in (401, 403)
    assert not signed_in(home, ada)


# ── one's own password and sessions ──


def mine(home: House, browser: Browser, **fields: str) -> Page:
    """Send the form that changes Ada's password."""
    return press(home, browser, "/people/ada/password", **fields)


def test_somebody_changes_their_password(home: House) -> None:
    give_password(home, "ada")
    here, there = home.browser(), home.browser("ada")
    sign_in(here, "ada", keep="yes")
    before = token_of(home, here)
    assert mine(home, here, current=GOOD, new=OTHER).response.headers["location"] == "/people/ada"
    assert token_of(home, here) != before
    assert (signed_in(home, here), signed_in(home, there)) == (True, False)
    assert sessions.key_of(before) not in kept(home)
    assert sign_in(home.browser(), "ada", OTHER).status == 303


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [(OTHER, "another good sentence", "That is not your password."), (GOOD, "ada", "It has 3 characters.")],
)
def test_a_password_that_will_not_do_is_not_set(home: House, current: str, new: str, sentence: str) -> None:
    give_password(home, "ada")
    page = mine(home, home.browser("ada"), current=current, new=new)
    assert (page.status, sentence in page.words) == (422, True)
    assert current not in page.text
    assert sign_in(home.browser(), "ada").status == 303


def test_guessing_at_an_open_browser_ends_soon(home: House) -> None:
    give_password(home, "ada")
    browser = home.browser("ada")
    pages = [mine(home, browser, current="a guess", new=OTHER) for _ in range(21)]
    assert [page.status for page in pages] == [422] * 20 + [429]
    assert "retry-after" in pages[-1].response.headers


def test_nobody_changes_the_password_of_another(home: House) -> None:
    give_password(home, "ada")
    for handle in ("root", "bob", "charlie"):
        assert mine(home, home.browser(handle), current=GOOD, new=OTHER).status == 404


def keys(home: House, handle: str) -> list[str]:
    with home.tocsin.store.read() as connection:
        return [each.key for each in sessions.of_person(connection, Handle(handle), home.clock())]


def test_somebody_ends_one_of_their_sessions(home: House) -> None:
    here, there = home.browser("ada"), home.browser("ada")
    key = sessions.key_of(token_of(home, there))
    assert press(home, here, "/people/ada/sessions/end", session=key).status == 303
    assert (signed_in(home, here), signed_in(home, there)) == (True, False)


def test_a_page_of_the_session_that_is_ended_hears_of_it(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = home.browser("ada"), home.browser("ada")
    heard: list[str] = []
    monkeypatch.setattr(home.tocsin.store, "heard", heard.append)
    press(home, here, "/people/ada/sessions/end", session=sessions.key_of(token_of(home, there)))
    assert heard == ["person:ada"]


def test_somebody_ends_all_their_others(home: House) -> None:
    here, others = home.browser("ada"), [home.browser("ada") for _ in range(3)]
    bob = home.browser("bob")
    assert press(home, here, "/people/ada/sessions/end").status == 303
    assert keys(home, "ada") == [sessions.key_of(token_of(home, here))]
    assert not any(signed_in(home, other) for other in others)
    assert signed_in(home, bob)


def test_ending_the_session_at_hand_is_signing_out(home: House) -> None:
    here = home.browser("ada")
    page = press(home, here, "/people/ada/sessions/end", session=sessions.key_of(token_of(home, here)))
    assert page.response.headers["location"] == "/sign-in?left=1"
    assert keys(home, "ada") == []


def test_nobody_ends_the_sessions_of_another(home: House) -> None:
    ada, bob = home.browser("ada"), home.browser("bob")
    key = sessions.key_of(token_of(home, ada))
    assert press(home, bob, "/people/ada/sessions/end", session=key).status == 404
    press(home, bob, "/people/bob/sessions/end", session=key)
    assert signed_in(home, ada)


def test_an_administrator_signs_somebody_out_everywhere(home: House) -> None:
    ada, rita = home.browser("ada"), home.browser("root")
    assert press(home, rita, "/people/ada/sessions/end").status == 303
    assert (signed_in(home, ada), signed_in(home, rita)) == (False, True)


def test_one_sees_where_one_is_signed_in(home: House) -> None:
    give_password(home, "ada")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    here = home.browser()
    here.client.headers["user-agent"] = agent
    sign_in(here, "ada")
    page = mine(home, here, current="", new="")
    assert "Where you are signed in" in page.words
    assert "This one. Firefox on Linux" in page.words
    assert "Sign out everywhere else" not in page.words
    home.browser("ada")
    assert "Sign out everywhere else" in mine(home, here, current="", new="").words


def test_open_pages_hear_that_a_session_has_ended(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    give_password(home, "ada")
    monkeypatch.setattr(home.tocsin.store, "heard", heard.append)
    monkeypatch.setattr(home.site.live, "tell", heard.append)  # nothing is told besides
    rita, path = home.browser("root"), link(home, "reset", "ada")
    for action in ("/people/ada/sessions/end", "/people/ada/deactivate", "/people/ada/reactivate"):
        press(home, rita, action, once=action)
    assert heard == ["person:ada"] * 3
    home.browser().send(link(home, "invite", "ada"), new=GOOD)
    ada = home.browser("ada")
    mine(home, ada, current=GOOD, new=OTHER)
    ada = home.browser("ada")
    ada.post("/sign-out", {"csrf": home.proof(ada)})
    assert heard == ["person:ada"] * 6
    assert path


def test_no_page_says_more_of_somebody_than_it_should(home: House) -> None:
    hostile = replace(GONE, name="<script>x</script>", active=True)
    home.tocsin.do(c.UpdateDirectory(people=(hostile,)), by=TOCSIN)
    page = press(home, home.browser("root"), "/people/gone/invite")
    assert "<script>x" not in page.text
    assert "&lt;script&gt;x" in home.browser().get(handed(page).removeprefix("http://127.0.0.1:8080")).text
