"""From the first signal to the published report, by the shell alone, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.shell import Shell, data, on, reviewed

__all__ = ["data", "on"]

DIRECTORY = b"""\
people:
  - {handle: ada, name: Ada Lovelace, administrator: true}
  - {handle: bob, name: Bob Kahn}
communities:
  - {slug: utoronto, name: University of Toronto, zone: America/Toronto}
"""


def test_an_incident_from_its_signal_to_its_report(on: Callable[[str], Shell], db_url: str, tmp_path: Path) -> None:
    tocsin = on(db_url)
    tocsin.done("directory", "import", "-", given=DIRECTORY)
    ticket = ("--kind", "ticket", "--count", "2", "--criterion", "login", "--at", "2026-11-12T01:40Z")
    signal = tocsin.done("do", "signal", "Logins time out", *ticket).out.strip()
    ada = ("--as", "ada")
    declared = ("--signal", signal, "--community", "utoronto", "--at", "2026-11-12T01:45Z")
    assert tocsin.done("do", "declare", "Logins time out", *declared, *ada).out == "1\n"
    tocsin.done("do", "update", "We are looking at it", "--at", "2026-11-12T01:47Z", *ada)
    tocsin.done("do", "note", "Restarted the proxy", "--kind", "fix", "--at", "2026-11-12T01:50Z", "--as", "bob")
    tocsin.done("do", "resolve", "Logged in, three times", "--at", "2026-11-12T02:00Z", *ada)
    reviewed(tocsin)
    path = tocsin.done("report", "publish", "1", *ada).out.strip()
    assert "Restarted the proxy" in (tmp_path / "data" / "published" / f"{path}.md").read_text()
    tocsin.done("rebuild", "--check")
