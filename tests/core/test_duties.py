"""Who carries a duty."""

from __future__ import annotations

from tests.core.world import ONE, PLAYBOOK, declared
from tocsin.core import commands as c
from tocsin.core.duties import carrying


def test_a_duty_is_carried_by_who_holds_its_role() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="liaison", person="bob"))
    assert carrying(story.incident, PLAYBOOK, "tells-outside") == ("bob",)


def test_where_nobody_holds_its_role_whoever_commands_carries_it() -> None:
    assert carrying(declared().incident, PLAYBOOK, "tells-outside") == ("ada",)


def test_where_nobody_commands_nobody_carries_anything() -> None:
    story = declared()
    story.tell(c.Release(incident=ONE, role="commander"))
    assert carrying(story.incident, PLAYBOOK, "tells-outside") == ()
