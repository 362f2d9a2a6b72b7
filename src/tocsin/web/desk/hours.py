"""Whether anybody of the team is at work, and when somebody is again: said before anybody waits for an answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tocsin.core.hours import calendar, next_human_hour
from tocsin.core.people import Person
from tocsin.core.playbook import Playbook
from tocsin.language.wording import spoken


def at_work_again(people: Iterable[Person], playbook: Playbook, now: datetime) -> datetime | None:
    """From when on somebody who answers is at work: `now`, if somebody is. None: nobody within a year."""
    answer = (each for each in people if each.active and each.part in ("responder", "administrator"))
    return next_human_hour((calendar(each, playbook) for each in answer), now)


def attended(people: Iterable[Person], playbook: Playbook, now: datetime, zone: str) -> str:
    """In a sentence, on the clock of whoever reads it."""
    again = at_work_again(people, playbook, now)
    if again is None:
        return "Nobody has told us yet when they are at work, so we cannot say when you hear from us."
    if again <= now:
        return "Somebody of the team is at work now."
    return f"Nobody of the team is at work now. Somebody is from {spoken(again, zone)} on, and reads it then."
