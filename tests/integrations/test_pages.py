"""The page about the settings says what the integrations have."""

from __future__ import annotations

from tests.integrations.pages import PAGE, page


def test_the_page_is_as_the_integrations_have_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it anew: python -m tests.integrations.pages"
