"""Words in a report that point at a person, and what to write instead: it is the system that is to learn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tocsin.core.playbook import Playbook


@dataclass(frozen=True, kw_only=True)
class Pointing:
    """Where in a text the words stand, as they are written there, and what would be better."""

    start: int
    end: int
    words: str
    instead: str


def hints(text: str, playbook: Playbook) -> list[Pointing]:
    """Every place where the text has words of the playbook's hints, in order; of two that overlap, the longer.

    Whole words only, in any case, also where a line ends between them; not where a paragraph does.
    """
    phrases = _phrases(playbook)
    words = list(_WORD.finditer(text))
    found, place = [], 0
    while place < len(words):
        match = next(_matching(phrases, words, place, text), None)
        if match is None:
            place += 1
            continue
        length, instead = match
        start, end = words[place].start(), words[place + length - 1].end()
        found.append(Pointing(start=start, end=end, words=" ".join(text[start:end].split()), instead=instead))
        place += length
    return found


Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By its first word, each phrase of the hints word by word, the longest first, with what to write instead."""
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")


def _phrases(playbook: Playbook) -> Phrases:
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for hint in playbook.hints:
        for words in hint.words:
            if phrase := tuple(_plain(word[0]) for word in _WORD.finditer(words)):
                phrases.setdefault(phrase[0], []).append((phrase, hint.instead))
    return {first: sorted(of_it, key=lambda each: -len(each[0])) for first, of_it in phrases.items()}


def _matching(phrases: Phrases, words: Sequence[re.Match[str]], place: int, text: str) -> Iterator[tuple[int, str]]:
    for phrase, instead in phrases.get(_plain(words[place][0]), ()):
        here = words[place : place + len(phrase)]
        gaps = (text[one.end() : other.start()] for one, other in pairwise(here))
        if tuple(_plain(word[0]) for word in here) == phrase and all(map(_only_parts_words, gaps)):
            yield len(phrase), instead


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")


def _only_parts_words(gap: str) -> bool:
    return gap.isspace() and gap.count("\n") < 2
