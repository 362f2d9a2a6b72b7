"""Who does what."""

from __future__ import annotations

from dataclasses import replace

from tests.core.world import ADA, BOB, DANA, MINUTE, NOON, ONE, declared, refusal, resolved
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Holding
from tocsin.core.people import Party

COMMANDER, LIAISON, EXPERT = Slug("commander"), Slug("liaison"), Slug("expert")
NOTHING_OFFERED = "No role is offered to you here that waits for an answer."


def test_a_role_is_given_to_somebody() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="External Liaison", person="bob"))
    assert story.incident.holders(LIAISON) == ("bob",)


def test_without_a_name_you_take_it_yourself() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="liaison"), by=BOB)
    assert story.incident.holders(LIAISON) == ("bob",)


def test_one_person_may_hold_several_roles() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="liaison"))
    assert (story.incident.holders(COMMANDER), story.incident.holders(LIAISON)) == (("ada",), ("ada",))


def test_whoever_takes_a_role_relieves_the_one_before() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="commander", person="bob"))
    assert story.events[-1] == e.RoleAssigned(role=COMMANDER, person=BOB.handle, relieves=(ADA.handle,))
    assert story.incident.holders(COMMANDER) == ("bob",)


def test_the_time_in_a_role_is_kept() -> None:
    story = declared()
    story.tell(c.Assign(incident=ONE, role="commander", person="bob"))
    before, after = NOON + MINUTE, NOON + 2 * MINUTE
    assert story.incident.holdings == (
        Holding(role=COMMANDER, person=Handle("ada"), since=before, until=after),
        Holding(role=COMMANDER, person=Handle("bob"), since=after),
    )


def test_several_may_hold_a_role_that_is_for_many() -> None:
    story = declared()
    story.tell(*(c.Assign(incident=ONE, role="expert", person=each) for each in ("bob", "dana")))
    assert story.incident.holders(EXPERT) == ("bob", "dana")


def test_nobody_takes_a_role_they_hold() -> None:
    assert refusal(declared(), c.Assign(incident=ONE, role="commander")) == (
        "Ada Lovelace is Incident Commander already."
    )


def test_roles_may_still_be_given_once_it_is_resolved() -> None:
    story = resolved()
    story.tell(c.Assign(incident=ONE, role="liaison"))
    assert story.incident.holders(LIAISON) == ("ada",)


def test_a_role_the_playbook_does_not_have_is_refused() -> None:
    assert refusal(declared(), c.Assign(incident=ONE, role="king")) == (
        "This playbook has no role “king”. It has: commander, liaison, expert."
    )


def test_somebody_of_a_community_cannot_be_given_a_role() -> None:
    assert refusal(declared(), c.Assign(incident=ONE, role="liaison", person="charlie")).startswith(
        "Charlie Babbage is not on the team."
    )


def test_an_offer_changes_nothing_until_it_is_accepted() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="commander", to="bob", text="It is late here."))
    assert story.incident.holders(COMMANDER) == ("ada",)
    story.tell(c.AcceptRole(incident=ONE), by=BOB)
    assert story.incident.holders(COMMANDER) == ("bob",)
    assert story.incident.offers == ()


def test_the_first_of_a_group_to_accept_has_it() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="Support Triagers"))
    story.tell(c.AcceptRole(incident=ONE), by=DANA)
    assert story.incident.holders(LIAISON) == ("dana",)
    assert refusal(story, c.AcceptRole(incident=ONE), by=BOB) == NOTHING_OFFERED


def test_a_role_is_not_offered_to_who_holds_it() -> None:
    assert refusal(declared(), c.OfferRole(incident=ONE, role="commander", to="ada")) == (
        "Ada Lovelace is Incident Commander already."
    )


def test_a_role_is_not_offered_to_nobody() -> None:
    assert refusal(declared(), c.OfferRole(incident=ONE, role="commander", to="nobody")).startswith(
        "Nobody is known as “nobody”."
    )


def test_what_was_not_offered_to_you_cannot_be_accepted() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="bob"))
    assert refusal(story, c.AcceptRole(incident=ONE), by=DANA) == NOTHING_OFFERED


def test_of_several_offers_one_has_to_be_named() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role=role, to="bob") for role in ("commander", "liaison")))
    assert refusal(story, c.AcceptRole(incident=ONE), by=BOB) == (
        "Several roles are offered to you: commander, liaison. Say which."
    )
    story.tell(c.AcceptRole(incident=ONE, role="liaison"), by=BOB)
    assert [offer.role for offer in story.incident.offers] == ["commander"]


def test_declining_lets_the_offer_lapse() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="bob"))
    story.tell(c.DeclineRole(incident=ONE, why="I am ill."), by=BOB)
    assert story.incident.offers == ()


