"""What may stand in the directory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from tests.core.world import ADA, BOB, TOWN, Story, Town
from tocsin.core import commands as c
from tocsin.core.decisions.directory import let_in, update
from tocsin.core.ids import Handle, Slug
from tocsin.core.people import Community, Group, Leave, Person, Service, Shift
from tocsin.core.refused import Refused

EVE = Person(handle=Handle("eve"), name="Eve")


def refusal(command: c.UpdateDirectory) -> str:
    with pytest.raises(Refused) as caught:
        update(command, Story().given())
    return str(caught.value)


def group(*members: str, slug: str = "night-watch", name: str = "Night watch") -> c.UpdateDirectory:
    return c.UpdateDirectory(groups=(Group(slug=Slug(slug), name=name, members=tuple(map(Handle, members))),))


def test_what_is_new_and_what_is_known_fit_together() -> None:
    update(
        c.UpdateDirectory(
            people=(EVE,),
            groups=(Group(slug=Slug("night"), name="Night", members=(EVE.handle, BOB.handle)),),
            communities=(Community(slug=Slug("lis"), name="LIS", zone="Europe/London", representatives=(EVE.handle,)),),
            services=(Service(slug=Slug("lis/prod"), name="LIS hub", communities=(Slug("lis"), Slug("utoronto"))),),
        ),
        Story().given(),
    )


@pytest.mark.parametrize("handle", ["", "Eve", "eve smith", "-eve", "eve\n", "è", "e" * 65])
def test_a_handle_that_nobody_can_type_is_refused(handle: str) -> None:
    assert refusal(c.UpdateDirectory(people=(Person(handle=Handle(handle), name="Eve"),))).startswith(
        f"“{handle}” cannot be a handle: write it in small letters"
    )


def test_a_slug_that_no_address_can_carry_is_refused() -> None:
    assert refusal(group(slug="Night Watch")).startswith("“Night Watch” cannot be a slug")


def test_tocsins_own_handle_is_not_to_be_had() -> None:
    assert refusal(c.UpdateDirectory(people=(Person(handle=Handle("tocsin"), name="T"),))) == (
        "The handle “tocsin” is Tocsin's own. Choose another."
    )


@pytest.mark.parametrize(
    "command", [c.UpdateDirectory(people=(Person(handle=Handle("eve"), name=" "),)), group(name="")]
)
def test_everything_has_a_name(command: c.UpdateDirectory) -> None:
    assert refusal(command) == "Everybody and everything in the directory needs a name."


def test_a_zone_that_is_none_is_refused() -> None:
    assert refusal(c.UpdateDirectory(people=(Person(handle=Handle("eve"), name="Eve", zone="Mars"),))).startswith(
        "“Mars” is no time zone."
    )


def test_a_member_that_nobody_knows_is_refused() -> None:
    assert refusal(group("nobody")).startswith("Nobody is known as “nobody”.")


def test_a_community_that_nobody_knows_is_refused() -> None:
    service = Service(slug=Slug("x"), name="X", communities=(Slug("nowhere"),))
    assert refusal(c.UpdateDirectory(services=(service,))).startswith("No community is known as “nowhere”.")


def test_whoever_is_named_in_another_way_is_kept_by_handle() -> None:
    command = c.UpdateDirectory(
        people=(EVE,),
        groups=(Group(slug=Slug("night"), name="Night", members=(Handle("EVE"), Handle("Dana Scott"))),),
        services=(Service(slug=Slug("x"), name="X", communities=(Slug("Du Bois"),)),),
    )
    updated = update(command, Story().given())
    assert updated.groups[0].members == ("eve", "dana")
    assert updated.services[0].communities == ("dubois",)


def test_a_handle_goes_before_a_name() -> None:
    other = Person(handle=Handle("robert"), name="Bob")
    command = c.UpdateDirectory(people=(other,), groups=(Group(slug=Slug("n"), name="N", members=(BOB.handle,)),))
    assert update(command, Story().given()).groups[0].members == ("bob",)


def test_a_slug_goes_before_a_name() -> None:
    other = Community(slug=Slug("bois"), name="dubois")
    service = Service(slug=Slug("x"), name="X", communities=(Slug("dubois"), other.slug))
    command = c.UpdateDirectory(communities=(other,), services=(service,))
    assert update(command, Story().given()).services[0].communities == ("dubois", "bois")


def test_a_new_community_may_be_called_by_its_name() -> None:
    town = Community(slug=Slug("lis"), name="Lisbon")
    command = c.UpdateDirectory(
        communities=(town,), services=(Service(slug=Slug("x"), name="X", communities=(Slug("LISBON"),)),)
    )
    assert update(command, Story().given()).services[0].communities == ("lis",)


def test_the_handle_of_somebody_new_is_found_in_any_case() -> None:
    eve = Person(handle=Handle("eve"), name="Eve Smith")
    command = c.UpdateDirectory(people=(eve,), groups=(Group(slug=Slug("n"), name="N", members=(Handle("Eve"),)),))
    assert update(command, Story().given()).groups[0].members == ("eve",)


def test_a_new_community_is_no_member() -> None:
    night = Group(slug=Slug("n"), name="N", members=(Handle("lis"),))
    command = c.UpdateDirectory(communities=(Community(slug=Slug("lis"), name="LIS hub"),), groups=(night,))
    assert refusal(command).startswith("Nobody is known as “lis”.")


def test_a_name_or_address_no_index_can_hold_is_refused() -> None:
    long = Person(handle=Handle("long"), name="a" * 201)
    assert "is 201 characters long" in refusal(c.UpdateDirectory(people=(long,)))


@pytest.mark.parametrize("email", ["eve", "eve at example.org", "@example.org", "eve@", "a@b@c"])
def test_what_is_no_mail_address_is_found_out_now_and_not_at_night(email: str) -> None:
    person = Person(handle=Handle("eve"), name="Eve", email=email)
    assert refusal(c.UpdateDirectory(people=(person,))).endswith("is no mail address; write one as ada@example.org.")


NINE, FIVE = time(9), time(17)
A_DAY = date(2026, 12, 24)


def test_nobody_has_hundreds_of_shifts_or_times_of_leave() -> None:
    busy = replace(EVE, hours=(Shift(day=0, begins=NINE, ends=FIVE),) * 201)
    free = replace(EVE, leave=(Leave(first=A_DAY, last=A_DAY),) * 201)
    for eve in (busy, free):
        sentence = "eve has more than 200 shifts or times of leave. Leave out some."
        assert refusal(c.UpdateDirectory(people=(eve,))) == sentence


def test_hours_and_leave_are_taken_as_they_are() -> None:
    eve = replace(EVE, hours=(Shift(day=6, begins=FIVE, ends=NINE),), leave=(Leave(first=A_DAY, last=A_DAY),))
    assert update(c.UpdateDirectory(people=(eve,)), Story().given()).people == (eve,)


# ── who may change it, and who is let in ──

ALONE = frozenset({Handle("ada")})
KEY = "0123456789abcdef" * 4


@pytest.mark.parametrize("changed", [replace(ADA, active=False), replace(ADA, administrator=False)])
def test_somebody_has_to_be_left_who_may_change_the_directory(changed: Person) -> None:
    given = replace(Story().given(), administrators=lambda: ALONE)
    with pytest.raises(Refused, match=r"^That leaves nobody who may change the directory"):
        update(c.UpdateDirectory(people=(changed,)), given)
    update(c.UpdateDirectory(people=(changed, replace(BOB, administrator=True))), given)
    update(c.UpdateDirectory(people=(changed,)), replace(given, administrators=lambda: ALONE | {BOB.handle}))
    update(c.UpdateDirectory(people=(changed,)), replace(given, administrators=frozenset))


def test_places_change_nobodys_rights() -> None:
    update(group("ada"), replace(Story().given(), administrators=lambda: ALONE))


def let(person: str, key: str = KEY, *, town: Town = TOWN) -> Person:
    return let_in(c.LetIn(person=person, kind="invite", key=key), Story(town=town).given())


@pytest.mark.parametrize("reference", ["bob", "Bob Kahn", "bob@example.org"])
def test_whoever_is_here_can_be_let_in(reference: str) -> None:
    assert let(reference) == BOB


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        (replace(BOB, active=False), "Bob Kahn has left. Bring them back first."),
        (replace(BOB, kind="bot"), "Bob Kahn is a program, and does not sign in."),
    ],
)
def test_whoever_has_left_or_is_a_program_is_not_let_in(person: Person, sentence: str) -> None:
    with pytest.raises(Refused) as no:
        let("bob", town=replace(TOWN, people=(person,)))
    assert str(no.value) == sentence


@pytest.mark.parametrize("key", ["", "secret", KEY.upper(), KEY + "0", KEY + "\n"])
def test_a_key_is_a_hash(key: str) -> None:
    with pytest.raises(Refused, match=r"^The key of a link is the SHA-256"):
        let("bob", key)
