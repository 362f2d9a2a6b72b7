"""Every integration of the registry sits the exam."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.house.hosts import ROOT
from tests.integrations.benches import CANDIDATES
from tests.integrations.exam import CANARY, Bench, Candidate, Situation, exposed, failure, told, unexplained
from tocsin import ports
from tocsin.core.refused import Refused
from tocsin.integrations import INTEGRATIONS, PORTS, load, serves
from tocsin.ports import Delivery, Inbound, Pace
from tocsin.settings import Secret, setting

AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
HOWTO = ROOT / "docs/howto"
NUMBERS = count(1)
NAMES = sorted(CANDIDATES)
SITUATIONS = [
    (name, situation) for name in NAMES for situation in Situation if situation in CANDIDATES[name].situations
]

each = pytest.mark.parametrize("name", NAMES)
RECEIVING = [name for name in NAMES if issubclass(load(name).kind, Inbound)]
receiving = pytest.mark.parametrize("name", RECEIVING)
believing = pytest.mark.parametrize("name", [name for name in RECEIVING if not CANDIDATES[name].hints])
hinting = pytest.mark.parametrize("name", [name for name in RECEIVING if CANDIDATES[name].hints])


def those(*situations: Situation) -> pytest.MarkDecorator:
    """Every integration in each of these situations that its bench can make."""
    return pytest.mark.parametrize(("name", "situation"), [sat for sat in SITUATIONS if sat[1] in situations])


@pytest.fixture
def candidate(name: str) -> Candidate:
    return CANDIDATES[name]


@pytest.fixture
def bench(candidate: Candidate, tmp_path: Path) -> Iterator[Bench]:
    with candidate.bench(tmp_path) as bench:
        yield bench


@pytest.fixture
def key() -> str:
    return f"exam-{next(NUMBERS)}"


# --- the registry ----------------------------------------------------------------------------------------------------


def test_every_entry_of_the_registry_sits_the_exam() -> None:
    assert CANDIDATES.keys() == INTEGRATIONS.keys()


def test_an_integration_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match=rf"There is no integration “fax”\. There are: {', '.join(NAMES)}\."):
        load("fax")


def test_every_port_can_be_served() -> None:
    assert set(PORTS.values()) == {port for port in protocols() if ports.Port in port.__mro__[1:]}
    assert list(PORTS) == [each.name for each in fields(ports.Ports)]


@each
def test_what_is_loaded_is_what_the_bench_set_up(name: str, bench: Bench) -> None:
    loaded = load(name)
    assert (type(bench.integration), type(bench.config)) == (loaded.kind, loaded.config)


# --- what it says of itself ------------------------------------------------------------------------------------------


@each
def test_it_serves_a_port(bench: Bench) -> None:
    assert serves(bench.integration)


@each
def test_it_says_whether_it_is_repeatable_and_how_fast_it_likes_to_be_asked(bench: Bench) -> None:
    assert isinstance(bench.integration.repeatable, bool)
    assert bench.integration.pace is None or isinstance(bench.integration.pace, Pace)


@each
def test_every_setting_says_what_it_is_and_what_to_write_there(name: str) -> None:
    assert unexplained(load(name).config) == []


@each
def test_every_secret_setting_is_a_secret(name: str) -> None:
    assert exposed(load(name).config) == []


@each
def test_a_page_says_how_to_set_it_up(name: str, candidate: Candidate) -> None:
    assert f"[{name}]" in (HOWTO / candidate.page).read_text(encoding="utf-8")


# --- what goes wrong -------------------------------------------------------------------------------------------------


@each
def test_its_bench_can_make_what_passes_and_what_stays(candidate: Candidate) -> None:
    assert candidate.situations & {Situation.BUSY, Situation.HURRIED, Situation.UNREACHABLE}
    assert Situation.REFUSED in candidate.situations


@each
def test_its_bench_makes_what_it_says(candidate: Candidate, bench: Bench) -> None:
    assert bench.befall.keys() == candidate.situations


@those(Situation.BUSY, Situation.HURRIED, Situation.UNREACHABLE)
def test_what_may_pass_is_tried_again(bench: Bench, situation: Situation, key: str) -> None:
    failed = failure(bench, situation, key)
    assert (failed.permanent, failed.unsure, bench.done(key)) == (False, False, 0)


@those(Situation.HURRIED)
def test_it_does_not_come_back_before_it_is_welcome(candidate: Candidate, bench: Bench, situation: Situation) -> None:
    after = failure(bench, situation, "one").after
    assert (after is not None and after > timedelta()) == candidate.says_when


@those(Situation.REFUSED)
def test_what_stays_is_not_tried_again(bench: Bench, situation: Situation, key: str) -> None:
    failed = failure(bench, situation, key)
    assert (failed.permanent, failed.unsure, bench.done(key)) == (True, False, 0)


@those(Situation.CUT)
def test_what_happened_without_an_answer_is_never_done_twice(bench: Bench, situation: Situation, key: str) -> None:
    failed = failure(bench, situation, key)
    assert (failed.permanent, bench.done(key)) == (False, 1)
    assert failed.unsure or bench.integration.repeatable
    if bench.integration.repeatable:  # and so is tried again
        bench.do(bench.integration, key)
        assert bench.done(key) == 1


@each
def test_what_is_asked_is_done(bench: Bench, key: str) -> None:
    bench.do(bench.integration, key)
    assert bench.done(key) == 1


@each
def test_twice_is_once_where_it_says_so(bench: Bench, key: str) -> None:
    assert bench.do(bench.integration, key) == bench.do(bench.integration, key)
    assert bench.done(key) == (1 if bench.integration.repeatable else 2)


# --- secrets ---------------------------------------------------------------------------------------------------------


def kept(config: Any) -> str:
    """Everything the settings hold."""
    values = [getattr(config, each.name) for each in fields(config)]
    return " ".join(value.reveal() if isinstance(value, Secret) else str(value) for value in values)


@each
def test_a_secret_is_not_shown(bench: Bench) -> None:
    assert CANARY in kept(bench.config)
    assert CANARY not in f"{bench.config!r} {bench.integration!r}"


@those(*Situation)
def test_a_secret_is_not_told_when_it_fails(
    bench: Bench,
    situation: Situation,
    key: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(0)
    sentence = told(failure(bench, situation, key))
    assert CANARY not in f"{sentence} {caplog.text} {''.join(capfd.readouterr())}"


@each
def test_a_secret_is_not_told_when_it_works(bench: Bench, key: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    assert CANARY not in f"{bench.do(bench.integration, key)!r} {caplog.text}"


# --- what comes in ---------------------------------------------------------------------------------------------------


@each
def test_who_takes_what_comes_in_is_examined_in_it(bench: Bench) -> None:
    assert isinstance(bench.integration, Inbound) == (bench.deliver is not None)


@receiving
def test_the_same_payload_twice_has_the_same_source(bench: Bench) -> None:
    first, second = ([one.source for one in bench.integration.receive(delivery(bench))] for _ in range(2))
    assert first
    assert first == second


@believing
def test_what_was_changed_on_its_way_is_refused(bench: Bench) -> None:
    genuine = delivery(bench)
    assert CANARY not in refusal(bench, replace(genuine, body=genuine.body + b" "))


@believing
def test_what_is_not_signed_is_refused(bench: Bench) -> None:
    assert CANARY not in refusal(bench, replace(delivery(bench), headers={}))


@believing
def test_what_is_too_old_is_refused(bench: Bench) -> None:
    assert CANARY not in refusal(bench, delivery(bench, late=timedelta(hours=1)))


@hinting
def test_a_hint_says_where_to_look_and_nothing_else(bench: Bench) -> None:
    (said,) = bench.integration.receive(delivery(bench, late=timedelta(days=1)))
    assert (said.text, said.by) == (said.source.rpartition(":")[2], "")


@hinting
def test_what_says_nowhere_to_look_is_refused(bench: Bench) -> None:
    assert CANARY not in refusal(bench, Delivery(headers={}, body=CANARY.encode(), at=AT))


def delivery(bench: Bench, late: timedelta = timedelta()) -> Delivery:
    assert bench.deliver is not None
    return bench.deliver(AT, AT + late)


def refusal(bench: Bench, delivery: Delivery) -> str:
    with pytest.raises(Refused) as caught:
        bench.integration.receive(delivery)
    return told(caught.value)


# --- the exam itself -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Careless:
    """Settings as nobody should write them."""

    host: str
    access_token: str | None = setting("the token", "env:NAME or file:PATH", default=None)
    password: Secret | None = setting("the password", default=None)


def test_a_setting_without_label_or_hint_is_found() -> None:
    assert unexplained(Careless) == ["host", "password"]


def test_a_secret_kept_as_text_is_found() -> None:
    assert exposed(Careless) == ["access_token"]


# --- the page about it -----------------------------------------------------------------------------------------------


def protocols() -> list[type]:
    """Every port there is, and what they have in common."""
    own = [each for each in vars(ports).values() if getattr(each, "__module__", "") == ports.__name__]
    return [each for each in own if getattr(each, "_is_protocol", False)]


def members(protocol: type) -> list[str]:
    """What it adds itself: its calls, and what it says of itself."""
    calls = [name for name, value in vars(protocol).items() if callable(value)]
    return [name for name in (*calls, *inspect.get_annotations(protocol)) if not name.startswith("_")]


@pytest.mark.parametrize("protocol", protocols(), ids=lambda protocol: protocol.__name__)
def test_the_page_has_every_port_and_every_call_of_it(protocol: type) -> None:
    page = (HOWTO / "add-an-integration.md").read_text(encoding="utf-8")
    (row,) = re.findall(rf"^\| `{protocol.__name__}` .*$", page, re.MULTILINE)
    assert re.findall(r"`(\w+)[(`]", row) == [protocol.__name__, *members(protocol)]