def test_one_persons_no_does_not_speak_for_a_group() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="triagers"))
    assert refusal(story, c.DeclineRole(incident=ONE), by=BOB).startswith("That was offered to a group")


def test_a_role_can_be_laid_down() -> None:
    story = declared()
    story.tell(c.Release(incident=ONE, role="commander"))
    assert story.incident.holders(COMMANDER) == ()
    assert story.incident.holdings[0].until == NOON + 2 * MINUTE


def test_a_role_nobody_holds_cannot_be_laid_down() -> None:
    assert refusal(declared(), c.Release(incident=ONE, role="commander", person="bob")) == (
        "Bob Kahn is not Incident Commander."
    )


def test_a_role_for_many_can_be_offered_to_several() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role="expert", to=each) for each in ("bob", "dana")))
    story.tell(c.AcceptRole(incident=ONE), by=DANA)
    story.tell(c.AcceptRole(incident=ONE), by=BOB)
    assert story.incident.holders(EXPERT) == ("dana", "bob")


def test_nobodys_time_in_a_role_ends_before_it_began() -> None:
    command = c.Assign(incident=ONE, role="commander", person="bob")
    assert refusal(declared(), command, at=NOON) == (
        "Ada Lovelace became Incident Commander at 2026-11-12 12:01 UTC; that cannot end before it began."
    )


def test_a_role_is_not_laid_down_before_it_was_taken() -> None:
    command = c.Release(incident=ONE, role="commander")
    assert refusal(declared(), command, at=NOON).endswith("that cannot end before it began.")


def test_another_offer_of_a_role_for_one_takes_the_place_of_the_first() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role="commander", to=each) for each in ("bob", "dana")))
    assert [offer.to.person for offer in story.incident.offers] == ["dana"]


def test_what_was_offered_to_somebody_and_to_their_group_can_be_declined() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role="expert", to=each) for each in ("triagers", "bob")))
    story.tell(c.DeclineRole(incident=ONE), by=BOB)
    assert [offer.to.group for offer in story.incident.offers] == ["triagers"]


def test_what_was_offered_to_somebody_and_to_their_group_is_taken_once() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role="expert", to=each) for each in ("triagers", "bob")))
    story.tell(c.AcceptRole(incident=ONE), by=BOB)
    assert not any(offer.to.person == "bob" for offer in story.incident.offers)


def test_who_takes_a_role_offered_to_them_leaves_the_offer_to_their_group() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role="expert", to=each) for each in ("triagers", "bob")))
    story.tell(c.AcceptRole(incident=ONE), by=BOB)
    story.tell(c.AcceptRole(incident=ONE), by=DANA)
    assert (story.incident.holders(EXPERT), story.incident.offers) == (("bob", "dana"), ())


def test_whoever_offered_a_role_takes_the_offer_back() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="dana"), by=BOB)
    story.tell(c.WithdrawOffer(incident=ONE), by=BOB)
    assert story.events[-1] == e.OfferWithdrawn(role=LIAISON, to=Party(person=DANA.handle))
    assert story.incident.offers == ()
    assert refusal(story, c.AcceptRole(incident=ONE), by=DANA) == NOTHING_OFFERED


def test_the_commander_takes_any_offer_back() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="dana"), by=BOB)
    story.tell(c.WithdrawOffer(incident=ONE, role="liaison"))
    assert story.incident.offers == ()


def test_nobody_else_takes_an_offer_back() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="dana"), by=BOB)
    assert refusal(story, c.WithdrawOffer(incident=ONE, role="liaison"), by=DANA) == (
        "Bob Kahn offered that. Whoever offered it takes it back, or the commander."
    )


def test_without_an_offer_there_is_nothing_to_take_back() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="dana"))
    story.tell(c.WithdrawOffer(incident=ONE, role="liaison", to="dana"))
    again = c.WithdrawOffer(incident=ONE, role="liaison", to="dana")
    assert refusal(story, again) == "No such offer waits for an answer here. It was answered or withdrawn already."


def test_of_several_offers_the_one_to_take_back_has_to_be_named() -> None:
    story = declared()
    story.tell(*(c.OfferRole(incident=ONE, role="expert", to=each) for each in ("triagers", "bob")))
    assert refusal(story, c.WithdrawOffer(incident=ONE, role="expert")) == (
        "Several offers wait for an answer: expert to triagers, expert to bob. Say which."
    )
    story.tell(c.WithdrawOffer(incident=ONE, to="Support Triagers"))
    assert [offer.to.person for offer in story.incident.offers] == ["bob"]


def test_an_offer_to_who_has_left_is_taken_back_too() -> None:
    story = declared()
    story.tell(c.OfferRole(incident=ONE, role="liaison", to="bob"))
    story.town = replace(story.town, people=(ADA, replace(BOB, active=False)))
    story.tell(c.WithdrawOffer(incident=ONE, to="bob"))
    assert story.incident.offers == ()
