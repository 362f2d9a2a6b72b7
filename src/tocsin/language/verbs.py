"""The verbs people use, and how what follows a verb becomes a command; one grammar for shell and chat."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tocsin.core import commands as c
from tocsin.core.incident import State
from tocsin.core.people import Leave, Shift
from tocsin.core.refused import Refused
from tocsin.language.calendars import read_hours, read_leave
from tocsin.language.when import when

Kind = Literal["text", "number", "count", "time", "switch", "pair", "hours", "leave"]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing a verb may be told."""

    field: str
    name: str
    """As it is written: `next-by`."""
    also: str = ""
    """Another way to write it, where it is given one at a time: `service` for `services`."""
    help: str
    kind: Kind
    many: bool = False
    """It may be given several times."""
    choices: tuple[str, ...] = ()
    required: bool = False
    default: object = None


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A word people use for a command."""

    name: str
    command: type[c.Command]
    group: str
    """The heading it stands under in a list of verbs."""
    texts: tuple[str, ...] = ()
    """The fields its one text may fill: the first that was not given by its name."""
    of: tuple[State, ...] = ("open",)
    """Which incident is meant where nobody says: the only one in this state, or else in the next of these."""

    @property
    def also(self) -> str:
        """The command's own name, which always works too."""
        return _kebab(self.command.__name__)

    @property
    def help(self) -> str:
        return (self.command.__doc__ or "").strip()

    @property
    def options(self) -> tuple[Option, ...]:
        """What it may be told, as the command has it; the incident, which can often be guessed, comes last."""
        return tuple(sorted(_options(self.command), key=lambda option: option.field == "incident"))

    def lacks_incident(self, given: Mapping[str, object]) -> bool:
        """Whether it is about an incident that nobody has named: a signal may stand for one only where one need not."""
        asked = next((option for option in self.options if option.field == "incident"), None)
        return asked is not None and "incident" not in given and (asked.required or "signal" not in given)

    def option(self, field: str) -> Option:
        return next(option for option in self.options if option.field == field)


def verb(name: str) -> Verb | None:
    """The verb of that name, or of the command's own name."""
    return _by_name().get(name)


def value(option: Option, text: str) -> object:
    """What a text means to an option; refuses what it cannot mean."""
    if option.choices and text not in option.choices:
        raise Refused(f"“{text}” is none of {', '.join(option.choices)}.")
    match option.kind:
        case "number":
            return number(text)
        case "count":
            return _count(text)
        case "time":
            return when(text)
        case "pair":
            return _pair(text)
        case "hours":
            return () if text.strip() == "usual" else read_hours(text)
        case "leave":
            return () if text.strip() == "none" else (read_leave(text),)
        case _:
            return text


def number(text: str) -> int:
    """The number of an incident, a line or a signal: `3`, or `#3`."""
    bare = text.strip().removeprefix("#")
    if not re.fullmatch(r"[0-9]{1,9}", bare) or int(bare) == 0:
        raise Refused(f"“{text}” is no number. Write it as 3 or #3.")
    return int(bare)


def _count(text: str) -> int:
    """How many there are: a probe that found nobody affected says 0."""
    if re.fullmatch(r"-[0-9]+", text.strip()):
        raise Refused(f"“{_short(text)}” is fewer than none. Write 0 or more.")
    if not re.fullmatch(r"[0-9]+", text.strip()):
        raise Refused(f"“{_short(text)}” is no count. Write it in digits: 0, 3 or 12.")
    if len(text.strip()) > _DIGITS:
        raise Refused(f"“{_short(text)}” is more than there are people. Write at most {'9' * _DIGITS}.")
    return int(text)


_DIGITS = 9


def request(verb: Verb, given: Mapping[str, Any], text: str | None = None) -> c.Command:
    """The command a verb makes of what it was given, by field, and of its one text."""
    told = dict(given)
    if text is not None:
        told[_for_text(verb, told)] = text
    for option in verb.options:
        if option.required and option.field not in told:
            raise Refused(f"“{verb.name}” needs --{option.name}: {option.help}.")
        if option.many and option.kind != "pair" and option.field in told:
            told[option.field] = _together(option, told[option.field])
        if option.kind == "pair":
            told[option.field] = _pairs(option, told.get(option.field, ()))
    return verb.command(**told)


