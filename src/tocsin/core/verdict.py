"""Is it an incident? What signals that belong together say by the playbook's rule: it proposes, people decide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from tocsin.core.events import REDACTED, SignalKind, SignalReceived
from tocsin.core.ids import SignalId, Slug
from tocsin.core.playbook import Criterion, Playbook
from tocsin.core.signals import Signal, denies

Proposal = Literal["support-request", "not-yet", "incident"]
SHOWN = 3
"""So many people are named in a sentence; the others are a number."""
LONGEST_NAME = 60
"""Characters of one name in a sentence."""
_RANK: tuple[Proposal, ...] = ("support-request", "not-yet", "incident")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What one signal says of the people affected: their names, and how many they are at least."""

    signal: SignalId
    kind: SignalKind
    names: tuple[str, ...] = ()
    people: int = 0
    everyone: bool = False
    denies: bool = False
    """A probe that found nobody affected."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What signals that belong together come to, with the evidence, the rule and a sentence for whoever decides."""

    proposal: Proposal
    sentence: str
    service: Slug
    criterion: Criterion | None
    people: int
    """How many are affected at least."""
    everyone: bool
    names: tuple[str, ...]
    heard: tuple[Heard, ...]

    @property
    def signals(self) -> tuple[SignalId, ...]:
        return tuple(each.signal for each in self.heard)

    @property
    def rule(self) -> str:
        """What the playbook asks for."""
        if self.criterion is None:
            return "What fits no criterion is a support request."
        who = "1 person" if self.criterion.people == 1 else f"{self.criterion.people} people"
        return f"“{self.criterion.name}” is an incident from {who} on."


def belonging(signal: Signal, others: Iterable[Signal], playbook: Playbook) -> tuple[Signal, ...]:
    """A signal and those that belong with it: undecided, about the same service and the same criterion.

    The rule counts people who cannot do the same thing in the same place, so both have to be the same. Who names no
    service means the playbook's own, as a declaration would; that is a service like any other, and takes in no hub's
    signals. A signal without a criterion stands alone, since nobody can say that another is about the same. What was
    closed, or belongs to an incident, has been decided, and counts no more.
    """
    about = _matter(signal, playbook)
    same = [each for each in others if signal.criterion and each.is_undecided and _matter(each, playbook) == about]
    return tuple(sorted({each.id: each for each in (*same, signal)}.values(), key=lambda each: each.id))


def verdicts(signals: Iterable[Signal], playbook: Playbook) -> dict[SignalId, Verdict]:
    """For every undecided signal the verdict on all that belong with it."""
    undecided = [signal for signal in signals if signal.is_undecided]
    found: dict[SignalId, Verdict] = {}
    for signal in undecided:
        if signal.id not in found:
            together = verdict(belonging(signal, undecided, playbook), playbook)
            found.update(dict.fromkeys(together.signals, together))
    return found


def verdict(signals: Sequence[Signal], playbook: Playbook) -> Verdict:
    """The verdict on signals that belong together, in whatever order they come; there has to be one at least.

    “Everyone” reaches any number.
    """
    ordered = sorted(signals, key=lambda each: each.id)
    heard = tuple(_heard(each) for each in ordered)
    names = _once(name for each in heard for name in each.names)
    people = affected(ordered)
    everyone = any(each.everyone for each in heard)
    service, slug = _matter(ordered[0], playbook)
    criterion = next((each for each in playbook.criteria if each.slug == slug), None)
    proposal: Proposal = "support-request" if criterion is None else "not-yet"
    if criterion is not None and (everyone or people >= criterion.people):
        proposal = "incident"
    found = Verdict(
        proposal=proposal, sentence="", service=service, criterion=criterion, people=people, everyone=everyone,
        names=tuple(names.values()), heard=heard,
    )  # fmt: skip
    return replace(found, sentence=" ".join(_sentences(found)))


def affected(signals: Iterable[Signal | SignalReceived]) -> int:
    """How many people signals tell of, at least, be it the signals or the lines of a log about them.

    All who are named, by whomever; the same name is the same person, however it is spelled in capitals and blanks. A
    count says no names, so its people may be those that its own signal names, or another's, or those of another count:
    it never adds, and only the largest tells more than the names do. So it is the larger of both, and no more can be
    said for sure: that many people could have sent all of these signals. An alert counts by what it carries, and is
    nobody by itself; a probe never counts.
    """
    telling = [each for each in signals if each.kind != "probe"]
    names = _once(name for each in telling for name in _named(each))
    return max([len(names), *map(_people, telling)])


def of_declaration(
    named: Sequence[Signal], undecided: Sequence[Signal], playbook: Playbook, criterion: Slug | None
) -> Verdict:
    """The verdict on signals that somebody says are one matter, with all that belong with any of them.

    Whoever declares says what people cannot do where a signal does not, and that services belong together; where the
    signals are of several criteria, the strongest counts.
    """
    said = [replace(each, criterion=each.criterion or criterion) for each in named]
    whole = {each.id: each for one in said for each in belonging(one, undecided, playbook)}
    by_criterion = groupby(sorted(whole.values(), key=_criterion), key=_criterion)
    found = [verdict(tuple(signals), playbook) for _, signals in by_criterion]
    return max(found, key=lambda each: (_RANK.index(each.proposal), each.everyone, each.people))


