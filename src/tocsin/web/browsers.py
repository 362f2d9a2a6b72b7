"""What a browser is called in words, as far as it says what it is."""

from __future__ import annotations

_NAMES = (
    ("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ("curl/", "curl"),
)  # fmt: skip
"""Most browsers claim to be others as well: the first that fits is what it is."""
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"), ("FreeBSD", "FreeBSD"),
)  # fmt: skip


def in_words(agent: str) -> str:
    """`Firefox on Linux`."""
    name = next((name for mark, name in _NAMES if mark in agent), "A browser")
    system = next((system for mark, system in _SYSTEMS if mark in agent), "")
    return f"{name} on {system}" if system else name
