"""The invented case that shows the main job, and the telling of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from tocsin.engine.case import Line
from tocsin.engine.door import Answer
from tocsin.report.times import weekday

CASE = Path(__file__).parent / "case.json"
DIRECTORY = Path(__file__).parent / "directory.yaml"
LONGEST_PAUSE = timedelta(seconds=4)
"""A night has long silences; whoever watches a demo has not."""

LONGEST = 160
"""Characters of a line that are told; the report has them all."""

Say = Callable[[datetime, str, str, str], None]
"""Shows one line: when, what, who, and the words."""


class Telling:
    """Tells a case as it is played, at so many times its own speed; without a speed, as fast as it goes."""

    def __init__(self, zone: str, say: Say, speed: float | None, sleep: Callable[[float], None] = time.sleep) -> None:
        self.zone = ZoneInfo(zone)
        self.say = say
        self.speed = speed
        self.sleep = sleep
        self.last: datetime | None = None

    def __call__(self, line: Line, answer: Answer) -> None:
        """One line was played; what it answered is of no interest to the audience."""
        if self.speed and self.last is not None:
            pause = min((line.at - self.last) / self.speed, LONGEST_PAUSE)
            self.sleep(max(pause.total_seconds(), 0))
        self._day(line.at)
        self.last = line.at
        self.say(line.at.astimezone(self.zone), _what(line), line.by, _words(line))

    def verdict(self, sentence: str) -> None:
        """What the playbook makes of the signals so far."""
        if self.last is not None:
            self.say(self.last.astimezone(self.zone), "verdict", "Tocsin", sentence)

    def _day(self, at: datetime) -> None:
        """A story that goes on another day says which."""
        then = at.astimezone(self.zone)
        if self.last is not None and then.date() != self.last.astimezone(self.zone).date():
            self.say(then, "", "", f"— {weekday(at, self.zone)} —")

    def letter(self, letter: EmailMessage) -> None:
        """One letter has reached the sink."""
        text = letter.get_content().partition("\n\n")[0]
        self.say(
            letter["date"].datetime.astimezone(self.zone), "mail", f"→ {_addressee(letter)}", " ".join(text.split())
        )


def _addressee(letter: EmailMessage) -> str:
    (to,) = letter["to"].addresses
    return str(to.display_name or to.addr_spec)


def _what(line: Line) -> str:
    kind = str(line.options.get("kind", "")) if line.do in ("note", "update") else ""
    return (kind or line.do).replace("-", " ")


def _words(line: Line) -> str:
    """What is said in the line, whatever its verb calls it."""
    options = line.options
    parts = [line.text, *(str(options[key]) for key in _SPOKEN if options.get(key)), line.verified]
    return " ".join(" → ".join(part for part in parts if part).split())


_SPOKEN = ("what", "outcome", "state", "cause", "next", "phase", "role", "person", "to", "output")
