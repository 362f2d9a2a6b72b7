"""R11: clocks that are wrong, and nights in which they change; a reminder comes at its instant, and never early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from tests.engine.office import Clock, Postbox, declared, office
from tests.faults.load import COMMUNITIES, peopled
from tests.faults.rig import Installation, installed, wait_for, worker
from tests.integrations.world import World, running
from tests.needs import program
from tocsin import bootstrap, settings
from tocsin.core import commands as c
from tocsin.core.effects import Remind
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Tocsin
from tocsin.engine.worker import Worker
from tocsin.ports import Ports

Figures = Callable[[str], None]

# ── wrong clocks ───────────────────────────────────────────────────────────────────────────────────────────────────

WRONG = ("+10m", "-10m")
SIZES = [pytest.param(6, id="short"), pytest.param(60, id="long", marks=pytest.mark.long)]
"""Reminders."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path / "ledger") as world:
        yield world


@pytest.mark.parametrize("reminders", SIZES)
def test_reminders_come_in_time_though_the_workers_clocks_are_wrong(
    reminders: int, postgres_url: str, tmp_path: Path, world: World, figures: Figures
) -> None:
    """One worker is ten minutes ahead, one behind; who asks, the receiver and the database agree."""
    faketime = program("faketime", "apt-get install faketime")
    installation = installed(tmp_path, postgres_url, fake={"address": world.address, "ports": "mailer"})
    peopled(installation, reminders)
    with ExitStack() as crew:
        for each in WRONG:  # only the clock on the wall is wrong; a process that measures time measures it rightly
            crew.enter_context(worker(installation, "env", "DONT_FAKE_MONOTONIC=1", faketime, "-f", each))
        due = _promised(installation, reminders)
        wait_for("the reminders", lambda: len(_reminded(world)) >= reminders)
    late = {incident: (at - due[incident]).total_seconds() for incident, at in _reminded(world).items()}
    figures(
        f"R11 PostgreSQL, workers 10 minutes ahead and behind: {len(late)} of {reminders} reminders, "
        f"{sum(each < 0 for each in late.values())} early; late by {median(late.values()):.2f} seconds as a rule, "
        f"{max(late.values()):.2f} at most"
    )
    assert len(world.done()) == 2 * reminders
    assert min(late.values()) >= 0
    assert median(late.values()) < 1


def _promised(installation: Installation, reminders: int) -> dict[str, datetime]:
    """When each incident's reminder is due: the titles, and the times."""
    with bootstrap.open_tocsin(settings.load(installation.data)) as tocsin:
        for number in range(reminders):
            soon = tocsin.clock() + timedelta(seconds=3 + number / 2)  # it is due halfway
            tocsin.do(
                c.PostUpdate(
                    incident=IncidentNumber(1 + number), text="More soon.", communities=(COMMUNITIES[0].slug,),
                    next_by=soon,
                ),
                by="ada",
            )  # fmt: skip
    wishes = [each for each in installation.wishes() if isinstance(each.effect, Remind)]
    return {f"Incident {wish.effect.its_incident - 1}": wish.since for wish in wishes}


def _reminded(world: World) -> dict[str, datetime]:
    """When each incident's reminder was mailed."""
    return {
        each["payload"]["subject"].split(": ")[-1]: datetime.fromisoformat(each["at"])
        for each in world.done()
        if each["payload"]["to"] == "ada@example.org"
    }


# ── the night of the change ────────────────────────────────────────────────────────────────────────────────────────

LONDON = ZoneInfo("Europe/London")
AUTUMN = [
    # It is 01:30 twice; which of them was promised, `fold` says.
    (datetime(2026, 10, 24, 23, 0, tzinfo=LONDON), datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=0)),
    (datetime(2026, 10, 24, 23, 0, tzinfo=LONDON), datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1)),
    (datetime(2026, 10, 25, 0, 55, tzinfo=LONDON), datetime(2026, 10, 25, 1, 5, tzinfo=LONDON, fold=1)),
    (datetime(2026, 10, 24, 23, 0, tzinfo=LONDON), datetime(2026, 10, 25, 2, 5, tzinfo=LONDON)),
]
SPRING = [
    # From 01:00 it is at once 02:00.
    (datetime(2027, 3, 28, 0, 30, tzinfo=LONDON), datetime(2027, 3, 28, 2, 5, tzinfo=LONDON)),
    (datetime(2027, 3, 28, 0, 50, tzinfo=LONDON), datetime(2027, 3, 28, 2, 10, tzinfo=LONDON)),
]


@pytest.mark.parametrize(("told", "promised"), AUTUMN + SPRING)
def test_a_promise_across_the_change_of_clocks_is_reminded_of_at_its_instant(
    sqlite_url: str, told: datetime, promised: datetime
) -> None:
    clock = Clock()
    clock.at = _utc(told)
    with office(sqlite_url, clock) as tocsin:
        number = declared(tocsin)
        update = c.PostUpdate(incident=number, text="More soon.", communities=("utoronto",), next_by=promised)
        tocsin.do(update, by="ada")
        ahead = min(timedelta(minutes=15), (_utc(promised) - clock.at) / 2)
        clock.at = _utc(promised) - ahead - timedelta(seconds=1)
        assert _mailed(tocsin) == ["charlie@toronto.example"]
        clock.later(timedelta(seconds=1))
        assert _mailed(tocsin) == ["ada@example.org"]


def _utc(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo("UTC"))


def _mailed(tocsin: Tocsin) -> list[str]:
    """To whom, by now."""
    box = Postbox()
    Worker(tocsin, Ports(mailer=box)).work_off()
    return [mail.to for mail in box.sent]
