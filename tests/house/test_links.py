"""Every page leads where it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.hosts import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")


def dead(page: Path) -> list[str]:
    """The links of a page that lead to no file, or to no heading of one."""
    return [found[0] for found in _LINK.finditer(_prose(page)) if not _leads(page, found[1], found[2])]


def _leads(page: Path, path: str, heading: str | None) -> bool:
    target = page.parent / path if path else page
    return target.exists() and (heading is None or heading in _headings(target))


def _headings(page: Path) -> set[str]:
    """Each as its anchor: `## When it fails` is `when-it-fails`."""
    titles: list[str] = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def _prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    assert dead(page) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One thing\n[a](#one-thing) [b](page.md) [c](gone.md) [d](#another)\n")
    assert dead(page) == ["](gone.md)", "](#another)"]


def test_every_page_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = {ROOT / path for path in re.findall(r"\]\(([^)#]+\.md)\)", readme)}
    assert [page for page in (ROOT / "docs").rglob("*.md") if page not in listed and page.parent.name != "adr"] == []
