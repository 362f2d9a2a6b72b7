"""A playbook as the team's handbook: the whole process in Markdown, for people who know nothing of Tocsin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from tocsin.core.moments import MONTHS
from tocsin.core.playbook import Cadence, Criterion, Duty, Element, Gate, Need, Playbook, Role, Section, Step, Term
from tocsin.language.wording import BLANKS


def as_handbook(playbook: Playbook) -> str:
    """Everything the playbook says, in the order in which somebody new would ask for it."""
    parts = [
        *_head(playbook),
        *_definition(playbook),
        *_people(playbook),
        *_steps(playbook),
        *_times(playbook),
        *_messages(playbook),
        *_report(playbook),
        *_timeline(playbook),
        *_states(playbook),
        *_hand_over(playbook),
        *_follow_ups(playbook),
        *_hints(playbook),
        *_glossary(playbook),
    ]
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _head(playbook: Playbook) -> Iterator[str]:
    yield f"# {playbook.name}"
    settled = f" This process is in {playbook.state}: expect it to change." if playbook.state else ""
    yield f"Version {playbook.version} of `{playbook.slug}`.{settled}"
    if playbook.suggest:
        yield f"Is something wrong here, or could it be better? Suggest a change: {_address(playbook.suggest)}"
    yield playbook.text


def _address(text: str) -> str:
    """An address people can follow; of a mailbox, its name."""
    return f"[{text.removeprefix('mailto:').partition('?')[0]}]({text})" if text.startswith("mailto:") else f"<{text}>"


# ── what, and who ──────────────────────────────────────────────────────────────────────────────────────────────────


def _definition(playbook: Playbook) -> Iterator[str]:
    yield "## What counts as an incident"
    if playbook.criteria:
        yield "It is an incident as soon as one of these holds:"
        yield _bullets(map(_criterion, playbook.criteria))
    yield playbook.definition
    yield f"When nobody names a service, it is about **{playbook.service.name}**. {playbook.service.text}"
    yield from _listed("How severe it is", playbook.severities)


def _criterion(criterion: Criterion) -> str:
    many = "1 person is" if criterion.people == 1 else f"{criterion.people} people or more are"
    itself = " It is then declared by itself." if criterion.declares else ""
    return f"**{criterion.name}**, once {many} affected. {criterion.text}{itself}"


_DUTIES: Mapping[Duty, str] = {
    "commands": "commands",
    "tells-outside": "talks with the communities",
    "approves": "approves what is said outside",
}


def _people(playbook: Playbook) -> Iterator[str]:
    yield "## Who does what"
    yield "One person may have several roles, and roles change hands while an incident lasts."
    for role in playbook.roles:
        yield f"### {role.name}"
        yield f"*{_carries(role)}*"
        yield role.text
        yield f"**Nobody expects of them:** {role.spared}" if role.spared else ""
    yield _first(playbook)


def _carries(role: Role) -> str:
    many = "As many as it needs" if role.many else "One person at a time"
    duties = [_DUTIES[duty] for duty in role.duties]
    return f"{many}; {_and(duties)}." if duties else f"{many}."


def _first(playbook: Playbook) -> str:
    """Who has what, as long as nobody has said anything."""
    commands, tells = playbook.with_duty("commands"), playbook.with_duty("tells-outside")
    group = f"Somebody of the group `{playbook.triagers}` who is at work" if playbook.triagers else ""
    who = f"{group}, or else whoever declares it," if group else "Whoever declares it"
    told = f" Whoever commands also talks with the communities, until somebody is {tells.name}."
    return f"{who} is {commands.name} until somebody else takes it.{told if tells != commands else ''}"


# ── the way ────────────────────────────────────────────────────────────────────────────────────────────────────────

NEEDS: Mapping[Need, str] = {
    "declared": "it is declared",
    "commander": "somebody commands",
    "told": "the communities that are affected were told",
    "channel": "the channel is open, if one was wanted",
    "verified": "somebody has said how it was verified that it is over",
    "title": "it has a title",
    "owner": "the report has an owner",
    "impact": "there is a best guess of when the impact began and ended",
    "sections": "the sections that have to be written are",
    "action": "an action is listed, or it is said that none is needed",
}


def _steps(playbook: Playbook) -> Iterator[str]:
    yield "## From signal to report"
    if playbook.steps:
        yield "\n\n".join(_step(number, step) for number, step in enumerate(playbook.steps, 1))
    yield from _listed("How far we are", playbook.phases)
    yield "### What has to be there"
    gates = playbook.gates
    yield from _gate("At the start", gates.start)
    yield from _gate("Before an incident is resolved", gates.resolve)
    yield from _gate("Before a report goes into review", gates.review)


def _step(number: int, step: Step) -> str:
    done = f"\n\n*Done:* {step.done}" if step.done else ""
    return _numbered(number, f"**{step.name}.** {step.text}".strip() + done)


def _gate(when: str, gate: Gate) -> Iterator[str]:
    if gate.blocks:
        yield f"**{when}**, all of this has to be there:"
        yield _bullets(NEEDS[need] for need in gate.blocks)
    if gate.warns:
        also = " also" if gate.blocks else ""
        yield f"**{when}**, Tocsin{also} looks for this. What is missing is said, and stops nobody:"
        yield _bullets(NEEDS[need] for need in gate.warns)


def _times(playbook: Playbook) -> Iterator[str]:
    hours = playbook.hours
    yield "## When we write"
    yield _rhythm(playbook.cadence)
    yield (
        "Each message says by when the next one comes. That promise is meant by the clock, whoever sleeps. "
        "Somebody who has written in the last hour counts as at work."
    )
    if playbook.tickets.unattended:
        yield "Who writes a ticket while nobody is at work is told so at once, and from when on somebody is."
    usual = f"{_days(hours.days)}, from {hours.begins} to {hours.ends} on their own clock"
    holidays = f" Nobody works on {_and([_date(day) for day in hours.holidays])}." if hours.holidays else ""
    yield f"Who has said nothing else works {usual}.{holidays}"
    yield f"Reports show times in {playbook.zone}, unless the community they are about has a zone of its own."


def _rhythm(cadence: Cadence) -> str:
    if not cadence.every:
        return "The communities hear from us when we promised that they would, and by no other rule."
    return (
        f"The communities hear from us within **{length(cadence.first)}** after it is declared, and from then on every "
        f"**{length(cadence.every)}**, even if nothing has changed. That is working time of whoever talks with them."
    )


def length(minutes: int) -> str:
    """So many minutes as people say them: `3 hours`, `1 hour 30 minutes`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(
        f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((hours, "hour"), (rest, "minute")) if count
    )


