"""Signing in and out, and who cannot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import mean

import argon2
import pytest
import sqlalchemy as sa

from tests.core.world import ADA
from tests.engine.office import Clock
from tests.web.house import Browser, House, house
from tests.web.signing import GOOD, OTHER, browser_at, give_password, kept, sign_in, signed_in, token_of
from tocsin.core import commands as c
from tocsin.core.people import TOCSIN
from tocsin.store import accounts, sessions
from tocsin.web import passwords
from tocsin.web.browsers import in_words
from tocsin.web.config import Config
from tocsin.web.login import WRONG, ours
from tocsin.web.tries import AT_ONCE, MOST_KEPT, OF_ADDRESS, OF_ONE, WINDOW, Busy, Tries


@pytest.fixture
def door(home: House) -> House:
    """Ada, Rita the administrator, and Charlie of a community have passwords."""
    for handle in ("ada", "root", "charlie"):
        give_password(home, handle)
    return home


# ── in, and out ──


@pytest.mark.parametrize("who", ["ada", "ada@example.org", " Ada@Example.org "])
def test_somebody_signs_in_with_their_password(home_on_both: House, who: str) -> None:
    give_password(home_on_both, "ada")
    browser = home_on_both.browser()
    page = sign_in(browser, who)
    assert (page.status, page.response.headers["location"]) == (303, "/")
    assert signed_in(home_on_both, browser)


def test_whoever_is_of_a_community_begins_at_their_desk(door: House) -> None:
    assert sign_in(door.browser(), "charlie").response.headers["location"] == "/desk"


def test_whoever_wanted_a_page_comes_to_it(door: House) -> None:
    browser = door.browser()
    shown = browser.get("/sign-in?to=%2Fincidents%2F47")
    page = browser.post("/sign-in", {**shown.hidden("/sign-in"), "who": "ada", "password": GOOD})
    assert page.response.headers["location"] == "/incidents/47"


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "\\\\evil.example", "/%0a//x\n",
     "javascript:alert(1)", "evil.example", "///evil.example", "/ /evil.example", "//", "http:evil.example"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(door: House, to: str) -> None:
    assert ours(to) == ""
    page = sign_in(door.browser(), "ada", to=to)
    assert page.response.headers["location"] == "/"
    assert door.browser("ada").get("/sign-in", params={"to": to}).response.headers["location"] == "/"


@pytest.mark.parametrize("to", ["/", "/incidents/47", "/incidents?q=a+b&page=2#L27", "/services/utoronto/prod"])
def test_an_address_of_ours_is_one(to: str) -> None:
    assert ours(to) == to


def test_whoever_is_signed_in_need_not_again(door: House) -> None:
    assert door.browser("ada").get("/sign-in").response.headers["location"] == "/"


def test_every_sign_in_begins_a_new_session_and_ends_the_one_before(door: House) -> None:
    browser = door.browser()
    sign_in(browser, "ada")
    before = token_of(door, browser)
    form = {"csrf": door.proof(browser), "who": "ada", "password": GOOD}
    assert browser.post("/sign-in", form).status == 303
    assert token_of(door, browser) != before
    with door.tocsin.store.read() as connection:
        assert sessions.found(connection, before, door.clock()) is None


def test_a_session_that_somebody_else_chose_is_not_taken_on(door: House) -> None:
    browser = door.browser()
    shown = browser.get("/sign-in")
    chosen = {"Cookie": f"tocsin-session=chosen; tocsin-form={browser.client.cookies['tocsin-form']}"}
    form = {**shown.hidden("/sign-in"), "who": "ada", "password": GOOD}
    browser.client.cookies.clear()
    assert browser.post("/sign-in", form, headers=chosen).status == 303
    assert token_of(door, browser) not in ("", "chosen")


def test_signing_out_leaves_nothing(door: House) -> None:
    browser = door.browser()
    sign_in(browser, "ada")
    token = token_of(door, browser)
    page = browser.post("/sign-out", {"csrf": door.proof(browser)})
    assert page.response.headers["clear-site-data"] == '"cache"'
    assert not browser.client.cookies
    assert page.response.headers["location"] == "/sign-in?left=1"
    assert not token_of(door, browser)
    assert sessions.key_of(token) not in kept(door)
    assert "You are signed out." in browser.follow(page).words


def test_signing_out_takes_a_form(door: House) -> None:
    browser = door.browser("ada")
    assert browser.get("/sign-out").status == 405
    assert browser.post("/sign-out", {}).status == 403
    assert signed_in(door, browser)


def test_no_page_of_somebody_is_kept_by_a_browser(door: House) -> None:
    for path in ("/sign-in", "/reset", "/nowhere"):
        assert door.browser("ada").get(path).response.headers["cache-control"] == "no-store"


# ── how long ──


def cookie_of(browser: Browser, **more: str) -> str:
    """What the browser is told to keep when Ada signs in."""
    page = sign_in(browser, "ada", **more)
    return next(each for each in page.response.headers.get_list("set-cookie") if "session=" in each)


def test_over_https_the_session_is_in_a_cookie_that_only_this_site_can_set(sqlite_url: str, tmp_path: Path) -> None:
    with house(sqlite_url, tmp_path, Config(address="https://incidents.example.org")) as home:
        give_password(home, "ada")
        cookie = cookie_of(browser_at(home, "192.0.2.1", "https://incidents.example.org"))
    name, _, attributes = cookie.partition("=")
    assert name == "__Host-tocsin-session"
    assert len(attributes.partition(";")[0]) >= 43  # 256 bits
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(attributes.split("; "))
    assert "Domain" not in attributes


def test_a_session_lasts_until_the_browser_closes_and_twelve_hours_at_most(door: House) -> None:
    browser = door.browser()
    assert "Max-Age" not in cookie_of(browser)
    door.clock.later(timedelta(hours=12, seconds=-1))
    assert signed_in(door, browser)
    door.clock.later(timedelta(seconds=1))
    assert not signed_in(door, browser)


def test_whoever_wants_stays_signed_in_for_thirty_days(door: House) -> None:
    browser = door.browser()
    assert "Max-Age=2592000" in cookie_of(browser, keep="yes")
    for _ in range(29):
        door.clock.later(timedelta(days=1))
        browser.get("/reset")
    assert signed_in(door, browser)
    door.clock.later(timedelta(days=1))
    assert not signed_in(door, browser)


def test_a_browser_that_nobody_used_for_a_week_signs_in_again(door: House) -> None:
    browser = door.browser()
    sign_in(browser, "ada", keep="yes")
    door.clock.later(timedelta(days=7))
    assert not signed_in(door, browser)


def test_where_a_story_is_told_its_clock_may_leap_and_nobody_is_signed_out(door: House) -> None:
    wall = Clock()
    door.tocsin.wall_clock = wall
    browser = door.browser()
    sign_in(browser, "ada")
    door.clock.later(timedelta(days=400))
    assert signed_in(door, browser)
    wall.later(timedelta(hours=12))
    assert not signed_in(door, browser)


def test_a_one_time_link_lasts_by_the_clock_on_the_wall_too(door: House) -> None:
    door.tocsin.wall_clock = wall = Clock()
    door.clock.later(timedelta(days=400))
    door.tocsin.do(c.LetIn(person="ada", kind="reset", key=sessions.key_of("token")), by="root")
    assert door.browser().get("/reset/token").status == 200
    wall.later(timedelta(days=1))
    assert door.browser().get("/reset/token").status == 404


def test_wrong_passwords_are_forgotten_by_the_clock_on_the_wall_too(door: House) -> None:
    door.tocsin.wall_clock = wall = Clock()
    browser = browser_at(door, "192.0.2.1")
    for _ in range(OF_ONE):
        sign_in(browser, "ada", "wrong")
    door.clock.later(WINDOW)
    assert sign_in(browser, "ada").status == 429
    wall.later(WINDOW)
    assert sign_in(browser, "ada").status == 303


def test_sessions_that_are_over_are_swept_away(door: House) -> None:
    sign_in(door.browser(), "ada")
    door.clock.later(timedelta(days=1))
    sign_in(door.browser(), "root")
    with door.tocsin.store.read() as connection:
        assert len(list(connection.exec_driver_sql("SELECT * FROM sessions"))) == 1


# ── who cannot ──

STRANGERS = {"unknown": "nobody", "wrong": "ada", "without a password": "bob", "left": "gone", "a program": "tocsin"}


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_nobody_learns_who_is_known(door: House, who: str) -> None:
    page = sign_in(door.browser(), who, OTHER)
    assert page.status == 422
    assert WRONG in page.words
    assert f'value="{who}"' in page.text
    assert OTHER not in page.text
    assert page.text.replace(who, "").count("Ada") == 0


def test_the_page_is_the_same_for_all_of_them(door: House) -> None:
    pages = {sign_in(door.browser(), who, OTHER).words for who in STRANGERS.values()}
    assert len(pages) == 1


def test_for_all_of_them_as_much_is_asked_of_the_database(door: House) -> None:
    asked: dict[str, list[str]] = {}
    for who in STRANGERS.values():
        browser = door.browser()
        form = {**browser.get("/sign-in").hidden("/sign-in"), "who": who, "password": OTHER}
        with statements() as asked[who]:
            browser.post("/sign-in", form)
    assert len(set(map(tuple, asked.values()))) == 1


@contextmanager
def statements() -> Iterator[list[str]]:
    """What any database is asked meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.long
