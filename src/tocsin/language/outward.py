"""What to look at before word goes to a community: what it still lacks, and what does not belong in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from tocsin.core.blameless import hints
from tocsin.core.playbook import Playbook
from tocsin.language.wording import gaps

SOMEBODY = "an engineer"
"""What stands in the place of a colleague's name: nobody outside has to know who it was."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing that was looked at: as it should be, or what is not."""

    well: bool
    says: str
    name: str = ""
    """A colleague it names, where it does: `without` puts somebody there."""
    stops: bool = False
    """It is not sent like this."""


def look_over(
    text: str, playbook: Playbook, colleagues: Iterable[str], *, own: str = "", promises: bool | None = None
) -> list[Seen]:
    """All there is to say of it, the worst first. `own`: where our pages are; `promises`: None where it need not."""
    found = [*_left(text), *_promised(promises), *_names(text, colleagues), *_pointing(text, playbook)]
    found += [_can(text), *_links(text, own), *_times(text)]
    return sorted(found, key=lambda each: (each.well, not each.stops))


def without(text: str, name: str) -> str:
    """The same with somebody in the place of a name; an engineer, at the beginning of a sentence An engineer."""

    def put(found: re.Match[str]) -> str:
        before = text[: found.start()].rstrip(" ")
        return SOMEBODY[:1].upper() + SOMEBODY[1:] if not before or before[-1] in ".!?\n" else SOMEBODY

    return re.sub(_word(name), put, text) if name else text


def named(text: str, colleagues: Iterable[str]) -> list[str]:
    """The names of colleagues as they stand in a text, whole or the first alone; each once."""
    found = (next((each for each in _forms(name) if re.search(_word(each), text)), "") for name in colleagues)
    return [each for each in dict.fromkeys(found) if each]


def _forms(name: str) -> Iterator[str]:
    words = name.split()
    yield from dict.fromkeys([name, *words[:1]])


def _word(name: str) -> str:
    return rf"(?<![\w@]){re.escape(name)}(?!\w)"


def _left(text: str) -> Iterator[Seen]:
    if not text.strip():
        yield Seen(well=False, stops=True, says="Nothing is written yet.")
    for gap in gaps(text):
        yield Seen(well=False, stops=True, says=f"Left to fill in, or to take out: {gap}")


def _promised(promises: bool | None) -> Iterator[Seen]:
    if promises is False:
        yield Seen(well=False, stops=True, says="It does not say by when they hear from us again.")
    elif promises:
        yield Seen(well=True, says="It promises the next word")


def _names(text: str, colleagues: Iterable[str]) -> Iterator[Seen]:
    for name in named(text, colleagues):
        yield Seen(well=False, says=f"It names {name}. Say “{SOMEBODY}”?", name=name)


def _pointing(text: str, playbook: Playbook) -> Iterator[Seen]:
    for each in hints(text, playbook):
        yield Seen(well=False, says=f"“{each.words}” points at a person. {each.instead}")


_CAN = re.compile(
    r"\b(can|cannot|can['’]t|could not|(un)?able to|works?|working|need not|back to normal|(un)?available)\b",
    re.IGNORECASE,
)


def _can(text: str) -> Seen:
    if _CAN.search(text):
        return Seen(well=True, says="It says what people can do")
    return Seen(well=False, says="It does not say what people can and cannot do now.")


_LINK = re.compile(r"https?://[^\s<>()\[\]]+", re.IGNORECASE)


def _links(text: str, own: str) -> Iterator[Seen]:
    found = (link.rstrip(".,;:!?'\"") for link in _LINK.findall(text))
    inner = [link for link in found if _is_inner(link, own)]
    for link in dict.fromkeys(inner):
        yield Seen(well=False, says=f"Only we can open this: {link}")
    if not inner:
        yield Seen(well=True, says="No internal links")


def _is_inner(link: str, own: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    if own and host == urlsplit(own).hostname:
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".localhost"))


_TIME = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b(?P<after>[^.\n]{0,45})")
_WHOSE = re.compile(r"\btime\b|\bUTC\b|\bGMT\b|\b[A-Z]{3,4}\b|\bin [A-Z]")


def _times(text: str) -> Iterator[Seen]:
    found = list(_TIME.finditer(text))
    bare = [each[0][:5].strip() for each in found if not _WHOSE.search(each["after"])]
    for each in dict.fromkeys(bare):
        yield Seen(well=False, says=f"{each}: on whose clock? Say the place, as in “{each} Santiago time”.")
    if found and not bare:
        yield Seen(well=True, says="Times say on whose clock they are")
