"""Who hears of an incident without working on it: whoever is mentioned, and whoever follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.examples import EXAMPLES
from tests.core.test_reactions import GIVEN, reaction
from tests.core.world import ADA, BOB, DANA, MINUTE, NOON, ONE, entry
from tocsin.core import events as e
from tocsin.core.effects import SendMail
from tocsin.core.events import REDACTED
from tocsin.core.incident import Incident
from tocsin.core.reactions import CHANGES, still_wanted

FOLLOWED = replace(GIVEN, followers=lambda: (ADA.handle, BOB.handle, DANA.handle))
CHANGING = [name for name, event in EXAMPLES.items() if isinstance(event, CHANGES)]


def whom(event: e.Event, **more: object) -> set[str | None]:
    return {each.to for each in reaction(event, **more) if isinstance(each, SendMail)}  # type: ignore[arg-type]


def test_a_colleague_who_is_mentioned_is_told() -> None:
    assert whom(e.Noted(text="@bob, @dana: can you look?")) == {"bob", "dana"}


@pytest.mark.parametrize("text", ["@ada, note to myself", "@charlie speaks for them", "@nobody", "bob@example.org"])
def test_nobody_else_is(text: str) -> None:
    assert whom(e.Noted(text=text)) == set()


def test_who_was_mentioned_elsewhere_was_told_there() -> None:
    assert whom(e.Noted(text="@bob", via="chat")) == set()


def test_words_that_were_taken_out_since_are_mailed_to_nobody() -> None:
    mail, open_ = SendMail(incident=ONE, about=entry(e.Noted(text=""), 3).seq, to=BOB.handle), Incident(number=ONE)
    assert still_wanted(mail, open_, entry(e.Noted(text="@bob"), 3))
    assert not still_wanted(mail, open_, entry(e.Noted(text=REDACTED), 3))


def test_word_that_waits_for_a_yes_calls_nobody_once_its_words_are_gone() -> None:
    mail = SendMail(incident=ONE, about=entry(e.Noted(text=""), 3).seq, to=BOB.handle)
    assert not still_wanted(mail, Incident(number=ONE, state="open"), entry(EXAMPLES["UpdateProposed"], 3))


@pytest.mark.parametrize("kind", CHANGING)
def test_whoever_follows_hears_of_what_changes_unless_they_changed_it(kind: str) -> None:
    assert {"bob", "dana"} <= whom(EXAMPLES[kind], given=FOLLOWED)
    assert "ada" not in whom(EXAMPLES[kind], given=FOLLOWED)


def test_what_changed_stays_worth_telling() -> None:
    mail = SendMail(incident=ONE, about=entry(e.Noted(text=""), 3).seq, to=BOB.handle)
    assert still_wanted(mail, Incident(number=ONE), entry(EXAMPLES["PhaseSet"], 3))


def test_whoever_follows_is_spared_the_talk() -> None:
    assert whom(e.Noted(text="We look."), given=FOLLOWED) == set()


def test_of_what_happened_long_ago_nobody_who_follows_is_told() -> None:
    assert whom(e.PhaseSet(phase=EXAMPLES["PhaseSet"].phase), given=FOLLOWED, at=NOON - 60 * MINUTE) == set()  # type: ignore[attr-defined]
