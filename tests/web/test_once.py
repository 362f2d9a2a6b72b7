"""One form sent more than once, without any script: the same is done once, what is not the same is done too."""

from __future__ import annotations

import pytest

from tests.engine.office import declared, entries
from tests.web.house import House
from tocsin.core import commands as c
from tocsin.core.events import Noted
from tocsin.core.ids import IncidentNumber
from tocsin.store import signals

ONE = IncidentNumber(1)
SAY, LINES = "/incidents/1/say", "/incidents/1/lines"


@pytest.fixture
def opened(home_on_both: House) -> House:
    declared(home_on_both.tocsin)
    home_on_both.clock.later()
    return home_on_both


def notes(home: House) -> list[str]:
    return [entry.event.text for entry in entries(home.tocsin) if isinstance(entry.event, Noted)]


def test_whoever_goes_back_and_writes_something_else_has_both_lines(opened: House) -> None:
    ada = opened.browser("ada")
    form = ada.get(SAY).hidden(LINES)
    pages = [ada.post(LINES, {**form, "text": text, "kind": "note"}) for text in ("It is down", "It is up")]
    assert [page.response.headers["location"] for page in pages] == ["/incidents/1#L3", "/incidents/1#L4"]
    assert notes(opened) == ["It is down", "It is up"]


def test_the_same_words_as_another_kind_of_line_are_another_line(opened: House) -> None:
    ada = opened.browser("ada")
    form = {**ada.get(SAY).hidden(LINES), "text": "Restart the hub"}
    for kind in ("note", "decision"):
        assert ada.post(LINES, {**form, "kind": kind}).status == 303
    assert len(notes(opened)) == 2


def test_a_form_sent_twice_is_done_once_however_its_lines_end_and_whoever_signed_in_between(opened: House) -> None:
    first, then = opened.browser("ada"), opened.browser("ada")
    form = {**first.get(SAY).hidden(LINES), "text": "One\r\nTwo", "kind": "note"}
    pages = [first.post(LINES, form), first.post(LINES, form)]
    pages.append(then.post(LINES, {**form, "csrf": opened.proof(then), "text": "One\nTwo"}))
    assert {page.response.headers["location"] for page in pages} == {"/incidents/1#L3"}
    assert notes(opened) == ["One\nTwo"]


def test_a_line_that_waited_is_the_line_it_was_when_it_was_sent_first(opened: House) -> None:
    ada = opened.browser("ada")
    form = {**ada.get(SAY).hidden(LINES), "text": "It is down", "kind": "note"}
    ada.post(LINES, form)
    opened.tocsin.do(c.Resolve(incident=ONE, verified="I logged in"), by="bob")
    ada.post(LINES, {**form, "at": opened.clock().isoformat(), "state": "resolved"})
    assert notes(opened) == ["It is down"]


def test_whoever_goes_back_and_says_yes_after_all_is_not_taken_for_saying_no_again(opened: House) -> None:
    role = opened.tocsin.playbook.with_duty("commands").slug
    opened.tocsin.do(c.OfferRole(incident=ONE, role=role, to="bob"), by="ada")
    bob = opened.browser("bob")
    form = {**bob.get("/incidents/1/roles").hidden("/incidents/1/roles"), "role": role}
    bob.post("/incidents/1/roles", {**form, "do": "decline", "why": "I am on a train"})
    opened.tocsin.do(c.OfferRole(incident=ONE, role=role, to="bob"), by="ada")
    assert bob.post("/incidents/1/roles", {**form, "do": "accept"}).status == 303


def test_so_it_is_with_what_stands_in_no_log(opened: House) -> None:
    ada = opened.browser("ada")
    form = ada.get("/wrong").hidden("/wrong")
    slow, more = "The hub is slow", "The hub is slow, and log-in too"
    for text in (slow, slow, more):
        assert ada.post("/wrong", {**form, "text": text}).status == 303
    with opened.tocsin.store.read() as connection:
        assert [each.text for each in signals.undecided(connection)] == [slow, more]
