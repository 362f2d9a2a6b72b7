"""The page about the shell says what the shell is."""

from __future__ import annotations

from tests.cli.pages import PAGE, commands, own_options, page, written
from tocsin.cli.app import shell
from tocsin.core import commands as c
from tocsin.language.verbs import VERBS

NO_VERBS = {
    c.PublishReplayed, c.RecordPublication, c.ReportDelivery, c.UpdateDirectory,
    c.TryAgain, c.GiveUp, c.ConfirmArrival, c.ReleaseOutbox, c.LetIn, c.ChangeDirectory,
    c.TakeTicket, c.TakeWord, c.EndTicket,
}  # fmt: skip
"""Programs ask for these, or commands of the shell with names of their own."""


def test_the_page_is_as_the_shell_has_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make it anew: python -m tests.cli.pages"


def test_the_page_names_every_verb_and_every_option() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, command in commands(shell(rich=False), "tocsin"):
        assert f"## {name}" in text
        assert all(written(each).replace("|", "\\|") in text for each in own_options(command))


def test_every_command_has_a_verb() -> None:
    assert {verb.command for verb in VERBS} == set(c.COMMANDS) - NO_VERBS


def test_every_command_takes_the_options_of_every_command() -> None:
    for name, command in commands(shell(rich=False), "tocsin"):
        options = {option for each in command.params for option in each.opts}
        assert options >= {"--data", "--db", "--json", "--as", "--at"}, name


def test_every_command_says_what_it_does() -> None:
    for name, command in commands(shell(rich=False), "tocsin"):
        assert command.help, name
        assert all(option.help for option in command.params if option.param_type_name == "option"), name
