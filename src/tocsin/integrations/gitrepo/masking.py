"""Keeps passwords out of what is told."""

from __future__ import annotations

import re
from urllib.parse import unquote

_LOGIN = re.compile(r"(?<=://)[^/\s]*@")


def secrets_in(repository: str) -> tuple[str, ...]:
    """The login within a URL, which git may also repeat alone and decoded; over ssh a mere name is no secret."""
    match = _LOGIN.search(repository)
    if match is None:
        return ()
    name, colon, password = match.group().removesuffix("@").partition(":")
    if not colon and repository.startswith(("ssh:", "git+ssh:")):
        return ()
    secret = password if colon else name
    return tuple(sorted({secret, unquote(secret)} - {""}, key=len, reverse=True))


def masked(text: str, secrets: tuple[str, ...]) -> str:
    text = _LOGIN.sub("***@", text)
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
