"""What a word stands for: in the playbook, in the directory, in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tests.core.world import ADA, BOB, DANA, HUB, PLAYBOOK, TORONTO, Story, Town
from tocsin.core.given import Given
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId, Slug
from tocsin.core.people import Group, Party, Person
from tocsin.core.playbook import Duty
from tocsin.core.refused import Refused

GIVEN = Story().given(by=BOB)


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        ask()
    return str(caught.value)


# ── the playbook ──


@pytest.mark.parametrize("reference", ["login", "LOGIN", "Nobody can log in", "nobody CAN log in"])
def test_a_term_is_found_by_slug_or_name_in_any_case(reference: str) -> None:
    assert PLAYBOOK.criterion(reference).slug == "login"


@pytest.mark.parametrize(
    ("find", "slug"),
    [
        (PLAYBOOK.role, "liaison"),
        (PLAYBOOK.phase, "watching"),
        (PLAYBOOK.section, "went-well"),
    ],
)
def test_every_table_of_the_playbook_can_be_asked(find: Callable[[str], object], slug: str) -> None:
    assert getattr(find(slug), "slug", None) == slug
    assert refused(lambda: find("no such thing")).endswith(f"{slug}.") or slug in refused(lambda: find("x"))


def test_an_empty_table_says_to_leave_it_out() -> None:
    assert refused(lambda: PLAYBOOK.severity("high")) == "This playbook has no severity at all; leave it out."


@pytest.mark.parametrize(
    ("duty", "slug"), [("commands", "commander"), ("tells-outside", "liaison"), ("approves", "commander")]
)
def test_a_duty_leads_to_its_role(duty: Duty, slug: str) -> None:
    assert PLAYBOOK.with_duty(duty).slug == slug


def test_folding_case_is_more_than_small_letters() -> None:
    street = replace(PLAYBOOK, phases=(replace(PLAYBOOK.phases[0], name="Straße"),))
    assert street.phase("STRASSE").slug == "finding"


# ── the directory ──


@pytest.mark.parametrize("reference", ["ada", "Ada Lovelace", "ADA@example.org"])
def test_a_person_is_found_by_handle_name_or_address(reference: str) -> None:
    assert GIVEN.person(reference) == ADA


@pytest.mark.parametrize("reference", ["nobody", "", " "])
def test_whom_nobody_knows_is_refused(reference: str) -> None:
    assert refused(lambda: GIVEN.person(reference)) == (
        f"Nobody is known as “{reference}”. Add them first: tocsin people add."
    )


def test_whoever_has_left_is_no_member() -> None:
    given = Story(town=Town(people=(replace(ADA, active=False),))).given(by=BOB)
    assert refused(lambda: given.member("ada")) == "Ada Lovelace has left. Name somebody who is here."
    assert refused(lambda: given.party("ada")) == "Ada Lovelace has left. Name somebody who is here."


def test_nobody_who_only_looks_on_is_asked_for_anything() -> None:
    given = Story(town=Town(people=(ADA, replace(BOB, observer=True)))).given(by=ADA)
    for name in (given.member, given.party):
        assert refused(partial(name, "bob")) == "Bob Kahn only looks on. Name somebody who responds."
    assert Story(town=Town(people=(replace(ADA, observer=True),))).given(by=BOB).member("ada").administrator


def test_whoever_is_of_a_community_is_no_member() -> None:
    assert refused(lambda: GIVEN.member("charlie")) == "Charlie Babbage is not on the team. Name somebody who is."


def test_who_has_no_entry_is_called_by_handle() -> None:
    assert (GIVEN.name(Handle("ada")), GIVEN.name(Handle("gone"))) == ("Ada Lovelace", "gone")


def test_a_party_is_a_person_or_else_a_group() -> None:
    assert GIVEN.party("Dana Scott") == Party(person=DANA.handle)
    assert GIVEN.party("Support Triagers") == Party(group=Slug("triagers"))
    assert refused(lambda: GIVEN.party("nobody")).startswith("Nobody is known as “nobody”.")


def test_a_person_goes_before_a_group_of_the_same_name() -> None:
    both = replace(GIVEN, directory=Town(groups=(Group(slug=Slug("bob"), name="Bob"),)))
    assert both.party("bob") == Party(person=BOB.handle)


@pytest.mark.parametrize(
    ("party", "means_bob"),
    [
        (Party(person=BOB.handle), True),
        (Party(person=ADA.handle), False),
        (Party(group=Slug("triagers")), True),
        (Party(group=Slug("gone")), False),
    ],
)
def test_an_offer_means_a_person_or_each_of_a_group(party: Party, means_bob: bool) -> None:
    assert GIVEN.means_me(party) == means_bob


def test_services_and_communities_are_found_by_name() -> None:
    assert (GIVEN.service("toronto's hub"), GIVEN.community("University of Toronto")) == (HUB, TORONTO)


@pytest.mark.parametrize("reference", ["hubs", "managed jupyterhubs"])
def test_the_playbooks_own_service_is_always_known(reference: str) -> None:
    assert GIVEN.service(reference).slug == "hubs"


def test_places_nobody_knows_are_refused() -> None:
    assert refused(lambda: GIVEN.service("Mars")).startswith("No service is known as “Mars”.")
    assert refused(lambda: GIVEN.community("Mars")).startswith("No community is known as “Mars”.")


# ── the log and the rest ──


def bare() -> Given:
    """With nothing to look anything up in."""
    return Given(playbook=PLAYBOOK, directory=Town(), by=ADA, now=GIVEN.now, at=GIVEN.at)


def test_where_there_is_nothing_to_look_in_nothing_is_found() -> None:
    assert refused(lambda: bare().line(Seq(1))).startswith("This incident has no line 1.")
    assert refused(lambda: bare().signal(SignalId(1))).startswith("There is no signal 1.")
    assert refused(lambda: bare().wish(EffectId(1))) == "The outbox has no 1. `outbox list` shows what it has."
    assert not bare().exists(IncidentNumber(1))
    assert (bare().sections(), bare().revision(), bare().zone(), bare().team()) == ({}, 0, "", ())


def test_people_are_of_the_team_unless_said_otherwise() -> None:
    assert Person(handle=Handle("x"), name="X").kind == "team"
