"""The fake of every port: its world does what it is asked once, and goes wrong exactly as it is told."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.integrations.world import World, running
from tocsin.core.refused import Refused
from tocsin.integrations import PORTS, serves
from tocsin.integrations.fake import Config, Fake
from tocsin.integrations.fake.inbound import SIGNATURE, TIME, signed
from tocsin.integrations.fake.ledger import Ledger, Wish
from tocsin.integrations.fake.script import Script, Trouble, Unclear, read
from tocsin.ports import Correspondent, Delivery, Failed, Mail, Message, Pace, Publication, Received
from tocsin.settings import Secret, configured

AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
REPORT = Publication(
    identity="incident-7",
    path=None,
    stem="2026-11-12-lagoon",
    files={"md": b"# Lagoon\n", "json": b"{}\n"},
    message="Publish the report of incident 7",
    author="Ada",
    at=AT,
)
EVE = Correspondent(email="eve@example.org", name="Eve")
NUMBERS = count(1)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("world") / "ledger") as world:
        yield world


@pytest.fixture
def world(standing: World) -> World:
    standing.peace()
    return standing


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A world for one test alone, which may kill it or look at the whole ledger."""
    with running(tmp_path / "ledger") as world:
        yield world


@pytest.fixture
def key() -> str:
    return f"key-{next(NUMBERS)}"


def letter(key: str) -> Mail:
    return Mail(key=key, to="bob@example.org", name="Bob", subject="Lagoon", text="It is down.", at=AT)


def failure(fake: Fake, key: str) -> Failed:
    with pytest.raises(Failed) as caught:
        fake.send(letter(key))
    return caught.value


def kind(failed: Failed) -> tuple[bool, bool]:
    return failed.permanent, failed.unsure


# --- what it does ----------------------------------------------------------------------------------------------------


EVERY: dict[str, Callable[[Fake, str], object]] = {
    "publisher/publish": lambda fake, key: fake.publish(replace(REPORT, identity=key)),
    "mailer/send": lambda fake, key: fake.send(letter(key)),
    "chat/open_channel": lambda fake, key: fake.open_channel(key, "lagoon", "Lagoon is down"),
    "chat/invite": lambda fake, key: fake.invite(key, "channel-1", ["bob@example.org"]),
    "chat/post": lambda fake, key: fake.post(key, "channel-1", Message(title="Down", lines=("All of it.",))),
    "chat/archive": lambda fake, key: fake.archive(key, "channel-1"),
    "tickets/open": lambda fake, key: fake.open(key, EVE, "Lagoon", "We are on it."),
    "tickets/reply": lambda fake, key: fake.reply(key, "81", "We are on it."),
    "tickets/note": lambda fake, key: fake.note(key, "81", "Incident 7."),
    "tickets/assign": lambda fake, key: fake.assign(key, "81", "bob@example.org"),
    "tickets/mark": lambda fake, key: fake.mark(key, "81"),
    "tickets/close": lambda fake, key: fake.close(key, "81"),
    "pager/page": lambda fake, key: fake.page(key, ["bob@example.org"], "Lagoon is down"),
    "pager/resolve": lambda fake, key: fake.resolve(key, "page-1"),
    "tracker/open_issue": lambda fake, key: fake.open_issue(key, "Alert on a full disk", "It was full."),
}


def test_every_call_of_every_port_is_here() -> None:
    calls = {
        f"{name}/{call}" for name, port in PORTS.items() for call in vars(port) if callable(getattr(Fake, call, 0))
    }
    made = {call for call in calls if not call.rpartition("/")[2].startswith("_")}
    assert made - {"tickets/ticket", "tickets/changed"} == EVERY.keys()  # those two only read


@pytest.mark.parametrize("call", EVERY)
def test_a_call_is_done_and_stands_in_the_ledger(world: World, key: str, call: str) -> None:
    EVERY[call](world.fake(), key)
    (entry,) = [entry for entry in world.done() if entry["key"].partition(":")[0] == key]
    assert f"{entry['port']}/{entry['call']}" == call
    assert entry.keys() == {"place", "at", "port", "call", "key", "payload", "answer"}


@pytest.mark.parametrize("call", EVERY)
def test_a_call_with_the_same_key_is_answered_as_the_first_time_and_not_done_again(
    world: World, key: str, call: str
) -> None:
    assert EVERY[call](world.fake(), key) == EVERY[call](world.fake(), key)
    assert len([entry for entry in world.done() if entry["key"].partition(":")[0] == key]) == 1