def test_for_all_of_them_it_takes_as_long(door: House) -> None:
    def lasts(kept_hash: str) -> float:
        began = time.perf_counter()
        passwords.matches(kept_hash, OTHER)
        return time.perf_counter() - began

    known = passwords.hashed(GOOD)
    rounds = [(lasts(known), lasts("")) for _ in range(200)]
    there, nobody = (mean(sorted(each)[20:-20]) for each in zip(*rounds, strict=True))
    assert abs(there - nobody) / there < 0.05


@pytest.mark.parametrize(("who", "password"), [("", GOOD), ("ada", ""), ("", "")])
def test_what_is_missing_is_named(door: House, who: str, password: str) -> None:
    page = sign_in(door.browser(), who, password)
    assert page.status == 422
    assert ("Give your email" in page.words, "Give your password." in page.words) == (not who, not password)


def test_what_is_typed_as_a_name_does_nothing(door: House) -> None:
    page = sign_in(door.browser(), "<script>alert('\"')</script>")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_whoever_leaves_while_they_sign_in_does_not(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaves(kept_hash: str, password: str) -> bool:
        door.tocsin.do(c.UpdateDirectory(people=(replace(ADA, active=False),)), by=TOCSIN)
        return True

    browser = door.browser()
    monkeypatch.setattr(passwords, "matches", leaves)
    page = sign_in(browser, "ada")
    assert (page.status, WRONG in page.words, signed_in(door, browser)) == (422, True, False)


def test_a_password_is_the_same_however_its_letters_are_made(door: House) -> None:
    give_password(door, "ada", "Caf\u00e9 in the morning")
    assert sign_in(door.browser(), "ada", "Cafe\u0301 in the morning").status == 303


def test_a_password_is_hashed_anew_when_we_hash_otherwise(door: House) -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    door.tocsin.store.run(lambda connection: accounts.set_password(connection, ADA.handle, weak, door.clock()))
    assert sign_in(door.browser(), "ada").status == 303
    with door.tocsin.store.read() as connection:
        found = accounts.of_person(connection, ADA.handle)
    assert found != weak
    assert not passwords.outdated(found)
    assert sign_in(door.browser(), "ada").status == 303


# ── too often ──


def fail(browser: Browser, who: str, times: int) -> list[int]:
    form = {**browser.get("/sign-in").hidden("/sign-in"), "who": who, "password": OTHER}
    return [browser.post("/sign-in", form).status for _ in range(times)]


def test_twenty_wrong_passwords_are_enough_and_lock_nobody_out(door: House) -> None:
    thief = browser_at(door, "192.0.2.66")
    assert set(fail(thief, "ada", OF_ONE)) == {422}
    page = sign_in(thief, "ADA ", GOOD)
    assert page.status == 429
    assert int(page.response.headers["retry-after"]) == WINDOW.total_seconds() + 1
    assert "Try again in 15 min" in page.words
    assert sign_in(browser_at(door, "192.0.2.66"), "root").status == 303
    assert sign_in(browser_at(door, "192.0.2.7"), "ada").status == 303
    door.clock.later(WINDOW)
    assert sign_in(thief, "ada").status == 303


def test_a_header_does_not_make_somebody_come_from_elsewhere(door: House) -> None:
    thief = browser_at(door, "192.0.2.66")
    form = {**thief.get("/sign-in").hidden("/sign-in"), "who": "nobody", "password": "x"}
    for number in range(OF_ONE):
        thief.post("/sign-in", form, headers={"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for={number}"})
    assert thief.post("/sign-in", form, headers={"X-Forwarded-For": "203.0.113.1"}).status == 429


def test_one_address_may_not_try_everybody(home: House) -> None:
    tries, now = Tries(), home.clock()
    assert [tries.begin("192.0.2.1", f"person-{n}", now) for n in range(OF_ADDRESS)] == [None] * OF_ADDRESS
    assert tries.begin("192.0.2.1", "another", now) == WINDOW
    assert tries.begin("192.0.2.2", "another", now) is None


def test_a_right_password_forgets_the_wrong_ones(home: House) -> None:
    tries, now = Tries(), home.clock()
    for _ in range(5 * OF_ONE):
        assert tries.begin("192.0.2.1", "ada", now) is None
        tries.right("192.0.2.1", "ada")
    assert tries.begin("192.0.2.1", "ada", now + timedelta(minutes=1)) is None


@pytest.mark.parametrize(
    "addresses", [("2001:db8::1", "2001:db8::ffff:2"), ("::ffff:192.0.2.1", "192.0.2.1"), ("here", "here")]
)
def test_one_network_is_one_address(home: House, addresses: tuple[str, str]) -> None:
    tries, now = Tries(), home.clock()
    for _ in range(OF_ONE):
        tries.begin(addresses[0], "ada", now)
    assert tries.begin(addresses[1], "Ada", now) == WINDOW


def test_what_is_counted_is_bounded(home: House) -> None:
    tries = Tries()
    for number in range(MOST_KEPT):
        tries.begin(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "x" * 10_000, home.clock())
    assert len(tries) == MOST_KEPT


# ── what a password is ──


def test_passwords_are_hashed_with_argon2id_as_recommended() -> None:
    found = argon2.extract_parameters(passwords.hashed(GOOD))
    assert found == argon2.extract_parameters(passwords.NOBODYS)
    assert (found.type, found.version, found.salt_len, found.hash_len) == (argon2.Type.ID, 19, 16, 32)
    assert (found.memory_cost, found.time_cost, found.parallelism) == (64 * 1024, 3, 4)


def test_nothing_is_the_password_of_nobody() -> None:
    assert not passwords.matches("", GOOD)
    assert not passwords.matches("no hash", GOOD)


@pytest.mark.parametrize("password", ["x9y8z7w6", "p" * 63 + "w" * 64 + "q", "пароль из многих слов", "  a b c  "])
def test_a_password_of_eight_to_128_characters_will_do(password: str) -> None:
    assert passwords.trouble(password) == ""


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "It has 0 characters."),
        ("seven77", "It has 7 characters. Choose at least 8, better 15"),
        ("x y z" * 26, "It has 130 characters. Choose at most 128."),
        ("e\u0301tudes", "It has 6 characters."),
        ("password1", "known from breaches"),
        ("PassWord1", "known from breaches"),
        ("aaaaaaaaaaaaaaaa", "would try first"),
        ("ADA@example.org", "would try first"),
        ("Ada Lovelace", "would try first"),
        ("Openshore", "would try first"),
    ],
)
def test_a_password_that_somebody_would_guess_is_refused(password: str, sentence: str) -> None:
    assert sentence in passwords.trouble(password, ADA, "Openshore")


