"""`tocsin do`: every verb as a command of its own, with the options its dataclass has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Annotated, Any, cast

import typer
from typer.core import TyperCommand

from tocsin.cli.choosing import the_incident
from tocsin.cli.given import read_file, read_text
from tocsin.cli.helping import Grouped
from tocsin.cli.publishing import published
from tocsin.cli.seeing_to import see_to
from tocsin.cli.session import Session, takes_options, with_session
from tocsin.cli.speaking import give, give_json, tell
from tocsin.core import commands as c
from tocsin.core.gates import seen, unmet
from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.incident import fold
from tocsin.core.people import called
from tocsin.core.playbook import Gate, Gates
from tocsin.core.refused import Refused
from tocsin.engine.door import Answer, Tocsin
from tocsin.language.verbs import VERBS, Option, Verb, request, value, verb
from tocsin.store import log, reports
from tocsin.store.people import StoredDirectory


class Verbs(Grouped):
    """Builds the verb that is asked for, and all of them only for a list."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [each.name for each in VERBS]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        found = verb(cmd_name)
        return None if found is None else _as_command(found, self.rich_markup_mode)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        self.commands = {each.name: self for each in VERBS}  # only their names are used, to guess what was meant
        return super().resolve_command(ctx, args)


app = takes_options(typer.Typer(cls=Verbs, subcommand_metavar="VERB [TEXT] [--incident N] [OPTIONS]"))


def _as_command(verb: Verb, markup: Any) -> TyperCommand:
    single = typer.Typer(add_completion=False, rich_markup_mode=markup)
    single.command(verb.name, help=_help(verb), rich_help_panel=verb.group)(_function(verb))
    return cast(TyperCommand, typer.main.get_command(single))


def _help(verb: Verb) -> str:
    return verb.help if verb.also == verb.name else f"{verb.help}\n\nAlso: {verb.also}."


def _function(verb: Verb) -> Callable[..., None]:
    def function(session: Session, **given: Any) -> None:
        _do(session, verb, given)

    options = [_parameter(verb, option) for option in verb.options]
    parameters = [_first("session"), *([_text(verb)] if verb.texts else []), *options]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return with_session(function)


def _first(name: str) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _text(verb: Verb) -> inspect.Parameter:
    asked = "; else ".join(verb.option(field).help for field in verb.texts)
    argument = typer.Argument(metavar="TEXT", help=f"{asked}; - reads it from standard input", show_default=False)
    return inspect.Parameter(
        "text_", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, argument]
    )


def _parameter(verb: Verb, option: Option) -> inspect.Parameter:
    """Everything arrives as text or as a switch; the verb's own grammar says what it means, or what is wrong."""
    kind: Any = bool | None if option.kind == "switch" else list[str] | None if option.many else str | None
    required = option.required and option.field != "incident" and option.field not in verb.texts
    declared = typer.Option(
        *_names(option), metavar=_metavar(option), help=_option_help(verb, option), show_default=False
    )
    return inspect.Parameter(
        option.field,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if required else None,
        annotation=Annotated[kind, declared],
    )


def _names(option: Option) -> list[str]:
    if option.kind == "switch":
        return [f"--{option.name}/--no-{option.name}"]
    return [f"--{name}" for name in (option.name, option.also) if name]


def _metavar(option: Option) -> str:
    if option.kind == "switch":
        return ""
    plain = {
        "text": "TEXT", "number": "N", "count": "N", "time": "TIME", "pair": "SECTION=TEXT",
        "hours": "DAYS HH:MM-HH:MM", "leave": "DAY..DAY",
    }[option.kind]  # fmt: skip
    return f"[{'|'.join(option.choices)}]" if option.choices else plain


def _option_help(verb: Verb, option: Option) -> str:
    match option:
        case Option(field="incident"):
            return f"which incident; without it, the only one that is {' or else '.join(verb.of)}"
        case Option(kind="pair"):
            return f"{option.help}; @FILE instead of the text reads a file, @- standard input"
        case Option(kind="switch", default=bool(default)):
            return f"{option.help}; {'yes' if default else 'no'} without it"
        case Option(default=str(default)) if default:
            return f"{option.help}; {default} without it"
        case _:
            return option.help


# ── from what was typed to what was done ───────────────────────────────────────────────────────────────────────────


def _do(session: Session, verb: Verb, typed: Mapping[str, Any]) -> None:
    _must_read_once(typed)
    given = {
        option.field: _value(option, typed[option.field]) for option in verb.options if typed[option.field] is not None
    }
    text = typed.get("text_")
    command, guess = _command(verb, given, None if text is None else read_text(text))
    with session.tocsin() as tocsin:
        if guess:
            command = replace(command, incident=the_incident(tocsin, verb))
        answer = session.do(tocsin, command)
        _say(session, command, answer)
        if isinstance(command, c.Publish):
            published(session, tocsin, command.incident, answer)
        elif not see_to(session, tocsin, answer) and isinstance(command, c.PostUpdate):
            tell("Nobody is mailed: no mail is set up, or it tells of the past, or of an exercise. Tell them yourself.")
        if isinstance(command, c.Declare | c.NoteSignal) and answer.incident is not None:
            tell(_who_commands(tocsin, answer.incident))
        for said in _warned(tocsin, command, answer):
            tell(f"Not yet: {said}")


