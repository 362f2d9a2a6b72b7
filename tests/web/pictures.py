"""`python -m tests.web.pictures OUT WHO PATH…`: pages of the scene, on desk and phone, light and dark."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Literal

from tests.browser import chromium
from tests.web.scene import served_scene
from tocsin.core.ids import Handle
from tocsin.store import sessions

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


def main(out: str, who: str, *paths: str) -> None:
    """Pictures of whole pages, as somebody sees them; `-` is somebody who is not signed in."""
    Path(out).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served_scene(Path(folder)) as (site, address), chromium() as browser:
        token = site.tocsin.store.run(lambda c: sessions.begin(c, Handle(who), site.clock())) if who != "-" else ""
        for size, (width, height) in SIZES.items():
            for scheme in SCHEMES:
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                if token:
                    context.add_cookies([{"name": site.config.cookie("session"), "value": token, "url": address}])
                page = context.new_page()
                page.on("console", lambda said: print(f"console {said.type}: {said.text}"))  # noqa: T201
                for path in paths:
                    page.goto(address + path)
                    name = path.strip("/").replace("/", "-").partition("?")[0] or "now"
                    page.screenshot(path=f"{out}/{name}-{size}-{scheme}.png", full_page=True)
                context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
