"""The verdict itself: it finds each of the faults that the others look for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.office import Postbox
from tests.faults.load import Accepted, peopled
from tests.faults.rig import Installation, installed
from tests.faults.verdict import Verdict, judged
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.engine.worker import Worker
from tocsin.ports import Failed, Mail, Ports

ONE, TWO = "k0000001", "k0000002"
TO = "expert1@example.org"


@dataclass
class Day:
    """Two things were asked of one person, and both letters went out."""

    office: Installation
    ledger: list[Accepted]
    done: list[dict[str, Any]]

    def judged(self) -> Verdict:
        return judged(self.office, self.done, self.ledger)


@pytest.fixture
def day(sqlite_url: str, tmp_path: Path) -> Day:
    return _day(installed(tmp_path, sqlite_url), Postbox())


def _day(office: Installation, box: Postbox) -> Day:
    peopled(office, incidents=1)
    with office.opened() as tocsin:
        tasks = {each: c.Delegate(incident=IncidentNumber(1), what=f"Task {each}", to="expert1") for each in (ONE, TWO)}
        answers = {each: tocsin.do(task, by="ada", source=each) for each, task in tasks.items()}
        Worker(tocsin, Ports(mailer=box)).work_off()
    ledger = [Accepted(token=each, command=task, answer=answers[each]) for each, task in tasks.items()]
    return Day(office=office, ledger=ledger, done=[_line(mail) for mail in box.sent])


def _line(mail: Mail) -> dict[str, Any]:
    return {"port": "mailer", "payload": {"text": mail.text, "to": mail.to}}


def test_a_good_day_has_no_faults(day: Day) -> None:
    verdict = day.judged()
    assert (verdict.faults, verdict.accepted, verdict.wished, verdict.unknown) == ({}, 2, 2, set())


def test_what_does_not_stand_where_it_was_said_to_is_lost(day: Day) -> None:
    day.ledger[0] = replace(day.ledger[0], answer=day.ledger[1].answer)
    assert day.judged().faults["lost"] == {ONE}


def test_what_stands_twice_is_doubled(day: Day) -> None:
    with day.office.opened() as tocsin:
        tocsin.do(c.Note(incident=IncidentNumber(1), text=f"Note {ONE}"), by="ada")
    assert day.judged().faults == {"doubled": {ONE}}


def test_a_letter_that_the_world_has_not_got_is_unsent(day: Day) -> None:
    del day.done[0]
    assert day.judged().faults == {"unsent": {(ONE, TO)}}


def test_a_letter_that_the_world_has_twice_is_repeated(day: Day) -> None:
    day.done.append(day.done[1])
    assert day.judged().faults == {"repeated": {(TWO, TO)}}


def test_a_letter_that_nobody_asked_for_is_seen(day: Day) -> None:
    del day.ledger[1]
    assert day.judged().faults == {"unasked": {(TWO, TO)}}


def test_a_letter_that_overtook_another_is_seen(day: Day) -> None:
    day.done.reverse()
    assert day.judged().faults == {"overtaken": [(ONE, TO)]}


def test_what_is_unknown_is_neither_lost_nor_a_fault(sqlite_url: str, tmp_path: Path) -> None:
    box = Postbox(troubles=[Failed("The line was cut.", unsure=True)])
    verdict = _day(installed(tmp_path, sqlite_url), box).judged()
    assert (verdict.faults, verdict.unknown) == ({}, {(ONE, TO)})
