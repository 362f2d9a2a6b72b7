"""`python -m tests.web.illustrations`: makes the pictures in the docs anew, from the scene."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from tests.browser import chromium
from tests.web.scene import served_scene
from tocsin.core.ids import Handle
from tocsin.store import sessions
from tocsin.web.site import Site

OUT = Path(__file__).resolve().parents[2] / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    """What somebody sees of a page without scrolling."""

    name: str
    path: str
    who: str = "tomasz"
    size: tuple[int, int] = (1200, 760)
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    Picture("now", "/"),
    Picture("triage", "/triage", "amara", (1120, 560)),
    Picture("declare", "/declare?signal=5", "amara"),
    Picture("room", "/incidents/2", size=(1120, 700)),
    Picture("room-phone", "/incidents/2", size=(390, 760), scheme="dark"),
    Picture("update", "/incidents/2/update", size=(1120, 480)),
    Picture("hand-over", "/incidents/2/hand-over", size=(1120, 520)),
)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served_scene(Path(folder)) as (site, at),
        chromium() as browser,
    ):
        for made in _taken(browser, site, at):
            print(f"{made.name}\t{made.stat().st_size} bytes")  # noqa: T201


def _taken(browser: Browser, site: Site, at: str) -> Iterator[Path]:
    for each in PICTURES:
        width, height = each.size
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=each.scheme)
        token = site.tocsin.store.run(lambda c, who=each.who: sessions.begin(c, Handle(who), site.clock()))  # type: ignore[misc]
        context.add_cookies([{"name": site.config.cookie("session"), "value": token, "url": at}])
        page = context.new_page()
        page.goto(at + each.path)
        page.screenshot(path=OUT / f"{each.name}.png")
        context.close()
        yield OUT / f"{each.name}.png"


if __name__ == "__main__":
    main()
