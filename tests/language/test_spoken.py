"""What is typed after a slash, and the command it becomes: the same as the shell makes of the same words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber, Seq, SignalId
from tocsin.core.refused import Refused
from tocsin.language.spoken import spoken

HERE = IncidentNumber(7)


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("note We look.", c.Note(incident=HERE, text="We look.")),
        ("NOTE It's slow, isn't it", c.Note(incident=HERE, text="It's slow, isn't it")),
        ('note "We look."', c.Note(incident=HERE, text="We look.")),
        ('note She said "wait" twice', c.Note(incident=HERE, text='She said "wait" twice')),
        ("note one\n\ntwo", c.Note(incident=HERE, text="one\n\ntwo")),
        ("note --kind finding The disk", c.Note(incident=HERE, text="The disk", kind="finding")),
        ("note The disk --kind=finding is full", c.Note(incident=HERE, text="The disk  is full", kind="finding")),
        ("note -- --force did nothing", c.Note(incident=HERE, text="--force did nothing")),
        ('note "--force did nothing"', c.Note(incident=HERE, text="--force did nothing")),
        ("note -Xmx was too small", c.Note(incident=HERE, text="-Xmx was too small")),
        ("note The rule—as we have it—says no", c.Note(incident=HERE, text="The rule—as we have it—says no")),
        ("note It works — mostly", c.Note(incident=HERE, text="It works — mostly")),
        ("assign liaison —person bob", c.Assign(incident=HERE, role="liaison", person="bob")),
        ("assign liaison --person “Bob Kahn”", c.Assign(incident=HERE, role="liaison", person="Bob Kahn")),
        ("Assign liaison", c.Assign(incident=HERE, role="liaison")),
        ("own-report --person @bob", c.OwnReport(incident=HERE, person="@bob")),
        ("plan --next \"Watch until 4.\" --cause ''", c.SetPlan(incident=HERE, next="Watch until 4.", cause="")),
        ("services --service a --services b", c.SetServices(incident=HERE, services=("a", "b"))),
        ("highlight --line #3 --no-on", c.Highlight(incident=HERE, line=Seq(3), on=False)),
        ("highlight --line 3 --on", c.Highlight(incident=HERE, line=Seq(3))),
        ("resolve It works", c.Resolve(incident=HERE, verified="It works")),
        ("retitle --incident 9 Down", c.Retitle(incident=IncidentNumber(9), title="Down")),
        ("acknowledge", c.Acknowledge(incident=HERE)),
        ("acknowledge --signal 2", c.Acknowledge(signal=SignalId(2))),
        ("close-signal --signal 2", c.CloseSignal(signal=SignalId(2))),
        ("declare Nobody can log in", c.Declare(title="Nobody can log in")),
    ],
)
def test_words_become_the_command_the_shell_makes_of_them(said: str, command: c.Command) -> None:
    assert spoken(said).command(HERE) == command


def test_a_time_is_read_as_in_the_shell() -> None:
    said = spoken("note Restarted it --at 2026-11-12T11:00Z")
    assert (said.text, said.at) == ("Restarted it", datetime(2026, 11, 12, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("panic now", "“panic” is no verb; /help lists them. For a line that begins with a slash, write two."),
        ("assing liaison", "“assing” is no verb; perhaps you mean /assign."),
        ("etc/hosts is wrong", "“etc/hosts” is no verb"),
        ("", "“” is no verb"),
        (f"{'x' * 60}", f"“{'x' * 40}…” is no verb"),
        ("note --colour red Stop", "“note” knows no --colour. It knows --text, --kind"),
        ("note Stop --kind", "--kind needs its value: what kind of line it is."),
        ("note Stop --kind song", "--kind: “song” is none of note, finding"),
        ("note Stop --at noon", "--at: “noon” is no time."),
        ("highlight --line three", "--line: “three” is no number."),
        ("plan --next Watch until 4", '“plan” has no text of its own. Quote what is longer than a word: --state "…".'),
        ("note", "“note” needs --text: what you want to say; Markdown."),
        ("redact --line 3", "“redact” needs --why: why."),
        ("assign liaison --role commander", "“assign” has its text twice"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_a_sentence(said: str, sentence: str) -> None:
    with pytest.raises(Refused) as no:
        spoken(said).command(HERE)
    assert str(no.value).startswith(sentence)


def test_no_file_is_read_whatever_is_said() -> None:
    given: dict[str, Any] = {"sections": {"overview": "@/etc/passwd"}}
    assert spoken("write-report --section overview=@/etc/passwd").command(HERE) == c.WriteReport(incident=HERE, **given)
