"""Groups, services and communities: read by the team, changed by administrators."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.world import BOB, DUBOIS, HUB, TORONTO, TRIAGERS
from tests.engine.office import declared, resolved
from tests.web.house import House
from tests.web.test_people import statements
from tocsin.core import commands as c
from tocsin.core.ids import Handle, Slug
from tocsin.core.people import TOCSIN, Community, Group, Person, Service
from tocsin.store import places

HOSTILE = """<script>alert(1)</script> "quoted" & 'more'"""
PAGES = ["/services", "/services/utoronto/prod", "/communities/utoronto", "/groups/triagers"]
FORMS = ["/groups-new", "/services-new", "/communities-new"]
EDITS = ["/edit/groups/triagers", "/edit/services/utoronto/prod", "/edit/communities/utoronto"]


def told(home: House, **entries: tuple[Group | Service | Community | Person, ...]) -> None:
    home.tocsin.do(c.UpdateDirectory(**entries), by=TOCSIN)  # type: ignore[arg-type]


def there(home: House, kind: type[Group | Service | Community], slug: str) -> Group | Service | Community | None:
    with home.tocsin.store.read() as connection:
        return places.place(connection, kind, slug)  # type: ignore[type-var]


# ── who sees what ──


@pytest.mark.parametrize("path", PAGES)
def test_the_team_reads_of_groups_services_and_communities(home: House, path: str) -> None:
    for handle in ("root", "ada", "ola"):
        assert home.browser(handle).get(path).status == 200
    assert home.browser("charlie").get(path).status == 403
    assert home.browser().get(path).status == 303


@pytest.mark.parametrize("path", [*FORMS, *EDITS])
def test_only_administrators_change_them(home: House, path: str) -> None:
    assert home.browser("root").get(path).status == 200
    for handle in ("ada", "ola", "charlie"):
        browser = home.browser(handle)
        assert browser.get(path).status == 403
        assert browser.post(path, {"csrf": home.proof(browser), "name": "Changed"}).status == 403


@pytest.mark.parametrize("page", PAGES)
def test_only_administrators_are_offered_to_change_them(home: House, page: str) -> None:
    for handle, offered in (("root", True), ("ada", False)):
        text = home.browser(handle).get(page).text
        assert ("/edit/" in text or "-new" in text) == offered


@pytest.mark.parametrize("path", ["/services/x", "/communities/x", "/groups/x", "/edit/groups/x", "/services/utoronto"])
def test_what_nobody_knows_is_not_there(home: House, path: str) -> None:
    assert home.browser("root").get(path).status == 404


def test_what_people_wrote_does_nothing_on_a_page(home: House) -> None:
    told(
        home,
        groups=(replace(TRIAGERS, name=HOSTILE),), services=(replace(HUB, name=HOSTILE),),
        communities=(replace(TORONTO, name=HOSTILE),), people=(replace(BOB, name=HOSTILE),),
    )  # fmt: skip
    home.tocsin.do(c.NoteSignal(text=HOSTILE, service="utoronto/prod"), by="ada")
    declared(home.tocsin, HOSTILE)
    home.tocsin.do(c.PostUpdate(incident=1, text=HOSTILE), by="ada")  # type: ignore[arg-type]
    for path in [*PAGES, *EDITS, "/people"]:
        page = home.browser("root").get(path)
        assert page.status == 200
        assert "<script>alert" not in page.text


# ── what they say ──


def test_services_say_what_is_wrong_with_them_now(home: House) -> None:
    declared(home.tocsin)
    home.tocsin.do(c.SetServices(incident=1, services=("utoronto/prod",)), by="ada")  # type: ignore[arg-type]
    home.tocsin.do(c.NoteSignal(text="I cannot log in", service="utoronto/prod"), by="bob")
    words = home.browser("ada").get("/services").words
    assert "INC-1 is open" in words
    assert "1 undecided" in words
    page = home.browser("ada").get("/services/utoronto/prod").words
    assert "Something is wrong" in page
    assert "I cannot log in" in page
    assert "For University of Toronto" in page


def test_the_playbooks_own_service_is_there_without_being_in_the_directory(home: House) -> None:
    default = home.tocsin.playbook.service
    assert default.name in home.browser("ada").get("/services").words
    page = home.browser("root").get(f"/services/{default.slug}")
    assert "It is the playbook’s own" in page.words
    assert "/edit/" not in page.text


def test_past_incidents_come_twenty_at_a_time(home_on_both: House) -> None:
    for _ in range(22):
        command = c.Declare(title="No logins", services=("utoronto/prod",), communities=("utoronto",), commander="ada")
        number = home_on_both.tocsin.do(command, by="ada").incident
        assert number is not None
        home_on_both.tocsin.do(c.Resolve(incident=number, verified="Logged in."), by="ada")
    told(home_on_both, services=(Service(slug=Slug("utoronto_prod"), name="Another"),))
    browser = home_on_both.browser("ada")
    for at in ("/services/utoronto/prod", "/communities/utoronto"):
        first, older = browser.get(at).text, browser.get(f"{at}?before=3").text
        assert [f"INC-{n}<" in first for n in (22, 3, 2)] == [True, True, False]
        assert [f"INC-{n}<" in older for n in (3, 2, 1)] == [False, True, True]
        assert f'href="{at}?before=3"' in first
    assert "INC-" not in browser.get("/services/utoronto_prod").text


def test_a_page_asks_the_database_as_often_for_many_incidents_as_for_few(home: House) -> None:
    few = [statements(home, path) for path in PAGES]
    for _ in range(4):
        declared(home.tocsin)
        resolved(home.tocsin)
    assert [statements(home, path) for path in PAGES] == few
    assert max(few) <= 12


def test_a_community_shows_who_speaks_for_it_and_what_it_was_told_last(home_on_both: House) -> None:
    declared(home_on_both.tocsin)
    for text in ("We look into it.", "It works again."):
        home_on_both.clock.later()
        home_on_both.tocsin.do(c.PostUpdate(incident=1, text=text), by="ada")  # type: ignore[arg-type]
    page = home_on_both.browser("ada").get("/communities/utoronto").words
    assert page.index("It works again.") < page.index("We look into it.")
    assert "charlie@toronto.example" in page
    other = home_on_both.browser("ada").get("/communities/dubois").words
    assert "Nothing yet" in other
    assert "Nobody speaks for it" in other


def test_a_group_shows_what_hour_it_is_for_its_members(home: House) -> None:
    told(home, people=(replace(BOB, zone="Asia/Tokyo"),))
    words = home.browser("ada").get("/groups/triagers").words
    assert "Bob Kahn Tokyo" in words
    assert "21:00" in words


# ── changing them ──


def test_an_administrator_adds_a_group_a_service_and_a_community(home_on_both: House) -> None:
    browser = home_on_both.browser("root")
    browser.send("/groups-new", slug="night", name="Night watch", members=["bob", "dana"])
    browser.send("/communities-new", slug="lis", name="LIS", zone="Europe/London", representatives="charlie")
    page = browser.send("/services-new", slug="lis/prod", name="LIS hub", communities=["lis", "dubois"])
    assert page.response.headers["location"] == "/services/lis/prod"
    assert "LIS hub is added." in browser.follow(page).words
    charlie = (Handle("charlie"),)
    assert there(home_on_both, Group, "night") == Group(
        slug=Slug("night"), name="Night watch", members=(Handle("bob"), Handle("dana"))
    )
    assert there(home_on_both, Community, "lis") == Community(
        slug=Slug("lis"), name="LIS", zone="Europe/London", representatives=charlie
    )
    assert there(home_on_both, Service, "lis/prod") == Service(
        slug=Slug("lis/prod"), name="LIS hub", communities=(Slug("lis"), Slug("dubois"))
    )


def test_an_administrator_changes_them(home_on_both: House) -> None:
    browser = home_on_both.browser("root")
    browser.send("/edit/groups/triagers", name="Triage", members=["dana"])
    browser.send("/edit/services/utoronto/prod", name="The hub", communities=["dubois", "utoronto"])
    page = browser.send("/edit/communities/dubois", name="Du Bois", zone="America/New_York", representatives="bob")
    assert "Du Bois is up to date." in browser.follow(page).words
    assert there(home_on_both, Group, "triagers") == replace(TRIAGERS, name="Triage", members=(Handle("dana"),))
    assert there(home_on_both, Service, "utoronto/prod") == replace(
        HUB, name="The hub", communities=(Slug("utoronto"), Slug("dubois"))
    )
    assert there(home_on_both, Community, "dubois") == replace(
        DUBOIS, zone="America/New_York", representatives=(BOB.handle,)
    )


def test_what_is_there_already_is_not_written_over(home: House) -> None:
    page = home.browser("root").send("/services-new", slug="utoronto/prod", name="Mine", communities="dubois")
    assert page.status == 422
    assert "There is a service “utoronto/prod” already." in page.words
    assert 'value="Mine"' in page.text
    assert 'value="dubois" checked' in page.text
    assert there(home, Service, "utoronto/prod") == HUB


def test_every_mistake_is_told_at_its_field_and_what_was_typed_stays(home: House) -> None:
    sent = {"slug": "Not A Slug", "name": " ", "zone": "Mars/Olympus", "representatives": "charlie"}
    page = home.browser("root").send("/communities-new", **sent)
    assert page.status == 422
    assert all(f'id="e-{field}"' in page.text for field in ("slug", "name", "zone"))
    assert all(typed in page.text for typed in ("Not A Slug", "Mars/Olympus", 'value="charlie" checked'))


def test_members_whom_nobody_knows_are_refused(home: House) -> None:
    page = home.browser("root").send("/edit/groups/triagers", name="T", members=["bob", "nobody<script>"])
    assert page.status == 422
    assert "Nobody is known as" in page.words
    assert "nobody<script>" not in page.text
    assert there(home, Group, "triagers") == TRIAGERS


def test_whoever_is_slower_learns_what_somebody_else_changed_and_loses_nothing(home: House) -> None:
    at, browser = "/edit/groups/triagers", home.browser("root")
    shown = browser.get(at).hidden(at)
    told(home, groups=(replace(TRIAGERS, members=(Handle("bob"), Handle("ada"))),))
    page = browser.post(at, {**shown, "name": "Triage", "members": ["dana"]})
    assert page.status == 422
    assert "Somebody else made the members “bob, ada”." in page.words
    assert 'value="Triage"' in page.text
    assert browser.post(at, {**page.hidden(at), "name": "Triage", "members": ["dana"]}).status == 303
    assert there(home, Group, "triagers") == replace(TRIAGERS, name="Triage", members=(Handle("dana"),))


@pytest.mark.parametrize("path", EDITS)
def test_the_form_says_why_nothing_is_ever_taken_out(home: House, path: str) -> None:
    assert "is never taken out" in home.browser("root").get(path).words
