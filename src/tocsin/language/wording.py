"""Messages with blanks: `{{ title }}` is filled with what an incident says. Nothing in a message is ever run.

A blank is a name between two pairs of braces, all on one line, and nothing else: no expressions, no loops, no filters.
What is filled in is never read for blanks again, so nobody's words can ask for more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from tocsin.core.duties import carrying
from tocsin.core.handover import brief
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.incident import Ask, Incident, Link
from tocsin.core.moments import DAYS, MONTHS, Moment
from tocsin.core.moments import zone as zone_named
from tocsin.core.people import Community, Directory, Party, called
from tocsin.core.playbook import GAP, Playbook, Term
from tocsin.core.signals import Signal

BLANKS: Mapping[str, str] = {
    "number": "the number of the incident",
    "title": "what people cannot do, in a few words",
    "description": "what was said about it at first",
    "service": "the service it is about, or several",
    "criterion": "what people cannot do, in the playbook's words",
    "severity": "how severe it is, in a playbook that has severities",
    "phase": "how far the work has come",
    "communities": "the communities that are affected",
    "community": "the community this is written to",
    "representatives": "who speaks for the community this is written to",
    "declared": "when it was declared",
    "impact": "when people were affected: from when, until when",
    "state": "what works and what does not, now",
    "cause": "the cause as we think it",
    "tried": "what was tried",
    "next": "what comes next",
    "verified": "how we know that it is over",
    "promise": "when the communities hear from us next, at the latest",
    "next-human-hour": "when somebody of us is at work again",
    "commander": "who commands",
    "liaison": "who talks with the communities",
    "asks": "who was asked for what and has not finished it, as a list",
    "actions": "what should be done so that it does not happen again, as a list",
    "tickets": "the tickets about it",
    "links": "the addresses kept at hand, as a list",
    "channel": "where we talk about it",
    "report": "the address of the report",
    "role": "the part that changes hands",
    "from": "who hands it over",
    "why": "what they say about it",
}
"""Every blank there is, and what stands in it."""


def unknown(template: str) -> list[tuple[int, str]]:
    """What looks like a blank and is none, each with its line: a name nobody knows, an expression, a tag `{% … %}`."""
    return [
        (number, _short(name))
        for number, line in enumerate(template.split("\n"), 1)
        for name in map(_name, _BLANK.finditer(line))
        if name not in BLANKS
    ]


def fill(template: str, values: Mapping[str, str], *, empty: str = "") -> str:
    """The message to start from. What is no blank stays as it is written.

    A paragraph all of whose blanks are empty is left out. Where a paragraph has other blanks that are not, the empty
    one is marked for whoever writes: `[… the cause as we think it]`. A template may have such marks of its own. What
    goes out as it is has no writer: there, `empty` stands instead of every mark.
    """
    if empty:
        template = GAP.sub(empty, template)
    filled = (_filled(paragraph, values, empty) for paragraph in _paragraphs(template))
    return "\n\n".join(paragraph for paragraph in filled if paragraph)


def gaps(text: str) -> list[str]:
    """What is marked in a text for its writer to fill in."""
    return [match[1] for match in GAP.finditer(text)]


def values(
    incident: Incident,
    playbook: Playbook,
    directory: Directory,
    *,
    zone: str,
    community: Slug | None = None,
    promise: datetime | None = None,
    human: datetime | None = None,
    channel: str = "",
    report: str = "",
    role: Slug | None = None,
    by: Handle | None = None,
    why: str = "",
) -> dict[str, str]:
    """What every blank holds for an incident: times on the clock of `zone`, people and places by their names.

    What the incident itself cannot know is given: the `community` written to, what it is promised, when somebody is at
    work next (`human`), where we talk, where the report stands; and at a hand-over the `role`, `by` whom, and `why`.
    """

    def at(time: datetime | None) -> str:
        return "" if time is None else spoken(time, zone)

    def name(handle: Handle) -> str:
        return called(directory, handle)

    plan, reader = incident.plan, directory.community(community or "")
    return {
        "number": str(incident.number),
        "title": incident.title,
        "description": incident.description,
        "service": listed(_service(slug, playbook, directory) for slug in incident.services),
        "criterion": _term(playbook.criteria, incident.criterion),
        "severity": _term(playbook.severities, incident.severity),
        "phase": _term(playbook.phases, incident.phase),
        "communities": listed(_community(slug, directory) for slug in incident.communities),
        "community": _community(community, directory) if community else "",
        "representatives": listed(map(name, reader.representatives)) if reader else "",
        "declared": at(incident.declared_at),
        "impact": _impact(incident, at),
        "state": plan.state if plan else "",
        "cause": plan.cause if plan else "",
        "tried": plan.tried if plan else "",
        "next": plan.next if plan else "",
        "verified": incident.verified,
        "promise": at(promise),
        "next-human-hour": at(human),
        "commander": listed(map(name, carrying(incident, playbook, "commands"))),
        "liaison": listed(map(name, carrying(incident, playbook, "tells-outside"))),
        "asks": _bullets(_ask(ask, directory, at) for ask in brief(incident).asks),
        "actions": _bullets(f"{action.text} {action.url}".strip() for action in incident.actions),
        "tickets": listed(each.ticket for each in incident.tickets),
        "links": _bullets(f"{link.title} {link.url}".strip() for link in incident.links),
        "channel": channel,
        "report": report,
        "role": playbook.called(role) if role else "",
        "from": name(by) if by else "",
        "why": why,
    }


def values_before(
    signal: Signal,
    playbook: Playbook,
    directory: Directory,
    *,
    zone: str,
    communities: tuple[Slug, ...],
    community: Slug | None = None,
    promise: datetime | None = None,
    human: datetime | None = None,
) -> dict[str, str]:
    """The same, before anything is declared: what a signal says, as it would stand in an incident without a number."""
    text = " ".join(signal.text.split())
    incident = Incident(
        number=IncidentNumber(0),
        title=_term(playbook.criteria, signal.criterion) or text,
        description=text,
        services=(signal.service or playbook.service.slug,),
        criterion=signal.criterion,
        communities=communities,
        links=(Link(url=signal.link, title=""),) if signal.link else (),
    )
    said = values(incident, playbook, directory, zone=zone, community=community, promise=promise, human=human)
    return {**said, "number": ""}


def spoken(at: datetime, zone: str) -> str:
    """`Thursday, 12 November 2026, 22:30 Santiago time (UTC-03:00)`: nobody has to know what CLT means."""
    there = at.astimezone(zone_named(zone))
    day = f"{DAYS[there.weekday()]}, {there.day} {MONTHS[there.month - 1]} {there.year}, {there:%H:%M}"
    area, _, place = zone.rpartition("/")
    return (
        f"{day} {place.replace('_', ' ')} time ({_shift(there)})"
        if area and area != "Etc"
        else f"{day} {_shift(there)}"
    )


# ── a template ─────────────────────────────────────────────────────────────────────────────────────────────────────

_BLANK = re.compile(r"\{\{(.*?)(?:\}\}|$)|\{%.*?(?:%\}|$)", re.MULTILINE)
"""It ends where the line does at the latest, so that looking for it costs no more than reading the line."""

_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+")


def _name(blank: re.Match[str]) -> str:
    """What stands between the braces; with them, where that can be no name."""
    return blank[1].strip() if blank[1] is not None and blank[0].endswith("}}") else blank[0].strip()


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}…"


def _paragraphs(template: str) -> Iterator[str]:
    lines: list[str] = []
    for line in [*template.split("\n"), ""]:
        if line.strip():
            lines.append(line.rstrip())
        elif lines:
            yield "\n".join(lines)
            lines = []


def _filled(paragraph: str, values: Mapping[str, str], empty: str) -> str:
    names = {_name(blank) for blank in _BLANK.finditer(paragraph)}
    if names and all(name in BLANKS and not values.get(name, "").strip() for name in names):
        return ""

    return "\n".join(_filled_line(line, values, empty) for line in paragraph.split("\n"))


def _filled_line(line: str, values: Mapping[str, str], empty: str) -> str:
    """What fills an item of a list is indented under it, so that it stays one item however many lines it has."""
    item = _ITEM.match(line)

    def put(blank: re.Match[str]) -> str:
        name = _name(blank)
        if name not in BLANKS:
            return blank[0]
        value = values.get(name, "").strip() or empty or f"[… {BLANKS[name]}]"
        return _indented(value, len(item[0])) if item else value

    return _BLANK.sub(put, line)


def _indented(value: str, by: int) -> str:
    first, *others = value.splitlines()
    return "\n".join([first, *(f"{' ' * by}{line}" if line.strip() else "" for line in others)])


# ── what stands in the blanks ──────────────────────────────────────────────────────────────────────────────────────

Clock = Callable[[datetime | None], str]


def _shift(there: datetime) -> str:
    plain = f"{there:%z}"
    return f"UTC{plain[:3]}:{plain[3:5]}" if there.utcoffset() else "UTC"


def listed(names: Iterable[str]) -> str:
    """`Lagoon`, `Lagoon and Tides`, `Lagoon, Tides and Reef`."""
    *others, last = [*dict.fromkeys(names)] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {' '.join(item.split())}" for item in items)


def _service(slug: Slug, playbook: Playbook, directory: Directory) -> str:
    service = directory.service(slug)
    if service is not None:
        return service.name
    return playbook.service.name if slug == playbook.service.slug else slug


def _community(slug: Slug, directory: Directory) -> str:
    community: Community | None = directory.community(slug)
    return community.name if community else slug


def _term(terms: Iterable[Term], slug: Slug | None) -> str:
    """Its name; the slug, where the playbook has lost what an old log still speaks of."""
    return next((term.name for term in terms if term.slug == slug), slug or "")


def _impact(incident: Incident, at: Clock) -> str:
    start, end = incident.impact.start, incident.impact.end
    began, ended = (_moment(each, at) if each else "" for each in (start, end))
    if began and ended:
        return f"from {began} until {ended}"
    return f"since {began}" if began else f"until {ended}" if ended else ""


def _moment(moment: Moment, at: Clock) -> str:
    """A range, where nobody knows better."""
    return f"between {at(moment.at)} and {at(moment.until)}" if moment.until else at(moment.at)


def _ask(ask: Ask, directory: Directory, at: Clock) -> str:
    """Who, what, by when; and that nobody has taken it, where that is so."""
    who = _whom(Party(person=ask.person) if ask.person else ask.to, directory)
    marks = [*([f"by {at(ask.until)}"] if ask.until else []), *(["not taken yet"] if ask.state == "asked" else [])]
    return f"{who}: {ask.what}" + (f" ({'; '.join(marks)})" if marks else "")


def _whom(party: Party, directory: Directory) -> str:
    if party.person is not None:
        return called(directory, party.person)
    group = directory.group(party.group or "")
    return group.name if group else party.group or ""
