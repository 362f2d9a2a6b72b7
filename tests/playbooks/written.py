"""A small playbook to change something in, and what is said of it then."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tocsin.core.playbook import Occasion
from tocsin.playbooks import PlaybookError, load

SMALL = """\
slug = "small"
name = "Small"
version = "1"
zone = "UTC"
phases = []

[service]
slug = "hubs/all"
name = "Hubs"

[[roles]]
slug = "lead"
name = "Lead"
duties = ["commands", "tells-outside", "approves"]

[[criteria]]
slug = "down"
name = "Down"
people = 3

[[sections]]
slug = "overview"
name = "Overview"

[[report_states]]
slug = "draft"
name = "Draft"

[[report_states]]
slug = "in-review"
name = "In review"

[[report_states]]
slug = "reviewed"
name = "Reviewed"

[[report_states]]
slug = "published"
name = "Published"

""" + "\n".join(
    f'[[messages]]\nslug = "{occasion}"\nname = "Message {number}"\nbody = "Something is wrong."\n'
    for number, occasion in enumerate(get_args(Occasion), 1)
)
LINES = SMALL.count("\n")


def written(folder: Path, text: str) -> Path:
    (folder / "playbook.toml").write_text(text, encoding="utf-8")
    return folder


def said(folder: Path, text: str) -> list[str]:
    """What is said of a playbook with mistakes, without the file's name."""
    with pytest.raises(PlaybookError) as caught:
        load(written(folder, text))
    return [line.removeprefix(f"{folder / 'playbook.toml'}:") for line in str(caught.value).splitlines()]


def mistakes(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the small playbook when something in it is replaced."""
    assert old in SMALL
    return said(folder, SMALL.replace(old, new, 1))


def added(folder: Path, table: str) -> list[str]:
    """What is said of the small playbook with another table at its end; its first line counts as 1."""
    lines = said(folder, f"{SMALL}{table}")
    numbered = [line.split(":", 1) for line in lines]
    return [f"{int(number) - LINES}:{says}" for number, says in numbered]
