"""Whom a text names."""

from __future__ import annotations

import pytest

from tests.core.world import TOWN
from tocsin.core.mentions import mentioned


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@bob, can you look?", ("bob",)),
        ("Ask @Dana or @bob. Or @bob.", ("dana", "bob")),
        ("(@dana)", ("dana",)),
        ("Nobody is named.", ()),
        ("@nobody is not known.", ()),
        ("Their name is no handle: @Bob Kahn is, @kahn is not.", ("bob",)),
        ("bob@example.org is an address, and so is https://example.org/@bob.", ()),
        ("Run `npm i @dana/types`, and @bob reads on.", ("bob",)),
        ("```\n@bob\n```", ()),
        ("```\n@bob has left the fence open", ()),
        ("@ bob @", ()),
    ],
)
def test_who_is_named_is_known_by_their_handle(text: str, handles: tuple[str, ...]) -> None:
    assert mentioned(text, TOWN) == handles