def _days(days: Sequence[str]) -> str:
    named = [day.capitalize() for day in days]
    return "Monday to Friday" if named == _WORKDAYS else _and(named)


_WORKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def _date(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# ── what is written ────────────────────────────────────────────────────────────────────────────────────────────────


def _messages(playbook: Playbook) -> Iterator[str]:
    if not playbook.messages:
        return
    yield "## What we write"
    yield (
        "What stands in ‹ › is filled in from the incident, or from the signal where there is none, as far as it is "
        "known; what stands in [… ] is left to whoever writes. It is a text to begin with: whoever sends it may change "
        "every word."
    )
    for message in playbook.messages:
        yield f"### {message.name}"
        yield message.text
        yield _indented(f"> {_with_blanks(message.body.strip())}", "> ")


def _with_blanks(text: str) -> str:
    """Each blank as what will stand there."""
    return _BLANK.sub(lambda blank: f"‹{BLANKS[blank[1]]}›" if blank[1] in BLANKS else blank[0], text)


_BLANK = re.compile(r"\{\{ *([a-z-]+) *\}\}")


def _report(playbook: Playbook) -> Iterator[str]:
    yield "## What a report holds"
    yield "Each section answers a question. The questions ask about the system, since that is what we can change."
    yield _bullets(map(_section, playbook.sections))
    yield (
        "Beside them, the facts: whom it touched, who did what, when the impact began and ended; the timeline; and the "
        "actions, each with its issue and with what it improves: the process, the technology, or how we work together."
    )


def _section(section: Section) -> str:
    needed = " *(has to be written)*" if section.required else ""
    return f"**{section.name}**{needed}. {section.text}"


def _timeline(playbook: Playbook) -> Iterator[str]:
    if not playbook.elements:
        return
    yield "### What its timeline tells"
    yield "It answers one question, in few words: what happened, and when?"
    yield "\n".join(_element(number, element) for number, element in enumerate(playbook.elements, 1))


def _element(number: int, element: Element) -> str:
    kinds = f"a line of the kind {_or([f'`{kind}`' for kind in element.kinds])}{' with a link' if element.link else ''}"
    ways = [*([kinds] if element.kinds else []), *(["a line that is marked as a key moment"] if element.marked else [])]
    return _numbered(number, f"**{element.name}.** {element.text} *Recognised by {_or(ways)}.*")


def _states(playbook: Playbook) -> Iterator[str]:
    yield "### Its way to the public"
    yield _bullets(f"**{state.name}.** {state.text} {_moves(state.who)}" for state in playbook.report_states)
    yield f"A report is reviewed once {_reviewed(playbook)}."


def _reviewed(playbook: Playbook) -> str:
    review = playbook.review
    who = "1 person besides its owner has" if review.readers == 1 else f"{review.readers} people besides its owner have"
    read = [f"{who} approved it"] if review.readers else []
    commander = f"whoever was {playbook.with_duty('commands').name}"
    complete = [f"{commander} finds it complete"] if review.commander else []
    return _and([*read, *complete]) or "its owner asks for it"


def _moves(who: str) -> str:
    return f"*Who brings it there:* {who}" if who else ""


# ── what else there is to know ─────────────────────────────────────────────────────────────────────────────────────


def _hand_over(playbook: Playbook) -> Iterator[str]:
    commands, rule = playbook.with_duty("commands").name, playbook.hand_over
    yield "## Handing over"
    ending = f", {length(rule.before_end)} before their day ends," if rule.before_end else ", when their day ends,"
    yield (
        f"Tocsin suggests that whoever is {commands} hands over after {length(rule.after)}{ending} and outside their "
        "hours. Your team asks for it whenever somebody says that they need to stop. To hand over is encouraged and "
        "expected: because it is late, because one is worn out, or because somebody else sees more clearly. The longer "
        "it lasts, the more so."
    )
    yield "\n".join(
        (
            "1. Offer the role to a person, or to a group of which the first who accepts has it.",
            "2. They read how things stand, what others were asked for, and what was promised to whom.",
            "3. They say yes or no. Until they say yes, nothing changes hands; a no needs no reason.",
        )
    )


def _follow_ups(playbook: Playbook) -> Iterator[str]:
    if playbook.follow_ups:
        yield "## What your team opens for every incident"
        yield "Tocsin does not open these issues; somebody of your team does."
        yield _bullets(
            f"**{each.name}**, an issue, once it is {each.when}: “{_with_blanks(each.title)}”. {each.text}"
            for each in playbook.follow_ups
        )


def _hints(playbook: Playbook) -> Iterator[str]:
    if not playbook.hints:
        return
    yield "## Words that point at people"
    yield (
        "Incidents come from systems, and only systems can be mended. Such words end the search for a cause too early. "
        "Where a report has one of them, Tocsin shows what to write instead; nothing is refused."
    )
    yield _bullets(f"{', '.join(f'“{word}”' for word in hint.words)}. {hint.instead}" for hint in playbook.hints)


def _glossary(playbook: Playbook) -> Iterator[str]:
    if playbook.glossary:
        yield "## Words"
        yield _bullets(f"**{term.name}.** {term.text}" for term in playbook.glossary)
    if playbook.sources:
        yield "## Where this comes from"
        yield _bullets(f"<{each}>" if re.match(r"https?://\S+$", each) else each for each in playbook.sources)


# ── Markdown ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _listed(title: str, terms: Iterable[Term]) -> Iterator[str]:
    if named := [f"**{term.name}.** {term.text}" for term in terms]:
        yield f"### {title}"
        yield _bullets(named)


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(_indented(f"- {_tidy(item)}", "  ") for item in items)


def _tidy(text: str) -> str:
    """Where something was left out, no gap remains."""
    return re.sub(r"(?<=\S)  +(?=\S)", " ", text.strip())


def _numbered(number: int, text: str) -> str:
    return _indented(f"{number}. {_tidy(text)}", " " * len(f"{number}. "))


def _indented(text: str, by: str) -> str:
    """Its later lines belong to what the first begins."""
    first, *more = text.splitlines() or [""]
    return "\n".join([first, *(f"{by}{line.strip()}".rstrip() for line in more)])


def _and(items: Sequence[str]) -> str:
    return _joined(items, "and")


def _or(items: Sequence[str]) -> str:
    return _joined(items, "or")


def _joined(items: Sequence[str], word: str) -> str:
    *others, last = items or [""]
    return f"{', '.join(others)} {word} {last}" if others else last
