"""Writes `docs/reference/settings.md` from the integrations themselves: `python -m tests.integrations.pages`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from tocsin.integrations import INTEGRATIONS, load
from tocsin.web.config import Config as Web

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

_HEAD = """\
# Settings

<!-- Made by `python -m tests.integrations.pages`; a test fails where the page and the code differ. -->

Tocsin runs without any. What can be said stands in `tocsin.toml` in the data folder, in the environment, or on the
command line; the command line counts most, the file least.

| `tocsin.toml` | environment | command line | what | without it |
| --- | --- | --- | --- | --- |
| | `TOCSIN_DATA` | `--data` | the data folder, which holds everything the installation keeps | `./var` |
| `database` | `TOCSIN_DB` | `--db` | where the log lives: `sqlite:////folder/file.db` or \
`postgresql://user@host/name` | `tocsin.db` in the data folder |
| `playbook` | | | the folder of your [playbook](playbook.md), seen from the data folder | the one that is shipped |

```toml
database = "postgresql://tocsin@db.example.org/tocsin"
playbook = "our-process"

[gitrepo]
repository = "git@git.example.org:team/incident-reports.git"
branch = "main"
```

A setting that does not exist is refused by name, so that a slip of the pen is found at once.

**Secrets** do not stand in the file: write `env:NAME` or `file:PATH`, where the secret is. It is looked up when it is
used, by the process that uses it, and shown nowhere.

The pages have the table `[web]` ([how to serve them](../howto/serve.md)), each integration one of its own. One that has
none is not used; only `gitrepo` works without, and then publishes into `published` in the data folder.
"""


def page() -> str:
    """The whole page, as it should be."""
    tables = {"web": Web, **{name: load(name).config for name in sorted(INTEGRATIONS)}}
    return "\n".join([_HEAD, *(line for name, config in tables.items() for line in _table(name, config))]) + "\n"


def _table(name: str, config: Any) -> Iterator[str]:
    yield f"## [{name}]\n"
    yield "| setting | what | for example, or how | without it |\n| --- | --- | --- | --- |"
    for each in fields(config):
        hint = each.metadata["hint"].replace("<", "\\<")
        yield f"| `{each.name}` | {each.metadata['label']} | {hint} | {_without(name, each)} |"
    yield ""


def _without(name: str, each: Field[Any]) -> str:
    if (name, each.name) in _KNOWN_HERE:
        return _KNOWN_HERE[name, each.name]
    if each.default is MISSING:
        return "it has to be set"
    return "" if each.default in (None, "") else f"`{json.dumps(each.default).strip(chr(34))}`"


_KNOWN_HERE = {
    ("gitrepo", "repository"): "`published` in the data folder",
    ("gitrepo", "work"): "`clones` in the data folder",
}
"""What the installation fills in by itself."""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
