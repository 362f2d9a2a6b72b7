"""People: who is at work, who knows what, and what everybody says of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.core.world import ADA, BOB
from tests.engine.office import declared, note, resolved, to_be_published
from tests.web.house import GONE, OLA, ROOT, House
from tocsin.core import commands as c
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN, Person
from tocsin.language.calendars import read_hours, read_leave

HOSTILE = """<script>alert(1)</script> "quoted" & 'more'"""


def known(home: House, *people: Person) -> None:
    home.tocsin.do(c.UpdateDirectory(people=people), by=TOCSIN)


def everybody_is(home: House, hours: str, **more: str) -> None:
    """All who respond, with these hours on one clock."""
    team = (BOB, replace(ADA, administrator=False), replace(ROOT, zone=""), home.person("dana"))
    known(home, *(replace(each, hours=read_hours(hours), zone="Europe/London") for each in team))


# ── who is at work ──


def test_the_page_says_how_many_are_at_work_and_until_when_somebody_is(home: House) -> None:
    everybody_is(home, "mon-fri 09:00-17:00")
    page = home.browser("ada").get("/people")
    assert "4 of 4 are at work. Somebody is at work until 17:00" in page.words


def test_whoever_stops_soon_is_named(home: House) -> None:
    everybody_is(home, "mon-fri 09:00-17:00")
    known(home, replace(BOB, zone="Europe/London", hours=read_hours("thu 09:00-12:20")))
    assert "Bob stops in 20 min." in home.browser("ada").get("/people").words


def test_where_nobody_is_at_work_it_says_until_when(home: House) -> None:
    everybody_is(home, "mon-fri 18:00-20:00")
    assert "Nobody is at work until 18:00" in home.browser("ada").get("/people").words


def test_whoever_looks_on_or_has_left_is_not_counted_among_those_at_work(home: House) -> None:
    everybody_is(home, "mon-sun 00:00-24:00")
    panel = home.browser("ada").get("/people").text.partition('id="h-now"')[2]
    assert OLA.name not in panel
    assert GONE.name not in panel


def test_times_when_nobody_is_at_work_are_named_with_who_is_away_and_who_comes_then(home: House) -> None:
    everybody_is(home, "mon-fri 00:00-24:00")
    known(
        home, replace(BOB, zone="Europe/London", hours=read_hours("sat 00:00-12:00"), leave=(read_leave("2026-11-14"),))
    )
    words = home.browser("ada").get("/people").words
    assert "Saturday 00:00 to Monday 00:00. Bob is on leave. 48 h." in words
    assert "are at work." in words.partition("Bob is on leave")[2]


def test_another_week_may_be_looked_at_and_nonsense_is_this_week(home: House) -> None:
    browser = home.browser("ada")
    assert "The week of 16 November 2026" in browser.get("/people?week=2026-11-18").words
    for nonsense in ("x", "9999-99-99", "1066-10-14", "%00"):
        assert "This week" in browser.get(f"/people?week={nonsense}").words


def test_what_somebody_does_in_an_open_incident_stands_beside_their_name(home: House) -> None:
    declared(home.tocsin)
    assert "commands INC-1" in home.browser("bob").get("/people").words


def test_who_knows_about_something_is_found(home: House) -> None:
    known(home, replace(BOB, expertise=("Dask", "cloud quotas")))
    browser = home.browser("ada")
    found = browser.get("/people?knows=dask").text.partition("knows__found")[2].partition("</ul>")[0]
    assert "Bob Kahn" in found
    assert "Nobody says that they know about “ceph”" in browser.get("/people?knows=ceph").words


def test_what_people_wrote_does_nothing_on_a_page(home: House) -> None:
    known(home, replace(BOB, name=HOSTILE, expertise=(HOSTILE,), accounts=(f"x:{HOSTILE}",)))
    for path in ("/people", "/people/bob", f"/people?knows={'<script>'}", "/groups/triagers"):
        page = home.browser("root").get(path)
        assert page.status == 200
        assert "<script>alert" not in page.text


def test_a_page_of_people_asks_the_database_as_often_for_many_as_for_few(home: House) -> None:
    few = statements(home, "/people")
    known(home, *(Person(handle=Handle(f"p{n}"), name=f"Person {n}", hours=BOB.hours) for n in range(40)))
    for _ in range(3):
        resolved(home.tocsin)
    assert statements(home, "/people") == few <= 12


def statements(home: House, path: str) -> int:
    made: list[str] = []

    def count(*given: Any) -> None:
        made.append(given[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        assert home.browser("ada").get(path).status == 200
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    return sum(each.startswith("SELECT") for each in made)


# ── one person ──


def test_a_page_about_somebody_says_clock_hours_leave_and_what_they_may(home: House) -> None:
    known(home, replace(BOB, zone="Asia/Tokyo", hours=read_hours("fri 22:00-06:00"), leave=(read_leave("2026-12-24"),)))
    words = home.browser("ola").get("/people/bob").words
    assert "Tokyo, 21:00" in words
    assert "22:00 to 06:00 the next day" in words
    assert "Away: 24 December 2026." in words
    assert "Declare, command, tell the outside" in words


def test_ones_own_page_says_so(home: House) -> None:
    assert "That is you." in home.browser("bob").get("/people/bob").words


def test_a_page_about_somebody_lists_the_incidents_they_took_part_in_newest_first(home: House) -> None:
    for _ in range(22):
        resolved(home.tocsin)
    browser = home.browser("bob")
    first = browser.get("/people/ada").text
    assert first.index("INC-22<") < first.index("INC-3<")
    assert "INC-2<" not in first
    older = browser.get("/people/ada?before=3").text
    assert "INC-2<" in older
    assert "INC-3<" not in older


def test_nobody_is_there_whom_nobody_knows(home: House) -> None:
    for handle in ("nobody", "BOB", "bob@example.org", "Bob Kahn", "%00"):
        assert home.browser("ada").get(f"/people/{handle}").status == 404


def test_a_representative_sees_their_own_page_and_no_other(home: House) -> None:
    declared(home.tocsin)
    note(home.tocsin, 1, "We look.")  # type: ignore[arg-type]
    browser = home.browser("charlie")
    assert "That is you." in browser.get("/people/charlie").words
    for path in ("/people/ada", "/people/nobody", "/people/ada/edit", "/people/root"):
        assert browser.get(path).status == 404
    assert browser.get("/people").status == 403


def test_a_representative_reads_of_no_incident_but_the_published(home: House) -> None:
    to_be_published(home.tocsin)
    home.tocsin.do(c.NoteSignal(text="x"), by="charlie")
    assert "INC-" not in home.browser("charlie").get("/people/charlie").text


# ── what everybody says of themselves ──


@pytest.mark.parametrize("handle", ["bob", "ola", "charlie", "root"])
def test_everybody_changes_their_own_profile(home: House, handle: str) -> None:
    told = {"name": "New Name", "zone": "Asia/Tokyo", "hours": "mon-fri 08:00-16:00", "leave": "2026-12-24..2027-01-02"}
    more = {"expertise": "dask, hubs", "accounts": "github:me\nslack:U01"}
    browser, before = home.browser(handle), home.person(handle)
    part = {"part": before.part, "email": before.email} if handle == "root" else {}
    page = browser.send(f"/people/{handle}/edit", **told, **more, **part)
    assert "Your profile is up to date." in browser.follow(page).words
    assert home.person(handle) == replace(
        before, name="New Name", zone="Asia/Tokyo", hours=read_hours("mon-fri 08:00-16:00"),
        leave=(read_leave("2026-12-24..2027-01-02"),), expertise=("dask", "hubs"), accounts=("github:me", "slack:U01"),
    )  # fmt: skip


def test_of_somebody_who_has_left_no_working_hours_stand_there(home: House) -> None:
    words = home.browser("root").get("/people/gone").words
    assert "Has left." in words and "Working hours" not in words


def test_a_form_about_oneself_says_you(home: House) -> None:
    mine, theirs = (home.browser("root").get(f"/people/{handle}/edit").words for handle in ("root", "ada"))
    assert "What you may" in mine and "You may sign in with it" in mine
    assert "What they may" in theirs and "They may sign in with it" in theirs


def test_nobody_makes_themselves_an_administrator_or_takes_another_address(home: House) -> None:
    home.browser("bob").send(
        "/people/bob/edit", name="Bob", zone="", hours="", leave="", expertise="", accounts="",
        part="administrator", email="root@example.org", kind="bot", administrator="1", handle="root", active="",
    )  # fmt: skip
    assert home.person("bob") == replace(BOB, name="Bob")


def test_nobody_but_an_administrator_changes_somebody_else(home: House) -> None:
    for handle in ("bob", "ola", "charlie"):
        browser = home.browser(handle)
        assert browser.get("/people/dana/edit").status == 404
        sent = browser.post("/people/dana/edit", {"csrf": home.proof(browser), "name": "Changed"})
        assert sent.status == 404
    assert home.person("dana").name == "Dana Scott"


def test_a_mistake_is_told_at_its_field_and_what_was_typed_stays(home: House) -> None:
    page = home.browser("bob").send(
        "/people/bob/edit", name="Bobby", zone="Mars/Olympus", hours="mon-fri nine to five", leave="tomorrow",
        expertise="dask, hubs", accounts="github",
    )  # fmt: skip
    assert page.status == 422
    for field in ("zone", "hours", "leave", "accounts"):
        assert f'id="e-{field}"' in page.text
    assert all(
        typed in page.text for typed in ("Bobby", "mon-fri nine to five", "tomorrow", "dask, hubs", "Mars/Olympus")
    )
    assert home.person("bob") == BOB


def test_a_form_that_was_sent_twice_is_done_once_and_is_nobody_elses_doing(home: House) -> None:
    browser = home.browser("bob")
    shown = browser.get("/people/bob/edit").hidden("/people/bob/edit")
    fields = {**shown, "name": "Bobby", "zone": "", "hours": "", "leave": "", "expertise": "", "accounts": ""}
    assert [browser.post("/people/bob/edit", fields).status for _ in range(2)] == [303, 303]


# ── what administrators do ──


def whole(person: Person, **changed: str) -> dict[str, str]:
    """The fields of the form about somebody."""
    told = {"name": person.name, "zone": person.zone, "hours": "", "leave": "", "expertise": "", "accounts": ""}
    return {**told, "email": person.email, "part": person.part, **changed}


def test_an_administrator_adds_somebody(home_on_both: House) -> None:
    browser = home_on_both.browser("root")
    eve = Person(handle=Handle("eve"), name="Eve", email="eve@example.org", observer=True)
    page = browser.send("/people/new", handle="eve", **whole(eve))
    assert "Eve is added." in browser.follow(page).words
    assert home_on_both.person("eve") == eve


def test_somebody_who_is_there_already_is_not_written_over(home: House) -> None:
    page = home.browser("root").send("/people/new", handle="bob", **whole(BOB, name="Another Bob"))
    assert page.status == 422
    assert "There is a person “bob” already." in page.words
    assert "Another Bob" in page.text
    assert home.person("bob") == BOB


@pytest.mark.parametrize("handle", ["", "Eve", "tocsin", "new", "e/ve", "<script>"])
def test_a_handle_that_will_not_do_is_told_at_its_field(home: House, handle: str) -> None:
    page = home.browser("root").send("/people/new", handle=handle, **whole(BOB))
    assert page.status == 422
    assert 'id="e-handle"' in page.text


@pytest.mark.parametrize(
    ("part", "kind", "administrator", "observer"),
    [
        ("administrator", "team", True, False), ("responder", "team", False, False), ("observer", "team", False, True),
        ("representative", "community", False, False), ("bot", "bot", False, False),
    ],
)  # fmt: skip
def test_an_administrator_says_what_somebody_may(
    home: House, part: str, kind: str, administrator: bool, observer: bool
) -> None:
    home.browser("root").send("/people/bob/edit", **whole(BOB, part=part, email="b@example.org"))
    bob = home.person("bob")
    assert (bob.kind, bob.administrator, bob.observer, bob.email) == (kind, administrator, observer, "b@example.org")


def test_the_last_administrator_stays_one(home: House) -> None:
    page = home.browser("root").send("/people/root/edit", **whole(ROOT, part="responder"))
    assert page.status == 422
    assert "Make somebody else an administrator first." in page.words
    assert home.person("root").administrator


def test_whoever_is_slower_learns_what_somebody_else_changed_and_loses_nothing(home: House) -> None:
    mine = home.browser("root")
    shown = mine.get("/people/bob/edit").hidden("/people/bob/edit")
    known(home, replace(BOB, zone="Asia/Tokyo"))
    page = mine.post("/people/bob/edit", {**shown, **whole(BOB, name="Bobby")})
    assert page.status == 422
    assert "Somebody else changed this while you wrote." in page.words
    assert "Somebody else made the time zone “Asia/Tokyo”." in page.words
    assert 'value="Bobby"' in page.text
    assert home.person("bob").name == "Bob Kahn"
    again = mine.post("/people/bob/edit", {**page.hidden("/people/bob/edit"), **whole(BOB, name="Bobby")})
    assert again.status == 303
    assert home.person("bob") == replace(BOB, name="Bobby")


def test_a_mistake_does_not_hide_that_somebody_else_was_faster(home: House) -> None:
    mine = home.browser("root")
    page = mine.send("/people/bob/edit", **whole(BOB, leave="tomorrow"))
    known(home, replace(BOB, zone="Asia/Tokyo"))
    again = mine.post("/people/bob/edit", {**page.hidden("/people/bob/edit"), **whole(BOB)})
    assert "Somebody else made the time zone “Asia/Tokyo”." in again.words


def test_the_row_of_somebody_keeps_what_two_change_at_once(home_on_both: House) -> None:
    """An administrator gives an address, they themselves a clock: neither is lost."""
    tocsin = home_on_both.tocsin
    tocsin.do(
        c.ChangeDirectory(
            to=c.UpdateDirectory(people=(replace(BOB, email="b@example.org"),)), seen=c.UpdateDirectory(people=(BOB,))
        ),
        by="root",
    )
    tocsin.do(c.SetProfile(zone="Asia/Tokyo"), by="bob")
    assert home_on_both.person("bob") == replace(BOB, email="b@example.org", zone="Asia/Tokyo")


def test_whose_rights_change_is_signed_in_with_the_new_ones_at_once(home: House) -> None:
    bob = home.browser("bob")
    home.browser("root").send("/people/bob/edit", **whole(BOB, part="representative"))
    assert bob.get("/people").status in (303, 403)


def test_hours_on_the_page_are_those_of_the_playbook_until_somebody_says_otherwise(home: House) -> None:
    page = home.browser("bob").get("/people/bob")
    assert "as the playbook has them for everybody" in page.words