def test_everything_said_is_in_the_ledger(world: World, key: str) -> None:
    world.fake().post(key, "channel-1", Message(title="Läuft", buttons=("accept liaison",)), thread="message-2")
    assert world.done(key=key)[0]["payload"] == {
        "channel": "channel-1",
        "message": {"title": "Läuft", "lines": [], "buttons": ["accept liaison"]},
        "thread": "message-2",
    }


def test_files_that_are_no_text_come_back_from_the_ledger(world: World, key: str) -> None:
    world.fake().publish(replace(REPORT, identity=key, files={"pdf": b"%PDF\xff\x00"}))
    (entry,) = [entry for entry in world.done() if entry["key"].startswith(f"{key}:")]
    assert entry["payload"]["files"]["pdf"].encode("utf-8", "surrogateescape") == b"%PDF\xff\x00"


def test_the_same_key_for_another_call_is_another_thing(world: World, key: str) -> None:
    world.fake().reply(key, "81", "We are on it.")
    world.fake().note(key, "81", "We are on it.")
    assert [entry["call"] for entry in world.done(key=key)] == ["reply", "note"]


def test_a_key_asked_by_many_at_once_is_done_once(world: World, key: str) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: world.fake().page(key, [], "Lagoon is down"), range(16)))
    assert (len(answers), len(world.done(key=key)), len(world.asked(key=key))) == (1, 1, 16)


def test_a_world_started_again_knows_its_keys(own: World) -> None:
    first = own.fake().open_channel("one", "lagoon", "")
    own.kill()
    own.start()
    assert own.fake().open_channel("one", "lagoon", "") == first
    assert own.fake().open_channel("two", "reef", "") != first
    assert [entry["place"] for entry in own.done()] == [1, 2]


def test_what_was_half_written_when_the_world_ended_never_happened(own: World) -> None:
    own.fake().send(letter("one"))
    own.kill()
    with own.ledger.open("a") as ledger:
        ledger.write('{"place": 2, "key": "tw')
    own.start()
    own.fake().send(letter("two"))
    assert [entry["key"] for entry in own.done()] == ["one", "two"]


def test_a_forgetful_world_does_it_again(tmp_path: Path) -> None:
    with running(tmp_path / "ledger", forgetful=True) as world:
        references = [world.fake().open_channel("one", "lagoon", "") for _ in range(2)]
        assert references == ["channel-1", "channel-2"]
        assert [entry["key"] for entry in world.done()] == ["one", "one"]


def test_what_is_done_is_on_the_disk_before_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append((tmp_path / "ledger").read_text()))
    with closing(Ledger(tmp_path / "ledger")) as ledger:
        ledger.do(Wish(port="mailer", call="send", key="one", payload={}, at=AT))
    assert [json.loads(line)["key"] for line in synced] == ["one"]


# --- reports ---------------------------------------------------------------------------------------------------------


def test_a_revised_report_is_published_again_at_the_same_place(own: World) -> None:
    first = own.fake().publish(REPORT)
    revised = own.fake().publish(replace(REPORT, path=first.path, files={"md": b"# Lagoon, revised\n"}))
    assert (revised.path, len(own.done())) == (first.path, 2)
    assert revised.commit != first.commit


def test_a_report_is_known_again_without_its_path(own: World) -> None:
    own.fake().publish(REPORT)
    again = own.fake().publish(replace(REPORT, stem="another", files={"md": b"# Lagoon, revised\n"}))
    assert again.path == "reports/2026-11-12-lagoon"


def test_a_taken_name_gets_a_number(own: World) -> None:
    paths = [own.fake().publish(replace(REPORT, identity=f"incident-{n}")).path for n in range(3)]
    assert paths == [f"reports/2026-11-12-lagoon{end}" for end in ("", "-2", "-3")]


# --- tickets ---------------------------------------------------------------------------------------------------------


def write(world: World, text: str, **more: str) -> str:
    status, said = world.request("POST", "/write", json.dumps({"by": vars(EVE), "text": text, **more}))
    assert status == 200, said
    return str(json.loads(said)["reference"])


