"""What follows outside from what happened inside."""

from __future__ import annotations

import pytest

from tests.core.examples import EXAMPLES
from tests.core.world import ONE, entry
from tocsin.core.effects import EFFECTS, Effect, PublishReport
from tocsin.core.ids import Seq
from tocsin.core.reactions import react


def test_a_request_to_publish_wishes_for_the_publisher() -> None:
    wishes = react(entry(EXAMPLES["PublicationRequested"], 40))
    assert wishes == [PublishReport(incident=ONE, request=Seq(40))]


@pytest.mark.parametrize("kind", sorted(set(EXAMPLES) - {"PublicationRequested"}))
def test_all_else_wishes_for_nothing(kind: str) -> None:
    assert react(entry(EXAMPLES[kind])) == []


@pytest.mark.parametrize("effect", EFFECTS.values())
def test_every_wish_has_its_lane(effect: type[Effect]) -> None:
    assert effect.destination
