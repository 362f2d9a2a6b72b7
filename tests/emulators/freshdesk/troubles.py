"""What was told to go wrong, and which call meets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("refuse", "answer", "cut-before", "cut-after", "late", "wait", "nonsense")


@dataclass(kw_only=True)
class Trouble:
    """One thing that goes wrong, for the calls it fits."""

    do: str
    """`refuse` without effect · `answer` with a status after the effect · `cut-before` or `cut-after` the effect ·
    `late`: cut, and the effect happens `seconds` of the desk's clock later · `wait` so many seconds, then go on ·
    `nonsense`: the effect, and then a page of HTML."""
    method: str = ""
    path: str = ""
    """Part of the path it is for."""
    skip: int = 0
    """So many calls that fit go through before."""
    times: int = 1
    """For so many calls."""
    status: int = 503
    after: float | None = None
    """What `Retry-After` says."""
    link: str = ""
    """What the header of that name says."""
    body: Any = None
    seconds: float = 30

    def __post_init__(self) -> None:
        if self.do not in KINDS:
            raise ValueError(f"“do” has to be one of: {', '.join(KINDS)}.")

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("", method) and self.path in path


def met(troubles: list[Trouble], method: str, path: str) -> Trouble | None:
    """The first that this call meets; others that fit have let one more through."""
    for trouble in troubles:
        if trouble.fits(method, path):
            if trouble.skip:
                trouble.skip -= 1
                continue
            trouble.times -= 1
            return trouble
    return None