def test_a_ticket_is_what_people_wrote_and_what_was_done(own: World) -> None:
    fake, number = own.fake(), write(own, "It is down", subject="Lagoon", company="Reef")
    fake.reply("one", number, "We know.")
    fake.note("two", number, "Incident 7")
    write(own, "Thanks", ticket=number)
    ticket = fake.ticket(number)
    assert (ticket.subject, ticket.company, ticket.by, ticket.text) == ("Lagoon", "Reef", EVE, "It is down")
    said = [(each.text, each.from_us, each.private, each.ours) for each in ticket.remarks]
    assert said == [("We know.", True, False, True), ("Incident 7", True, True, True), ("Thanks", False, False, False)]


def test_a_ticket_that_we_open_is_ours(own: World) -> None:
    ticket = own.fake().ticket(own.fake().open("one", EVE, "Lagoon", "It is down."))
    assert (ticket.ours, ticket.by, ticket.subject, ticket.remarks) == (True, EVE, "Lagoon", ())


def test_a_closed_ticket_is_open_again_once_somebody_writes(own: World) -> None:
    number = write(own, "It is down")
    own.fake().close("one", number)
    assert own.fake().ticket(number).closed
    write(own, "It is not", ticket=number)
    assert not own.fake().ticket(number).closed


def test_what_changed_comes_with_what_waits_longest_first(own: World) -> None:
    first, second = write(own, "One"), write(own, "Two")
    write(own, "More", ticket=first)
    assert own.fake().changed(datetime.now(UTC) - timedelta(hours=1)) == [second, first]
    assert own.fake().changed(datetime.now(UTC)) == []


def test_tickets_are_there_again_when_the_world_is_started_again(own: World) -> None:
    number = write(own, "It is down")
    own.kill()
    own.start()
    assert own.fake().ticket(number).text == "It is down"


def test_a_ticket_that_is_not_there_fails_for_good(world: World) -> None:
    with pytest.raises(Failed, match="There is no ticket 4711") as caught:
        world.fake().ticket("4711")
    assert caught.value.permanent


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (503, False), (429, False), (400, True), (404, True)])
def test_a_refusal_is_for_good_only_where_it_is_our_fault(world: World, key: str, status: int, permanent: bool) -> None:
    world.trouble("refuse", status=status)
    failed = failure(world.fake(), key)
    assert (kind(failed), world.done(key=key)) == ((permanent, False), [])
    assert str(failed) == f"The fake world at 127.0.0.1:{world.port} answered {status}: The script says so."


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_may_say_when_to_come_back(world: World, key: str, status: int) -> None:
    world.trouble("refuse", status=status, after=1.5)
    assert failure(world.fake(), key).after == timedelta(seconds=1.5)


def test_a_line_cut_before_the_effect_leaves_us_unsure(world: World, key: str) -> None:
    world.trouble("cut-before")
    assert kind(failure(world.fake(), key)) == (False, True)
    assert world.done(key=key) == []


@pytest.mark.parametrize("how", ["cut-after", "half"])
def test_a_line_cut_after_the_effect_leaves_us_unsure_although_it_is_done(world: World, key: str, how: str) -> None:
    world.trouble(how)
    assert kind(failure(world.fake(), key)) == (False, True)
    assert len(world.done(key=key)) == 1


@pytest.mark.parametrize("how", ["wait", "drip"])
def test_an_answer_that_takes_too_long_is_not_waited_for(world: World, key: str, how: str) -> None:
    world.trouble(how, seconds=5)
    began = monotonic()
    with pytest.raises(Failed) as caught:
        world.fake(timeout=0.25).open_channel(key, "lagoon", "")
    assert (kind(caught.value), monotonic() - began < 3) == ((False, True), True)


def test_a_slow_answer_is_waited_for(world: World, key: str) -> None:
    world.trouble("drip", seconds=0.1)
    assert world.fake().open_channel(key, "lagoon", "").startswith("channel-")


def test_a_world_that_is_away_cannot_have_done_it(own: World) -> None:
    own.trouble("away", seconds=60)
    failed = failure(own.fake(), "one")
    assert (kind(failed), "Connection refused" in str(failed)) == ((False, False), True)


def test_a_world_that_was_away_comes_back_by_itself(own: World) -> None:
    own.trouble("away", seconds=0.05)
    end = monotonic() + 5
    while not own.done() and monotonic() < end:
        try:
            own.fake().send(letter("one"))
        except Failed:
            continue
    assert len(own.done()) == 1


