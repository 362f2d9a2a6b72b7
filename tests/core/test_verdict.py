"""Is it an incident? What signals that belong together come to, in numbers and in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import A_TICKET, ADA, BOB, PLAYBOOK, Story, a_report, refusal
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.decisions.signals import by_rule, judged, over
from tocsin.core.events import REDACTED, SignalKind
from tocsin.core.ids import SignalId, Slug
from tocsin.core.playbook import Criterion, Playbook
from tocsin.core.refused import Refused
from tocsin.core.signals import Reported, Signal, SignalState, received, repeated
from tocsin.core.verdict import Verdict, affected, belonging, of_declaration, verdict, verdicts

LOGIN, START = Slug("login"), Slug("start")


def asking(people: int = 2, *, name: str = "Cannot log in", declares: bool = False) -> Playbook:
    """A playbook that asks for so many."""
    return replace(
        PLAYBOOK,
        criteria=(
            Criterion(slug=LOGIN, name=name, people=people, declares=declares),
            Criterion(slug=START, name="Cannot start a server"),
        ),
    )


def signal(number: int = 1, *people: str, kind: SignalKind = "ticket", **fields: Any) -> Signal:
    fields = {"criterion": LOGIN, **fields}
    return replace(A_TICKET, id=SignalId(number), kind=kind, people=people, **fields)


def found(*signals: Signal, needs: int = 2, **criterion: Any) -> Verdict:
    return verdict(signals, asking(needs, **criterion))


def sentence(*signals: Signal, needs: int = 2, **criterion: Any) -> str:
    return found(*signals, needs=needs, **criterion).sentence


# ── how many ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_who_are_named_by_two_signals_are_two() -> None:
    it = found(signal(1, "Ada Lovelace"), signal(2, "Bob"))
    assert (it.people, it.proposal, it.names) == (2, "incident", ("Ada Lovelace", "Bob"))


@pytest.mark.parametrize("again", ["Zoë Kravitz", " zoë  KRAVITZ\t", "Zoe\u0308 Kravitz"])
def test_whoever_is_named_by_two_signals_is_one_person(again: str) -> None:
    it = found(signal(1, "Zoë Kravitz"), signal(2, again))
    assert (it.people, it.proposal, it.names) == (1, "not-yet", ("Zoë Kravitz",))


def test_a_count_never_adds_to_the_names_of_its_own_signal() -> None:
    assert found(signal(1, "Ada", "Bob", count=2)).people == 2
    assert found(signal(1, "Ada", "Bob", count=1)).people == 2
    assert found(signal(1, "Ada", "Bob", count=5)).people == 5


def test_a_count_may_be_of_those_whom_another_signal_names() -> None:
    assert found(signal(1, "Ada"), signal(2, count=1)).people == 1
    assert found(signal(1, "Ada", "Bob"), signal(2, count=3)).people == 3


def test_two_counts_may_be_of_the_same_people() -> None:
    assert found(signal(1, count=2), signal(2, count=3)).people == 3


def test_everyone_reaches_any_number() -> None:
    it = found(signal(1, everyone=True), needs=1000)
    assert (it.proposal, it.everyone, it.people) == ("incident", True, 0)


def test_an_alert_by_itself_is_nobody_but_counts_what_it_carries() -> None:
    assert found(signal(1, kind="alert")).people == 0
    assert found(signal(1, kind="alert", count=7)).people == 7
    assert found(signal(1, kind="alert", everyone=True)).proposal == "incident"


def test_a_log_counts_as_its_signals_did() -> None:
    signals = [signal(1, "Zoë", count=2), signal(2, "Zoe\u0308", "Bob", "Cleo"), signal(3, "X", kind="probe", count=9)]
    events = [fact.event for fact in received([Reported(signal=each) for each in signals])]
    assert affected(each for each in events if isinstance(each, e.SignalReceived)) == affected(signals) == 3
    assert affected([]) == 0


def test_a_probe_is_no_person_whatever_it_says() -> None:
    it = found(signal(1, "The probe", kind="probe", count=7, everyone=True))
    assert (it.people, it.names, it.everyone, it.proposal) == (0, (), False, "not-yet")


def test_redacted_names_still_count_beside_the_others_of_their_signal() -> None:
    it = found(signal(1, "Ada", REDACTED, REDACTED), signal(2, "Bob", REDACTED))
    assert (it.people, it.names) == (3, ("Ada", "Bob"))


@pytest.mark.parametrize(("needs", "proposal"), [(0, "incident"), (1, "incident"), (2, "not-yet"), (3, "not-yet")])
def test_the_playbook_says_from_how_many_on(needs: int, proposal: str) -> None:
    assert found(signal(1, "Ada"), needs=needs).proposal == proposal


@pytest.mark.parametrize("criterion", [None, Slug("a criterion that the playbook has lost")])
def test_what_fits_no_criterion_is_a_support_request(criterion: Slug | None) -> None:
    it = found(signal(1, "Ada", "Bob", everyone=True, criterion=criterion))
    assert (it.proposal, it.people, it.rule) == ("support-request", 2, "What fits no criterion is a support request.")
    assert it.sentence == "It fits no criterion of the playbook, unless somebody says what people cannot do."


def test_a_probe_that_is_repeated_says_what_it_said_last() -> None:
    fine, broken = signal(1, kind="probe", count=0), signal(1, kind="probe")
    assert repeated(fine, broken).count is None
    assert repeated(broken, fine).count == 0


def test_a_repeat_may_say_what_and_where_it_is() -> None:
    again = repeated(signal(criterion=None), signal(service=Slug("hub")))
    assert (again.criterion, again.service) == (LOGIN, "hub")
    assert repeated(signal(), signal(criterion=START)).criterion == LOGIN


# ── the sentence ───────────────────────────────────────────────────────────────────────────────────────────────────

PROBE = signal(8, kind="probe")
FINE = signal(9, kind="probe", count=0)
ALERT = signal(10, kind="alert")
TWO_PEOPLE = signal(1, "Ada Lovelace", "Bob")
MANY = tuple(f"Person {number}" for number in range(1, 21))

SENTENCES: list[tuple[tuple[Signal, ...], int, str]] = [
    ((TWO_PEOPLE, PROBE), 2, "2 of 2 people cannot log in: Ada Lovelace and Bob. The probe agrees."),
    ((TWO_PEOPLE, FINE), 2, "2 of 2 people cannot log in: Ada Lovelace and Bob. The probe disagrees."),
    ((TWO_PEOPLE, PROBE, FINE), 2, "2 of 2 people cannot log in: Ada Lovelace and Bob. Of 2 probes 1 agrees."),
    ((TWO_PEOPLE, ALERT), 2, "2 of 2 people cannot log in: Ada Lovelace and Bob. An alert agrees."),
    ((TWO_PEOPLE, replace(ALERT, count=2)), 2, "2 of 2 people cannot log in: Ada Lovelace and Bob."),
    (
        (TWO_PEOPLE, PROBE, replace(PROBE, id=SignalId(11)), ALERT, replace(ALERT, id=SignalId(12))), 2,
        "2 of 2 people cannot log in: Ada Lovelace and Bob. 2 probes agree. 2 alerts agree.",
    ),
    ((signal(1, "Ada"),), 2, "One person so far: Ada. We ask again when a second reports it."),
    ((signal(1, count=1),), 2, "One person so far. We ask again when a second reports it."),
    ((signal(1, "Ada"),), 5, "One person so far: Ada. We ask again when 4 more report it."),
    ((TWO_PEOPLE,), 3, "2 of 3 people so far: Ada Lovelace and Bob. We ask again when one more reports it."),
    ((TWO_PEOPLE,), 9, "2 of 9 people so far: Ada Lovelace and Bob. We ask again when 7 more report it."),
    ((signal(1, "Ada"),), 1, "One person cannot log in: Ada."),
    ((signal(1, count=1),), 1, "One person cannot log in."),
    ((signal(1, count=5),), 2, "5 people cannot log in."),
    ((signal(1, "Ada", count=2),), 2, "2 of 2 people cannot log in: Ada and 1 other."),
    ((signal(1, *MANY[:3]),), 2, "3 people cannot log in: Person 1, Person 2 and Person 3."),
    ((signal(1, *MANY),), 2, "20 people cannot log in: Person 1, Person 2, Person 3 and 17 others."),
    ((signal(1, everyone=True),), 2, "Everyone is affected, “Cannot log in”."),
    ((signal(1, "Ada", everyone=True),), 2, "Everyone is affected, “Cannot log in”; by name: Ada."),
    (
        (ALERT,), 2,
        "It is said to be “Cannot log in”, but nobody is named or counted so far. An alert agrees. "
        "We ask again when somebody reports it.",
    ),
    ((signal(1),), 0, "It is said to be “Cannot log in”, but nobody is named or counted so far."),
]  # fmt: skip


@pytest.mark.parametrize(("signals", "needs", "says"), SENTENCES)
def test_the_verdict_is_a_sentence(signals: tuple[Signal, ...], needs: int, says: str) -> None:
    assert sentence(*signals, needs=needs) == says


def test_a_criterion_that_is_no_verb_is_quoted() -> None:
    assert sentence(TWO_PEOPLE, name="No login") == "2 of 2 people are affected, “No login”: Ada Lovelace and Bob."
    assert sentence(signal(1, "Ada"), name="No login", needs=1) == "One person is affected, “No login”: Ada."


def test_a_name_as_long_as_a_book_is_cut() -> None:
    assert len(sentence(signal(1, "x" * 100_000, "y" * 100_000))) < 200


def test_the_rule_is_told_with_its_number() -> None:
    assert found(signal()).rule == "“Cannot log in” is an incident from 2 people on."
    assert found(signal(), needs=1).rule == "“Cannot log in” is an incident from 1 person on."


# ── what belongs together ──────────────────────────────────────────────────────────────────────────────────────────


def numbers(signals: tuple[Signal, ...]) -> list[int]:
    return [each.id for each in signals]


def test_signals_belong_together_by_service_and_criterion() -> None:
    hub = Slug("utoronto/prod")
    others = [signal(2, service=hub), signal(3, service=hub, criterion=START), signal(4), signal(5, service=hub)]
    assert numbers(belonging(signal(1, service=hub), others, PLAYBOOK)) == [1, 2, 5]


def test_a_signal_without_a_service_is_about_the_playbooks_own() -> None:
    assert numbers(belonging(signal(1), [signal(2, service=PLAYBOOK.service.slug)], PLAYBOOK)) == [1, 2]


def test_signals_without_a_criterion_stand_alone() -> None:
    assert numbers(belonging(signal(2, criterion=None), [signal(1, criterion=None)], PLAYBOOK)) == [2]


@pytest.mark.parametrize("state", ["closed", "attached"])
def test_what_was_decided_counts_no_more(state: SignalState) -> None:
    assert numbers(belonging(signal(2), [signal(1, state=state)], PLAYBOOK)) == [2]


def test_every_undecided_signal_has_the_verdict_of_all_that_belong_with_it() -> None:
    all_of_them = [signal(1, "Ada"), signal(2, "Bob"), signal(3, criterion=START), signal(4, state="closed")]
    told = verdicts(all_of_them, asking())
    assert {number: it.signals for number, it in told.items()} == {1: (1, 2), 2: (1, 2), 3: (3,)}


# ── properties ─────────────────────────────────────────────────────────────────────────────────────────────────────

NAMES = st.lists(st.sampled_from(["Ada", "ada ", "Bob", "BOB", "Cleo", "Dana"]), max_size=4, unique=True).map(tuple)
SIGNALS = st.lists(
    st.builds(
        lambda kind, people, count, everyone: signal(1, *people, kind=kind, count=count, everyone=everyone),
        st.sampled_from(["ticket", "person", "alert", "probe"]), NAMES, st.none() | st.integers(0, 6), st.booleans(),
    ),
    min_size=1, max_size=6,
).map(lambda signals: [replace(each, id=SignalId(number)) for number, each in enumerate(signals, start=1)])  # fmt: skip
MORE = st.builds(lambda kind, people, count: signal(99, *people, kind=kind, count=count),
                 st.sampled_from(["ticket", "alert"]), NAMES, st.none() | st.integers(0, 9))  # fmt: skip


@given(SIGNALS, MORE)
def test_one_signal_more_never_means_fewer_people(signals: list[Signal], more: Signal) -> None:
    before, after = found(*signals), found(*signals, more)
    assert after.people >= before.people
    assert after.proposal == "incident" or before.proposal != "incident"


@given(SIGNALS, st.randoms(use_true_random=False))
def test_the_order_of_signals_does_not_matter(signals: list[Signal], random: Any) -> None:
    assert found(*random.sample(signals, len(signals))) == found(*signals)


@given(SIGNALS, st.none() | st.integers(0, 9), NAMES)
def test_a_probe_never_changes_the_number(signals: list[Signal], count: int | None, people: tuple[str, ...]) -> None:
    before, after = found(*signals), found(*signals, signal(99, *people, kind="probe", count=count, everyone=True))
    assert (after.people, after.proposal, after.names) == (before.people, before.proposal, before.names)


@given(SIGNALS)
def test_the_same_signals_told_again_are_the_same_people(signals: list[Signal]) -> None:
    again = [replace(each, id=SignalId(each.id + 50)) for each in signals]
    assert found(*signals, *again).people == found(*signals).people


@given(NAMES, st.integers(0, 9))
def test_one_source_counts_the_larger_of_its_count_and_its_names(people: tuple[str, ...], count: int) -> None:
    different = {name.strip().casefold() for name in people}
    assert found(signal(1, *people, count=count)).people == max(count, len(different))


@given(SIGNALS)
def test_so_many_people_could_have_sent_all_of_it_and_no_fewer(signals: list[Signal]) -> None:
    """The number is the least that fits: every name has somebody, every count is of some of them."""
    told = [each for each in signals if each.kind != "probe"]
    named = {name.strip().casefold() for each in told for name in each.people}
    crowd = named | {f"somebody {number}" for number in range(found(*signals).people - len(named))}
    assert len(crowd) == found(*signals).people
    assert all((each.count or 0) <= len(crowd) for each in told)
    assert len(crowd) == len(named) or any(each.count == len(crowd) for each in told)


# ── overruling ─────────────────────────────────────────────────────────────────────────────────────────────────────

Says = Literal["incident", "support-request", "noise"]


def judge(says: Says, *signals: Signal, why: str = "") -> Signal:
    story = Story(*(a_report(each.id, **_fields(each)) for each in signals), playbook=asking())
    return judged(signals[0], c.Judge(signal=signals[0].id, verdict=says, why=why), story.given(by=BOB))


def _fields(each: Signal) -> dict[str, Any]:
    return {"kind": each.kind, "people": each.people, "criterion": each.criterion, "state": each.state, "why": each.why,
            "verdict": each.verdict, "count": each.count, "service": each.service}  # fmt: skip


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        ask()
    return str(caught.value)


AGREED: list[tuple[Says, tuple[Signal, ...]]] = [
    ("incident", (signal(1, "Ada"), signal(2, "Bob"))),
    ("support-request", (signal(1, "Ada"),)),
    ("noise", (signal(1, kind="alert"),)),
    ("support-request", (signal(1, "Ada", "Bob", criterion=None),)),
]


@pytest.mark.parametrize(("says", "signals"), AGREED)
def test_a_verdict_that_agrees_with_the_rule_needs_no_sentence(says: Says, signals: tuple[Signal, ...]) -> None:
    assert judge(says, *signals).verdict == says


@pytest.mark.parametrize("says", ["support-request", "noise"])
def test_an_incident_by_the_rule_is_not_judged_away_without_a_sentence(says: Says) -> None:
    both = (signal(1, "Ada"), signal(2, "Bob"))
    assert refused(lambda: judge(says, *both)) == (
        "By the playbook it is an incident. 2 of 2 people cannot log in: Ada and Bob. If you know better, say why."
    )
    assert judge(says, *both, why="They mistyped.").why == "They mistyped."


def test_what_is_none_by_the_rule_is_not_judged_an_incident_without_a_sentence() -> None:
    assert refused(lambda: judge("incident", signal(1, "Ada"), signal(2, "Bob", criterion=START), )) == (
        "By the playbook it is no incident so far. One person so far: Ada. We ask again when a second reports it. "
        "If you know better, say why."
    )  # fmt: skip
    assert judge("incident", signal(1, "Ada"), why="A class begins.").state == "candidate"


def story(*signals: Signal, playbook: Playbook | None = None) -> Story:
    return Story(*(a_report(each.id, **_fields(each)) for each in signals), playbook=playbook or asking())


def why(told: Story, **fields: Any) -> str:
    told.tell(c.Declare(title="x", **{"signals": (SignalId(1),), **fields}))
    (event,) = [event for event in told.events if isinstance(event, e.Declared)]
    return event.why


def test_what_the_rule_calls_an_incident_is_declared_without_a_sentence() -> None:
    assert why(story(signal(1, "Ada"), signal(2, "Bob"))) == ""


def test_what_the_rule_does_not_call_an_incident_needs_a_sentence() -> None:
    assert refusal(story(signal(1, "Ada")), c.Declare(title="x", signals=(SignalId(1),))) == (
        "By its signals it is no incident. One person so far: Ada. We ask again when a second reports it. "
        "If it is one all the same, say why."
    )
    assert why(story(signal(1, "Ada")), why=" A class begins. ") == "A class begins."


def test_a_declaration_without_signals_needs_no_sentence() -> None:
    assert why(story(), signals=()) == ""


def test_why_it_was_judged_an_incident_is_why_it_is_declared() -> None:
    candidate = signal(1, "Ada", state="candidate", verdict="incident", why="A class begins.")
    assert why(story(candidate)) == "A class begins."
    assert why(story(candidate), why="The dean called.") == "The dean called."


def test_whoever_declares_says_what_signals_are_about_that_do_not() -> None:
    both = (signal(1, "Ada", criterion=None), signal(2, "Bob", criterion=None))
    assert why(story(*both), signals=(SignalId(1), SignalId(2)), criterion="Cannot log in") == ""
    assert "fits no criterion" in refusal(story(*both), c.Declare(title="x", signals=(SignalId(1), SignalId(2))))


def test_whoever_declares_says_that_services_belong_together() -> None:
    both = (signal(1, "Ada"), signal(2, "Bob", service=Slug("utoronto/prod")))
    assert verdict(belonging(both[0], both, PLAYBOOK), PLAYBOOK).proposal == "not-yet"
    assert why(story(*both), signals=(SignalId(1), SignalId(2))) == ""


def test_of_several_criteria_the_strongest_counts() -> None:
    several = [signal(1, criterion=None), signal(2, "Ada"), signal(3, "Bob", "Cleo", criterion=START)]
    assert of_declaration(several, (), asking(), None).sentence.startswith("2 of 2 people cannot start a server")


# ── the rule that declares by itself ───────────────────────────────────────────────────────────────────────────────


def ruled(*signals: Signal, declares: bool = True) -> c.Declare | None:
    told = story(*signals, playbook=asking(declares=declares))
    return by_rule(signals[0], told.given(by=ADA))


def test_what_the_playbook_declares_takes_all_signals_that_belong_together_and_names_nobody() -> None:
    hub = Slug("utoronto/prod")
    assert ruled(signal(2, "Eve", service=hub), signal(1, "Mallory", service=hub), signal(3, "Eve")) == c.Declare(
        title="Cannot log in: Toronto's hub",
        description="“Cannot log in” is an incident from 2 people on.",
        services=(hub,),
        communities=("utoronto",),
        criterion="login",
        signals=(SignalId(1), SignalId(2)),
    )


def test_signs_that_nobody_sees_make_no_other_person_and_are_none() -> None:
    assert found(signal(1, "Ada"), signal(2, "Ada\u200b"), signal(3, " \u200b ")).people == 1


def closing(*signals: Signal, why: str = "") -> Signal:
    given = story(*signals, playbook=asking()).given(by=ADA)
    return over(signals[0], c.CloseSignal(signal=signals[0].id, why=why), given)


def test_closing_what_makes_it_an_incident_takes_a_sentence() -> None:
    both = signal(1, "Eve"), signal(2, "Mallory")
    assert refused(lambda: closing(*both)).endswith("Say why it is over all the same: --why")
    assert refused(lambda: closing(signal(1, "Eve", "Mallory"))).startswith("By the playbook it is an incident: 2 of 2")
    assert closing(*both, why="Mallory had mistyped.").state == "closed"


def test_closing_what_changes_nothing_takes_none() -> None:
    assert closing(signal(1, kind="alert"), signal(2, "Eve", "Mallory")).state == "closed"
    assert closing(signal(1, "Eve")).state == "closed"


def test_closing_what_somebody_has_judged_takes_none() -> None:
    assert closing(signal(1, "Eve", "Mallory", verdict="incident", state="candidate")).state == "closed"


UNDECLARED: dict[str, tuple[bool, tuple[Signal, ...]]] = {
    "too few": (True, (signal(1, "Ada"),)),
    "people declare it": (False, (signal(1, "Ada", "Bob"),)),
    "no criterion": (True, (signal(1, "Ada", "Bob", criterion=None),)),
    "another criterion": (True, (signal(1, "Ada", "Bob", criterion=START),)),
    "decided already": (True, (signal(1, "Ada", "Bob", state="attached"),)),
}


@pytest.mark.parametrize(("declares", "signals"), UNDECLARED.values(), ids=UNDECLARED.keys())
def test_nothing_else_is_declared_by_itself(declares: bool, signals: tuple[Signal, ...]) -> None:
    assert ruled(*signals, declares=declares) is None
