"""The directory, looked up as people write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
import sqlalchemy as sa

from tests.core.world import ADA, BOB, CHARLIE, DUBOIS, HUB, MINUTE, NOON, TORONTO, TRIAGERS
from tests.engine.office import Clock, declared
from tocsin.core import commands as c
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN, Leave, Person, Shift
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.store import people
from tocsin.store import tables as t
from tocsin.store.people import StoredDirectory
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database where a few people and places are known."""
    with open_store(db_url) as opened:
        migrate(opened)
        for person in (ADA, BOB, CHARLIE):
            saved(opened, person)
        for place in (TRIAGERS, HUB, TORONTO, DUBOIS):
            opened.run(lambda c, place=place: people.save_place(c, place))  # type: ignore[misc]
        yield opened


def saved(store: Store, person: Person) -> None:
    store.run(lambda c: people.save_person(c, person))


def person(store: Store, reference: str) -> Person | None:
    with store.read() as c:
        return StoredDirectory(c).person(reference)


@pytest.mark.parametrize("reference", ["ada", "@ada", "ADA", "Ada Lovelace", " ada  lovelace ", "Ada@Example.org"])
def test_a_person_is_found_as_people_write(store: Store, reference: str) -> None:
    assert person(store, reference) == ADA


@pytest.mark.parametrize("reference", ["", " ", "@", "ada lovelace jr", "a\0da", "\udcff", "x" * 100_000])
def test_nobody_is_found_where_nobody_is_meant(store: Store, reference: str) -> None:
    assert person(store, reference) is None


@pytest.mark.parametrize("name", ["Tocsin", "tocsin", "@tocsin", "@ tocsin"])
def test_nobody_can_pass_for_the_program(store: Store, name: str) -> None:
    assert person(store, name) is None


def test_a_handle_comes_before_a_name(store: Store) -> None:
    saved(store, Person(handle=Handle("eve"), name="bob"))
    assert person(store, "Bob") == BOB


@pytest.mark.parametrize("name", ["Ἀδα Λ", "李明", "مریم می‌نویسد", "Straße", "🦊"])
def test_names_of_any_script_are_found(store: Store, name: str) -> None:
    somebody = Person(handle=Handle("somebody"), name=name)
    saved(store, somebody)
    assert person(store, name) == somebody


def test_saving_somebody_again_brings_them_up_to_date(store: Store) -> None:
    saved(store, replace(ADA, name="Ada King", zone="Europe/London"))
    assert person(store, "Ada King") == person(store, "ada")
    assert person(store, "Ada Lovelace") is None


def test_places_are_found_by_slug_and_by_name(store: Store) -> None:
    with store.read() as c:
        known = StoredDirectory(c)
        assert known.group("support triagers") == known.group("triagers") == TRIAGERS
        assert known.service("utoronto/prod") == known.service("TORONTO'S HUB") == HUB
        assert known.community("Du Bois") == DUBOIS
        assert (known.group("ada"), known.service("dubois"), known.community("")) == (None, None, None)


def test_everybody_is_listed_by_handle(store: Store) -> None:
    with store.read() as c:
        assert [each.handle for each in people.everybody(c)] == ["ada", "bob", "charlie"]
        assert people.names(c) == {each.handle: each.name for each in (ADA, BOB, CHARLIE, TOCSIN)}


def test_of_several_with_one_name_nobody_is_picked_by_chance(store: Store) -> None:
    saved(store, Person(handle=Handle("ada-2"), name=ADA.name))
    with pytest.raises(Refused, match="Several are known as"):
        person(store, ADA.name)
    assert person(store, ADA.handle) == ADA


def test_hours_and_leave_are_kept(store: Store) -> None:
    hours = (Shift(day=0, begins=time(9), ends=time(17, 30)), Shift(day=6, begins=time(22), ends=time(6)))
    ada = replace(ADA, hours=hours, leave=(Leave(first=date(2026, 12, 24), last=date(2027, 1, 2)),))
    saved(store, ada)
    assert person(store, "ada") == ada


def test_somebody_whom_an_older_version_kept_has_no_hours_of_their_own(store: Store) -> None:
    bob = t.people.c.handle == "bob"
    with store.read() as connection:
        body = connection.scalars(sa.select(t.people.c.body).where(bob)).one()
    older = {key: value for key, value in body.items() if key not in ("hours", "leave")}
    assert older != body
    store.run(lambda connection: connection.execute(t.people.update().where(bob).values(body=older)))
    assert person(store, "bob") == BOB


def test_whoever_wrote_of_late_is_known_with_when(tocsin: Tocsin, clock: Clock) -> None:
    number = declared(tocsin)
    for _ in range(2):
        later = clock.later()
        tocsin.do(c.Note(incident=number, text="Still down."), by="bob")
    with tocsin.store.read() as connection:
        assert people.wrote(connection, NOON - MINUTE, later) == {"ada": NOON, "bob": later}
        assert people.wrote(connection, NOON - MINUTE, NOON) == {"ada": NOON}
        assert people.wrote(connection, later, later + MINUTE) == {}
