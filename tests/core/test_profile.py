"""Who says what of themselves, and changes to the directory by several at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import ADA, BOB, CHARLIE, HUB, TORONTO, TRIAGERS, Story
from tocsin.core import commands as c
from tocsin.core.decisions.directory import change, profile, update
from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.core.refused import Refused
from tocsin.core.rights import may
from tocsin.language.calendars import read_hours, read_leave

BOT = Person(handle=Handle("prober"), name="Prober", kind="bot")
OBSERVER = Person(handle=Handle("ola"), name="Ola", observer=True)


def refusal(command: c.SetProfile) -> str:
    with pytest.raises(Refused) as caught:
        profile(command, BOB)
    return str(caught.value)


def told(to: c.UpdateDirectory, seen: c.UpdateDirectory, found: c.UpdateDirectory) -> c.UpdateDirectory:
    return change(c.ChangeDirectory(to=to, seen=seen), found, Story().given())


@pytest.mark.parametrize("actor", [ADA, BOB, OBSERVER, CHARLIE, BOT], ids=lambda actor: actor.part)
def test_everybody_may_describe_themselves(actor: Person) -> None:
    may(actor, c.SetProfile(name="Somebody"))


def test_whoever_has_left_may_not() -> None:
    with pytest.raises(Refused, match="has left"):
        may(replace(BOB, active=False), c.SetProfile(name="Somebody"))


def test_what_is_left_out_of_a_profile_stays() -> None:
    before = replace(BOB, zone="Asia/Tokyo", expertise=("dask",))
    assert profile(c.SetProfile(), before) == before


def test_a_profile_says_name_clock_hours_leave_expertise_and_accounts() -> None:
    week, leave = read_hours("mon-fri 09:00-17:00"), (read_leave("2026-12-24"),)
    command = c.SetProfile(
        name=" Bob  K. ", zone="Asia/Tokyo", hours=week, leave=leave, expertise=("dask", "", "dask", " cloud  quotas"),
        accounts=("github:bobk", " "),
    )  # fmt: skip
    assert profile(command, BOB) == replace(
        BOB, name="Bob K.", zone="Asia/Tokyo", hours=week, leave=leave, expertise=("dask", "cloud quotas"),
        accounts=("github:bobk",),
    )  # fmt: skip


def test_a_profile_may_be_emptied_but_for_the_name() -> None:
    full = replace(BOB, zone="Asia/Tokyo", hours=read_hours("mon 09:00-17:00"), expertise=("dask",))
    assert profile(c.SetProfile(zone="", hours=(), leave=(), expertise=(), accounts=()), full) == BOB
    assert refusal(c.SetProfile(name=" ")) == "Everybody and everything in the directory needs a name."


def test_a_zone_that_is_none_is_refused() -> None:
    assert refusal(c.SetProfile(zone="Mars/Olympus")).startswith("“Mars/Olympus” is no time zone")


@pytest.mark.parametrize("account", ["github", ":ada", "github:", "git hub:ada", "GitHub:ada"])
def test_an_account_names_its_place(account: str) -> None:
    assert refusal(c.SetProfile(accounts=(account,))) == (
        f"“{account}” is no account elsewhere. Write it as PLACE:NAME, as in github:ada."
    )


@pytest.mark.parametrize("account", ["github:ada", "slack:U0123", "mail.example.org:Ada Lovelace", "x:y:z"])
def test_an_account_may_have_any_name_there(account: str) -> None:
    assert profile(c.SetProfile(accounts=(account,)), BOB).accounts == (account,)


def test_what_somebody_knows_is_said_in_few_and_short_words() -> None:
    assert "characters long" in refusal(c.SetProfile(expertise=("x" * 201,)))
    assert "more than 200 areas and accounts" in refusal(c.SetProfile(expertise=tuple(map(str, range(201)))))


def test_what_stands_as_it_was_seen_is_changed() -> None:
    before, after = c.UpdateDirectory(people=(BOB,)), c.UpdateDirectory(people=(replace(BOB, name="Bob"),))
    assert told(after, before, before) == update(after, Story().given())


def test_what_is_new_is_added() -> None:
    new = c.UpdateDirectory(services=(HUB,), groups=(TRIAGERS,), communities=(TORONTO,))
    assert told(new, c.UpdateDirectory(), c.UpdateDirectory()) == new


def test_nobody_writes_over_what_somebody_else_has_written_meanwhile() -> None:
    mine, theirs = replace(HUB, name="The hub"), replace(HUB, name="Their hub")
    with pytest.raises(Refused, match=r"^Somebody else changed “utoronto/prod” a moment ago"):
        told(*(c.UpdateDirectory(services=(each,)) for each in (mine, HUB, theirs)))


def test_nobody_adds_over_what_is_there() -> None:
    with pytest.raises(Refused, match=r"^There is a service “utoronto/prod” already. Choose another"):
        told(c.UpdateDirectory(services=(HUB,)), c.UpdateDirectory(), c.UpdateDirectory(services=(HUB,)))