def test_ten_thousand_breached_passwords_are_refused() -> None:
    assert len(passwords.breached()) == 10_000
    assert min(map(len, passwords.breached())) == passwords.LEAST
    assert all(passwords.trouble(each) for each in list(passwords.breached())[::100])


# ── asking for help ──


def test_asking_for_a_link_answers_the_same_for_everybody(door: House) -> None:
    answers = {}
    for who in ("ada", "gone", "nobody"):
        page = door.browser().send("/reset", who=who)
        assert page.status == 200
        answers[who] = page.words.replace(who, "")
    assert len(set(answers.values())) == 1
    assert "tocsin people link" in answers["ada"]


def test_what_is_to_be_typed_in_a_shell_is_quoted(door: House) -> None:
    page = door.browser().send("/reset", who="$(reboot)<b>")
    assert "tocsin people link '$(reboot)<b>'" in page.words
    assert "<b>'" not in page.text


def test_asking_for_nobody_is_refused(door: House) -> None:
    assert "Give your email" in door.browser().send("/reset", who=" ").words


def test_a_server_without_an_administrator_says_how_to_begin(home: House) -> None:
    assert "No administrator can sign in yet" in home.browser().get("/sign-in").words
    give_password(home, "root")
    assert "You cannot sign in?" in home.browser().get("/sign-in").words


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1", "Safari on Mac"),
        ("curl/8.0", "curl"),
        ("<script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_called_in_words(agent: str, words: str) -> None:
    assert in_words(agent) == words


# ── all at once ──


def test_whoever_tries_many_passwords_at_once_keeps_nobody_else_waiting(door: House) -> None:
    thief, other = browser_at(door, "192.0.2.66"), browser_at(door, "192.0.2.7")
    form = {**thief.get("/sign-in").hidden("/sign-in"), "who": "nobody", "password": OTHER}
    with ThreadPoolExecutor(30) as threads:
        tried = [threads.submit(thief.post, "/sign-in", form) for _ in range(30)]
        assert sign_in(other, "ada").status == 303
        pages = [each.result() for each in tried]
    refused = [page for page in pages if page.status == 429]
    assert refused
    assert all(int(page.response.headers["retry-after"]) > 0 for page in refused)


def test_only_a_few_tries_of_one_address_are_under_way() -> None:
    tries = Tries()
    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            stack.enter_context(tries.under_way("192.0.2.1"))
        with pytest.raises(Busy), tries.under_way("192.0.2.1"):
            pass
        with tries.under_way("192.0.2.2"):
            pass
    with tries.under_way("192.0.2.1"):
        pass


def test_whoever_signs_in_comes_back_to_what_they_asked_for(door: House) -> None:
    browser = door.browser()
    asked = browser.get("/incidents?q=disk+full&show=open")
    shown = browser.follow(asked)
    page = browser.post("/sign-in", {**shown.hidden("/sign-in"), "who": "ada", "password": GOOD})
    assert page.response.headers["location"] == "/incidents?q=disk+full&show=open"
