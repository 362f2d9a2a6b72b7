"""What touched a service or a community is found by that place alone, without looking at anything else."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.core.world import NOON
from tests.engine.office import declared, mismatches, resolved
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Tocsin
from tocsin.store import listing, log, places, schema
from tocsin.store import tables as t
from tocsin.store.listing import Wanted
from tocsin.store.touched import Kind
from tocsin.store.writer import open_store

OLD = """
INSERT INTO incidents (number, last_seq, title, state, drill, services, communities, roles, report_state, begun) VALUES
 (1, 0, '', 'resolved', false, '["utoronto/prod"]', '["utoronto"]', '{}', 'none', '2026-11-12 12:00:00+00:00'),
 (2, 0, '', 'open', false, '[]', '[]', '{}', 'none', '2026-11-12 12:00:00+00:00'),
 (3, 0, '', 'undeclared', false, '["utoronto/prod"]', '[]', '{}', 'none', NULL)
"""
PLACES: tuple[tuple[Kind, str], ...] = (("services", "utoronto/prod"), ("communities", "utoronto"))


def past(tocsin: Tocsin, kind: Kind, slug: str, before: int | None = None) -> list[int]:
    """The numbers of what is over and touched a place."""
    with tocsin.store.read() as connection:
        asked = None if before is None else IncidentNumber(before)
        return [row["number"] for row in places.past_incidents(connection, "everything", kind, slug, asked)]


def listed(tocsin: Tocsin, wanted: Wanted, before: int | None = None) -> list[int]:
    """The numbers on a page of the list."""
    with tocsin.store.read() as connection:
        asked = None if before is None else IncidentNumber(before)
        return [it.number for it in listing.page(connection, "everything", wanted, asked)[0]]


def about(tocsin: Tocsin, number: IncidentNumber, *services: str) -> IncidentNumber:
    tocsin.do(c.SetServices(incident=number, services=services), by="ada")
    return number


def kept(tocsin: Tocsin) -> set[tuple[object, ...]]:
    with tocsin.store.read() as connection:
        return {tuple(row) for row in connection.execute(sa.select(t.touched))}


def test_an_incident_is_found_by_the_places_it_touches(tocsin: Tocsin) -> None:
    number = about(tocsin, resolved(tocsin), "utoronto/prod")
    assert [past(tocsin, *place) for place in PLACES] == [[number], [number]]
    assert past(tocsin, "services", "utoronto") == past(tocsin, "communities", "utoronto/prod") == []


def test_where_it_turns_out_to_be_about_another_place_it_is_found_there(tocsin: Tocsin) -> None:
    number = about(tocsin, resolved(tocsin), "utoronto/prod")
    tocsin.do(c.SetCommunities(incident=number, communities=("dubois",)), by="ada")
    about(tocsin, number, "managed-jupyterhubs")
    assert [past(tocsin, *place) for place in (*PLACES, ("communities", "dubois"))] == [[], [], [number]]
    assert mismatches(tocsin) == []


def test_what_began_last_stands_first_whatever_its_number_is(tocsin: Tocsin) -> None:
    first, second = resolved(tocsin), resolved(tocsin)
    tocsin.do(c.SetImpact(incident=second, start=NOON - timedelta(days=1), end=NOON), by="ada")
    assert past(tocsin, "communities", "utoronto") == [first, second]
    assert past(tocsin, "communities", "utoronto", before=first) == [second]
    assert mismatches(tocsin) == []


def test_the_list_of_one_service_goes_on_where_its_page_ended(tocsin: Tocsin) -> None:
    numbers = [about(tocsin, declared(tocsin), "utoronto/prod") for _ in range(3)]
    declared(tocsin)
    wanted = Wanted(service="utoronto/prod")
    assert listed(tocsin, wanted) == numbers[::-1]
    assert listed(tocsin, wanted, before=numbers[1]) == numbers[:1]
    assert listed(tocsin, Wanted(service="utoronto/prod", since=NOON + timedelta(days=1))) == []


def test_what_was_lost_is_noticed_and_made_anew(tocsin: Tocsin) -> None:
    number = resolved(tocsin)
    before = kept(tocsin)
    tocsin.store.run(lambda connection: connection.execute(t.touched.delete()) and None)
    assert mismatches(tocsin) == ["Incident 1: the places where lists find it are not those its log names."]
    tocsin.store.run(lambda connection: log.rebuild(connection, number))
    assert (kept(tocsin), mismatches(tocsin)) == (before, [])


def test_a_database_from_before_is_brought_up_to_date_with_what_it_holds(db_url: str) -> None:
    with open_store(db_url) as store:
        store.run(lambda connection: schema.bring_to(connection, "0005"))
        store.run(lambda connection: connection.execute(sa.text(OLD)) and None)
        schema.migrate(store)
        with store.read() as connection:
            found = connection.execute(sa.select(t.touched).order_by("incident", "kind")).all()
    assert [tuple(row) for row in found] == [
        (1, "communities", "utoronto", NOON),
        (1, "services", "utoronto/prod", NOON),
        (3, "services", "utoronto/prod", None),
    ]