def _matter(signal: Signal, playbook: Playbook) -> tuple[Slug, Slug | None]:
    return signal.service or playbook.service.slug, signal.criterion


def _criterion(signal: Signal) -> str:
    return signal.criterion or ""


def _heard(signal: Signal) -> Heard:
    if signal.kind == "probe":
        return Heard(signal=signal.id, kind=signal.kind, denies=denies(signal))
    return Heard(
        signal=signal.id, kind=signal.kind, names=_named(signal), people=_people(signal), everyone=signal.everyone
    )


def _people(signal: Signal | SignalReceived) -> int:
    """A redacted name is nobody we could know again, but still somebody beside the others of its signal."""
    return max(signal.count or 0, len(_named(signal)) + signal.people.count(REDACTED))


def _named(signal: Signal | SignalReceived) -> tuple[str, ...]:
    return tuple(_once(name for name in signal.people if name != REDACTED).values())


def _once(names: Iterable[str]) -> Mapping[str, str]:
    """Each person once, as they were first written, by what they are known by."""
    found: dict[str, str] = {}
    for name in names:
        tidy = " ".join(unicodedata.normalize("NFC", name).split())
        seen = "".join(sign for sign in tidy if unicodedata.category(sign) != "Cf")  # what nobody sees names nobody
        key = unicodedata.normalize("NFC", " ".join(seen.casefold().split()))
        if key:
            found.setdefault(key, tidy)
    return found


# ── the sentence ───────────────────────────────────────────────────────────────────────────────────────────────────


def _sentences(found: Verdict) -> list[str]:
    if found.criterion is None:
        return ["It fits no criterion of the playbook, unless somebody says what people cannot do."]
    asks = [_asks(found.people, found.criterion)] if found.proposal == "not-yet" else []
    return [_who(found, found.criterion), *_witnesses(found.heard), *asks]


def _who(found: Verdict, criterion: Criterion) -> str:
    needed, people = criterion.people, found.people
    if found.everyone:
        by_name = f"; by name: {_listed(found.names, len(found.names))}" if found.names else ""
        return f"Everyone is affected, “{criterion.name}”{by_name}."
    if people == 0:
        return f"It is said to be “{criterion.name}”, but nobody is named or counted so far."
    listed = f": {_listed(found.names, people)}" if found.names else ""
    if found.proposal == "incident":
        return f"{_some_people(people, needed)} {_does(criterion, people)}{listed}."
    return f"One person so far{listed}." if people == 1 else f"{people} of {needed} people so far{listed}."


def _some_people(people: int, needed: int) -> str:
    if people == 1:
        return "One person"
    return f"{people} of {needed} people" if people == needed else f"{people} people"


def _does(criterion: Criterion, people: int) -> str:
    """A criterion as what people do, where its name says that."""
    if criterion.name.startswith("Cannot "):
        return f"{criterion.name[0].lower()}{criterion.name[1:]}"
    return f"{'is' if people == 1 else 'are'} affected, “{criterion.name}”"


def _asks(people: int, criterion: Criterion) -> str:
    more = criterion.people - people
    if people == 0:
        return "We ask again when somebody reports it."
    if more == 1:
        return f"We ask again when {'a second' if people == 1 else 'one more'} reports it."
    return f"We ask again when {more} more report it."


def _witnesses(heard: Sequence[Heard]) -> list[str]:
    """What is no person, but says that it is so, or that it is not."""
    probes = [each for each in heard if each.kind == "probe"]
    denying = sum(each.denies for each in probes)
    alerts = sum(each.kind == "alert" and not each.people and not each.everyone for each in heard)
    return [*_probes(len(probes) - denying, denying), *([f"{_some('An alert', alerts)}."] if alerts else [])]


def _probes(agreeing: int, denying: int) -> list[str]:
    match agreeing, denying:
        case 0, 0:
            return []
        case _, 0:
            return [f"{_some('The probe', agreeing)}."]
        case 0, _:
            return [f"{_some('The probe', denying, 'disagree')}."]
        case _:
            return [f"Of {agreeing + denying} probes {agreeing} agree{'s' if agreeing == 1 else ''}."]


def _some(one: str, number: int, does: str = "agree") -> str:
    """“The probe agrees”, “3 probes agree”."""
    return f"{one} {does}s" if number == 1 else f"{number} {one.split()[-1]}s {does}"


def _listed(names: Sequence[str], people: int) -> str:
    """“Ada, Bob, Cleo and 17 others”."""
    shown = [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in names[:SHOWN]]
    others = people - len(shown)
    parts = [*shown, *([f"{others} other{'s' if others > 1 else ''}"] if others else [])]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
