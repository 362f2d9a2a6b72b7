"""Keeps passwords out of what is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

# With a colon, up to the last @: who puts a password into a URL does not always escape its slashes.
_LOGIN = re.compile(r"(?<=://)(?:[^/\s:]*:\S*|[^/\s]*)@")
_NAME = r"[?&;][^=&;\s]*(?:token|secret|passw|pwd|key|auth|credential|sig)[^=&;\s]*="
_QUERY = re.compile(rf"({_NAME})([^&;\s'\"”]+)", re.IGNORECASE)
_OUR_QUERY = re.compile(rf"({_NAME})([^&;\s]+)", re.IGNORECASE)  # no quotes around this one


def secrets_in(repository: str) -> tuple[str, ...]:
    """What in a URL is nobody's business; git may repeat it alone and decoded, too."""
    found = {*_passwords(repository), *(value for _, value in _OUR_QUERY.findall(repository))}
    return tuple(sorted({*found, *map(unquote, found)} - {""}, key=len, reverse=True))


def masked(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
    return _QUERY.sub(r"\1***", _LOGIN.sub("***@", text))


def _passwords(repository: str) -> Iterator[str]:
    """Whichever @ may end the login. Over ssh, a mere name is no secret."""
    match = _LOGIN.search(repository)
    login = match.group() if match else ""
    for end in (found.start() for found in re.finditer("@", login)):
        name, colon, password = login[:end].partition(":")
        if colon:
            yield password
            yield from (part for part in password.split("/") if len(part) > 2)  # git takes the first for a port
        elif not repository.startswith(("ssh:", "git+ssh:")):
            yield name
