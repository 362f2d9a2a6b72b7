"""The small pages on which people act on an incident: each does what it says, and loses nothing that was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.core.world import BOB, DANA, DUBOIS, NOON
from tests.engine.office import declared, entries, note, resolved, signal
from tests.web.house import Browser, House, Page
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.ids import IncidentNumber, Seq, SignalId, Slug
from tocsin.core.incident import Incident
from tocsin.core.people import TOCSIN, Party
from tocsin.store import log
from tocsin.web.acting import ROUTES

ONE = IncidentNumber(1)
COMMANDER, LIAISON = Slug("commander"), Slug("liaison")
HOSTILE = '"><script>alert(1)</script>'
PAGES = sorted({route.path for route in ROUTES if route.method == "GET" and "{seq}" not in route.path})


@pytest.fixture
def opened(home: House) -> House:
    """Incident 1 is open, and Ada commands: lines 1 and 2 of its log."""
    declared(home.tocsin)
    home.clock.later()
    return home


def at(path: str, seq: int = 0) -> str:
    return path.replace("{number}", "1").replace("{seq}", str(seq))


def send(home: House, page: str, handle: str = "ada", **fields: object) -> Page:
    return home.browser(handle).send(f"/incidents/1/{page}", **fields)


def now(home: House) -> Incident:
    with home.tocsin.store.read() as connection:
        return log.incident(connection, ONE)


def last(home: House) -> e.Event:
    return entries(home.tocsin)[-1].event


def lines(home: House) -> int:
    return len(entries(home.tocsin))


# ── what holds for all ──


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_the_incident_and_leads_back_to_its_room(path: str, opened: House) -> None:
    page = opened.browser("ada").get(at(path))
    assert page.status == 200
    assert 'href="/incidents/1"' in page.text
    assert page.text.count("<h1>") == 1
    assert "Nobody can log in" in page.words


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_hostile_words_as_anything_but_words(path: str, opened: House) -> None:
    number = opened.tocsin.do(c.Declare(title=HOSTILE, commander="ada"), by="ada").incident
    assert number is not None
    for command in (
        c.SetPlan(incident=number, state=HOSTILE),
        c.Delegate(incident=number, what=HOSTILE, to="ada"),
        c.LinkTicket(incident=number, ticket=HOSTILE),
        c.AddLink(incident=number, url="https://example.org/3", title=HOSTILE),
        c.NoteSignal(text=HOSTILE, people=(HOSTILE,), criterion="login"),
    ):
        opened.tocsin.do(command, by="ada")
    page = opened.browser("ada").get(path.replace("{number}", str(number)))
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "over", [c.Resolve(incident=ONE, verified="Tried."), c.Cancel(incident=ONE, reason="external")]
)
def test_every_page_stands_when_it_is_over_too(path: str, over: c.Command, opened: House) -> None:
    opened.tocsin.do(over, by="ada")
    assert opened.browser("bob").get(at(path)).status == 200


@pytest.mark.parametrize("path", [*PAGES, *(route.path for route in ROUTES if "{seq}" in route.path)])
def test_only_whoever_responds_acts(path: str, opened: House) -> None:
    there = at(path, 1)
    for handle, status in (("ola", 403), ("charlie", 403), ("", 303)):
        if any(route.method == "GET" and route.path == path for route in ROUTES):
            assert opened.browser(handle).get(there).status == status
    browser = opened.browser("ola")
    assert browser.post(there, {"csrf": opened.proof(browser)}).status in (403, 404, 405)
    assert lines(opened) == 2


@pytest.mark.parametrize("page", ["plan", "phase", "resolve", "cancel", "help", "acknowledge"])
def test_a_page_for_what_is_open_says_who_was_faster(page: str, opened: House) -> None:
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Tried."), by="ada")
    assert "Ada Lovelace resolved this at 12:01" in opened.browser("bob").get(f"/incidents/1/{page}").words


# ── the plan ──


def test_the_plan_is_set_and_what_is_left_alone_is_not_said_again(opened: House) -> None:
    send(opened, "plan", state="Nobody can log in.", next="Restart.")
    send(opened, "plan", next="Wait.", state="Nobody can log in.")
    assert last(opened) == e.PlanSet(next="Wait.")
    plan = now(opened).plan
    assert plan and (plan.state, plan.next) == ("Nobody can log in.", "Wait.")


def test_a_plan_that_says_what_it_said_writes_no_line(opened: House) -> None:
    send(opened, "plan", state="Nobody can log in.")
    before = lines(opened)
    assert send(opened, "plan", state="Nobody can log in.").status == 303
    assert lines(opened) == before


def test_an_empty_plan_is_refused(opened: House) -> None:
    page = send(opened, "plan", state="", next="")
    assert page.status == 422
    assert "Say how things stand" in page.words and 'aria-describedby="e-state"' in page.text


def test_a_plan_is_not_emptied_of_all_that_it_says(opened: House) -> None:
    send(opened, "plan", state="Nobody can log in.", next="Restart it.")
    page = send(opened, "plan", state="", next=" ")
    plan = now(opened).plan
    assert page.status == 422 and plan is not None and plan.state == "Nobody can log in."
    assert 'aria-describedby="e-state"' in page.text


def test_of_two_who_write_the_plan_the_second_sees_both_texts_and_may_overrule(opened: House) -> None:
    browser, form = conflict(opened)
    page = browser.post("/incidents/1/plan", form)
    assert page.status == 422
    assert "Dana Scott set the plan at 12:01" in page.words
    assert "It starts again." in page.words
    assert "Nothing starts.</textarea>" in page.text
    again = browser.post("/incidents/1/plan", {**form, **page.hidden("/incidents/1/plan")})
    plan = now(opened).plan
    assert again.status == 303
    assert plan and (plan.state, plan.by) == ("Nothing starts.", "bob")


def test_what_the_other_set_elsewhere_in_the_plan_is_not_lost_either(opened: House) -> None:
    browser, form = conflict(opened)
    opened.tocsin.do(c.SetPlan(incident=ONE, cause="The disk."), by="dana")
    page = browser.post("/incidents/1/plan", form)
    assert "Cause, as Dana Scott set it" in page.words
    assert "The disk." in page.words


def conflict(home: House) -> tuple[Browser, dict[str, Any]]:
    """Bob has the form open, and has typed; Dana is faster."""
    home.tocsin.do(c.SetPlan(incident=ONE, state="Nobody can log in."), by="ada")
    browser = home.browser("bob")
    form = browser.get("/incidents/1/plan").hidden("/incidents/1/plan")
    home.tocsin.do(c.SetPlan(incident=ONE, state="It starts again."), by="dana")
    return browser, {**form, "state": "Nothing starts.", "cause": "", "tried": "", "next": ""}


def test_a_plan_for_what_was_resolved_meanwhile_comes_back_with_its_text(opened: House) -> None:
    browser = opened.browser("bob")
    form = browser.get("/incidents/1/plan").hidden("/incidents/1/plan")
    opened.tocsin.do(c.Resolve(incident=ONE, verified="Tried."), by="ada")
    page = browser.post("/incidents/1/plan", {**form, "state": "Nothing starts."})
    assert page.status == 422
    assert "Ada Lovelace resolved this" in page.words
    assert "Nothing starts.</textarea>" in page.text


# ── what it is about ──


def test_it_gets_a_better_title(opened: House) -> None:
    assert send(opened, "title", title="  Nobody can start ").status == 303
    assert now(opened).title == "Nobody can start"
    page = send(opened, "title", title=" ")
    assert (page.status, now(opened).title) == (422, "Nobody can start")
    assert 'aria-describedby="e-title"' in page.text


def test_services_are_ticked(opened: House) -> None:
    send(opened, "services", chosen=["utoronto/prod"])
    assert now(opened).services == ("utoronto/prod",)
    page = send(opened, "services")
    assert page.status == 422
    assert "Name at least one service" in page.words


def test_communities_are_ticked_and_may_be_none(opened: House) -> None:
    assert "uses Toronto's hub" not in opened.browser("ada").get("/incidents/1/communities").words
    opened.tocsin.do(c.SetServices(incident=ONE, services=("utoronto/prod",)), by="ada")
    assert "uses Toronto's hub" in opened.browser("ada").get("/incidents/1/communities").words
    send(opened, "communities", chosen=["utoronto", "dubois"])
    assert set(now(opened).communities) == {"utoronto", "dubois"}
    send(opened, "communities")
    assert now(opened).communities == ()


def test_a_community_nobody_knows_is_refused_with_what_was_ticked(opened: House) -> None:
    page = send(opened, "communities", chosen=["dubois", HOSTILE])
    assert page.status == 422
    assert 'value="dubois" id="c2" checked' in page.text
    assert DUBOIS.name in page.words


def test_the_criterion_is_chosen_and_taken_away(opened: House) -> None:
    send(opened, "criterion", criterion="login")
    assert now(opened).criterion == "login"
    send(opened, "criterion", criterion="")
    assert now(opened).criterion is None
    assert send(opened, "criterion").status == 422


def test_the_phase_is_chosen(opened: House) -> None:
    send(opened, "phase", phase="identified")
    assert now(opened).phase == "identified"
    assert (send(opened, "phase").status, send(opened, "phase", phase="nowhere").status) == (422, 422)


def test_somebody_says_that_they_look_after_it(opened: House) -> None:
    assert send(opened, "acknowledge", "bob").status == 303
    page = send(opened, "acknowledge", "bob")
    assert (page.status, now(opened).acknowledged_by) == (422, "bob")
    assert "You have acknowledged it already." in page.words


FORMS: dict[str, tuple[c.Command, dict[str, Any], str, str]] = {
    "title": (c.Retitle(incident=ONE, title="No hub"), {"title": "No login"}, 'value="No login"', "“No hub”"),
    "services": (
        c.SetServices(incident=ONE, services=("utoronto/prod",)),
        {"chosen": ["managed-jupyterhubs"]},
        'value="utoronto/prod"',
        "Toronto's hub",
    ),
    "communities": (
        c.SetCommunities(incident=ONE, communities=("utoronto", "dubois")),
        {"chosen": ["dubois"]},
        'value="dubois" id="c1" checked',
        "University of Toronto, Du Bois",
    ),
    "criterion": (
        c.SetCriterion(incident=ONE, criterion="login"),
        {"criterion": "start"},
        'value="start" checked',
        "Nobody",
    ),
    "phase": (c.SetPhase(incident=ONE, phase="identified"), {"phase": "watching"}, "checked", "Identified"),
    "impact": (
        c.SetImpact(incident=ONE, start=NOON - timedelta(minutes=30)),
        {"start": "2026-11-12T11:40"},
        'value="2026-11-12T11:40"',
        "It began at 11:30",
    ),
}
"""What Dana sets, what Bob has typed in a form that is older than that, how it stands in the form, what it is now."""


@pytest.mark.parametrize("page", FORMS)
def test_an_older_form_comes_back_with_what_it_is_now_and_what_was_typed(page: str, opened: House) -> None:
    theirs, typed, kept, now_ = FORMS[page]
    path, browser = f"/incidents/1/{page}", opened.browser("bob")
    form = browser.get(path).hidden(path)
    opened.tocsin.do(theirs, by="dana")
    before = lines(opened)
    shown = browser.post(path, {**form, **typed})
    assert (shown.status, lines(opened)) == (422, before)
    assert kept in shown.text
    assert "Dana Scott changed this at 12:01" in shown.words
    assert now_ in shown.words
    assert browser.post(path, {**shown.hidden(path), **typed}).status == 303
    assert lines(opened) == before + 1


def test_a_form_sent_twice_is_not_older_than_itself(opened: House) -> None:
    path, browser = "/incidents/1/title", opened.browser("bob")
    form = {**browser.get(path).hidden(path), "title": "No login"}
    assert browser.post(path, form).status == 303
    opened.tocsin.do(c.Retitle(incident=ONE, title="No hub"), by="dana")
    assert browser.post(path, form).status == 303
    assert now(opened).title == "No hub"


@pytest.mark.parametrize("seen", ["soon - - -", "2026-11-12T11:30 - - -", "9" * 5000])
def test_an_impact_that_nobody_can_have_seen_is_not_overruled(seen: str, opened: House) -> None:
    assert send(opened, "impact", seen=seen, start="2026-11-12T11:40").status == 422


# ── the impact ──


def test_the_beginning_is_proposed_from_the_first_that_anybody_saw(opened: House) -> None:
    opened.tocsin.do(c.Note(incident=ONE, text="Slow.", kind="told-us"), by="ada", at=NOON - timedelta(minutes=20))
    page = opened.browser("ada").get("/incidents/1/impact")
    assert "A best guess: the first that anybody saw of it is line 3 , at 11:40" in page.words
    assert 'value="2026-11-12T11:40"' in page.text


def test_the_impact_is_a_range_on_the_readers_clock(opened: House) -> None:
    opened.tocsin.do(c.UpdateDirectory(people=(replace(BOB, zone="Africa/Nairobi"),)), by=TOCSIN)
    assert "All times are Nairobi time." in opened.browser("bob").get("/incidents/1/impact").words
    send(opened, "impact", "bob", start="2026-11-12T14:30", start_until="2026-11-12T14:40")
    start = now(opened).impact.start
    assert start and (start.at, start.until) == (NOON - timedelta(minutes=30), NOON - timedelta(minutes=20))


def test_what_is_not_changed_keeps_its_seconds(opened: House) -> None:
    exact = NOON - timedelta(minutes=30, seconds=7)
    opened.tocsin.do(c.SetImpact(incident=ONE, start=exact), by="ada")
    shown = exact.strftime("%Y-%m-%dT%H:%M")
    send(opened, "impact", start=shown, start_until="", end="2026-11-12T11:50", end_until="")
    start, end = now(opened).impact.start, now(opened).impact.end
    assert start and end and (start.at, end.at) == (exact, NOON - timedelta(minutes=10))
    before = lines(opened)
    send(opened, "impact", start=shown, start_until="", end="2026-11-12T11:50", end_until="")
    assert lines(opened) == before


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"start": ""}, "Say when the impact began"),
        ({"start": "soon"}, "is no time"),
        ({"start": "2026-11-13T12:00"}, "in the future"),
        ({"start": "2026-11-12T11:30", "end": "2026-11-12T11:20"}, "cannot end before it begins"),
    ],
)
def test_an_impact_that_cannot_be_comes_back(fields: dict[str, str], sentence: str, opened: House) -> None:
    page = send(opened, "impact", **fields)
    assert page.status == 422
    assert sentence in page.words
    assert all(f'value="{value}"' in page.text for value in fields.values() if value)


def test_a_doubtful_impact_is_set_and_said_to_be(opened: House) -> None:
    browser = opened.browser("ada")
    browser.send("/incidents/1/impact", start="2026-11-01T11:30")
    assert "is the date right?" in browser.get("/incidents/1/impact").words


# ── how it ends ──


def test_resolving_needs_to_know_how_it_was_verified(opened: House) -> None:
    page = send(opened, "resolve", verified=" ", text="Restarted it.")
    assert (page.status, now(opened).state) == (422, "open")
    assert "Say how it was verified" in page.words
    assert 'aria-describedby="e-verified"' in page.text
    assert "Restarted it.</textarea>" in page.text


def test_resolved_it_may_lead_on_to_what_the_communities_are_told(opened: House) -> None:
    page = send(opened, "resolve", verified="Logged in.", tell="yes")
    assert page.response.headers["location"] == "/incidents/1/update?kind=resolved"
    assert (now(opened).state, now(opened).verified) == ("resolved", "Logged in.")


def test_resolved_it_leads_back_to_the_room(opened: House) -> None:
    page = send(opened, "resolve", verified="Logged in.")
    assert page.response.headers["location"] == "/incidents/1#L3"


def test_what_the_playbook_warns_of_stands_on_the_page_with_its_remedy(opened: House) -> None:
    gates = replace(
        opened.tocsin.playbook.gates, resolve=replace(opened.tocsin.playbook.gates.resolve, warns=("impact",))
    )
    opened.tocsin.playbook = replace(opened.tocsin.playbook, gates=gates)
    page = opened.browser("ada").get("/incidents/1/resolve")
    assert "Say when the impact began; a best guess will do." in page.words
    assert 'href="/incidents/1/impact"' in page.text


def test_it_is_cancelled_for_one_of_three_reasons(opened: House) -> None:
    assert send(opened, "cancel", why="Nobody was affected.").status == 422
    page = send(opened, "cancel", reason="duplicate", why="It is the same.")
    assert page.status == 422
    assert "Give the number of the incident that it repeats." in page.words
    assert "It is the same.</textarea>" in page.text
    assert send(opened, "cancel", reason="false-alarm").status == 303
    assert now(opened).state == "cancelled"


def test_a_duplicate_names_the_other(opened: House) -> None:
    declared(opened.tocsin, "The same again")
    assert send(opened, "cancel", reason="duplicate", duplicate_of="2").status == 303
    cancelled = now(opened).cancelled
    assert cancelled and cancelled.duplicate_of == 2


def test_it_is_reopened_with_a_word(home: House) -> None:
    resolved(home.tocsin)
    page = send(home, "reopen", why="")
    assert page.status == 422
    assert send(home, "reopen", why="It is back.").status == 303
    assert now(home).state == "open"


# ── what belongs to it ──


def test_undecided_signals_are_attached_with_what_the_rule_says_of_them(opened: House) -> None:
    signal(opened.tocsin), signal(opened.tocsin, "Me neither.")
    page = opened.browser("ada").get("/incidents/1/signals")
    assert "I cannot log in." in page.words
    assert send(opened, "signals", signal=["1", "2"]).status == 303
    assert now(opened).signals == (1, 2)
    assert "No signal waits for a decision." in opened.browser("ada").get("/incidents/1/signals").words


def test_a_signal_that_somebody_else_attached_meanwhile_is_refused(opened: House) -> None:
    signal(opened.tocsin), signal(opened.tocsin, "Me neither.")
    browser = opened.browser("ada")
    form = browser.get("/incidents/1/signals").hidden("/incidents/1/signals")
    other = declared(opened.tocsin, "Another", SignalId(1))
    page = browser.post("/incidents/1/signals", {**form, "signal": ["2", "1"]})
    assert (other, page.status) == (2, 422)
    assert "belongs to incident 2 already" in page.words


def test_of_signals_one_of_which_is_refused_none_is_attached(opened: House) -> None:
    signal(opened.tocsin), signal(opened.tocsin, "Me neither.")
    declared(opened.tocsin, "Another", SignalId(2))
    browser = opened.browser("ada")
    form = browser.get("/incidents/1/signals").hidden("/incidents/1/signals")
    for refused in ("2", "none"):
        assert browser.post("/incidents/1/signals", {**form, "signal": ["1", refused]}).status == 422
    assert now(opened).signals == ()


@pytest.mark.parametrize("chosen", [[], ["none"], ["99"]])
def test_no_signal_is_no_signal(chosen: list[str], opened: House) -> None:
    signal(opened.tocsin)
    assert send(opened, "signals", signal=chosen).status == 422


def test_tickets_are_linked_and_unlinked(opened: House) -> None:
    send(opened, "tickets", ticket="FD-2291")
    assert [each.ticket for each in now(opened).tickets] == ["FD-2291"]
    page = send(opened, "tickets", ticket="FD-2291")
    assert (page.status, 'value="FD-2291"' in page.text) == (422, True)
    send(opened, "tickets", unlink="FD-2291")
    assert now(opened).tickets == ()
    assert send(opened, "tickets", ticket="").status == 422


def test_links_are_kept(opened: House) -> None:
    send(opened, "links", url="https://example.org/3", title="Runbook")
    assert now(opened).links[0].title == "Runbook"
    for url in ("", "javascript:alert(1)", "example.org"):
        assert send(opened, "links", url=url).status == 422


# ── roles ──


def test_a_role_is_taken_and_laid_down(opened: House) -> None:
    send(opened, "roles", "bob", role="liaison", do="take")
    assert now(opened).holders(LIAISON) == ("bob",)
    send(opened, "roles", "bob", role="liaison", person="bob", do="release")
    assert now(opened).holders(LIAISON) == ()
    assert send(opened, "roles", "bob", role="liaison", person="bob", do="release").status == 422


def test_a_role_is_offered_to_somebody_with_their_hour_and_accepted(opened: House) -> None:
    opened.tocsin.do(c.UpdateDirectory(people=(replace(BOB, zone="Pacific/Auckland"),)), by=TOCSIN)
    page = opened.browser("ada").get("/incidents/1/offer?role=commander")
    assert "Auckland, 01:01 · outside their hours, back at 09:00" in page.words
    assert "until somebody accepts" in page.words
    send(opened, "offer", role="commander", to="bob", text="Can you?")
    shown = opened.browser("bob").get("/incidents/1/roles").words
    assert "Ada Lovelace offers you the role of Incident Commander" in shown
    assert "Until you answer, Ada Lovelace keeps it." in shown
    send(opened, "roles", "bob", role="commander", do="accept")
    assert now(opened).holders(COMMANDER) == ("bob",)


def test_an_offer_is_declined_with_or_without_a_word(opened: House) -> None:
    send(opened, "offer", role="commander", to="bob")
    page = send(opened, "roles", "bob", role="commander", do="decline", why="It is late.")
    assert (page.status, now(opened).offers) == (303, ())
    assert last(opened) == e.RoleDeclined(role=COMMANDER, to=Party(person=BOB.handle), why="It is late.")


def test_whoever_offered_a_role_takes_the_offer_back(opened: House) -> None:
    send(opened, "offer", "bob", role="liaison", to="dana")
    assert 'value="withdraw"' in opened.browser("bob").get("/incidents/1").text
    browser, roles = opened.browser("bob"), "/incidents/1/roles"
    page = browser.send(roles, roles, role="liaison", do="withdraw", to="dana")
    assert (page.status, now(opened).offers) == (303, ())
    assert last(opened) == e.OfferWithdrawn(role=LIAISON, to=Party(person=DANA.handle))
    assert "The offer is withdrawn." in browser.follow(page).words


def test_only_whoever_offered_a_role_and_the_commander_see_how_to_take_it_back(opened: House) -> None:
    send(opened, "offer", "bob", role="liaison", to="triagers")
    for path in ("", "/roles", "/hand-over?role=liaison"):
        seen = [who for who in ("ada", "bob", "dana") if _withdraws(opened, who, path)]
        assert seen == ["ada", "bob"], path


def _withdraws(home: House, who: str, path: str) -> bool:
    return 'value="withdraw"' in home.browser(who).get(f"/incidents/1{path}").text


def test_an_offer_that_was_answered_or_is_anothers_is_not_taken_back(opened: House) -> None:
    send(opened, "offer", "bob", role="liaison", to="dana")
    assert "Bob Kahn offered that." in send(opened, "roles", "dana", role="liaison", do="withdraw", to="dana").words
    send(opened, "roles", "dana", role="liaison", do="accept")
    page = send(opened, "roles", "bob", role="liaison", do="withdraw", to="dana")
    assert (page.status, now(opened).holders(LIAISON)) == (422, ("dana",))
    assert "It was answered or withdrawn already." in page.words


def test_an_offer_to_a_group_one_is_of_can_be_taken_and_taken_back(opened: House) -> None:
    send(opened, "offer", "bob", role="liaison", to="triagers")
    page = opened.browser("bob").get("/incidents/1/roles").text
    assert 'value="accept"' in page and 'value="withdraw"' in page
    send(opened, "roles", "bob", role="liaison", do="withdraw", to="triagers")
    assert now(opened).offers == ()


def test_a_no_to_an_offer_that_is_gone_gives_back_its_word(opened: House) -> None:
    send(opened, "offer", role="liaison", to="bob")
    path, browser = "/incidents/1/roles", opened.browser("bob")
    form = {**browser.get(path).hidden(path), "role": "liaison", "do": "decline", "why": "I am on a train."}
    send(opened, "roles", role="liaison", do="withdraw", to="bob")
    page = browser.post(path, form)
    assert (page.status, "I am on a train.</textarea>" in page.text) == (422, True)


def test_a_group_is_offered_a_role_and_the_first_has_it(opened: House) -> None:
    assert "Support Triagers" in opened.browser("ada").get("/incidents/1/offer").words
    send(opened, "offer", role="liaison", to="triagers")
    assert "your group Support Triagers" in opened.browser("dana").get("/incidents/1/roles").words
    send(opened, "roles", "dana", role="liaison", do="accept")
    assert now(opened).holders(LIAISON) == ("dana",)


def test_who_has_agreed_already_is_given_it(opened: House) -> None:
    send(opened, "offer", role="commander", to="bob", how="assign")
    assert now(opened).holders(COMMANDER) == ("bob",)


def test_an_offer_needs_somebody_and_keeps_the_word_to_them(opened: House) -> None:
    page = send(opened, "offer", role="liaison", text="It is late here.")
    assert page.status == 422
    assert "Choose to whom." in page.words
    assert "It is late here.</textarea>" in page.text
    assert "Offer the role of External Liaison" in page.words


def test_nobody_is_proposed_who_has_left_looks_on_or_speaks_for_a_community(opened: House) -> None:
    for page in ("offer", "help"):
        words = opened.browser("ada").get(f"/incidents/1/{page}").words
        assert not any(name in words for name in ("Gus Gone", "Ola Observer", "Charlie Babbage"))


def test_what_is_no_answer_to_an_offer_is_refused(opened: House) -> None:
    assert send(opened, "roles", role="liaison", do="dance").status == 422
    assert send(opened, "roles", "bob", role="commander", do="accept").status == 422


def test_a_role_that_does_not_exist_is_not_taken_for_command(opened: House) -> None:
    for role in ("scribee", ""):
        page = send(opened, "offer", role=role, to="bob", how="assign", text="Can you?")
        assert (page.status, now(opened).holders(COMMANDER)) == (422, ("ada",))
        assert "Can you?</textarea>" in page.text
    assert "has no role “scribee”" in send(opened, "offer", role="scribee", to="bob").words


# ── asks ──


def test_help_is_found_by_what_people_know_and_what_was_typed_stays(opened: House) -> None:
    opened.tocsin.do(c.UpdateDirectory(people=(replace(DANA, expertise=("dask",)),)), by=TOCSIN)
    page = send(opened, "help", what="Look at the gateway.", area="dask")
    assert page.status == 200
    assert "Look at the gateway.</textarea>" in page.text
    assert ("Dana Scott" in page.words, "Bob Kahn" in page.words) == (True, False)
    assert 'value="dana" checked' in page.text
    assert lines(opened) == 2


def test_an_ask_is_put_to_somebody_until_a_time(opened: House) -> None:
    assert send(opened, "help", send="yes", what="Look at the disk.", to="bob", within="30").status == 303
    (ask,) = now(opened).asks
    assert (ask.what, ask.to.person, ask.until) == ("Look at the disk.", "bob", opened.clock() + timedelta(minutes=30))


def test_an_ask_needs_somebody_and_something(opened: House) -> None:
    page = send(opened, "help", send="yes", what=" ")
    assert page.status == 422
    assert "Say what they should do." in page.words
    assert "Choose whom to ask." in page.words


def test_an_ask_is_accepted_and_done_with_its_outcome(opened: House) -> None:
    send(opened, "help", send="yes", what="Look at the disk.", to="triagers")
    assert "Look at the disk." in opened.browser("bob").get("/incidents/1/asks").words
    assert send(opened, "asks/3", "bob", do="accept").status == 303
    page = send(opened, "asks/3", "bob", do="done", outcome="")
    assert (page.status, "Say what came of it" in page.words) == (422, True)
    send(opened, "asks/3", "bob", do="done", outcome="It is full.")
    assert (now(opened).asks[0].state, now(opened).asks[0].outcome) == ("done", "It is full.")
    assert "Done by Bob Kahn: It is full." in opened.browser("ada").get("/incidents/1/asks").words


def test_an_ask_is_declined(opened: House) -> None:
    send(opened, "help", send="yes", what="Look at the disk.", to="bob")
    send(opened, "asks/3", "bob", do="decline", why="I am on a train.")
    assert now(opened).asks[0].state == "declined"


def test_whoever_was_not_asked_is_not_offered_an_answer(opened: House) -> None:
    send(opened, "help", send="yes", what="Look at the disk.", to="bob")
    page = opened.browser("dana").get("/incidents/1/asks/3")
    assert (page.status, "I do it" in page.words, "It is done" in page.words) == (200, False, False)
    browser = opened.browser("dana")
    assert browser.post("/incidents/1/asks/3", {"csrf": opened.proof(browser), "do": "accept"}).status == 422


def test_a_line_that_is_no_ask_has_no_page_as_one(opened: House) -> None:
    assert [opened.browser("ada").get(f"/incidents/1/asks/{seq}").status for seq in (1, 99, 0)] == [404, 404, 404]


# ── lines ──


def test_a_line_is_mended_and_keeps_what_it_was_not_asked_about(opened: House) -> None:
    opened.tocsin.do(c.Note(incident=ONE, text="Teh disk.", kind="command", output="full"), by="ada")
    page = opened.browser("ada").get("/incidents/1/lines/3/edit")
    assert "Teh disk.</textarea>" in page.text
    send(opened, "lines/3/edit", text="The disk.", output="full")
    assert last(opened) == e.NoteEdited(text="The disk.", output="full")
    assert "The disk.</textarea>" in opened.browser("ada").get("/incidents/1/lines/3/edit").text


def test_a_line_is_not_mended_into_an_empty_one(opened: House) -> None:
    note(opened.tocsin, ONE, "Mine.")
    page = send(opened, "lines/3/edit", text=" ")
    assert page.status == 422 and 'aria-describedby="e-text"' in page.text


def test_only_whoever_wrote_it_or_commands_mends_a_line(opened: House) -> None:
    note(opened.tocsin, ONE, "Mine.")
    page = send(opened, "lines/3/edit", "bob", text="Yours.")
    assert page.status == 422
    assert "Ada Lovelace wrote that line." in page.words
    assert "Yours.</textarea>" in page.text


def test_a_line_that_somebody_else_mended_meanwhile_is_not_mended_unawares(opened: House) -> None:
    opened.tocsin.do(c.Note(incident=ONE, text="Teh disk."), by="bob")
    path, browser = "/incidents/1/lines/3/edit", opened.browser("bob")
    form = browser.get(path).hidden(path)
    opened.tocsin.do(c.EditNote(incident=ONE, line=Seq(3), text="The disk is full."), by="ada")
    shown = browser.post(path, {**form, "text": "The disk."})
    assert (shown.status, last(opened)) == (422, e.NoteEdited(text="The disk is full."))
    assert "Ada Lovelace changed this at 12:01" in shown.words and "Now it is: The disk is full." in shown.words
    assert "The disk.</textarea>" in shown.text
    assert browser.post(path, {**shown.hidden(path), "text": "The disk."}).status == 303
    assert last(opened) == e.NoteEdited(text="The disk.")


def test_a_line_mended_twice_by_the_same_form_is_mended_once(opened: House) -> None:
    opened.tocsin.do(c.Note(incident=ONE, text="Teh disk."), by="bob")
    path, browser = "/incidents/1/lines/3/edit", opened.browser("bob")
    form = {**browser.get(path).hidden(path), "text": "The disk."}
    before = lines(opened)
    assert [browser.post(path, form).status for _ in range(2)] == [303, 303]
    assert lines(opened) == before + 1


@pytest.mark.parametrize("seen", ["x", "-1", "9" * 5000, "99"])
def test_a_line_is_not_mended_by_a_form_nobody_can_have_seen(seen: str, opened: House) -> None:
    note(opened.tocsin, ONE, "Teh disk.")
    assert send(opened, "lines/3/edit", seen=seen, text="The disk.").status == 422


def test_a_line_that_is_off_the_timeline_is_neither_mended_nor_taken_off_again(opened: House) -> None:
    note(opened.tocsin, ONE, "Another incident's.")
    send(opened, "lines/3/remove")
    before, browser = lines(opened), opened.browser("ada")
    for name in ("edit", "remove"):
        path = f"/incidents/1/lines/3/{name}"
        page = browser.post(path, {"csrf": opened.proof(browser), "text": "Typed with care."})
        assert (page.status, "Line 3 is off the timeline already." in page.words) == (422, True)
        assert "It is off the timeline already." in browser.get(path).words
    assert lines(opened) == before


def test_nobody_who_only_looks_on_is_offered_a_role_or_asked(opened: House) -> None:
    for page, more in (("offer", {"role": "liaison"}), ("help", {"send": "yes", "what": "Look."})):
        shown = send(opened, page, to="ola", **more)
        assert (shown.status, "Ola Observer only looks on." in shown.words) == (422, True)


def test_an_ask_that_one_said_no_to_says_so_in_a_sentence(opened: House) -> None:
    send(opened, "help", send="yes", what="Look at the disk.", to="bob")
    send(opened, "asks/3", "bob", do="decline")
    assert "You said no." in opened.browser("bob").get("/incidents/1/asks/3").words


def test_a_line_is_taken_off_with_a_word(opened: House) -> None:
    note(opened.tocsin, ONE, "Wrong room.")
    assert (
        send(opened, "lines/3/remove", why="It was meant for another.").response.headers["location"]
        == "/incidents/1#L3"
    )
    assert last(opened) == e.NoteRemoved(why="It was meant for another.")


def test_redacting_shows_what_goes_and_needs_a_reason(opened: House) -> None:
    note(opened.tocsin, ONE, "The password is <b>hunter2</b>.")
    opened.tocsin.do(c.EditNote(incident=ONE, line=Seq(3), text="The password is hunter3."), by="ada")
    assert "hunter3" in opened.browser("bob").get("/incidents/1/lines/3/redact").words
    page = send(opened, "lines/3/redact", "bob", why="")
    assert page.status == 422 and 'aria-describedby="e-why"' in page.text
    assert send(opened, "lines/3/redact", "bob", why="A password.").status == 303
    page = opened.browser("bob").get("/incidents/1/lines/3/redact")
    assert "hunter" not in page.words
    assert "Its words are gone already." in page.words
    assert "stays as it is" in opened.browser("ada").get("/incidents/1/lines/3/edit").words


def test_a_signal_can_be_redacted_and_not_mended(opened: House) -> None:
    opened.tocsin.do(c.AttachSignal(incident=ONE, signal=signal(opened.tocsin, "I am hunter2.")), by="ada")
    assert "hunter2" in opened.browser("ada").get("/incidents/1/lines/3/redact").words
    assert opened.browser("ada").get("/incidents/1/lines/3/edit").status == 404


def test_a_line_is_marked_and_the_mark_taken_away(opened: House) -> None:
    note(opened.tocsin, ONE, "That was it.")
    send(opened, "lines/3/highlight", on="yes")
    assert last(opened) == e.Highlighted(on=True)
    assert "Take the mark away" in opened.browser("ada").get("/incidents/1/lines/3/highlight").words
    send(opened, "lines/3/highlight", on="")
    assert last(opened) == e.Highlighted(on=False)


def test_a_script_that_marks_a_line_is_told_so(opened: House) -> None:
    note(opened.tocsin, ONE, "That was it.")
    browser = opened.browser("ada")
    form = {"csrf": opened.proof(browser), "on": "yes"}
    page = browser.post("/incidents/1/lines/3/highlight", form, headers={"HX-Request": "true"})
    assert (page.status, page.response.json()["seq"]) == (200, 3)


@pytest.mark.parametrize("what", ["edit", "remove", "redact", "highlight"])
@pytest.mark.parametrize("seq", ["99", "0", "x", "999999999999"])
def test_a_line_that_is_not_there_is_not_there(what: str, seq: str, opened: House) -> None:
    browser = opened.browser("ada")
    there = f"/incidents/1/lines/{seq}/{what}"
    assert browser.get(there).status == 404
    assert browser.post(there, {"csrf": opened.proof(browser), "why": "So.", "text": "So."}).status == 404
