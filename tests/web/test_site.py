"""What holds for every page, whichever it is."""

from __future__ import annotations

from tests.web.house import House


def test_a_page_that_is_not_there_says_so_and_where_to_begin(home: House) -> None:
    page = home.browser("ada").get("/nowhere")
    assert page.status == 404
    assert "There is no such page" in page.words


def test_a_server_answers_only_to_the_names_it_is_known_by(home: House) -> None:
    page = home.browser().get("/nowhere", headers={"Host": "evil.example"})
    assert page.status == 400


def test_every_answer_carries_the_strict_headers(home: House) -> None:
    for path in ("/nowhere", "/static/tocsin.css", "/static/../../etc/passwd"):
        headers = home.browser().get(path).response.headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
