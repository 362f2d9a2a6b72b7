"""Who we are to the server: told to it alone, and kept out of everything it says."""

from __future__ import annotations

import re
from base64 import b64encode

_FRAGMENT = re.compile(r"[A-Za-z0-9+/=]{6,}")


class Login:
    """A user and a password, as the server wants to be told."""

    def __init__(self, user: str = "", password: str = "") -> None:
        self.steps = (_base64(user), _base64(password))
        """For AUTH LOGIN."""
        self.plain = _base64(f"\0{user}\0{password}")
        """For AUTH PLAIN."""
        self._bare = (user, password)

    def __bool__(self) -> bool:
        return any(self._bare)

    def masked(self, text: str) -> str:
        """Some servers repeat what they were told, and cut it where it gets long."""
        for secret in sorted({*self._bare, *self.steps, self.plain} - {""}, key=len, reverse=True):
            text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
        return _FRAGMENT.sub(lambda found: "***" if self._is_told(found[0]) else found[0], text)

    def _is_told(self, fragment: str) -> bool:
        return any(fragment in encoded for encoded in (*self.steps, self.plain))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