def _together(option: Option, values: Sequence[Any]) -> tuple[Any, ...]:
    """All that was given; a line of hours or of leave is several, or none."""
    if option.kind in ("hours", "leave"):
        return tuple(each for value in values for each in value)
    return tuple(values)


def _pairs(option: Option, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    keys = [key for key, _ in given]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise Refused(f"--{option.name} {twice[0]} is given twice. Put its texts together.")
    return dict(given)


def _for_text(verb: Verb, given: Mapping[str, Any]) -> str:
    free = [field for field in verb.texts if field not in given]
    if not free:
        names = " and ".join(f"--{_option_name(field)}" for field in verb.texts) or "options"
        raise Refused(f"“{verb.name}” has its text twice: once by itself and once by {names}. Leave one out.")
    return free[0]


def _pair(text: str) -> tuple[str, str]:
    key, equals, rest = text.partition("=")
    if not equals or not key.strip():
        raise Refused(f"“{_short(text)}” is no pair. Write it as overview=TEXT.")
    return key.strip(), rest


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


# ── reading the commands ───────────────────────────────────────────────────────────────────────────────────────────


def _options(command: type[c.Command]) -> list[Option]:
    """A field that has its help in words is an option; one that has none is for programs."""
    hints = get_type_hints(command, include_extras=True)
    return [
        _option(field, *get_args(hints[field.name])[:2])
        for field in fields(command)
        if get_origin(hints[field.name]) is Annotated
    ]


def _option(field: Field[Any], kind: Any, text: str) -> Option:
    kind = _without_none(kind)
    many = get_origin(kind) in (tuple, Mapping)
    is_pair = get_origin(kind) is Mapping
    one = get_args(kind)[0] if many else kind
    return Option(
        field=field.name,
        name="section" if field.name == "sections" else _option_name(field.name),
        also=_SINGULAR.get(field.name, ""),
        help=text,
        kind="pair" if is_pair else _kind(one),
        many=many,
        choices=get_args(one) if get_origin(one) is Literal else (),
        required=field.default is MISSING and field.default_factory is MISSING and not is_pair,
        default=None if field.default is MISSING else field.default,
    )


def _kind(one: Any) -> Kind:
    """A whole number that has no name of its own names nothing, and counts."""
    bare = getattr(one, "__supertype__", one)
    known: dict[Any, Kind] = {
        str: "text", int: "count" if one is int else "number", datetime: "time", bool: "switch",
        Shift: "hours", Leave: "leave",
    }  # fmt: skip
    return "text" if get_origin(one) is Literal else known[bare]


def _without_none(kind: Any) -> Any:
    if get_origin(kind) not in (Union, UnionType):
        return kind
    return next(each for each in get_args(kind) if each is not NoneType)


_SINGULAR = {
    "services": "service", "communities": "community", "signals": "signal", "tickets": "ticket", "accounts": "account",
}  # fmt: skip


def _option_name(field: str) -> str:
    return field.replace("_", "-")


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


# ── the table ──────────────────────────────────────────────────────────────────────────────────────────────────────

_INCIDENT, _SIGNALS, _TIMELINE = "The incident", "Before there is an incident", "The timeline"
_TICKETS = "Tickets"
_ROLES, _REPORT, _YOU = "Who does what", "The report", "Yourself"
_OVER: tuple[State, ...] = ("resolved",)
_ANY: tuple[State, ...] = ("open", "resolved")


def _verb(name: str, command: type[c.Command], group: str, *texts: str, of: tuple[State, ...] = ("open",)) -> Verb:
    return Verb(name=name, command=command, group=group, texts=texts, of=of)


VERBS: tuple[Verb, ...] = (
    _verb("declare", c.Declare, _INCIDENT, "title"),
    _verb("acknowledge", c.Acknowledge, _INCIDENT),
    _verb("retitle", c.Retitle, _INCIDENT, "title"),
    _verb("services", c.SetServices, _INCIDENT),
    _verb("communities", c.SetCommunities, _INCIDENT),
    _verb("criterion", c.SetCriterion, _INCIDENT, "criterion"),
    _verb("attach", c.AttachSignal, _INCIDENT),
    _verb("link-ticket", c.LinkTicket, _INCIDENT, "ticket"),
    _verb("unlink-ticket", c.UnlinkTicket, _INCIDENT, "ticket"),
    _verb("link", c.AddLink, _INCIDENT, "url"),
    _verb("phase", c.SetPhase, _INCIDENT, "phase"),
    _verb("plan", c.SetPlan, _INCIDENT),
    _verb("impact", c.SetImpact, _INCIDENT),
    _verb("update", c.PostUpdate, _INCIDENT, "text"),
    _verb("propose-update", c.ProposeUpdate, _INCIDENT, "text"),
    _verb("turn-down", c.TurnDownProposal, _INCIDENT, "why"),
    _verb("follow", c.Follow, _INCIDENT),
    _verb("unfollow", c.Unfollow, _INCIDENT),
    _verb("resolve", c.Resolve, _INCIDENT, "verified", "text"),
    _verb("reopen", c.Reopen, _INCIDENT, "why", of=_OVER),
    _verb("cancel", c.Cancel, _INCIDENT, "why"),
    _verb("note", c.Note, _TIMELINE, "text"),
    _verb("edit", c.EditNote, _TIMELINE, "text"),
    _verb("remove", c.RemoveNote, _TIMELINE),
    _verb("highlight", c.Highlight, _TIMELINE),
    _verb("redact", c.Redact, _TIMELINE, "why"),
    _verb("assign", c.Assign, _ROLES, "role"),
    _verb("offer", c.OfferRole, _ROLES),
    _verb("accept", c.AcceptRole, _ROLES, "role"),
    _verb("decline", c.DeclineRole, _ROLES, "role"),
    _verb("withdraw", c.WithdrawOffer, _ROLES, "role"),
    _verb("release", c.Release, _ROLES, "role"),
    _verb("delegate", c.Delegate, _ROLES, "what"),
    _verb("accept-ask", c.AcceptAsk, _ROLES),
    _verb("decline-ask", c.DeclineAsk, _ROLES),
    _verb("finish-ask", c.FinishAsk, _ROLES, "outcome"),
    _verb("signal", c.NoteSignal, _SIGNALS, "text"),
    _verb("add-to-signal", c.AddToSignal, _SIGNALS, "text"),
    _verb("judge", c.Judge, _SIGNALS),
    _verb("close-signal", c.CloseSignal, _SIGNALS),
    _verb("respond", c.Respond, _SIGNALS, "text"),
    _verb("reply", c.ReplyInTicket, _TICKETS, "text"),
    _verb("place-ticket", c.PlaceTicket, _TICKETS, "community"),
    _verb("admit-word", c.AdmitWord, _TICKETS),
    _verb("own-report", c.OwnReport, _REPORT, of=_OVER),
    _verb("write-report", c.WriteReport, _REPORT, of=_OVER),
    _verb("add-action", c.AddAction, _REPORT, "text", of=_ANY),
    _verb("link-action", c.LinkAction, _REPORT, "url", of=_ANY),
    _verb("complete-action", c.CompleteAction, _REPORT, of=_ANY),
    _verb("no-action", c.NoAction, _REPORT, "why", of=_ANY),
    _verb("ask-for-review", c.AskForReview, _REPORT, of=_OVER),
    _verb("review", c.Review, _REPORT, of=_OVER),
    _verb("publish", c.Publish, _REPORT, of=_OVER),
    _verb("profile", c.SetProfile, _YOU),
)
"""Every verb, in the order a list shows them."""


@cache
def _by_name() -> dict[str, Verb]:
    return {**{verb.also: verb for verb in VERBS}, **{verb.name: verb for verb in VERBS}}