def test_too_many_at_once_are_sent_away_with_the_time_to_come_back(world: World, key: str) -> None:
    world.trouble("pace", port="mailer", rate=0.01)
    world.fake().send(letter(key))
    after = failure(world.fake(), f"{key}-again").after
    assert after is not None
    assert timedelta() < after <= timedelta(seconds=100)
    assert [entry["answer"] for entry in world.asked() if entry["key"].startswith(key)] == ["200", "429"]


# --- the script ------------------------------------------------------------------------------------------------------


def script(*troubles: Trouble, clock: Callable[[], float] = lambda: 0.0) -> Script:
    made = Script(clock)
    for trouble in troubles:
        made.add(trouble)
    return made


def statuses(script: Script, requests: int) -> list[int]:
    lots = [script.lot("mailer", "one") for _ in range(requests)]
    return [lot.trouble.status if lot.trouble else 200 for lot in lots]


def test_troubles_come_in_the_order_they_were_told() -> None:
    told = script(Trouble(do="refuse", status=500, times=2), Trouble(do="refuse", status=429, times=1))
    assert statuses(told, 4) == [500, 500, 429, 200]


def test_a_trouble_without_end_goes_on_until_the_script_is_cleared() -> None:
    told = script(Trouble(do="refuse"))
    assert statuses(told, 3) == [503, 503, 503]
    told.clear()
    assert statuses(told, 1) == [200]


def test_a_trouble_ends_at_its_time() -> None:
    times = iter([0.0, 9.9, 10.0])
    told = script(Trouble(do="refuse", lasts=10), clock=lambda: next(times))
    assert statuses(told, 2) == [503, 200]


@pytest.mark.parametrize(
    ("port", "key", "status"), [("mailer", "one", 503), ("chat", "one", 200), ("mailer", "two", 200)]
)
def test_a_trouble_may_be_for_one_port_and_one_key(port: str, key: str, status: int) -> None:
    lot = script(Trouble(do="refuse", port="mailer", key="one")).lot(port, key)
    assert (lot.trouble.status if lot.trouble else 200) == status


def test_a_wait_comes_on_top_of_another_trouble() -> None:
    lot = script(Trouble(do="wait", seconds=2), Trouble(do="cut-after"), Trouble(do="wait", seconds=1)).lot("chat", "")
    assert (lot.wait, lot.trouble) == (3, Trouble(do="cut-after"))


def test_a_pace_lets_a_burst_through_and_then_so_many_a_second() -> None:
    times = iter([0.0, 0.0, 0.0, 0.0, 0.4, 0.5])
    told = script(Trouble(do="pace", rate=2, burst=2), clock=lambda: next(times))
    assert statuses(told, 5) == [200, 200, 429, 429, 200]


def test_a_pace_says_when_the_next_would_be_welcome() -> None:
    told = script(Trouble(do="pace", rate=4))
    assert statuses(told, 1) == [200]
    refused = told.lot("mailer", "one").trouble
    assert (refused and refused.after) == 0.25


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([], "A trouble is an object."),
        ({"do": "explode"}, "“do” has to be one of: wait, "),
        ({}, "“do” has to be one of: wait, "),
        ({"do": "wait", "minutes": 1}, "A trouble has no “minutes”."),
        ({"do": "wait", "seconds": -1}, "“seconds” has to be a number"),
        ({"do": "wait", "seconds": float("inf")}, "“seconds” has to be a number"),
        ({"do": "wait", "port": 1}, "“port” has to be a text"),
        ({"do": "wait", "times": True}, "“times” has to be a number"),
        ({"do": "pace", "rate": 0}, "A pace needs"),
        ({"do": "refuse", "status": 200}, "A “status” that refuses"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused(told: object, said: str) -> None:
    with pytest.raises(Unclear) as caught:
        read(told)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/script", '{"do": "explode"}', "“do” has to be one of"),
        ("/script", "[" * 100_000, "The request is not JSON."),
        ("/mailer/send", b"\xff", "The request is not JSON."),
        ("/mailer/send", '{"key": 1, "payload": {}}', "A call needs a “key” and a “payload”."),
        ("/write", '{"text": "Help"}', "A letter needs a “by”"),
        ("/mailer/__init__", '{"key": "one", "payload": {}}', "There is no call /mailer/__init__."),
        ("/post/send", '{"key": "one", "payload": {}}', "There is no call /post/send."),
    ],
)
def test_the_world_refuses_what_it_does_not_understand(world: World, path: str, body: str | bytes, said: str) -> None:
    status, answer = world.request("POST", path, body)
    assert (status, said in answer) == (400, True)


