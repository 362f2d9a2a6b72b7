"""Passwords, and links that let somebody in once, as they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.core.world import ADA, BOB, CHARLIE, NOON
from tocsin.core.ids import Handle
from tocsin.core.people import Person
from tocsin.store import accounts, people, sessions
from tocsin.store.accounts import LinkKind
from tocsin.store.schema import migrate
from tocsin.store.sessions import key_of
from tocsin.store.works import Store
from tocsin.store.writer import open_store

TWIN = Person(handle=Handle("twin"), name="Bob's twin", email="Bob@example.org")
HASH = "a hash"


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """Ada, Bob and Charlie are known; Ada has a password."""
    with open_store(db_url) as opened:
        migrate(opened)
        for person in (ADA, BOB, CHARLIE):
            opened.run(lambda c, person=person: people.save_person(c, person))  # type: ignore[misc]
        opened.run(lambda c: accounts.set_password(c, ADA.handle, HASH, NOON))
        yield opened


def linked(store: Store, kind: LinkKind = "invite", person: Person | None = BOB) -> str:
    """The token of a new link."""
    token = accounts.new_token()
    handle = person.handle if person else None
    store.run(lambda c: accounts.keep_link(c, key_of(token), kind, handle, NOON))
    return token


def works(store: Store, token: str, kind: LinkKind = "invite", later: timedelta = timedelta()) -> bool:
    with store.read() as c:
        return accounts.link(c, token, kind, NOON + later) is not None


def changed(store: Store, person: Person) -> None:
    """The directory has somebody anew."""

    def work(c: sa.Connection) -> None:
        accounts.follow(c, person)
        people.save_person(c, person)

    store.run(work)


@pytest.mark.parametrize("reference", ["ada", "@ada", " ADA ", "ada@example.org", "Ada@Example.ORG"])
def test_somebody_signs_in_by_handle_or_address(store: Store, reference: str) -> None:
    with store.read() as c:
        assert accounts.account(c, reference) == accounts.Account(person=ADA, hash=HASH)


@pytest.mark.parametrize("reference", ["", "@", "Ada Lovelace", "bob", "nobody", "a\0da", "x" * 100_000])
def test_nobody_signs_in_by_a_name_or_without_a_password(store: Store, reference: str) -> None:
    with store.read() as c:
        assert accounts.account(c, reference) is None


def test_an_address_that_two_have_is_nobodys(store: Store) -> None:
    for person in (BOB, TWIN):
        changed(store, person)
        store.run(lambda c, handle=person.handle: accounts.set_password(c, handle, HASH, NOON))  # type: ignore[misc]
    with store.read() as c:
        assert accounts.account(c, "bob@example.org") is None
        assert accounts.account(c, "bob") is not None


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [("first", timedelta(hours=1)), ("invite", timedelta(days=7)), ("reset", timedelta(days=1))],
)
def test_a_link_works_until_its_time_is_over(store: Store, kind: LinkKind, lasts: timedelta) -> None:
    token = linked(store, kind, None if kind == "first" else BOB)
    assert works(store, token, kind, lasts - timedelta(seconds=1))
    assert not works(store, token, kind, lasts)


def test_a_link_is_of_one_kind_only(store: Store) -> None:
    assert not works(store, linked(store, "invite"), "reset")


def test_only_the_newest_link_of_a_kind_works(store: Store) -> None:
    before, other, after = linked(store), linked(store, "reset"), linked(store)
    assert (works(store, before), works(store, other, "reset"), works(store, after)) == (False, True, True)


def test_a_link_works_once(store: Store) -> None:
    token = linked(store)
    with store.read() as c:
        found = accounts.link(c, token, "invite", NOON)
    assert found is not None
    assert [store.run(lambda c: accounts.use_link(c, found, NOON)) for _ in range(2)] == [True, False]


def test_a_first_link_is_no_use_once_the_server_is_set_up(store: Store) -> None:
    token = linked(store, "first", None)
    with store.read() as c:
        found = accounts.link(c, token, "first", NOON)
        assert accounts.set_up(c)
    assert found is not None
    assert not store.run(lambda c: accounts.use_link(c, found, NOON))


def test_the_database_has_neither_tokens_nor_passwords(store: Store) -> None:
    token = linked(store)
    with store.read() as c:
        (kept,) = c.exec_driver_sql("SELECT * FROM one_time_links")
    assert token not in repr(kept)


def test_a_new_password_ends_every_session_and_every_link(store: Store) -> None:
    session = store.run(lambda c: sessions.begin(c, ADA.handle, NOON))
    token = linked(store, "reset", ADA)
    store.run(lambda c: accounts.set_password(c, ADA.handle, "another", NOON))
    assert not works(store, token, "reset")
    with store.read() as c:
        assert sessions.found(c, session, NOON) is None
        assert accounts.of_person(c, ADA.handle) == "another"


def test_hashing_anew_does_not_undo_a_new_password(store: Store) -> None:
    store.run(lambda c: accounts.rehash(c, ADA.handle, "an older one", "stale"))
    with store.read() as c:
        assert accounts.of_person(c, ADA.handle) == HASH
    store.run(lambda c: accounts.rehash(c, ADA.handle, HASH, "fresh"))
    with store.read() as c:
        assert accounts.of_person(c, ADA.handle) == "fresh"


@pytest.mark.parametrize("gone", [replace(ADA, active=False), replace(ADA, kind="bot")])
def test_whoever_leaves_loses_every_way_in(store: Store, gone: Person) -> None:
    session = store.run(lambda c: sessions.begin(c, ADA.handle, NOON))
    token = linked(store, "reset", ADA)
    changed(store, gone)
    changed(store, ADA)
    assert not works(store, token, "reset")
    with store.read() as c:
        assert sessions.found(c, session, NOON) is None
        assert accounts.account(c, "ada") is None


def test_whose_rights_change_signs_in_anew(store: Store) -> None:
    session = store.run(lambda c: sessions.begin(c, ADA.handle, NOON))
    changed(store, replace(ADA, name="Ada King"))
    with store.read() as c:
        assert sessions.found(c, session, NOON) is not None
    changed(store, replace(ADA, administrator=False))
    with store.read() as c:
        assert sessions.found(c, session, NOON) is None
        assert accounts.account(c, "ada") is not None


def test_links_that_are_over_are_forgotten(store: Store) -> None:
    linked(store)
    store.run(lambda c: accounts.sweep(c, NOON + timedelta(days=8)))
    with store.read() as c:
        assert accounts.invited(c, BOB.handle, NOON) is None


def test_an_invitation_waits_until_its_time_is_over(store: Store) -> None:
    linked(store)
    with store.read() as c:
        assert accounts.invited(c, BOB.handle, NOON) == NOON + timedelta(days=7)
        assert accounts.invited(c, BOB.handle, NOON + timedelta(days=7)) is None