def _who_commands(tocsin: Tocsin, number: IncidentNumber) -> str:
    """It need not be who declared."""
    with tocsin.store.read() as connection:
        incident, directory = log.incident(connection, number), StoredDirectory(connection)
        holders = [called(directory, each) for each in incident.holders(tocsin.playbook.with_duty("commands").slug)]
    return f"{' and '.join(holders)} commands it." if holders else "Nobody commands it. Take command, or offer it."


def _warned(tocsin: Tocsin, command: c.Command, answer: Answer) -> list[str]:
    """What the gate behind which this step lies only warns of, and is missing."""
    gate = _gate(command, tocsin.playbook.gates)
    if not gate.warns or answer.incident is None:
        return []
    with tocsin.store.read() as connection:
        entries, sections = log.entries(connection, answer.incident), reports.sections(connection, answer.incident)
        named = StoredDirectory(connection).community

        def name(slug: Slug) -> str:
            community = named(slug)
            return community.name if community else slug

        incident = fold(answer.incident, entries)
        return unmet(gate.warns, incident, tocsin.playbook, sections, seen=seen(entries), name=name)


def _gate(command: c.Command, gates: Gates) -> Gate:
    match command:
        case c.Resolve():
            return gates.resolve
        case c.Declare(ended=ended) if ended is not None:
            return gates.resolve
        case c.AskForReview():
            return gates.review
        case _:
            return Gate()


def _must_read_once(typed: Mapping[str, Any]) -> None:
    """The first to read standard input would leave nothing to the second."""
    texts = [text for given in typed.values() for text in (given if isinstance(given, list) else [given])]
    if sum(text == "-" or str(text).partition("=")[2] == "@-" for text in texts) > 1:
        raise typer.BadParameter("standard input can be read only once. Give the others in words.", param_hint="-")


def _command(verb: Verb, given: Mapping[str, Any], text: str | None) -> tuple[Any, bool]:
    """What is asked for, and whether its incident has still to be found: what was typed wrong is said before that."""
    guess = verb.lacks_incident(given)
    try:
        return request(verb, {**given, "incident": 0} if guess else given, text), guess
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint="TEXT") from None


def _value(option: Option, typed: Any) -> Any:
    """A mistake in an option is a mistake in the use, and names it."""
    try:
        return [_one(option, each) for each in typed] if option.many else _one(option, typed)
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint=f"--{option.name}") from None


def _one(option: Option, typed: Any) -> Any:
    match option.kind:
        case "switch":
            return typed
        case "pair":
            section, _, text = typed.partition("=")
            return value(option, f"{section}={read_file(text)}" if text.startswith("@") else typed)
        case _:
            return value(option, read_text(typed))


def _say(session: Session, command: c.Command, answer: Answer) -> None:
    if session.as_json:
        give_json(asdict(answer))
        return
    tell(_sentence(command, answer))
    for each in _numbers(command, answer):
        give(each)


def _numbers(command: c.Command, answer: Answer) -> Sequence[int | None]:
    """What a script goes on with."""
    match command:
        case c.Declare():
            return [answer.incident]
        case c.WriteReport():
            return [answer.revision]
        case _ if answer.signal is not None:
            return [answer.signal]
        case _:
            return answer.lines


def _sentence(command: c.Command, answer: Answer) -> str:
    match command:
        case c.Declare(title=title):
            return f"Incident {answer.incident} is declared: {title}"
        case c.PostUpdate():
            line = answer.lines[0]
            return f"Line {line} of incident {answer.incident} says what the communities are told."
        case c.WriteReport():
            return f"The report of incident {answer.incident} is saved as revision {answer.revision}."
        case c.NoteSignal() if answer.incident is not None:
            return f"Signal {answer.signal} is noted, and by the playbook incident {answer.incident} is declared."
        case c.Judge(verdict="support-request", answer=text) if text:
            return f"Signal {answer.signal} is left to the ticket system. Whoever reported it is answered there."
        case c.Judge(verdict="support-request"):
            left = f"Signal {answer.signal} is left to the ticket system. No report is owed."
            return f"{left} Draft the answer: tocsin signal draft {answer.signal}"
        case c.SetProfile():
            return "Your profile is up to date."
        case _ if answer.signal is not None:
            return f"Done: signal {answer.signal}."
        case _ if not answer.lines:
            return f"Nothing to change: incident {answer.incident} is like that already."
        case _:
            lines = ", ".join(str(line) for line in answer.lines)
            return f"Done: incident {answer.incident}, line{'s' if len(answer.lines) > 1 else ''} {lines}."
