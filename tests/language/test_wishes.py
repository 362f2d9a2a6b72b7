"""What is to be delivered, in words: every kind has some."""

from __future__ import annotations

import pytest

from tests.core.test_effects import EXAMPLES, PUBLISH
from tocsin.core.effects import Effect, Reply, Unreadable
from tocsin.core.ids import Seq, TicketId
from tocsin.language.wishes import thing


@pytest.mark.parametrize("effect", EXAMPLES, ids=lambda each: type(each).__name__)
def test_every_kind_is_called_something(effect: Effect) -> None:
    assert "cannot read" not in thing(effect, "Bob Kahn")


def test_an_answer_says_in_which_ticket() -> None:
    assert thing(Reply(incident=None, about=Seq(0), ticket=TicketId(7), place=2), "") == "The answer in ticket 7"


def test_what_another_version_has_stored_is_called_that() -> None:
    assert thing(Unreadable(incident=PUBLISH.incident, about=PUBLISH.about), "") == (
        "Something that this version cannot read"
    )
