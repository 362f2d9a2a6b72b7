"""What holds for every page, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.office import declared
from tests.web.house import House
from tocsin.store.sessions import SEEN_EVERY
from tocsin.store.works import Unavailable


def test_a_page_that_is_not_there_says_so_and_where_to_begin(home: House) -> None:
    page = home.browser("ada").get("/nowhere")
    assert page.status == 404
    assert "There is no such page" in page.words


def test_nobody_is_led_to_sign_in_from_a_page_that_is_not_there(home: House) -> None:
    text = home.browser().get("/nowhere").text
    assert '<a class="btn" href="/sign-in">Sign in</a>' in text
    assert "Begin at Now" not in text


def test_a_server_answers_only_to_the_names_it_is_known_by(home: House) -> None:
    page = home.browser().get("/nowhere", headers={"Host": "evil.example"})
    assert page.status == 400


def test_every_answer_carries_the_strict_headers(home: House) -> None:
    for path in ("/nowhere", "/static/tocsin.css", "/static/../../etc/passwd"):
        headers = home.browser().get(path).response.headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def lost(home: House) -> None:
    """The file of the database is none any more, and no connection to it stood open."""
    store = home.tocsin.store
    store._readers.dispose()
    file = Path(home.site.settings.database.removeprefix("sqlite:///"))
    for each in (file, file.with_name(file.name + "-wal")):
        each.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/incidents", "/nowhere"])
def test_when_the_database_cannot_be_read_a_page_says_so(home: House, path: str) -> None:
    browser = home.browser("ada")
    lost(home)
    page = browser.get(path)
    assert (page.status, page.response.headers["retry-after"]) == (503, "5")
    assert "The database does not answer" in page.words


def test_whoever_asks_whether_it_lives_is_nobody_and_needs_no_database(home: House) -> None:
    browser = home.browser("ada")
    lost(home)
    assert (browser.get("/healthz").status, browser.get("/readyz").status) == (200, 503)


def test_whoever_reads_is_not_kept_from_it_because_nothing_can_be_written(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: object) -> None:
        raise Unavailable("The disk of the database is full.")

    browser = home.browser("ada")
    home.clock.later(SEEN_EVERY)
    monkeypatch.setattr(home.tocsin.store, "run", full)
    assert [browser.get(path).status for path in ("/", "/incidents")] == [200, 200]
    assert caplog.text.count("The disk of the database is full.") == 1


@pytest.mark.parametrize(
    "path",
    ["/people/%00", "/services/%00", "/groups/%00", "/communities/%00", "/edit/groups/%00", "/incidents/%00",
     "/first/%00"],
)  # fmt: skip
def test_what_no_text_holds_is_no_address(home_on_both: House, path: str) -> None:
    assert home_on_both.browser("root").get(path).status == 404


def test_nor_is_it_looked_for(home_on_both: House) -> None:
    assert home_on_both.browser("root").get("/incidents?service=%00&criterion=%00").status == 200


def test_nor_is_it_taken_from_a_form_which_comes_back_with_it(home_on_both: House) -> None:
    declared(home_on_both.tocsin)
    page = home_on_both.browser("ada").send("/incidents/1/plan", state="New servers\0 start.")
    assert page.status == 422
    assert "start." in page.text


def test_a_name_of_a_server_that_is_none_is_refused_like_every_other(home: House) -> None:
    page = home.browser().get("/healthz", headers={"Host": "["})
    assert (page.status, page.response.headers["x-content-type-options"]) == (400, "nosniff")


def test_an_origin_that_is_none_is_not_ours(home: House) -> None:
    browser = home.browser()
    form = {"csrf": home.proof(browser), "who": "ada"}
    assert browser.post("/reset", form, headers={"Origin": "http://["}).status == 403


def test_what_a_page_is_to_say_is_bounded(home: House) -> None:
    browser = home.browser("ada")
    browser.client.cookies.set("tocsin-said", "x" * 3000)
    text = browser.get("/incidents").text
    assert "x" * 300 in text
    assert "x" * 301 not in text


def test_a_browser_asks_each_time_whether_our_scripts_have_changed(home: House) -> None:
    browser = home.browser()
    headers = browser.get("/static/tocsin.js").response.headers
    assert headers["cache-control"] == "no-cache"
    assert browser.get("/static/tocsin.js", headers={"If-None-Match": headers["etag"]}).status == 304


def test_what_was_typed_into_a_form_is_not_lost_with_the_session(home: House) -> None:
    number = declared(home.tocsin)
    page = home.browser().post(f"/incidents/{number}/plan", {"state": "New servers start <again>.", "csrf": "x"})
    assert page.status == 401
    assert "New servers start &lt;again&gt;." in page.text
    assert f"/sign-in?to=/incidents/{number}/plan" in page.text


def test_nor_with_a_form_that_is_out_of_date_but_never_a_password(home: House) -> None:
    sent = {"state": "New servers start again.", "password": "a-secret-of-mine-123"}
    page = home.browser("ada").post("/incidents/1/plan", sent)
    assert page.status == 403
    assert "New servers start again." in page.text
    assert "a-secret-of-mine-123" not in page.text
