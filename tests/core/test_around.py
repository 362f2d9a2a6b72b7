"""What an incident is held against."""

from __future__ import annotations

from dataclasses import replace

from tests.core.world import ADA, BOB, CHARLIE, DANA, NOON, PLAYBOOK, TOWN
from tocsin.core.around import Around, calendars

AROUND = Around(
    playbook=PLAYBOOK,
    directory=TOWN,
    people=(replace(ADA, zone="Asia/Tokyo"), replace(BOB, active=False), CHARLIE, replace(DANA, observer=True)),
    now=NOON,
    wrote={},
)


def test_whoever_looks_on_or_has_left_could_do_nothing() -> None:
    assert [each.handle for each in AROUND.team] == ["ada"]


def test_hours_are_those_of_the_person_and_nobodys_are_the_playbooks() -> None:
    east = replace(AROUND, directory=replace(TOWN, people=(replace(ADA, zone="Asia/Tokyo"),)))
    assert calendars(east)(ADA.handle).zone == "Asia/Tokyo"
    assert calendars(east)(None).zone == PLAYBOOK.zone