# --- what is set -----------------------------------------------------------------------------------------------------


def set_up(**told: Any) -> Fake:
    return Fake(configured(Config, "fake", {"address": "http://127.0.0.1:8025", **told}))


def test_it_serves_every_port_unless_told_otherwise() -> None:
    assert serves(set_up()) == PORTS.keys() - {"inbox"}


def test_it_serves_only_the_ports_it_is_told() -> None:
    assert serves(set_up(ports="mailer chat")) == {"mailer", "chat"}


def test_it_passes_itself_off_as_what_the_settings_say() -> None:
    fake = set_up(repeatable=False, rate=2)
    assert (fake.repeatable, fake.pace) == (False, Pace(rate=2.0))
    assert (set_up().repeatable, set_up().pace) == (True, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("address", each) for each in ("http://example.org:80", "http://0.0.0.0:80", "https://127.0.0.1:80")],
        *[("address", each) for each in ("http://127.0.0.1", "http://127.0.0.1:65536", "http://127.0.0.1:80/x")],
        *[("ports", each) for each in ("", "mailer fax", "inbox")],
        *[("rate", each) for each in (-1, float("inf"), float("nan"))],
        *[("timeout", each) for each in (0, float("inf"), float("nan"))],
    ],
)
def test_a_setting_that_will_not_do_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(Refused, match=f"fake.{name}"):
        set_up(**{name: value})


# --- what comes in ---------------------------------------------------------------------------------------------------

SECRET = Secret("between us")
BODY = json.dumps({"id": "81", "text": "I cannot log in", "by": "eve@example.org"}).encode()


def deliver(body: bytes = BODY, late: timedelta = timedelta(), secret: Secret = SECRET) -> Delivery:
    """Signed at AT, and arriving later by this much."""
    return Delivery(headers=signed(secret, body, AT), body=body, at=AT + late)


def receive(delivery: Delivery, secret: Secret | None = SECRET) -> list[Received]:
    return list(Fake(Config(address="http://127.0.0.1:8025", secret=secret)).receive(delivery))


def test_what_is_signed_is_believed() -> None:
    assert receive(deliver()) == [Received(source="fake:81", text="I cannot log in", by="eve@example.org")]


def test_a_delivery_may_hold_several_things_and_no_sender() -> None:
    body = json.dumps([{"id": "1", "text": "a"}, {"id": "2", "text": "b", "by": None}]).encode()
    assert receive(deliver(body)) == [Received(source="fake:1", text="a"), Received(source="fake:2", text="b")]


@pytest.mark.parametrize(
    "headers", [{SIGNATURE: "0" * 64}, {SIGNATURE: ""}, {SIGNATURE: "é\udcff"}, {TIME: "1794475801"}, {TIME: "\udcff"}]
)
def test_what_is_signed_wrongly_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Refused, match="The signature in x-fake-signature is not that of this body"):
        receive(replace(deliver(), headers={**deliver().headers, **headers}))


def test_what_somebody_else_signed_is_refused() -> None:
    with pytest.raises(Refused, match="The signature"):
        receive(deliver(secret=Secret("another")))


def test_what_is_not_signed_is_refused() -> None:
    with pytest.raises(Refused, match="The signature"):
        receive(Delivery(headers={}, body=BODY, at=AT))


@pytest.mark.parametrize(("minutes", "fine"), [(5, True), (-5, True), (5.1, False), (-5.1, False)])
def test_what_was_signed_long_ago_or_in_the_future_is_refused(minutes: float, fine: bool) -> None:
    late = deliver(late=timedelta(minutes=minutes))
    if fine:
        assert receive(late)
    else:
        with pytest.raises(Refused, match="not within 5 minutes of now"):
            receive(late)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"1", b'{"id": 1, "text": "a"}', b'{"id": "1"}'])
def test_what_is_signed_and_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="The body"):
        receive(deliver(body))


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Refused, match=r"fake\.secret"):
        receive(deliver(), secret=None)
