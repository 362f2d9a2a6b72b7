"""What git answered, and what a failure of it means to the person who has to mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.integrations.gitrepo.failures import no_room
from tocsin.ports import Failed

_FULL = re.compile(r"no space left|out of diskspace|quota exceeded", re.IGNORECASE)

# Everything else may pass: a remote that is down, a lock.
_HOPELESS = re.compile(
    r"authentication failed|could not read (username|password)|permission denied|insufficient permission"
    r"|access denied|host key verification failed|returned error: 4(?!08|29)\d\d"
    r"|not found|does not exist|not a git repository|not appear to be a git repository|remote rejected"
    r"|not a valid (ref|branch)|invalid refspec|invalid initial branch|read-only file system",
    re.IGNORECASE,
)

_NOISE = re.compile(r"(hint:|warning:|To |error: failed to push)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Answer:
    code: int
    out: bytes
    said: str
    """What git said to people, without passwords."""

    def check(self, fine: tuple[int, ...] = (0,)) -> None:
        if self.code in fine:
            return
        if _FULL.search(self.said):
            raise no_room("the repository")
        words = _trimmed(self.said) or f"it ended with {self.code}"
        raise Failed(f"git could not publish: {words}", permanent=_HOPELESS.search(self.said) is not None)


def _trimmed(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if not _NOISE.match(line)]
    words = " ".join(re.sub(r"^(fatal|error|remote): *", "", line) for line in lines if line)
    return words if len(words) <= 300 else f"{words[:299]}…"
